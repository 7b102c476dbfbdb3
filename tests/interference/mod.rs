//! Non-interference: one visit of every page and interface in two worlds that differ only in what the visitor may not see.
//! Every byte, header, count, order, cursor and number of statements is the same, for every persona.
//!
//! Two servers stand over two copies of one database. In one copy everything that is hidden from a persona is changed,
//! by raw SQL: texts, levels, amounts, states, rows that are new and rows that are gone. What is hidden is told by
//! `crate::oracle`, which was written apart from the policies. Both are asked the same, request by request. How long an
//! answer takes is not compared here.
//!
//! Of pages of one kind a few are visited, and on PostgreSQL by some personas; with `KALINKLO_FULL=1` all by all. Each visit
//! must have opened what its persona may see, by the oracle, for what nobody looks at is always the same.

mod hidden;
mod pair;
mod visit;

use crate::oracle::Oracle;
use crate::support::db::Db;
use crate::support::routes;
use crate::support::world::Persona;
use hidden::{Hidden, change, reveal, reveal_within};
use pair::{Mould, Pair};
use std::collections::BTreeSet;
use visit::visit;

fn full() -> bool {
    std::env::var_os("KALINKLO_FULL").is_some_and(|it| it == "1")
}

/// Who visits on PostgreSQL in the check: each side once, and those who see least.
const SOME: [&str; 5] = ["admin", "artist-other", "agency-other", "presenter-season", "counsel"];

fn hidden_changes_are_not_seen(on_postgres: bool) {
    let mould = Mould::new(on_postgres);
    let world = &mould.world;
    let mut wrong = Vec::new();
    // staff first: their pages tell of what others were refused
    let mut personas: Vec<&Persona> = world.personas.iter().collect();
    personas.sort_by_key(|it| it.kind != "admin");
    personas.retain(|it| full() || !on_postgres || SOME.contains(&it.name.as_str()));
    let mut opened = BTreeSet::new();
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
        // one pair to the end: the ids of visits that staff read later are known to it
        let mut pair = Pair::of(&one, &other, persona);
        let visit = visit(&mut pair, world, persona, &hidden, 20);
        if visit.wrong.is_empty() {
            wrong.extend(visit.missed(&oracle, persona));
        }
        wrong.extend(visit.wrong);
        opened.extend(visit.opened);
        noticed(&mut pair, &oracle, persona, &mut db, &hidden);
    }
    // on PostgreSQL not everybody visits
    if !on_postgres {
        wrong.extend(unopened(&opened));
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} differences, the first of them:\n{}", wrong.join("\n"));
}

/// Routes that nobody's visit opens, each with its reason.
const UNOPENED: &[(&str, &str)] = &[
    (
        "/admin/enquiries/{enquiry}/answer",
        "opens by an answer being prepared, and the made-up world has none",
    ),
    (
        "/admin/factor/qr.svg",
        "opens while a factor waits to be confirmed, and the made-up admin has one in force",
    ),
    ("/api/version", "opens to the operator's token, which no persona has"),
    ("/claim/{profile}", "opens to the secret of one letter"),
    ("/join", "opens to the secret of one letter"),
    ("/metrics", "opens to the operator's token, which no persona has"),
    ("/sign-in/link", "opens to the secret of one letter"),
    ("/w/{workspace}/offers/{draft}", "opens by an offer being prepared, and the made-up world has none"),
];

/// The routes that nobody opened and that are not named above, and those named there in vain: what nobody looks at is
/// always the same.
fn unopened(opened: &BTreeSet<String>) -> Vec<String> {
    let routes = routes::all().into_iter().filter(|it| it.method == "GET").map(|it| it.path);
    let unopened: BTreeSet<String> = routes.filter(|it| !opened.contains(it)).collect();
    let named = |path: &str| UNOPENED.iter().any(|it| it.0 == path);
    let missed = unopened.iter().filter(|it| !named(it)).map(|it| format!("nobody opened {it}"));
    let vain = UNOPENED.iter().filter(|it| !unopened.contains(it.0));
    missed.chain(vain.map(|it| format!("{} is opened, or no route: take it off the list", it.0))).collect()
}

/// A change of something that the persona does see is noticed by the very same visit: by parties on a page that they
/// alone open, by others where they meet it first.
fn noticed(pair: &mut Pair, oracle: &Oracle<'_>, persona: &Persona, db: &mut Db, hidden: &Hidden) {
    if !reveal_within(oracle, persona, db) {
        reveal(oracle, persona, db);
    }
    let told = visit(pair, oracle.world(), persona, hidden, 1).wrong;
    assert!(
        told.iter().any(|it| it.contains("da capo")),
        "{}: nobody noticed a change that is seen: {told:?}",
        persona.name
    );
}

#[test]
fn hidden_changes_are_not_seen_on_sqlite() {
    hidden_changes_are_not_seen(false);
}

#[test]
fn hidden_changes_are_not_seen_on_postgres() {
    hidden_changes_are_not_seen(true);
}
