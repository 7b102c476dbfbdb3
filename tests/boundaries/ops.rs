//! Operations are not public (P10): without the token they cannot be told from what does not exist.

use super::face;
use crate::support::db::Db;
use crate::support::http::{Answer, Ask, read};
use crate::support::on_both;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, Serve, eventually};
use crate::support::routes;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

#[test]
fn without_the_token_they_answer_as_an_unknown_path_byte_for_byte() {
    let demo = Program::demo();
    let world = demo.world();
    let ops: Vec<_> = routes::all().into_iter().filter(|it| it.who_may == "ops").map(|it| it.path).collect();
    assert!(ops.iter().any(|it| it == "/metrics") && ops.iter().any(|it| it == "/api/version"), "{ops:?}");
    for persona in &world.personas {
        let mut client = world.client(persona);
        for method in METHODS {
            for accept in ["text/html", "application/json"] {
                let mut answer = |path: &str, bearer: Option<&str>| -> Answer {
                    let mut ask = Ask::new(method, path).header("Accept", accept);
                    if let Some(bearer) = bearer {
                        ask = ask.header("Authorization", bearer);
                    }
                    face(&client.send(&ask))
                };
                let unknown = answer("/there-is-no-such-path", None);
                assert_eq!(unknown.status, 404, "{method}");
                for path in &ops {
                    let who = format!("{method} {path} as {}", persona.name);
                    assert_eq!(answer(path, None), unknown, "{who}");
                    assert_eq!(
                        answer(&format!("{path}?token={}", world.ops_token), None),
                        unknown,
                        "{who}, by query"
                    );
                    assert_eq!(
                        answer(path, Some("Bearer 0123456789abcdef")),
                        unknown,
                        "{who}, another token"
                    );
                    assert_eq!(
                        answer(path, Some(&format!("Basic {}", world.ops_token))),
                        unknown,
                        "{who}, as Basic"
                    );
                }
                // below and beside them there is nothing either
                for path in
                    ["/metrics/", "/Metrics", "/metrics%2f", "/api/version/x", "//metrics", "/api//version"]
                {
                    assert_eq!(
                        answer(path, Some(&format!("Bearer {}", world.ops_token))).status,
                        404,
                        "{path}"
                    );
                }
            }
        }
    }
}

#[test]
fn with_the_token_they_answer_whoever_shows_it() {
    let demo = Program::demo();
    let world = demo.world();
    let bearer = format!("Bearer {}", world.ops_token);
    let mut visitor = demo.visitor();
    let version = visitor.send(&Ask::new("GET", "/api/version").header("Authorization", &bearer));
    assert_eq!(version.status, 200);
    assert!(version.json()["version"].as_str().is_some_and(|it| !it.is_empty()));
    let metrics = visitor.send(&Ask::new("GET", "/metrics").header("Authorization", &bearer)).text();
    assert!(metrics.contains("# TYPE kalinklo_decisions_logged_total counter"), "{metrics}");
    // figures, and nobody's name, address or path
    for secret in ["@", "/w/", &world.ops_token, &world.personas[1].name] {
        assert!(!metrics.contains(secret), "{secret} in {metrics}");
    }
}

#[test]
fn health_says_status_and_no_more() {
    let demo = Program::demo();
    for path in ["/api/health", "/api/health/live", "/api/health/ready"] {
        let answer = demo.visitor().get(path);
        assert_eq!((answer.status, answer.text().as_str()), (200, "{\"status\":\"ok\"}"), "{path}");
    }
}

/// What health says of a server: its status, and the word in it.
fn health(demo: &Program, path: &str) -> (u16, String) {
    let answer = demo.visitor().get(path);
    (answer.status, answer.text())
}

const WELL: (u16, &str) = (200, "{\"status\":\"ok\"}");
const ILL: (u16, &str) = (503, "{\"status\":\"unavailable\"}");

#[test]
fn without_its_database_a_server_lives_and_is_not_ready() {
    let database = Database::new(Server::Fast);
    let demo = Demo::default().database(database.url()).start();
    let world = demo.world();
    database.lets_in(false);
    for path in ["/api/health", "/api/health/ready"] {
        assert_eq!(health(&demo, path), (ILL.0, ILL.1.to_owned()), "{path}");
    }
    assert_eq!(health(&demo, "/api/health/live"), (WELL.0, WELL.1.to_owned()));
    // whoever operates it learns no less, and a page is no refusal and no fault of ours
    let told =
        Ask::new("GET", "/api/health/ready").header("Authorization", &format!("Bearer {}", world.ops_token));
    let told = demo.visitor().send(&told);
    assert_eq!((told.status, told.json()["status"].as_str()), (503, Some("unavailable")));
    let persona = world.persona("artist");
    let own = format!("/w/{}", persona.workspace.clone().unwrap());
    let page = world.client(persona).get(&own);
    assert_eq!((page.status, page.header("retry-after")), (503, Some("5")), "{}", page.text());
    database.lets_in(true);
    eventually("ready again", || (health(&demo, "/api/health/ready").0 == 200).then_some(()));
    assert_eq!(world.client(persona).get(&own).status, 200);
    // the program lets go of its database before that goes away
    drop(demo);
}

on_both!(a_database_of_another_edition_is_not_ready);

fn a_database_of_another_edition_is_not_ready(demo: &Program) {
    let mut db = Db::of(demo.world());
    let newest = db.text("SELECT MAX(version) AS text FROM __diesel_schema_migrations");
    let mut renamed = |from: &str, to: &str| {
        db.run(&format!("UPDATE __diesel_schema_migrations SET version = '{to}' WHERE version = '{from}'"));
    };
    renamed(&newest, "another");
    assert_eq!(health(demo, "/api/health/ready"), (ILL.0, ILL.1.to_owned()));
    renamed("another", &newest);
    assert_eq!(health(demo, "/api/health/ready"), (WELL.0, WELL.1.to_owned()));
}

/// A target without a path is an unknown path like every other: answered, counted, with its id.
#[test]
fn a_target_without_a_path_is_an_unknown_path() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serve::on(folder.path()).config("[limits]\nread = { burst = 6, seconds = 600 }\n").start();
    let ask = |head: &str| {
        let mut stream = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
            .write_all(format!("{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .unwrap();
        read(&mut BufReader::new(stream), false).unwrap()
    };
    let unknown = ask("GET /there-is-no-such-path");
    assert_eq!(unknown.status, 404);
    for head in [
        "CONNECT kalinklo.example:443",
        "CONNECT [::1]:1",
        "OPTIONS *",
        "GET http://kalinklo.example/nowhere",
    ] {
        let answer = ask(head);
        assert_eq!(face(&answer), face(&unknown), "{head}");
        assert!(answer.header("x-request-id").is_some(), "{head}: {answer:?}");
    }
    let many = (0..6).map(|_| ask("CONNECT kalinklo.example:443").status);
    assert!(many.collect::<Vec<_>>().ends_with(&[429, 429]), "they count against the limit like every other");
    assert!(!server.output().contains("panicked"), "{}", server.output());
}
