//! What is left of a list's policies for one asker: questions to a row, all values filled in.

use crate::entity::{EntityKind, Value};
use crate::facts::Facts;
use domain::Key;
use std::sync::Arc;

/// A name or word of the policies: cheap to copy, as each asker's lists are made of the same few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(Arc<str>);
impl Name {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl From<String> for Name {
    fn from(it: String) -> Self {
        Self(it.into())
    }
}
impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

/// One question to a row, all values filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A yes-or-no column.
    Flag(Name),
    /// A column that is there.
    Has(Name),
    /// A column equal to a word.
    Word(Name, Name),
    /// A column equal to an id.
    Ref(Name, Key),
    /// The row's own id.
    Id(Key),
    /// The row's type, where rows of several types stand in one table.
    Kind(EntityKind),
    /// A relation that holds an id.
    Holds(Name, Key),
}

/// What the policies leave of a list for one actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Every row.
    Always,
    /// No row.
    Never,
    /// Rows for which one of these conjunctions holds; `true` marks a literal that must hold, `false` one that must not.
    When(Vec<Vec<(Literal, bool)>>),
}

impl Filter {
    /// Each type by its own filter.
    pub(super) fn of_each(filters: Vec<(EntityKind, Self)>) -> Self {
        let rows = filters.into_iter().flat_map(|(kind, filter)| {
            let mut rows = match filter {
                Self::Always => vec![Vec::new()],
                Self::Never => Vec::new(),
                Self::When(rows) => rows,
            };
            rows.iter_mut().for_each(|row| row.push((Literal::Kind(kind), true)));
            rows
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() { Self::Never } else { Self::When(rows) }
    }

    /// The same condition asked of facts in memory, so that tests can hold lists against single decisions.
    #[must_use]
    pub fn holds(&self, on: &impl Facts) -> bool {
        let attributes = on.attributes();
        let attribute = |name: &str| attributes.iter().find(|it| it.0 == name).map(|it| &it.1);
        let literal = |it: &Literal| match it {
            Literal::Flag(field) => matches!(attribute(field.as_str()), Some(Value::Flag(true))),
            Literal::Has(field) => attribute(field.as_str()).is_some(),
            Literal::Word(field, word) => {
                matches!(attribute(field.as_str()), Some(Value::Text(it)) if *it == word.as_str())
            }
            Literal::Ref(field, key) => {
                matches!(attribute(field.as_str()), Some(Value::Ref(_, it)) if it == key)
            }
            Literal::Kind(kind) => on.kind() == *kind,
            Literal::Id(key) => on.id().to_string() == key.as_str(),
            Literal::Holds(set, key) => {
                matches!(attribute(set.as_str()), Some(Value::Refs(_, them)) if them.contains(key))
            }
        };
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::When(rows) => rows.iter().any(|row| row.iter().all(|(it, yes)| literal(it) == *yes)),
        }
    }
}
