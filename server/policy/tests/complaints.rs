//! What is wrong with a policy or schema file is told with file, line, column, and a caret below the place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use policy::{Bundle, Engine, LoadError};

const GOOD: &str = "@id(\"door\")\n@practice(\"P1\")\n@says(\"Anyone may knock.\")\n\
                    permit (principal is Visitor, action == Action::\"SignUp\", resource);\n";

fn bundle(text: &str) -> Bundle {
    let mut bundle = Bundle::embedded();
    bundle.files = [("policies/some.cedar".to_owned(), text.to_owned())].into();
    bundle
}

/// Every complaint about a text, as the program prints them.
fn complaints(text: &str) -> String {
    let them = bundle(text).check().expect_err("something is wrong");
    them.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn check(text: &str, expected: &str) {
    let got = complaints(text);
    assert!(got == expected, "got:\n{got}\nexpected:\n{expected}");
}

#[test]
fn what_is_right_has_no_complaint() {
    let texts = bundle(GOOD).check().expect("nothing is wrong");
    assert_eq!((texts.len(), texts[0].id.as_str(), texts[0].line), (1, "door", 1));
    assert!(Bundle::embedded().check().is_ok());
}

#[test]
fn a_syntax_error() {
    check(
        &GOOD.replace("resource);", "resource;"),
        concat!(
            "policies/some.cedar:4:67: unexpected token `;`; this touches P1\n",
            "    permit (principal is Visitor, action == Action::\"SignUp\", resource;\n",
            "                                                                      ^",
        ),
    );
}

#[test]
fn a_policy_without_id() {
    check(
        &format!("// first line\n{}", GOOD.replace("@id(\"door\")\n", "")),
        concat!(
            "policies/some.cedar:2:1: the policy has no `@id(\"…\")`; this touches P1\n",
            "    @practice(\"P1\")\n",
            "    ^",
        ),
    );
}

#[test]
fn a_policy_without_practice_or_words() {
    check(
        &GOOD.replace("@practice(\"P1\")\n", "").replace("Anyone may knock.", ""),
        concat!(
            "policies/some.cedar:1:1: the policy has no `@practice(\"…\")`\n",
            "    @id(\"door\")\n",
            "    ^\n",
            "policies/some.cedar:1:1: the policy has no `@says(\"…\")`\n",
            "    @id(\"door\")\n",
            "    ^",
        ),
    );
}

/// Whatever the validator says of it: the practice is that of the policy in question, not of its neighbour.
#[test]
fn the_practice_of_the_policy_is_named() {
    let other = GOOD.replace("door", "other").replace("\"P1\"", "\"P2\"");
    for wrong in [other.replace("SignUp", "SingUp"), other.replace("resource);", "resource;")] {
        let told = complaints(&format!("{GOOD}\n{wrong}\n{GOOD}"));
        let first = told.lines().find(|it| it.starts_with("policies/")).unwrap();
        assert!(first.ends_with("; this touches P2"), "{told}");
    }
}

#[test]
fn an_id_twice() {
    check(
        &format!("{GOOD}\n{GOOD}"),
        concat!(
            "policies/some.cedar:6:1: a second policy with `@id(\"door\")`; this touches P1\n",
            "    @id(\"door\")\n",
            "    ^",
        ),
    );
}

#[test]
fn an_attribute_that_the_schema_does_not_know() {
    check(
        &GOOD.replace("resource);", "resource)\nwhen { \"née\" == resource.colour };"),
        concat!(
            "policies/some.cedar:5:17: for policy `door`, attribute `colour` on entity type `Platform` not found; this touches P1\n",
            "    when { \"née\" == resource.colour };\n",
            "                    ^",
        ),
    );
}

#[test]
fn an_action_that_the_schema_does_not_know() {
    check(
        &GOOD.replace("SignUp", "SingUp"),
        concat!(
            "policies/some.cedar:1:1: for policy `door`, unable to find an applicable action given the policy scope constraints; this touches P1\n",
            "    @id(\"door\")\n",
            "    ^\n",
            "policies/some.cedar:1:1: for policy `door`, policy is impossible: the policy expression evaluates to false for all valid requests; this touches P1\n",
            "    @id(\"door\")\n",
            "    ^\n",
            "policies/some.cedar:4:41: for policy `door`, unrecognized action `Action::\"SingUp\"` (did you mean `Action::\"SignUp\"`?); this touches P1\n",
            "    permit (principal is Visitor, action == Action::\"SingUp\", resource);\n",
            "                                            ^",
        ),
    );
}

#[test]
fn an_id_twice_in_two_files() {
    let mut bundle = bundle(GOOD);
    bundle.files.insert("policies/two.cedar".to_owned(), format!("// first line\n{GOOD}"));
    let them = bundle.check().expect_err("one too many");
    assert_eq!((them.len(), them[0].file.as_str(), them[0].line), (1, "policies/two.cedar", 2));
}

#[test]
fn a_template() {
    check(
        &GOOD.replace("resource);", "resource == ?resource);"),
        concat!(
            "policies/some.cedar:1:1: templates are not used here; this touches P1\n",
            "    @id(\"door\")\n",
            "    ^",
        ),
    );
}

#[test]
fn an_error_in_the_schema() {
    let mut bundle = bundle(GOOD);
    bundle.schema = (
        "schema/some.cedarschema".to_owned(),
        "entity Visitor;\nentity Person = {\n  age Long,\n};\n".to_owned(),
    );
    let them = bundle.check().expect_err("the schema is wrong");
    assert_eq!(
        them[0].to_string(),
        concat!(
            "schema/some.cedarschema:3:7: error parsing schema: unexpected token `Long`\n",
            "      age Long,\n",
            "          ^",
        )
    );
}

#[test]
fn no_file_at_all() {
    let mut bundle = Bundle::embedded();
    bundle.files.clear();
    assert_eq!(bundle.check().expect_err("nothing to decide by")[0].message, "no policy file found");
}

#[test]
fn the_start_stops_with_the_same_words() {
    let text = GOOD.replace("@id(\"door\")\n", "");
    match Engine::load(&bundle(&text)) {
        Err(e @ LoadError::Complaints(_)) => assert_eq!(e.to_string(), complaints(&text)),
        Err(e) => panic!("another reason: {e}"),
        Ok(_) => panic!("it loaded"),
    }
}

#[test]
fn a_list_that_no_query_can_answer_stops_the_start() {
    let text = "@id(\"sums\")\n@practice(\"P6\")\n@says(\"No list can say this.\")\n\
                permit (principal is PresenterMember, action == Action::\"FindListing\", resource is Profile)\n\
                when { resource.claim like \"a*\" };\n";
    match Engine::load(&bundle(text)) {
        Err(e @ LoadError::Untranslatable(_)) => {
            assert!(e.to_string().starts_with("`sums` asks of a list of `FindListing`"), "{e}");
        }
        Err(e) => panic!("another reason: {e}"),
        Ok(_) => panic!("it loaded"),
    }
}
