//! Policies of two schemas are compared, each set asked as its own schema has it.

use crate::proofs::{changed, set};
use policy::Bundle;
use policy_tests::proofs::{Across, Options, differences_across};

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
    assert!(found.apart.is_empty(), "{:?}", found.apart);
    assert!(found.compared > 300, "{}", found.compared);
    // what only one schema knows is allowed by nobody under the other
    let told: Vec<_> = found.differences.iter().map(|it| (it.from, it.environment.as_str())).collect();
    let expected = [
        (false, "AgencyMember AcceptPartnership Partnership"),
        (false, "AgencyMember DeclinePartnership Partnership"),
        (false, "Operator MoveDatabase Platform"),
        (false, "Operator PlantDemo Platform"),
        (true, "Operator MigrateDatabase Platform"),
        (true, "Operator PlantWorld Platform"),
    ];
    assert_eq!(told, expected);
    let [change, _, moved, ..] = found.differences.as_slice() else { unreachable!() };
    assert_eq!(change.by.1, ["partnership-answer"]);
    assert!(moved.sentence.ends_with("Only the new schema knows of it."), "{}", moved.sentence);
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
    assert!(why.contains("`asked` of Partnership is in the old schema alone"), "{why}");
    let changed = found.differences.iter().filter(|it| !it.environment.starts_with("Operator "));
    assert_eq!(changed.count(), 0, "{:#?}", found.differences);
}

/// The shipped policies, all of them as they are, under a schema of which some text is another.
fn under(changes: &[(&str, &str)]) -> Bundle {
    let mut bundle = Bundle::embedded();
    for (from, to) in changes {
        assert!(bundle.schema.1.contains(from), "nowhere in the schema: {from}");
        bundle.schema.1 = bundle.schema.1.replacen(from, to, 1);
    }
    bundle.check().unwrap();
    bundle
}

fn between(old: &Bundle, new: &Bundle) -> Across {
    let (before, now) = (set(old), set(new));
    differences_across((&before, &old.schema.1), (&now, &new.schema.1), &Options::default()).unwrap()
}

const CONFIRM: &str = "action Confirm in [Commit]";

#[test]
fn a_group_that_lost_a_member_is_a_change_though_no_policy_is_another() {
    let (ours, less) = (Bundle::embedded(), under(&[(CONFIRM, "action Confirm in [Gated]")]));
    let found = between(&ours, &less);
    assert!(found.apart.is_empty(), "{:?}", found.apart);
    let opened: Vec<_> = found.differences.iter().filter(|it| it.to).collect();
    assert!(
        opened.iter().any(|it| it.environment == "ArtistMember Confirm Draft"
            && it.by.0.iter().any(|it| it == "assistants-prepare" || it.starts_with("commit-needs-"))),
        "{opened:#?}"
    );
    assert!(
        found.differences.iter().all(|it| it.environment.contains(" Confirm ")),
        "{:#?}",
        found.differences
    );
    let back = between(&less, &ours);
    assert_eq!(back.differences.iter().filter(|it| it.from).count(), opened.len());
}

#[test]
fn an_action_that_is_done_by_fewer_is_a_change_though_no_policy_is_another() {
    let fewer = under(&[(
        "action ViewEnquiry in [Read] appliesTo { principal: [ArtistMember, AgencyMember, PresenterMember]",
        "action ViewEnquiry in [Read] appliesTo { principal: [ArtistMember, PresenterMember]",
    )]);
    let found = between(&Bundle::embedded(), &fewer);
    let [gone] = found.differences.as_slice() else { panic!("{:#?}", found.differences) };
    assert_eq!(
        (gone.environment.as_str(), gone.from, gone.to),
        ("AgencyMember ViewEnquiry Enquiry", true, false)
    );
    assert!(gone.sentence.ends_with("Only the old schema knows of it."), "{}", gone.sentence);
}

/// An attribute that a policy asks for by `has` is gone without a complaint of types: it never holds any more.
#[test]
fn facts_that_a_policy_asks_for_and_one_schema_has_not_are_told_apart() {
    let with = under(&[("entity Operator;", "entity Operator = { retired?: Bool };")]);
    let more = "when { if principal has retired then !principal.retired else true };";
    let ask = |mut bundle: Bundle| {
        let text = bundle.files.get_mut("policies/p08-audit.cedar").unwrap();
        let at = text.find("Action::\"RollBackPolicies\"],").unwrap_or_else(|| panic!("{text}"));
        let end = at + text[at..].find(";\n").unwrap();
        text.replace_range(end..=end, more);
        bundle.check().unwrap();
        bundle
    };
    let (old, new) = (ask(with.clone()), ask(Bundle::embedded()));
    let found = between(&old, &new);
    let why = found.apart.get("Operator VerifyAudit Platform").unwrap_or_else(|| panic!("{found:?}"));
    assert!(why.contains("`retired` of Operator is in the old schema alone"), "{why}");
    // where nobody asks for it, it changes nothing
    let found = between(&with, &Bundle::embedded());
    assert!(found.apart.is_empty() && found.differences.is_empty(), "{found:?}");
}
