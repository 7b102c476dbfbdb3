//! The command line.

mod policy;
mod reload;

use crate::config::Given;
use clap::{Args, Parser, Subcommand};
pub(crate) use policy::{
    Asking, Check, Diff, Explain, Files, Mutate, Over, PolicyCommand, Prove, Report, Test, WhatCan, WhoCan,
};
pub(crate) use reload::{Activate, List, Replacing, Rollback, Stage};
use std::path::PathBuf;

/// What is typed.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "Kalinklo Artists: the private-by-default workspace for the performing arts.",
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
    /// Keep the world in this folder instead of a temporary one, or go on with the one that is there.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The database, an empty one or that of an earlier demonstration; without it SQLite in the folder. `DATABASE_URL` is
    /// not read: it may name one that people live in
    #[arg(long, value_name = "URL")]
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
pub(crate) enum Audit {
    /// Check every chain of the database, or a downloaded ledger; names the first broken link.
    Verify {
        /// A downloaded ledger (`ledger.jsonl`), checked without any database.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Heads of all chains, kept on another machine: what was there at the last check must be there still; where everything
        /// holds, they are written anew.
        #[arg(long, value_name = "FILE", conflicts_with = "file")]
        heads: Option<PathBuf>,
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
