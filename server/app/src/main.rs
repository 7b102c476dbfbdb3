//! `kalinklo`: the one program. Serves the workspace, shows a made-up world, and gives operators and reviewers their
//! tools. This is the edge: here alone the machine is asked for the time and for randomness.

mod cli;
mod commands;
mod config;
mod demo;
mod machine;
mod serve;
mod workers;

use clap::Parser as _;
use std::process::ExitCode;

/// What stops the program: said on standard error in plain words, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Stop(pub(crate) String);

impl Stop {
    pub(crate) fn because(it: impl std::fmt::Display) -> Self {
        Self(it.to_string())
    }
}

#[allow(clippy::print_stderr)] // a program that cannot go on says why
fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            if e.use_stderr() {
                unrun(&e.render().to_string());
            }
            e.exit()
        }
    };
    match commands::run(cli) {
        Ok(code) => code,
        Err(Stop(why)) => {
            unrun(&why);
            eprintln!("kalinklo: {why}");
            ExitCode::from(2)
        }
    }
}

/// Tells a program that reads JSON why there is no answer, where it asked a reviewers' command.
fn unrun(why: &str) {
    let mut asked = std::env::args().skip(1);
    if asked.next().is_some_and(|it| it == "policy") && asked.any(|it| it == "--json") {
        commands::say(serde_json::json!({ "holds": null, "error": why }));
    }
}
