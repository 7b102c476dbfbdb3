//! `kalinklo doctor` and `kalinklo migrate`: is everything in order, and if not, what to do.

use super::say;
use crate::config::{Config, Given};
use crate::machine::Os;
use crate::{Stop, serve};
use policy::{Bundle, Engine};
use std::path::Path;
use std::process::ExitCode;
use store::InForce;
use store::db::{self, Address, Use};

pub(super) fn migrate(given: Given) -> Result<ExitCode, Stop> {
    let config = given.config()?;
    let mut db = serve::connected(&config.database, Use::Write)?;
    let ran = db::migrate(&mut db).map_err(Stop)?;
    say(if ran.is_empty() {
        "The database is up to date.".to_owned()
    } else {
        format!("Ran {}.", ran.join(", "))
    });
    Ok(ExitCode::SUCCESS)
}

/// What the doctor found, a line each.
#[derive(Default)]
struct Findings {
    wrong: bool,
    doubted: bool,
}

impl Findings {
    fn line(&mut self, what: &str, found: Result<String, String>) {
        match found {
            Ok(it) => say(format!("ok    {what}: {it}")),
            Err(why) => {
                self.wrong = true;
                say(format!("WRONG {what}: {why}"));
            }
        }
    }
}

impl Findings {
    /// What no start is stopped by.
    fn doubt(&mut self, what: &str, why: &str) {
        self.doubted = true;
        say(format!("LOOK  {what}: {why}"));
    }

    fn last_word(&self) -> &'static str {
        match self {
            Self { wrong: true, .. } => "Something is not in order; see above.",
            Self { doubted: true, .. } => "A start will work; look at what is named above.",
            _ => "All is in order.",
        }
    }
}

/// Looks at everything that a start needs, and changes nothing: no database is made, no migration run, no folder left.
pub(super) fn run(given: Given) -> Result<ExitCode, Stop> {
    let mut found = Findings::default();
    match given.config() {
        Ok(config) => examine(&config, &mut found),
        Err(Stop(why)) => found.line("configuration", Err(why)),
    }
    say(found.last_word());
    Ok(if found.wrong { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn examine(config: &Config, found: &mut Findings) {
    found.line("configuration", Ok(format!("data in {}", config.data.display())));
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| connect::logs::DEFAULT_FILTER.into());
    found.line("logs", connect::logs::readable(&filter).map(|()| filter).map_err(|e| e.to_string()));
    found.line("address", listens(config));
    if let Some(advice) = config.advice() {
        found.doubt("clients", &advice);
    }
    found.line("policies", policies());
    database(config, found);
    found.line("mail", mail(config));
    let documents = config.data.join("documents");
    found.line("documents", usable(&documents).map(|()| documents.display().to_string()));
    found.line("fault reports", reports(config));
    let site = site_builder::Site::build(site_builder::Source::embedded());
    found.line("site", site.map(|it| format!("{} files", it.paths().count())).map_err(|e| e.to_string()));
}

fn listens(config: &Config) -> Result<String, String> {
    let bound = serve::runtime().and_then(|it| it.block_on(serve::bind(config.listen)));
    bound.map(|_| format!("{} is free", config.listen)).map_err(|Stop(why)| why)
}

fn policies() -> Result<String, String> {
    let it = Engine::load(&Bundle::embedded()).map_err(|e| e.to_string())?;
    let (count, environments, digest) = (it.texts().len(), it.environments(), it.digest().short());
    Ok(format!("{count} policies, which speak in {environments} environments, {digest}"))
}

/// The database, what waits to be run on it, whose policies decide there, and whether somebody can let people in.
fn database(config: &Config, found: &mut Findings) {
    let where_ = &config.database;
    if let Address::Sqlite(file) = where_
        && !Path::new(file).exists()
    {
        let folder = Path::new(file).parent().filter(|it| !it.as_os_str().is_empty());
        let made =
            usable(folder.unwrap_or(Path::new("."))).map(|()| format!("{where_} is made by the first start"));
        return found.line("database", made);
    }
    let pending = serve::connected(where_, Use::Read)
        .map_err(|Stop(why)| why)
        .and_then(|mut it| db::pending(&mut it).map_err(|e| format!("cannot read {where_}: {e}")));
    match pending {
        Err(why) => return found.line("database", Err(why)),
        Ok(0) => {}
        Ok(count) => {
            let waits =
                if count == 1 { "1 migration waits".to_owned() } else { format!("{count} migrations wait") };
            let waits = format!("{where_}; {waits} for the next start or `kalinklo migrate`");
            return found.line("database", Ok(waits));
        }
    }
    let store = match serve::open(where_, config.readers, Box::new(Os)) {
        Ok(it) => it.store,
        Err(Stop(why)) => return found.line("database", Err(why)),
    };
    found.line("database", store.ready().map(|()| where_.to_string()));
    let InForce { digest, built_in, .. } = store.in_force();
    let own = digest == built_in;
    found.line("active policies", Ok(if own { "the program’s own".into() } else { digest.to_string() }));
    let admin = store.has_admin().map_err(|e| e.to_string());
    found.line(
        "admin",
        admin.map(|there| {
            let none = "there is none yet; make the first one with `kalinklo admin create EMAIL`";
            if there { "there is one" } else { none }.to_owned()
        }),
    );
}

fn mail(config: &Config) -> Result<String, String> {
    if let Some(smtp) = serve::smtp(config).map_err(|Stop(why)| why)? {
        return smtp.greet().map(|()| "the mail server answers".to_owned()).map_err(|e| e.to_string());
    }
    let folder = config.data.join("mail");
    usable(&folder).map(|()| format!("written to {}", folder.display()))
}

fn reports(config: &Config) -> Result<String, String> {
    let started = serve::reports(config.sentry_dsn.as_deref(), "doctor").map_err(|Stop(why)| why)?;
    Ok(if started.is_some() { "sent to Sentry, scrubbed" } else { "off" }.to_owned())
}

/// Whether files can be made in this folder, or in the nearest one above it that is there.
fn usable(folder: &Path) -> Result<(), String> {
    let above = std::path::absolute(folder).map_err(|e| e.to_string())?;
    let there = above.ancestors().find(|it| it.exists()).unwrap_or(Path::new("/"));
    let tried = tempfile::tempfile_in(there).map(drop);
    tried.map_err(|e| format!("{} cannot be used: {e}\n  Name another folder with --data.", folder.display()))
}
