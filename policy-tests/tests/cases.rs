//! Every case ends as it should, every policy decides one, every clause is tried both ways.

use crate::support::ENGINE;
use policy::Bundle;
use policy_tests::coverage::Gap;
use policy_tests::{Cases, coverage};
use std::collections::BTreeMap;
use std::path::Path;

fn cases() -> Cases {
    Cases::embedded().unwrap_or_else(|them| panic!("{}", lines(&them)))
}

fn lines(them: &[impl ToString]) -> String {
    them.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_case_ends_as_it_should() {
    let report = cases().run(&ENGINE);
    assert!(
        report.failures.is_empty(),
        "{} of {} went wrong\n{}",
        report.failures.len(),
        report.asked,
        lines(&report.failures)
    );
    assert!(report.asked > 500);
}

#[test]
fn every_policy_decides_a_case() {
    let report = cases().run(&ENGINE);
    assert_eq!(report.undecided().collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn every_clause_and_every_action_is_tried() {
    let coverage = coverage::of(&Bundle::embedded(), &cases()).unwrap();
    let gaps: Vec<&Gap> = coverage.open().collect();
    assert!(gaps.is_empty(), "{} gaps\n{}", gaps.len(), lines(&gaps));
    assert!(coverage.clauses > 150 && coverage.actions > 150, "{coverage:?}");
    println!("{} clauses and {} actions, all tried", coverage.clauses, coverage.actions);
}

#[test]
fn a_case_that_goes_missing_leaves_a_gap_with_its_place() {
    let mut fewer = cases();
    fewer.all.retain(|it| it.file != "p06-visibility.toml");
    let gaps = coverage::of(&Bundle::embedded(), &fewer).unwrap().gaps;
    let invited =
        gaps.iter().find(|it| it.clause == "resource.level == \"stealth\"" && it.policy == "listing-invited");
    assert!(
        invited
            .unwrap()
            .to_string()
            .starts_with("policies/p06-visibility.cedar:31:3: `listing-invited` (P6): no case in which")
    );
}

/// What was proved of our policies is proved of nobody else's.
#[test]
fn a_gap_is_excused_only_in_the_policy_of_which_the_solver_proved_it() {
    let ours = coverage::of(&Bundle::embedded(), &cases()).unwrap();
    let excused: Vec<&Gap> = ours.gaps.iter().filter(|it| it.proved).collect();
    let [known] = excused.as_slice() else { panic!("{excused:?}") };
    let mut other = Bundle::embedded();
    let text = other.files.get_mut(&known.file).unwrap();
    assert!(text.contains("This account is not approved."));
    *text = text.replace("This account is not approved.", "Nobody approved this account.");
    let theirs = coverage::of(&other, &cases()).unwrap();
    let open: Vec<String> = theirs.open().map(Gap::as_weakening).collect();
    assert_eq!(open, [known.as_weakening()]);
}

#[test]
fn every_file_of_policies_has_its_file_of_cases() {
    let named = |folder: &str, end: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let names =
            std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut stems: Vec<String> = names
            .filter_map(|it| it.strip_suffix(end).map(str::to_owned))
            .filter(|it| it != "cast")
            .collect();
        stems.sort();
        stems
    };
    assert_eq!(named("cases", ".toml"), named("../policies", ".cedar"));
}

#[test]
fn the_folder_and_the_program_have_the_same_cases() {
    let folder = Cases::folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).unwrap();
    assert_eq!(folder.all.len(), cases().all.len());
}

fn parse(text: &str) -> Result<Cases, String> {
    let files = BTreeMap::from([("some.toml".to_owned(), text.to_owned())]);
    Cases::parse(&files).map_err(|them| lines(&them))
}

const CASE: &str = r#"
[[case]]
name = "a name"
as = { kind = "visitor" }
do = "ViewFolio"
on = { type = "Profile", level = "public", opted_in = true }
decision = "allow"
by = ["folio-public"]
"#;

#[test]
fn a_wrong_expectation_is_told_with_file_case_expected_and_got() {
    let run = |text: &str| lines(&parse(text).unwrap().run(&ENGINE).failures);
    assert_eq!(run(CASE), "");
    assert_eq!(
        run(&CASE.replace("folio-public", "gate")),
        "some.toml:3: a name: ViewFolio\n    expected: allow by gate\n    got:      allow by folio-public\n    this breaks P1, P2"
    );
    assert_eq!(
        run(&CASE.replace("\"allow\"", "\"deny\"").replace("[\"folio-public\"]", "[]")),
        "some.toml:3: a name: ViewFolio\n    expected: deny by nothing\n    got:      allow by folio-public\n    this breaks P2"
    );
}

#[test]
fn a_case_that_cannot_be_read_is_told_with_its_place() {
    let wrong = |from: &str, to: &str| parse(&CASE.replace(from, to)).unwrap_err();
    assert_eq!(wrong("ViewFolio", "ViewFoliage"), "some.toml:3: a name: no action \"ViewFoliage\"");
    assert_eq!(wrong("opted_in", "opted_out"), "some.toml:3: a name: unknown field `opted_out`");
    assert_eq!(
        wrong("\"public\"", "\"open\""),
        "some.toml:3: a name: `level` is not one of the words expected here: \"open\""
    );
    assert_eq!(
        wrong("{ kind = \"visitor\" }", "\"nobody\""),
        "some.toml:3: a name: nobody and nothing is called `nobody`"
    );
    assert!(wrong("decision", "verdict").contains("unknown field `verdict`"));
}

#[test]
fn a_question_that_cannot_be_put_is_a_failure() {
    let run = |text: &str| lines(&parse(text).unwrap().run(&ENGINE).failures);
    assert!(
        run(&CASE.replace("ViewFolio", "SignIn")).contains("`SignIn` is not done to a thing of this type")
    );
    assert!(run(&CASE.replace("ViewFolio", "SetLevel")).contains("`SetLevel` needs more to be told"));
}
