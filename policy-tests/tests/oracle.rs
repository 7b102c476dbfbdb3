//! The engine and an oracle without Cedar agree: on practice 6 closely, and on every right of the schema.

use crate::support::{ENGINE, seed, times};
use cedar_policy::Schema;
use policy::{ActionName, Asker, Bundle, Engine, EntityKind};
use policy_tests::world::{Choices, PRINCIPALS, draw_asker, draw_profile, draw_thing, draw_told};
use policy_tests::{Thing, Told, ask, oracle, threads};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

type Question = (Arc<Asker>, ActionName, Thing, Told);

/// Every environment of the schema, and every combination of types beside it: an asker that the schema does not name
/// with an action is refused as well.
fn environments() -> Vec<(EntityKind, ActionName, EntityKind)> {
    let (schema, _) = Schema::from_cedarschema_str(&Bundle::embedded().schema.1).unwrap();
    let kind = |name: String| EntityKind::ALL.iter().copied().find(|it| it.as_str() == name).unwrap();
    let known = schema.request_envs().map(|it| {
        let action = ActionName::named(it.action().id().unescaped()).unwrap();
        (kind(it.principal().to_string()), action, kind(it.resource().to_string()))
    });
    // in an order of their own: that of the schema's reader is not fixed
    let mut all: Vec<_> = known.collect::<BTreeSet<_>>().into_iter().collect();
    for action in policy::ALL.iter().copied() {
        let resource = action.kinds()[0];
        let beside = PRINCIPALS.map(|it| (it, action, resource)).into_iter().find(|it| !all.contains(it));
        all.extend(beside);
    }
    all
}

fn draw(at: (EntityKind, ActionName, EntityKind), from: &mut Choices) -> Question {
    let (principal, action, resource) = at;
    let asker = draw_asker(principal, from);
    let thing = draw_thing(resource, from).unwrap();
    let thing = thing.under(action);
    (asker, action, thing, draw_told(from))
}

/// Asks so many questions of both, spread over all environments; counts answers by action. May leave off at the first
/// difference.
fn differ(
    engine: &Engine,
    total: usize,
    first: bool,
) -> (Vec<String>, BTreeMap<(&'static str, bool), usize>) {
    let all = environments();
    let rounds = total.div_ceil(all.len());
    let found = AtomicBool::new(false);
    let answers = threads::each(&all, |number, at| {
        let mut from = Choices::seeded(seed().wrapping_mul(1_000_003).wrapping_add(number as u64));
        let (mut wrong, mut counts) = (Vec::new(), [0, 0]);
        for _ in 0..if first && found.load(Ordering::Relaxed) { 0 } else { rounds } {
            let (asker, action, thing, told) = draw(*at, &mut from);
            let expected = oracle::may(&asker, action, &thing, &told);
            let got = ask(engine, &asker, action, &thing, &told).unwrap();
            counts[usize::from(expected)] += 1;
            if got.allowed != expected || got.fault.is_some() {
                let word = if expected { "allow" } else { "deny" };
                let (name, who) = (action.as_str(), &asker.actor);
                let age = asker.factor_age();
                wrong.push(format!("{name}: the oracle says {word}, the policies {got}\n{who:?}, factor {age}\n{thing:?}\n{told:?}"));
            }
        }
        found.fetch_or(!wrong.is_empty(), Ordering::Relaxed);
        (at.1.as_str(), wrong, counts)
    });
    let (mut all_wrong, mut seen) = (Vec::new(), BTreeMap::new());
    for (name, wrong, [no, yes]) in answers {
        all_wrong.extend(wrong);
        *seen.entry((name, false)).or_default() += no;
        *seen.entry((name, true)).or_default() += yes;
    }
    (all_wrong, seen)
}

#[test]
fn the_engine_and_the_oracle_agree_on_every_right() {
    let (wrong, seen) = differ(&ENGINE, times(80_000) as usize, false);
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.iter().take(8).cloned().collect::<Vec<_>>().join("\n\n")
    );
    assert!(seen.values().sum::<usize>() >= times(80_000) as usize);
    // every right was allowed to somebody and refused to somebody, but for the doors that are always open
    let open = [
        "ActivatePolicies",
        "Contact",
        "CreateAdmin",
        "Enquire",
        "ExplainLocally",
        "MigrateDatabase",
        "PlantDemo",
        "RollBackPolicies",
        "SignIn",
        "SignUp",
        "StagePolicies",
        "VerifyAudit",
    ];
    for action in policy::ALL.iter().map(|it| it.as_str()) {
        assert!(seen[&(action, true)] > 0, "{action} was never allowed");
        assert!(seen[&(action, false)] > 0 || open.contains(&action), "{action} was never refused");
    }
}

#[test]
fn a_mistake_planted_in_a_policy_is_found() {
    for (file, was, is) in [
        ("p01-approval-gate", "principal.account == \"approved\"", "principal.account != \"pending\""),
        ("p02-public-folio", "resource.opted_in &&\n  resource.verified", "resource.verified"),
        ("p03-artists-apart", "resource.claim != \"\" && ", ""),
        (
            "p04-agencies-apart",
            "when { resource.asked == principal.workspace }",
            "when { resource.asker == principal.workspace }",
        ),
        ("p05-presenters-apart", "Action::\"EditShortlist\"", "Action::\"ViewSeasonPlan\""),
        (
            "p06-engagements",
            "     Action::\"ViewCommission\",\n     Action::\"ViewNotes\"",
            "     Action::\"ViewNotes\"",
        ),
        ("p06-visibility", "resource.level == \"stealth\" &&", ""),
        ("p07-human-approval", "resource.state == \"prepared\"", "resource.state != \"confirmed\""),
        ("p08-audit", "resource.audience == \"office\" ||", ""),
        ("p09-tenants", " && principal.role == \"owner\"", ""),
        ("p10-operations", "<= 43200", "<= 43201"),
    ] {
        let mut bundle = Bundle::embedded();
        let text = bundle.files.get_mut(&format!("policies/{file}.cedar")).unwrap();
        assert!(text.contains(was), "{file} no longer says {was}");
        *text = text.replacen(was, is, 1);
        let engine = Engine::load(&bundle).unwrap();
        assert!(!differ(&engine, 60_000, true).0.is_empty(), "{file}: {was}");
    }
}

#[test]
fn the_engine_and_the_oracle_agree_on_practice_6() {
    let mut from = Choices::seeded(seed());
    let mut seen: BTreeMap<(&str, bool), u32> = BTreeMap::new();
    for _ in 0..times(20_000) {
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
    assert!(seen.values().all(|it| *it > 200), "{seen:?}");
}
