//! `kalinklo policy diff`: what may be its sides, and that nothing is taken for the same which is not.

use super::{json, policy, printed, root, uninvited};
use crate::support::program::{Demo, command};
use std::fs;
use std::path::Path;
use std::process::Command;

fn git(folder: &Path, arguments: &[&str]) {
    let author = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    let done = Command::new("git").args(author).args(arguments).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", printed(&done));
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// A checkout with our policies and schema.
fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copied(&root().join("policies"), &folder.path().join("policies"));
    fs::create_dir(folder.path().join("schema")).unwrap();
    let schema = "schema/kalinklo.cedarschema";
    fs::copy(root().join(schema), folder.path().join(schema)).unwrap();
    folder
}

#[test]
fn a_revision_is_found_from_a_folder_within() {
    let folder = checkout();
    let within = folder.path().join("docs/deep");
    fs::create_dir_all(&within).unwrap();
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "As it was"]);
    let diff =
        |old: &str, new: &str| command(["policy", "diff", old, new]).current_dir(&within).output().unwrap();
    let same = diff("HEAD", "HEAD");
    assert_eq!(same.status.code(), Some(0), "{}", printed(&same));
    let weaker = uninvited();
    let out = diff("HEAD", weaker.path().to_str().unwrap());
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    assert!(
        printed(&out).contains("DENY -> ALLOW  PresenterMember ViewListing Profile"),
        "{}",
        printed(&out)
    );
    // and nothing else: a side without any policy would change far more
    assert!(
        printed(&out).contains("\n1 changes") || printed(&out).starts_with("1 changes"),
        "{}",
        printed(&out)
    );
}

const SCHEMA: &str = "schema/kalinklo.cedarschema";

/// Our checkout, with other text in these files.
fn checkout_with(changes: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = checkout();
    for (file, from, to) in changes {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} holds no {from}");
        fs::write(&path, text.replace(from, to)).unwrap();
    }
    folder
}

fn path(folder: &tempfile::TempDir) -> &str {
    folder.path().to_str().unwrap()
}

/// The policies are the same to the letter; what they decide is not.
#[test]
fn another_schema_is_a_change_of_what_is_decided() {
    for (from, to, told) in [
        (
            "action Confirm in [Commit]",
            "action Confirm in [Gated]",
            "DENY -> ALLOW  ArtistMember Confirm Draft",
        ),
        (
            "action ViewEnquiry in [Read] appliesTo { principal: [ArtistMember, AgencyMember, PresenterMember]",
            "action ViewEnquiry in [Read] appliesTo { principal: [ArtistMember, PresenterMember]",
            "ALLOW -> DENY  AgencyMember ViewEnquiry Enquiry",
        ),
    ] {
        let other = checkout_with(&[(SCHEMA, from, to)]);
        let out = policy(&["diff", ".", path(&other)]);
        assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
        assert!(printed(&out).contains(told), "{}", printed(&out));
        // a folder of policies has the schema that stands beside it
        let inner = other.path().join("policies");
        let out = policy(&["diff", "policies", inner.to_str().unwrap()]);
        assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    }
    let remarked = checkout_with(&[(SCHEMA, "action Gated;", "// Behind the gate.\naction Gated;")]);
    let out = policy(&["diff", ".", path(&remarked)]);
    assert_eq!(out.status.code(), Some(0), "{}", printed(&out));
}

/// What could not be compared is said, and is not taken for the same.
#[test]
fn what_two_schemas_leave_apart_is_not_the_same() {
    let policies = ("policies/p04-agencies-apart.cedar", "resource.asked ==", "resource.invited ==");
    let new = checkout_with(&[policies, (SCHEMA, "asked: Agency", "invited: Agency")]);
    let sides = ["diff", ".", path(&new)];
    let out = policy(&sides);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    let text = printed(&out);
    assert!(text.contains("not compared  AgencyMember ViewPartnership Partnership: "), "{text}");
    assert!(text.contains("`asked` of Partnership is in the old schema alone"), "{text}");
    let told = json(&sides);
    let differences = told["differences"].as_array().map(Vec::len);
    assert_eq!((&told["same"], differences), (&false.into(), Some(0)), "{told}");
    assert!(told["apart"].as_object().is_some_and(|it| it.len() > 1), "{told}");
    let out = policy(&["diff", path(&new), path(&new)]);
    assert_eq!(out.status.code(), Some(0), "{}", printed(&out));
}

/// As somebody compares who has the program and no checkout.
#[test]
fn an_installed_program_compares_with_its_own_and_with_staged_policies() {
    let (empty, data, weaker) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), uninvited());
    let installed =
        |arguments: &[&str]| command(["policy"]).args(arguments).current_dir(empty.path()).output().unwrap();
    let same = installed(&["diff", "built-in", "built-in"]);
    assert_eq!(same.status.code(), Some(0), "{}", printed(&same));
    let change = "DENY -> ALLOW  PresenterMember ViewListing Profile";
    let out = installed(&["diff", "built-in", path(&weaker)]);
    assert!(out.status.code() == Some(1) && printed(&out).contains(change), "{}", printed(&out));

    let demo = Demo::default().data(data.path()).start();
    let database = ["--database", demo.world().database.as_str()];
    let narrow = super::changed(
        "p06-visibility.cedar",
        "@says(\"You were invited",
        "@says(\"Please: you were invited",
    );
    let stage = ["stage", "--policies", path(&narrow), "--note", "other words"];
    let out = installed(&[&stage[..], &database, &["--json"]].concat());
    let told: serde_json::Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", printed(&out)));
    let digest = told["digest"].as_str().unwrap();
    for name in [digest, &digest[..8]] {
        let out = installed(&[&["diff", name, "built-in"][..], &database].concat());
        assert_eq!(out.status.code(), Some(0), "{}", printed(&out));
        let out = installed(&[&["diff", name, path(&weaker)][..], &database].concat());
        assert!(out.status.code() == Some(1) && printed(&out).contains(change), "{}", printed(&out));
    }
    // no database is named, or none of its sets is called so: nothing is guessed
    for it in
        [&["diff", digest, "built-in"][..], &[&["diff", "00000000", "built-in"][..], &database].concat()]
    {
        let out = installed(it);
        assert_eq!(out.status.code(), Some(2), "{it:?}: {}", printed(&out));
    }
    let back = installed(&["diff", "built-in", "built-in", "--log", "-1"]);
    assert_eq!(back.status.code(), Some(2), "{}", printed(&back));
}
