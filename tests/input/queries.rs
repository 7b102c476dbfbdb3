//! Queries of pages, asked wrongly: a clear answer, never a fault of ours.

use crate::crawler::walk::walk;
use crate::support::http::encoded;
use crate::support::on_both;
use crate::support::program::Program;
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
