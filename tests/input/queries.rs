//! Queries of pages, asked wrongly: a clear answer, never a fault of ours.

use super::answers::unclear;
use crate::crawler::walk::walk;
use crate::support::http::{Ask, encoded};
use crate::support::on_both;
use crate::support::program::{Program, Serve};
use std::collections::BTreeSet;

on_both!(a_query_that_cannot_be_read_is_answered_clearly);

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
