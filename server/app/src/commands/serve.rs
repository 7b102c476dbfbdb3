//! `kalinklo serve`.

use super::say;
use crate::config::Given;
use crate::machine::Os;
use crate::{Stop, serve};
use connect::reports::Reports;
use std::process::ExitCode;

pub(super) fn run(given: Given) -> Result<ExitCode, Stop> {
    let config = given.config()?;
    // dropped last, which sends what waits: also the fault that ends this
    let _reports = logs(config.sentry_dsn.as_deref(), connect::logs::DEFAULT_FILTER)?;
    let opened = serve::open(&config.database, config.readers, Box::new(Os))?;
    let advice = config.advice();
    let first = !opened.store.has_admin().map_err(Stop::because)?;
    let policies = opened.store.in_force();
    let mut server = serve::assemble(&config, opened, false, config.smtp.is_none())?;
    serve::to_the_end(serve::runtime()?, async {
        let listener = serve::bind(config.listen).await?;
        server.listen = listener.local_addr().map_err(Stop::because)?;
        let signal = serve::signalled();
        say(format!("Kalinklo Artists serves on http://{}", server.listen));
        if policies.digest != policies.built_in {
            say(format!("The policies {} decide, activated on this database.", policies.digest.short()));
        }
        if let Some(advice) = &advice {
            say(advice);
        }
        if first {
            say("There is no admin yet. Make the first one with:\n  kalinklo admin create EMAIL");
        }
        serve::run(server, listener, signal).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Starts logging and, where configured, fault reports. They are sent while what is returned lives; dropping it sends what is
/// left, for at most two seconds.
pub(crate) fn logs(dsn: Option<&str>, quiet: &str) -> Result<Option<Reports>, Stop> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| quiet.to_owned());
    connect::logs::start(&filter).map_err(Stop::because)?;
    serve::reports(dsn, "production")
}
