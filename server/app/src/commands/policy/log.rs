//! Recorded decisions put to two sets of policies anew, over what stands in the database today.

use super::who;
use crate::config::Given;
use crate::{Stop, serve};
use policy::{ActionName, Asker, Bundle, Engine, EntityKind, Permit, actions};
use policy_tests::{Answer, Thing, ask};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::{DecisionRow, Store, StoreError};

/// What came of it.
#[derive(Serialize)]
pub(super) struct Again {
    /// How many decisions were read.
    pub(super) decisions: usize,
    /// How many of them could not be put again: who asked or what they asked for is not there any more, or nothing but
    /// the decision about it was kept, as of a visitor's list beyond its first.
    pub(super) gone: usize,
    /// Those that differ, newly allowed first.
    pub(super) flips: Vec<Flip>,
}

/// A recorded decision that the new policies would make otherwise.
#[derive(Serialize)]
pub(super) struct Flip {
    actor: String,
    workspace: Option<String>,
    action: String,
    thing: String,
    told: String,
    from: bool,
    to: bool,
    /// Both answers, with the policies that decide.
    was: String,
    now: String,
}

impl std::fmt::Display for Flip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { actor, action, thing, told, was, now, .. } = self;
        let told = if told.is_empty() { String::new() } else { format!(" ({told})") };
        write!(f, "{actor} {action} on {thing}{told}: {was}, now {now}")
    }
}

/// The last so many decisions of the log, put to both.
pub(super) fn again(old: &Bundle, new: &Bundle, last: i64, given: Given) -> Result<Again, Stop> {
    let load = |it: &Bundle| Engine::load(it).map_err(Stop::because);
    let (old, new) = (load(old)?, load(new)?);
    let (opened, permit) = who::running(given)?;
    let store = &opened.store;
    let rows = store
        .read(&serve::operator(store), |db| db.decisions_last(&permit, last))
        .map_err(|e: StoreError| Stop::because(e))?;
    let mut seen = Seen { store, permit: &permit, known: HashMap::new() };
    let mut all = Again { decisions: rows.len(), gone: 0, flips: Vec::new() };
    for row in rows {
        let more = usize::try_from(row.more).unwrap_or_default();
        (all.decisions, all.gone) = (all.decisions + more, all.gone + more);
        match seen.put(&row, &old, &new)? {
            None => all.gone += 1,
            Some((was, now)) if was.allowed == now.allowed => {}
            Some((was, now)) => all.flips.push(Flip {
                actor: row.actor,
                workspace: row.workspace,
                action: row.action,
                thing: row.thing,
                told: row.told,
                from: was.allowed,
                to: now.allowed,
                was: was.to_string(),
                now: now.to_string(),
            }),
        }
    }
    all.flips.sort_by_key(|it| it.from);
    Ok(all)
}

/// Askers are looked up once.
struct Seen<'a> {
    store: &'a Store,
    permit: &'a Permit<actions::ExplainLocally>,
    known: HashMap<String, Option<Arc<Asker>>>,
}

impl Seen<'_> {
    /// Both answers; `None` where the question cannot be put any more.
    fn put(
        &mut self,
        row: &DecisionRow,
        old: &Engine,
        new: &Engine,
    ) -> Result<Option<(Answer, Answer)>, Stop> {
        let Some(action) = ActionName::named(&row.action) else { return Ok(None) };
        let pairs: Vec<String> = row.told.split(' ').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        let who::Asked { told, factor_age } = who::told(&pairs)?;
        let Some(asker) = self.asker(row)? else { return Ok(None) };
        // as old as it was then: today it would be older, and every decision of staff a refusal
        let asker = factor_age.map_or_else(|| asker.clone(), |age| who::shown(&asker, age));
        let Some(thing) = self.thing(row, &asker, action)? else { return Ok(None) };
        let put = |engine: &Engine| ask(engine, &asker, action, &thing, &told);
        Ok(put(old).ok().zip(put(new).ok()))
    }

    fn asker(&mut self, row: &DecisionRow) -> Result<Option<Arc<Asker>>, Stop> {
        let Some(name) = typed(row) else { return Ok(None) };
        if let Some(known) = self.known.get(&name) {
            return Ok(known.clone());
        }
        let found = who::principal(self.store, self.permit, &name)?;
        self.known.insert(name, found.clone());
        Ok(found)
    }

    fn thing(
        &self,
        row: &DecisionRow,
        asker: &Arc<Asker>,
        action: ActionName,
    ) -> Result<Option<Thing>, Stop> {
        let (kind, id) = row.thing.split_once('/').unwrap_or((&row.thing, ""));
        let Some(kind) = EntityKind::ALL.iter().copied().find(|it| it.as_str() == kind) else {
            return Ok(None);
        };
        let thing = who::thing(self.store, self.permit, asker, kind, id)?;
        Ok(thing.map(|it| it.under(action)))
    }
}

/// Who asked, as a principal is typed.
fn typed(row: &DecisionRow) -> Option<String> {
    let (kind, id) = row.actor.split_once('/')?;
    let workspace = row.workspace.as_deref();
    Some(match (EntityKind::ALL.iter().copied().find(|it| it.as_str() == kind)?, workspace) {
        (EntityKind::Visitor, _) => "visitor".to_owned(),
        (EntityKind::Operator, _) => "operator".to_owned(),
        (EntityKind::Counsel, _) => format!("counsel:{id}"),
        (EntityKind::Admin, _) => format!("admin:{id}"),
        (EntityKind::Automation, None) => format!("{}{id}", who::JOB),
        (EntityKind::Automation, Some(it)) if id == "credential" => format!("{}{it}", who::CREDENTIAL),
        (EntityKind::ArtistMember | EntityKind::AgencyMember | EntityKind::PresenterMember, Some(it)) => {
            format!("{id}@{it}")
        }
        _ => return None,
    })
}
