//! Policies of two schemas that have no room for each other are compared where both can be asked.

use crate::proofs::{changed, set};
use policy::Bundle;
use policy_tests::proofs::{Options, differences_across};

/// The shipped house with an action under another name, and more of its text replaced.
fn house(action: &str, name: &str, more: &[(&str, &str)], schema: &[(&str, &str)]) -> Bundle {
    let renamed = (format!("Action::\"{action}\""), format!("Action::\"{name}\""));
    let mut all = vec![(renamed.0.as_str(), renamed.1.as_str())];
    all.extend(more);
    let mut bundle = changed(&all);
    let known = bundle.schema.1.matches(action).count();
    assert_eq!(known, 1, "`{action}` in the schema");
    bundle.schema.1 = bundle.schema.1.replace(action, name);
    for (from, to) in schema {
        bundle.schema.1 = bundle.schema.1.replace(from, to);
    }
    bundle.check().unwrap();
    bundle
}

#[test]
fn what_both_schemas_know_is_compared_and_the_rest_is_named() {
    let old = house("PlantDemo", "PlantWorld", &[], &[]);
    // an agency's word alone makes it a partner
    let weaker = "resource.asked == principal.workspace };";
    let new = house(
        "MigrateDatabase",
        "MoveDatabase",
        &[(weaker, "resource.asked == principal.workspace || resource.asker == principal.workspace };")],
        &[],
    );
    let (before, now) = ((set(&old), old.schema.1), (set(&new), new.schema.1));
    let found = differences_across((&before.0, &before.1), (&now.0, &now.1), &Options::default()).unwrap();
    let apart: Vec<&str> = found.apart.keys().map(String::as_str).collect();
    let expected = [
        "Operator MigrateDatabase Platform",
        "Operator MoveDatabase Platform",
        "Operator PlantDemo Platform",
        "Operator PlantWorld Platform",
    ];
    assert_eq!(apart, expected);
    assert!(found.compared > 300, "{}", found.compared);
    let [change] = found.differences.as_slice() else { panic!("{:#?}", found.differences) };
    assert_eq!(
        (change.environment.as_str(), change.from),
        ("AgencyMember AcceptPartnership Partnership", false)
    );
    assert_eq!(change.by.1, ["partnership-accept"]);
    // and nothing else changed: what is the same under both is proved so
    let same =
        differences_across((&before.0, &before.1), (&before.0, &before.1), &Options::default()).unwrap();
    assert!(same.differences.is_empty() && same.apart.is_empty());
}

#[test]
fn a_policy_that_asks_for_what_the_other_schema_has_not_is_told_apart() {
    let old = house("PlantDemo", "PlantWorld", &[], &[]);
    let (policies, schema) =
        (("resource.asked ==", "resource.invited =="), ("asked: Agency", "invited: Agency"));
    let new = house("MigrateDatabase", "MoveDatabase", &[policies], &[schema]);
    let (before, now) = ((set(&old), old.schema.1), (set(&new), new.schema.1));
    let found = differences_across((&before.0, &before.1), (&now.0, &now.1), &Options::default()).unwrap();
    let why = &found.apart["AgencyMember ViewPartnership Partnership"];
    assert!(why.contains("asked"), "{why}");
    assert!(found.differences.is_empty(), "{:#?}", found.differences);
}
