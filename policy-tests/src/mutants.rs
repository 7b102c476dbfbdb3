//! Every shipped policy, weakened in every single way; and who notices.
//!
//! A mutant is one policy with one change, or without that policy at all; or the schema with one action or group fewer in
//! one of its groups, which changes every policy that speaks of the group. What must notice it, in this order: the
//! validator of `kalinklo policy check`, a case of `cases/`, the matrix of `expected/matrix.txt` with the axes that a test
//! holds to change nothing, a theorem. What nobody notices is either proved to decide every request as before (the change took away
//! a second lock on the same door, and `expected/equivalent.txt` lists it), or it survives, and a survivor fails the
//! check with a request that tells it apart.

mod equivalent;
mod groups;
mod judge;
mod make;
mod narrow;
mod report;
mod run;
mod vocabulary;

pub use report::{Fate, Judged, Report, Totals};
pub use run::run;

use crate::proofs::solver::Fault;
use policy::Bundle;
use policy::source::Source;
use std::fmt;

/// One way of weakening a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The policy is gone.
    Remove,
    /// `permit` for `forbid`, or the other way.
    Effect,
    /// Anybody.
    Principal,
    /// Any action, one more or fewer, another group.
    Action,
    /// Anything.
    Resource,
    /// A condition, conjunct or alternative is gone.
    Drop,
    /// A condition or part of one means its contrary.
    Negate,
    /// A clause always holds.
    True,
    /// A clause never holds.
    False,
    /// `&&` for `||`, or the other way.
    Join,
    /// Another attribute of the same type.
    Attribute,
    /// Another word or another action.
    Word,
    /// A bound one further, or the comparison another.
    Bound,
    /// A forbid speaks of one type or action alone, of one fewer, or not where an attribute has one value.
    Narrow,
    /// The schema has an action, or a group of them, outside one of its groups.
    Group,
}

impl Change {
    /// All, in the order of the table.
    pub const ALL: [Self; 15] = [
        Self::Remove,
        Self::Effect,
        Self::Principal,
        Self::Action,
        Self::Resource,
        Self::Drop,
        Self::Negate,
        Self::True,
        Self::False,
        Self::Join,
        Self::Attribute,
        Self::Word,
        Self::Bound,
        Self::Narrow,
        Self::Group,
    ];

    /// In the table's words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remove => "policy removed",
            Self::Effect => "effect flipped",
            Self::Principal => "principal widened",
            Self::Action => "action added, dropped or widened",
            Self::Resource => "resource widened",
            Self::Drop => "condition or part of one dropped",
            Self::Negate => "condition or part of one negated",
            Self::True => "clause made true",
            Self::False => "clause made false",
            Self::Join => "and for or, or for and",
            Self::Attribute => "attribute exchanged",
            Self::Word => "word exchanged",
            Self::Bound => "bound or comparison moved",
            Self::Narrow => "forbid narrowed",
            Self::Group => "action taken out of a group",
        }
    }
}

/// One policy with one change, or those that one change of the schema reaches.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mutant {
    /// The policy's `@id`; of several, all of them, with commas.
    pub policy: String,
    /// Its practice, as `P3`; of several, all of them.
    pub practice: String,
    /// The file of the change.
    pub file: String,
    /// The line of what was changed, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// In which way.
    pub change: Change,
    /// What stood there.
    pub was: String,
    /// What stands there now.
    pub now: String,
    /// Each policy that is another now, by its `@id`: its whole text, and none where it is gone.
    #[serde(skip)]
    pub after: Vec<(String, Option<String>)>,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: `{}`: {}: {} -> {}",
            self.file,
            self.line,
            self.column,
            self.policy,
            self.change.as_str(),
            self.was,
            self.now
        )
    }
}

/// Why no mutants can be made, or none judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unable {
    /// The policies as they are do not pass their checks.
    #[error("{0}")]
    Policies(String),
    /// A policy uses a form of Cedar that is not known here.
    #[error("`{0}` cannot be taken apart: teach `source.rs` its form")]
    Form(String),
    /// The cases do not hold for the policies as they are.
    #[error("the cases must hold before mutants are judged: {0}")]
    Cases(String),
    /// The solver failed; never taken for a proof.
    #[error("{0}")]
    Solver(#[from] Fault),
}

/// Every mutant of every policy, in the order of files and lines.
///
/// # Errors
/// The policies do not pass their checks, or use a form of Cedar that is not known here.
pub fn all(bundle: &Bundle) -> Result<Vec<Mutant>, Unable> {
    let complaints = |them: Vec<policy::Complaint>| {
        Unable::Policies(them.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    let texts = bundle.check().map_err(complaints)?;
    let mut apart = Vec::new();
    for text in &texts {
        apart.push((text, Source::read(&text.source).ok_or_else(|| Unable::Form(text.id.clone()))?));
    }
    let words = vocabulary::Vocabulary::of(&bundle.schema.1, &apart)
        .ok_or_else(|| Unable::Policies("the schema cannot be read".into()))?;
    let mut all: Vec<Mutant> =
        apart.iter().flat_map(|(text, source)| make::of(text, source, &words)).collect();
    all.extend(groups::of(&bundle.schema, &apart, &words));
    Ok(all)
}
