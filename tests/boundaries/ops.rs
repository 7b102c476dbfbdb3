//! Operations are not public (P10): without the token they cannot be told from what does not exist.

use super::face;
use crate::support::http::{Answer, Ask, read};
use crate::support::program::{Program, Serve};
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
