//! What goes with every answer (P11): the policy and its companions, cookies and caching.

use super::things::Things;
use super::{ask, face};
use crate::crawler::walk::walk;
use crate::oracle::Oracle;
use crate::support::db::Db;
use crate::support::http::{Answer, Ask};
use crate::support::program::{Program, Serve};
use crate::support::routes;
use std::io::{BufReader, Write};
use std::net::TcpStream;

/// Exactly these, on every answer, errors and files included. Written out once more, apart from the program.
const ALWAYS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];

/// What is wrong with the headers of an answer.
fn faults(answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, value) in ALWAYS {
        let found: Vec<&str> = answer.all(name).collect();
        if found != [*value] {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    let permissions: Vec<&str> = answer.all("permissions-policy").collect();
    let granted =
        permissions.first().into_iter().flat_map(|it| it.split(", ")).find(|it| !it.ends_with("=()"));
    if permissions.len() != 1 || granted.is_some() {
        wrong.push(format!("permissions-policy: {permissions:?}"));
    }
    let ids: Vec<&str> = answer.all("x-request-id").collect();
    if ids.len() != 1 || ids[0].is_empty() {
        wrong.push(format!("x-request-id: {ids:?}"));
    }
    // each of these would tell more than is asked
    wrong.extend(
        ["server", "x-powered-by", "via"]
            .iter()
            .filter_map(|it| Some(format!("{it}: {}", answer.header(it)?))),
    );
    if answer.all("cache-control").count() != 1 {
        wrong.push(format!("cache-control: {:?}", answer.all("cache-control").collect::<Vec<_>>()));
    }
    wrong
}

#[test]
fn every_answer_carries_the_companions_and_private_ones_are_not_stored() {
    let demo = Program::demo();
    let world = demo.world();
    let mut wrong = Vec::new();
    for persona in &world.personas {
        let walk = walk(world, persona, &[], &[]);
        assert!(walk.visited.len() > 5, "{} came nowhere", persona.name);
        for it in &walk.visited {
            let path = it.path.split('?').next().unwrap_or_default();
            wrong.extend(
                faults(&it.answer).iter().map(|fault| format!("{} as {}: {fault}", it.path, persona.name)),
            );
            let is_private = ["/w/", "/admin", "/you", "/counsel", "/waiting", "/application", "/sign-"]
                .iter()
                .any(|it| path.starts_with(it));
            let caching = it.answer.header("cache-control").unwrap_or_default();
            if is_private && caching != "no-store" {
                wrong.push(format!("{path} as {}: cache-control {caching}", persona.name));
            }
            // a folio is asked for anew each time, since opting out holds for the next request
            if path.starts_with("/folio/") && it.answer.status == 200 && caching != "no-cache" {
                wrong.push(format!("{path}: cache-control {caching}"));
            }
            if !is_private && it.answer.header("set-cookie").is_some() {
                wrong.push(format!("{path} as {} sets a cookie", persona.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}

#[test]
fn refusals_and_faults_carry_them_too() {
    let demo = Program::demo();
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let mut wrong = Vec::new();
    let mut check = |what: String, answer: &Answer| {
        wrong.extend(faults(answer).iter().map(|fault| format!("{what}: {fault}")));
    };
    let all = routes::all();
    for route in &all {
        for persona in &world.personas {
            let mut client = world.client(persona);
            let path = route.fill(&things.own_filling(route, persona));
            check(format!("{path} as {}", persona.name), &ask(&mut client, route, &path));
            for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "QUERY"] {
                let answer = client.send(&Ask::new(method, &path));
                check(format!("{method} {path} as {}", persona.name), &answer);
                let is_read = method == "HEAD" && routes::find(&all, "GET", &path).is_some();
                if !is_read && answer.status < 300 {
                    check(
                        format!("{method} {path} answers {}", answer.status),
                        &Answer { headers: Vec::new(), ..answer },
                    );
                }
            }
        }
    }
    let mut visitor = demo.visitor();
    let large = Ask::new("POST", "/sign-in").body("application/x-www-form-urlencoded", &vec![b'a'; 200_000]);
    check("413".into(), &visitor.send(&large));
    check("404".into(), &visitor.get("/there-is-nothing"));
    check("unreadable query".into(), &visitor.get("/sign-in?%ff=%zz"));
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}

/// What no handler ever sees must not name the program either, and must not hang; where it is answered, it is answered
/// like everything else.
#[test]
fn what_is_not_http_gets_a_short_no() {
    let demo = Program::demo();
    let host = demo.base().trim_start_matches("http://").to_owned();
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    let mut answered = 0;
    let header = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(100_000));
    for bytes in
        ["nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &long, &header]
    {
        let mut stream = TcpStream::connect(&host).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        let _ = stream.write_all(bytes.as_bytes());
        // an answer of the 400s, or a closed connection
        if let Ok(answer) = crate::support::http::read(&mut BufReader::new(stream), false) {
            assert!(
                (400..500).contains(&answer.status) || answer.status == 505,
                "{}: {answer:?}",
                &bytes[..12]
            );
            assert!(!answer.text().contains("hyper"), "{answer:?}");
            assert_eq!(faults(&answer), Vec::<String>::new(), "{}: {answer:?}", &bytes[..12]);
            answered += 1;
        }
    }
    assert!(answered >= 2, "only {answered} of these were answered");
    assert_eq!(demo.visitor().get("/api/health").status, 200, "and it goes on");
}

/// Addresses that we write are those of the configuration: a request that names another host puts it into no page, header,
/// file for robots or index of folios, which a cache would keep for others.
#[test]
fn a_made_up_host_stands_in_no_answer() {
    let demo = Program::demo();
    let origin = demo.base().trim_start_matches("http://").to_owned();
    let routes = routes::all();
    let open =
        routes.iter().filter(|it| it.method == "GET" && it.holes().is_empty()).map(|it| it.path.as_str());
    let files = ["/robots.txt", "/sitemap.xml", "/pricing", "/.well-known/security.txt", "/there-is-nothing"];
    let mut own = 0;
    for path in open.chain(files) {
        for told in ["", "X-Forwarded-Host: made-up.example\r\nForwarded: host=made-up.example\r\n"] {
            let mut stream = TcpStream::connect(&origin).unwrap();
            stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
            let head =
                format!("GET {path} HTTP/1.1\r\nHost: made-up.example\r\n{told}Connection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            let answer = crate::support::http::read(&mut BufReader::new(stream), false).unwrap();
            assert!(answer.status < 500, "{path}: {answer:?}");
            assert!(
                !format!("{answer:?} {}", answer.text()).contains("made-up.example"),
                "{path}: {answer:?}"
            );
            own += usize::from(answer.text().contains(&format!("http://{origin}/")));
        }
    }
    // at least the indexes write whole addresses
    assert!(own > 0, "no answer holds an address that could be another's");
}

#[test]
fn over_tls_cookies_have_their_prefix_and_browsers_are_told_to_stay() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serve::on(folder.path()).argument("--origin=https://artists.example").start();
    let mut visitor = server.visitor();
    let health = visitor.get("/api/health");
    assert_eq!(health.header("strict-transport-security"), Some("max-age=63072000; includeSubDomains"));
    let page = visitor.get("/sign-in");
    assert_eq!(page.status, 200, "{}", page.text());
    for cookie in page.all("set-cookie") {
        let words: Vec<&str> = cookie.split("; ").collect();
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for wanted in ["Secure", "HttpOnly", "Path=/"] {
            assert!(words.contains(&wanted), "{wanted} is missing in {cookie}");
        }
        assert!(words.iter().any(|it| matches!(*it, "SameSite=Lax" | "SameSite=Strict")), "{cookie}");
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
    // on loopback without TLS nothing says that there is any
    let plain = tempfile::tempdir().unwrap();
    let plain = Serve::on(plain.path()).start();
    assert_eq!(plain.visitor().get("/api/health").header("strict-transport-security"), None);
}

/// Two askers of the same public page get the same bytes: being signed in changes nothing that a shared cache could keep.
#[test]
fn public_pages_are_the_same_for_everybody() {
    let demo = Program::demo();
    let world = demo.world();
    let artist = world.persona("artist");
    let mut somebody = world.client(artist);
    let mut visitor = demo.visitor();
    for path in ["/", "/artists", "/pricing", "/security", "/robots.txt", "/folio/sitemap.xml", "/nowhere"] {
        assert_eq!(face(&somebody.get(path)), face(&visitor.get(path)), "{path}");
    }
}
