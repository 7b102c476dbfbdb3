//! `kalinklo policy test`: cases, the matrix, and what the cases leave untried.

use super::bundle;
use crate::Stop;
use crate::cli::{Files, Test};
use crate::commands::say;
use policy::Engine;
use policy_tests::{Cases, Practices, coverage, matrix};
use std::process::ExitCode;

/// Where a checkout keeps it.
const PAGE: &str = "policy-tests/expected/matrix.txt";
/// What is written beside it: the same on a screen for each kind of asker.
const BY_KIND: &str = "matrix-by-kind.txt";

pub(super) fn run(it: Test) -> Result<ExitCode, Stop> {
    let Test { filter, cases, matrix: file, bless, json, files: Files { policies, schema } } = it;
    let bundle = bundle(policies, schema)?;
    let engine = Engine::load(&bundle).map_err(Stop::because)?;
    let all = super::cases(cases)?;
    let wanted = filter.as_deref().unwrap_or_default();
    let some = Cases {
        all: all
            .all
            .iter()
            .filter(|it| format!("{} {} {}", it.file, it.name, it.action.as_str()).contains(wanted))
            .cloned()
            .collect(),
    };
    if some.all.is_empty() {
        return Err(Stop(format!("no case holds `{wanted}` in its file, name or action")));
    }
    let report = some.run(&engine);
    let page = matrix::page(&engine).map_err(Stop::because)?;
    // a page that was named must be there; else that of the checkout, where this is one, or the built-in one
    let named = file.is_some() && !bless;
    let path = file.unwrap_or_else(|| PAGE.into());
    if bless {
        let short = policy_tests::publish::by_kind(&engine).map_err(Stop::because)?;
        for (path, text) in [(&path, &page), (&path.with_file_name(BY_KIND), &short)] {
            std::fs::write(path, text).map_err(|e| Stop(format!("{}: {e}", path.display())))?;
        }
    }
    let reviewed = match std::fs::read_to_string(&path) {
        Err(e) if named => return Err(Stop(format!("{}: {e}", path.display()))),
        read => read.unwrap_or_else(|_| matrix::REVIEWED.to_owned()),
    };
    let changed = Practices::of(engine.texts()).differences(&reviewed, &page);
    let lines = matrix::differing(&reviewed, &page).len();
    // a clause can be said to be untried only when every case was run
    let gaps = match wanted {
        "" => coverage::of(&bundle, &all).map_err(Stop::because)?,
        _ => coverage::Coverage::default(),
    };
    let untried: Vec<_> = gaps.open().collect();
    let holds = report.failures.is_empty() && changed.is_empty() && untried.is_empty();
    if json {
        let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
        say(serde_json::json!({
            "holds": holds, "cases": report.asked, "failures": failures, "matrix": changed,
            "coverage": { "clauses": gaps.clauses, "actions": gaps.actions, "untried": untried },
        }));
    } else {
        for it in &report.failures {
            say(it);
        }
        for it in &changed {
            say(it);
        }
        for it in &untried {
            say(it);
        }
        say(format!(
            "{} questions of the cases: {} failed. The matrix: {} lines differ. {} clauses and {} actions: {} untried.",
            report.asked,
            report.failures.len(),
            lines,
            gaps.clauses,
            gaps.actions,
            untried.len()
        ));
        if !changed.is_empty() {
            say(format!(
                "A line of the matrix that differs is a change of policy: review it, then `kalinklo policy test --bless` writes {}.",
                path.display()
            ));
        }
    }
    Ok(ExitCode::from(u8::from(!holds)))
}
