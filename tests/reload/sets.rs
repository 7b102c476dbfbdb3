//! Sets of policies as somebody would write them, with the tests that go with them.

use crate::support::program::command;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command printed.
pub fn printed(it: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&it.stdout), String::from_utf8_lossy(&it.stderr))
}

/// A folder with `policies` and `tests`, copied from ours to be changed.
pub struct Set {
    folder: TempDir,
}

impl Set {
    /// Ours, unchanged.
    pub fn ours() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("policies"), &folder.path().join("policies"));
        for name in ["cases", "expected", "guarantees"] {
            copy(&root().join("policy-tests").join(name), &folder.path().join("tests").join(name));
        }
        Self { folder }
    }

    pub fn policies(&self) -> PathBuf {
        self.folder.path().join("policies")
    }

    pub fn tests(&self) -> PathBuf {
        self.folder.path().join("tests")
    }

    /// With `to` where `file` of the policies had `from`.
    #[track_caller]
    pub fn with(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.policies().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} holds no {from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// Without the policy of this id, and without the cases that it decided.
    #[track_caller]
    pub fn without(self, file: &str, id: &str) -> Self {
        self.cut(&self.policies().join(format!("{file}.cedar")), "@id(", &format!("@id(\"{id}\")"));
        for entry in fs::read_dir(self.tests().join("cases")).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let parts = text.split("[[case]]").filter(|it| !it.contains(&format!("\"{id}\"")));
            fs::write(&path, parts.collect::<Vec<_>>().join("[[case]]")).unwrap();
        }
        self
    }

    /// Without this guarantee.
    #[track_caller]
    pub fn unpromised(self, file: &str, id: &str) -> Self {
        let path = self.tests().join("guarantees").join(format!("{file}.cedar"));
        self.cut(&path, "@id(", &format!("@id(\"{id}\")"));
        self
    }

    #[track_caller]
    fn cut(&self, path: &Path, begins: &str, with: &str) {
        let text = fs::read_to_string(path).unwrap();
        let from = text.find(with).unwrap_or_else(|| panic!("{} holds no {with}", path.display()));
        let to = text[from + 1..].find(begins).map_or(text.len(), |it| from + 1 + it);
        fs::write(path, format!("{}{}", &text[..from], &text[to..])).unwrap();
    }

    /// With the matrix that comes of it, as whoever changes a policy blesses it.
    #[track_caller]
    pub fn blessed(self) -> Self {
        let out = command(["policy", "test", "--bless", "--policies"])
            .arg(self.policies())
            .arg("--cases")
            .arg(self.tests().join("cases"))
            .arg("--matrix")
            .arg(self.tests().join("expected/matrix.txt"))
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", printed(&out));
        self
    }

    /// An invitation to a stealth roster opens no listing any more: less than ours, and nothing that ours forbids.
    pub fn narrowed() -> Self {
        Self::ours()
            .without("p06-visibility", "listing-invited")
            .unpromised("p06-visibility", "invited-presenter-sees-stealth")
            .blessed()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
