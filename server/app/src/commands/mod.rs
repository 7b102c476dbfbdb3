//! The commands, a file each.

mod admin;
mod audit;
mod doctor;
mod policy;
mod routes;
mod serve;
mod site;

use crate::cli::{Cli, Command};
use crate::{Stop, demo};
use std::io::Write as _;
use std::process::ExitCode;

/// Runs what was asked for.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Stop> {
    if ::policy::CONSTANT && !matches!(cli.command, Some(Command::Demo(_))) {
        return Err(Stop(
            "this build decides nothing; it is for measuring, and serves made-up worlds alone".into(),
        ));
    }
    match cli.command {
        None => serve::run(cli.given),
        Some(Command::Serve(given)) => serve::run(given),
        Some(Command::Demo(it)) => demo::run(it),
        Some(Command::Admin(it)) => admin::run(it),
        Some(Command::Policy(it)) => policy::run(it),
        Some(Command::Audit(it)) => audit::run(it),
        Some(Command::Migrate(given)) => doctor::migrate(given),
        Some(Command::Doctor(given)) => doctor::run(given),
        Some(Command::Routes { json }) => routes::run(json),
        Some(Command::Site(it)) => site::run(it),
    }
}

pub(crate) use serve::logs;

/// Prints a line of a command's result. Whoever reads only its beginning, as `head` does, has had enough; what was not said
/// is not taken for an answer.
pub(crate) fn say(text: impl std::fmt::Display) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(2);
    }
}
