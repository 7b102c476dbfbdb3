//! `kalinklo policy explain`: why, or why not, over what stands in a database.

use super::who::{self, Asked};
use crate::Stop;
use crate::cli::{Asking, Explain};
use crate::commands::say;
use policy::{Clause, Explained, Form, Rule, ask};
use serde::Serialize;
use std::process::ExitCode;
use store::{ListText, list_text};

/// All that `--json` tells.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    explained: Explained,
    /// What a list would ask; none where the action has no lists.
    list: Option<ListText>,
}

pub(super) fn run(it: Explain) -> Result<ExitCode, Stop> {
    let Explain { who: principal, action, on, asking: Asking { told, json, files, over } } = it;
    let ground = who::Ground::of(over, files)?;
    let action = who::action(&action)?;
    let told = who::told(&told)?;
    let asker = ground.asker(&principal, told.factor_age)?;
    let on = ground.thing(&asker, &on)?.under(action);
    let Asked { told, .. } = told;
    let engine = ground.engine();
    let explained = ask::explain(engine, &asker, action, &on, &told).map_err(Stop::because)?;
    let list = list_text(engine, &asker, action, on.kind(), &told, ground.is_postgres());
    let it = Told { explained, list };
    if json {
        say(serde_json::to_string_pretty(&it).map_err(Stop::because)?);
    } else {
        print(&it);
    }
    Ok(if it.explained.allowed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn print(Told { explained: it, list }: &Told) {
    say(format!("{}: {}", if it.allowed { "ALLOWED" } else { "DENIED" }, it.sentence()));
    if let Some(fault) = &it.fault {
        say(fault);
    }
    for rule in &it.rules {
        policy(rule, it.by.contains(&rule.policy.id));
    }
    say(format!("\n{} other policies speak of other questions.", it.silent));
    if !it.near.is_empty() {
        say("\nWhat would turn the answer:");
        for near in &it.near {
            say(format!("  {}", near.sentence()));
            for change in &near.changes {
                let holds = if change.holds { "held" } else { "did not hold" };
                say(format!("    if this {holds}: {}  ({})", one_line(&change.clause), change.policy));
            }
        }
    }
    if let Some(list) = list {
        say(format!("\nThe list: {}", list.sentence()));
        list.sql().into_iter().flat_map(str::lines).for_each(|it| say(format!("  {it}")));
    }
}

fn policy(Rule { policy, clauses, .. }: &Rule, decided: bool) {
    let mark = if decided { "  <- decided" } else { "" };
    let (file, line) = (&policy.file, policy.line);
    say(format!("\n{} {} ({}, {file}:{line}){mark}", policy.effect, policy.id, policy.practice));
    say(format!("  {}", policy.says));
    for it in clauses {
        clause(it, file, 1);
    }
}

/// A clause and its parts, each below what it is a part of.
fn clause(it: &Clause, file: &str, depth: usize) {
    let what = match it.form {
        Form::When => "when".to_owned(),
        Form::Unless => "unless".to_owned(),
        Form::All => "all of".to_owned(),
        Form::Any => "one of".to_owned(),
        Form::Not => "not".to_owned(),
        Form::Principal | Form::Action | Form::Resource | Form::Clause | Form::Whole => one_line(&it.text),
    };
    let verdict = it.verdict.as_str();
    let unasked = if it.asked || verdict == "not asked" { "" } else { ", not asked" };
    let place = format!("{file}:{}:{}", it.place.line, it.place.column);
    let decides = if it.decides && it.parts.is_empty() { "  <- decides" } else { "" };
    say(format!("{}{verdict}{unasked}: {what}  ({place}){decides}", "  ".repeat(depth)));
    for part in &it.parts {
        clause(part, file, depth + 1);
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
