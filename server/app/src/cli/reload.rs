//! The arguments of `kalinklo policy stage`, `activate`, `rollback` and `list`.

use crate::config::Given;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy stage --policies policies --note \"Assistants see fees\"\n  kalinklo policy stage --policies new/policies --tests new/policy-tests --note \"Assistants see fees\"\nCases, matrix and the rights that must always be there say what a set decides: where it is meant to decide otherwise, give its own by --tests. The schema, and what must never be, are always this program's. Exit code 0: staged; 1: a check fails, and nothing is kept; 2: it could not be run."
)]
pub(crate) struct Stage {
    /// The folder of policies.
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: PathBuf,
    /// What is changed, and why: for the ledger.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: String,
    /// A folder with `cases/`, `expected/matrix.txt` and perhaps `guarantees/` instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) tests: Option<PathBuf>,
    /// Ask the solver everything anew, whatever was proved before.
    #[arg(long)]
    pub(crate) anew: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) given: Given,
}

/// What every change of the deciding policies comes with.
#[derive(Debug, Args)]
pub(crate) struct Replacing {
    /// Why: for the ledger.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) given: Given,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy activate 3f9c21ab --reason \"Agreed on Monday\"\n  kalinklo policy activate built-in --reason \"Back to what the program brings\"\nA change begun afterwards is decided by the new policies on every server; pages follow within about a second. Exit code 0: active; 1: it cannot be, and those before decide on; 2: it could not be run."
)]
pub(crate) struct Activate {
    /// The digest of staged policies, or its first eight digits or more; `built-in`: the program's own.
    #[arg(value_name = "DIGEST")]
    pub(crate) digest: String,
    #[command(flatten)]
    pub(crate) how: Replacing,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kalinklo policy rollback --reason \"Presenters lost their planner\"\nEach roll-back takes back one activation more, to the program's own policies at last. Exit code 0: done; 1: nothing decided before, or it cannot decide in this program; 2: it could not be run."
)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) how: Replacing,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy list\n  kalinklo policy list --json\nExit code 0: the active policies decide in this program; 1: they cannot; 2: it could not be run."
)]
pub(crate) struct List {
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) given: Given,
}
