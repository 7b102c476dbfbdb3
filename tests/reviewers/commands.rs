//! What every reviewers' command takes and says, and what each does beside its own question: help, `--json`, an installed
//! program without a checkout, blessing, coverage, survivors, errors.

use super::{changed, changes, json, policy, printed, root};
use crate::support::db::Db;
use crate::support::program::{Program, command, eventually};
use policy::Bundle;
use serde_json::Value;
use std::fs;
use std::process::{Output, Stdio};

/// The commands below `kalinklo policy`, as its own help lists them.
fn names() -> Vec<String> {
    let help = printed(&policy(&["--help"]));
    let listed = help.split("Commands:\n").nth(1).unwrap_or_else(|| panic!("{help}"));
    let lines = listed.lines().take_while(|it| !it.is_empty());
    let names = lines.filter(|it| it.starts_with("  ") && !it.starts_with("   "));
    names.map(|it| it.split_whitespace().next().unwrap().to_owned()).filter(|it| it != "help").collect()
}

#[test]
fn every_command_has_examples_and_answers_programs() {
    let all = names();
    assert!(all.len() >= 14, "{all:?}");
    // these are told which policies by their own arguments, or ask a database which it has
    let otherwise = ["diff", "format", "activate", "rollback", "list"];
    for name in &all {
        let out = policy(&[name, "--help"]);
        assert_eq!(out.status.code(), Some(0), "{name}");
        // the terminal's width says where lines break
        let help = printed(&out).split_whitespace().collect::<Vec<_>>().join(" ");
        for part in
            ["Example", &format!("kalinklo policy {name}"), "--json", "Exit code 0", "2: it could not be run"]
        {
            assert!(help.contains(part), "`policy {name} --help` says nothing of {part:?}:\n{help}");
        }
        let takes = help.contains("--policies <DIR>");
        assert_eq!(
            takes,
            !otherwise.contains(&name.as_str()),
            "`policy {name} --help` and --policies:\n{help}"
        );
    }
    let text = fs::read_to_string(root().join("policies/README.md")).unwrap();
    for name in &all {
        assert!(
            text.contains(&format!("kalinklo policy {name}")),
            "policies/README.md says nothing of {name}"
        );
    }
}

#[test]
fn layout_and_report_answer_programs() {
    let ours = json(&["format", "--check"]);
    assert_eq!((&ours["holds"], &ours["changed"]), (&true.into(), &Value::Array(Vec::new())), "{ours}");
    let folder = changed("p06-visibility.cedar", "  principal.verified &&\n", "  principal.verified   &&\n");
    let there = folder.path().to_str().unwrap();
    let file = folder.path().join("p06-visibility.cedar");
    let before = fs::read_to_string(&file).unwrap();
    let out = policy(&["format", "--check", "--json", there]);
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((out.status.code(), &told["holds"]), (Some(1), &false.into()), "{told}");
    assert_eq!(told["changed"], serde_json::json!([file.to_str().unwrap()]));
    assert_eq!(fs::read_to_string(&file).unwrap(), before, "--check wrote");
    let written = json(&["format", there]);
    assert_eq!((&written["holds"], &written["written"]), (&true.into(), &true.into()), "{written}");
    let ours = fs::read_to_string(root().join("policies/p06-visibility.cedar")).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), ours);
}

#[test]
fn only_blessing_writes_the_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("matrix.txt");
    let ours = fs::read_to_string(root().join("policy-tests/expected/matrix.txt")).unwrap();
    let stale = ours.replacen('\n', "\nno such line\n", 1);
    fs::write(&page, &stale).unwrap();
    let test = ["test", "--matrix", page.to_str().unwrap()];
    let out = policy(&test);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    assert!(printed(&out).contains("no such line"), "{}", printed(&out));
    assert_eq!(fs::read_to_string(&page).unwrap(), stale, "the check wrote");
    let out = policy(&[&test[..], &["--bless"]].concat());
    assert_eq!(out.status.code(), Some(0), "{}", printed(&out));
    assert_eq!(fs::read_to_string(&page).unwrap(), ours);
}

#[test]
fn what_no_case_tries_is_named_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("policy-tests/cases")).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("p10-operations.toml") {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let cases = ["test", "--cases", folder.path().to_str().unwrap()];
    let out = policy(&cases);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    assert!(printed(&out).contains("p10-operations.cedar:85:"), "{}", printed(&out));
    let told = json(&cases);
    let untried = told["coverage"]["untried"].as_array().unwrap();
    assert_eq!(
        (&told["holds"], told["failures"].as_array().map(Vec::len)),
        (&false.into(), Some(0)),
        "{told}"
    );
    for key in ["file", "line", "column", "policy", "clause", "missing"] {
        assert!(!untried.is_empty() && untried.iter().all(|it| !it[key].is_null()), "{key}: {told}");
    }
    assert!(untried.iter().any(|it| it["policy"] == "factor-of-now"), "{told}");
}

/// An exception for one second of a day: neither case nor matrix nor theorem looks there.
#[test]
fn a_surviving_mutant_is_named_and_fails() {
    let extra = "@id(\"one-second\")\n@practice(\"P10\")\n@says(\"Not in this second.\")\nforbid (\n  principal is Admin,\n  action == Action::\"ViewSecurity\",\n  resource is Platform\n)\nwhen { context.factor_age == 1234 };\n\n@id(\"jobs\")";
    let folder = changed("p10-operations.cedar", "@id(\"jobs\")", extra);
    let out = policy(&["mutants", "one-second", "--policies", folder.path().to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    let text = printed(&out);
    let listed = text.lines().filter(|it| it.starts_with("survives: "));
    let bound =
        |it: &str| it.contains("p10-operations.cedar:") && it.contains("`one-second`: policy removed: ");
    assert!(listed.clone().count() > 0 && listed.clone().any(bound), "{text}");
    // with a request that tells it from the policy
    assert!(text.contains("factor_age = 1234"), "{text}");
}

/// As somebody meets it who has the program and nothing else.
#[test]
fn an_installed_program_needs_no_checkout() {
    let empty = tempfile::tempdir().unwrap();
    let there = |arguments: &[&str]| -> Output {
        command(["policy"]).args(arguments).current_dir(empty.path()).output().unwrap()
    };
    for (it, code) in [
        (&["check"][..], 0),
        (&["test"], 0),
        (&["prove", "P3"], 0),
        (&["mutants", "level-agency"], 0),
        (&["explain", "--cast", "--as", "admin", "--do", "ViewPlatform", "--on", "platform"], 0),
        (&["who-can", "--cast", "ViewListing", "profile"], 0),
        (&["what-can", "--cast", "artist", "profile"], 0),
        // what is to be written or compared has to be there
        (&["format"], 2),
        (&["report", "--check"], 2),
        (&["test", "--bless"], 2),
        (&["diff", "HEAD", "HEAD"], 2),
        (&["list"], 2),
    ] {
        let out = there(it);
        assert_eq!(out.status.code(), Some(code), "{it:?}: {}", printed(&out));
    }
    let left: Vec<_> = fs::read_dir(empty.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// `kalinklo policy … | head -1`.
#[test]
fn whoever_has_read_enough_may_stop_reading() {
    let mut asked = command(["policy", "what-can", "--cast", "admin"]);
    let mut child = asked.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), printed(&out)), (Some(2), String::new()));
}

/// Too large a number: a policy that passes every check of types and cannot be evaluated.
const ERRING: &str = "@id(\"too-large\")\n@practice(\"P10\")\n@says(\"A sum that has no room.\")\nforbid (\n  principal is Admin,\n  action == Action::\"ViewSecurity\",\n  resource is Platform\n)\nwhen { context.factor_age + 9223372036854775807 + 1 > 0 };\n\n@id(\"jobs\")";

#[test]
fn a_policy_that_errs_refuses_and_is_shown() {
    let folder = changes(&[("p10-operations.cedar", "@id(\"jobs\")", ERRING)]);
    let ask = ["explain", "--cast", "--as", "admin", "--do", "ViewSecurity", "--on", "platform"];
    assert_eq!(policy(&ask).status.code(), Some(0));
    let ask = [&ask[..], &["--policies", folder.path().to_str().unwrap()]].concat();
    let out = policy(&ask);
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    let text = printed(&out);
    assert!(text.contains("cannot be evaluated: @id(\"too-large\")"), "{text}");
    let told = json(&ask);
    let rule = told["rules"].as_array().unwrap().iter().find(|it| it["policy"]["id"] == "too-large");
    assert_eq!((&rule.unwrap()["verdict"], &told["allowed"]), (&"errs".into(), &false.into()), "{told}");

    // and in the explorer of a house where it decides
    let demo = Program::demo();
    let question = "/explore?as=admin&do=ViewSecurity&on=platform";
    let errors = |text: &str| demo.visitor().get(question).text().contains(text);
    assert!(!errors("could not be evaluated"));
    let mut bundle = Bundle::embedded();
    for text in bundle.files.values_mut() {
        *text = text.replacen("@id(\"jobs\")", ERRING, 1);
    }
    let (digest, schema) = (bundle.digest(), bundle.schema_digest());
    let files = serde_json::to_string(&bundle.files).unwrap().replace('\'', "''");
    let mut db = Db::of(demo.world());
    db.run(&format!(
        "INSERT INTO policy_sets VALUES ('{digest}', '{schema}', '{files}', 'x', '{{}}', 'x', 1)"
    ));
    // no proof would pass it: it stands there as one that slipped through
    let guarantees = policy_tests::proofs::Guarantees::digest();
    db.run(&format!("INSERT INTO policy_proofs VALUES ('{digest}', '{guarantees}', 'x', 'x', 1)"));
    db.run(&format!("INSERT INTO policy_activations VALUES (1, '{digest}', 'activated', NULL, 'x', 'x', 1)"));
    eventually("the explorer shows the error", || {
        errors("one policy could not be evaluated, and so it is refused").then_some(())
    });
}
