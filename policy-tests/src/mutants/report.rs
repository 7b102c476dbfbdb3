//! What became of the mutants: a table, and the survivors line by line.

use super::{Change, Mutant};
use std::collections::BTreeSet;
use std::fmt;

/// What became of one mutant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// `policy check` refuses it, for this reason: it could never be shipped.
    Validator(String),
    /// A case ends differently.
    Case {
        /// The case's file.
        file: String,
        /// The case.
        name: String,
        /// The action asked for.
        action: String,
        /// How the case must end.
        expected: String,
        /// How it ended.
        got: String,
        /// The practices that its message names.
        breaks: Vec<String>,
    },
    /// The matrix shows it.
    Matrix {
        /// Where, and how.
        place: String,
        /// The practices that its message names.
        breaks: Vec<String>,
    },
    /// A theorem no longer holds.
    Theorem {
        /// Its name.
        name: String,
        /// Where.
        environment: String,
        /// The practices that its message names.
        breaks: Vec<String>,
    },
    /// The scope lets through what it let through before: the schema knows no other type or action there.
    Schema,
    /// Proved to decide every request of every environment it touches as before.
    Equivalent {
        /// How many environments were proved.
        environments: usize,
    },
    /// Nobody notices; a request that tells it from the policy, where the solver found one.
    Survives(String),
}

/// One mutant and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Judged {
    /// The mutant.
    #[serde(flatten)]
    pub mutant: Mutant,
    /// Its fate.
    pub fate: Fate,
}

/// What became of all of them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// How many policies there are.
    pub policies: usize,
    /// In the order of files and lines.
    pub mutants: Vec<Judged>,
}

impl Report {
    /// Those that nobody notices.
    pub fn survivors(&self) -> impl Iterator<Item = (&Mutant, &str)> {
        self.mutants.iter().filter_map(|it| match &it.fate {
            Fate::Survives(witness) => Some((&it.mutant, witness.as_str())),
            _ => None,
        })
    }

    /// Those that are noticed by a message that names another practice than that of the policy.
    pub fn misnamed(&self) -> impl Iterator<Item = &Judged> {
        self.mutants.iter().filter(|it| match &it.fate {
            Fate::Case { breaks, .. } | Fate::Matrix { breaks, .. } | Fate::Theorem { breaks, .. } => {
                !it.mutant.practice.split(", ").any(|one| breaks.iter().any(|it| it == one))
            }
            Fate::Validator(_) | Fate::Schema | Fate::Equivalent { .. } | Fate::Survives(_) => false,
        })
    }

    /// Those that change nothing, as lines that hold no line numbers: a page to be reviewed.
    #[must_use]
    pub fn equivalents(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .mutants
            .iter()
            .filter_map(|it| match &it.fate {
                Fate::Equivalent { .. } => {
                    let Mutant { policy, change, was, now, .. } = &it.mutant;
                    Some(format!("{policy}: {}: {was} -> {now}", change.as_str()))
                }
                _ => None,
            })
            .collect();
        lines.sort();
        lines
    }

    /// How many had which fate, of those changed in this way, or of all.
    #[must_use]
    pub fn totals(&self, change: Option<Change>) -> Totals {
        let mut totals = Totals::default();
        for it in self.mutants.iter().filter(|it| change.is_none_or(|change| it.mutant.change == change)) {
            totals.mutants += 1;
            let to = match it.fate {
                Fate::Validator(_) => &mut totals.refused,
                Fate::Case { .. } => &mut totals.cases,
                Fate::Matrix { .. } => &mut totals.matrix,
                Fate::Theorem { .. } => &mut totals.theorems,
                Fate::Schema => &mut totals.schema,
                Fate::Equivalent { .. } => &mut totals.equivalent,
                Fate::Survives(_) => &mut totals.survivors,
            };
            *to += 1;
        }
        totals
    }
}

/// How many mutants had which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// All.
    pub mutants: usize,
    /// The validator refuses them.
    pub refused: usize,
    /// A case notices.
    pub cases: usize,
    /// The matrix does.
    pub matrix: usize,
    /// A theorem does.
    pub theorems: usize,
    /// Their scope lets through what it did.
    pub schema: usize,
    /// Proved to change nothing.
    pub equivalent: usize,
    /// Nobody notices.
    pub survivors: usize,
}

impl Totals {
    fn line(self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mutants, refused, cases, matrix, theorems, schema, equivalent, survivors } = self;
        writeln!(
            f,
            "{name:<36} {mutants:>6} {refused:>8} {cases:>6} {matrix:>7} {theorems:>9} {schema:>7} {equivalent:>6} {survivors:>8}"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.mutants.iter().flat_map(|it| it.mutant.after.iter().map(|it| it.0.as_str()));
        let named: BTreeSet<&str> = named.collect();
        let head = format!("{} mutants of {} policies", self.mutants.len(), named.len());
        writeln!(f, "{head:<36}    all  refused  cases  matrix  theorems  schema  equal  survive")?;
        for change in Change::ALL {
            let totals = self.totals(Some(change));
            if totals.mutants > 0 {
                totals.line(change.as_str(), f)?;
            }
        }
        self.totals(None).line("together", f)?;
        for (mutant, witness) in self.survivors() {
            write!(f, "\nsurvives: {mutant}\n    {witness}")?;
        }
        Ok(())
    }
}
