//! No weakening of any policy goes unnoticed.

use policy::Bundle;
use policy_tests::{Cases, mutants};

#[test]
fn every_weakening_is_noticed() {
    let bundle = Bundle::embedded();
    let cases = Cases::embedded().unwrap();
    let report = mutants::run(&bundle, &cases, mutants::all(&bundle).unwrap(), None).unwrap();
    println!("{report}");
    assert_eq!(report.survivors().count(), 0);
}
