//! What `docs/proofs.md` tells in figures: a row for each kind of evidence, and the table of theorems. Each is made from
//! a run; only the row of seconds differs from machine to machine, and tests hold all the others current.

use crate::Cases;
use crate::coverage::Coverage;
use crate::mutants::{self, Change};
use crate::proofs::{Report, Theorem};
use domain::bounded::grouped;
use std::collections::BTreeSet;

/// Where it stands, from the site's folder.
pub const PATH: &str = "../docs/proofs.md";

const BEGIN: &str = "<!-- theorems -->\n";
const END: &str = "<!-- end of theorems -->";

/// Seconds that a run may take on two cores: proving everything anew, and all mutants.
pub const MOST: (f64, f64) = (60.0, 300.0);

/// How long things took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Proving everything, with nothing remembered.
    pub anew: f64,
    /// Proving everything once more.
    pub again: f64,
    /// All mutants.
    pub mutants: f64,
    /// On so many cores.
    pub cores: usize,
}

/// The row of the policies' cases.
#[must_use]
pub fn cases(cases: &Cases) -> String {
    let written: BTreeSet<(&str, usize)> = cases.all.iter().map(|it| (it.file.as_str(), it.line)).collect();
    let (written, asked) = (grouped(written.len()), grouped(cases.all.len()));
    row(
        "cases",
        &format!("{written} of {asked} questions, each with its decision and the policies that decide it"),
    )
}

/// The row of clauses.
#[must_use]
pub fn clauses(it: &Coverage) -> String {
    let (clauses, actions) = (grouped(it.clauses), grouped(it.actions));
    // what no case can show, since the solver proved that its loss changes nothing
    let proved: BTreeSet<_> = it.gaps.iter().map(|it| (&it.file, it.line, it.column)).collect();
    let (both, one) = (grouped(it.clauses - proved.len()), proved.len());
    row(
        "clauses",
        &format!(
            "{clauses} clauses and {actions} actions of scopes; {both} clauses decide a case both ways, {one} only one way, for \
             it is proved that no request could show the other"
        ),
    )
}

/// The row of what is proved.
#[must_use]
pub fn theorems(theorems: &[Theorem], environments: usize, report: &Report) -> String {
    let proofs = report.theorems.iter().filter(|it| it.asked()).count();
    let it = &report.cells;
    row(
        "theorems",
        &format!(
            "{} in {environments} environments, {} single proofs; of {} questions {} have an answer at sight, since no \
             policy of a side speaks there, and {} are folded to a constant or put to the solver",
            theorems.len(),
            grouped(proofs),
            grouped(it.all),
            grouped(it.silent),
            grouped(it.all - it.silent)
        ),
    )
}

/// The row of mutants.
#[must_use]
pub fn mutants(report: &mutants::Report) -> String {
    let it = report.totals(None);
    row(
        "mutants",
        &format!(
            "{} of {} policies in {} ways: {} refused by the validator, {} noticed by a case, {} by the matrix, {} by a \
             theorem; {} widen to nothing that the schema knows, {} are proved to change nothing; {} survive",
            grouped(it.mutants),
            report.policies,
            Change::ALL.len(),
            grouped(it.refused),
            grouped(it.cases),
            grouped(it.matrix),
            grouped(it.theorems),
            grouped(it.schema),
            grouped(it.equivalent),
            grouped(it.survivors)
        ),
    )
}

/// The row of seconds.
///
/// # Errors
/// Says what took longer than it may.
pub fn seconds(it: &Taken) -> Result<String, String> {
    let Taken { anew, again, mutants, cores } = it;
    if *anew > MOST.0 || *mutants > MOST.1 {
        let (proofs, weakened) = MOST;
        return Err(format!(
            "proving took {anew:.0} s and the mutants {mutants:.0} s; at most {proofs} and {weakened} are allowed"
        ));
    }
    Ok(row(
        "seconds",
        &format!(
            "{anew:.0} to prove everything anew, {again:.1} to prove it again, {mutants:.0} for all mutants, on {cores} cores"
        ),
    ))
}

/// The document with this row in the place of the one of the same name.
#[must_use]
pub fn with_row(document: &str, row: &str) -> String {
    let name = name(row);
    let lines = document
        .lines()
        .map(|line| if line.starts_with('|') && self::name(line) == name { row } else { line });
    lines.map(|line| format!("{line}\n")).collect()
}

/// The row of the same name as it stands in the document.
#[must_use]
pub fn row_in<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    document.lines().find(|line| line.starts_with('|') && self::name(line) == name)
}

/// The document with the table of these theorems. `None` where it has no place for it.
#[must_use]
pub fn with_theorems(document: &str, theorems: &[Theorem]) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let mut table = "| of | theorem | what is proved | assumes |\n| --- | --- | --- | --- |\n".to_owned();
    for it in theorems {
        let assumes = it.assumptions.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        table += &format!("| {} | `{}` | {} | {assumes} |\n", it.guarantee, it.name, it.says);
    }
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}

fn row(name: &str, text: &str) -> String {
    format!("| {name} | {text} |")
}

fn name(row: &str) -> &str {
    row.split('|').nth(1).unwrap_or_default().trim()
}
