//! The solver is trusted with a clear answer alone, and an answer is remembered for its own question alone.

use crate::proofs::{changed, schema, set};
use policy::Bundle;
use policy_tests::proofs::{Fault, Options, Solver, prove};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// Without what earlier runs remember.
fn anew() -> Options {
    Options { cache: None, ..Options::default() }
}

/// A program that answers as cvc5 would, or rather not.
fn fake(folder: &Path, body: &str) -> Solver {
    use std::os::unix::fs::PermissionsExt as _;
    let program = folder.join("fake");
    let version = "case \"$*\" in *--version*) echo 'This is cvc5 version 0.0.0 (a fake)'; exit 0;; esac";
    std::fs::write(&program, format!("#!/bin/sh\n{version}\n{body}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Solver { program, limit: Duration::from_secs(1), processes: 2 }
}

fn answering(word: &str) -> String {
    format!(
        "while read -r line; do case $line in *check-sat*) echo '{word}';; *get-model*) printf '(\\n)\\n';; esac; done"
    )
}

#[test]
fn no_fault_of_the_solver_is_a_proof() {
    let folder = tempfile::tempdir().unwrap();
    // one question that needs a solver
    let which = "unverified-may-ask-public-artists";
    let ask = |solver: Solver| {
        let options = Options { solver, ..anew() };
        prove(&set(&Bundle::embedded()), &schema(), &|it| it.name == which, options)
    };
    assert!(ask(Solver::default()).unwrap().holds());
    for (body, says) in [
        ("exec sleep 100".to_owned(), "no answer in"),
        (answering("unknown"), "`unknown`"),
        (answering("(error \"out of memory\")"), "out of memory"),
        (answering("quite so"), "unrecognized"),
        // it claims an example that is none
        (answering("sat"), "the solver failed"),
        ("exit 0".to_owned(), "the solver failed"),
        ("head -c 10 > /dev/null".to_owned(), "the solver failed"),
    ] {
        let report = ask(fake(folder.path(), &body)).unwrap();
        assert!(!report.holds(), "{body}: {report}");
        let fault =
            report.broken().find_map(|it| it.fault.clone()).unwrap_or_else(|| panic!("{body}: {report}"));
        assert!(fault.contains(says), "{body}: {fault}");
    }
    let missing = Solver { program: folder.path().join("nobody"), ..Solver::default() };
    assert!(matches!(ask(missing), Err(Fault::NoSolver(_))));
    let other = Solver { program: "/bin/true".into(), ..Solver::default() };
    assert!(matches!(ask(other), Err(Fault::NoSolver(_))));
}

#[test]
fn a_solver_that_proves_everything_is_found_out() {
    // nothing on earth can tell a wrong `unsat` from a right one; but one that always says so says it too often
    let folder = tempfile::tempdir().unwrap();
    let options = Options { solver: fake(folder.path(), &answering("unsat")), ..anew() };
    let report = prove(&set(&Bundle::embedded()), &schema(), &|_| true, options).unwrap();
    assert_eq!(report.broken_names(), BTreeSet::from(["forbids-win", "guarantees-match", "policies-match"]));
}

#[test]
fn a_verdict_is_remembered_for_the_same_question_alone() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { cache: Some(folder.path().to_owned()), ..Options::default() };
    let which = ["lapse-only-what-a-person-fixed", "partnership-accepted-by-the-asked", "forbids-win"];
    let run = |bundle: &Bundle| {
        prove(&set(bundle), &schema(), &|it| which.contains(&it.name.as_str()), options()).unwrap()
    };
    let first = run(&Bundle::embedded());
    assert!(first.holds() && first.cells.remembered == 0 && first.cells.solved > 0, "{first}");
    let file = folder.path().join("verdicts");
    // a line cut short, and one that is no digest
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}nonsense\n{}", &text[..20])).unwrap();
    let second = run(&Bundle::embedded());
    assert!(second.holds() && second.cells.remembered > first.cells.solved / 2, "{second}");
    // belts are asked anew: that something is impossible is only remembered of claims
    assert_eq!(second.cells.all, first.cells.all);
    let weak = run(&changed(&[(
        "when { resource.asked == principal.workspace }",
        "when { resource.asker == principal.workspace }",
    )]));
    assert_eq!(weak.broken_names(), BTreeSet::from(["partnership-accepted-by-the-asked"]));
    assert!(
        !run(&changed(&[(
            "when { resource.asked == principal.workspace }",
            "when { resource.asker == principal.workspace }"
        )]))
        .holds()
    );
}
