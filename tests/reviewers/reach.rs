//! `who-can`, `what-can` and `explain` on a database: nobody who could ask is left out, nothing that hangs on what is
//! told, no page of an answer; other policies where they are named; and no database where none is.

use super::{printed, root, uninvited};
use crate::support::db::Db;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Program, command};
use crate::support::world::World;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Output;

/// `kalinklo policy …` on this world's database.
fn asked(world: &World, arguments: &[&str]) -> Output {
    let database = ["--config", "/dev/null", "--database", &world.database];
    command(["policy"]).args(arguments).args(database).current_dir(root()).output().unwrap()
}

#[track_caller]
fn told(world: &World, arguments: &[&str]) -> (Value, Option<i32>) {
    let out = asked(world, &[arguments, &["--json"]].concat());
    let value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", printed(&out)));
    (value, out.status.code())
}

/// Who may, by name.
#[track_caller]
fn who(world: &World, arguments: &[&str]) -> BTreeSet<String> {
    let (value, _) = told(world, &[&["who-can"], arguments].concat());
    let all = value["principals"].as_array().unwrap();
    all.iter().map(|it| it["principal"].as_str().unwrap().to_owned()).collect()
}

/// Actions on things, as `ACTION THING`: what may be done, or what depends on what is told.
fn pairs(value: &Value, key: &str) -> BTreeSet<String> {
    let all = value[key].as_array().unwrap();
    let word = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    all.iter().map(|it| format!("{} {}", word(it, "action"), word(it, "resource"))).collect()
}

fn names(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn everybody_who_could_ask_is_asked() {
    let demo = Program::demo();
    let world = demo.world();
    let account = |name: &str| world.persona(name).account.clone().unwrap();
    assert_eq!(who(world, &["DispatchMail", "Platform"]), names(&["job:housekeeping"]));
    assert_eq!(who(world, &["ExplainLocally", "Platform"]), names(&["operator"]));
    assert_eq!(who(world, &["SignIn", "Platform"]), names(&["visitor"]));
    // an applicant has no workspace, and may look at the own application
    let pending = format!("Account/{}", account("artist-pending"));
    assert!(
        who(world, &["ViewApplication", &pending])
            .contains(&format!("counsel:{}", account("artist-pending")))
    );
    // machine credentials are those of the parties
    let engagement = &world.facts.engagements[0];
    let there = format!("Engagement/{}", engagement.id);
    let artist = world.facts.artists.iter().find(|it| it.id == engagement.artist).unwrap();
    let parties = [Some(&engagement.presenter), engagement.agency.as_ref(), artist.workspace.as_ref()];
    let credentials: BTreeSet<String> = who(world, &["PrepareMessage", &there])
        .into_iter()
        .filter(|it| it.starts_with("credential:"))
        .collect();
    assert_eq!(credentials, parties.into_iter().flatten().map(|it| format!("credential:{it}")).collect());
    // staff are named with the factor that they would need
    let house = world.facts.workspaces.iter().find(|it| it.kind == "agency").unwrap();
    let house = format!("AgencyWorkspace/{}", house.id);
    let admin = format!("admin:{}", account("admin"));
    let (value, code) = told(world, &["who-can", "VerifyWorkspace", &house]);
    let [one] = value["principals"].as_array().unwrap().as_slice() else { panic!("{value}") };
    assert_eq!((&one["principal"], &one["factor_age"], code), (&admin.clone().into(), &0.into(), Some(0)));
    let old = ["--told", "factor_age=43201", "VerifyWorkspace", &house];
    assert!(who(world, &old).is_empty());
    assert_eq!(told(world, &[&["who-can"][..], &old].concat()).1, Some(1));
    // what needs to be told is said of those alone for whom something would be right
    let active = Db::of(world).texts("SELECT id AS text FROM mandates WHERE state = 'active'");
    let mandate = format!("Mandate/{}", active.first().expect("a mandate in force"));
    let (value, code) = told(world, &["who-can", "DeclineMandate", &mandate]);
    let them = value["principals"].as_array().unwrap();
    assert!(code == Some(0) && !them.is_empty(), "{value}");
    assert!(
        them.iter()
            .all(|it| it["depends"][0] == "digest" && it["kind"] != "Admin" && it["kind"] != "Visitor"),
        "{value}"
    );
    assert!(
        who(world, &["DeclineMandate", &mandate, "--told", &format!("digest={}", "0".repeat(64))]).is_empty()
    );
    for (who, action, on) in [
        ("job:housekeeping", "DispatchMail", "Platform"),
        ("operator", "ExplainLocally", "Platform"),
        (&*format!("credential:{}", engagement.presenter), "PrepareMessage", &there),
    ] {
        let out = asked(world, &["explain", "--as", who, "--do", action, "--on", on]);
        assert_eq!(out.status.code(), Some(0), "{who}: {}", printed(&out));
    }
    // page by page it is the same, and no page is longer than was asked for
    let profile = format!("Profile/{}", artist.id);
    let whole = who(world, &["ViewProfile", &profile]);
    let (mut all, mut after, mut pages) = (BTreeSet::new(), None::<String>, 0);
    loop {
        let mut ask = vec!["who-can", "ViewProfile", &profile, "--limit", "20"];
        ask.extend(after.iter().flat_map(|it| ["--after", it]));
        let (value, _) = told(world, &ask);
        for it in value["principals"].as_array().unwrap() {
            assert!(all.insert(it["principal"].as_str().unwrap().to_owned()), "named twice: {it}");
        }
        pages += 1;
        let Some(next) = value["next"].as_str() else { break };
        after = Some(next.to_owned());
    }
    assert!(pages > 2 && !whole.is_empty(), "{pages} pages");
    assert_eq!(all, whole);
}

#[test]
fn what_somebody_can_is_told_whole() {
    let demo = Program::demo();
    let world = demo.world();
    let persona = world.persona("agency-owner");
    let home = persona.workspace.clone().unwrap();
    let agency = format!("{}@{home}", persona.account.as_ref().unwrap());
    let artist = world.facts.artists.iter().find(|it| it.agencies.contains(&home)).unwrap();
    let profile = format!("Profile/{}", artist.id);
    let (one, code) = told(world, &["what-can", &agency, &profile]);
    assert_eq!(code, Some(0), "{one}");
    let level = format!("SetLevel {profile}");
    assert!(pairs(&one, "rights").contains(&format!("ViewProfile {profile}")), "{one}");
    assert!(pairs(&one, "depends").contains(&level), "{one}");
    let depends = one["depends"].as_array().unwrap();
    assert!(depends.iter().any(|it| it["action"] == "SetLevel" && it["tells"][0] == "to"), "{one}");
    // told, it is answered
    let (lower, _) = told(world, &["what-can", &agency, &profile, "--told", "to=stealth"]);
    assert!(
        pairs(&lower, "rights").contains(&level) && !pairs(&lower, "depends").contains(&level),
        "{lower}"
    );
    let (higher, _) = told(world, &["what-can", &agency, &profile, "--told", "to=public"]);
    assert!(
        !pairs(&higher, "rights").contains(&level) && !pairs(&higher, "depends").contains(&level),
        "{higher}"
    );
    // what nothing that could be told would allow is not said to depend on it
    let (nothing, code) =
        told(world, &["what-can", "visitor", &format!("Account/{}", persona.account.as_ref().unwrap())]);
    assert_eq!((pairs(&nothing, "depends").len(), code), (0, Some(1)), "{nothing}");
    let (other, _) = told(
        world,
        &["what-can", &agency, &format!("Account/{}", world.persona("admin").account.as_ref().unwrap())],
    );
    assert!(pairs(&other, "depends").is_empty() && pairs(&other, "rights").is_empty(), "{other}");

    // everything: rows of lists, what has no lists, and what depends, in pages without a gap
    let (whole, code) = told(world, &["what-can", &agency, "--limit", "100000"]);
    assert_eq!((code, &whole["next"]), (Some(0), &Value::Null));
    let (rights, depends) = (pairs(&whole, "rights"), pairs(&whole, "depends"));
    for it in [
        format!("ViewProfile {profile}"),
        format!("EditProfile {profile}"),
        format!("ManageTeam AgencyWorkspace/{home}"),
    ] {
        assert!(rights.contains(&it), "no {it} in {rights:#?}");
    }
    assert!(depends.contains(&level), "{depends:#?}");
    let (mut paged, mut open, mut after, mut pages) = (BTreeSet::new(), BTreeSet::new(), None::<String>, 0);
    loop {
        let mut ask = vec!["what-can", &agency, "--limit", "90"];
        ask.extend(after.iter().flat_map(|it| ["--after", it]));
        let (value, _) = told(world, &ask);
        paged.append(&mut pairs(&value, "rights"));
        open.append(&mut pairs(&value, "depends"));
        pages += 1;
        let Some(next) = value["next"].as_str() else { break };
        after = Some(next.to_owned());
    }
    assert!(pages > 2, "{pages} pages");
    assert_eq!((paged, open), (rights, depends));

    // artists are listed by name, and the place to go on from tells none
    let (mut folios, mut after) = (Vec::new(), None::<String>);
    for _ in 0..3 {
        let mut ask = vec!["what-can", &agency, "--action", "ViewFolio", "--limit", "1"];
        ask.extend(after.iter().flat_map(|it| ["--after", it]));
        let (value, _) = told(world, &ask);
        folios.extend(pairs(&value, "rights"));
        after = value["next"].as_str().map(str::to_owned);
        let last = folios.last().map(|it| it.replace("ViewFolio Profile/", "ViewFolio:Profile:"));
        assert_eq!(after, last);
    }
    assert_eq!(folios.iter().collect::<BTreeSet<_>>().len(), 3, "{folios:?}");

    // staff: what they may with a second factor depends on it; with one they may
    let admin = format!("admin:{}", world.persona("admin").account.as_ref().unwrap());
    let pending =
        format!("ReviewAccount Account/{}", world.persona("artist-pending").account.as_ref().unwrap());
    let (without, _) = told(world, &["what-can", &admin, "--limit", "100000"]);
    assert!(pairs(&without, "depends").contains(&pending) && !pairs(&without, "rights").contains(&pending));
    let (with, _) = told(world, &["what-can", &admin, "--limit", "100000", "--told", "factor_age=30"]);
    assert!(pairs(&with, "rights").contains(&pending) && !pairs(&with, "depends").contains(&pending));
    // a deadline's timer
    let (timer, _) = told(world, &["what-can", "job:timer", "--limit", "100000", "--action", "Lapse"]);
    assert!(
        pairs(&timer, "depends")
            .iter()
            .all(|it| it.starts_with("Lapse Hold/") || it.starts_with("Lapse Mandate/"))
    );
    let text = printed(&asked(world, &["what-can", &agency, &profile]));
    assert!(text.contains("depends on what is told: to"), "{text}");
}

/// Over the rows of a database, by policies that are not active there.
#[test]
fn other_policies_answer_where_they_are_named() {
    let demo = Program::demo();
    let world = demo.world();
    let folder = uninvited();
    let there = folder.path().to_str().unwrap();
    let presenter = world.persona("presenter-discovery");
    // somebody else was invited, so that nothing but the invitation is missing
    let stealth = world.facts.artists.iter().find(|it| {
        let own = presenter.workspace.as_ref().unwrap();
        it.level == "stealth" && !it.invited.is_empty() && !it.invited.contains(own)
    });
    let profile = format!("Profile/{}", stealth.unwrap().id);
    let name = format!("{}@{}", presenter.account.as_ref().unwrap(), presenter.workspace.as_ref().unwrap());
    assert!(!who(world, &["ViewListing", &profile]).contains(&name));
    assert!(who(world, &["ViewListing", &profile, "--policies", there]).contains(&name));
    let view = format!("ViewListing {profile}");
    assert!(!pairs(&told(world, &["what-can", &name, &profile]).0, "rights").contains(&view));
    let (other, _) = told(world, &["what-can", &name, "--action", "ViewListing", "--policies", there]);
    assert!(pairs(&other, "rights").contains(&view), "{other}");
    let why = ["explain", "--as", &name, "--do", "ViewListing", "--on", &profile];
    assert_eq!(told(world, &why).1, Some(1));
    let (because, code) = told(world, &[&why[..], &["--policies", there]].concat());
    assert_eq!((because["by"][0].as_str(), code), (Some("listing-invited"), Some(0)));
}

/// A question makes no database, and says that there is none.
#[test]
fn where_no_database_is_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Database::new(Server::Fast);
    for question in [
        &["policy", "who-can", "SignIn", "Platform"][..],
        &["policy", "what-can", "visitor"],
        &["policy", "explain", "--as", "visitor", "--do", "SignIn", "--on", "Platform"],
        &["policy", "diff", "policies", "policies", "--log", "10"],
        &["policy", "list"],
        &["policy", "activate", "built-in", "--reason", "for a test"],
        &["policy", "rollback", "--reason", "for a test"],
        &["policy", "stage", "--policies", "policies", "--note", "for a test"],
        &["audit", "verify"],
    ] {
        let data = folder.path().join("data");
        for (flag, value) in [("--data", data.to_str().unwrap()), ("--database", &*empty.url())] {
            let mut asked = command(question.iter().copied());
            asked.args(["--config", "/dev/null", flag, value]).current_dir(root());
            let out = asked.output().unwrap();
            assert_eq!(out.status.code(), Some(2), "{question:?} {flag}: {}", printed(&out));
            assert!(printed(&out).contains("there is no database"), "{question:?}: {}", printed(&out));
        }
        assert!(!data.exists(), "{question:?} made {}", data.display());
    }
    let mut db = Db::open(&empty.url());
    let tables =
        db.texts("SELECT table_name AS text FROM information_schema.tables WHERE table_schema = 'public'");
    assert!(tables.is_empty(), "{tables:?}");
}
