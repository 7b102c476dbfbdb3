//! What the public site shows of the policies is what stands and what holds.

use policy::Bundle;
use policy_tests::proofs::{Guarantees, Options, Prover};
use policy_tests::publish::document::{self, Taken};
use policy_tests::publish::{self, Made, stale};
use policy_tests::{Cases, coverage};
use std::path::{Path, PathBuf};

pub(crate) fn site() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../site")
}

pub(crate) fn blesses() -> bool {
    std::env::var_os("KALINKLO_BLESS").is_some_and(|it| it == "1")
}

/// Holds the site to these files, or writes them where they are blessed.
#[track_caller]
pub(crate) fn held(made: &[Made]) {
    for it in made {
        if blesses() {
            it.write(&site()).unwrap();
        }
        assert!(
            it.is_current(&site()),
            "site/{} is not current; `kalinklo policy report` writes it",
            it.path
        );
    }
}

/// Where the figures stand, and the text.
pub(crate) fn document() -> (PathBuf, String) {
    let path = site().join(document::PATH);
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// Holds the document to this row, or writes it where it is blessed.
#[track_caller]
pub(crate) fn documented(row: &str) {
    let (path, text) = document();
    let wanted = document::with_row(&text, row);
    if blesses() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let (_, text) = document();
    assert!(
        text.lines().any(|it| it == row),
        "docs/proofs.md does not say; `kalinklo policy report` writes it:\n{row}"
    );
}

fn plain() -> Vec<Made> {
    publish::plain(&Bundle::embedded(), &Cases::embedded().unwrap()).unwrap()
}

fn prover(guarantees: &Guarantees) -> Prover {
    Prover::with(&Bundle::embedded().schema.1, guarantees.clone(), Options::default()).unwrap()
}

#[test]
fn the_site_shows_the_policies_the_cases_and_the_matrix_that_stand() {
    let made = plain();
    held(&made);
    for it in stale(&site(), &made).unwrap() {
        if blesses() {
            std::fs::remove_file(&it).unwrap();
        }
        assert!(
            !it.exists(),
            "{} is of no file of policies; `kalinklo policy report` removes it",
            it.display()
        );
    }
}

#[test]
fn the_site_shows_what_is_proved() {
    let guarantees = Guarantees::embedded().unwrap();
    let made = publish::theorems(&Bundle::embedded(), &guarantees, &mut prover(&guarantees)).unwrap();
    held(&[made]);
}

#[test]
fn the_document_counts_the_cases_and_the_clauses_that_stand() {
    let cases = Cases::embedded().unwrap();
    documented(&document::cases(&cases));
    documented(&document::clauses(&coverage::of(&Bundle::embedded(), &cases).unwrap()));
}

#[test]
fn the_document_tells_seconds_within_their_bounds() {
    let (_, text) = document();
    let row =
        document::row_in(&text, "seconds").expect("a row of seconds; `kalinklo policy report` writes it");
    let numbers: Vec<f64> = row.split([' ', ',']).filter_map(|it| it.parse().ok()).collect();
    let [anew, again, mutants, cores] = numbers[..] else { panic!("{row}") };
    assert!(
        anew <= document::MOST.0 && again <= anew && mutants <= document::MOST.1 && cores >= 1.0,
        "{row}"
    );
    // and no run that took longer can write them
    let taken = Taken { anew, again, mutants, cores: 2 };
    assert!(document::seconds(&taken).is_ok());
    assert!(document::seconds(&Taken { anew: 60.5, ..taken }).unwrap_err().contains("proving took"));
    assert!(document::seconds(&Taken { mutants: 301.0, ..taken }).is_err());
}

#[test]
fn what_is_not_current_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let made = Made { path: "data/some.json".to_owned(), text: "{}\n".to_owned() };
    assert!(!made.is_current(folder.path()));
    made.write(folder.path()).unwrap();
    assert!(made.is_current(folder.path()));
    std::fs::write(folder.path().join("data/some.json"), "{ }\n").unwrap();
    assert!(!made.is_current(folder.path()));
    let page = Made { path: "content/policies/p98-gone.md".to_owned(), text: String::new() };
    page.write(folder.path()).unwrap();
    std::fs::write(folder.path().join("content/policies/schema.md"), "").unwrap();
    assert_eq!(stale(folder.path(), &made_of(&page)).unwrap(), Vec::<PathBuf>::new());
    assert_eq!(stale(folder.path(), &[]).unwrap(), [folder.path().join(&page.path)]);
}

fn made_of(one: &Made) -> Vec<Made> {
    vec![one.clone()]
}

/// Text of HTML made by ourselves.
pub(crate) fn bare(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for it in html.chars() {
        match it {
            '<' => inside = true,
            '>' => inside = false,
            it if !inside => text.push(it),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn json(made: &[Made], path: &str) -> serde_json::Value {
    serde_json::from_str(&made.iter().find(|it| it.path == path).unwrap().text).unwrap()
}

/// Lines with the numbers that they are shown under.
fn shown(html: &str) -> Vec<(usize, String)> {
    let lines = html.split("<span id=\"l").skip(1).map(|it| {
        let (number, rest) = it.split_once('"').unwrap();
        let (_, line) = rest.split_once('>').unwrap();
        (number.parse().unwrap(), bare(line.trim_end_matches('\n').strip_suffix("</span>").unwrap()))
    });
    lines.collect()
}

#[track_caller]
fn whole(file: &str, text: &str, lines: &[(usize, String)]) {
    let wanted: Vec<(usize, &str)> =
        text.lines().enumerate().map(|(at, it)| (at + 1, it)).filter(|it| !it.1.is_empty()).collect();
    let found: Vec<(usize, &str)> =
        lines.iter().map(|it| (it.0, it.1.as_str())).filter(|it| !it.1.is_empty()).collect();
    assert_eq!(found, wanted, "{file}");
}

#[test]
fn every_line_of_policies_and_schema_is_shown_letter_for_letter() {
    let (made, bundle) = (plain(), Bundle::embedded());
    let policies = json(&made, "data/policies.json");
    for file in policies["files"].as_array().unwrap() {
        let path = file["file"].as_str().unwrap();
        let lines = file["policies"].as_array().unwrap().iter().map(|it| shown(it["html"].as_str().unwrap()));
        whole(path, &bundle.files[path], &lines.flatten().collect::<Vec<_>>());
    }
    let schema = json(&made, "data/schema.json");
    let lines = schema["parts"].as_array().unwrap().iter().map(|it| shown(it["html"].as_str().unwrap()));
    whole("the schema", &bundle.schema.1, &lines.flatten().collect::<Vec<_>>());
}

#[test]
fn every_policy_action_and_type_has_its_place() {
    let made = plain();
    let bundle = Bundle::embedded();
    let policies = json(&made, "data/policies.json");
    for it in bundle.check().unwrap() {
        let stem = it.file.trim_start_matches("policies/").trim_end_matches(".cedar");
        assert_eq!(policies["addresses"][&it.id], format!("/policies/{stem}/#policy-{}", it.id));
        let file = policies["files"].as_array().unwrap().iter().find(|file| file["file"] == it.file).unwrap();
        let entry = file["policies"].as_array().unwrap().iter().find(|of| of["id"] == it.id).unwrap();
        assert!(entry["line"] == it.line && entry["effect"] == it.effect, "{entry}");
        assert!(!entry["cases"].as_array().unwrap().is_empty(), "{} decides no case", it.id);
    }
    let schema = json(&made, "data/schema.json");
    let html: String =
        schema["parts"].as_array().unwrap().iter().map(|it| it["html"].as_str().unwrap()).collect();
    let actions: Vec<&str> =
        schema["actions"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    for action in policy::ALL {
        assert!(html.contains(&format!("<strong id=\"action-{}\">", action.as_str())), "{}", action.as_str());
        assert!(actions.contains(&action.as_str()), "{}", action.as_str());
    }
    assert_eq!(actions.len(), policy::ALL.len());
    for kind in ["Profile", "ArtistMember", "Engagement"] {
        assert!(html.contains(&format!("<strong id=\"type-{kind}\">")), "{kind}");
    }
}

#[test]
fn a_case_stands_where_it_is_said_to_stand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    for case in Cases::embedded().unwrap().all {
        let text = std::fs::read_to_string(folder.join(&case.file)).unwrap();
        let line = text.lines().nth(case.line - 1).unwrap();
        assert!(
            line.starts_with("name = ") && line.contains(&case.name[..4]),
            "{}:{}: {line}",
            case.file,
            case.line
        );
    }
}

#[test]
fn the_tables_of_the_matrix_say_what_the_matrix_says() {
    let matrix = json(&plain(), "data/matrix.json");
    let reviewed = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("expected/matrix.txt"));
    assert_eq!(matrix["text"].as_str().unwrap(), reviewed.unwrap());
    let table = |kind: &str| {
        let kinds = matrix["kinds"].as_array().unwrap();
        kinds.iter().find(|it| it["name"] == kind).unwrap().clone()
    };
    let row = |table: &serde_json::Value, action: &str| {
        let rows = table["rows"].as_array().unwrap().clone();
        let holds = |it: &serde_json::Value| it["actions"].as_array().unwrap().iter().any(|it| it == action);
        rows.into_iter().find(holds)
    };
    let cell = |table: &serde_json::Value, action: &str, when: &str, asker: &str| {
        let at = table["askers"].as_array().unwrap().iter().position(|it| it == asker).unwrap();
        let row = row(table, action).unwrap();
        let situations = row["situations"].as_array().unwrap().clone();
        let situation = situations.iter().find(|it| it["when"] == when).unwrap_or_else(|| panic!("{row}"));
        situation["cells"].as_str().unwrap().split(' ').nth(at).unwrap().to_owned()
    };
    let artist = table("artist");
    assert_eq!(cell(&artist, "ViewProfile", "", "own, owner"), "may");
    assert_eq!(cell(&artist, "ViewProfile", "", "other, in person"), "never");
    assert_eq!(
        cell(
            &artist,
            "AcceptMandate",
            "parties all those asking, sent by another, shown as it stands",
            "own, owner"
        ),
        "may"
    );
    assert!(row(&artist, "VerifyWorkspace").is_none(), "what nobody of a kind may is in no row");
    let visitor = table("visitor");
    let folio = "claimed, verified, level public, opted in";
    assert_eq!(cell(&visitor, "ViewFolio", folio, "anybody"), "may");
    assert!(row(&table("unapproved"), "ViewApplication").is_some());
    assert!(row(&table("unapproved"), "ViewProfile").is_none());
}

#[test]
fn a_policy_is_named_with_what_falls_without_it() {
    let guarantees = Guarantees::embedded().unwrap();
    let bundle = Bundle::embedded();
    let set = policy_tests::proofs::policies(bundle.files.values().map(String::as_str)).unwrap();
    let mut prover = prover(&guarantees);
    let mut falls = |id: &str| prover.falls(&set, &cedar_policy::PolicyId::new(id)).unwrap();
    let names = |it: &policy_tests::proofs::Counted| it.keys().cloned().collect::<Vec<_>>();
    assert!(names(&falls("confirm-once")).contains(&"confirmed-once".to_owned()));
    assert!(names(&falls("roster")).contains(&"roster-answers-agency".to_owned()));
    // a belt: another lock holds each door of it
    assert_eq!(names(&falls("artist-sees-no-artist")), Vec::<String>::new());
    // and the prover is as it was
    assert!(prover.prove(&set, &|it| it.name == "confirmed-once").holds());
}
