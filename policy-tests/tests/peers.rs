//! Mistakes that other systems of this kind made, each tried here. A tampered cursor is tried where cursors are read,
//! in `server/store/tests/lists.rs`.

use crate::support::ENGINE;
use cedar_policy::{Authorizer, Decision, Entities, Entity, PolicyId, PolicySet, RestrictedExpression};
use policy::{
    Action, ActionName, Actor, Asker, Bundle, Engine, EntityKind, Filter, LoadError, Visit, VisitListed, Why,
};
use policy_tests::ask::{ask_rows, put};
use policy_tests::fields::digest;
use policy_tests::{Thing, Told, ask, people, things, world};
use std::collections::HashMap;
use std::sync::Arc;

fn who(fields: &str) -> Arc<Asker> {
    people::read(&table(fields)).unwrap()
}
fn what(fields: &str) -> Thing {
    things::read(&table(fields)).unwrap()
}
fn table(fields: &str) -> toml::Table {
    let whole: toml::Table = toml::from_str(&format!("it = {{ {fields} }}")).unwrap();
    whole["it"].as_table().unwrap().clone()
}

struct Without<'a>(&'a Asker, &'a Thing, &'a str);
impl Visit for Without<'_> {
    type Out = Result<Vec<Arc<str>>, Why>;
    fn visit<A: Action>(self) -> Self::Out {
        let input = Told::default().input::<A::Input>().unwrap();
        ENGINE.decide_without::<A>(self.0, self.1.facts::<A::On>().unwrap(), &input, Some(self.2), None)
    }
}

/// Cerbos before 0.54, and Cedar itself: what forbids is skipped where it cannot be evaluated.
#[test]
fn a_forbid_that_errs_is_a_refusal() {
    let assistant = who("kind = 'artist', role = 'assistant'");
    let engagement = what("type = 'Engagement'");
    let refused = ask(&ENGINE, &assistant, ActionName::ViewFee, &engagement, &Told::default()).unwrap();
    assert_eq!(refused.to_string(), "deny by money-needs-grant");

    // a loader that forgot the grants: Cedar alone shows the fee, and says only beside it that something erred
    let (request, [asker, thing]) =
        put(&ENGINE, &assistant, ActionName::ViewFee, &engagement, &Told::default()).unwrap().unwrap();
    let (uid, mut attributes, parents): (_, HashMap<String, RestrictedExpression>, _) = asker.into_inner();
    attributes.remove("grants").unwrap();
    let asker = Entity::new(uid, attributes, parents).unwrap();
    let world = Entities::from_entities([asker, thing], None).unwrap();
    let texts = ENGINE
        .texts()
        .iter()
        .filter(|it| ["money-needs-grant", "engagement-artist"].contains(&it.id.as_str()));
    let policies =
        texts.map(|it| cedar_policy::Policy::parse(Some(PolicyId::new(&it.id)), &it.source).unwrap());
    let answer =
        Authorizer::new().is_authorized(&request, &PolicySet::from_policies(policies).unwrap(), &world);
    assert_eq!((answer.decision(), answer.diagnostics().errors().count()), (Decision::Allow, 1));

    // the engine refuses, and says which policy could not be evaluated
    let less = ActionName::ViewFee.visit(Without(&assistant, &engagement, "grants"));
    assert!(matches!(&less, Err(Why::Faulty(it)) if it.contains("`money-needs-grant`")), "{less:?}");
}

fn rows(engine: &Engine, asker: &Arc<Asker>, action: ActionName, on: &Thing, told: &Told) -> Vec<bool> {
    // enough rows that what is known of the asker is folded into the policies and kept
    let many = vec![on.clone(); 24];
    ask_rows(engine, asker, action, &many, told).unwrap().iter().map(|it| it.allowed).collect()
}

/// OpenFGA, SpiceDB: an answer remembered for one context was given in another.
#[test]
fn a_kept_answer_is_for_its_own_context_and_asker_alone() {
    let agency = who("kind = 'agency'");
    let profile = what("type = 'Profile', agencies = ['agency-a']");
    let to = |level: &str| Told { to: Some(level.parse().unwrap()), ..Told::default() };
    let admin = |age: i64| who(&format!("kind = 'admin', factor_age = {age}"));
    let account = what("type = 'Account', person = 'person-z'");
    let draft = what("type = 'Draft', owner_kind = 'agency'");
    let shown = |it: &str| Told { digest: Some(digest(it)), ..Told::default() };
    let listing = what("type = 'Profile', discoverable = true");
    let presenter = |fields: &str| who(&format!("kind = 'presenter'{fields}"));
    let sees = ActionName::FindListing;
    let told = Told::default();
    let pairs = [
        // what is told differs
        (&agency, ActionName::SetLevel, &profile, to("stealth"), &agency, to("public")),
        (&agency, ActionName::Confirm, &draft, shown("terms"), &agency, shown("other terms")),
        // the age of the factor differs
        (&admin(43_200), ActionName::ReviewAccount, &account, told.clone(), &admin(43_201), told.clone()),
        // the same account under the same id, of which something else is true by now
        (
            &agency,
            ActionName::Confirm,
            &draft,
            shown("terms"),
            &who("kind = 'agency', role = 'assistant'"),
            shown("terms"),
        ),
        (
            &presenter(", capabilities = ['discovery']"),
            sees,
            &listing,
            told.clone(),
            &presenter(""),
            told.clone(),
        ),
        (
            &presenter(", capabilities = ['discovery']"),
            sees,
            &listing,
            told.clone(),
            &presenter(", capabilities = ['discovery'], verified = false"),
            told.clone(),
        ),
        (
            &presenter(", capabilities = ['discovery']"),
            sees,
            &listing,
            told.clone(),
            &presenter(", capabilities = ['discovery'], status = 'suspended'"),
            told.clone(),
        ),
    ];
    for (asker, action, on, told, other, otherwise) in &pairs {
        // in both orders, and once more: each on an engine that has kept nothing yet
        for first_yes in [true, false] {
            let engine = Engine::load(&Bundle::embedded()).unwrap();
            for yes in [first_yes, !first_yes, first_yes] {
                let (asker, told) = if yes { (*asker, told) } else { (*other, otherwise) };
                assert_eq!(
                    rows(&engine, asker, *action, on, told),
                    [yes; 24],
                    "{}: {:?}",
                    action.as_str(),
                    asker.actor
                );
            }
        }
    }
}

struct Listed<'a>(&'a Engine, &'a Asker, &'a Told);
impl VisitListed for Listed<'_> {
    type Out = Filter;
    fn visit<A: policy::Listable>(self) -> Filter {
        self.0.scope::<A>(self.1, &self.2.input().unwrap()).filter().clone()
    }
}

/// Cerbos: a plan said "always allowed" where no rule matched.
#[test]
fn a_list_that_no_policy_opens_is_empty() {
    let mut closed = 0;
    let told = Told::default();
    let askers = ["visitor", "artist", "agency", "presenter", "counsel", "admin", "automation", "operator"]
        .map(|it| who(&format!("kind = '{it}', {}", if it == "admin" { "factor_age = 60" } else { "" })));
    // no policy at all but one that opens nothing that is listed
    let mut bare = Bundle::embedded();
    let door = "@id(\"door\") @practice(\"P1\") @says(\"x\") permit (principal is Visitor, action == Action::\"SignUp\", resource);";
    bare.files = [("policies/p01.cedar".to_owned(), door.to_owned())].into();
    let bare = Engine::load(&bare).unwrap();
    for action in policy::ALL.iter().copied() {
        for asker in &askers {
            let filter = |engine| action.visit_listed(Listed(engine, asker, &told));
            if let Some(filter) = filter(&bare) {
                assert_eq!(filter, Filter::Never, "{}", action.as_str());
            }
            let opens = ENGINE
                .texts()
                .iter()
                .any(|it| it.effect == "permit" && speaks_of(&it.source, action, &asker.actor));
            if let (Some(filter), false) = (filter(&ENGINE), opens) {
                assert_eq!(filter, Filter::Never, "{} for {:?}", action.as_str(), asker.actor);
                closed += 1;
            }
        }
    }
    assert!(closed > 40, "{closed}");
}

/// Whether a policy's scope names the action, and the asker's type or any.
fn speaks_of(source: &str, action: ActionName, actor: &Actor) -> bool {
    let words: Vec<&str> = source.split(|it: char| !(it.is_alphanumeric() || it == '_')).collect();
    let any = !source.contains("principal is ");
    words.contains(&action.as_str()) && (any || words.contains(&actor.kind().as_str()))
}

/// OPA: a part of a filter that could not be translated was dropped without a word.
#[test]
fn a_clause_that_no_list_can_ask_stops_the_start() {
    let with = |from: &str, to: &str| {
        let mut bundle = Bundle::embedded();
        let file = bundle.files.get_mut("policies/p06-visibility.cedar").unwrap();
        assert!(file.contains(from));
        *file = file.replacen(from, to, 1);
        Engine::load(&bundle)
    };
    let stopped = |it: Result<Engine, LoadError>| match it {
        Err(LoadError::Untranslatable(e)) => (e.policy, e.action),
        Err(e) => panic!("{e}"),
        Ok(_) => panic!("it started"),
    };
    let found = "resource.discoverable &&\n  (resource.level == \"public\"";
    // a pattern, a comparison of two sets, an if: none has a translation, whether it permits or forbids
    for clause in [
        "resource.claim like \"a*\"",
        "resource.partners.containsAll(resource.agencies)",
        "(if resource.claimed then resource.verified else resource.opted_in)",
    ] {
        let more = found.replace("resource.discoverable", clause);
        assert_eq!(stopped(with(found, &more)), ("find-by-plan".to_owned(), "FindListing"), "{clause}");
    }
    let forbid = "\n@id(\"never\") @practice(\"P6\") @says(\"x\") forbid (principal, action == Action::\"FindListing\", \
                  resource is Profile) when { resource.claim like \"a*\" };\n@id(\"level-agency\")";
    assert_eq!(stopped(with("@id(\"level-agency\")", forbid)), ("never".to_owned(), "FindListing"));
    // the same clause on what has no lists is nobody's trouble
    assert!(with("context.to == \"stealth\"", "context.to like \"stealth\"").is_ok());
}

/// And each clause that is translated counts: without it some list would show more.
#[test]
fn every_clause_of_a_listing_narrows_its_list() {
    let bundle = Bundle::embedded();
    for clause in [
        "resource.discoverable &&",
        "principal.verified &&",
        "principal.capabilities.contains(\"discovery\") &&",
        "resource.verified &&",
        "resource.claimed &&",
    ] {
        let mut wider = bundle.clone();
        let file = wider.files.get_mut("policies/p06-visibility.cedar").unwrap();
        let (head, plan) = file.split_once("@id(\"find-by-plan\")").unwrap();
        *file = format!("{head}@id(\"find-by-plan\"){}", plan.replacen(clause, "", 1));
        let wider = Engine::load(&wider).unwrap();
        let mut from = world::Choices::seeded(7);
        let told = Told::default();
        let narrowed = (0..3_000).any(|_| {
            let asker = world::draw_asker(EntityKind::PresenterMember, &mut from);
            let on = Thing::Profile(world::draw_profile(&mut from));
            let listed = |engine| {
                policy_tests::ask::listed(engine, &asker, ActionName::FindListing, &on, &told)
                    .unwrap()
                    .unwrap()
            };
            let (more, less) = (listed(&wider), listed(&ENGINE));
            assert!(more || !less, "a list without `{clause}` shows less");
            more && !less
        });
        assert!(narrowed, "`{clause}` narrows nothing");
    }
}
