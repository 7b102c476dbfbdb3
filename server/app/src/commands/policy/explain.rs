//! `kalinklo policy explain`: why, or why not, over what stands in a database.

use super::who::{self, Asked};
use crate::Stop;
use crate::cli::Asking;
use crate::commands::say;
use policy::{Explained, Verdict};
use std::process::ExitCode;

pub(super) fn run(principal: &str, action: &str, on: &str, asking: Asking) -> Result<ExitCode, Stop> {
    let Asking { told, json, over } = asking;
    let ground = who::Ground::of(over)?;
    let action = who::action(action)?;
    let told = who::told(&told)?;
    let asker = ground.asker(principal, told.factor_age)?;
    let on = ground.thing(&asker, on)?;
    let Asked { told, .. } = told;
    let explained =
        policy_tests::ask::explain(ground.engine(), &asker, action, &on, &told).map_err(Stop::because)?;
    if json {
        say(serde_json::to_string_pretty(&explained).map_err(Stop::because)?);
    } else {
        print(&explained);
    }
    Ok(if explained.allowed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn print(it: &Explained) {
    say(if it.allowed { "ALLOWED" } else { "DENIED" });
    if let Some(fault) = &it.fault {
        say(format!("because a policy could not be evaluated: {fault}"));
    } else if it.by.is_empty() {
        say("because no policy allows it");
    }
    for rule in &it.rules {
        let decided = it.by.contains(&rule.policy.id);
        say(format!(
            "\n{} {} ({}, {}:{}){}",
            rule.policy.effect,
            rule.policy.id,
            rule.policy.practice,
            rule.policy.file,
            rule.policy.line,
            if decided { "  <- decided" } else { "" }
        ));
        say(format!("  {}", rule.policy.says));
        for clause in &rule.clauses {
            let mark = match clause.verdict {
                Verdict::Holds => "holds",
                Verdict::Fails => "FAILS",
                Verdict::Errs => "ERRS ",
            };
            say(format!("  {mark}  {}", clause.text));
        }
    }
}
