//! Public forms in two steps (spec §10.12): the first sending stores nothing and shows what was typed with a dated token;
//! the button on that page sends it. The token holds to what was shown, so that nothing else can be sent with it.

use crate::csrf::FormSecret;
use crate::http::Form;
use crate::pages::accounts::leaf;
use domain::Moment;
use sha2::{Digest as _, Sha256};

/// The hidden field with the dated token.
pub(crate) const SHOWN: &str = "shown";
/// How old a token may be, in seconds: an hour.
const AGES: (i64, i64) = (0, 3600);

/// Which step a sending is.
pub(crate) enum Step {
    /// Show what was typed, with this token; `again` where it had been shown, but too long ago or otherwise.
    Show {
        /// The dated token.
        token: String,
        /// Whether it was shown before.
        again: bool,
    },
    /// It was shown exactly so: send it, once under this hash.
    Send([u8; 32]),
}

/// The step of a form named `name` with these fields. Takes the token out of the form.
pub(crate) fn step(
    secret: [u8; 32],
    name: &str,
    form: &mut Form,
    fields: &[(&str, &str)],
    now: Moment,
) -> Step {
    let (secret, content) = (FormSecret::new(secret), content(fields));
    let shown = form.maybe(SHOWN);
    match &shown {
        Some(token) if secret.admits_dated(name, &content, token, now, AGES) => Step::Send(
            Sha256::new().chain_update(b"kalinklo shown form v1\0").chain_update(token).finalize().into(),
        ),
        _ => Step::Show { token: secret.dated(name, &content, now), again: shown.is_some() },
    }
}

/// Names and values so that no two forms are written alike.
fn content(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{}:{name}={}:{value};", name.len(), value.len())).collect()
}

/// The form of the second step: what was typed, hidden, and one button.
pub(crate) fn confirm(action: &str, verb: &str, fields: &[(&str, &str)], token: &str) -> leaf::Form {
    let form = leaf::Form::open(action, verb).hidden(SHOWN, token);
    fields.iter().fold(form, |form, (name, value)| form.hidden(name, *value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Fields;

    fn taken(body: &str, fields: &[(&str, &str)], now: i64) -> Step {
        let mut form = Fields::parse(body.as_bytes()).unwrap();
        step([7; 32], "contact", &mut form, fields, Moment(now * Moment::SECOND))
    }

    #[test]
    fn only_what_was_shown_is_sent_within_the_hour() {
        let typed = [("name", "Ann"), ("message", "Hello")];
        let Step::Show { token, again: false } = taken("", &typed, 100) else { panic!("not shown") };
        let body = format!("shown={token}");
        let Step::Send(once) = taken(&body, &typed, 3700) else { panic!("not sent") };
        let Step::Send(same) = taken(&body, &typed, 101) else { panic!("not sent") };
        assert_eq!(once, same);
        assert!(matches!(taken(&body, &typed, 3701), Step::Show { again: true, .. }));
        let other = [("name", "Ann"), ("message", "Hello you")];
        assert!(matches!(taken(&body, &other, 101), Step::Show { again: true, .. }));
        assert_ne!(content(&[("a", "1;1:b=1:2")]), content(&[("a", "1"), ("b", "2")]));
    }
}
