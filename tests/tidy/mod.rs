//! Rules about the repository's text that no compiler holds. Each list of exceptions only shrinks: an exception that
//! is no longer needed fails the test that reads it.

mod checks;
mod floors;
mod listed;
mod register;
mod sources;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's folder.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository and its text.
struct Source {
    /// From the repository's folder, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn is(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    /// The lines that are neither tests nor comments: what stands under `#[cfg(test)]` is left out to its end, wherever in
    /// the file it stands.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut tests = false;
        let lines = self.text.lines().enumerate().filter(move |(_, line)| {
            if line.starts_with("#[cfg(test)]") {
                tests = true;
            }
            let is_test = tests;
            // an item of one line ends with its `;`, one of several with the brace at the margin
            if tests && (line.starts_with('}') || (!line.starts_with(' ') && line.ends_with(';'))) {
                tests = false;
            }
            !is_test
        });
        lines.map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

#[test]
fn code_goes_on_after_its_tests() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nfn one() {}\n#[cfg(test)]\nmod more {\n    use b;\n}\n// c\nfn two() {}";
    let source = Source { path: String::new(), text: text.into() };
    assert_eq!(source.code().collect::<Vec<_>>(), [(1, "use a;"), (4, "fn one() {}"), (10, "fn two() {}")]);
}

/// Folders of what is made, not written.
const MADE: &[&str] = &["target", "node_modules", "site/public"];
/// Hidden files that are ours all the same.
const HIDDEN: &[&str] = &[".ci", ".config", ".gitignore"];

/// Every text file of the repository, sorted by path.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root(), "", &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.iter().any(|it| it.path == "tests/main.rs"), "the repository was not found");
    found
}

fn walk(folder: &Path, path: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if MADE.contains(&path.as_str()) || (name.starts_with('.') && !HIDDEN.contains(&name.as_str())) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &path, found);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            found.push(Source { path, text });
        }
    }
}

/// What `cargo metadata` says; without the network, since everything was fetched to build this.
fn metadata(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .args(arguments)
        .current_dir(root());
    let out = command.output().unwrap();
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// Holds places found against those excused; each excuse names a path, or a path and the words found there.
#[track_caller]
fn nothing_but(excused: &[(&str, &str)], found: &[String], rule: &str) {
    let is_excused = |it: &String| excused.iter().any(|(place, _)| it.starts_with(place));
    let wrong: Vec<_> = found.iter().filter(|it| !is_excused(it)).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
    let stale = excused.iter().filter(|(place, _)| !found.iter().any(|it| it.starts_with(place)));
    let stale: Vec<_> = stale.map(|(place, _)| *place).collect();
    assert!(stale.is_empty(), "no longer needed, take these exceptions away:\n{}", stale.join("\n"));
}
