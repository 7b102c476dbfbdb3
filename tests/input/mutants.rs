//! A form as a careful person fills it in, and every way in which it can arrive wrong.

use crate::boundaries::forms::{body, sent};
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
            // what the explorer asks about: ids that nobody has
            "text" if matches!(name.as_str(), "account" | "workspace" | "thing") => "0123456789012345678901",
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
    /// The field that a 422 must name, where it is one alone.
    pub field: Option<String>,
    pub ask: Ask,
    pub wanted: &'static [u16],
}

const FORM: &str = "application/x-www-form-urlencoded";
/// Field by field, or for the request as a whole where it cannot be read at all.
const BY_FIELD: &[u16] = &[422];

/// Tokens that are not of this form: none, made up, of another form of the same person, cut off.
fn with_other_tokens(form: &Form, token: &str, another: Option<&str>) -> Vec<Mutant> {
    let Some(ours) = form.value(token) else { return Vec::new() };
    let cut = ours.split('.').next().unwrap_or_default().to_owned();
    let mut all = vec![("no token", form.clone().without(token))];
    let others = [
        ("a made-up token", Some("A".repeat(66))),
        ("another form's token", another.map(str::to_owned)),
        ("half a token", Some(cut)),
    ];
    for (what, text) in others {
        all.extend(text.map(|it| (what, form.clone().with(token, &it))));
    }
    let mutant = |(what, form): (&str, Form)| Mutant {
        what: what.into(),
        field: None,
        ask: sent(&form, &form.action),
        wanted: &[403],
    };
    all.into_iter().map(mutant).collect()
}

/// Every way in which one form can arrive wrong; `another` is the token of another form.
pub fn mutants(route: &Route, form: &Form, token: &str, another: Option<&str>) -> Vec<Mutant> {
    let whole = filled(form);
    let action = form.action.as_str();
    let as_form = |body: &str| Ask::new("POST", action).body(FORM, body.as_bytes());
    let good = body(&whole);
    let mut all = with_other_tokens(&whole, token, another);
    let mut add = |field: Option<&str>, what: String, ask: Ask, wanted: &'static [u16]| {
        all.push(Mutant { what, field: field.map(str::to_owned), ask, wanted });
    };

    add(
        Some("nobody_asked"),
        "an unknown field".into(),
        as_form(&format!("{good}&nobody_asked=1")),
        BY_FIELD,
    );
    add(None, "a field named like a script".into(), as_form(&format!("{good}&<b>=1")), &[400, 422]);
    add(
        None,
        "a thousand fields".into(),
        as_form(&format!("{good}{}", "&a=1".repeat(1000))),
        &[400, 413, 422],
    );
    for kind in ["text/plain", "application/json", "application/xml", ""] {
        add(None, format!("as {kind:?}"), Ask::new("POST", action).body(kind, good.as_bytes()), &[415]);
    }
    let large = vec![b'a'; 10 * 1024 * 1024];
    if route.body_limit < large.len() {
        add(None, "10 MB".into(), Ask::new("POST", action).body(FORM, &large), &[413]);
    }
    for (name, kind) in &form.kinds {
        if name.is_empty() || name == token {
            continue;
        }
        let about = Some(name.as_str());
        let field = |value: &str| as_form(&body(&whole.clone().with(name, value)));
        let value = encoded(&[(name, whole.value(name).unwrap_or("1"))]);
        add(about, format!("{name} twice"), as_form(&format!("{good}&{value}&{value}")), BY_FIELD);
        // what the page does not call optional must be there, and not be empty
        if !form.optional.contains(name) && !matches!(kind.as_str(), "hidden" | "checkbox") {
            let missing = body(&whole.clone().without(name));
            add(about, format!("{name} missing"), as_form(&missing), BY_FIELD);
            add(about, format!("{name} empty"), field(""), BY_FIELD);
            add(about, format!("{name} of blanks"), field(" \t "), BY_FIELD);
        }
        let broken = format!("{}&{name}=%ff%fe", body(&whole.clone().without(name)));
        add(about, format!("{name} not UTF-8"), as_form(&broken), &[400, 422]);
        match kind.as_str() {
            "text" | "search" | "textarea" | "email" | "tel" => {
                add(about, format!("{name} too long"), field(&"word ".repeat(6000)), &[413, 422]);
                add(about, format!("{name} with a control character"), field("a\u{0}b\u{8}c"), BY_FIELD);
                add(
                    about,
                    format!("{name} with a bidirectional override"),
                    field("abc\u{202e}fed"),
                    BY_FIELD,
                );
                add(about, format!("{name} with an isolate"), field("abc\u{2066}fed"), BY_FIELD);
            }
            "date" => {
                for day in ["2031-02-30", "2031-13-01", "31.05.2031", "99999-01-01", "tomorrow"] {
                    add(about, format!("{name} on {day}"), field(day), BY_FIELD);
                }
            }
            "number" => {
                for number in ["-5", "1e9", "NaN", "99999999999999999999"] {
                    add(about, format!("{name} of {number}"), field(number), BY_FIELD);
                }
            }
            "select" | "radio" => {
                add(about, format!("{name} not offered"), field("nobody-offered-this"), &[400, 422]);
            }
            "hidden" => {
                for value in ["", "-1", "nonsense", "99999999999999999999"] {
                    add(
                        None,
                        format!("{name} tampered to {value:?}"),
                        field(value),
                        &[400, 403, 409, 410, 422],
                    );
                }
                let shown =
                    whole.value(name).filter(|_| name == "version").and_then(|it| it.parse::<i64>().ok());
                for stale in shown.into_iter().flat_map(|it| [it - 1, it + 1]).filter(|it| *it >= 0) {
                    add(about, format!("the edition {stale}"), field(&stale.to_string()), &[409]);
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
                about,
                format!("{name} of {value} in February"),
                Ask::new("POST", action).body(FORM, body(&sent).as_bytes()),
                BY_FIELD,
            );
        }
        if name.contains("fee") || name.contains("amount") || name.contains("commission") {
            for money in ["-100", "-0.01", "ten", "1000000000000000000", "0.001"] {
                add(about, format!("{name} of {money}"), field(money), BY_FIELD);
            }
        }
    }
    all
}
