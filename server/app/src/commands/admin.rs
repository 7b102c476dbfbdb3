//! `kalinklo admin create`.

use super::say;
use crate::cli::Admin;
use crate::machine::Os;
use crate::{Stop, serve};
use domain::bounded::{Email, Line};
use policy::actions::CreateAdmin;
use std::process::ExitCode;
use store::accounts;

pub(super) fn run(command: Admin) -> Result<ExitCode, Stop> {
    let Admin::Create { email, name, given } = command;
    let config = given.config()?;
    let email = Email::parse(&email).map_err(Stop::because)?;
    let name = Line::line("a name", &name).map_err(Stop::because)?;
    let opened = serve::open(&config.database, 2, Box::new(Os))?;
    let store = &opened.store;
    let permit = serve::permitted::<CreateAdmin>(store)?;
    let origin = config.origin.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let made = accounts::admin_create(store, permit, &email, &name, &origin).map_err(Stop::because)?;
    say(if made.was_known { "This account is an admin now." } else { "The admin is made." });
    say(format!(
        "Sign in within fifteen minutes, with the server running, and enrol a second factor:\n  {}",
        made.link
    ));
    Ok(ExitCode::SUCCESS)
}
