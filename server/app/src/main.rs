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
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(Stop(why)) => {
            eprintln!("kalinklo: {why}");
            ExitCode::from(2)
        }
    }
}
