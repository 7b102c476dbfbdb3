//! What became of the mutants: a table, and the survivors line by line.

use super::{Change, Mutant};
use std::collections::{BTreeMap, BTreeSet};
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
    },
    /// The matrix shows it there.
    Matrix(String),
    /// This theorem no longer holds.
    Theorem(String),
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

impl Fate {
    /// The column of the table.
    fn column(&self) -> usize {
        match self {
            Self::Validator(_) => 0,
            Self::Case { .. } => 1,
            Self::Matrix(_) => 2,
            Self::Theorem(_) => 3,
            Self::Schema => 4,
            Self::Equivalent { .. } => 5,
            Self::Survives(_) => 6,
        }
    }
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

    /// How many mutants have a fate of this column, by way of weakening.
    fn counts(&self) -> BTreeMap<Change, [usize; 7]> {
        let mut all = BTreeMap::<Change, [usize; 7]>::new();
        for it in &self.mutants {
            all.entry(it.mutant.change).or_default()[it.fate.column()] += 1;
        }
        all
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: BTreeSet<&str> = self.mutants.iter().map(|it| it.mutant.policy.as_str()).collect();
        writeln!(f, "{} mutants of {} policies", self.mutants.len(), named.len())?;
        writeln!(
            f,
            "{:<36} {:>6} {:>8} {:>6} {:>7} {:>8} {:>7} {:>6} {:>8}",
            "", "all", "refused", "cases", "matrix", "theorem", "schema", "equal", "survive"
        )?;
        let counts = self.counts();
        let mut total = [0; 7];
        let line = |f: &mut fmt::Formatter<'_>, name: &str, [a, b, c, d, e, g, h]: [usize; 7]| {
            let all = a + b + c + d + e + g + h;
            writeln!(f, "{name:<36} {all:>6} {a:>8} {b:>6} {c:>7} {d:>8} {e:>7} {g:>6} {h:>8}")
        };
        for change in Change::ALL {
            let Some(them) = counts.get(&change) else { continue };
            for (to, more) in total.iter_mut().zip(them) {
                *to += more;
            }
            line(f, change.as_str(), *them)?;
        }
        line(f, "together", total)?;
        for (mutant, witness) in self.survivors() {
            write!(f, "\nsurvives: {mutant}\n    {witness}")?;
        }
        Ok(())
    }
}
