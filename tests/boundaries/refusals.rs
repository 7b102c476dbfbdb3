//! What is recorded of refusals beside their answers: by whom, how often, and that none is lost unnoticed.

use super::things::{Things, UNKNOWN};
use super::{ask, not_theirs, word};
use crate::oracle::Oracle;
use crate::support::db::Db;
use crate::support::http::Client;
use crate::support::on_both;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, Serve, eventually, within};
use crate::support::routes;
use std::collections::BTreeSet;
use std::net::TcpStream;
use std::time::Duration;

on_both!(a_refusal_is_recorded_with_its_actor, no_refusal_is_lost_uncounted);

fn a_refusal_is_recorded_with_its_actor(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let mut expected: Vec<(String, String)> = Vec::new();
    let sql = "SELECT visit || ' ' || coalesce(account, '') || ' ' || action || ' ' || detail AS text \
               FROM security_events WHERE kind = 'refused'";
    // Recording goes beside the answer, so the last ones may come later: as much later as the machine is busy.
    let mut missing = |expected: &[(String, String)]| {
        let mut missing = Vec::new();
        let _ = within(Duration::from_secs(60), || {
            let noted: BTreeSet<String> = db.texts(sql).into_iter().collect();
            missing = expected.iter().filter(|it| !noted.contains(&it.0)).cloned().collect();
            missing.is_empty().then_some(())
        });
        missing
    };
    for route in routes::all().iter().filter(|it| !it.holes().is_empty()) {
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
                // a form may be refused for its token before anything is asked of its thing
                if route.method == "POST" && word(&answer) == "form" {
                    continue;
                }
                let id = answer.header("x-request-id").unwrap_or_default().to_owned();
                let account = persona.account.clone().unwrap_or_default();
                expected.push((format!("{id} {account} {} {path}", route.method), persona.name.clone()));
                // fewer than may wait at once
                if expected.len().is_multiple_of(100) {
                    assert_eq!(missing(&expected), [], "of {} refusals", expected.len());
                }
            }
        }
    }
    let posts = expected.iter().filter(|it| it.0.contains(" POST ")).count();
    assert!(posts > 100 && expected.len() > posts + 100, "{posts} of {}", expected.len());
    assert_eq!(missing(&expected), [], "refusals were not recorded with their actor");
}

/// While the database takes nothing, so many refusals wait to be recorded and the rest are counted as lost; answers go on.
fn no_refusal_is_lost_uncounted(demo: &Program) {
    const SENT: usize = 300;
    let world = demo.world();
    let persona = world.persona("presenter-season");
    let (mut client, mut db, mut other) = (world.client(persona), Db::of(world), Db::of(world));
    let path = format!("/w/{UNKNOWN}");
    let lost = || usize::try_from(demo.metric("kalinklo_refusals_lost_total")).unwrap();
    assert_eq!(lost(), 0);
    match other {
        Db::Sqlite(_) => other.run("BEGIN IMMEDIATE"),
        Db::Postgres(_) => {
            other.run("BEGIN");
            other.run("LOCK TABLE security_events IN ACCESS EXCLUSIVE MODE");
        }
    }
    for _ in 0..SENT {
        assert_eq!(client.get(&path).status, 403);
    }
    let early = lost();
    other.run("COMMIT");
    assert!(early >= SENT - 256, "only {early} are counted as lost");
    let sql = format!("SELECT visit AS text FROM security_events WHERE detail = '{path}'");
    let (mut noted, mut gone) = (0, 0);
    let all = within(Duration::from_secs(20), || {
        (noted, gone) = (db.texts(&sql).len(), lost());
        (noted + gone == SENT).then_some(())
    });
    assert!(all.is_some(), "{noted} of {SENT} are recorded and {gone} counted as lost");
    assert!(noted > 200, "{noted}");
}

/// What was refused is recorded also where the program is told to stop before the database takes it.
#[test]
fn a_stop_records_the_refusals_before_it() {
    const SENT: usize = 100;
    let database = Database::new(Server::Fast);
    let mut demo = Demo::default().database(database.url()).start();
    let world = demo.world().clone();
    let mut client = demo.as_persona("presenter-season");
    let path = format!("/w/{UNKNOWN}");
    let mut db = Db::of(&world);
    db.run("BEGIN");
    db.run("LOCK TABLE security_events IN ACCESS EXCLUSIVE MODE");
    for _ in 0..SENT {
        assert_eq!(client.get(&path).status, 403);
    }
    demo.tell_to_stop();
    eventually("it takes no more requests", || TcpStream::connect(world.base.split_at(7).1).err());
    // one that does not wait for them is gone soon; one that waits stays for as long as we hold the table, and we do not
    // hold it for as long as it waits
    let gone = within(Duration::from_secs(1), || demo.has_ended().then_some(()));
    db.run("COMMIT");
    let status = demo.terminate();
    assert!(gone.is_none() && status.success(), "{status}, with refusals not recorded: {}", demo.output());
    let sql = format!("SELECT visit AS text FROM security_events WHERE detail = '{path}'");
    // on a machine so slow that the program gave up waiting, its log says how many are missing
    let said = demo.output();
    let lines = said.lines().filter_map(|it| serde_json::from_str::<serde_json::Value>(it).ok());
    let lost =
        lines.filter(|it| it["message"].as_str().is_some_and(|it| it.contains("refusals that the database")));
    let lost: u64 = lost.filter_map(|it| it["count"].as_u64()).sum();
    assert_eq!(db.texts(&sql).len() as u64 + lost, SENT as u64, "{lost} lost: {said}");
    drop(db);
}

/// Who meets a limit is recorded once a window with their account, or where nobody is signed in with their address.
#[test]
fn who_meets_a_limit_is_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::default().data(folder.path()).start();
    let world = demo.world().clone();
    assert!(demo.terminate().success());
    let limits =
        "[limits]\nmutation = { burst = 2, seconds = 3600 }\nsign_in = { burst = 2, seconds = 3600 }\n";
    let server = Serve::on(folder.path()).config(limits).start();
    let mut db = Db::of(&world);
    let sql = "SELECT coalesce(account, 'nobody') || ' ' || address || ' ' || action || ' ' || detail AS text \
               FROM security_events WHERE kind = 'limited' ORDER BY at, id";
    assert_eq!(db.texts(sql), Vec::<String>::new());
    let persona = world.persona("agency-other");
    let mut member = Client::new(server.base()).with_cookie(persona.cookie.as_deref().unwrap());
    let answers: Vec<u16> = (0..6).map(|_| member.post("/sign-out", &[]).status).collect();
    assert_eq!(answers, [403, 403, 429, 429, 429, 429]);
    let mut visitor = server.visitor();
    let answers: Vec<u16> = (0..6).map(|_| visitor.post("/sign-in", &[]).status).collect();
    assert_eq!(answers, [403, 403, 429, 429, 429, 429]);
    let account = persona.account.clone().unwrap();
    let expected =
        [format!("{account} 127.0.0.1 POST /sign-out"), "nobody 127.0.0.1 POST /sign-in".to_owned()];
    let noted = eventually("both limits", || Some(db.texts(sql)).filter(|it| it.len() >= 2));
    assert_eq!(noted, expected);
    drop(server);
    assert_eq!(db.texts(sql), expected, "each was recorded once");
}
