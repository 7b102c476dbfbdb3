//! What decides, environment by environment: made here for the engine, and laid open for whoever proves things of it.

use crate::action::{ALL, ActionName, LISTED};
use crate::engine::{Environment, LoadError, residuals, unprepared};
use crate::entity::EntityKind;
use crate::scope;
use crate::slice::Slice;
use cedar_policy::{Effect, EntityTypeName, EntityUid, PolicySet, Schema};
use std::collections::HashMap;
use std::sync::Arc;

/// One environment as the engine has prepared it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The asker's Cedar type.
    pub principal: EntityKind,
    /// The action.
    pub action: ActionName,
    /// The thing's Cedar type.
    pub resource: EntityKind,
    /// What decides, in the order of ids.
    pub decides: Vec<Decides>,
    /// For an action with lists: which rows of this type the list shows, as one Cedar expression over asker, row and
    /// context, told back from the very filters that the store gets.
    pub list: Option<String>,
}

/// One policy as it decides in one environment.
#[derive(Debug, Clone)]
pub struct Decides {
    /// Its `@id`.
    pub id: String,
    /// What it does where it applies.
    pub effect: Effect,
    /// The condition that is evaluated, as Cedar text; `None` where it always applies.
    pub when: Option<String>,
}

/// Prepares policies as the engine does, and lays open what would decide. An environment that is not among the answers
/// has no policy; the engine refuses there.
///
/// # Errors
/// As [`crate::Engine::load`], but for the checks of the texts.
pub fn prepared(policies: &PolicySet, schema: &Schema) -> Result<Vec<Prepared>, LoadError> {
    let mut all = Vec::new();
    for (at, slice) in slices(policies, schema, &action_uids()?)? {
        let mut decides = Vec::new();
        for policy in slice.residuals.policies() {
            let when = scope::condition_text(policy).map_err(unprepared)?;
            decides.push(Decides { id: policy.id().to_string(), effect: policy.effect(), when });
        }
        decides.sort_by(|a, b| a.id.cmp(&b.id));
        let list = if LISTED.contains(&at.1) {
            Some(scope::compile(at, &slice.residuals)?.in_cedar().map_err(unprepared)?)
        } else {
            None
        };
        all.push(Prepared { principal: at.0, action: at.1, resource: at.2, decides, list });
    }
    all.sort_by_key(|it| (it.principal, it.action, it.resource));
    Ok(all)
}

pub(crate) fn action_uids() -> Result<HashMap<ActionName, EntityUid>, LoadError> {
    let uid = |it: &ActionName| format!("Action::\"{}\"", it.as_str()).parse().map_err(unprepared);
    ALL.iter().map(|it| Ok((*it, uid(it)?))).collect()
}

pub(crate) fn slices(
    policies: &PolicySet,
    schema: &Schema,
    action_uids: &HashMap<ActionName, EntityUid>,
) -> Result<HashMap<Environment, Arc<Slice>>, LoadError> {
    let actions: HashMap<&EntityUid, ActionName> = action_uids.iter().map(|it| (it.1, *it.0)).collect();
    let kinds: HashMap<&str, EntityKind> = EntityKind::ALL.iter().map(|it| (it.as_str(), *it)).collect();
    let kind = |it: &EntityTypeName| {
        kinds.get(it.to_string().as_str()).copied().ok_or_else(|| unprepared(format!("unknown type `{it}`")))
    };
    let mut sets: HashMap<Environment, PolicySet> = HashMap::new();
    for policy in policies.policies() {
        for at in policy.get_valid_request_envs(schema) {
            let Some(action) = actions.get(at.action()).copied() else {
                return Err(unprepared(format!("the program does not know the action `{}`", at.action())));
            };
            let at = (kind(at.principal())?, action, kind(at.resource())?);
            sets.entry(at).or_default().add(policy.clone()).map_err(unprepared)?;
        }
    }
    let mut slices = HashMap::new();
    for (at, set) in sets {
        let residuals = residuals(&set, at, &action_uids[&at.1], None, schema)?;
        slices.insert(at, Arc::new(Slice::of(residuals)?));
    }
    Ok(slices)
}
