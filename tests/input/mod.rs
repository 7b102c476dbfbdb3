//! Every form, wrong in every way (spec 7): a clear answer, and nothing changed.

pub mod links;
pub mod mutants;
mod once;
mod queries;
pub mod stage;

use crate::boundaries::forms::{body, shown_to};
use crate::crawler::walk::Found;
use crate::support::db::{Db, difference};
use crate::support::http::{Answer, Ask, Client};
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;
use crate::support::routes;
use crate::support::world::Persona;
use mutants::{filled, mutants};
use std::collections::BTreeMap;

on_both!(whatever_arrives_wrong_gets_a_clear_answer_and_changes_nothing);

/// Routes whose forms no persona meets by following links: each needs somebody in a state that no persona is in. Their
/// handlers read forms as all others do; what they do is tested by the pages' own tests.
const ELSEWHERE: &[&str] = &[
    // a persona's own newest link, used in `links`
    "POST /sign-in/link",
    // an approved account that was invited into a second workspace
    "POST /join/accept",
    // somebody suspended who is no persona
    "POST /admin/approvals/{account}/reinstate",
    // an admin without a second factor, see `crate::serve`
    "POST /admin/factor",
    "POST /admin/factor/confirm",
];

/// A form, and to whom it was shown.
pub type Shown<'a> = (&'a Persona, Found);

/// One form of each route: who sends it makes no difference to how it is read.
pub fn forms_of_all<'a>(
    demo: &'a Program,
    routes: &[routes::Route],
    doors: &stage::Doors,
) -> BTreeMap<String, Shown<'a>> {
    let mut forms = BTreeMap::new();
    for persona in &demo.world().personas {
        for (key, found) in
            shown_to(demo, persona, routes, doors.get(&persona.name).map_or(&[], Vec::as_slice))
        {
            forms.entry(key).or_insert((persona, found));
        }
    }
    forms
}

fn whatever_arrives_wrong_gets_a_clear_answer_and_changes_nothing(demo: &Program) {
    let world = demo.world();
    let routes = routes::all();
    let mut db = Db::of(world);
    let doors = stage::set(demo);
    let forms = forms_of_all(demo, &routes, &doors);
    let posts = routes.iter().filter(|it| it.method == "POST").map(routes::Route::key);
    let unmet: Vec<_> =
        posts.filter(|it| !forms.contains_key(it) && !ELSEWHERE.contains(&it.as_str())).collect();
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
        let form = &shown_again(&mut client, found);
        let token = persona.form_token_field.as_deref().unwrap_or("form_token");
        for mutant in mutants(route, form, token) {
            tried += 1;
            let answer = client.send(&mutant.ask);
            // whether a profile may be claimed is told by what the form holds, so that is asked first
            let refused_first = key.starts_with("POST /claim/") && answer.status == 403;
            if !mutant.wanted.contains(&answer.status) && !refused_first {
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
    let (mut worked, mut idle) = (0, Vec::new());
    for (persona, found) in forms.values().filter(|it| !it.1.form.action.contains("sign-out")) {
        let mut client = world.client(persona);
        let whole = filled(&shown_again(&mut client, found));
        let ask = Ask::new("POST", &whole.action)
            .body("application/x-www-form-urlencoded", body(&whole).as_bytes());
        let answer = client.send(&ask);
        if answer.status >= 500 {
            wrong.push(format!("{} filled in well: {}", whole.action, answer.status));
        }
        if !matches!(answer.status, 200 | 303) {
            idle.push(format!("{}: {}", whole.action, answer.status));
        }
        worked += usize::from(matches!(answer.status, 200 | 303));
    }
    let count = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{count} of {tried}, the first of them:\n{}", wrong.join("\n"));
    assert!(
        worked * 2 > forms.len(),
        "only {worked} of {} forms work when filled in well, not {idle:#?}",
        forms.len()
    );
}

/// The form once more, for this very browser: to strangers it is shown with a cookie of their own.
fn shown_again(client: &mut Client, found: &Found) -> Form {
    let forms = client.get(&found.page).page().forms();
    forms.into_iter().find(|it| it.action == found.form.action).unwrap_or_else(|| found.form.clone())
}

/// What is missing in a page that says what to correct: a summary with a link to each field, and what was typed.
fn unclear(answer: &Answer) -> Option<String> {
    if answer.status != 422 {
        return None;
    }
    if !answer.header("content-type").is_some_and(|it| it.starts_with("text/html")) {
        let problem = answer.json();
        let is_clear = problem["title"].is_string() && problem["status"] == 422;
        return (!is_clear).then(|| format!("no problem details: {problem}"));
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
