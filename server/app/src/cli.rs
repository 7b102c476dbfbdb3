//! The command line.

mod reload;

use crate::config::Given;
use clap::{Args, Parser, Subcommand};
pub(crate) use reload::{Activate, List, Replacing, Rollback, Stage};
use std::path::PathBuf;

/// Kalinklo Artists: the private-by-default workspace for the performing arts.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command it serves: `kalinklo` is `kalinklo serve`.\nSettings come from flags, then from the environment, then from `kalinklo.toml`; a commented sample stands in `kalinklo.sample.toml`. Rate limits are set in the file alone.\nRUST_LOG says what is logged to standard error, like `warn` or `info,web=debug`; `info` where it says nothing."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) given: Given,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the workspace and the public site (the default).
    Serve(Given),
    /// Serve a made-up, lively world, with a sign-in link for each of its people.
    Demo(Demo),
    /// Platform staff.
    #[command(subcommand)]
    Admin(Admin),
    /// Read, check and ask the policies.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// The ledger.
    #[command(subcommand)]
    Audit(Audit),
    /// Bring the database up to date and stop.
    Migrate(Given),
    /// Check the configuration and every connector, and say what to do.
    Doctor(Given),
    /// List every route: method, path, action, resource type, who may at most, limits.
    Routes {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// The static site.
    #[command(subcommand)]
    Site(SiteCommand),
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7400")]
    pub(crate) listen: String,
    /// Keep the world in this folder instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The database; without it SQLite in the folder.
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Write what a test program needs to this file, when ready.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// How many artists, at least 12: every persona needs some
    #[arg(long, default_value_t = 48, value_parser = at_least::<12>)]
    pub(crate) artists: usize,
    /// How many presenters, at least 4
    #[arg(long, default_value_t = 8, value_parser = at_least::<4>)]
    pub(crate) presenters: usize,
    /// Makes the same names, levels and parties again; ids carry the time, and sessions are always new
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Make an admin and print their sign-in link; the second factor is enrolled at the first sign-in.
    Create {
        /// Their e-mail address.
        email: String,
        /// Their name.
        #[arg(long, default_value = "Platform admin")]
        name: String,
        #[command(flatten)]
        given: Given,
    },
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant)] // made once, from the command line
pub(crate) enum PolicyCommand {
    /// Check files, ids, annotations and types; errors with file, line, column and a caret.
    Check {
        #[command(flatten)]
        files: Files,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put every case to the policies, hold the matrix to the reviewed one, and name what the cases leave untried.
    Test(Test),
    /// Prove what holds for all requests; a claim that fails comes with a request that breaks it.
    Prove(Prove),
    /// Weaken every policy in every single way, and say who notices.
    Mutants(Mutate),
    /// Say whether and why someone may do something.
    #[command(
        after_help = "Examples:\n  kalinklo policy explain --as ACCOUNT@WORKSPACE --do ViewListing --on Profile/ID\n  kalinklo policy explain --cast --as other-artist --do ViewListing --on folio\nPrincipals: visitor, ACCOUNT@WORKSPACE, counsel:ACCOUNT, admin:ACCOUNT; with --cast the names of cases/cast.toml. Ids and decisions are shown, never a field's value."
    )]
    Explain {
        /// Who.
        #[arg(long = "as", value_name = "PRINCIPAL")]
        who: String,
        /// Does what.
        #[arg(long = "do", value_name = "ACTION")]
        action: String,
        /// On what: TYPE/ID.
        #[arg(long = "on", value_name = "TYPE/ID")]
        on: String,
        #[command(flatten)]
        asking: Asking,
    },
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
    #[command(after_help = "Examples:\n  kalinklo policy format\n  kalinklo policy format --check policies")]
    Format {
        /// The folder.
        #[arg(value_name = "DIR", default_value = "policies")]
        folder: PathBuf,
        /// Do not write; fail where a file is laid out otherwise.
        #[arg(long)]
        check: bool,
    },
    /// Write what the public site shows of the policies below its folder, and the figures of docs/proofs.md beside it, or
    /// check that both are current. Runs the cases, the theorems and the mutants for it.
    #[command(
        after_help = "Examples:\n  kalinklo policy report\n  kalinklo policy report --check\nThe solver is cvc5, in the path or named by CVC5."
    )]
    Report {
        /// The site's folder.
        #[arg(long, value_name = "DIR", default_value = "site")]
        site: PathBuf,
        /// Do not write; fail where a file is not current.
        #[arg(long)]
        check: bool,
    },
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
    pub(crate) over: Over,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy test\n  kalinklo policy test stealth\n  kalinklo policy test --policies policies --cases policy-tests/cases --bless"
)]
pub(crate) struct Test {
    /// Only cases that hold this in their file, name or action.
    #[arg(value_name = "WORDS")]
    pub(crate) filter: Option<String>,
    /// A folder of cases instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// The reviewed matrix (default: policy-tests/expected/matrix.txt, or the built-in one where there is none).
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
    after_help = "Examples:\n  kalinklo policy prove\n  kalinklo policy prove P3\n  kalinklo policy prove --policies policies --json\nThe solver is cvc5, in the path or named by CVC5."
)]
pub(crate) struct Prove {
    /// Only theorems of this guarantee, or with this in their name.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Only name them, with what each claims.
    #[arg(long)]
    pub(crate) list: bool,
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
#[command(after_help = "Examples:\n  kalinklo policy mutants\n  kalinklo policy mutants listing-partner")]
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
    after_help = "Examples:\n  kalinklo policy who-can ViewListing Profile/ID\n  kalinklo policy who-can --cast ViewListing folio"
)]
pub(crate) struct WhoCan {
    /// May do what.
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// To what: TYPE/ID, or a name of the cast.
    #[arg(value_name = "RESOURCE")]
    pub(crate) on: String,
    /// Go on after this account.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) after: Option<String>,
    /// So many accounts at once, up to 1000.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy what-can ACCOUNT@WORKSPACE\n  kalinklo policy what-can visitor Profile/ID\n  kalinklo policy what-can --cast other-agency"
)]
pub(crate) struct WhatCan {
    /// Who: visitor, ACCOUNT@WORKSPACE, counsel:ACCOUNT, admin:ACCOUNT, or a name of the cast.
    #[arg(value_name = "PRINCIPAL")]
    pub(crate) who: String,
    /// Only to this: TYPE/ID, or a name of the cast.
    #[arg(value_name = "RESOURCE")]
    pub(crate) on: Option<String>,
    /// Only this action.
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Go on after this key of the list that --action names.
    #[arg(long, value_name = "KEY")]
    pub(crate) after: Option<String>,
    /// So many rows of a list at once, up to 200.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  kalinklo policy diff v1.0 HEAD\n  kalinklo policy diff ../released policies --log 20000\nEach side is a folder of policies, a checkout, or a revision of the repository here."
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
    pub(crate) log: i64,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) over: Over,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Check every chain of the database, or a downloaded ledger; names the first broken link.
    Verify {
        /// A downloaded ledger (`ledger.jsonl`), checked without any database.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        given: Given,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SiteCommand {
    /// Build the static site.
    Build {
        /// The Zola folder instead of the built-in one.
        #[arg(long, value_name = "DIR")]
        source: Option<PathBuf>,
        /// Where to.
        #[arg(long, value_name = "DIR", default_value = "site/public")]
        out: PathBuf,
    },
}

/// A count of at least `LEAST`.
fn at_least<const LEAST: usize>(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|it| *it >= LEAST).ok_or_else(|| format!("not a number from {LEAST} on"))
}
