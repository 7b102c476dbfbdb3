//! `kalinklo audit verify`. Exit code 0: every chain holds; 1: one is broken; 2: it could not run.

use super::say;
use crate::cli::Audit;
use crate::{Stop, serve};
use policy::actions::VerifyAudit;
use std::process::ExitCode;

pub(super) fn run(command: Audit) -> Result<ExitCode, Stop> {
    let Audit::Verify { file, given } = command;
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
    let found = store::ledger::verify(store, &permit).map_err(Stop::because)?;
    say(format!("{} chains, {} entries, {} erased values.", found.chains, found.entries, found.erased));
    for it in &found.broken {
        say(format!("Broken: chain {}, entry {}: {}", it.chain, it.seq, it.what));
    }
    if found.broken.is_empty() {
        say("Every chain holds.");
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::from(1))
    }
}
