//! Random askers and things: prepared policies, rows and lists decide as the policies that were written.

use crate::support::{ENGINE, runner};
use policy::{ALL, Action, ActionName, Asker, EntityKind, Facts, Visit, Why};
use policy_tests::ask::{ask_rows, ask_whole, listed};
use policy_tests::world::{Choices, PRINCIPALS, draw_asker, draw_thing, draw_told};
use policy_tests::{Thing, Told, ask};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::TestCaseError;
use std::sync::Arc;

/// A draw for each action and each type it is done to.
fn each(quick: u32, check: impl Fn(&Arc<Asker>, ActionName, &Thing, &Told) -> Result<(), TestCaseError>) {
    let bytes = vec(any::<u8>(), 64);
    runner(quick)
        .run(&(0..PRINCIPALS.len(), bytes), |(principal, bytes)| {
            let mut from = Choices::of(bytes);
            let asker = draw_asker(PRINCIPALS[principal], &mut from);
            let told = draw_told(&mut from);
            for action in ALL.iter().copied() {
                for kind in action.kinds().iter().copied() {
                    let thing = draw_thing(kind, &mut from.clone()).unwrap();
                    let thing = thing.under(action);
                    check(&asker, action, &thing, &told)?;
                }
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

fn differ(
    what: &str,
    asker: &Asker,
    action: ActionName,
    on: &Thing,
    a: &impl ToString,
    b: &impl ToString,
) -> TestCaseError {
    let (a, b) = (a.to_string(), b.to_string());
    TestCaseError::fail(format!("{}: {what}: {a}, but {b}\n{:?}\n{on:?}", action.as_str(), asker.actor))
}

#[test]
fn the_prepared_policies_decide_as_those_that_were_written() {
    each(120, |asker, action, on, told| {
        let (fast, slow) = (
            ask(&ENGINE, asker, action, on, told).unwrap(),
            ask_whole(&ENGINE, asker, action, on, told).unwrap(),
        );
        // where the schema has no such environment, Cedar refuses the question itself
        let outside = slow.fault.as_deref().is_some_and(|it| it.contains("is not valid for"));
        if fast == slow || (outside && !fast.allowed && fast.by.is_empty() && fast.fault.is_none()) {
            return Ok(());
        }
        Err(differ("prepared", asker, action, on, &fast, &slow))
    });
}

#[test]
fn a_row_of_a_page_is_decided_as_the_thing_alone() {
    each(60, |asker, action, on, told| {
        // small pages and large ones go different ways; the rows differ, and some come twice
        for size in [2, 24] {
            let kinds = action.kinds();
            let rows: Vec<Thing> = (0..size)
                .map(|at| {
                    let mut from = Choices::seeded(at / 2 * 11);
                    let thing = draw_thing(kinds[from.below(kinds.len())], &mut from).unwrap();
                    thing.under(action)
                })
                .chain([on.clone()])
                .collect();
            let answers = ask_rows(&ENGINE, asker, action, &rows, told).unwrap();
            for (thing, row) in rows.iter().zip(&answers) {
                let one = ask(&ENGINE, asker, action, thing, told).unwrap();
                if row.allowed != one.allowed || (row.allowed && row.by != one.by) {
                    return Err(differ("row", asker, action, thing, row, &one));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn a_list_shows_exactly_what_may_be_seen_one_by_one() {
    each(400, |asker, action, on, told| {
        let Some(listed) = listed(&ENGINE, asker, action, on, told) else { return Ok(()) };
        let one = ask(&ENGINE, asker, action, on, told).unwrap();
        if listed.unwrap() == one.allowed {
            Ok(())
        } else {
            Err(differ("listed", asker, action, on, &!one.allowed, &one))
        }
    });
}

/// Decides with every attribute left out in turn: of the asker, of the thing.
struct Without<'a>(&'a Arc<Asker>, &'a Thing, &'a Told);
impl Visit for Without<'_> {
    type Out = Result<u32, String>;
    fn visit<A: Action>(self) -> Self::Out {
        let on = self.1.facts::<A::On>().unwrap();
        let input = self.2.input::<A::Input>().unwrap();
        let whole = ENGINE.decide_without::<A>(self.0, on, &input, None, None);
        let mut faults = 0;
        let optional = |kind: EntityKind, name: &str| {
            matches!(name, "agency")
                || matches!(kind, EntityKind::Enquiry | EntityKind::Draft | EntityKind::Automation)
        };
        let of_asker = [
            "person",
            "account",
            "role",
            "workspace",
            "verified",
            "capabilities",
            "grants",
            "in_person",
            "task",
        ];
        let kind = on.kind();
        let of_thing: Vec<&str> =
            on.attributes().iter().map(|it| it.0).filter(|it| !optional(kind, it)).collect();
        let asked =
            of_asker.iter().map(|it| (Some(*it), None)).chain(of_thing.iter().map(|it| (None, Some(*it))));
        for (asker, thing) in asked {
            let less = ENGINE.decide_without::<A>(self.0, on, &input, asker, thing);
            match (&whole, &less) {
                // a permit that does not need it stands; nothing that was refused is allowed now
                (Err(_), Ok(by)) => {
                    return Err(format!("{} without {asker:?} {thing:?}: {by:?}", A::NAME.as_str()));
                }
                // nor is it allowed for a reason that was none before
                (Ok(before), Ok(now)) if before != now => {
                    return Err(format!("{} without {asker:?} {thing:?}: {now:?}", A::NAME.as_str()));
                }
                (_, Err(Why::Faulty(_))) => faults += 1,
                _ => {}
            }
        }
        Ok(faults)
    }
}

#[test]
fn an_attribute_that_is_left_out_never_opens_anything() {
    let faults = std::cell::Cell::new(0);
    each(120, |asker, action, on, told| {
        let found = action
            .visit(Without(asker, on, told))
            .map_err(|e| TestCaseError::fail(format!("{e}\n{:?}\n{on:?}", asker.actor)))?;
        faults.set(faults.get() + found);
        Ok(())
    });
    assert!(faults.get() > 1_000, "only {} questions became unanswerable", faults.get());
}
