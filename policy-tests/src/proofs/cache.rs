//! Verdicts that were reached before, by the digest of everything that a verdict rests on.

use super::ground::hex;
use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The prover's own sources, and the versions of the libraries that it puts questions by, the symbolic compiler's among
/// them: whoever changes how questions are put trusts no older answer.
const SOURCES: &[&str] = &[
    include_str!("../../../Cargo.lock"),
    include_str!("across.rs"),
    include_str!("ask.rs"),
    include_str!("cache.rs"),
    include_str!("declared.rs"),
    include_str!("ground.rs"),
    include_str!("made.rs"),
    include_str!("prover.rs"),
    include_str!("solver.rs"),
    include_str!("substitute.rs"),
    include_str!("theorems.rs"),
    include_str!("../mutants/equivalent.rs"),
    include_str!("../mutants/run.rs"),
];

/// When the file has grown beyond this many bytes it begins anew.
const MOST: u64 = 32 * 1024 * 1024;

/// What holds, by digest. Only what was shown to hold is remembered: a refutation or a fault is always asked again.
pub(crate) struct Verdicts {
    file: Option<PathBuf>,
    /// What every digest begins with: the solver's version and [`SOURCES`].
    common: String,
    known: Mutex<HashSet<String>>,
    fresh: Mutex<Vec<String>>,
}

impl Verdicts {
    /// The verdicts of a folder; without one, or where it cannot be read, none.
    pub(crate) fn of(folder: Option<&Path>, version: &str) -> Self {
        let file = folder.map(|it| it.join("verdicts"));
        let text = file.as_ref().filter(|it| std::fs::metadata(it).is_ok_and(|it| it.len() < MOST));
        let text = text.and_then(|it| std::fs::read_to_string(it).ok()).unwrap_or_default();
        // a line that a crash cut short is no digest
        let known = text.lines().filter(|it| it.len() == 64).map(str::to_owned).collect();
        let common = hex(&format!("{version}\n{}", SOURCES.concat()));
        Self { file, common, known: Mutex::new(known), fresh: Mutex::default() }
    }

    /// The folder of this machine: `$XDG_CACHE_HOME/kalinklo/proofs`, or below `~/.cache`.
    pub(crate) fn folder() -> Option<PathBuf> {
        let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
        let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|it| it.join(".cache")))?;
        Some(cache.join("kalinklo/proofs"))
    }

    /// The digest of a question, told in parts.
    pub(crate) fn digest(&self, parts: &[&str]) -> String {
        let mut text = self.common.clone();
        for part in parts {
            text.push_str(&format!("\n{}:", part.len()));
            text.push_str(part);
        }
        hex(&text)
    }

    pub(crate) fn holds(&self, digest: &str) -> bool {
        self.known.lock().is_ok_and(|it| it.contains(digest))
    }

    pub(crate) fn remember(&self, digest: String) {
        if let (Ok(mut known), Ok(mut fresh)) = (self.known.lock(), self.fresh.lock())
            && known.insert(digest.clone())
        {
            fresh.push(digest);
        }
    }

    /// Writes what is new. A cache that cannot be written costs time, and nothing else.
    pub(crate) fn save(&self) {
        let (Some(file), Ok(mut fresh)) = (&self.file, self.fresh.lock()) else { return };
        if fresh.is_empty() {
            return;
        }
        let text: String = fresh.drain(..).map(|it| format!("{it}\n")).collect();
        if let Some(folder) = file.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let full = std::fs::metadata(file).is_ok_and(|it| it.len() >= MOST);
        let mut open = std::fs::OpenOptions::new();
        open.create(true).write(true).append(!full).truncate(full);
        if let Ok(mut file) = open.open(file) {
            let _ = file.write_all(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SOURCES;

    #[test]
    fn an_answer_is_one_of_this_version_of_the_libraries() {
        for name in ["cedar-policy", "cedar-policy-core", "cedar-policy-symcc"] {
            let head = format!("name = \"{name}\"\nversion = \"");
            assert!(SOURCES.iter().any(|it| it.contains(&head)), "{name}");
        }
    }
}
