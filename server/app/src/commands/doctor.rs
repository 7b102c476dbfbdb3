//! `kalinklo doctor` and `kalinklo migrate`: is everything in order, and if not, what to do.

use super::say;
use crate::config::Given;
use crate::machine::Os;
use crate::{Stop, serve};
use policy::{Bundle, Engine};
use std::process::ExitCode;
use store::db::{self, Use};

pub(super) fn migrate(given: Given) -> Result<ExitCode, Stop> {
    let config = given.config()?;
    let mut db = db::connect(&config.database, Use::Write).map_err(|_| {
        Stop(format!("cannot open {}\n  Check `database` and that the server runs.", config.database))
    })?;
    let ran = db::migrate(&mut db).map_err(Stop)?;
    say(if ran.is_empty() {
        "The database is up to date.".to_owned()
    } else {
        format!("Ran {}.", ran.join(", "))
    });
    Ok(ExitCode::SUCCESS)
}

pub(super) fn run(given: Given) -> Result<ExitCode, Stop> {
    let mut sound = true;
    let mut line = |what: &str, found: Result<String, String>| match found {
        Ok(it) => say(format!("ok    {what}: {it}")),
        Err(why) => {
            sound = false;
            say(format!("WRONG {what}: {why}"));
        }
    };
    let config = match given.config() {
        Ok(config) => config,
        Err(Stop(why)) => {
            line("configuration", Err(why));
            return Ok(ExitCode::from(1));
        }
    };
    line("configuration", Ok(format!("listens on {}", config.listen)));
    match Engine::load(&Bundle::embedded()) {
        Ok(it) => line(
            "policies",
            Ok(format!(
                "{} policies, which speak in {} environments, {}",
                it.texts().len(),
                it.environments(),
                it.digest().short()
            )),
        ),
        Err(e) => line("policies", Err(e.to_string())),
    }
    match serve::open(&config.database, config.readers, Box::new(Os)) {
        Ok(opened) => {
            line("database", opened.store.ready().map(|()| config.database.to_string()));
            let policies = opened.store.in_force();
            line(
                "active policies",
                Ok(if policies.digest == policies.built_in {
                    "the program's own".into()
                } else {
                    policies.digest.to_string()
                }),
            );
            line(
                "admin",
                match opened.store.has_admin() {
                    Ok(true) => Ok("there is one".into()),
                    Ok(false) => Err("there is none yet; make one with `kalinklo admin create EMAIL`".into()),
                    Err(e) => Err(e.to_string()),
                },
            );
        }
        Err(Stop(why)) => line("database", Err(why)),
    }
    match serve::post(&config, false) {
        Ok(_) if config.smtp.is_none() => {
            line("mail", Ok(format!("written to {}", config.data.join("mail").display())));
        }
        Ok(_) => line("mail", greet(&config)),
        Err(Stop(why)) => line("mail", Err(why)),
    }
    line(
        "documents",
        connect::documents::Folder::new(&config.data.join("documents"))
            .map(|_| config.data.join("documents").display().to_string())
            .map_err(|e| e.to_string()),
    );
    let reports =
        connect::reports::Reports::start(config.sentry_dsn.as_deref(), env!("CARGO_PKG_VERSION"), "doctor")
            .map(|it| if it.is_some() { "sent to Sentry, scrubbed" } else { "off" }.to_owned())
            .map_err(|e| {
                format!(
                    "`sentry-dsn` cannot work: {e}\n  Copy it from the project's settings, or leave it out."
                )
            });
    line("fault reports", reports);
    line(
        "site",
        site_builder::Site::build(site_builder::Source::embedded())
            .map(|it| format!("{} files", it.paths().count()))
            .map_err(|e| e.to_string()),
    );
    say(if sound { "All is in order." } else { "Something is not in order; see above." });
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn greet(config: &crate::config::Config) -> Result<String, String> {
    let sender = connect::mail::Sender { name: "Kalinklo Artists".into(), address: config.mail_from.clone() };
    let url = config.smtp.as_deref().unwrap_or_default();
    let smtp = connect::mail::Smtp::new(url, sender).map_err(|e| e.to_string())?;
    smtp.greet().map(|()| "the mail server answers".to_owned()).map_err(|e| e.to_string())
}
