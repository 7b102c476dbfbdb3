//! What nobody thought of. Each test takes bytes and makes of them a text, a question or a set of policies.
//!
//! In the check the bytes are few and the same each time; `KALINKLO_SEED` takes others, `KALINKLO_LONG=1` fifty times as
//! many. The same properties, led by what the bytes reach, are the targets in `policy-tests/fuzz`.

mod properties;

use policy_tests::world::Choices;

/// Tries a function of choices, so often in the check.
fn fuzz(quick: u32, of: fn(&mut Choices)) {
    crate::support::runner(quick)
        .run(&proptest::collection::vec(proptest::prelude::any::<u8>(), 96), |bytes| {
            of(&mut Choices::of(bytes));
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn what_loads_decides_as_it_is_written() {
    fuzz(60, properties::policies);
}

#[test]
fn a_case_file_is_read_or_its_fault_is_named() {
    fuzz(150, properties::case_files);
}

#[test]
fn facts_become_entities_of_the_schema_or_a_refusal() {
    fuzz(200, properties::facts);
}

#[test]
fn an_explanation_is_of_the_decision() {
    fuzz(12, properties::explanations);
}
