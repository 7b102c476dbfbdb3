//! What a set of policies is held to before it may decide: its own tests, and what this program promises whatever they say.

use policy::Bundle;
use policy_tests::matrix;
use policy_tests::proofs::{Guarantees, Must};
use policy_tests::vetting::{Check, Objection, Tests};
use std::collections::BTreeSet;
use std::path::Path;

/// A folder of guarantees with this one file beside the assumptions and words.
fn theirs(text: &str) -> Guarantees {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("theirs.cedar"), text).unwrap();
    Guarantees::folder(folder.path()).unwrap()
}

fn ids(of: &Guarantees, must: Must) -> BTreeSet<String> {
    of.all.iter().filter(|it| it.must == must).map(|it| it.id.clone()).collect()
}

const RIGHT: &str = "@id(\"theirs\")\n@guarantee(\"P1\")\n@must(\"always\")\n@says(\"Theirs.\")\n";
const OPEN: &str = "permit (principal is Visitor, action == Action::\"SignUp\", resource);\n";

#[test]
fn a_set_brings_its_own_rights_and_never_weaker_promises() {
    let ours = Guarantees::embedded().unwrap();
    let weak = format!(
        "{RIGHT}{OPEN}@id(\"presenter-sees-no-closed-listing\")\n@guarantee(\"P6\")\n@must(\"always\")\n@says(\"Weak.\")\n{OPEN}"
    );
    let both = ours.clone().with_rights_of(theirs(&weak)).unwrap();
    assert_eq!(ids(&both, Must::Never), ids(&ours, Must::Never));
    // the way back stays, their own right comes, and none of our other rights is asked of them
    let always = ["policies-can-always-be-replaced", "theirs"].map(str::to_owned);
    assert_eq!(ids(&both, Must::Always), always.into());
    let source = |of: &Guarantees, id: &str| of.all.iter().find(|it| it.id == id).unwrap().source.clone();
    for id in ["presenter-sees-no-closed-listing", "policies-can-always-be-replaced"] {
        assert_eq!(source(&both, id), source(&ours, id));
    }
    // none at all is no way around either
    let none = ours.clone().with_rights_of(theirs("")).unwrap();
    assert_eq!(ids(&none, Must::Never), ids(&ours, Must::Never));
    assert!(ids(&ours, Must::Always).len() > 20 && ids(&none, Must::Always).len() == 1);
}

#[test]
fn an_assumption_that_nobody_keeps_here_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("theirs.cedar", format!("@assumes(\"wishful\")\n{RIGHT}{OPEN}"));
    write(
        "assumptions.cedar",
        format!("@id(\"wishful\")\n@says(\"Wishful.\")\n@enforced_by(\"nobody\")\n{OPEN}"),
    );
    let theirs = Guarantees::folder(folder.path()).unwrap();
    let no = Guarantees::embedded().unwrap().with_rights_of(theirs).unwrap_err();
    assert!(no.to_string().contains("`theirs` assumes `wishful`"), "{no}");
}

#[test]
fn a_folder_of_tests_is_read_as_ours_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (read, built_in) = (Tests::folder(folder).unwrap(), Tests::embedded().unwrap());
    assert_eq!(read.matrix, built_in.matrix);
    assert_eq!(read.cases.all.len(), built_in.cases.all.len());
    assert_eq!(ids(&read.guarantees, Must::Always), ids(&built_in.guarantees, Must::Always));
    let nothing = Tests::folder(Path::new("/no/such/folder")).unwrap_err();
    assert!(nothing.to_string().contains("/no/such/folder/expected/matrix.txt"), "{nothing}");
}

#[test]
fn an_objection_names_the_places_of_the_policies_that_it_speaks_of() {
    let texts = Bundle::embedded().check().unwrap();
    let places = |message: &str| Objection::new(Check::Cases, message, &texts).places;
    let found = places("got: deny by factor-of-today, and `gate`");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("policies/p01-approval-gate.cedar:") && found[0].ends_with(" gate"),
        "{found:?}"
    );
    assert!(found[1].starts_with("policies/p10-operations.cedar:"), "{found:?}");
    // words of a sentence are no ids, and ids of which one is part of another are told apart
    assert_eq!(places("the jobs at the gate"), Vec::<String>::new());
    assert_eq!(places("by no-admin-on-own-account").len(), 1);
}

#[test]
fn a_page_differs_by_what_went_and_what_came() {
    assert_eq!(matrix::differing("a\nb\n", "a\nc\n"), ["- b", "+ c"]);
    assert_eq!(matrix::differing("a\na\n", "a\n"), ["- a", "- a"]);
    assert_eq!(matrix::differing("a\nb\n", "b\na\n"), ["the lines stand in another order"]);
    assert!(matrix::differing("a\n", "a\n").is_empty());
}
