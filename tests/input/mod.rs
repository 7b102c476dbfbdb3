//! Every form, wrong in every way (spec 7): a clear answer, and nothing changed.

mod answers;
pub mod links;
pub mod mutants;
mod once;
mod queries;
pub mod stage;
mod uploads;
mod written;

use crate::boundaries::forms::{sent, shown_to};
use crate::crawler::walk::Found;
use crate::support::db::{Db, difference};
use crate::support::http::Client;
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;
use crate::support::routes::{self, Route};
use crate::support::world::Persona;
use mutants::{filled, mutants};
use std::collections::BTreeMap;
use written::Written;

on_both!(whatever_arrives_wrong_gets_a_clear_answer_and_changes_nothing);

/// A form, and to whom it was shown.
pub type Shown<'a> = (&'a Persona, Found);

/// One form of each route: who sends it makes no difference to how it is read. A new route whose form nobody is led to
/// needs a step in `stage`.
#[track_caller]
pub fn forms_of_all<'a>(
    demo: &'a Program,
    routes: &[Route],
    set: &'a stage::Set,
) -> BTreeMap<String, Shown<'a>> {
    let mut forms = BTreeMap::new();
    for persona in demo.world().personas.iter().chain(&set.people) {
        let doors = set.doors.get(&persona.name).map_or(&[][..], Vec::as_slice);
        for (key, found) in shown_to(demo, persona, routes, doors) {
            forms.entry(key).or_insert((persona, found));
        }
    }
    let posts = routes.iter().filter(|it| it.method == "POST").map(Route::key);
    let unmet: Vec<_> = posts.filter(|it| !forms.contains_key(it)).collect();
    assert!(unmet.is_empty(), "nobody is led to the forms of {unmet:#?}");
    forms
}

fn whatever_arrives_wrong_gets_a_clear_answer_and_changes_nothing(demo: &Program) {
    let world = demo.world();
    let routes = routes::all();
    let mut db = Db::of(world);
    let set = stage::set(demo);
    let forms = forms_of_all(demo, &routes, &set);
    let (mut wrong, mut tried, mut written) = (Vec::new(), 0, Written::default());
    let mut before = db.print();
    let mut letters = db.letters();
    for (key, (persona, found)) in &forms {
        let Some(route) = routes::find(&routes, "POST", &found.form.action) else { continue };
        let mut client = world.client(persona);
        let page = client.get(&found.page).page().forms();
        let form = &shown_again(&mut client, found);
        let token = persona.form_token_field.as_deref().unwrap_or("form_token");
        let another = page.iter().filter(|it| it.action != form.action).find_map(|it| it.value(token));
        let all = if form.of_kind(&["file"]).is_empty() {
            mutants(route, form, token, another)
        } else {
            uploads::mutants(route, form, token)
        };
        written.form(route, form);
        assert!(all.len() > 9, "{key}: only {} ways to be wrong", all.len());
        for mutant in all {
            tried += 1;
            let answer = client.send(&mutant.ask);
            if let Some(field) = mutant.field.as_deref().filter(|_| answer.status == 422) {
                written.answer(route, field, &answer);
            }
            // whether a profile may be claimed is told by what the form holds, so that is asked first
            let refused_first = key.starts_with("POST /claim/") && answer.status == 403;
            if !mutant.wanted.contains(&answer.status) && !refused_first {
                wrong.push(format!("{key}: {}: {}, not {:?}", mutant.what, answer.status, mutant.wanted));
            } else if let Some(fault) = answers::unclear(&answer, mutant.field.as_deref()) {
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
        let answer = client.send(&sent(&whole, &whole.action));
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
        worked * 3 > forms.len() * 2,
        "only {worked} of {} forms work when filled in well, not {idle:#?}",
        forms.len()
    );
    written.hold();
}

/// The form once more, for this very browser: to strangers it is shown with a cookie of their own.
fn shown_again(client: &mut Client, found: &Found) -> Form {
    let forms = client.get(&found.page).page().forms();
    forms.into_iter().find(|it| it.action == found.form.action).unwrap_or_else(|| found.form.clone())
}
