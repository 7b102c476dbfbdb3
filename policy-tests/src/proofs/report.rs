//! What was proved, environment by environment, and what was not.

use super::ask::Cells;
use super::solver::Fault;
use super::theorems::Theorem;
use super::witness::Counterexample;
use crate::breaks::Practices;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What became of a theorem in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds for all requests.
    Proved,
    /// It does not: there is an example.
    Refuted,
    /// Nobody knows: the solver failed, or the question could not be put. As bad as refuted.
    Failed,
}

impl Verdict {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refuted => "refuted",
            Self::Failed => "failed",
        }
    }
}

/// One theorem in one environment.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Row {
    /// The theorem.
    pub name: String,
    /// The entry of the register that it belongs to.
    pub guarantee: String,
    /// Principal type, action and resource type; for what is only possible, the environment of the example.
    pub environment: String,
    /// What of many it is about: a policy, a guarantee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// How long it took.
    pub seconds: f64,
    /// Ids of the assumptions that were needed.
    pub assumptions: Vec<String>,
    /// Where it does not hold: one request that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<Counterexample>,
    /// Where nobody knows: why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Ends the environment of a row that only sums up where there was nothing to ask.
pub(crate) const NOTHING_TO_ASK: &str = "where there is nothing to ask";

impl Row {
    /// Whether something was asked: not so of the row that sums up where nothing was.
    #[must_use]
    pub fn asked(&self) -> bool {
        !self.environment.ends_with(NOTHING_TO_ASK)
    }

    /// A proof, until something is said against it.
    pub(crate) fn new(theorem: &Theorem, environment: &str, seconds: f64) -> Self {
        Self {
            name: theorem.name.clone(),
            guarantee: theorem.guarantee.clone(),
            environment: environment.to_owned(),
            about: None,
            verdict: Verdict::Proved,
            seconds,
            assumptions: theorem.assumptions.clone(),
            counterexample: None,
            fault: None,
        }
    }

    /// The practices that the report of this row names: its theorem's, and those of the policies that decide its example
    /// here and as this program has them.
    pub(crate) fn breaks(&self, practices: &Practices) -> Vec<String> {
        let by =
            self.counterexample.iter().flat_map(|it| it.by.iter().chain(&it.built_in).map(String::as_str));
        let mut all = practices.those(by);
        if !all.contains(&self.guarantee) {
            all.insert(0, self.guarantee.clone());
        }
        all
    }

    pub(crate) fn fail(&mut self, fault: &Fault) {
        self.verdict = Verdict::Failed;
        self.fault = Some(fault.to_string());
    }
}

/// What a run proved.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Report {
    /// The rows, in the order of theorems and environments.
    pub theorems: Vec<Row>,
    /// How many questions there were, and what became of them.
    pub cells: Cells,
    /// How long the run took.
    pub seconds: f64,
    /// What the solver says it is.
    pub solver: String,
}

impl Report {
    /// Whether something was asked, and every answer is a proof.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.theorems.is_empty() && self.theorems.iter().all(|it| it.verdict == Verdict::Proved)
    }

    /// The rows that are no proof.
    pub fn broken(&self) -> impl Iterator<Item = &Row> {
        self.theorems.iter().filter(|it| it.verdict != Verdict::Proved)
    }

    /// The names of theorems that do not hold.
    #[must_use]
    pub fn broken_names(&self) -> BTreeSet<&str> {
        self.broken().map(|it| it.name.as_str()).collect()
    }

    /// A line a theorem and environment: its entry, its name, the environment, seconds, verdict.
    #[must_use]
    pub fn environments(&self) -> String {
        let mut text = String::new();
        for it in &self.theorems {
            let about = it.about.as_ref().map(|it| format!("`{it}` in ")).unwrap_or_default();
            let place = format!("{about}{}", it.environment);
            let (guarantee, name, verdict) = (&it.guarantee, &it.name, it.verdict.as_str());
            text += &format!("{guarantee:<4} {name:<44} {place:<60} {:>8.2} s  {verdict}\n", it.seconds);
        }
        text
    }

    /// A line a theorem: its entry, its name, environments, seconds, verdict.
    #[must_use]
    pub fn table(&self) -> String {
        let mut lines: BTreeMap<(&str, &str), (usize, f64, Verdict)> = BTreeMap::new();
        for it in &self.theorems {
            let line = lines.entry((&it.guarantee, &it.name)).or_insert((0, 0.0, Verdict::Proved));
            *line = (line.0 + 1, line.1 + it.seconds, line.2.max(it.verdict));
        }
        let mut text = String::new();
        for ((guarantee, name), (rows, seconds, verdict)) in lines {
            text += &format!("{guarantee:<4} {name:<44} {rows:>5} {seconds:>8.2} s  {}\n", verdict.as_str());
        }
        text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table())?;
        let it = &self.cells;
        write!(
            f,
            "{} questions in {:.1} s: {} where no policy speaks, {} folded, {} solved, {} known before",
            it.all, self.seconds, it.silent, it.folded, it.solved, it.remembered
        )?;
        for row in self.broken() {
            write!(f, "\n\n{}: {} ({})", row.verdict.as_str(), row.name, row.environment)?;
            if let Some(about) = &row.about {
                write!(f, ": `{about}`")?;
            }
            if let Some(it) = &row.counterexample {
                write!(f, "\n{it}")?;
            }
            if let Some(it) = &row.fault {
                write!(f, "\n{it}")?;
            }
        }
        Ok(())
    }
}
