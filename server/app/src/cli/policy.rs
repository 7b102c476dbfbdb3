//! The arguments of `kalinklo policy …` but for those of [`super::reload`].

use super::reload::{Activate, List, Rollback, Stage};
use crate::config::Given;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant)] // made once, from the command line
pub(crate) enum PolicyCommand {
    /// Check files, ids, annotations and types; errors with file, line, column and a caret.
    Check(Check),
    /// Put every case to the policies, hold the matrix to the reviewed one, and name what the cases leave untried.
    Test(Test),
    /// Prove what holds for all requests; a claim that fails comes with a request that breaks it.
    Prove(Prove),
    /// Weaken every policy in every single way, and say who notices.
    Mutants(Mutate),
    /// Say whether and why someone may do something.
    Explain(Explain),
    /// Name everybody who may do something to one thing.
    WhoCan(WhoCan),
    /// Name everything that someone may do, from the same scopes that make the lists.
    WhatCan(WhatCan),
    /// Say which decisions change between two sets of policies: newly allowed first, each with a request that shows it.
    Diff(Diff),
    /// Put policies through every check and keep them, ready to be activated; nothing is kept where one check fails.
    Stage(Stage),
    /// Make staged policies the ones that decide, on every server of the database, while they run.
    Activate(Activate),
    /// Go back to the policies that decided before the last activation.
    Rollback(Rollback),
    /// List what is staged, which policies decide, and which did.
    List(List),
    /// Bring policy files into their one layout.
    Format(Format),
    /// Write what the public site shows of the policies below its folder, and the figures of docs/proofs.md beside it, or
    /// check that both are current. Runs the cases, the theorems and the mutants for it.
    Report(Report),
}

/// Which policies.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// A folder of policies instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Option<PathBuf>,
    /// A schema instead of the built-in one.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
}

/// Which people and things.
#[derive(Debug, Args)]
pub(crate) struct Over {
    /// The people and things of `cases/cast.toml` instead of a database's.
    #[arg(long)]
    pub(crate) cast: bool,
    #[command(flatten)]
    pub(crate) given: Given,
}

/// How a question is put, and how it is answered.
#[derive(Debug, Args)]
pub(crate) struct Asking {
    /// Told with the request: `digest=…`, `to=public`, `factor_age=30`.
    #[arg(long = "told", value_name = "NAME=VALUE")]
    pub(crate) told: Vec<String>,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) files: Files,
    #[command(flatten)]
    pub(crate) over: Over,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy check\n  kalinklo policy check --policies policies --json\nExit code 0: they hold; 1: they do not; 2: it could not be run."
)]
pub(crate) struct Check {
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) files: Files,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy explain --as ACCOUNT@WORKSPACE --do ViewListing --on Profile/ID\n  kalinklo policy explain --cast --as other-artist --do ViewListing --on folio\n  kalinklo policy explain --as job:housekeeping --do DispatchMail --on Platform --policies policies\nIds and decisions are shown, never a field's value. Exit code 0: allowed; 1: not; 2: it could not be run."
)]
pub(crate) struct Explain {
    /// Who: visitor, operator, ACCOUNT@WORKSPACE, counsel:ACCOUNT, admin:ACCOUNT, job:TASK, credential:WORKSPACE, or a
    /// name of the cast.
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(crate) who: String,
    /// Does what.
    #[arg(long = "do", value_name = "ACTION")]
    pub(crate) action: String,
    /// On what: TYPE/ID, or a name of the cast.
    #[arg(long = "on", value_name = "RESOURCE")]
    pub(crate) on: String,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy format\n  kalinklo policy format --check policies\n  kalinklo policy format --check --json\nExit code 0: done, or nothing to do; 1: --check found a file that is laid out otherwise; 2: it could not be run, or no policy file is there."
)]
pub(crate) struct Format {
    /// The folder of policies.
    #[arg(value_name = "DIR", default_value = "policies")]
    pub(crate) folder: PathBuf,
    /// Do not write; fail where a file is laid out otherwise.
    #[arg(long)]
    pub(crate) check: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy report\n  kalinklo policy report --check\nThe solver is cvc5, in the path or named by CVC5. Exit code 0: written, or current; 1: --check found what is not current, or a case, a theorem or a mutant shows that the policies do not hold, and nothing is written; 2: it could not be run."
)]
pub(crate) struct Report {
    /// The site's folder.
    #[arg(long, value_name = "DIR", default_value = "site")]
    pub(crate) site: PathBuf,
    /// Do not write; fail where a file is not current.
    #[arg(long)]
    pub(crate) check: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) files: Files,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy test\n  kalinklo policy test stealth\n  kalinklo policy test --policies policies --cases policy-tests/cases --bless\nExit code 0: everything holds; 1: a case fails, the matrix differs, or something is untried; 2: it could not be run."
)]
pub(crate) struct Test {
    /// Only cases that hold this in their file, name or action.
    #[arg(value_name = "WORDS")]
    pub(crate) filter: Option<String>,
    /// A folder of cases instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// The reviewed matrix (default: policy-tests/expected/matrix.txt, or the built-in one where there is none). With
    /// --bless it need not be there yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) matrix: Option<PathBuf>,
    /// Write the matrix anew: its difference is the change of policy, to be reviewed.
    #[arg(long)]
    pub(crate) bless: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) files: Files,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy prove\n  kalinklo policy prove P3\n  kalinklo policy prove P3 --environments\n  kalinklo policy prove --policies policies --json\nThe solver is cvc5, in the path or named by CVC5. Exit code 0: proved; 1: a theorem does not hold; 2: it could not be run, or nothing is refuted and the solver could not tell of everything."
)]
pub(crate) struct Prove {
    /// Only theorems of this guarantee, or with this in their name.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Only name them, with what each claims.
    #[arg(long)]
    pub(crate) list: bool,
    /// A line for each theorem in each environment too, with its verdict and seconds.
    #[arg(long)]
    pub(crate) environments: bool,
    /// Ask everything anew, whatever was proved before.
    #[arg(long)]
    pub(crate) anew: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) files: Files,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy mutants\n  kalinklo policy mutants listing-partner\nWhat takes an action out of a group changes several policies, and is one of each. Exit code 0: every mutant is noticed; 1: one survives; 2: it could not be run."
)]
pub(crate) struct Mutate {
    /// Only those of this policy.
    #[arg(value_name = "POLICY")]
    pub(crate) policy: Option<String>,
    /// A folder of cases instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) files: Files,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy who-can ViewListing Profile/ID\n  kalinklo policy who-can --cast ViewListing folio\n  kalinklo policy who-can --told factor_age=30 VerifyWorkspace AgencyWorkspace/ID\nVisitors, the operator, jobs, every account in each of its capacities, and a machine credential of each workspace are asked. Where nothing is told of the second factor, staff who need one are named with it; where more needs to be told than was (a digest, a level), those are named who depend on it. Exit code 0: somebody may, or a page follows or went before; 1: nobody may; 2: it could not be run."
)]
pub(crate) struct WhoCan {
    /// May do what.
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// To what: TYPE/ID, or a name of the cast.
    #[arg(value_name = "RESOURCE")]
    pub(crate) on: String,
    /// Go on after this one, as the page before says.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) after: Option<String>,
    /// So many accounts or credentials at once, up to 1000.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy what-can ACCOUNT@WORKSPACE\n  kalinklo policy what-can visitor Profile/ID\n  kalinklo policy what-can --cast other-agency\nWhat needs more to be told than was (a digest, a level, the age of a second factor) is listed as depending on it, unless nothing that could be told would allow it. Exit code 0: something may be done, or depends, or a page follows or went before; 1: nothing may; 2: it could not be run."
)]
pub(crate) struct WhatCan {
    /// Who: visitor, operator, ACCOUNT@WORKSPACE, counsel:ACCOUNT, admin:ACCOUNT, job:TASK, credential:WORKSPACE, or a
    /// name of the cast.
    #[arg(value_name = "PRINCIPAL")]
    pub(crate) who: String,
    /// Only to this: TYPE/ID, or a name of the cast.
    #[arg(value_name = "RESOURCE")]
    pub(crate) on: Option<String>,
    /// Only this action.
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Go on from here, as the page before says.
    #[arg(long, value_name = "PLACE")]
    pub(crate) after: Option<String>,
    /// So many rights at once.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy diff v1.0 HEAD\n  kalinklo policy diff ../released policies --log 20000\n  kalinklo policy diff built-in policies\n  kalinklo policy diff built-in 3f9c21ab --data kalinklo-data\nEach side is a folder of policies, a checkout, a revision of the repository here, `built-in` for the program's own policies, or, where --database, --data or --config names one, the digest of a set that is staged there (its first eight digits or more). A folder is read with the schema of the folder `schema` beside it, where there is one, else with the built-in one. Each set is asked as its own schema has it. Recorded decisions are put with what was told then (how old the second factor was, which digest was shown), over what stands in the database today. Exit code 0: nothing changes, over all requests; 1: something does, or facts differ and an environment could not be compared; 2: it could not be run."
)]
pub(crate) struct Diff {
    /// The policies as they were.
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The policies as they are to be.
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
    /// Also put so many of the last recorded decisions to both, over what stands in the database today.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) log: u32,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) given: Given,
}
