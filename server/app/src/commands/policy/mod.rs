//! `kalinklo policy …`, for reviewers. Exit code 0: it holds; 1: it does not; 2: it could not run.

mod diff;
mod explain;
mod format;
mod log;
mod prove;
mod reach;
mod reload;
mod report;
mod stage;
mod test;
mod who;

use super::say;
use crate::Stop;
use crate::cli::{Check, Files, PolicyCommand};
use policy::Bundle;
use policy_tests::Cases;
use std::path::PathBuf;
use std::process::ExitCode;

pub(super) fn run(command: PolicyCommand) -> Result<ExitCode, Stop> {
    match command {
        PolicyCommand::Check(Check { files: Files { policies, schema }, json }) => {
            check(policies, schema, json)
        }
        PolicyCommand::Test(it) => test::run(it),
        PolicyCommand::Prove(it) => prove::prove(it),
        PolicyCommand::Mutants(it) => prove::mutants(it),
        PolicyCommand::Explain(it) => explain::run(it),
        PolicyCommand::WhoCan(it) => reach::who_can(it),
        PolicyCommand::WhatCan(it) => reach::what_can(it),
        PolicyCommand::Diff(it) => diff::run(it),
        PolicyCommand::Stage(it) => stage::run(it),
        PolicyCommand::Activate(it) => reload::activate(it),
        PolicyCommand::Rollback(it) => reload::rollback(it),
        PolicyCommand::List(it) => reload::list(it),
        PolicyCommand::Format(it) => format::run(&it.folder, it.check, it.json),
        PolicyCommand::Report(it) => report::run(it),
    }
}

/// The cases of a folder, or the built-in ones.
fn cases(folder: Option<PathBuf>) -> Result<Cases, Stop> {
    let cases = folder.map_or_else(Cases::embedded, |it| Cases::folder(&it));
    cases.map_err(|them| Stop(listed(&them)))
}

/// One a line.
fn listed(them: &[impl ToString]) -> String {
    them.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn bundle(policies: Option<PathBuf>, schema: Option<PathBuf>) -> Result<Bundle, Stop> {
    let Some(folder) = policies else {
        let mut bundle = Bundle::embedded();
        if let Some(file) = schema {
            let text =
                std::fs::read_to_string(&file).map_err(|e| Stop(format!("{}: {e}", file.display())))?;
            bundle.schema = (file.display().to_string(), text);
        }
        return Ok(bundle);
    };
    Bundle::folder(&folder, schema.as_deref()).map_err(|e| Stop(format!("{}: {e}", folder.display())))
}

fn check(policies: Option<PathBuf>, schema: Option<PathBuf>, json: bool) -> Result<ExitCode, Stop> {
    let bundle = bundle(policies, schema)?;
    match bundle.check() {
        Ok(texts) => {
            if json {
                say(
                    serde_json::json!({ "holds": true, "policies": texts.len(), "files": bundle.files.len() }),
                );
            } else {
                say(format!("{} policies in {} files hold.", texts.len(), bundle.files.len()));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(complaints) => {
            if json {
                let all: Vec<_> = complaints
                    .iter()
                    .map(|it| serde_json::json!({ "file": it.file, "line": it.line, "column": it.column, "message": it.message, "practice": it.practice }))
                    .collect();
                say(serde_json::json!({ "holds": false, "complaints": all }));
            } else {
                for it in &complaints {
                    say(it);
                }
                say(format!("{} complaints.", complaints.len()));
            }
            Ok(ExitCode::from(1))
        }
    }
}
