//! The engine and an oracle without Cedar agree on practice 6.

use crate::support::{ENGINE, seed, times};
use policy::ActionName;
use policy_tests::world::{Choices, PRINCIPALS, draw_asker, draw_profile};
use policy_tests::{Thing, Told, ask, oracle};
use std::collections::HashMap;

#[test]
fn the_engine_and_the_oracle_agree_on_practice_6() {
    let mut from = Choices::seeded(seed());
    let mut seen: HashMap<(&str, bool), u32> = HashMap::new();
    for _ in 0..times(100_000) {
        let kind = from.of_these(&PRINCIPALS);
        let asker = draw_asker(kind, &mut from);
        let profile = draw_profile(&mut from);
        let sees = oracle::sees(&asker.actor, &profile);
        let on = Thing::Profile(profile);
        for (action, expected) in [
            (ActionName::ViewFolio, sees.folio),
            (ActionName::ViewListing, sees.listing),
            (ActionName::FindListing, sees.found),
            (ActionName::ViewProfile, sees.everything),
            (ActionName::ViewAvailability, sees.everything),
        ] {
            let got = ask(&ENGINE, &asker, action, &on, &Told::default()).unwrap();
            assert_eq!(got.allowed, expected, "{}: {got}\n{:?}\n{on:?}", action.as_str(), asker.actor);
            *seen.entry((action.as_str(), expected)).or_default() += 1;
        }
    }
    // both answers came often enough to mean something
    assert_eq!(seen.len(), 10);
    assert!(seen.values().all(|it| *it > 1_000), "{seen:?}");
}
