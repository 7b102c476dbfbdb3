//! Every route, as every persona, at its own address, at others', at unknown and at malformed ones, on both databases.

mod costs;
pub mod forms;
mod headers;
mod ops;
mod races;
mod refusals;
mod seats;
mod table;
pub mod things;

use crate::input::stage;
use crate::oracle::Oracle;
use crate::support::db::{Db, difference};
use crate::support::http::{Answer, Ask, Client};
use crate::support::on_both;
use crate::support::program::Program;
use crate::support::routes::{self, Route};
use std::collections::BTreeMap;
use table::{not_theirs, table, word};
use things::{MALFORMED, Things};

on_both!(each_route_answers_each_persona_as_the_table_says, what_is_not_theirs_has_one_answer);

/// What differs from one answer to the next by nature.
const CHANGING: &[&str] = &["x-request-id", "date"];

/// An answer but for its own id and date.
fn face(answer: &Answer) -> Answer {
    let id = answer.header("x-request-id").unwrap_or_default().to_owned();
    let mut face = answer.without(CHANGING);
    if !id.is_empty() {
        face.body = answer.text().replace(&id, "<request>").into_bytes();
    }
    face
}

/// Asks as a page's browser or as a program does.
fn ask(client: &mut Client, route: &Route, path: &str) -> Answer {
    let ask = Ask::new(&route.method, path);
    let ask = if route.is_api() { ask.header("Accept", "application/json") } else { ask };
    client.send(&if route.method == "POST" { ask.form(&[]) } else { ask })
}

#[test]
fn each_route_has_a_row_and_each_row_a_route() {
    let table = table();
    let routes: Vec<String> = routes::all().iter().map(Route::key).collect();
    let without_row: Vec<_> = routes.iter().filter(|it| !table.rows.contains_key(*it)).collect();
    let without_route: Vec<_> = table.rows.keys().filter(|it| !routes.contains(it)).collect();
    assert!(
        without_row.is_empty() && without_route.is_empty(),
        "tests/boundaries/expected.txt\nroutes without a row: {without_row:#?}\nrows without a route: {without_route:#?}"
    );
}

fn each_route_answers_each_persona_as_the_table_says(demo: &Program) {
    let (table, world) = (table(), demo.world());
    let mut db = Db::of(world);
    let names: Vec<String> = world.personas.iter().map(|it| it.name.clone()).collect();
    assert_eq!(table.personas, names, "a column for each persona");
    stage::set(demo);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let before = db.print();
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for route in routes::all() {
        for hole in route.holes() {
            assert!(
                things.knows(hole),
                "{}: what a {hole} is, tests/boundaries/things.rs must say",
                route.key()
            );
        }
        for (at, persona) in world.personas.iter().enumerate() {
            let path = route.fill(&things.own_filling(&route, persona));
            let got = word(&ask(&mut world.client(persona), &route, &path));
            let wanted = table.rows.get(&route.key()).map_or("nothing", |it| it[at].as_str());
            if got != wanted {
                wrong.push(format!("{} as {}: {got}, not {wanted} ({path})", route.key(), persona.name));
            }
            seen.entry(route.key()).or_default().push(got);
        }
    }
    if let Ok(file) = std::env::var("KALINKLO_WRITE_TABLE") {
        std::fs::write(file, table::written(&names, &seen)).unwrap();
    }
    wrong.extend(difference(&before, &db.print()).iter().map(|it| format!("something changed: {it}")));
    assert!(wrong.is_empty(), "{} differ from the table:\n{}", wrong.len(), wrong.join("\n"));
}

fn what_is_not_theirs_has_one_answer(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    stage::set(demo);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let before = db.print();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for route in routes::all().iter().filter(|it| !it.holes().is_empty()) {
        for persona in &world.personas {
            let mut client = world.client(persona);
            let wanted = not_theirs(route, &persona.kind, persona.status.as_deref());
            // how an id is malformed makes no difference to who asks, so two of them try it all
            let malformed = if ALL.contains(&persona.name.as_str()) { MALFORMED } else { &MALFORMED[..2] };
            let mut first: BTreeMap<String, (String, Answer)> = BTreeMap::new();
            for it in things.not_theirs(route, persona, malformed) {
                tried += 1;
                let answer = ask(&mut client, route, &it.path);
                let who =
                    format!("{} as {}, {} {} ({})", route.key(), persona.name, it.sort, it.hole, it.path);
                let got = word(&answer);
                if !wanted.contains(&got.as_str()) {
                    wrong.push(format!("{who}: {got}, not {wanted:?}"));
                    continue;
                }
                let face = face(&answer);
                let (other, same) = first.entry(it.hole).or_insert_with(|| (who.clone(), face.clone()));
                if *same != face {
                    wrong.push(format!(
                        "{who} can be told from {other}: {} and {}",
                        shown(&face),
                        shown(same)
                    ));
                }
            }
        }
    }
    wrong.extend(difference(&before, &db.print()).iter().map(|it| format!("something changed: {it}")));
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} of {tried}, the first of them:\n{}", wrong.join("\n"));
    assert!(tried > 100, "only {tried} tried");
}

/// The personas who try every malformed text.
const ALL: &[&str] = &["visitor", "presenter-discovery", "admin"];

fn shown(answer: &Answer) -> String {
    let plain = answer.headers.iter().filter(|(name, _)| !name.contains("policy"));
    format!("{} {:?} {:?}", answer.status, answer.page().texts("title"), plain.collect::<Vec<_>>())
}

/// Rights changed by one request hold for the next one.
#[test]
fn a_signed_out_cookie_opens_nothing_on_the_next_request() {
    let demo = Program::demo();
    let world = demo.world();
    let persona = world.persona("artist");
    let own = format!("/w/{}", persona.workspace.clone().unwrap());
    let mut client = world.client(persona);
    assert_eq!(client.get(&own).status, 200);
    let page = client.get("/sign-out");
    let form = page.page().form("main form[method=post]");
    assert_eq!(client.submit(&form).status, 303);
    assert_eq!(word(&world.client(persona).get(&own)), "in");
}
