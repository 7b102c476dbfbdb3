//! `kalinklo policy stage`: policies go through every check, and are kept only where all of them hold.

use super::bundle;
use super::diff::headline;
use super::prove::options;
use crate::cli::Stage;
use crate::commands::say;
use crate::{Stop, serve};
use domain::Digest;
use domain::bounded::Line;
use policy::{Bundle, PolicyText, actions};
use policy_tests::proofs::{self, Difference, Prover};
use policy_tests::vetting::{Check, Objection, Tests, Vetted, vet};
use serde_json::json;
use std::process::ExitCode;
use store::{Store, StoreError, policies};

pub(super) fn run(it: Stage) -> Result<ExitCode, Stop> {
    let Stage { policies: folder, note, tests, anew, json, given } = it;
    let note = Line::line("a note", &note).map_err(Stop::because)?;
    let bundle = bundle(Some(folder), None)?;
    let tests = tests.map_or_else(Tests::embedded, |it| Tests::folder(&it)).map_err(Stop::because)?;
    let opened = serve::open_to_mend(&given.config()?.database)?;
    let store = &opened.store;
    let permit = serve::permitted::<actions::StagePolicies>(store)?;
    let digest = bundle.digest();
    let checked = match checks(store, &bundle, &tests, anew)? {
        Ok(it) => it,
        Err(against) => {
            refused(digest, &against, json);
            return Ok(ExitCode::from(1));
        }
    };
    let verdict = json!({
        "vetted": checked.vetted, "program": env!("CARGO_PKG_VERSION"), "active": store.engine().digest(),
        "differences": checked.differences.len(),
    });
    let already = match policies::stage(store, permit, &bundle, &note, &verdict.to_string()) {
        Ok(_) => false,
        // whoever stages what is staged has what they wanted
        Err(StoreError::Conflict(_)) if is_staged(store, digest)? => true,
        Err(StoreError::Conflict(why)) => {
            refused(digest, &[Objection::new(Check::Engine, why, &[])], json);
            return Ok(ExitCode::from(1));
        }
        Err(e) => return Err(Stop::because(e)),
    };
    staged(digest, already, &checked, json);
    Ok(ExitCode::SUCCESS)
}

struct Checked {
    vetted: Vetted,
    /// Against what decides now, newly allowed first.
    differences: Vec<Difference>,
}

fn checks(
    store: &Store,
    bundle: &Bundle,
    tests: &Tests,
    anew: bool,
) -> Result<Result<Checked, Vec<Objection>>, Stop> {
    // who has no solver hears of it before anything else is looked at
    let prover =
        Prover::with(&bundle.schema.1, tests.guarantees.clone(), options(anew)).map_err(Stop::because)?;
    let vetted = match vet(bundle, tests, &prover).map_err(Stop::because)? {
        Ok(it) => it,
        Err(against) => return Ok(Err(against)),
    };
    let active = proofs::policies(store.engine().texts().iter().map(|it: &PolicyText| it.source.as_str()));
    let new = proofs::policies(bundle.files.values().map(String::as_str));
    let differences = prover
        .differences(&active.map_err(Stop::because)?, &new.map_err(Stop::because)?)
        .map_err(Stop::because)?;
    Ok(Ok(Checked { vetted, differences }))
}

fn is_staged(store: &Store, digest: Digest) -> Result<bool, Stop> {
    let (sets, _) = super::reload::known(store)?;
    Ok(sets.iter().any(|it| it.digest == digest))
}

fn refused(digest: Digest, against: &[Objection], json: bool) {
    if json {
        return say(json!({ "holds": false, "digest": digest, "objections": against }));
    }
    for it in against {
        say(it);
    }
    say(format!("{} objections: nothing was staged, and what decides has not changed.", against.len()));
    if against.iter().any(|it| !matches!(it.check, Check::Files | Check::Engine)) {
        say(
            "Where these policies are meant to decide otherwise, give their own cases, matrix and rights by --tests.",
        );
    }
}

fn staged(digest: Digest, already: bool, checked: &Checked, json: bool) {
    let Checked { vetted, differences } = checked;
    if json {
        return say(json!({
            "holds": true, "digest": digest, "already": already, "vetted": vetted, "differences": differences,
        }));
    }
    say(vetted);
    for it in differences {
        say(headline(it));
    }
    let open = differences.iter().filter(|it| it.to).count();
    say(match differences.len() {
        0 => "Every request is decided as it is now: proved for all of them.".to_owned(),
        _ => format!(
            "Against what decides now, {open} environments allow more and {} less.",
            differences.len() - open
        ),
    });
    say(format!("{} {digest}", if already { "Staged before:" } else { "Staged:" }));
    say(format!(
        "Activate them with:\n  kalinklo policy activate {} --reason TEXT",
        &digest.to_string()[..12]
    ));
}
