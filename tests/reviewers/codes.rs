//! Exit codes and what `--json` says with them: 0 it holds, 1 it does not, 2 nobody knows.

use super::{changed, changes, json, policy, printed, root};
use crate::support::program::command;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

fn told(out: &Output) -> Value {
    serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", printed(out)))
}

#[test]
fn what_was_named_and_is_not_there_is_not_passed_over() {
    let empty = tempfile::tempdir().unwrap();
    let nowhere = empty.path().join("matrix.txt");
    let nowhere = nowhere.to_str().unwrap();
    for (it, says) in [
        (&["test", "--matrix", nowhere][..], nowhere),
        (&["format", "--check", empty.path().to_str().unwrap()], "no policy file there"),
        (&["format", empty.path().to_str().unwrap()], "no policy file there"),
    ] {
        let out = policy(it);
        assert_eq!(out.status.code(), Some(2), "{it:?}: {}", printed(&out));
        assert!(printed(&out).contains(says), "{it:?}: {}", printed(&out));
    }
    let out = policy(&["test", "--matrix", nowhere, "--bless"]);
    assert_eq!(out.status.code(), Some(0), "{}", printed(&out));
    assert!(Path::new(nowhere).is_file());
}

#[test]
fn a_program_that_reads_json_is_told_why_there_is_no_answer() {
    for it in [
        &["test", "--policies", "no-such-folder"][..],
        &["prove", "no-such-theorem"],
        &["diff", "policies", "no-such-side"],
        &["explain", "--cast", "--as", "nobody", "--do", "ViewListing", "--on", "profile"],
        // what the command line itself refuses
        &["check", "--no-such-flag"],
        &["diff", "policies", "policies", "--log", "-1"],
    ] {
        let out = policy(&[it, &["--json"]].concat());
        assert_eq!(out.status.code(), Some(2), "{it:?}: {}", printed(&out));
        let said = told(&out);
        assert!(said["holds"].is_null() && said["error"].as_str().is_some_and(|it| !it.is_empty()), "{said}");
        let out = policy(it);
        assert!(out.stdout.is_empty() && !out.stderr.is_empty(), "{it:?}: {}", printed(&out));
    }
    // it is no error to ask for help
    assert_eq!(policy(&["check", "--help", "--json"]).status.code(), Some(0));
}

/// A solver that says who it is, and nothing else.
fn mute(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let program = folder.join("mute");
    let version = "case \"$*\" in *--version*) echo 'This is cvc5 version 0.0.0 (mute)';; esac";
    fs::write(&program, format!("#!/bin/sh\n{version}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program.to_str().unwrap().to_owned()
}

#[test]
fn a_solver_that_fails_on_its_way_leaves_nobody_knowing() {
    let folder = tempfile::tempdir().unwrap();
    let solver = mute(folder.path());
    let prove = |arguments: &[&str]| {
        let mut command = command(["policy", "prove", "--anew"]);
        command.args(arguments).env("CVC5", &solver).current_dir(root()).output().unwrap()
    };
    let out = prove(&["unverified-may-ask-public-artists"]);
    assert_eq!(out.status.code(), Some(2), "{}", printed(&out));
    assert!(printed(&out).contains("failed: unverified-may-ask-public-artists"), "{}", printed(&out));
    let said = told(&prove(&["unverified-may-ask-public-artists", "--json"]));
    assert!(said["holds"].is_null() && said["error"].is_string() && said["theorems"].is_array(), "{said}");
    let said = json(&["prove", "P3"]);
    assert!(said["holds"] == true && said.get("error").is_none(), "{said}");
}

#[test]
fn each_theorem_is_told_environment_by_environment_where_that_is_wanted() {
    let out = policy(&["prove", "presenter-sees-no-closed-listing", "--environments"]);
    assert_eq!(out.status.code(), Some(0), "{}", printed(&out));
    let text = printed(&out);
    let line = text.lines().find(|it| it.contains("PresenterMember ViewListing Profile"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(
        line.starts_with("P6   presenter-sees-no-closed-listing ") && line.ends_with(" s  proved"),
        "{line}"
    );
    let out = policy(&["prove", "presenter-sees-no-closed-listing"]);
    assert!(!printed(&out).contains("PresenterMember ViewListing Profile"), "{}", printed(&out));
}

#[test]
fn a_report_of_what_does_not_hold_is_not_written_and_says_why() {
    let site = tempfile::tempdir().unwrap();
    fs::write(site.path().join("config.toml"), "").unwrap();
    let folder = changes(&[("p10-operations.cedar", "factor_age <= 43200", "factor_age <= 43201")]);
    let arguments =
        ["report", "--site", site.path().to_str().unwrap(), "--policies", folder.path().to_str().unwrap()];
    let out = policy(&arguments);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    assert!(printed(&out).contains("Nothing was written."), "{}", printed(&out));
    let said = told(&policy(&[&arguments[..], &["--json"]].concat()));
    assert!(said["holds"] == false && said["why"].is_string(), "{said}");
    // and to check figures is to have the page that they stand in
    let out = policy(&["report", "--check", "--site", site.path().to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    assert!(printed(&out).contains("docs/proofs.md is not there"), "{}", printed(&out));
    let left = fs::read_dir(site.path()).unwrap().count();
    assert_eq!(left, 1, "something was written");
}

#[test]
fn the_practice_stands_with_what_the_validator_and_the_matrix_say() {
    let broken = changed("p06-visibility.cedar", "principal.verified", "principal.verifed");
    let check = ["check", "--policies", broken.path().to_str().unwrap()];
    let out = policy(&check);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    assert!(printed(&out).contains("; this touches P6\n"), "{}", printed(&out));
    assert_eq!(json(&check)["complaints"][0]["practice"], "P6");
    let weaker = super::uninvited();
    let test = ["test", "--policies", weaker.path().to_str().unwrap()];
    let text = printed(&policy(&test));
    // every permit of the section may be the one that allows more
    let of_listing = |it: &str| {
        it.strip_prefix("this breaks ")
            .and_then(|it| it.strip_suffix(": Profile: ViewListing"))
            .is_some_and(|it| it.split(" or ").any(|it| it == "P6"))
    };
    assert!(text.lines().any(of_listing), "{text}");
    let matrix = json(&test)["matrix"].clone();
    let [one] = matrix.as_array().unwrap().as_slice() else { panic!("{matrix}") };
    assert!(of_listing(one.as_str().unwrap().lines().next().unwrap()), "{matrix}");
}
