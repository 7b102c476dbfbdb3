//! `kalinklo site build`.

use super::say;
use crate::Stop;
use crate::cli::SiteCommand;
use site_builder::{Site, Source};
use std::process::ExitCode;

pub(super) fn run(command: SiteCommand) -> Result<ExitCode, Stop> {
    let SiteCommand::Build { source, out } = command;
    let source = match source {
        Some(folder) => Source::folder(&folder),
        None => Source::embedded(),
    };
    let site = Site::build(source).map_err(Stop::because)?;
    site.write(&out).map_err(Stop::because)?;
    say(format!("{} files in {}", site.paths().count(), out.display()));
    Ok(ExitCode::SUCCESS)
}
