//! Differences between policies of two schemas: over the environments that both schemas allow.

use super::ask::Desk;
use super::cache::Verdicts;
use super::differences::{Difference, both_ways};
use super::ground::{Ground, Half, Place, Spoken, spoken};
use super::guarantees::Guarantees;
use super::options::Options;
use super::solver::{Asking, Fault};
use cedar_policy::{Policy, PolicySet};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What changes between two sets of policies where each has a schema of its own.
#[derive(Debug, Default, serde::Serialize)]
pub struct Across {
    /// As between policies of one schema, over the facts of the new one: newly allowed first.
    pub differences: Vec<Difference>,
    /// In how many environments both sets were asked.
    pub compared: usize,
    /// The other environments, and why nothing can be said of a change there.
    pub apart: BTreeMap<String, String>,
}

/// Compares policies of the old schema with policies of the new one, environment by environment.
///
/// # Errors
/// A schema cannot be read, there is no solver, or it could not answer a question. A policy that asks for what the other
/// schema does not have is no error: its environment is told apart.
pub fn differences_across(
    (old, old_schema): (&PolicySet, &str),
    (new, new_schema): (&PolicySet, &str),
    options: &Options,
) -> Result<Across, Fault> {
    let words = Guarantees::embedded()?.words;
    let verdicts = Verdicts::of(options.cache.as_deref(), &options.solver.version()?);
    let (before, now) = (Ground::of(old_schema)?, Ground::of(new_schema)?);
    let (old, new) = (spoken(old), spoken(new));
    let mut across = Across::default();
    for (here, there, why) in
        [(&before, &now, "only the old schema knows it"), (&now, &before, "only the new schema knows it")]
    {
        let lone = here.places.iter().filter(|it| there.place(&it.name).is_none());
        across.apart.extend(lone.map(|it| (it.name.clone(), why.to_owned())));
    }
    let jobs: Vec<(&Place, &Place)> =
        now.places.iter().filter_map(|it| Some((before.place(&it.name)?, it))).collect();
    let compare = |asking: &mut Asking<'_>, (then, place): &(&Place, &Place)| {
        let (left, right) = (half(&old, then, then, place)?, half(&new, place, then, place)?);
        let mut desk = Desk::new(&now, place, asking, &verdicts, &words);
        both_ways(&mut desk, &left, &right)
    };
    let answers = options.solver.each(&jobs, compare);
    verdicts.save();
    for ((_, place), answer) in jobs.iter().zip(answers) {
        match answer {
            Ok(found) => {
                across.compared += 1;
                across.differences.extend(found);
            }
            Err(fault) if !fault.is_the_solvers() => {
                across.apart.insert(place.name.clone(), fault.to_string());
            }
            Err(fault) => return Err(fault),
        }
    }
    across.differences.sort_by_key(|it| it.from);
    Ok(across)
}

/// The policies that speak in an environment, with the action's name for the list of actions that they stand in: the
/// other schema need not know the others.
fn half(policies: &[Spoken], own: &Place, then: &Place, now: &Place) -> Result<Half, Fault> {
    let mut all = Vec::new();
    for it in policies.iter().filter(|it| it.speaks_in(own)) {
        let no = |e: &dyn std::fmt::Display| Fault::Unaskable(format!("`{}`: {e}", it.id));
        let mut text = it.policy.to_json().map_err(|e| no(&e))?;
        if !then.same_groups(now) && mentions_the_action(&text["conditions"]) {
            return Err(no(&"it asks in which groups the action is, and they are not the same"));
        }
        let action = now.env.action();
        let id = action.id().unescaped();
        text["action"] =
            json!({ "op": "==", "entity": { "type": action.type_name().to_string(), "id": id } });
        let policy = Policy::from_json(Some(it.policy.id().clone()), text).map_err(|e| no(&e))?;
        all.push(Spoken::of(policy));
    }
    Ok(Half::of(&all))
}

fn mentions_the_action(condition: &Value) -> bool {
    match condition {
        Value::Object(it) => {
            it.get("Var").is_some_and(|it| it == "action") || it.values().any(mentions_the_action)
        }
        Value::Array(them) => them.iter().any(mentions_the_action),
        _ => false,
    }
}
