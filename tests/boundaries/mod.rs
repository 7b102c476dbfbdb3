//! Every route, as every persona, at its own address, at others', at unknown and at malformed ones, on both databases.

pub mod forms;
mod headers;
mod ops;
mod races;
mod table;
mod things;

use crate::input::stage;
use crate::oracle::Oracle;
use crate::support::db::{Db, difference};
use crate::support::http::{Answer, Ask, Client};
use crate::support::on_both;
use crate::support::program::{Program, within};
use crate::support::routes::{self, Route};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use table::{not_theirs, table, word};
use things::{MALFORMED, Things};

on_both!(
    each_route_answers_each_persona_as_the_table_says,
    what_is_not_theirs_has_one_answer,
    a_refusal_is_recorded_with_its_actor
);

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

fn a_refusal_is_recorded_with_its_actor(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let mut expected = Vec::new();
    for route in routes::all().iter().filter(|it| it.method == "GET" && !it.holes().is_empty()) {
        for persona in world.personas.iter().filter(|it| it.status.as_deref() == Some("approved")) {
            if !not_theirs(route, &persona.kind, persona.status.as_deref()).contains(&"no") {
                continue;
            }
            let mut client = world.client(persona);
            // one of each sort is enough: what is wrong with an id makes no difference
            let paths = things.not_theirs(route, persona, &[]);
            let foreign = paths.iter().find(|it| it.sort == "foreign");
            let unknown = paths.iter().find(|it| it.sort == "unknown");
            for path in [foreign, unknown].into_iter().flatten().map(|it| &it.path) {
                let answer = ask(&mut client, route, path);
                let id = answer.header("x-request-id").unwrap_or_default().to_owned();
                let account = persona.account.clone().unwrap_or_default();
                expected.push((format!("{id} {account} {path}"), persona.name.clone()));
            }
        }
    }
    assert!(!expected.is_empty());
    let sql = "SELECT visit || ' ' || coalesce(account, '') || ' ' || detail AS text FROM security_events WHERE kind = 'refused'";
    let mut missing = Vec::new();
    // Recording goes beside the answer, so the last ones may come a moment later.
    let all_noted = within(Duration::from_secs(10), || {
        let noted: BTreeSet<String> = db.texts(sql).into_iter().collect();
        missing = expected.iter().filter(|it| !noted.contains(&it.0)).cloned().collect();
        missing.is_empty().then_some(())
    });
    assert!(
        all_noted.is_some(),
        "{} refusals were not recorded with their actor: {missing:#?}",
        missing.len()
    );
}

/// A foreign id takes about the time of an unknown one. The bound is wide, since a machine under load is no clock: it
/// finds a look-up, a join or a wait that only one of them pays, not a branch. Medians of many, taken in turns.
#[test]
fn a_foreign_id_takes_about_the_time_of_an_unknown_one() {
    const ROUNDS: usize = 120;
    let demo = Program::demo();
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let persona = world.persona("presenter-discovery");
    let mut client = world.client(persona);
    let mut slow = Vec::new();
    let of_workspace =
        |it: &&Route| it.method == "GET" && it.path.starts_with("/w/") && !it.holes().is_empty();
    for route in routes::all().iter().filter(of_workspace) {
        let paths = things.not_theirs(route, persona, &[]);
        let last = route.holes().last().map(|it| (*it).to_owned()).unwrap_or_default();
        let of =
            |sort: &str| paths.iter().find(|it| it.sort == sort && it.hole == last).map(|it| it.path.clone());
        let (Some(foreign), Some(unknown)) = (of("foreign"), of("unknown")) else { continue };
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (into, path) in times.iter_mut().zip([&foreign, &unknown]) {
                let begin = Instant::now();
                ask(&mut client, route, path);
                into.push(begin.elapsed());
            }
        }
        let [foreign, unknown] = times.map(|mut it| {
            it.sort();
            it[ROUNDS / 2].as_secs_f64()
        });
        let ratio = (foreign / unknown).max(unknown / foreign);
        if ratio > 2.0 {
            slow.push(format!("{}: {ratio:.2} times", route.key()));
        }
    }
    assert!(slow.is_empty(), "told apart by the clock: {slow:#?}");
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
