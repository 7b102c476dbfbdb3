//! Non-interference: one visit of every page and interface in two worlds that differ only in what the visitor may not see.
//! Every byte, header, count, order, cursor and number of statements is the same, for every persona.
//!
//! Two servers stand over two copies of one database. In one copy everything that is hidden from a persona is changed,
//! by raw SQL: texts, levels, amounts, states, rows that are new and rows that are gone. What is hidden is told by
//! `crate::oracle`, which was written apart from the policies. Both are asked the same, request by request. How long an
//! answer takes is not compared here.
//!
//! Of pages of one kind a few are visited, and on PostgreSQL by some personas; with `KALINKLO_FULL=1` all by all.

mod hidden;
mod pair;

use crate::crawler::walk::{lead, questions};
use crate::oracle::Oracle;
use crate::support::db::Db;
use crate::support::http::Ask;
use crate::support::routes::{self, Route};
use crate::support::world::{Persona, World};
use hidden::{Hidden, change, reveal};
use pair::{Mould, ORIGIN, Pair};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

fn full() -> bool {
    std::env::var_os("KALINKLO_FULL").is_some_and(|it| it == "1")
}

/// Who visits on PostgreSQL in the check: each side once, and those who see least.
const SOME: [&str; 5] = ["admin", "artist-other", "agency-other", "presenter-season", "counsel"];

/// What a visit may see of one kind of page before it has seen enough.
struct Enough {
    routes: Vec<Route>,
    seen: BTreeMap<String, usize>,
}

impl Enough {
    fn of(&mut self, method: &str, path: &str) -> bool {
        let kind = match routes::find(&self.routes, method, path) {
            Some(route) => format!("{} {}", route.key(), path.contains('?')),
            // static pages are the same bytes for everybody
            None => path.split('/').take(2).collect::<Vec<_>>().join("/"),
        };
        let seen = self.seen.entry(kind).or_default();
        *seen += 1;
        *seen > if full() { 400 } else { 5 }
    }
}

/// Where everybody may try: doors, one's own pages, everything hidden by its address, and what is nothing.
fn addresses(world: &World, persona: &Persona, hidden: &Hidden) -> Vec<String> {
    let own = persona.workspace.clone().unwrap_or_else(|| world.facts.workspaces[0].id.clone());
    let mut all: Vec<String> = [
        "/",
        "/robots.txt",
        "/folio/sitemap.xml",
        "/sign-in",
        "/waiting",
        "/application",
        "/you",
        "/admin",
        "/counsel",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("/w/{own}"));
    for after in hidden.artists.iter().take(2).chain(&hidden.names) {
        for list in ["roster", "discovery", "engagements", "requests", "holds", "mandates"] {
            all.push(format!(
                "/w/{own}/{list}?after={}",
                crate::support::http::encoded(&[("", after)]).trim_start_matches('=')
            ));
        }
    }
    // of all who are not hidden a few, so that something is seen too
    let shown = world.facts.artists.iter().filter(|it| !hidden.artists.contains(&it.id)).take(3);
    for it in shown.chain(world.facts.artists.iter().filter(|it| hidden.artists.contains(&it.id))) {
        all.extend([&it.folio_path, &it.listing_path, &it.profile_path].into_iter().flatten().cloned());
    }
    for it in world.facts.engagements.iter().filter(|it| hidden.engagements.contains(&it.id)) {
        all.extend([it.path.clone(), it.audit_path.clone()]);
        all.extend(it.records.iter().map(|it| it.path.clone()));
    }
    all.extend([
        "/folio/aaltje-verborgen".to_owned(),
        format!("/w/{own}/artists/nobody"),
        format!("/w/{own}/nowhere"),
    ]);
    all.into_iter().map(|it| it.replace("{workspace}", &own)).collect()
}

/// Everything that is asked by POST, of things that are not the persona's: refused, and refused alike.
fn changes(world: &World, persona: &Persona, hidden: &Hidden, routes: &[Route]) -> Vec<String> {
    let own = persona.workspace.clone().unwrap_or_else(|| world.facts.workspaces[0].id.clone());
    let mut record = BTreeMap::new();
    for it in world.facts.engagements.iter().filter(|it| hidden.engagements.contains(&it.id)) {
        for it in &it.records {
            record.entry(it.kind.clone()).or_insert_with(|| it.id.clone());
        }
    }
    let mut all = Vec::new();
    for route in routes.iter().filter(|it| it.method == "POST" && it.path.starts_with("/w/")) {
        let mut with = Vec::new();
        for hole in route.holes() {
            let id = match hole {
                "workspace" => Some(own.clone()),
                "profile" => hidden.artists.first().cloned(),
                "engagement" => hidden.engagements.first().cloned(),
                other => record.get(other).cloned(),
            };
            with.extend(id.map(|id| (hole.to_owned(), id)));
        }
        // nothing but the workspace would be one's own
        if with.len() == route.holes().len() && with.len() > 1 {
            all.push(route.fill(&with));
        }
    }
    all
}

/// One visit of both worlds; what tells them apart, `most` of it.
fn visit(pair: &mut Pair, world: &World, persona: &Persona, hidden: &Hidden, most: usize) -> Vec<String> {
    let mut enough = Enough { routes: routes::all(), seen: BTreeMap::new() };
    let mut todo: VecDeque<String> = addresses(world, persona, hidden).into();
    let mut known: BTreeSet<String> = todo.iter().cloned().collect();
    let mut probes = hidden.names.clone();
    probes.extend(["", "%", "a", "Aal"].map(str::to_owned));
    let (mut wrong, mut asked) = (Vec::new(), 0);
    while let Some(path) = todo.pop_front() {
        if enough.of("GET", &path) {
            continue;
        }
        if wrong.len() >= most {
            return wrong;
        }
        asked += 1;
        let (answer, told) = pair.ask(&Ask::new("GET", &path));
        wrong.extend(told.map(|it| format!("{}: GET {path}: {it}", persona.name)));
        let (links, forms) = lead(world, &path, &answer);
        let searches = forms.iter().filter(|it| it.method == "get").flat_map(|it| questions(it, &probes));
        for it in links.into_iter().chain(searches) {
            if known.insert(it.clone()) {
                todo.push_back(it);
            }
        }
    }
    for path in changes(world, persona, hidden, &enough.routes) {
        asked += 1;
        let (_, told) = pair.ask(&Ask::new("POST", &path).header("Origin", ORIGIN).form(&[]));
        wrong.extend(told.map(|it| format!("{}: POST {path}: {it}", persona.name)));
    }
    assert!(asked > 20, "{} asked only {asked} times", persona.name);
    wrong
}

fn hidden_changes_are_not_seen(on_postgres: bool) {
    let mould = Mould::new(on_postgres);
    let world = &mould.world;
    let mut wrong = Vec::new();
    // staff first: their pages tell of what others were refused
    let mut personas: Vec<&Persona> = world.personas.iter().collect();
    personas.sort_by_key(|it| it.kind != "admin");
    personas.retain(|it| full() || !on_postgres || SOME.contains(&it.name.as_str()));
    let plain = mould.copy("plain");
    let one = plain.serve();
    for persona in personas {
        let copy = mould.copy("changed");
        let mut db = copy.db();
        let oracle = Oracle::new(world, &mut db);
        let hidden = change(&oracle, persona, &mut db);
        let least = if persona.kind == "admin" { 30 } else { 5 };
        assert!(
            hidden.artists.len() + hidden.engagements.len() >= least,
            "almost nothing is hidden from {}",
            persona.name
        );
        let other = copy.serve();
        wrong.extend(visit(&mut Pair::of(&one, &other, persona), world, persona, &hidden, 20));
        noticed(&one, &other, &oracle, persona, &mut db, &hidden);
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} differences, the first of them:\n{}", wrong.join("\n"));
}

/// A change of something that the persona does see is noticed by the very same visit.
fn noticed(
    one: &crate::support::program::Program,
    other: &crate::support::program::Program,
    oracle: &Oracle<'_>,
    persona: &Persona,
    db: &mut Db,
    hidden: &Hidden,
) {
    reveal(oracle, persona, db);
    let mut pair = Pair::of(one, other, persona);
    let told = visit(&mut pair, oracle.world(), persona, hidden, 1);
    assert!(!told.is_empty(), "{}: nobody noticed a change that is seen", persona.name);
}

#[test]
fn hidden_changes_are_not_seen_on_sqlite() {
    hidden_changes_are_not_seen(false);
}

#[test]
fn hidden_changes_are_not_seen_on_postgres() {
    hidden_changes_are_not_seen(true);
}
