//! `kalinklo admin create`.

use crate::Stop;
use crate::cli::Admin;
use std::process::ExitCode;

pub(super) fn run(command: Admin) -> Result<ExitCode, Stop> {
    let Admin::Create { email: _, name: _, given } = command;
    let _config = given.config()?;
    Err(Stop("not yet".into()))
}
