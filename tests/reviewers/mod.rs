//! The reviewers' commands as a reviewer types them: what they print, and the exit code that scripts go by.

mod codes;
mod commands;
mod diff;
mod log;
mod reach;

use crate::support::program::{Program, command};
use serde_json::Value;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn policy(arguments: &[&str]) -> Output {
    command(["policy"]).args(arguments).current_dir(root()).output().unwrap()
}

fn printed(it: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&it.stdout), String::from_utf8_lossy(&it.stderr))
}

fn json(arguments: &[&str]) -> Value {
    let it = policy(&[arguments, &["--json"]].concat());
    serde_json::from_slice(&it.stdout).unwrap_or_else(|e| panic!("{e}: {}", printed(&it)))
}

/// A copy of the policies in which `file` has `to` where it had `from`.
fn changed(file: &str, from: &str, to: &str) -> TempDir {
    changes(&[(file, from, to)])
}

/// The same for several places.
fn changes(all: &[(&str, &str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root().join("policies")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    for (file, from, to) in all {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} holds no {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
    folder
}

/// Stealth rosters open to every verified presenter: the invitation is no longer asked for.
fn uninvited() -> TempDir {
    let was = "resource.level == \"stealth\" &&\n  resource.invited.contains(principal.workspace)\n";
    changed("p06-visibility.cedar", was, "resource.level == \"stealth\"\n")
}

#[test]
fn what_is_shipped_holds() {
    let test = policy(&["test"]);
    assert_eq!(test.status.code(), Some(0), "{}", printed(&test));
    assert!(printed(&test).contains("0 failed. The matrix: 0 lines differ."), "{}", printed(&test));
    let prove = policy(&["prove", "P3"]);
    assert_eq!(prove.status.code(), Some(0), "{}", printed(&prove));
    let told = json(&["prove", "P3"]);
    let rows = told["theorems"].as_array().unwrap();
    assert!(rows.len() > 10 && rows.iter().all(|it| it["verdict"] == "proved" && it["guarantee"] == "P3"));
    for key in ["name", "guarantee", "environment", "verdict", "seconds"] {
        assert!(rows.iter().all(|it| !it[key].is_null()), "{key}");
    }
    let named = json(&["prove", "P3", "--list"]);
    let named = named["theorems"].as_array().unwrap();
    assert!(!named.is_empty() && named.iter().all(|it| it["guarantee"] == "P3" && it["says"].is_string()));
    let format = policy(&["format", "--check"]);
    assert_eq!(format.status.code(), Some(0), "{}", printed(&format));
    let same = policy(&["diff", "policies", "policies"]);
    assert_eq!(same.status.code(), Some(0), "{}", printed(&same));
}

#[test]
fn a_weakened_policy_is_noticed_by_each_of_them() {
    let folder = uninvited();
    let there = folder.path().to_str().unwrap();
    let test = policy(&["test", "--policies", there]);
    assert_eq!(test.status.code(), Some(1), "{}", printed(&test));
    assert!(printed(&test).contains("p06-visibility.toml"), "{}", printed(&test));
    let prove = policy(&["prove", "P6", "--policies", there]);
    assert_eq!(prove.status.code(), Some(1), "{}", printed(&prove));
    let text = printed(&prove);
    assert!(text.contains("this breaks P6") && text.contains("`listing-invited`"), "{text}");
    let diff = policy(&["diff", "policies", there]);
    assert_eq!(diff.status.code(), Some(1), "{}", printed(&diff));
    let text = printed(&diff);
    assert!(text.contains("DENY -> ALLOW  PresenterMember ViewListing Profile"), "{text}");
    let back = json(&["diff", there, "policies"]);
    let found = back["differences"].as_array().unwrap();
    assert!(!found.is_empty() && found.iter().all(|it| it["from"] == true && it["to"] == false), "{back}");
}

/// Of each mutant of a policy who noticed it: `case`, `matrix`, …
fn fates(arguments: &[&str]) -> Vec<String> {
    let told = json(&[&["mutants"], arguments].concat());
    assert_eq!(told["holds"], true, "{told}");
    let mutants = told["mutants"].as_array().unwrap().iter();
    let fate = |it: &Value| match &it["fate"] {
        Value::String(it) => it.clone(),
        it => it.as_object().and_then(|it| it.keys().next()).unwrap().clone(),
    };
    mutants.map(fate).collect()
}

#[test]
fn a_mutant_that_no_case_notices_is_listed_by_who_does() {
    let cases = tempfile::tempdir().unwrap();
    let (none, all) = (["level-agency", "--cases", cases.path().to_str().unwrap()], ["level-agency"]);
    let (few, many) = (fates(&none), fates(&all));
    assert_eq!(few.len(), many.len());
    let count = |of: &[String], fate: &str| of.iter().filter(|it| *it == fate).count();
    assert!(count(&many, "case") > 10, "{many:?}");
    // what the cases noticed is left to the matrix and the theorems
    assert_eq!(count(&few, "case"), 0, "{few:?}");
    let others = |of: &[String]| count(of, "matrix") + count(of, "theorem");
    assert_eq!(others(&few), others(&many) + count(&many, "case"), "{few:?}\n{many:?}");
    let out = policy(&[&["mutants"], &none[..]].concat());
    let text = printed(&out);
    let row = text.lines().find(|it| it.starts_with("together ")).unwrap_or_else(|| panic!("{text}"));
    let figures: Vec<usize> = row.split_whitespace().filter_map(|it| it.parse().ok()).collect();
    assert_eq!(figures[..3], [few.len(), count(&few, "validator"), 0], "{text}");
}

/// An action out of a group changes several policies at once, and is a mutant of each.
#[test]
fn a_mutant_of_several_policies_is_one_of_each() {
    let told = json(&["mutants", "commit-needs-a-person"]);
    let mutants = told["mutants"].as_array().unwrap();
    let of_groups: Vec<&Value> = mutants.iter().filter(|it| it["change"] == "group").collect();
    assert!(!of_groups.is_empty(), "{told}");
    for it in mutants {
        let mut policies = it["policy"].as_str().unwrap().split(", ");
        assert!(policies.any(|it| it == "commit-needs-a-person"), "{it}");
    }
}

#[test]
fn questions_about_the_cast_are_answered() {
    let who = json(&["who-can", "--cast", "ViewListing", "profile"]);
    let names: Vec<&str> =
        who["principals"].as_array().unwrap().iter().filter_map(|it| it["principal"].as_str()).collect();
    assert!(names.contains(&"other-presenter") && names.contains(&"agency") && names.contains(&"partner"));
    for not in ["other-artist", "other-agency", "visitor", "admin", "counsel"] {
        assert!(!names.contains(&not), "{not} in {names:?}");
    }
    let what = json(&["what-can", "--cast", "other-artist", "profile"]);
    assert_eq!(what["rights"].as_array().unwrap().len(), 0, "{what}");
    let nobody = policy(&["what-can", "--cast", "other-artist", "profile"]);
    assert_eq!(nobody.status.code(), Some(1), "{}", printed(&nobody));
    let why = json(&["explain", "--cast", "--as", "other-artist", "--do", "ViewListing", "--on", "folio"]);
    assert_eq!(
        (why["allowed"].as_bool(), why["by"][0].as_str()),
        (Some(false), Some("artist-sees-no-artist"))
    );
    let near: Vec<&str> =
        why["near"][0]["changes"].as_array().unwrap().iter().filter_map(|it| it["words"].as_str()).collect();
    assert_eq!(near, ["the profile were the acting workspace’s own"]);
    let decided = why["rules"][0]["clauses"][3]["parts"][0]["parts"][0].clone();
    assert_eq!(
        (decided["text"].as_str(), decided["verdict"].as_str(), decided["decides"].as_bool()),
        (Some("resource.workspace == principal.workspace"), Some("fails"), Some(true))
    );
    assert_eq!((decided["place"]["line"].as_u64(), decided["place"]["column"].as_u64()), (Some(12), Some(3)));
    let ask = ["explain", "--cast", "--as", "discoverer", "--do", "FindListing", "--on", "profile"];
    let list = json(&ask);
    assert_eq!(list["list"]["scope"], "when", "{}", list["list"]);
    assert!(list["list"]["sql"].as_str().unwrap().contains("FROM"));
    let told = printed(&policy(&ask));
    for text in [
        "DENIED: No policy allows it.",
        "fails: resource.discoverable  (policies/p06-visibility.cedar:",
        "Allowed if the artist had agreed to be found.",
        "The list: The list holds what this query finds",
    ] {
        assert!(told.contains(text), "{text} is not in:\n{told}");
    }
}

#[test]
fn what_cannot_be_run_is_told_apart_from_what_does_not_hold() {
    let broken = changed("p06-visibility.cedar", "principal.verified", "principal.verifed");
    let there = broken.path().to_str().unwrap();
    let nowhere = "no-such-folder";
    for it in [
        &["test", "--policies", there][..],
        &["prove", "--policies", there],
        &["mutants", "--policies", there],
        &["diff", "policies", there],
        &["diff", "policies", nowhere],
        &["diff", "policies", "--", "--output=made-by-git"],
        &["prove", "no-such-theorem"],
        &["test", "no-case-is-called-so"],
        &["who-can", "--cast", "NoSuchAction", "profile"],
        &["explain", "--cast", "--as", "nobody", "--do", "ViewListing", "--on", "profile"],
    ] {
        let out = policy(it);
        assert_eq!(out.status.code(), Some(2), "{it:?}: {}", printed(&out));
        assert!(!out.stderr.is_empty(), "{it:?} says nothing");
    }
    let gone = command(["policy", "prove"]).env("CVC5", "/no/such/solver").output().unwrap();
    assert_eq!(gone.status.code(), Some(2), "{}", printed(&gone));
}

/// On a running database: whoever is named for a stealth roster is one of those that practice 6 names.
#[test]
fn who_may_on_a_database_is_whom_practice_six_names() {
    let demo = Program::demo();
    let world = demo.world();
    let asked = |arguments: &[&str]| {
        let out =
            command(["policy"]).args(arguments).args(["--json", "--database", &world.database]).output();
        let out = out.unwrap();
        serde_json::from_slice::<Value>(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", printed(&out)))
    };
    let mut seen = 0;
    for artist in world.facts.artists.iter().filter(|it| it.level == "stealth") {
        let told = asked(&["who-can", "ViewListing", &format!("Profile/{}", artist.id)]);
        for it in told["principals"].as_array().unwrap() {
            let who = it["principal"].as_str().unwrap();
            let workspace = who.split_once('@').unwrap_or_else(|| panic!("{who} sees {}", artist.name)).1;
            let theirs = artist.workspace.iter().chain(&artist.agencies).chain(&artist.invited);
            assert!(theirs.into_iter().any(|it| it == workspace), "{who} sees {}", artist.name);
            seen += 1;
        }
    }
    assert!(seen > 0, "nobody sees any stealth roster");
    // and the other way round, from the lists
    let presenter =
        world.personas.iter().find(|it| it.capabilities.iter().any(|it| it == "discovery")).unwrap();
    let name = format!("{}@{}", presenter.account.as_ref().unwrap(), presenter.workspace.as_ref().unwrap());
    let told = asked(&["what-can", &name, "--action", "FindListing"]);
    let rights = told["rights"].as_array().unwrap();
    assert!(!rights.is_empty());
    for it in rights {
        let id = it["resource"].as_str().unwrap().strip_prefix("Profile/").unwrap();
        let artist = world.facts.artists.iter().find(|artist| artist.id == id).unwrap();
        assert!(artist.discoverable && ["public", "private_listing"].contains(&artist.level.as_str()));
    }
    // the log of what the pages decided, put to the same policies: nothing flips
    let diff = asked(&["diff", "policies", "policies", "--log", "200"]);
    assert_eq!(diff["log"]["flips"].as_array().map(Vec::len), Some(0), "{diff}");
}
