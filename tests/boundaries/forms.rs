//! Forms that we did not show: without their token, with somebody else's, about somebody else's thing, from another
//! site. Whatever is answered, nothing is changed.

use super::things::{MALFORMED, Things, UNKNOWN};
use super::{face, word};
use crate::crawler::walk::{Found, walk};
use crate::oracle::Oracle;
use crate::support::db::{Db, difference};
use crate::support::http::{Ask, Client, encoded};
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;
use crate::support::routes::{self, Route};
use crate::support::world::Persona;
use std::collections::BTreeMap;

on_both!(a_forged_form_changes_nothing);

/// One form of each kind that a persona is shown: the first for each route, and the first that changes a draft.
pub fn shown_to(
    demo: &Program,
    persona: &Persona,
    routes: &[Route],
    more: &[String],
) -> BTreeMap<String, Found> {
    let mut all = BTreeMap::new();
    for found in walk(demo.world(), persona, more, &[]).forms {
        if found.form.method == "post"
            && let Some(route) = routes::find(routes, "POST", &found.form.action)
        {
            let changes = if found.form.value("draft").is_some() { " changing a draft" } else { "" };
            all.entry(route.key() + changes).or_insert(found);
        }
    }
    all
}

/// A form's fields as a body.
pub fn body(form: &Form) -> String {
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    encoded(&fields)
}

/// A form as a browser sends it to an address: with a small file where one is asked for (RFC 7578).
pub fn sent(form: &Form, action: &str) -> Ask {
    let files = form.of_kind(&["file"]);
    if files.is_empty() {
        return Ask::new("POST", action).body("application/x-www-form-urlencoded", body(form).as_bytes());
    }
    const EDGE: &str = "----kalinklo-tests";
    let mut text = String::new();
    for (name, value) in &form.fields {
        text += &format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    for name in files {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"rider.txt\"");
        text +=
            &format!("--{EDGE}\r\n{head}\r\nContent-Type: text/plain\r\n\r\nOne piano, tuned to 442.\r\n");
    }
    text += &format!("--{EDGE}--\r\n");
    Ask::new("POST", action).body(&format!("multipart/form-data; boundary={EDGE}"), text.as_bytes())
}

fn a_forged_form_changes_nothing(demo: &Program) {
    let world = demo.world();
    let routes = routes::all();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let shown: Vec<_> = world.personas.iter().map(|it| (it, shown_to(demo, it, &routes, &[]))).collect();
    let mut wrong = Vec::new();
    let mut tried = 0;
    let mut before = db.print();
    for (persona, forms) in &shown {
        for (key, found) in forms {
            let Some(route) = routes::find(&routes, "POST", &found.form.action) else { continue };
            let form = &found.form;
            let token = persona.form_token_field.as_deref().unwrap_or("form_token");
            let is_public = route.who_may == "visitor";
            let other = shown.iter().find(|it| it.0.name != persona.name && it.1.contains_key(key));
            let mut client = world.client(persona);
            let mut attempts: Vec<(String, Ask, &[&str])> = Vec::new();
            let action = form.action.as_str();
            // public forms come from pages without cookies, so their first step has no token
            if !is_public && form.value(token).is_some() {
                attempts.push(("no token".into(), sent(&form.clone().without(token), action), &["form"]));
                let forged = form.clone().with(token, &"A".repeat(43));
                attempts.push(("a made-up token".into(), sent(&forged, action), &["form"]));
                if let Some(theirs) = other.and_then(|it| it.1[key].form.value(token)) {
                    attempts.push((
                        "another's token".into(),
                        sent(&form.clone().with(token, theirs), action),
                        &["form"],
                    ));
                }
            }
            if !is_public {
                let cross = sent(form, action).header("Origin", "https://elsewhere.example");
                attempts.push(("from another site, by origin".into(), cross, &["form"]));
                let cross = sent(form, action).header("Origin", "null");
                attempts.push(("from nowhere".into(), cross, &["form"]));
                let cross = sent(form, action).header("Sec-Fetch-Site", "cross-site");
                attempts.push(("from another site, by fetch metadata".into(), cross, &["form"]));
                let cross = sent(form, action).header("Sec-Fetch-Site", "same-site");
                attempts.push(("from a sister site".into(), cross, &["form"]));
            }
            for (what, ask, wanted) in attempts {
                tried += 1;
                let got = word(&client.send(&ask));
                if !wanted.contains(&got.as_str()) {
                    wrong.push(format!("{key} as {}: {what}: {got}", persona.name));
                }
            }
            wrong.extend(misdirected(route, persona, form, &things, &mut client));
            // somebody else sends the form that was shown to this persona
            if !is_public {
                for (stranger, _) in shown.iter().filter(|it| it.0.name != persona.name) {
                    tried += 1;
                    let got = word(&world.client(stranger).send(&sent(form, action)));
                    if !["no", "form", "in", "wait"].contains(&got.as_str()) {
                        wrong.push(format!(
                            "{key}, shown to {}, sent by {}: {got}",
                            persona.name, stranger.name
                        ));
                    }
                }
            }
            let now = db.print();
            let changed = difference(&before, &now);
            if !changed.is_empty() {
                wrong.push(format!("{key} as {} changed {}", persona.name, changed.join("; ")));
                before = now;
            }
        }
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} of {tried}, the first of them:\n{}", wrong.join("\n"));
    assert!(tried > 50, "only {tried} forms were tried");
}

/// The form that was shown, token and all, sent to the address of what is not the persona's: one answer for all of them.
fn misdirected(
    route: &Route,
    persona: &Persona,
    form: &Form,
    things: &Things<'_, '_>,
    client: &mut Client,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(filled) = route.filled(&form.action) else { return wrong };
    for at in 0..filled.len() {
        let hole = filled[at].0.clone();
        let mut texts: Vec<String> = MALFORMED.iter().map(|it| (*it).to_owned()).collect();
        texts.push(UNKNOWN.to_owned());
        texts.extend(things.foreign(route, persona, &hole));
        let mut first = None;
        for text in texts {
            let mut other = filled.clone();
            text.clone_into(&mut other[at].1);
            let path = route.fill(&other);
            let answer = client.send(&sent(form, &path));
            let got = word(&answer);
            let who = format!("{} as {}, {hole} {text}", route.key(), persona.name);
            if !["no", "form", "in", "wait", "404"].contains(&got.as_str())
                || (got == "404" && route.who_may != "visitor")
            {
                wrong.push(format!("{who}: {got}"));
            }
            let face = face(&answer);
            if first.as_ref().is_some_and(|it| *it != face) {
                wrong.push(format!("{who}: can be told from the others ({got})"));
            }
            first.get_or_insert(face);
        }
    }
    wrong
}

/// A method that reads never changes, with a body or without.
#[test]
fn reading_with_a_body_changes_nothing() {
    let demo = Program::demo();
    let world = demo.world();
    let routes = routes::all();
    let mut db = Db::of(world);
    let before = db.print();
    let mut tried = 0;
    for persona in &world.personas {
        let mut client = world.client(persona);
        for found in shown_to(&demo, persona, &routes, &[]).values() {
            for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
                let ask = Ask::new(method, &found.form.action)
                    .body("application/x-www-form-urlencoded", body(&found.form).as_bytes());
                let answer = client.send(&ask.header("Content-Length", &body(&found.form).len().to_string()));
                assert!(answer.status < 500, "{method} {}: {}", found.form.action, answer.status);
                tried += 1;
            }
            let query = format!("{}?{}", found.form.action, body(&found.form));
            assert!(client.get(&query).status < 500, "{query}");
        }
    }
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());
    assert!(tried > 20, "only {tried} forms were tried");
}
