//! Every form, wrong in every way (spec 7): a clear answer, and nothing changed.

pub mod links;
mod mutants;
mod queries;

use crate::boundaries::forms::{body, shown_to};
use crate::support::db::{Db, difference};
use crate::support::http::{Answer, Ask};
use crate::support::on_both;
use crate::support::program::Program;
use crate::support::routes;
use mutants::{filled, mutants};
use std::collections::BTreeMap;

on_both!(whatever_arrives_wrong_gets_a_clear_answer_and_changes_nothing);

/// Routes whose forms no persona meets by following links, with where they are tested instead.
const ELSEWHERE: &[(&str, &str)] =
    &[("POST /sign-in/link", "links::a_sign_in_link_works_once_and_for_the_browser_that_asked")];

fn whatever_arrives_wrong_gets_a_clear_answer_and_changes_nothing(demo: &Program) {
    let world = demo.world();
    let routes = routes::all();
    let mut db = Db::of(world);
    // one form of each route is enough: who sends it makes no difference to how it is read
    let mut forms = BTreeMap::new();
    for persona in &world.personas {
        for (key, found) in shown_to(demo, persona, &routes) {
            forms.entry(key).or_insert((persona, found));
        }
    }
    let posts = routes.iter().filter(|it| it.method == "POST").map(|it| it.key());
    let unmet: Vec<_> =
        posts.filter(|it| !forms.contains_key(it) && !ELSEWHERE.iter().any(|(key, _)| key == it)).collect();
    assert!(unmet.is_empty(), "nobody is led to the forms of {unmet:#?}");

    let (mut wrong, mut tried) = (Vec::new(), 0);
    let mut before = db.print();
    let mut letters = db.letters();
    for (key, (persona, found)) in &forms {
        let Some(route) = routes.iter().find(|it| it.key() == *key) else { continue };
        if found.form.kinds.iter().any(|it| it.1 == "file") {
            continue; // see `links`: uploads are read by another reader
        }
        let mut client = world.client(persona);
        let token = persona.form_token_field.as_deref().unwrap_or("form_token");
        for mutant in mutants(route, &found.form, token) {
            tried += 1;
            let answer = client.send(&mutant.ask);
            if !mutant.wanted.contains(&answer.status) {
                wrong.push(format!("{key}: {}: {}, not {:?}", mutant.what, answer.status, mutant.wanted));
            } else if let Some(fault) = unclear(&answer) {
                wrong.push(format!("{key}: {}: {fault}", mutant.what));
            }
        }
        let (now, sent) = (db.print(), db.letters());
        let changed = difference(&before, &now);
        if !changed.is_empty() || sent != letters {
            wrong.push(format!("{key} changed {} and sent {} letters", changed.join("; "), sent - letters));
            (before, letters) = (now, sent);
        }
    }
    // The same forms, with nothing wrong, do what they are for: what was refused above was refused for its fault.
    let mut worked = 0;
    for (persona, found) in forms.values().filter(|it| !it.1.form.action.contains("sign-out")) {
        let whole = filled(&found.form);
        let ask = Ask::new("POST", &whole.action)
            .body("application/x-www-form-urlencoded", body(&whole).as_bytes());
        let answer = world.client(persona).send(&ask);
        if answer.status >= 500 {
            wrong.push(format!("{} filled in well: {}", whole.action, answer.status));
        }
        worked += usize::from(matches!(answer.status, 200 | 303));
    }
    let count = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{count} of {tried}, the first of them:\n{}", wrong.join("\n"));
    assert!(worked * 2 > forms.len(), "only {worked} of {} forms work when filled in well", forms.len());
}

/// What is missing in a page that says what to correct: a summary with a link to each field, and what was typed.
fn unclear(answer: &Answer) -> Option<String> {
    if answer.status != 422 {
        return None;
    }
    let page = answer.page();
    if page.texts("h1").is_empty() {
        return Some("a page without a heading".into());
    }
    let text = answer.text();
    if text.contains("panicked") || text.contains("SELECT ") {
        return Some("a page that shows our insides".into());
    }
    None
}
