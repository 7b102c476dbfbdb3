//! `kalinklo policy report`: what the public site and `docs/proofs.md` show of the policies, written or compared.

use super::{bundle, listed};
use crate::Stop;
use crate::cli::{Files, Report};
use crate::commands::say;
use crate::machine::now;
use policy::Bundle;
use policy_tests::proofs::{self, Guarantees, Options, Prover};
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
    let made = made(site, &bundle(policies, schema)?, !check)?;
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
        say(serde_json::json!({ "holds": true, "files": made.len(), "removed": stale.len() }));
    } else {
        say(format!("{} files written below {}.", made.len(), site.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything: reads, runs, proves and weakens. The seconds it took are told anew where `timed`, else kept.
fn made(site: &Path, bundle: &Bundle, timed: bool) -> Result<Vec<Made>, Stop> {
    let cases = Cases::embedded().map_err(|them| Stop(listed(&them)))?;
    let guarantees = Guarantees::embedded().map_err(Stop::because)?;
    let prover =
        |options: Options| Prover::with(&bundle.schema.1, guarantees.clone(), options).map_err(Stop::because);
    let mut made = publish::plain(bundle, &cases).map_err(Stop::because)?;
    let theorems = publish::theorems(bundle, &guarantees, &mut prover(Options::default())?);
    made.push(theorems.map_err(Stop::because)?);
    let begun = now();
    let all = mutants::all(bundle).map_err(Stop::because)?;
    let options = Options { stop_at_first: true, ..Options::default() };
    let options = if timed { Options { cache: None, ..options } } else { options };
    let report = mutants::run(bundle, &cases, all, Some(&prover(options)?)).map_err(Stop::because)?;
    if let Some((survivor, witness)) = report.survivors().next() {
        return Err(Stop(format!("nobody notices a mutant: {survivor}\n    {witness}")));
    }
    made.push(publish::mutants(&report).map_err(Stop::because)?);
    let weakened = now().age_of(begun) as f64;

    let Ok(text) = std::fs::read_to_string(site.join(document::PATH)) else { return Ok(made) };
    let set = proofs::policies(bundle.files.values().map(String::as_str)).map_err(Stop::because)?;
    let known = prover(Options::default())?;
    let again = known.prove(&set, &|_| true);
    let theorems = proofs::of(&guarantees);
    let coverage = coverage::of(bundle, &cases).map_err(Stop::because)?;
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
