//! No weakening of any policy goes unnoticed.

use policy::Bundle;
use policy_tests::mutants::{Change, Fate, Mutant, Report};
use policy_tests::proofs::{Guarantees, Options, Prover};
use policy_tests::{Cases, mutants, publish};
use std::path::{Path, PathBuf};

const HEAD: &str = "\
Weakenings of policies that change no decision on any request today: a second lock on the same door. The solver proved
each of them over all requests; a line that is new here is for a reviewer to understand.
";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("expected/equivalent.txt")
}

fn judge(keep: impl Fn(&Mutant) -> bool, cases: &Cases, prover: Option<&Prover>) -> Report {
    let bundle = Bundle::embedded();
    let mut them = mutants::all(&bundle).unwrap();
    them.retain(keep);
    mutants::run(&bundle, cases, them, prover).unwrap()
}

fn prover(guarantees: Guarantees) -> Prover {
    let options = Options { stop_at_first: true, ..Options::default() };
    Prover::with(&Bundle::embedded().schema.1, guarantees, options).unwrap()
}

#[test]
fn every_weakening_is_noticed() {
    let report = judge(|_| true, &Cases::embedded().unwrap(), Some(&prover(Guarantees::embedded().unwrap())));
    println!("{report}");
    assert_eq!(report.survivors().count(), 0, "{report}");
    // whoever weakens a policy by hand is told its practice, whatever the file of the case is about
    let misnamed: Vec<String> = report.misnamed().map(|it| format!("{}: {:?}", it.mutant, it.fate)).collect();
    assert!(misnamed.is_empty(), "{} are told as another practice\n{}", misnamed.len(), misnamed.join("\n"));
    assert!(
        report.mutants.len() > 2_000
            && Change::ALL.iter().all(|it| { report.mutants.iter().any(|one| one.mutant.change == *it) })
    );
    let equal = format!("{HEAD}\n{}\n", report.equivalents().join("\n"));
    if std::env::var_os("KALINKLO_BLESS").is_some_and(|it| it == "1") {
        std::fs::write(page(), &equal).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(page()).unwrap_or_default(),
        equal,
        "expected/equivalent.txt is another"
    );
    crate::publish::held(&[publish::mutants(&report).unwrap()]);
    crate::publish::documented(&publish::document::mutants(&report));
}

/// The fate of the one mutant of this policy that exchanges `was` for `now`.
fn fate(report: &Report, was: &str, now: &str) -> Fate {
    let them: Vec<_> =
        report.mutants.iter().filter(|it| it.mutant.was == was && it.mutant.now == now).collect();
    assert_eq!(them.len(), 1, "{them:?}");
    them[0].fate.clone()
}

#[test]
fn without_its_cases_a_policy_is_held_by_the_matrix() {
    let report = judge(|it| it.policy == "level-agency", &Cases::default(), None);
    let shown = fate(&report, "resource.agencies.contains(principal.workspace)", "true");
    assert!(
        matches!(&shown, Fate::Matrix { place, breaks } if place.starts_with("SetLevel on Profile: agency.") && breaks == &["P6"]),
        "{shown:?}"
    );
}

#[test]
fn where_cases_and_matrix_are_blind_a_theorem_notices_and_else_a_request_tells() {
    // no row of the matrix stands at this bound
    let moved = |it: &Mutant| it.policy == "factor-of-today" && it.now == "43199";
    let report = judge(moved, &Cases::default(), Some(&prover(Guarantees::embedded().unwrap())));
    let noticed = fate(&report, "43200", "43199");
    assert!(matches!(&noticed, Fate::Theorem { .. }), "{noticed:?}");
    // and were there no guarantees either, it would survive, with its place and a case to be pasted
    let mut none = Guarantees::embedded().unwrap();
    none.all.clear();
    let report = judge(moved, &Cases::default(), Some(&prover(none))).to_string();
    let line = report.lines().find(|it| it.starts_with("survives: ")).unwrap_or_default();
    let place = "survives: policies/p10-operations.cedar:10:32: `factor-of-today`: bound or comparison moved: 43200 -> 43199";
    assert_eq!(line, place, "{report}");
    assert!(report.contains("may no longer") && report.contains("factor_age = 43200"), "{report}");
}

#[test]
fn what_the_validator_refuses_is_told_apart_from_what_a_case_notices() {
    let report = judge(|it| it.policy == "engagement-agency", &Cases::embedded().unwrap(), None);
    let refused = fate(&report, "resource has agency", "true");
    assert!(matches!(&refused, Fate::Validator(it) if it.contains("agency")), "{refused:?}");
    let noticed = fate(&report, "resource.agency == principal.workspace", "true");
    assert!(
        matches!(&noticed, Fate::Case { expected, got, .. } if expected.starts_with("deny") && got.starts_with("allow"))
    );
}

#[test]
fn a_forbid_that_speaks_of_less_and_a_group_without_a_member_are_noticed() {
    let cases = Cases::embedded().unwrap();
    let report =
        judge(|it| it.change == Change::Narrow && it.policy == "commit-needs-a-person", &cases, None);
    let noticed = fate(&report, "action in Action::\"Commit\"", "all but Confirm");
    assert!(matches!(&noticed, Fate::Case { breaks, .. } if breaks == &["P7"]), "{noticed:?}");
    let report = judge(|it| it.change == Change::Group && it.was == "Confirm in Commit", &cases, None);
    let [one] = report.mutants.as_slice() else { panic!("{report}") };
    // out of `Commit` it is out of `Gated` too
    assert_eq!(one.mutant.practice, "P1, P7");
    assert!(one.mutant.policy.starts_with("gate, commit-needs-a-person, "), "{}", one.mutant);
    let schema = Bundle::embedded().schema.1;
    let line = schema.lines().nth(one.mutant.line - 1).unwrap();
    assert!(line.starts_with("action Confirm in [Commit]"), "{line}");
    assert!(matches!(&one.fate, Fate::Case { .. }), "{:?}", one.fate);
}
