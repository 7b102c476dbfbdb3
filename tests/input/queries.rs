//! Queries of pages, asked wrongly: a clear answer, never a fault of ours.

use super::answers::unclear;
use crate::boundaries::things::UNKNOWN;
use crate::crawler::walk::walk;
use crate::support::http::{Ask, encoded};
use crate::support::on_both;
use crate::support::program::{Program, Serve};
use crate::support::routes::{self, Route};
use crate::support::world::Persona;
use std::collections::{BTreeMap, BTreeSet};

on_both!(a_query_that_cannot_be_read_is_answered_clearly, what_nobody_reads_of_a_query_is_refused);

/// What no search is meant to be asked, encoded as it is sent.
const TEXTS: &[&str] =
    &["a%00b", "%ff%fe", "%E2%80%AEabc", "%zz", "%", "a%0d%0aSet-Cookie%3Ax", "%F0%9F%8E%BB", "-1", "1e999"];

fn a_query_that_cannot_be_read_is_answered_clearly(demo: &Program) {
    let world = demo.world();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for name in ["agency-owner", "presenter-discovery", "artist", "admin", "visitor"] {
        let persona = world.persona(name);
        let mut client = world.client(persona);
        let walk = walk(world, persona, &[], &[]);
        let mut queries = BTreeSet::new();
        for found in walk.forms.iter().filter(|it| it.form.method == "get") {
            let action = found.form.action.split('?').next().unwrap_or_default();
            for (field, _) in &found.form.kinds {
                queries.extend(TEXTS.iter().map(|text| format!("{action}?{field}={text}")));
                let long = encoded(&[(field, "long ".repeat(1500).as_str())]);
                queries.insert(format!("{action}?{long}"));
                queries.insert(format!("{action}?{field}=a&{field}=b"));
            }
            queries.insert(format!("{action}?nobody_asked=1"));
        }
        // pages that continue: where they continue is a query too
        let pages: BTreeSet<_> = walk
            .visited
            .iter()
            .filter(|it| it.answer.status == 200)
            .map(|it| it.path.split('?').next().unwrap_or_default())
            .collect();
        for page in pages.iter().filter(|it| it.starts_with("/w/") || it.starts_with("/admin")) {
            queries.extend(
                ["nonsense", "%00", "%ff", "0123456789012345678901"].map(|it| format!("{page}?after={it}")),
            );
        }
        for query in queries {
            tried += 1;
            let answer = client.get(&query);
            if !matches!(answer.status, 200..=399 | 400 | 403 | 404 | 414 | 422 | 431)
                || answer.header("x-request-id").is_none() && answer.status < 430
            {
                wrong.push(format!("{query} as {name}: {}", answer.status));
            }
            if answer.all("set-cookie").any(|it| it == "x") {
                wrong.push(format!("{query} as {name} wrote a header"));
            }
        }
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} of {tried}, the first of them:\n{}", wrong.join("\n"));
    assert!(tried > 50, "only {tried} were tried");
}

/// Pages of the table that strangers link to with fields of their own, as letters and networks add them.
const FREE: &[&str] = &["/folio/{slug}"];

/// An address of each route that is read: where a walk of somebody met it, else one of nobody's thing.
fn addresses(demo: &Program, routes: &[Route]) -> BTreeMap<String, (Persona, String)> {
    let world = demo.world();
    let mut all = BTreeMap::new();
    for persona in &world.personas {
        for it in walk(world, persona, &[], &[]).visited.iter().filter(|it| it.answer.status == 200) {
            let path = it.path.split('?').next().unwrap_or_default().to_owned();
            if let Some(route) = routes::find(routes, "GET", &path) {
                all.entry(route.path.clone()).or_insert((persona.clone(), path));
            }
        }
    }
    for route in routes.iter().filter(|it| it.method == "GET") {
        let nobodys: Vec<_> = route.holes().iter().map(|it| ((*it).to_owned(), UNKNOWN.to_owned())).collect();
        let persona = world.persona("visitor").clone();
        all.entry(route.path.clone()).or_insert((persona, route.fill(&nobodys)));
    }
    all
}

fn what_nobody_reads_of_a_query_is_refused(demo: &Program) {
    let world = demo.world();
    let routes = routes::all();
    let free: Vec<_> = routes.iter().filter(|it| it.query.is_none()).map(|it| it.path.as_str()).collect();
    assert_eq!(free, FREE);
    let operator = format!("Bearer {}", world.ops_token);
    let (mut wrong, mut met) = (Vec::new(), 0);
    let addresses = addresses(demo, &routes);
    for (pattern, (persona, path)) in &addresses {
        let mut client = world.client(persona);
        let mut ask = |query: &str| {
            client.send(&Ask::new("GET", &format!("{path}{query}")).header("Authorization", &operator))
        };
        let plain = ask("");
        met += usize::from(plain.status == 200);
        if FREE.contains(&pattern.as_str()) {
            let linked = ask("?utm_source=letter&utm_source=again&x=%ff");
            assert_eq!((linked.status, linked.body), (plain.status, plain.body), "{pattern}");
            continue;
        }
        let route = routes::find(&routes, "GET", path).unwrap();
        let read = route.query.clone().unwrap();
        let mut asks = vec![
            ("nobody_asked".to_owned(), "?nobody_asked=1".to_owned(), 422),
            ("nobody_asked".to_owned(), "?nobody_asked=%ff%fe".to_owned(), 422),
            ("after".to_owned(), "?after=a&after=b".to_owned(), 422),
            (String::new(), "?%ff=1".to_owned(), 400),
        ];
        asks.extend(read.iter().map(|it| (it.clone(), format!("?{it}=a&{it}=a"), 422)));
        for (field, query, status) in asks {
            let answer = ask(&query);
            let field = Some(field.as_str()).filter(|it| !it.is_empty());
            if answer.status != status {
                wrong.push(format!("{path}{query} as {}: {}", persona.name, answer.status));
            } else if let Some(fault) = unclear(&answer, field) {
                wrong.push(format!("{path}{query} as {}: {fault}", persona.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(met * 4 > addresses.len() * 3, "only {met} of {} were met as they are", addresses.len());
    // the public site is linked to from everywhere
    let mut visitor = demo.visitor();
    for page in ["/", "/artists/", "/css/base.css"] {
        assert_eq!(visitor.get(&format!("{page}?utm_source=letter")).status, 200, "{page}");
    }
}

/// The forms that strangers send from static pages go to a program's address: a browser gets a page back, a program
/// problem details, whatever was wrong.
#[test]
fn who_sends_a_form_of_strangers_is_answered_as_they_read() {
    let folder = tempfile::tempdir().unwrap();
    let limits = "[limits]\npublic_form = { burst = 6, seconds = 600 }\n";
    for path in ["/api/request-hold", "/api/help/contact"] {
        let server = Serve::on(folder.path()).config(limits).start();
        let form = "application/x-www-form-urlencoded";
        let asks = [
            (415, Ask::new("POST", path).body("text/plain", b"hello")),
            (422, Ask::new("POST", path).body(form, b"name=%ff%fe")),
            (
                403,
                Ask::new("POST", path).header("Origin", "https://elsewhere.example").form(&[("name", "x")]),
            ),
        ];
        for (accept, kind) in
            [("text/html,*/*;q=0.8", "text/html"), ("application/json", "application/problem+json")]
        {
            for (status, ask) in &asks {
                let answer = server.visitor().send(&ask.clone().header("Accept", accept));
                assert_eq!(answer.status, *status, "{path}: {}", answer.text());
                assert!(
                    answer.header("content-type").unwrap().starts_with(kind),
                    "{path} {status}: {answer:?}"
                );
                assert_eq!(unclear(&answer, None), None, "{path} {status}");
            }
        }
        let answer = server.visitor().send(&asks[0].1.clone().header("Accept", "text/html"));
        assert_eq!((answer.status, answer.header("content-type")), (429, Some("text/html; charset=utf-8")));
    }
}
