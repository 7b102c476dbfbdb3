//! `kalinklo policy report`: what the public site and `docs/proofs.md` show of the policies, written or compared.

use super::{bundle, listed};
use crate::Stop;
use crate::cli::{Files, Report};
use crate::commands::say;
use crate::machine::now;
use policy::Bundle;
use policy_tests::mutants::Unable;
use policy_tests::proofs::{self, Guarantees, Options, Prover, Verdict};
use policy_tests::publish::document::{self, Taken};
use policy_tests::publish::{self, Made};
use policy_tests::{Cases, coverage, mutants};
use std::path::Path;
use std::process::ExitCode;

pub(super) fn run(it: Report) -> Result<ExitCode, Stop> {
    let Report { site, check, json, files: Files { policies, schema } } = it;
    let site = site.as_path();
    if !site.join("config.toml").is_file() {
        return Err(Stop(format!("{} is no folder of the site", site.display())));
    }
    let document = site.join(document::PATH);
    let figures = document.is_file();
    if check && !figures {
        // what is not there is not current, whatever the rest is
        let missing = document.display().to_string();
        if json {
            say(serde_json::json!({ "holds": false, "stale": [missing] }));
        } else {
            say(format!("not current: {missing} is not there, and the figures stand in it"));
        }
        return Ok(ExitCode::from(1));
    }
    let made = match made(site, &bundle(policies, schema)?, !check) {
        Ok(it) => it,
        Err(Not::Run(stop)) => return Err(stop),
        Err(Not::Holds(why)) => {
            if json {
                say(serde_json::json!({ "holds": false, "why": why }));
            } else {
                say(format!("{why}\nNothing was written."));
            }
            return Ok(ExitCode::from(1));
        }
    };
    let broken = |e: std::io::Error| Stop(format!("{}: {e}", site.display()));
    let stale = publish::stale(site, &made).map_err(broken)?;
    if check {
        let mut wrong: Vec<String> = stale.iter().map(|it| it.display().to_string()).collect();
        let other = made.iter().filter(|it| !it.is_current(site));
        wrong.extend(other.map(|it| site.join(&it.path).display().to_string()));
        if json {
            say(serde_json::json!({ "holds": wrong.is_empty(), "files": made.len(), "stale": wrong }));
        } else if wrong.is_empty() {
            say(format!("{} files of {} are current.", made.len(), site.display()));
        } else {
            say(format!("not current; `kalinklo policy report` writes them anew:\n{}", wrong.join("\n")));
        }
        return Ok(ExitCode::from(u8::from(!wrong.is_empty())));
    }
    for it in &made {
        it.write(site).map_err(broken)?;
    }
    for it in &stale {
        std::fs::remove_file(it).map_err(broken)?;
    }
    if json {
        say(
            serde_json::json!({ "holds": true, "files": made.len(), "removed": stale.len(), "figures": figures }),
        );
    } else {
        say(format!("{} files written below {}.", made.len(), site.display()));
        if !figures {
            say(format!("{} is not there: its figures were not written.", document.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything: reads, runs, proves and weakens. The seconds it took are told anew where `timed`, else kept.
fn made(site: &Path, bundle: &Bundle, timed: bool) -> Result<Vec<Made>, Not> {
    let cases = Cases::embedded().map_err(|them| Stop(listed(&them)))?;
    let guarantees = Guarantees::embedded().map_err(Stop::because)?;
    let prover =
        |options: Options| Prover::with(&bundle.schema.1, guarantees.clone(), options).map_err(Stop::because);
    let mut made = publish::plain(bundle, &cases)?;
    let mut known = prover(Options::default())?;
    let set = proofs::policies(bundle.files.values().map(String::as_str)).map_err(Stop::because)?;
    if let Some(row) = refuted(&known.prove(&set, &|_| true)) {
        return Err(Not::Holds(row));
    }
    made.push(publish::theorems(bundle, &guarantees, &mut known)?);
    let begun = now();
    let all = mutants::all(bundle)?;
    let options = Options { stop_at_first: true, ..Options::default() };
    let options = if timed { Options { cache: None, ..options } } else { options };
    let report = mutants::run(bundle, &cases, all, Some(&prover(options)?))?;
    if let Some((survivor, witness)) = report.survivors().next() {
        return Err(Not::Holds(format!("nobody notices a mutant: {survivor}\n    {witness}")));
    }
    made.push(publish::mutants(&report)?);
    let weakened = now().age_of(begun) as f64;

    let Ok(text) = std::fs::read_to_string(site.join(document::PATH)) else { return Ok(made) };
    let again = known.prove(&set, &|_| true);
    let theorems = proofs::of(&guarantees);
    let coverage = coverage::of(bundle, &cases)?;
    let mut rows = vec![
        document::cases(&cases),
        document::clauses(&coverage),
        document::theorems(&theorems, known.environments(), &again),
        document::mutants(&report),
    ];
    if timed {
        let anew = prover(Options { cache: None, ..Options::default() })?.prove(&set, &|_| true).seconds;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let taken = Taken { anew, again: again.seconds, mutants: weakened, cores };
        rows.push(document::seconds(&taken).map_err(Stop)?);
    }
    let text = rows.iter().fold(text, |text, row| document::with_row(&text, row));
    let text = document::with_theorems(&text, &theorems)
        .ok_or_else(|| Stop(format!("{} has no place for the theorems", document::PATH)))?;
    made.push(Made { path: document::PATH.to_owned(), text });
    Ok(made)
}

/// Why nothing is written.
enum Not {
    /// Something could not be run.
    Run(Stop),
    /// What the page would say does not hold.
    Holds(String),
}

impl From<Stop> for Not {
    fn from(it: Stop) -> Self {
        Self::Run(it)
    }
}

impl From<Unable> for Not {
    fn from(it: Unable) -> Self {
        match it {
            Unable::Cases(why) => Self::Holds(why),
            other => Self::Run(Stop::because(other)),
        }
    }
}

/// The first theorem that does not hold, with a request that breaks it.
fn refuted(report: &proofs::Report) -> Option<String> {
    let row = report.broken().find(|it| it.verdict == Verdict::Refuted)?;
    let example = row.counterexample.as_ref().map(|it| format!("\n    {}", it.sentence));
    Some(format!("{} does not hold in {}{}", row.name, row.environment, example.unwrap_or_default()))
}
