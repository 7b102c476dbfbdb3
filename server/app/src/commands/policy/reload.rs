//! `kalinklo policy activate`, `rollback` and `list`: which policies decide, from when on.

use crate::cli::{Activate, List, Replacing, Rollback};
use crate::commands::say;
use crate::config::Given;
use crate::{Stop, serve};
use domain::Digest;
use domain::bounded::Line;
use policy::{Bundle, actions};
use serde_json::json;
use std::process::ExitCode;
use store::policies::{self, Activation, Replaced, StagedSet};
use store::{Fault, InForce, Store, StoreError};

/// What stands for the program's own policies.
pub(super) const BUILT_IN: &str = "built-in";
/// Digits of a digest that are enough to name it.
const ENOUGH: usize = 8;

pub(super) fn activate(it: Activate) -> Result<ExitCode, Stop> {
    let Begun { reason, opened, json } = begun(it.how)?;
    let store = &opened.store;
    let permit = serve::permitted::<actions::ActivatePolicies>(store)?;
    let (sets, _) = known(store)?;
    let done = match named(&sets, store.in_force().built_in, &it.digest) {
        Ok(it) => policies::activate(store, permit, it, &reason),
        Err(why) => Err(StoreError::Conflict(why)),
    };
    told(done, json)
}

pub(super) fn rollback(it: Rollback) -> Result<ExitCode, Stop> {
    let Begun { reason, opened, json } = begun(it.how)?;
    let permit = serve::permitted::<actions::RollBackPolicies>(&opened.store)?;
    told(policies::roll_back(&opened.store, permit, &reason), json)
}

struct Begun {
    reason: Line,
    /// The database whose policies are replaced.
    opened: serve::Opened,
    json: bool,
}

fn begun(how: Replacing) -> Result<Begun, Stop> {
    let reason = Line::line("a reason", &how.reason).map_err(Stop::because)?;
    Ok(Begun { reason, opened: serve::open_to_mend(&how.given.config()?.database)?, json: how.json })
}

/// What is staged, and every change of what decides.
pub(super) fn known(store: &Store) -> Result<(Vec<StagedSet>, Vec<Activation>), Stop> {
    let permit = serve::permitted::<actions::ExplainLocally>(store)?;
    store.read(&serve::operator(store), |db| db.policies(&permit)).map_err(|e: StoreError| Stop::because(e))
}

/// Whether it is digits enough of a digest.
pub(super) fn may_be_digest(name: &str) -> bool {
    name.len() >= ENOUGH && name.bytes().all(|it| it.is_ascii_hexdigit())
}

/// The policies of a staged set of this database; none where none is staged under this name.
pub(super) fn staged(given: Given, name: &str) -> Result<Option<Bundle>, Stop> {
    let opened = serve::open_to_mend(&given.config()?.database)?;
    let store = &opened.store;
    let (sets, _) = known(store)?;
    let name = name.to_ascii_lowercase();
    if !sets.iter().any(|it| it.digest.to_string().starts_with(&name)) {
        return Ok(None);
    }
    let Some(digest) = named(&sets, store.in_force().built_in, &name).map_err(Stop)? else {
        return Ok(Some(Bundle::embedded()));
    };
    let permit = serve::permitted::<actions::ExplainLocally>(store)?;
    let found = store.read(&serve::operator(store), |db| db.staged(&permit, digest));
    found.map_err(|e: StoreError| Stop::because(e))?.map(Some).map_err(|why| Stop(format!("{digest}: {why}")))
}

/// The set of this name; none: the program's own.
fn named(sets: &[StagedSet], built_in: Digest, name: &str) -> Result<Option<Digest>, String> {
    if name == BUILT_IN {
        return Ok(None);
    }
    let name = name.to_ascii_lowercase();
    if !may_be_digest(&name) {
        return Err(format!("`{name}` is neither `{BUILT_IN}` nor the first {ENOUGH} digits of a digest"));
    }
    let mut found = sets.iter().map(|it| it.digest).filter(|it| it.to_string().starts_with(&name));
    match (found.next(), found.next()) {
        (Some(it), None) => Ok(Some(it)),
        (None, _) if built_in.to_string().starts_with(&name) => Ok(None),
        (None, _) => Err(format!("no staged policies have the digest {name}: see `kalinklo policy list`")),
        (Some(_), Some(_)) => {
            Err(format!("several staged policies begin with {name}: give more of the digest"))
        }
    }
}

fn told(done: Result<Replaced, StoreError>, json: bool) -> Result<ExitCode, Stop> {
    match done {
        Ok(Replaced { before, after }) if json => {
            say(json!({ "holds": true, "before": before, "after": after }));
            Ok(ExitCode::SUCCESS)
        }
        Ok(Replaced { before, after }) => {
            say(format!("Before: {before}\nActive: {after}"));
            say(
                "A change begun from now on is decided by them on every server; pages follow within about a second.",
            );
            Ok(ExitCode::SUCCESS)
        }
        Err(StoreError::Conflict(why)) => {
            if json {
                say(json!({ "holds": false, "why": why }));
            } else {
                say(format!("{why}\nWhat decides has not changed."));
            }
            Ok(ExitCode::from(1))
        }
        Err(e) => Err(Stop::because(e)),
    }
}

pub(super) fn list(it: List) -> Result<ExitCode, Stop> {
    let opened = serve::open_to_mend(&it.given.config()?.database)?;
    let (sets, activations) = known(&opened.store)?;
    let InForce { built_in, fault, .. } = opened.store.in_force();
    let active = activations.last().and_then(|it| it.digest);
    if it.json {
        let sets: Vec<_> = sets
            .iter()
            .map(|it| {
                let verdict: serde_json::Value = serde_json::from_str(&it.verdict).unwrap_or_default();
                json!({
                    "digest": it.digest, "fits": it.fits, "proved": it.proved, "note": it.note, "staged_at": it.staged_at.0,
                    "active": active == Some(it.digest), "verdict": verdict,
                })
            })
            .collect();
        let activations: Vec<_> = activations
            .iter()
            .map(|it| {
                json!({
                    "seq": it.seq, "digest": it.digest, "rolled_back": it.rolled_back, "restores": it.restores,
                    "reason": it.reason, "at": it.at.0,
                })
            })
            .collect();
        say(json!({
            "built_in": built_in, "active": active.unwrap_or(built_in), "fault": fault.as_ref().map(|it| &it.why),
            "staged": sets, "activations": activations,
        }));
        return Ok(ExitCode::from(u8::from(fault.is_some())));
    }
    let mark = |it: bool| if it { "active" } else { "" };
    say(format!("{built_in}  {:<6}  the program's own", mark(active.is_none())));
    for it in &sets {
        let old = match (it.fits, it.proved) {
            (true, true) => "",
            (true, false) => "  (proved for another release: stage its files again to prove it for this one)",
            (false, _) => "  (for another schema: cannot decide in this program)",
        };
        say(format!("{}  {:<6}  {}{old}", it.digest, mark(active == Some(it.digest)), it.note));
    }
    for it in &activations {
        let word = if it.rolled_back { "rolled back to" } else { "activated" };
        let digest = it.digest.map_or_else(|| BUILT_IN.to_owned(), |it| it.to_string()[..12].to_owned());
        say(format!("{:>4}  {}  {word} {digest}  {}", it.seq, it.at.rfc3339(), it.reason));
    }
    if let Some(Fault { digest, why }) = &fault {
        say(format!("The active policies {digest} cannot decide in this program: {why}"));
    }
    Ok(ExitCode::from(u8::from(fault.is_some())))
}
