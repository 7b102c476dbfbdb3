//! `kalinklo policy prove` and `mutants`: what holds for all requests, and what a weakening would be noticed by.

use super::{bundle, listed};
use crate::Stop;
use crate::cli::{Files, Mutate, Prove};
use crate::commands::say;
use policy_tests::mutants;
use policy_tests::proofs::{self, Options, Prover, Report, Verdict};
use serde::Serialize;
use std::process::ExitCode;

/// How to reach the solver and the verdicts reached before.
pub(super) fn options(anew: bool) -> Options {
    let options = Options::default();
    if anew { Options { cache: None, ..options } } else { options }
}

pub(super) fn prove(it: Prove) -> Result<ExitCode, Stop> {
    let Prove { name, list, environments, anew, json, files: Files { policies, schema } } = it;
    let wanted = |theorem: &proofs::Theorem| {
        name.as_deref().is_none_or(|it| theorem.name.contains(it) || theorem.guarantee == it)
    };
    let theorems: Vec<_> = proofs::all().map_err(Stop::because)?.into_iter().filter(&wanted).collect();
    if theorems.is_empty() {
        return Err(Stop(format!(
            "no theorem is called like `{}`\n  `kalinklo policy prove --list` names them all.",
            name.unwrap_or_default()
        )));
    }
    if list {
        if json {
            say(serde_json::json!({ "theorems": theorems }));
        } else {
            theorems.iter().for_each(|it| say(format!("{:<4} {:<44} {}", it.guarantee, it.name, it.says)));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let bundle = bundle(policies, schema)?;
    bundle.check().map_err(|them| Stop(listed(&them)))?;
    let set = proofs::policies(bundle.files.values().map(String::as_str)).map_err(Stop::because)?;
    let report = proofs::prove(&set, &bundle.schema.1, &wanted, options(anew)).map_err(Stop::because)?;
    let holds = known(&report);
    if json {
        let error = holds.is_none().then_some("the solver could not tell");
        say(serde_json::to_string(&Told { holds, error, report: &report }).map_err(Stop::because)?);
    } else {
        if environments {
            say(report.environments());
        }
        say(&report);
    }
    Ok(match holds {
        Some(true) => ExitCode::SUCCESS,
        Some(false) => ExitCode::from(1),
        None => ExitCode::from(2),
    })
}

/// Whether everything holds; none where nothing was refuted, and of something nobody knows.
fn known(report: &Report) -> Option<bool> {
    if report.broken().any(|it| it.verdict == Verdict::Refuted) {
        return Some(false);
    }
    report.holds().then_some(true)
}

/// What `--json` tells.
#[derive(Serialize)]
struct Told<'a, R> {
    holds: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(flatten)]
    report: &'a R,
}

pub(super) fn mutants(it: Mutate) -> Result<ExitCode, Stop> {
    let Mutate { policy, cases, json, files: Files { policies, schema } } = it;
    let bundle = bundle(policies, schema)?;
    let cases = super::cases(cases)?;
    let mut all = mutants::all(&bundle).map_err(Stop::because)?;
    if let Some(id) = &policy {
        all.retain(|it| it.policy.split(", ").any(|it| it == id));
        if all.is_empty() {
            return Err(Stop(format!("no policy is called `{id}`")));
        }
    }
    let prover = Prover::new(&bundle.schema.1, options(false)).map_err(Stop::because)?;
    let report = mutants::run(&bundle, &cases, all, Some(&prover)).map_err(Stop::because)?;
    let holds = report.survivors().next().is_none();
    if json {
        let told = Told { holds: Some(holds), error: None, report: &report };
        say(serde_json::to_string(&told).map_err(Stop::because)?);
    } else {
        say(&report);
    }
    Ok(ExitCode::from(u8::from(!holds)))
}
