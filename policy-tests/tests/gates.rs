//! Rules that speak of a group of actions, tried on every action of the group in every environment of the schema: a
//! group that was skipped would allow silently.

use crate::support::{ENGINE, seed};
use cedar_policy::Schema;
use domain::AccountStatus;
use policy::{ActionName, Actor, Asker, Bundle, EntityKind};
use policy_tests::world::{Choices, draw_asker, draw_thing, draw_told};
use policy_tests::{Answer, Thing, ask, people};
use std::collections::HashSet;
use std::sync::Arc;

struct At {
    principal: EntityKind,
    action: ActionName,
    resource: EntityKind,
    groups: HashSet<String>,
}

fn kind(name: &str) -> EntityKind {
    EntityKind::ALL.iter().copied().find(|it| it.as_str() == name).unwrap()
}

/// Every environment of the schema, with the groups of its action.
fn environments() -> Vec<At> {
    let (schema, _) = Schema::from_cedarschema_str(&Bundle::embedded().schema.1).unwrap();
    let world = schema.action_entities().unwrap();
    schema
        .request_envs()
        .map(|it| {
            let ancestors = world.ancestors(it.action()).unwrap();
            At {
                principal: kind(&it.principal().to_string()),
                action: ActionName::named(it.action().id().unescaped()).unwrap(),
                resource: kind(&it.resource().to_string()),
                groups: ancestors.map(|it| it.id().unescaped().to_owned()).collect(),
            }
        })
        .collect()
}

/// Every environment whose action is in the group, sixteen draws of each; `change` makes the asker what is tried.
fn each(group: &str, change: impl Fn(&Asker) -> Option<Asker>, check: impl Fn(&At, &Asker, &Thing, &Answer)) {
    let mut tried = 0;
    for at in environments().iter().filter(|it| it.groups.contains(group)) {
        for draw in 0..16 {
            let mut from = Choices::seeded(seed().wrapping_mul(31).wrapping_add(draw));
            let asker = draw_asker(at.principal, &mut from);
            let Some(asker) = change(&asker) else { continue };
            let asker = Arc::new(asker);
            let thing = draw_thing(at.resource, &mut from).unwrap();
            let thing = thing.under(at.action);
            let answer = ask(&ENGINE, &asker, at.action, &thing, &draw_told(&mut from)).unwrap();
            check(at, &asker, &thing, &answer);
            tried += 1;
        }
    }
    assert!(tried > 0, "nothing was tried of {group}");
}

fn forbidden(id: &str) -> impl Fn(&At, &Asker, &Thing, &Answer) + '_ {
    move |at, asker, thing, answer| {
        let by = answer.by.iter().any(|it| &**it == id);
        assert!(!answer.allowed && by, "{}: {answer}\n{:?}\n{thing:?}", at.action.as_str(), asker.actor);
    }
}

fn with_status(asker: &Asker, status: AccountStatus) -> Option<Asker> {
    let mut asker = asker.clone();
    match &mut asker.actor {
        Actor::Member(_, it) => it.status = status,
        Actor::Counsel(it) | Actor::Admin(it) => it.status = status,
        Actor::Visitor | Actor::Automation(..) | Actor::Operator => return None,
    }
    Some(asker)
}

#[test]
fn the_gate_holds_for_every_gated_action() {
    for status in AccountStatus::ALL.iter().copied().filter(|it| *it != AccountStatus::Approved) {
        each("Gated", |it| with_status(it, status), forbidden("gate"));
    }
}

#[test]
fn only_the_application_the_door_and_public_pages_are_outside_the_gate() {
    let open: HashSet<&str> = environments()
        .iter()
        .filter(|it| !it.groups.contains("Gated"))
        .map(|it| it.action.as_str())
        .collect();
    let expected = [
        "ViewFolio",
        "SignUp",
        "SignIn",
        "Enquire",
        "Contact",
        "UseCode",
        "ViewApplication",
        "CorrectApplication",
        "WithdrawApplication",
        "SignOut",
        "CreateAdmin",
        "MigrateDatabase",
        "VerifyAudit",
        "ExplainLocally",
        "PlantDemo",
        "StagePolicies",
        "ActivatePolicies",
        "RollBackPolicies",
        "DispatchMail",
        "Housekeep",
        "Lapse",
        "WarnOfLapse",
    ];
    assert_eq!(open, expected.into_iter().collect());
}

fn assistant(asker: &Asker) -> Option<Asker> {
    let mut asker = asker.clone();
    match &mut asker.actor {
        Actor::Member(_, it) => {
            it.role = domain::Role::Assistant;
            it.status = AccountStatus::Approved;
        }
        _ => return None,
    }
    Some(asker)
}

#[test]
fn an_assistant_confirms_nothing_and_manages_nothing_but_their_sessions() {
    each("Commit", assistant, forbidden("assistants-prepare"));
    each("Manage", assistant, |at, asker, thing, answer| {
        if at.action == ActionName::ManageSessions {
            assert!(!answer.by.iter().any(|it| &**it == "assistants-prepare"));
        } else {
            forbidden("assistants-prepare")(at, asker, thing, answer);
        }
    });
}

#[test]
fn automation_confirms_nothing() {
    let automation = |it: &Asker| matches!(it.actor, Actor::Automation(..)).then(|| it.clone());
    each("Commit", automation, forbidden("commit-needs-a-person"));
}

#[test]
fn nothing_is_confirmed_but_what_was_shown() {
    // every draw whose digests differ; those that agree are the other tests' business
    let mut differing = 0;
    for at in environments().iter().filter(|it| it.groups.contains("Commit")) {
        for draw in 0..16 {
            let mut from = Choices::seeded(draw);
            let asker = draw_asker(at.principal, &mut from);
            let thing = draw_thing(at.resource, &mut from).unwrap();
            let told = draw_told(&mut from);
            let stands = match &thing {
                Thing::Draft(it) => &it.digest_text,
                Thing::Mandate(it) => &it.digest_text,
                Thing::Partnership(it) => &it.digest_text,
                Thing::Enquiry(it) => &it.digest_text,
                other => panic!("{other:?} is confirmed and has no digest"),
            };
            if *stands != told.digest.unwrap().to_string() {
                differing += 1;
                let answer = ask(&ENGINE, &asker, at.action, &thing, &told).unwrap();
                forbidden("commit-needs-the-shown-digest")(at, &asker, &thing, &answer);
            }
        }
    }
    assert!(differing > 50, "{differing}");
}

#[test]
fn staff_need_a_factor_of_today_and_for_danger_of_now() {
    let aged = |age: Option<i64>| move |it: &Asker| Some((*people::asker(it.actor.clone(), age)).clone());
    let not = |id: &'static str| {
        move |at: &At, _: &Asker, _: &Thing, answer: &Answer| {
            assert!(!answer.by.iter().any(|it| &**it == id), "{}: {answer}", at.action.as_str());
        }
    };
    each("AdminAction", aged(Some(43_201)), forbidden("factor-of-today"));
    each("AdminAction", aged(None), forbidden("factor-of-today"));
    each("AdminAction", aged(Some(43_200)), not("factor-of-today"));
    each("AdminDanger", aged(Some(301)), forbidden("factor-of-now"));
    each("AdminDanger", aged(None), forbidden("factor-of-now"));
    each("AdminDanger", aged(Some(300)), not("factor-of-now"));
}

#[test]
fn an_environment_without_policy_refuses() {
    let known: HashSet<_> = environments().iter().map(|it| (it.principal, it.action, it.resource)).collect();
    for action in policy::ALL.iter().copied() {
        for resource in action.kinds().iter().copied() {
            for principal in policy_tests::world::PRINCIPALS {
                if known.contains(&(principal, action, resource)) {
                    continue;
                }
                let mut from = Choices::seeded(seed());
                let asker = draw_asker(principal, &mut from);
                let thing = draw_thing(resource, &mut from).unwrap();
                let thing = thing.under(action);
                let answer = ask(&ENGINE, &asker, action, &thing, &draw_told(&mut from)).unwrap();
                assert_eq!((answer.allowed, answer.by.len(), answer.fault), (false, 0, None));
            }
        }
    }
}
