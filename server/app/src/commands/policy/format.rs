//! `kalinklo policy format`: the one layout of policy files.

use crate::Stop;
use crate::commands::say;
use cedar_policy_formatter::{Config, policies_str_to_pretty};
use std::path::Path;
use std::process::ExitCode;

pub(super) fn run(folder: &Path, check: bool, json: bool) -> Result<ExitCode, Stop> {
    let broken = |path: &Path, e: &dyn std::fmt::Display| Stop(format!("{}: {e}", path.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| broken(folder, &e))? {
        let path = entry.map_err(|e| broken(folder, &e))?.path();
        if path.extension().is_some_and(|it| it == "cedar") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Stop(format!("{}: no policy file there", folder.display())));
    }
    files.sort();
    let mut changed = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path).map_err(|e| broken(path, &e))?;
        let pretty = policies_str_to_pretty(&text, &Config { line_width: 80, indent_width: 2 })
            .map_err(|e| broken(path, &e))?;
        if pretty == text {
            continue;
        }
        if !check {
            std::fs::write(path, pretty).map_err(|e| broken(path, &e))?;
        }
        changed.push(path.display().to_string());
    }
    let holds = !check || changed.is_empty();
    if json {
        say(
            serde_json::json!({ "holds": holds, "files": files.len(), "changed": changed, "written": !check }),
        );
        return Ok(ExitCode::from(u8::from(!holds)));
    }
    for path in &changed {
        say(format!("{path}{}", if check { " is not formatted" } else { " formatted" }));
    }
    let changed = changed.len();
    say(format!("{} files, {changed} {}.", files.len(), if check { "not formatted" } else { "changed" }));
    Ok(ExitCode::from(u8::from(!holds)))
}
