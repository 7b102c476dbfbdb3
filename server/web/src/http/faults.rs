//! What is wrong with a form, field by field, and what was typed, so that the form can be shown again.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Display;

/// One field's fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The field's name, which is also the id it has on the page.
    pub field: String,
    /// A sentence that says what to do.
    pub text: String,
}

/// All faults, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Faults(Vec<Wrong>);

impl Faults {
    /// One fault.
    pub fn one(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self(vec![Wrong { field: field.into(), text: text.into() }])
    }

    /// Adds a fault.
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.push(Wrong { field: field.into(), text: text.into() });
    }

    /// The first fault of a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|it| it.field == field).map(|it| it.text.as_str())
    }

    /// Whether all is well.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In order.
    #[must_use]
    pub fn list(&self) -> &[Wrong] {
        &self.0
    }
}

/// A form that somebody filled in: what was typed and what is wrong with it. Secrets are never kept.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    typed: BTreeMap<String, String>,
    /// What is wrong.
    pub faults: Faults,
    /// Whether the thing was changed after the form was shown.
    overtaken: bool,
}

impl Filled {
    /// A form nobody filled in yet.
    #[must_use]
    pub fn blank() -> Self {
        Self::default()
    }

    /// A form with these values to start from.
    #[must_use]
    pub fn with<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let typed = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { typed, ..Self::default() }
    }

    /// What was typed in `field`.
    #[must_use]
    pub fn typed(&self, field: &str) -> &str {
        self.typed.get(field).map_or("", String::as_str)
    }

    /// Forgets what was typed: a code is never shown again.
    pub fn forget(&mut self, field: &str) {
        self.typed.remove(field);
    }

    /// Keeps what was typed.
    pub fn keep(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.typed.insert(field.into(), text.into());
    }

    /// Notes that somebody changed the thing after the form was shown.
    pub fn overtake(&mut self) {
        self.overtaken = true;
    }

    /// Whether somebody changed the thing after the form was shown.
    #[must_use]
    pub fn is_overtaken(&self) -> bool {
        self.overtaken
    }

    /// Whether what was typed can be taken as it is.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.faults.is_empty() && !self.overtaken
    }

    /// For a form that was overtaken: says beside each field what `stands` there now, where that is not what was typed.
    pub fn beside(&mut self, stands: &Self) {
        if !self.overtaken {
            return;
        }
        for (field, now) in &stands.typed {
            // browsers send line ends as CR LF
            if self.faults.of(field).is_some() || self.typed(field).replace("\r\n", "\n").trim() == now.trim()
            {
                continue;
            }
            let text = if now.trim().is_empty() {
                "Now it is empty here. Send the form again to put in what you typed.".to_owned()
            } else {
                format!(
                    "Now it reads “{}”. Send the form again to put what you typed in its place.",
                    short(now)
                )
            };
            self.faults.add(field.clone(), text);
        }
    }

    /// Takes a parsed value, or notes its fault by the field.
    pub fn take<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.add(field, fault.to_string());
                None
            }
        }
    }
}

/// The beginning of a text that is too long to stand beside a field.
fn short(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} …", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_keep_the_order_of_the_form() {
        let mut filled = Filled::with([("name", "x".to_owned())]);
        assert_eq!(filled.take("name", Ok::<_, String>(1)), Some(1));
        assert_eq!(filled.take::<(), _>("email", Err("Enter an address")), None);
        assert_eq!(filled.take::<(), _>("age", Err("Enter a number")), None);
        assert_eq!(
            filled.faults.list().iter().map(|it| it.field.as_str()).collect::<Vec<_>>(),
            ["email", "age"]
        );
        assert_eq!(filled.faults.of("age"), Some("Enter a number"));
        assert_eq!((filled.typed("name"), filled.typed("email")), ("x", ""));
    }

    #[test]
    fn a_form_that_was_overtaken_says_what_stands_where_it_differs() {
        let stands = Filled::with([
            ("biography", "One.\nTwo.".to_owned()),
            ("name", "Theirs".to_owned()),
            ("place", String::new()),
        ]);
        let typed = [("biography", "One.\r\nTwo."), ("name", "Ours"), ("place", "Oslo")];
        let mut filled = Filled::with(typed.map(|(name, it)| (name, it.to_owned())));
        filled.beside(&stands);
        assert!(filled.is_fine());
        filled.overtake();
        filled.beside(&stands);
        assert!(!filled.is_fine() && filled.faults.of("biography").is_none());
        assert!(filled.faults.of("name").is_some_and(|it| it.contains("“Theirs”")));
        assert!(filled.faults.of("place").is_some_and(|it| it.contains("empty")));
        assert_eq!(short(&"é".repeat(301)), format!("{} …", "é".repeat(300)));
    }
}
