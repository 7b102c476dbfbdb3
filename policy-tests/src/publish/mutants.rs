//! `data/mutants.json`: how many weakenings there are of each policy, and who notices them.

use crate::mutants::{Change, Fate, Judged, Report, Totals};
use policy::highlight::escaped;
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole file. Every text is HTML.
#[derive(Serialize)]
pub(super) struct Page {
    all: Totals,
    /// In the order of the table.
    changes: Vec<Way>,
    policies: BTreeMap<String, Of>,
}

#[derive(Serialize)]
struct Way {
    name: &'static str,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Serialize)]
struct Of {
    #[serde(flatten)]
    totals: Totals,
    /// Who notices that the policy is gone.
    gone: String,
    /// Those that were proved to change nothing: second locks on the same door.
    second: Vec<Second>,
}

#[derive(Serialize)]
struct Second {
    line: usize,
    was: String,
    now: String,
}

/// What became of all mutants, policy by policy.
pub(super) fn page(report: &Report) -> Page {
    let mut policies: BTreeMap<&str, Vec<Judged>> = BTreeMap::new();
    // what changes the schema is no single policy's
    for it in report.mutants.iter().filter(|it| it.mutant.change != Change::Group) {
        policies.entry(&it.mutant.policy).or_default().push(it.clone());
    }
    let changes = Change::ALL.map(|it| Way { name: it.as_str(), totals: report.totals(Some(it)) });
    let policies = policies.into_iter().map(|(id, mutants)| {
        let gone = mutants.iter().find(|it| it.mutant.change == Change::Remove);
        let gone = gone.map(|it| noticed(&it.fate)).unwrap_or_default();
        let second = mutants.iter().filter(|it| matches!(it.fate, Fate::Equivalent { .. })).map(|it| {
            Second { line: it.mutant.line, was: escaped(&it.mutant.was), now: escaped(&it.mutant.now) }
        });
        let second = second.collect();
        let totals = Report { policies: 1, mutants }.totals(None);
        (id.to_owned(), Of { totals, gone, second })
    });
    let policies = policies.collect();
    Page { all: report.totals(None), changes: changes.into(), policies }
}

/// In words. Which theorem notices first is chance, so none is named.
fn noticed(fate: &Fate) -> String {
    match fate {
        Fate::Case { name, .. } => format!("the case “{}”", escaped(name)),
        Fate::Matrix { .. } => "the matrix".to_owned(),
        Fate::Theorem { .. } => "a theorem".to_owned(),
        Fate::Equivalent { .. } => "nobody today, and that is proved".to_owned(),
        Fate::Validator(_) | Fate::Schema | Fate::Survives(_) => String::new(),
    }
}
