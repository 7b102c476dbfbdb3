//! Which tests are run: what the test programs beside this one say themselves. Nothing is built for it, and nothing run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A test program, with the sources that it was made of.
struct Program {
    path: PathBuf,
    sources: String,
}

/// The test programs of the workspace, the newest first.
pub(super) struct Programs(Vec<Program>);

impl Programs {
    /// Those beside this one: `cargo nextest run --workspace` and `./check` build them all before any runs.
    pub(super) fn beside() -> Self {
        let here = std::env::current_exe().unwrap();
        let mut found = Vec::new();
        for entry in std::fs::read_dir(here.parent().unwrap()).unwrap() {
            let sources = entry.unwrap().path();
            let path = sources.with_extension("");
            if sources.extension().is_some_and(|it| it == "d") && path.is_file() {
                let made = path.metadata().and_then(|it| it.modified()).unwrap();
                let sources = std::fs::read_to_string(&sources).unwrap();
                found.push((made, Program { path, sources }));
            }
        }
        found.sort_by_key(|it| std::cmp::Reverse(it.0));
        Self(found.into_iter().map(|it| it.1).collect())
    }

    /// Why no test of this name in this file of the repository is run; none where it is.
    pub(super) fn against(&self, file: &str, name: &str) -> Option<String> {
        let of = |it: &&Program| it.sources.split_whitespace().any(|it| it == file);
        let lists: Vec<_> =
            self.0.iter().filter(of).filter_map(|it| Some((list(&it.path, &[])?, it))).collect();
        let Some((all, program)) = lists.first() else {
            return Some("no test program is made of this file: cargo build --workspace --tests".to_owned());
        };
        left_out(all, &list(&program.path, &["--ignored"]).unwrap_or_default(), file, name)
    }
}

/// Why a program that lists these tests, and ignores those, does not run this one.
fn left_out(all: &BTreeSet<String>, ignored: &BTreeSet<String>, file: &str, name: &str) -> Option<String> {
    let found: Vec<&String> = all.iter().filter(|it| named(it, file, name)).collect();
    if found.is_empty() {
        return Some("no such test is run".to_owned());
    }
    found.into_iter().find(|it| ignored.contains(*it)).map(|it| format!("{it} is ignored"))
}

/// What a program lists; none where it is no test program.
fn list(program: &Path, more: &[&str]) -> Option<BTreeSet<String>> {
    let out = Command::new(program).args(["--list", "--format", "terse"]).args(more).output().ok()?;
    let text = String::from_utf8(out.stdout).ok().filter(|_| out.status.success())?;
    Some(text.lines().filter_map(|it| it.strip_suffix(": test")).map(str::to_owned).collect())
}

/// Whether a listed test is this one: `writes::no_entry_no_change::sqlite` is `no_entry_no_change` of `tests/writes.rs`.
fn named(listed: &str, file: &str, name: &str) -> bool {
    let parts: Vec<&str> = listed.split("::").collect();
    let Some(at) = parts.iter().position(|it| *it == name) else { return false };
    let modules = file.trim_end_matches(".rs").rsplit('/').filter(|it| *it != "mod");
    match modules.take(1).next() {
        None | Some("main" | "lib" | "tests") => true,
        Some(module) => parts[..at].contains(&module),
    }
}

#[test]
fn a_test_is_found_by_its_file_and_name() {
    let programs = Programs::beside();
    let me = "a_test_is_found_by_its_file_and_name";
    assert_eq!(programs.against("tests/tidy/listed.rs", me), None);
    assert_eq!(programs.against("server/store/tests/writes.rs", "no_entry_no_change"), None);
    for (file, name, why) in [
        ("tests/tidy/register.rs", me, "no such test"),
        ("tests/tidy/listed.rs", "named", "no such test"),
        ("tests/tidy/nowhere.rs", me, "no test program"),
    ] {
        let said = programs.against(file, name);
        assert!(said.as_ref().is_some_and(|it| it.contains(why)), "{file}::{name}: {said:?}");
    }
    let all = BTreeSet::from(["tidy::listed::one".to_owned(), "tidy::listed::other".to_owned()]);
    let ignored = BTreeSet::from(["tidy::listed::other".to_owned()]);
    let said = |name| left_out(&all, &ignored, "tests/tidy/listed.rs", name);
    assert_eq!(said("one"), None);
    assert_eq!(said("other").as_deref(), Some("tidy::listed::other is ignored"));
}
