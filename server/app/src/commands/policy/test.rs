//! `kalinklo policy test`: cases, the matrix, and what the cases leave untried.

use super::bundle;
use crate::Stop;
use crate::cli::{Files, Test};
use crate::commands::say;
use policy::Engine;
use policy_tests::{Cases, coverage, matrix};
use std::process::ExitCode;

/// Where a checkout keeps it.
const PAGE: &str = "policy-tests/expected/matrix.txt";

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
    let path = file.unwrap_or_else(|| PAGE.into());
    if bless {
        std::fs::write(&path, &page).map_err(|e| Stop(format!("{}: {e}", path.display())))?;
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_else(|_| matrix::REVIEWED.to_owned());
    let changed = matrix::differing(&reviewed, &page);
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
            changed.len(),
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
