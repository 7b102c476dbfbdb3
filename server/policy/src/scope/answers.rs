//! What is known of the asker and the context when a list's condition is filled in.

use super::Known;
use crate::action::Told;
use crate::entity::{Attributes, Value};
use domain::Key;

/// Answers to the questions of a condition that no row is needed for.
pub(super) trait Answers {
    /// Whether it holds. What is not there does not.
    fn known(&self, question: &Known) -> bool;
    /// The entity that an attribute of the asker names, where there is one.
    fn reference(&self, attribute: &str) -> Option<Key>;
    /// The asker's own id, where it is a key.
    fn asker(&self) -> Option<Key>;
}

/// One asker at one moment.
pub(super) struct Asked<'a> {
    pub(super) attributes: Attributes<'a>,
    pub(super) told: &'a [(&'static str, Told)],
    pub(super) id: &'a str,
}

impl Asked<'_> {
    fn attribute(&self, name: &str) -> Option<&Value<'_>> {
        self.attributes.iter().find(|it| it.0 == name).map(|it| &it.1)
    }

    fn number(&self, name: &str) -> Option<i64> {
        match self.told.iter().find(|it| it.0 == name) {
            Some((_, Told::Number(it))) => Some(*it),
            _ => None,
        }
    }
}

impl Answers for Asked<'_> {
    fn known(&self, question: &Known) -> bool {
        match question {
            Known::Has(name) => self.attribute(name).is_some(),
            Known::Flag(name) => matches!(self.attribute(name), Some(Value::Flag(true))),
            Known::Word(name, word) => matches!(self.attribute(name), Some(Value::Text(it)) if it == word),
            Known::HasWord(name, word) => {
                matches!(self.attribute(name), Some(Value::Texts(them)) if them.contains(&word.as_str()))
            }
            Known::AtMost(name, most) => self.number(name).is_some_and(|it| it <= *most),
            Known::AtLeast(name, least) => self.number(name).is_some_and(|it| it >= *least),
        }
    }

    fn reference(&self, attribute: &str) -> Option<Key> {
        match self.attribute(attribute) {
            Some(Value::Ref(_, key)) => Some(*key),
            _ => None,
        }
    }

    fn asker(&self) -> Option<Key> {
        self.id.parse().ok()
    }
}
