//! `kalinklo audit verify`. Exit code 0: every chain holds; 1: one is broken; 2: it could not run.

use super::say;
use crate::cli::Audit;
use crate::{Stop, serve};
use policy::actions::VerifyAudit;
use std::path::Path;
use std::process::ExitCode;
use store::ledger::Head;

pub(super) fn run(command: Audit) -> Result<ExitCode, Stop> {
    let Audit::Verify { file, heads, given } = command;
    if let Some(file) = file {
        let text = std::fs::read_to_string(&file).map_err(|e| Stop(format!("{}: {e}", file.display())))?;
        return Ok(match store::ledger::verify_download(&text) {
            Ok(it) => {
                say(format!(
                    "Chain {}: {} entries hold; {} values shown, {} as digests.",
                    it.chain, it.entries, it.shown, it.hidden
                ));
                say(format!("Its head is {}.", it.head));
                ExitCode::SUCCESS
            }
            Err(it) => {
                say(format!("Broken: chain {}, entry {}: {}", it.chain, it.seq, it.what));
                ExitCode::from(1)
            }
        });
    }
    let config = given.config()?;
    let opened = serve::open_to_ask(&config.database)?;
    let store = &opened.store;
    let permit = serve::permitted::<VerifyAudit>(store)?;
    let kept = heads.as_deref().map_or_else(|| Ok(Vec::new()), kept)?;
    let found = store::ledger::verify(store, &permit, &kept).map_err(Stop::because)?;
    say(format!("{} chains, {} entries, {} erased values.", found.chains, found.entries, found.erased));
    for it in &found.broken {
        say(format!("Broken: chain {}, entry {}: {}", it.chain, it.seq, it.what));
    }
    if found.broken.is_empty() {
        say("Every chain holds.");
        if let Some(file) = heads {
            keep(&file, &found.heads)?;
            say(format!("{} heads are kept in {}.", found.heads.len(), file.display()));
        }
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::from(1))
    }
}

/// The heads that an earlier check kept; none where there was none yet.
fn kept(file: &Path) -> Result<Vec<Head>, Stop> {
    let text = match std::fs::read_to_string(file) {
        Ok(it) => it,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Stop(format!("{}: {e}", file.display()))),
    };
    let line = |(at, line): (usize, &str)| {
        let wrong = || {
            Stop(format!(
                "{}, line {}: no head of a chain\n  Name the file that an earlier check wrote.",
                file.display(),
                at + 1
            ))
        };
        Head::parse(line).ok_or_else(wrong)
    };
    text.lines().enumerate().map(line).collect()
}

/// Whole or not at all: half a file would say of the rest that it never was.
fn keep(file: &Path, heads: &[Head]) -> Result<(), Stop> {
    let text: String = heads.iter().map(|it| it.line() + "\n").collect();
    let mut half = file.as_os_str().to_owned();
    half.push(".part");
    std::fs::write(&half, text)
        .and_then(|()| std::fs::rename(&half, file))
        .map_err(|e| Stop(format!("{}: {e}", file.display())))
}
