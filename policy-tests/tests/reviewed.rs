//! The policies as they stand against those that were reviewed and published, word by word: what no request could show, and
//! what the validator does not let in, is named too. Nothing is loaded for it, so it speaks where nothing can be loaded.

use crate::publish::{bare, blesses, site};
use std::collections::BTreeMap;
use std::path::Path;

/// A policy's words from its `@id` on, without the comments and blank lines behind it.
fn words(lines: &[String]) -> Vec<String> {
    let mut own: Vec<String> = lines.iter().map(|it| it.trim_end().to_owned()).collect();
    while own.last().is_some_and(|it| it.is_empty() || it.trim_start().starts_with("//")) {
        own.pop();
    }
    own
}

/// By the name in its `@id`, policy by policy.
fn apart(lines: impl IntoIterator<Item = String>) -> BTreeMap<String, Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for line in lines {
        if line.trim_start().starts_with("@id(") {
            all.push(Vec::new());
        }
        if let Some(last) = all.last_mut() {
            last.push(line);
        }
    }
    let named = |it: &[String]| it[0].split('"').nth(1).unwrap_or_default().to_owned();
    all.iter().map(|it| (named(it), words(it))).collect()
}

/// As they were published.
fn published() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(site().join("data/policies.json")).unwrap();
    let page: serde_json::Value = serde_json::from_str(&text).unwrap();
    let files = page["files"].as_array().unwrap().iter();
    let entries = files.flat_map(|it| it["policies"].as_array().unwrap());
    apart(
        entries
            .flat_map(|it| bare(it["html"].as_str().unwrap()).lines().map(str::to_owned).collect::<Vec<_>>()),
    )
}

/// As they stand in the folder.
fn standing() -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "cedar"));
    paths.sort();
    let texts = paths.iter().map(|it| std::fs::read_to_string(it).unwrap());
    apart(texts.flat_map(|it| it.lines().map(str::to_owned).collect::<Vec<_>>()))
}

/// What an annotation says, `?` where there is none.
fn says<'a>(policy: &'a [String], annotation: &str) -> &'a str {
    let head = format!("@{annotation}(\"");
    policy.iter().find_map(|it| it.trim_start().strip_prefix(&head)?.strip_suffix("\")")).unwrap_or("?")
}

/// Each policy that is another than it was, or is there no more, or was not there.
fn differences(was: &BTreeMap<String, Vec<String>>, is: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let none = Vec::new();
    let mut ids: Vec<&String> = was.keys().chain(is.keys()).collect();
    ids.sort();
    ids.dedup();
    let mut told = Vec::new();
    for id in ids {
        let (before, now) = (was.get(id).unwrap_or(&none), is.get(id).unwrap_or(&none));
        if before == now {
            continue;
        }
        let known = if before.is_empty() { now } else { before };
        let (practice, sentence) = (says(known, "practice"), says(known, "says"));
        let what = match (before.is_empty(), now.is_empty()) {
            (false, true) => "is gone",
            (true, _) => "was not reviewed",
            _ => "is not as reviewed",
        };
        let gone = before.iter().filter(|it| !now.contains(it)).map(|it| format!("\n  - {it}"));
        let come = now.iter().filter(|it| !before.contains(it)).map(|it| format!("\n  + {it}"));
        let lines: String = gone.chain(come).collect();
        let lines = if lines.is_empty() { "\n  its lines stand otherwise".to_owned() } else { lines };
        told.push(format!(
            "`{id}` ({practice}) {what}: this touches {practice}, \u{201c}{sentence}\u{201d}{lines}"
        ));
    }
    told
}

#[test]
fn every_policy_is_as_it_was_reviewed() {
    if blesses() {
        return; // published anew in this very run
    }
    let told = differences(&published(), &standing());
    assert!(
        told.is_empty(),
        "{}\nIs that what you meant? Then `kalinklo policy report` publishes it as reviewed.",
        told.join("\n")
    );
    assert!(published().len() > 80, "{}", published().len());
}

/// Whatever line is changed, be the file no Cedar any more.
#[test]
fn every_line_of_every_policy_is_held_and_its_practice_named() {
    let ours = standing();
    for (id, policy) in &ours {
        let practice = says(policy, "practice");
        assert!(practice.starts_with('P'), "{id}: {practice}");
        for at in 1..policy.len() {
            for with in [None, Some("} nonsense {")] {
                let mut other = policy.clone();
                match with {
                    None => drop(other.remove(at)),
                    Some(with) => with.clone_into(&mut other[at]),
                }
                let mut all = ours.clone();
                all.insert(id.clone(), other);
                let told = differences(&ours, &all);
                let [one] = told.as_slice() else { panic!("{id}: {told:?}") };
                let head = format!("`{id}` ({practice}) is not as reviewed: this touches {practice}, ");
                assert!(one.starts_with(&head), "{one}");
            }
        }
        let mut fewer = ours.clone();
        fewer.remove(id);
        assert!(differences(&ours, &fewer)[0].starts_with(&format!("`{id}` ({practice}) is gone: ")));
        assert!(
            differences(&fewer, &ours)[0].starts_with(&format!("`{id}` ({practice}) was not reviewed: "))
        );
    }
}
