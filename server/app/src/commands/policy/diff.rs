//! `kalinklo policy diff OLD NEW`: which decisions change, over all requests and over those that were really made.

use super::prove::options;
use super::reload::{self, BUILT_IN};
use super::{listed, log};
use crate::Stop;
use crate::cli::Diff;
use crate::commands::say;
use crate::config::Given;
use policy::Bundle;
use policy_tests::proofs::{self, Across};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

const FOLDER: &str = "policies";
const SCHEMA: &str = "schema/kalinklo.cedarschema";

pub(super) fn run(it: Diff) -> Result<ExitCode, Stop> {
    let (old, new) = (side(&it.old, &it.given)?, side(&it.new, &it.given)?);
    let across = compared(&old, &new)?;
    let found = &across.differences;
    let log = if it.log == 0 { None } else { Some(log::again(&old, &new, it.log.into(), it.given)?) };
    // where nothing could be compared, nothing is known to be the same
    let same = found.is_empty() && across.apart.is_empty();
    if it.json {
        say(serde_json::json!({
            "same": same, "differences": found, "compared": across.compared, "apart": across.apart, "log": log,
        }));
    } else {
        for it in found {
            say(headline(it));
            for line in it.case.as_deref().unwrap_or(&it.facts).lines() {
                say(format!("  {line}"));
            }
            say("");
        }
        for (environment, why) in &across.apart {
            say(format!("not compared  {environment}: {why}"));
        }
        let over = match across.apart.len() {
            0 => "all of them".to_owned(),
            n => format!("those of {} environments; {n} could not be compared", across.compared),
        };
        say(match found.len() {
            0 if across.compared == 0 => "Nothing could be compared.".to_owned(),
            0 => format!("Every request is decided as before: proved for {over}."),
            n => format!("{n} changes, each with one request that shows it, over {over}."),
        });
        if let Some(it) = &log {
            for line in &it.flips {
                say(line);
            }
            say(format!(
                "{} of {} recorded decisions would be others today; {} are of things or people that are gone.",
                it.flips.len(),
                it.decisions,
                it.gone
            ));
        }
    }
    let same = same && log.is_none_or(|it| it.flips.is_empty());
    Ok(ExitCode::from(u8::from(!same)))
}

/// Which way a decision changes, where, and one request that shows it.
pub(super) fn headline(it: &proofs::Difference) -> String {
    let word = |it: bool| if it { "ALLOW" } else { "DENY" };
    format!("{} -> {}  {}\n  {}", word(it.from), word(it.to), it.environment, it.sentence)
}

/// The program's own policies, a folder of policies, a checkout with a folder `policies`, a set that the database named by
/// the command has staged, or a revision of the repository here.
fn side(name: &str, given: &Given) -> Result<Bundle, Stop> {
    if name == BUILT_IN {
        return Ok(Bundle::embedded());
    }
    if Path::new(name).is_dir() {
        return folder(Path::new(name)).map_err(|e| Stop(format!("{name}: {e}")));
    }
    if name.starts_with('-') {
        // git would take it for an option
        return Err(Stop(format!("`{name}` is no folder, and a revision does not begin with a dash")));
    }
    let named = given.config.is_some() || given.data.is_some() || given.database.is_some();
    if named
        && reload::may_be_digest(name)
        && let Some(it) = reload::staged(given.clone(), name)?
    {
        return Ok(it);
    }
    revision(name)
}

/// The policies of a folder or of the checkout there, with the schema that stands beside them, or else the built-in one.
fn folder(path: &Path) -> std::io::Result<Bundle> {
    let inner = path.join(FOLDER);
    let policies = if inner.is_dir() { inner } else { path.to_owned() };
    let beside = policies.canonicalize()?.parent().map(|it| it.join("schema"));
    let mut schemas = Vec::new();
    for entry in beside.filter(|it| it.is_dir()).map(std::fs::read_dir).transpose()?.into_iter().flatten() {
        schemas.push(entry?.path());
    }
    schemas.retain(|it| it.extension().is_some_and(|it| it == "cedarschema"));
    match schemas.as_slice() {
        [] => Bundle::folder(&policies, None),
        [one] => Bundle::folder(&policies, Some(one)),
        _ => Err(std::io::Error::other("several schemas stand beside it")),
    }
}

fn revision(name: &str) -> Result<Bundle, Stop> {
    // both name files from the root of the repository, wherever the command is called
    let show = |what: &str| git(&["show", &format!("{name}:{what}")]);
    let names = git(&["ls-tree", "-r", "--full-tree", "--name-only", name, "--", FOLDER]).map_err(|why| {
        Stop(format!(
            "`{name}` is no folder, no set that a named database has staged, and no revision of a repository here: {}",
            why.0
        ))
    })?;
    let mut files = BTreeMap::new();
    for file in names.lines().filter(|it| it.ends_with(".cedar")) {
        files.insert(file.to_owned(), show(file)?);
    }
    Ok(Bundle { schema: (format!("{name}:{SCHEMA}"), show(SCHEMA)?), files })
}

fn git(arguments: &[&str]) -> Result<String, Stop> {
    let done = Command::new("git").args(arguments).output().map_err(|e| Stop(format!("git: {e}")))?;
    if !done.status.success() {
        return Err(Stop(String::from_utf8_lossy(&done.stderr).trim().to_owned()));
    }
    String::from_utf8(done.stdout).map_err(|_| Stop("git answered with no text".into()))
}

/// What changes, each set asked as its own schema has it.
fn compared(old: &Bundle, new: &Bundle) -> Result<Across, Stop> {
    let set = |it: &Bundle| {
        it.check().map_err(|them| Stop(listed(&them)))?;
        proofs::policies(it.files.values().map(String::as_str)).map_err(Stop::because)
    };
    let (before, now) = (set(old)?, set(new)?);
    let (before, now) = ((&before, old.schema.1.as_str()), (&now, new.schema.1.as_str()));
    proofs::differences_across(before, now, &options(false)).map_err(Stop::because)
}
