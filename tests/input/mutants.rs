//! A form as a careful person fills it in, and every way in which it can arrive wrong.

use crate::boundaries::forms::body;
use crate::support::http::{Ask, encoded};
use crate::support::page::Form;
use crate::support::routes::Route;

/// A form with every empty field filled in plausibly, so that only what is made wrong afterwards is wrong.
pub fn filled(form: &Form) -> Form {
    let mut whole = form.clone();
    for (name, kind) in &form.kinds {
        let text = match kind.as_str() {
            "email" => "someone@mail.example",
            "date" => "2031-05-14",
            "number" => "1",
            "tel" => "+43 1 234567",
            "text" if matches!(name.as_str(), "uses" | "days") => "5",
            // a code opens something, or the whole form is wrong; to sign up nobody needs one
            "text" if name == "code" => continue,
            // a day has three fields
            "text" if name.ends_with("day") => "14",
            "text" if name.ends_with("month") => "5",
            "text" if name.ends_with("year") => "2031",
            "text" | "search" if name.contains("fee") || name.contains("commission") => "10",
            "text" | "search" | "textarea" => "A plain sentence",
            _ => continue,
        };
        if form.value(name).unwrap_or_default().is_empty() {
            whole = whole.with(name, text);
        }
    }
    for (name, _) in form.kinds.iter().filter(|(_, kind)| kind == "radio" || kind == "select") {
        let offered = form.offers.iter().find(|(it, value)| it == name && !value.is_empty());
        if let Some((_, value)) = offered.filter(|_| form.value(name).unwrap_or_default().is_empty()) {
            whole = whole.with(name, value);
        }
    }
    // a button with a name is part of what is sent
    if let Some((name, value)) = form.buttons.iter().find(|it| !it.0.is_empty()) {
        whole = whole.with(name, value);
    }
    whole
}

/// One thing wrong, and the statuses that answer it clearly.
pub struct Mutant {
    pub what: String,
    pub ask: Ask,
    pub wanted: &'static [u16],
}

const FORM: &str = "application/x-www-form-urlencoded";
/// Field by field, or for the request as a whole where it cannot be read at all.
const BY_FIELD: &[u16] = &[422];

/// Every way in which one form can arrive wrong.
pub fn mutants(route: &Route, form: &Form, token: &str) -> Vec<Mutant> {
    let whole = filled(form);
    let action = form.action.as_str();
    let sent = |body: &str| Ask::new("POST", action).body(FORM, body.as_bytes());
    let good = body(&whole);
    let mut all: Vec<Mutant> = Vec::new();
    let mut add = |what: String, ask: Ask, wanted: &'static [u16]| all.push(Mutant { what, ask, wanted });

    add("an unknown field".into(), sent(&format!("{good}&nobody_asked=1")), BY_FIELD);
    add("a field named like a script".into(), sent(&format!("{good}&<b>=1")), &[400, 422]);
    add("a thousand fields".into(), sent(&format!("{good}{}", "&a=1".repeat(1000))), &[400, 413, 422]);
    for kind in ["text/plain", "application/json", "application/xml", ""] {
        add(format!("as {kind:?}"), Ask::new("POST", action).body(kind, good.as_bytes()), &[415]);
    }
    let large = vec![b'a'; 10 * 1024 * 1024];
    if route.body_limit < large.len() {
        add("10 MB".into(), Ask::new("POST", action).body(FORM, &large), &[413]);
    }
    for (name, kind) in &form.kinds {
        if name.is_empty() || name == token {
            continue;
        }
        let field = |value: &str| sent(&body(&whole.clone().with(name, value)));
        let value = encoded(&[(name, whole.value(name).unwrap_or("1"))]);
        add(format!("{name} twice"), sent(&format!("{good}&{value}&{value}")), BY_FIELD);
        let broken = format!("{}&{name}=%ff%fe", body(&whole.clone().without(name)));
        add(format!("{name} not UTF-8"), sent(&broken), &[400, 422]);
        match kind.as_str() {
            "text" | "search" | "textarea" | "email" | "tel" => {
                add(format!("{name} too long"), field(&"word ".repeat(6000)), &[413, 422]);
                add(format!("{name} with a control character"), field("a\u{0}b\u{8}c"), BY_FIELD);
                add(format!("{name} with a bidirectional override"), field("abc\u{202e}fed"), BY_FIELD);
                add(format!("{name} with an isolate"), field("abc\u{2066}fed"), BY_FIELD);
            }
            "date" => {
                for day in ["2031-02-30", "2031-13-01", "31.05.2031", "99999-01-01", "tomorrow"] {
                    add(format!("{name} on {day}"), field(day), BY_FIELD);
                }
            }
            "number" => {
                for number in ["-5", "1e9", "NaN", "99999999999999999999"] {
                    add(format!("{name} of {number}"), field(number), BY_FIELD);
                }
            }
            "select" | "radio" => {
                add(format!("{name} not offered"), field("nobody-offered-this"), &[400, 422]);
            }
            "hidden" => {
                for value in ["", "-1", "nonsense", "99999999999999999999"] {
                    add(format!("{name} tampered to {value:?}"), field(value), &[400, 403, 409, 410, 422]);
                }
            }
            _ => {}
        }
        let parts = [
            ("day", "31"),
            ("day", "0"),
            ("month", "13"),
            ("month", "2.5"),
            ("year", "99999"),
            ("year", "-1"),
        ];
        for (part, value) in parts.into_iter().filter(|(part, _)| kind == "text" && name.ends_with(part)) {
            // the fourteenth of every month exists, the thirty-first of February does not
            let month = format!("{}month", name.trim_end_matches(part));
            let sent = whole.clone().with(&month, "2").with(name, value);
            add(
                format!("{name} of {value} in February"),
                Ask::new("POST", action).body(FORM, body(&sent).as_bytes()),
                BY_FIELD,
            );
        }
        if name.contains("fee") || name.contains("amount") || name.contains("commission") {
            for money in ["-100", "-0.01", "ten", "1000000000000000000", "0.001"] {
                add(format!("{name} of {money}"), field(money), BY_FIELD);
            }
        }
    }
    all
}
