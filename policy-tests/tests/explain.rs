//! What the explorer tells is what decides: each policy's clauses add up to what Cedar makes of that policy, and a near
//! miss is one.

use crate::support::{ENGINE, runner};
use cedar_policy::{Authorizer, Entities, PolicySet, Schema};
use domain::{AccountStatus, Capability, Level, Role};
use policy::{
    ALL, ActionName, Actor, Asker, Bundle, Clause, EntityKind, Explained, Form, MOST_NEAR, Member, Verdict,
    ask,
};
use policy_tests::ask::put;
use policy_tests::people::asker as at_now;
use policy_tests::world::{Choices, PRINCIPALS, draw_asker, draw_thing, draw_told};
use policy_tests::{Cast, Thing, Told};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

static ALONE: LazyLock<BTreeMap<String, PolicySet>> =
    LazyLock::new(|| ENGINE.texts().iter().map(|it| (it.id.clone(), it.source.parse().unwrap())).collect());
static SCHEMA: LazyLock<Schema> =
    LazyLock::new(|| Schema::from_cedarschema_str(&Bundle::embedded().schema.1).unwrap().0);

fn explain(asker: &Arc<Asker>, action: ActionName, on: &Thing, told: &Told) -> Explained {
    ask::explain(&ENGINE, asker, action, on, told).unwrap()
}

/// What a clause is by its parts, told a second time.
fn composed(it: &Clause) -> Verdict {
    let parts: Vec<Verdict> = it.parts.iter().filter(|it| it.asked).map(composed).collect();
    let has = |wanted| parts.contains(&wanted);
    let turned = |it| match it {
        Verdict::Holds => Verdict::Fails,
        Verdict::Fails => Verdict::Holds,
        other => other,
    };
    match it.form {
        _ if it.parts.is_empty() || !it.asked => it.verdict,
        Form::When => parts[0],
        Form::Unless | Form::Not => turned(parts[0]),
        _ if has(Verdict::Errs) => Verdict::Errs,
        Form::Any if has(Verdict::Holds) => Verdict::Holds,
        Form::Any => Verdict::Fails,
        _ if has(Verdict::Fails) => Verdict::Fails,
        _ => Verdict::Holds,
    }
}

fn every_clause<'a>(them: &'a [Clause], each: &mut impl FnMut(&'a Clause)) {
    for it in them {
        each(it);
        every_clause(&it.parts, each);
    }
}

/// Everything that must hold of one explanation.
fn check(asker: &Arc<Asker>, action: ActionName, on: &Thing, told: &Told) -> Result<(), String> {
    let it = explain(asker, action, on, told);
    let decided = ask::ask(&ENGINE, asker, action, on, told).unwrap();
    let by: Vec<String> = decided.by.iter().map(ToString::to_string).collect();
    if (it.allowed, &it.by, it.fault.is_some()) != (decided.allowed, &by, decided.fault.is_some()) {
        return Err(format!("{} {:?}, but decided is {decided}", it.allowed, it.by));
    }
    let (request, entities) = put(&ENGINE, asker, action, on, told).unwrap().unwrap();
    let world = Entities::from_entities(entities, Some(&SCHEMA)).unwrap();
    for (id, alone) in &*ALONE {
        let answer = Authorizer::new().is_authorized(&request, alone, &world);
        let cedar = if answer.diagnostics().errors().next().is_some() {
            Verdict::Errs
        } else if answer.diagnostics().reason().next().is_some() {
            Verdict::Holds
        } else {
            Verdict::Fails
        };
        let Some(rule) = it.rules.iter().find(|it| it.policy.id == *id) else {
            // one that speaks of other questions says nothing; where the schema has none of these types, neither does any
            if cedar == Verdict::Fails || it.rules.is_empty() {
                continue;
            }
            return Err(format!("`{id}` {cedar:?} and is not among the rules"));
        };
        if rule.verdict != cedar {
            return Err(format!("`{id}` is shown as {:?}, and Cedar says {cedar:?}", rule.verdict));
        }
        let whole = Clause { parts: rule.clauses.clone(), form: Form::All, ..rule.clauses[0].clone() };
        let mut wrong = Vec::new();
        every_clause(std::slice::from_ref(&whole), &mut |it| {
            if it.form != Form::All && composed(it) != it.verdict {
                wrong.push(format!("`{}` is {:?}, its parts {:?}", it.text, it.verdict, composed(it)));
            }
        });
        if composed(&whole) != cedar {
            wrong.push(format!("its clauses add up to {:?}, not {cedar:?}", composed(&whole)));
        }
        if !wrong.is_empty() {
            return Err(format!("`{id}`: {}", wrong.join("; ")));
        }
    }
    if it.near.len() > MOST_NEAR || it.near.iter().any(|near| near.allowed == it.allowed) {
        return Err(format!("near misses that are none: {:?}", it.near));
    }
    Ok(())
}

#[test]
fn an_explanation_is_the_decision_and_its_clauses_are_cedars() {
    let bytes = proptest::collection::vec(proptest::prelude::any::<u8>(), 64);
    runner(60)
        .run(&(0..PRINCIPALS.len(), bytes), |(principal, bytes)| {
            let mut from = Choices::of(bytes);
            let asker = draw_asker(PRINCIPALS[principal], &mut from);
            let told = draw_told(&mut from);
            // a third of the actions each time: every one has several near misses to try
            let third = from.below(3);
            for action in ALL.iter().copied().enumerate().filter(|it| it.0 % 3 == third).map(|it| it.1) {
                for kind in action.kinds().iter().copied() {
                    let thing = draw_thing(kind, &mut from.clone()).unwrap();
                    let thing = thing.under(action);
                    check(&asker, action, &thing, &told).map_err(|e| {
                        let told = format!("{} {:?} on {thing:?}: {e}", action.as_str(), asker.actor);
                        proptest::test_runner::TestCaseError::fail(told)
                    })?;
                }
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn each_clause_stands_where_it_is_said_to_stand() {
    let bundle = Bundle::embedded();
    let mut clauses = 0;
    for (seed, kind) in PRINCIPALS.iter().enumerate() {
        let mut from = Choices::seeded(seed as u64);
        let asker = draw_asker(*kind, &mut from);
        for action in ALL.iter().copied().filter(|it| *it != ActionName::Lapse) {
            let on = draw_thing(action.kinds()[0], &mut from).unwrap();
            for rule in explain(&asker, action, &on, &draw_told(&mut from)).rules {
                let text: Vec<&str> = bundle.files[&rule.policy.file].split('\n').collect();
                every_clause(&rule.clauses, &mut |it| {
                    let (first, last) = (it.place.line - 1, it.place.end_line - 1);
                    let mut lines: Vec<String> =
                        text[first..=last].iter().map(|it| (*it).to_owned()).collect();
                    let end: String = lines[last - first].chars().take(it.place.end_column - 1).collect();
                    lines[last - first] = end;
                    lines[0] = lines[0].chars().skip(it.place.column - 1).collect();
                    assert_eq!(lines.join("\n"), it.text, "{}", rule.policy.id);
                    clauses += 1;
                });
            }
        }
    }
    assert!(clauses > 2_000, "only {clauses}");
}

fn sentences(it: &Explained) -> Vec<String> {
    it.near.iter().map(policy::Near::sentence).collect()
}

#[test]
fn near_misses_of_the_cast_read_as_they_should() {
    let cast = Cast::embedded().unwrap();
    let near = |who: &str, action, on: &str, change: &dyn Fn(&mut Asker)| {
        let mut asker = (*cast.asker(who).unwrap()).clone();
        change(&mut asker);
        let it = explain(&Arc::new(asker), action, &cast.thing(on).unwrap(), &Told::default());
        (it.allowed, sentences(&it))
    };
    let same = |_: &mut Asker| {};
    let member = |it: &mut Asker, change: &dyn Fn(&mut Member)| {
        if let Actor::Member(_, member) = &mut it.actor {
            change(member);
        }
    };
    let unverified = |it: &mut Asker| member(it, &|it| it.verified = false);
    assert_eq!(
        near("other-presenter", ActionName::ViewListing, "profile", &unverified),
        (false, vec!["Allowed if the acting workspace were verified.".to_owned()])
    );
    let pending = |it: &mut Asker| member(it, &|it| it.status = AccountStatus::Pending);
    assert_eq!(
        near("other-presenter", ActionName::ViewListing, "profile", &pending),
        (false, vec!["Allowed if the account were approved.".to_owned()])
    );
    let (allowed, why_not) = near("other-presenter", ActionName::ViewListing, "profile", &same);
    assert!(allowed);
    for it in [
        "Refused if the account were not approved.",
        "Refused if the acting workspace were not verified.",
        "Refused if an artist held the profile yet.",
        "Refused if the artist’s workspace were not verified.",
    ] {
        let it = it.replace("an artist held the profile yet", "no artist held the profile yet");
        assert!(why_not.contains(&it), "{it} not in {why_not:#?}");
    }
    // two facts, where one does not do: neither verified nor approved
    let neither = |it: &mut Asker| {
        member(it, &|it| {
            it.verified = false;
            it.status = AccountStatus::Suspended;
        });
    };
    let (_, two) = near("other-presenter", ActionName::ViewListing, "profile", &neither);
    assert_eq!(two, ["Allowed if the account were approved and the acting workspace were verified."]);
    // an old factor, and none: a fresh one is said once, for both limits
    let (_, staff) = near("admin", ActionName::ExplainDecision, "platform", &|it| it.factor_at = None);
    assert_eq!(staff, ["Allowed if the second factor were no older than 12 hours."]);
}

fn spare() -> Member {
    let it = Cast::embedded().unwrap().asker("artist").unwrap();
    it.actor.member().unwrap().clone()
}

/// Makes the facts as a near miss says; `None` where these words are not among those that this test knows.
fn made(words: &str, asker: &mut Asker, profile: &mut policy::facts::Profile, told: &mut Told) -> Option<()> {
    let own = asker.actor.workspace().map(|it| it.1);
    // of whoever is no member, only the account can be told otherwise
    let mut nobody = None;
    let member = match &mut asker.actor {
        Actor::Member(_, it) => it,
        Actor::Admin(it) | Actor::Counsel(it) => {
            match words {
                "the account were approved" => it.status = AccountStatus::Approved,
                "the account were not approved" => it.status = AccountStatus::Withdrawn,
                _ => {}
            }
            nobody.insert(spare())
        }
        _ => nobody.insert(spare()),
    };
    let level = |text: &str| text.replace(' ', "_").parse::<Level>().unwrap();
    let other = |not: Level| Level::ALL.into_iter().find(|it| *it != not).unwrap();
    match words {
        "the account were approved" => member.status = AccountStatus::Approved,
        "the account were not approved" => member.status = AccountStatus::Withdrawn,
        "the role were owner" => member.role = Role::Owner,
        "the role were not owner" => member.role = Role::Manager,
        "the role were assistant" => member.role = Role::Assistant,
        "the role were not assistant" => member.role = Role::Owner,
        "the acting workspace were verified" => member.verified = true,
        "the acting workspace were not verified" => member.verified = false,
        "the plan had discovery" => member.capabilities = vec![Capability::Discovery],
        "the plan did not have discovery" => member.capabilities.clear(),
        "an owner had granted money" => member.grants = vec!["money".into()],
        "this were the artist in person, verified by an admin" => member.in_person = true,
        "this were not the artist in person" => member.in_person = false,
        "the profile were the acting workspace’s own" => profile.workspace = own?,
        "the artist’s workspace were verified" => profile.verified = true,
        "the artist’s workspace were not verified" => profile.verified = false,
        "the artist had opted in" => profile.opted_in = true,
        "the artist had not opted in" => profile.opted_in = false,
        "the artist had agreed to be found" => profile.discoverable = true,
        "the artist had not agreed to be found" => profile.discoverable = false,
        "an artist held the profile" => profile.claimed = true,
        "no artist held the profile yet" => profile.claimed = false,
        "the acting agency held a mandate in force" => profile.agencies = vec![own?],
        "the acting agency held no mandate in force" => profile.agencies.retain(|it| Some(*it) != own),
        "the two agencies were partners" => profile.partners = vec![own?],
        "the two agencies were not partners" => profile.partners.retain(|it| Some(*it) != own),
        "the acting presenter were invited to the stealth roster" => profile.invited = vec![own?],
        "the acting presenter were not invited to the stealth roster" => {
            profile.invited.retain(|it| Some(*it) != own);
        }
        "the claim were the open one" => told.claim = Some(profile.claim.clone()),
        "the claim were not the open one" => told.claim = Some("another".into()),
        "the open claim were “”" => profile.claim.clear(),
        "the open claim were not “”" => profile.claim = "another".into(),
        _ => {
            if let Some(not) = words.strip_prefix("the level to set were not ") {
                told.to = Some(other(level(not)));
            } else if let Some(it) = words.strip_prefix("the level to set were ") {
                told.to = Some(level(it));
            } else if let Some(not) = words.strip_prefix("the level were not ") {
                profile.level = other(level(not));
            } else {
                profile.level = level(words.strip_prefix("the level were ")?);
            }
        }
    }
    Some(())
}

#[test]
fn a_near_miss_made_true_turns_the_decision_and_changes_nobody() {
    let (mut turned, mut pairs) = (0, 0);
    let profile_actions = ALL.iter().copied().filter(|it| it.kinds() == [EntityKind::Profile]);
    let actions: Vec<ActionName> = profile_actions.collect();
    for seed in 0..200_u64 {
        let mut from = Choices::seeded(seed);
        let asker = draw_asker(PRINCIPALS[from.below(PRINCIPALS.len())], &mut from);
        let asker = at_now(asker.actor.clone(), None);
        for action in &actions {
            let Some(Thing::Profile(profile)) = draw_thing(EntityKind::Profile, &mut from) else { panic!() };
            let told = draw_told(&mut from);
            let it = explain(&asker, *action, &profile.clone().into(), &told);
            for near in &it.near {
                let (mut who, mut on, mut said) = ((*asker).clone(), profile.clone(), told.clone());
                for change in &near.changes {
                    made(&change.words, &mut who, &mut on, &mut said)
                        .unwrap_or_else(|| panic!("`{}`: these words are new here", change.words));
                }
                assert_eq!((who.actor.id(), who.actor.kind()), (asker.actor.id(), asker.actor.kind()));
                assert_eq!(who.actor.workspace(), asker.actor.workspace());
                let now = ask::ask(&ENGINE, &Arc::new(who), *action, &on.into(), &said).unwrap();
                assert_eq!(
                    now.allowed,
                    near.allowed,
                    "{} {:?} on {profile:?}: {}",
                    action.as_str(),
                    asker.actor,
                    near.sentence()
                );
                turned += 1;
                pairs += usize::from(near.changes.len() == 2);
            }
        }
    }
    assert!(turned > 500 && pairs > 50, "{turned} near misses, {pairs} of two facts");
}
