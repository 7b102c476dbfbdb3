//! A crawler that signs in as each persona, goes wherever it is led, and looks for names that are not for that persona.
//! What may be named is told by `crate::oracle`, which knows the specification and not the policies.

pub mod leaks;
pub mod walk;

use crate::oracle::{Of, Oracle, Sight};
use crate::support::db::{Db, difference};
use crate::support::on_both;
use crate::support::program::Program;
use crate::support::world::{Persona, World};
use leaks::Names;
use std::collections::BTreeSet;
use walk::{Walk, walk};

on_both!(nobody_is_told_what_is_not_theirs, every_address_opens_for_whom_the_specification_says);

/// What is typed into each search: beginnings of every name in the world, and what a careless query would take as a
/// pattern. Never a whole name: a page repeats what was typed.
fn probes(world: &World) -> Vec<String> {
    let facts = &world.facts;
    let artists = facts.artists.iter().map(|it| &it.name);
    let workspaces = facts.workspaces.iter().map(|it| &it.name).filter(|it| !it.starts_with("Atelier"));
    let titles = facts.engagements.iter().map(|it| &it.title).take(4);
    let names = artists.chain(workspaces).chain(titles);
    let mut all: BTreeSet<String> = names.map(|it| it.chars().take(4).collect()).collect();
    all.extend(["", "%", "_", "a", "*", "' OR 1=1 --"].map(str::to_owned));
    all.into_iter().collect()
}

fn nobody_is_told_what_is_not_theirs(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let names = Names::of(&oracle);
    let probes = probes(world);
    let before = db.print();
    let mut wrong = Vec::new();
    for persona in &world.personas {
        let walk = walk(world, persona, &[], &probes);
        for it in &walk.visited {
            wrong.extend(names.leaks(&oracle, persona, &it.path, &it.answer.body));
            if it.answer.status >= 500 {
                wrong.push(format!("{}: {} answers {}", persona.name, it.path, it.answer.status));
            }
            // our own pages lead nobody to a closed door, be it only because it shows that there is one
            if !it.from.is_empty() && matches!(it.answer.status, 400..=499) {
                wrong.push(format!(
                    "{}: {} leads to {}: {}",
                    persona.name, it.from, it.path, it.answer.status
                ));
            }
        }
        wrong.extend(missing(&oracle, &names, persona, &walk));
    }
    let changed = difference(&before, &db.print());
    wrong.extend(changed.iter().map(|it| format!("reading changed the database: {it}")));
    wrong.sort();
    let count = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{count} faults, the first of them:\n{}", wrong.join("\n"));
}

/// What must be found by walking, so that an empty house does not pass: one's own, one's roster, what the plan discovers,
/// the engagements one is party to, and the public pages.
fn missing(oracle: &Oracle<'_>, names: &Names, persona: &Persona, walk: &Walk) -> Vec<String> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for it in &walk.visited {
        seen.extend(names.named(&it.answer.body).into_iter().map(|it| it.text.as_str()));
    }
    let is_inside = persona.status.as_deref() == Some("approved");
    let facts = &oracle.world().facts;
    let mut wrong = Vec::new();
    for it in &facts.artists {
        let expected = oracle.is_public(it)
            || (is_inside && oracle.sight(persona, it) == Sight::Everything)
            || (is_inside && oracle.finds(persona, it));
        if expected && !seen.contains(it.name.as_str()) {
            wrong.push(format!("{} does not find {}, who is for them", persona.name, it.name));
        }
    }
    for it in facts.engagements.iter().filter(|it| oracle.sees_engagement(persona, it)) {
        if !seen.contains(it.title.as_str()) {
            wrong.push(format!("{} does not find {}, to which they are party", persona.name, it.title));
        }
    }
    wrong
}

fn every_address_opens_for_whom_the_specification_says(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let names = Names::of(&oracle);
    let mut wrong = Vec::new();
    let mut opened = 0;
    for persona in &world.personas {
        let mut client = world.client(persona);
        let own = persona.workspace.clone().unwrap_or_else(|| world.facts.workspaces[0].id.clone());
        let is_member = persona.workspace.is_some() && persona.status.as_deref() == Some("approved");
        let mut addresses: Vec<(String, bool)> = Vec::new();
        for it in &world.facts.artists {
            let sight = oracle.sight(persona, it);
            addresses.extend(it.folio_path.clone().map(|path| (path, oracle.is_public(it))));
            addresses.extend(
                it.listing_path.clone().map(|path| (path, is_member && oracle.opens_listing(persona, it))),
            );
            // one address shows the profile or the card, whichever is theirs
            let opens = is_member && (sight == Sight::Everything || oracle.opens_listing(persona, it));
            addresses.extend(it.profile_path.clone().map(|path| (path, opens)));
        }
        for it in &world.facts.engagements {
            let sees = is_member && oracle.sees_engagement(persona, it);
            addresses.push((it.path.clone(), sees));
            addresses.push((it.audit_path.clone(), sees));
            // a draft is seen by its own side alone, which the file does not name
            let shared = it.records.iter().filter(|it| it.kind != "draft");
            addresses.extend(shared.map(|it| (it.path.clone(), sees)));
        }
        for (path, opens) in addresses {
            let path = path.replace("{workspace}", &own);
            let answer = client.get(&path);
            if (answer.status == 200) != opens {
                wrong.push(format!("{}: {path} answers {}, opens: {opens}", persona.name, answer.status));
            }
            opened += usize::from(answer.status == 200);
            wrong.extend(names.leaks(&oracle, persona, &path, &answer.body));
        }
    }
    let count = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{count} faults, the first of them:\n{}", wrong.join("\n"));
    assert!(opened > 100, "only {opened} addresses opened at all");
}

#[test]
fn a_planted_name_is_found_however_it_is_written() {
    let demo = Program::demo();
    let world = demo.world();
    let oracle = Oracle::new(world, &mut Db::of(world));
    let names = Names::of(&oracle);
    let persona = world.persona("artist-other");
    let hidden =
        |it: &&crate::support::world::Artist| !oracle.may_name(persona, &Of::Artist(it.id.clone()), "/w/x");
    let artist = world.facts.artists.iter().find(hidden).expect("somebody whom a second artist may not see");
    let in_html: String = artist.name.chars().map(|it| format!("&#{};", u32::from(it))).collect();
    let in_query = artist.name.replace(' ', "+");
    let in_path: String = artist.name.bytes().map(|it| format!("%{it:02X}")).collect();
    for planted in [&artist.name, &in_html, &in_query, &in_path, &artist.id] {
        let body = format!("<p>Nothing else here: {planted}</p>");
        assert_eq!(names.leaks(&oracle, persona, "/w/x/today", body.as_bytes()).len(), 1, "{planted}");
    }
    let own = world.facts.artists.iter().find(|it| it.workspace == persona.workspace).unwrap();
    assert!(names.leaks(&oracle, persona, "/w/x/today", own.name.as_bytes()).is_empty());
    // by its address one may see what no list may show
    let seasons = world.persona("presenter-season");
    let by_address = |it: &&crate::support::world::Artist| {
        oracle.opens_listing(seasons, it)
            && !oracle.may_name(seasons, &Of::Artist(it.id.clone()), "/w/x/search")
    };
    let card = world.facts.artists.iter().find(by_address).expect("a card that only its address opens");
    let path = card.listing_path.clone().unwrap();
    assert!(names.leaks(&oracle, seasons, &path, card.name.as_bytes()).is_empty());
    assert_eq!(names.leaks(&oracle, seasons, "/w/x/search?q=a", card.name.as_bytes()).len(), 1);
}

#[test]
fn the_world_leaves_no_row_of_the_table_empty() {
    let demo = Program::demo();
    let world = demo.world();
    let oracle = Oracle::new(world, &mut Db::of(world));
    let mut counts = std::collections::BTreeMap::new();
    for persona in world.personas.iter().filter(|it| it.workspace.is_some()) {
        for artist in &world.facts.artists {
            let both = [oracle.sight(persona, artist), oracle.inside(persona, artist)];
            let both: BTreeSet<Sight> = both.into();
            for sight in both {
                *counts.entry((persona.name.as_str(), sight)).or_insert(0) += 1;
            }
        }
    }
    for wanted in [
        ("artist", Sight::Everything),
        ("artist-other", Sight::Nothing),
        ("artist-other", Sight::Folio),
        ("agency-owner", Sight::Everything),
        ("agency-other", Sight::Nothing),
        ("agency-other", Sight::Folio),
        ("agency-partner", Sight::Listing),
        ("agency-partner", Sight::Found),
        ("presenter-discovery", Sight::Found),
        ("presenter-discovery", Sight::Listing),
        ("presenter-discovery", Sight::Nothing),
        ("presenter-season", Sight::Listing),
        ("presenter-season", Sight::Nothing),
        ("presenter-unverified", Sight::Folio),
        ("presenter-unverified", Sight::Nothing),
    ] {
        assert!(counts.contains_key(&wanted), "{wanted:?} is nobody's; there is {counts:?}");
    }
    // a stealth roster that one presenter may open and another may not
    let stealth = |name: &str| {
        let persona = world.persona(name);
        world
            .facts
            .artists
            .iter()
            .filter(|it| it.level == "stealth" && oracle.opens_listing(persona, it))
            .count()
    };
    assert!(stealth("presenter-season") > 0 && stealth("presenter-unverified") == 0);
}

#[test]
fn whoever_acts_on_an_engagement_of_the_world_belongs_to_a_party() {
    let demo = Program::demo();
    let mut db = Db::of(demo.world());
    for (who, of) in [
        ("author", "documents"),
        ("author", "messages"),
        ("offered_by", "requests"),
        ("prepared_by", "drafts"),
    ] {
        let strangers = db.texts(&format!(
            "SELECT it.id AS text FROM {of} it JOIN engagements e ON e.id = it.engagement WHERE NOT EXISTS (SELECT 1 FROM memberships m \
             WHERE m.account = it.{who} AND m.workspace IN (e.artist, e.agency, e.presenter))"
        ));
        assert!(strangers.is_empty(), "{of} by strangers: {strangers:?}");
    }
}
