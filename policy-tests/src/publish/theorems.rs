//! `data/theorems.json`: every theorem with what it claims, and for each policy what is proved where it speaks and what
//! would no longer hold without it.

use crate::mutants::Unable;
use crate::proofs::{self, BELTS, Fault, Guarantees, Kind, Prover, Report, Theorem};
use cedar_policy::PolicySet;
use policy::highlight::{Names, escaped, policies};
use policy::{Bundle, Engine};
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole file. Every text is HTML.
#[derive(Serialize)]
pub(super) struct Page {
    /// How many environments the schema allows.
    environments: usize,
    /// How many single claims were proved: a theorem in an environment, or of one policy or guarantee.
    proved: usize,
    theorems: Vec<Entry>,
    assumptions: Vec<Assumption>,
    policies: BTreeMap<String, Of>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    /// The entry of the register that it belongs to.
    of: String,
    says: String,
    kind: &'static str,
    /// In how many environments it was proved, where no policy permits what it speaks of, none; where it is about policies
    /// or guarantees one by one, of how many.
    count: usize,
    single: bool,
    assumes: Vec<String>,
    /// The guarantee's file and its text, where it is one.
    file: Option<String>,
    html: Option<String>,
}

#[derive(Serialize)]
struct Assumption {
    id: String,
    says: String,
    enforced_by: String,
    html: String,
}

#[derive(Serialize)]
struct Of {
    /// In how many environments its scope speaks.
    environments: usize,
    /// What is proved there.
    theorems: Vec<Count>,
    /// What falls without it.
    falls: Vec<Count>,
    /// A forbid that no permit of today runs into: kept against a later one.
    belt: bool,
}

#[derive(Serialize)]
struct Count {
    name: String,
    environments: usize,
}

/// Proves everything, and then asks of each policy what falls without it.
///
/// # Errors
/// A theorem does not hold, or the solver fails.
pub(super) fn page(
    bundle: &Bundle,
    engine: &Engine,
    names: &Names,
    guarantees: &Guarantees,
    prover: &mut Prover,
) -> Result<Page, Unable> {
    let set = proofs::policies(bundle.files.values().map(String::as_str))?;
    let report = prover.prove(&set, &|_| true);
    if let Some(row) = report.broken().next() {
        return Err(Fault::Failed(format!("{} does not hold in {}", row.name, row.environment)).into());
    }
    let theorems = proofs::of(guarantees);
    let mut of = BTreeMap::new();
    for it in engine.texts() {
        of.insert(it.id.clone(), of_one(&set, &it.id, &theorems, &report, prover)?);
    }
    let source = |text: &str| policies(text, names).join("\n");
    let assumption = |it: &proofs::Assumption| Assumption {
        id: it.id.clone(),
        says: escaped(&it.says),
        enforced_by: escaped(&it.enforced_by),
        html: source(&it.source),
    };
    let entry = |it: &Theorem| {
        let guarantee = guarantees.all.iter().find(|known| known.id == it.name);
        Entry {
            name: it.name.clone(),
            of: it.guarantee.clone(),
            says: escaped(&it.says),
            kind: kind(it.kind),
            count: rows(&report, &it.name).count(),
            single: it.kind == Kind::Possible,
            assumes: it.assumptions.clone(),
            file: guarantee.map(|it| it.file.clone()),
            html: guarantee.map(|it| source(&it.source)),
        }
    };
    Ok(Page {
        environments: prover.environments(),
        proved: theorems.iter().map(|it| rows(&report, &it.name).count()).sum(),
        theorems: theorems.iter().map(entry).collect(),
        assumptions: guarantees.assumptions.iter().map(assumption).collect(),
        policies: of,
    })
}

/// The rows of a theorem, without the line that sums up where there is nothing to ask.
fn rows<'a>(report: &'a Report, name: &'a str) -> impl Iterator<Item = &'a proofs::Row> {
    report.theorems.iter().filter(move |it| it.name == name && it.asked())
}

fn of_one(
    set: &PolicySet,
    id: &str,
    theorems: &[Theorem],
    report: &Report,
    prover: &mut Prover,
) -> Result<Of, Unable> {
    // that a belt wins nowhere, and every other forbid somewhere, is proved with the rest
    let belt = BELTS.contains(&id);
    let id = cedar_policy::PolicyId::new(id);
    let policy = set.policy(&id).ok_or_else(|| Unable::Policies(format!("no policy `{id}`")))?;
    let (environments, proved) = prover.speaking(policy, report);
    let fallen = prover.falls(set, &id)?;
    // in the order of the theorems; those that hold for the policies as a whole are told once, on their own page
    let list = |counted: &proofs::Counted| {
        let guarantees = theorems.iter().filter(|it| it.kind.is_of_environments());
        let counts = guarantees.filter_map(|it| Some((it.name.clone(), *counted.get(&it.name)?)));
        counts.map(|(name, environments)| Count { name, environments }).collect()
    };
    Ok(Of { environments, theorems: list(&proved), falls: list(&fallen), belt })
}

fn kind(it: Kind) -> &'static str {
    match it {
        Kind::Never => "Never",
        Kind::Always => "Always",
        Kind::Narrower => "No wider",
        Kind::Same => "The same",
        Kind::Sound => "No errors",
        Kind::Possible => "Possible",
        Kind::Silent => "Silence denies",
        Kind::Prepared => "What runs",
        Kind::Listed => "Lists",
    }
}
