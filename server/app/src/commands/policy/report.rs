//! `kalinklo policy report`: what the public site shows of the policies, written or compared.

use super::listed;
use crate::Stop;
use crate::commands::say;
use policy::Bundle;
use policy_tests::proofs::{Guarantees, Options, Prover};
use policy_tests::publish::{self, Made};
use policy_tests::{Cases, mutants};
use std::path::Path;
use std::process::ExitCode;

pub(super) fn run(site: &Path, check: bool) -> Result<ExitCode, Stop> {
    if !site.join("config.toml").is_file() {
        return Err(Stop(format!("{} is no folder of the site", site.display())));
    }
    let made = made()?;
    let broken = |e: std::io::Error| Stop(format!("{}: {e}", site.display()));
    let stale = publish::stale(site, &made).map_err(broken)?;
    if check {
        let mut wrong: Vec<String> = stale.iter().map(|it| it.display().to_string()).collect();
        let other = made.iter().filter(|it| !it.is_current(site));
        wrong.extend(other.map(|it| site.join(&it.path).display().to_string()));
        if wrong.is_empty() {
            say(format!("{} files of {} are current.", made.len(), site.display()));
            return Ok(ExitCode::SUCCESS);
        }
        say(format!("not current; `kalinklo policy report` writes them anew:\n{}", wrong.join("\n")));
        return Ok(ExitCode::from(1));
    }
    for it in &made {
        it.write(site).map_err(broken)?;
    }
    for it in &stale {
        std::fs::remove_file(it).map_err(broken)?;
    }
    say(format!("{} files written below {}.", made.len(), site.display()));
    Ok(ExitCode::SUCCESS)
}

/// Everything: reads, runs, proves and weakens.
fn made() -> Result<Vec<Made>, Stop> {
    let bundle = Bundle::embedded();
    let cases = Cases::embedded().map_err(|them| Stop(listed(&them)))?;
    let guarantees = Guarantees::embedded().map_err(Stop::because)?;
    let prover = |stop_at_first: bool| {
        let options = Options { stop_at_first, ..Options::default() };
        Prover::with(&bundle.schema.1, guarantees.clone(), options).map_err(Stop::because)
    };
    let mut made = publish::plain(&bundle, &cases).map_err(Stop::because)?;
    made.push(publish::theorems(&bundle, &guarantees, &mut prover(false)?).map_err(Stop::because)?);
    let all = mutants::all(&bundle).map_err(Stop::because)?;
    let report = mutants::run(&bundle, &cases, all, Some(&prover(true)?)).map_err(Stop::because)?;
    if let Some((survivor, witness)) = report.survivors().next() {
        return Err(Stop(format!("nobody notices a mutant: {survivor}\n    {witness}")));
    }
    made.push(publish::mutants(&report).map_err(Stop::because)?);
    Ok(made)
}
