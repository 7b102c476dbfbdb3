//! The register of practices maps to the repository: every policy, file and test that it names is there, and every policy
//! is claimed by its practice.

use super::listed::Programs;
use super::root;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[derive(Deserialize)]
struct Register {
    practice: Vec<Practice>,
}

#[derive(Deserialize)]
struct Practice {
    id: String,
    title: String,
    text: String,
    kind: String,
    policies: Vec<String>,
    files: Vec<String>,
    tests: Vec<String>,
    proofs: Vec<String>,
}

fn register() -> Register {
    toml::from_str(&fs::read_to_string(root().join("site/data/practices.toml")).unwrap()).unwrap()
}

fn policies() -> BTreeMap<String, String> {
    let bundle = policy::Bundle::folder(&root().join("policies"), None).unwrap();
    bundle.check().unwrap().into_iter().map(|it| (it.id, it.practice)).collect()
}

#[test]
fn every_practice_is_there_and_says_something() {
    let ids: Vec<String> = register().practice.iter().map(|it| it.id.clone()).collect();
    let wanted: Vec<String> = (1..=3)
        .map(|it| format!("G{it}"))
        .chain((1..=12).map(|it| format!("P{it}")))
        .chain((1..=4).map(|it| format!("B{it}")))
        .collect();
    assert_eq!(ids, wanted);
    for it in register().practice {
        assert!(!it.title.is_empty() && it.text.len() > 40, "{} says nothing", it.id);
        assert!(["policy", "types", "mixed"].contains(&it.kind.as_str()), "{}: {}", it.id, it.kind);
        assert!(it.kind == "types" || !it.policies.is_empty(), "{} is kept by policy, and names none", it.id);
        assert!(!it.tests.is_empty(), "{} names no test", it.id);
        // policy-tests/tests/proofs.rs holds the names to the theorems that run
        assert!(it.kind != "types" || it.proofs.is_empty(), "{}: what types hold is no theorem", it.id);
    }
}

#[test]
fn every_policy_that_is_named_exists_and_every_policy_is_claimed_by_its_practice() {
    let (register, policies) = (register(), policies());
    for practice in &register.practice {
        for id in &practice.policies {
            assert!(policies.contains_key(id), "{} names the policy {id}, which is not there", practice.id);
        }
    }
    for (id, of) in &policies {
        let claimed = register.practice.iter().any(|it| it.id == *of && it.policies.contains(id));
        assert!(claimed, "the policy {id} is of {of}, which does not name it");
    }
}

#[test]
fn every_file_that_is_named_exists_and_every_test_is_run() {
    let programs = Programs::beside();
    let mut missing = BTreeSet::new();
    for practice in register().practice {
        for file in &practice.files {
            if !root().join(file).is_file() {
                missing.insert(format!("{}: {file}", practice.id));
            }
        }
        for test in &practice.tests {
            let (path, name) = test.rsplit_once("::").unwrap_or((test, ""));
            missing.extend(programs.against(path, name).map(|why| format!("{}: {test}: {why}", practice.id)));
        }
    }
    assert!(
        missing.is_empty(),
        "named in the register, and not there or not run:\n{}",
        missing.into_iter().collect::<Vec<_>>().join("\n")
    );
}
