//! The list property: what a scope lists is what single decisions allow, row by row, in the list's order, on random
//! worlds, for every listed action and every kind of principal. And a cursor is only a text.

mod made_up;
mod sketch;
mod world;

use crate::support::{Ground, both};
use policy::actions::*;
use policy::{Action, ActionName, Asker, Factor, Listable, Unasked, VisitListed};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Page, Row, Store};
use world::World;

type Id<A> = <<A as Action>::On as policy::Facts>::Id;

/// Calls the macro with every listed action, what is told with it, and where the world keeps the ids of its rows.
macro_rules! each_list {
    ($do:ident) => {
        $do!(ViewFolio, Unasked, profiles);
        $do!(FindListing, Unasked, profiles);
        $do!(ViewProfile, Unasked, profiles);
        $do!(ViewMandate, Unasked, mandates);
        $do!(ViewPartnership, Unasked, partnerships);
        $do!(ViewEnquiry, Unasked, enquiries);
        $do!(TriageEnquiry, Factor, enquiries);
        $do!(ViewEngagement, Unasked, engagements);
        $do!(ViewRequest, Unasked, requests);
        $do!(ViewHold, Unasked, holds);
        $do!(ViewMessage, Unasked, messages);
        $do!(ViewDocument, Unasked, documents);
        $do!(ViewDraft, Unasked, drafts);
        $do!(ReviewAccount, Factor, accounts);
        $do!(ReviewWorkspace, Factor, workspaces);
        $do!(ViewCode, Factor, codes);
    };
}

// below the macro that it uses
mod corrupted;

/// The list by scope, over all its pages.
fn listed<A: Listable>(
    store: &Store,
    asker: &Arc<Asker>,
    input: &A::Input,
    limit: usize,
) -> Result<Vec<String>, TestCaseError>
where
    A::On: Row,
{
    let mut all = Vec::new();
    let mut page = Page::first(limit);
    loop {
        let it = store
            .read(asker, |db| {
                let scope = db.scope::<A>(input);
                db.list::<A>(&scope, input, || None, &page)
            })
            .map_err(|e| TestCaseError::fail(format!("{e} in {}", A::NAME.as_str())))?;
        if it.left_out > 0 {
            let (wide, action) = (it.left_out, A::NAME.as_str());
            return Err(TestCaseError::fail(format!("{wide} rows too many selected for {action}")));
        }
        let full = it.rows.len() == limit;
        all.extend(it.rows.iter().map(|it| it.on().to_string()));
        match it.next {
            Some(next) => {
                // a short page in the middle would tell that something is hidden there
                if !full {
                    return Err(TestCaseError::fail(format!("a short page of {}", A::NAME.as_str())));
                }
                page = Page { after: Some(next), limit };
            }
            None => return Ok(all),
        }
    }
}

/// The rows that single decisions allow, in the order given.
fn decided<A: Action>(store: &Store, asker: &Arc<Asker>, input: &A::Input, ids: &[Id<A>]) -> Vec<String>
where
    A::On: Row,
{
    store
        .read(asker, |db| {
            let them = ids.iter().filter(|it| db.permit::<A>(**it, input.clone()).is_ok());
            Ok::<_, store::StoreError>(them.map(ToString::to_string).collect())
        })
        .unwrap()
}

/// Lists and single decisions agree for everybody in this world. Counts the rows that were listed.
fn agrees(
    store: &Store,
    world: &World,
    seen: &mut BTreeSet<(ActionName, &'static str)>,
) -> Result<(), TestCaseError> {
    for asker in &world.askers {
        for limit in [1, 3] {
            macro_rules! agree {
                ($Action:ident, $input:expr, $ids:ident) => {
                    let list = listed::<$Action>(store, asker, &$input, limit)?;
                    let each = decided::<$Action>(store, asker, &$input, &world.$ids);
                    if list != each {
                        let who = &asker.actor;
                        let action = stringify!($Action);
                        return Err(TestCaseError::fail(format!(
                            "{action} for {who:?}: listed {list:?}, decided {each:?}"
                        )));
                    }
                    if !list.is_empty() {
                        seen.insert(($Action::NAME, asker.actor.kind().as_str()));
                    }
                };
            }
            each_list!(agree);
        }
    }
    Ok(())
}

/// A runner whose worlds are the same each time.
fn runner(cases: u32, seed: u8) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

/// Worlds a part; `KALINKLO_LONG` makes 10,000 in all.
const PARTS: u8 = 4;
fn worlds() -> u32 {
    let all = if std::env::var_os("KALINKLO_LONG").is_some() { 10_000 } else { 200 };
    all / u32::from(PARTS)
}

fn random_worlds_agree(ground: &Ground, part: u8) {
    let seen = RefCell::new(BTreeSet::new());
    let full = World::plant(ground, &sketch::full());
    agrees(&ground.store, &full, &mut seen.borrow_mut()).unwrap();
    let result = runner(worlds(), part).run(&sketch::any(), |sketch| {
        let world = World::plant(ground, &sketch);
        agrees(&ground.store, &world, &mut seen.borrow_mut())
    });
    if let Err(e) = result {
        panic!("{e}");
    }
    // the worlds were not empty: everybody who may list something did
    let seen = seen.into_inner();
    for (action, kinds) in [
        (ActionName::ViewFolio, &["Visitor", "ArtistMember", "AgencyMember", "PresenterMember"][..]),
        (ActionName::FindListing, &["ArtistMember", "AgencyMember", "PresenterMember"]),
        (ActionName::ViewProfile, &["ArtistMember", "AgencyMember"]),
        (ActionName::ViewMandate, &["ArtistMember", "AgencyMember"]),
        (ActionName::ViewPartnership, &["AgencyMember"]),
        (ActionName::ViewEnquiry, &["ArtistMember", "AgencyMember"]),
        (ActionName::TriageEnquiry, &["Admin"]),
        (ActionName::ViewEngagement, &["ArtistMember", "AgencyMember", "PresenterMember", "Counsel"]),
        (ActionName::ViewRequest, &["ArtistMember", "AgencyMember", "PresenterMember"]),
        (ActionName::ViewHold, &["ArtistMember", "AgencyMember", "PresenterMember"]),
        (ActionName::ViewMessage, &["ArtistMember", "AgencyMember", "PresenterMember"]),
        (ActionName::ViewDocument, &["ArtistMember", "AgencyMember", "PresenterMember", "Counsel"]),
        (ActionName::ViewDraft, &["ArtistMember", "AgencyMember", "PresenterMember"]),
        (ActionName::ReviewAccount, &["Admin"]),
        (ActionName::ReviewWorkspace, &["Admin"]),
        (ActionName::ViewCode, &["Admin"]),
    ] {
        for kind in kinds {
            assert!(seen.contains(&(action, *kind)), "no world let {kind} list by {}", action.as_str());
        }
    }
}

both! {
    fn random_worlds_agree_1(ground) { random_worlds_agree(ground, 1); }
    fn random_worlds_agree_2(ground) { random_worlds_agree(ground, 2); }
    fn random_worlds_agree_3(ground) { random_worlds_agree(ground, 3); }
    fn random_worlds_agree_4(ground) { random_worlds_agree(ground, 4); }

    /// A made-up cursor is a place in the order and nothing more: no error, nothing that is not in the list, no row twice.
    fn a_cursor_of_any_text_is_harmless(ground) {
        let world = World::plant(ground, &sketch::full());
        // what everybody's whole lists are does not change with the cursor
        let mut whole = std::collections::HashMap::new();
        for (at, asker) in world.askers.iter().enumerate() {
            macro_rules! keep { ($Action:ident, $input:expr, $ids:ident) => {
                whole.insert((at, $Action::NAME), decided::<$Action>(&ground.store, asker, &$input, &world.$ids));
            } }
            each_list!(keep);
        }
        let texts = proptest::prop_oneof![
            proptest::arbitrary::any::<String>(),
            "[ -~\\t\u{0}]{0,60}",
            "[0-9A-Za-z_~]{22}",
            "[A-Za-z ]{0,6}\t[0-9A-Za-z_~]{22}",
        ];
        let after = |text: &str| -> Result<(), TestCaseError> {
            let page = Page { after: Some(text.to_owned()), limit: 5 };
            for (at, asker) in world.askers.iter().enumerate() {
                macro_rules! harmless { ($Action:ident, $input:expr, $ids:ident) => {
                    let it = ground.store.read(asker, |db| {
                        let scope = db.scope::<$Action>(&$input);
                        db.list::<$Action>(&scope, &$input, || None, &page)
                    });
                    let it = it.map_err(|e| TestCaseError::fail(format!("{e}")))?;
                    let mut rest = whole[&(at, $Action::NAME)].iter();
                    for row in &it.rows {
                        // a subsequence: in order, each once, none that was not allowed
                        let id = row.on().to_string();
                        if !rest.any(|it| *it == id) {
                            return Err(TestCaseError::fail(format!("{id} in {} after {text:?}", stringify!($Action))));
                        }
                    }
                } }
                each_list!(harmless);
            }
            Ok(())
        };
        for text in ["", "\t", "\0", "\0\t\0", "~~~~~~~~~~~~~~~~~~~~~~", "' OR 1=1 --", "\u{10FFFF}", &"x".repeat(100_000)] {
            after(text).unwrap();
        }
        runner(25, 9).run(&texts, |text| after(&text)).unwrap_or_else(|e| panic!("{e}"));
    }
}

/// No listed action is left out above.
#[test]
fn every_listed_action_is_held() {
    struct Listed;
    impl VisitListed for Listed {
        type Out = ();
        fn visit<A: Listable>(self) {}
    }
    let mut here = BTreeSet::new();
    macro_rules! name {
        ($Action:ident, $input:expr, $ids:ident) => {
            here.insert($Action::NAME);
        };
    }
    each_list!(name);
    let there: BTreeSet<_> =
        policy::ALL.iter().copied().filter(|it| it.visit_listed(Listed).is_some()).collect();
    assert_eq!(here, there);
}
