//! The floors of the house: which crate may know which, and whose code we build on.

use super::metadata;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Each crate and those of ours it may depend on. Nothing imports upward (ARCHITECTURE.md).
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("policy", &["domain"]),
    ("store", &["domain", "policy"]),
    ("connect", &["domain", "policy", "store"]),
    ("web", &["domain", "policy", "store", "connect", "site-builder"]),
    ("kalinklo", &["domain", "policy", "policy-tests", "store", "connect", "web", "site-builder"]),
    ("site-builder", &[]),
    ("policy-tests", &["domain", "policy", "store"]),
    ("kalinklo-tests", &["domain", "policy", "policy-tests", "store", "connect", "web", "site-builder"]),
];

/// Crates whose whole tree must be free of these: a page cannot reach the database by way of a dependency.
const APART: &[(&str, &[&str])] = &[
    ("site-builder", &["diesel", "libsqlite3-sys", "pq-sys", "domain", "policy", "store", "connect", "web"]),
    ("domain", &["diesel", "cedar-policy", "hyper", "tokio"]),
    ("policy", &["diesel", "libsqlite3-sys", "pq-sys", "hyper", "warp", "tokio"]),
    ("store", &["hyper", "warp", "tokio", "lettre", "sentry"]),
];

/// Nowhere in what we ship: a second TLS stack, and C that needs more than a C compiler to build.
const NOWHERE: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl"];

/// Licences that may be linked into a program under Apache-2.0; `deny.toml` holds the same list.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "PostgreSQL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Weak copyleft, allowed for these alone: used unchanged.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("cssparser", "MPL-2.0"),
    ("cssparser-macros", "MPL-2.0"),
    ("dtoa-short", "MPL-2.0"),
    ("selectors", "MPL-2.0"),
];

/// The platform whose crates are there, since they were built.
fn platform() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

fn text(it: &Value) -> &str {
    it.as_str().unwrap_or_default()
}

fn list(it: &Value) -> impl Iterator<Item = &Value> {
    it.as_array().into_iter().flatten()
}

#[test]
fn nothing_imports_upward() {
    let metadata = metadata(&["--no-deps"]);
    let ours: BTreeSet<_> = list(&metadata["packages"]).map(|it| text(&it["name"])).collect();
    let known: BTreeSet<_> = FLOORS.iter().map(|(name, _)| *name).collect();
    assert_eq!(ours, known, "a crate came or went: give it its floor");
    for package in list(&metadata["packages"]) {
        let name = text(&package["name"]);
        let may = FLOORS.iter().find(|(it, _)| *it == name).map_or(&[] as &[&str], |(_, may)| may);
        for dependency in list(&package["dependencies"]).map(|it| text(&it["name"])) {
            assert!(
                !ours.contains(dependency) || may.contains(&dependency),
                "`{name}` must not know `{dependency}`"
            );
        }
    }
}

/// Crate by crate, the names of what it is built from.
struct Trees {
    names: BTreeMap<String, String>,
    edges: BTreeMap<String, Vec<String>>,
}

impl Trees {
    fn read() -> Self {
        let metadata = metadata(&["--filter-platform", &platform()]);
        let names =
            list(&metadata["packages"]).map(|it| (text(&it["id"]).to_owned(), text(&it["name"]).to_owned()));
        let mut edges = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let built =
                list(&node["deps"]).filter(|it| list(&it["dep_kinds"]).any(|kind| kind["kind"] != "dev"));
            let built = built.map(|it| text(&it["pkg"]).to_owned()).collect();
            edges.insert(text(&node["id"]).to_owned(), built);
        }
        Self { names: names.collect(), edges }
    }

    fn of(&self, name: &str) -> BTreeSet<&str> {
        let start = self.names.iter().find(|(_, it)| *it == name).map(|(id, _)| id.as_str());
        let mut open = vec![start.unwrap_or_else(|| panic!("no crate `{name}`"))];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.edges.get(id).into_iter().flatten().map(String::as_str));
            }
        }
        seen.iter()
            .filter_map(|id| self.names.get(*id))
            .map(String::as_str)
            .filter(|it| *it != name)
            .collect()
    }
}

#[test]
fn whole_trees_stay_apart() {
    let trees = Trees::read();
    for (name, apart) in APART {
        let tree = trees.of(name);
        assert!(!tree.is_empty());
        let met: Vec<_> = apart.iter().filter(|it| tree.contains(*it)).collect();
        assert!(met.is_empty(), "`{name}` must not be built from {met:?}");
    }
}

#[test]
fn what_is_built_needs_only_a_c_compiler() {
    // `cargo metadata` cannot tell optional crates that no feature asks for: `cargo tree` resolves features.
    let out = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--package", "kalinklo", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}", "--no-dedupe"])
        .current_dir(super::root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let tree = String::from_utf8_lossy(&out.stdout).into_owned();
    let names: BTreeSet<_> = tree.lines().filter_map(|it| it.split(' ').next()).collect();
    assert!(names.contains("connect") && names.contains("sentry"), "{names:?}");
    let met: Vec<_> = NOWHERE.iter().filter(|it| names.contains(*it)).collect();
    assert!(met.is_empty(), "built from {met:?}");
}

/// Whether an SPDX expression is met: one side of each `OR`, all sides of `AND`.
fn is_allowed(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let words = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ");
    // Without its brackets `A AND (B OR C)` reads as `(A AND B) OR C`, so all that stand in an AND are asked for.
    if expression.contains(" AND ") {
        let parts = expression.split(" AND ");
        return parts.into_iter().all(|part| part.split(" OR ").any(|it| allowed(&words(it))));
    }
    expression.split(" OR ").any(|it| allowed(&words(it)))
}

#[test]
fn licences_are_on_the_list() {
    let metadata = metadata(&["--filter-platform", &platform()]);
    let mut unmet = Vec::new();
    for package in list(&metadata["packages"]) {
        let (name, licence) = (text(&package["name"]), text(&package["license"]));
        let allowed = |it: &str| LICENCES.contains(&it) || EXCEPTIONS.contains(&(name, it));
        if !is_allowed(licence, &allowed) {
            unmet.push(format!("{name}: {licence}"));
        }
    }
    assert!(unmet.is_empty(), "licences that are not on the list:\n{}", unmet.join("\n"));
    let denied = std::fs::read_to_string(super::root().join("deny.toml")).unwrap();
    for licence in LICENCES {
        assert!(denied.contains(&format!("\"{licence}\"")), "{licence} is not in deny.toml");
    }
}

#[test]
fn licence_expressions() {
    let allowed = |it: &str| matches!(it, "MIT" | "Apache-2.0" | "Unicode-3.0");
    for good in ["MIT", "MIT/Apache-2.0", "GPL-2.0 OR MIT", "(MIT OR GPL-2.0) AND Unicode-3.0"] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-2.0", "MIT AND GPL-2.0", "(MIT OR Apache-2.0) AND OpenSSL"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}
