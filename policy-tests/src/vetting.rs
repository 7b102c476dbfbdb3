//! Everything that a set of policies must pass before it may decide anywhere: files, the engine, cases and the clauses
//! that they try, the matrix, and every theorem.
//!
//! Cases, matrix and the rights that must always be there say what a set decides, so a set that is meant to decide
//! otherwise comes with its own. What must never be is not a set's to change: it is proved as this program promises it,
//! whatever else is given. So a set may take rights away without a release, and can give none that a release denies.

use crate::breaks::Practices;
use crate::cases::{Cases, Failure};
use crate::coverage;
use crate::matrix;
use crate::mutants::Unable;
use crate::proofs::{Fault, Guarantees, Prover, Row, policies};
use policy::{Bundle, Engine, PolicyText};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// What a set is meant to decide.
#[derive(Debug, Clone)]
pub struct Tests {
    /// Examples.
    pub cases: Cases,
    /// The reviewed page of all rights.
    pub matrix: String,
    /// What must never be, and what must always be allowed.
    pub guarantees: Guarantees,
}

/// Why tests cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Cases, or the matrix.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Cases(Vec<Failure>),
    /// Guarantees.
    #[error("{0}")]
    Guarantees(#[from] Fault),
}
impl From<Vec<Failure>> for Unreadable {
    fn from(it: Vec<Failure>) -> Self {
        Self::Cases(it)
    }
}

impl Tests {
    /// Those of this release.
    ///
    /// # Errors
    /// Every case that cannot be read.
    pub fn embedded() -> Result<Self, Unreadable> {
        let (cases, guarantees) = (Cases::embedded()?, Guarantees::embedded()?);
        Ok(Self { cases, matrix: matrix::REVIEWED.to_owned(), guarantees })
    }

    /// Those of a folder like `policy-tests`: `cases/*.toml`, `expected/matrix.txt` and, where it is there,
    /// `guarantees/*.cedar`, to which all is added that this program promises never to be.
    ///
    /// # Errors
    /// Every case and file that cannot be read.
    pub fn folder(folder: &Path) -> Result<Self, Unreadable> {
        let page = folder.join("expected/matrix.txt");
        let matrix = std::fs::read_to_string(&page).map_err(|e| vec![Failure::unread(&page, &e)])?;
        let theirs = folder.join("guarantees");
        let guarantees = if theirs.is_dir() {
            Guarantees::embedded()?.with_rights_of(Guarantees::folder(&theirs)?)?
        } else {
            Guarantees::embedded()?
        };
        Ok(Self { cases: Cases::folder(&folder.join("cases"))?, matrix, guarantees })
    }
}

/// One of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Syntax, ids, annotations, types.
    Files,
    /// Whether the engine can be prepared, and each list become a query.
    Engine,
    /// Examples, with the deciding policies.
    Cases,
    /// Whether the examples try every clause and action.
    Clauses,
    /// The page of all rights.
    Matrix,
    /// What holds for all requests.
    Theorems,
}

impl Check {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Engine => "engine",
            Self::Cases => "cases",
            Self::Clauses => "clauses",
            Self::Matrix => "matrix",
            Self::Theorems => "theorems",
        }
    }
}

/// Why a set may not decide.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Objection {
    /// Which check it did not pass.
    pub check: Check,
    /// What is wrong.
    pub message: String,
    /// The policies that decided it, as `file:line id`; where none did, the file of what was expected.
    pub places: Vec<String>,
}

impl Objection {
    /// An objection to which the policies that its text names are added.
    #[must_use]
    pub fn new(check: Check, message: impl Into<String>, texts: &[PolicyText]) -> Self {
        let message = message.into();
        let words: BTreeSet<&str> =
            message.split(|it: char| !(it.is_ascii_alphanumeric() || it == '-')).collect();
        // an id of one word may be a word of the sentence
        let names =
            |id: &str| words.contains(id) && (id.contains('-') || message.contains(&format!("`{id}`")));
        let named = texts.iter().filter(|it| names(&it.id));
        let places = named.map(|it| format!("{}:{} {}", it.file, it.line, it.id)).collect();
        Self { check, message, places }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check.as_str(), self.message)?;
        self.places.iter().try_for_each(|it| write!(f, "\n    see {it}"))
    }
}

/// The figures of a set that passed.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Vetted {
    /// Policies.
    pub policies: usize,
    /// Environments that have at least one.
    pub environments: usize,
    /// Questions of the cases.
    pub cases: usize,
    /// Clauses that the cases try.
    pub clauses: usize,
    /// Lines of the matrix.
    pub matrix: usize,
    /// Theorems.
    pub theorems: usize,
    /// Questions that they came to.
    pub questions: usize,
    /// What answered them.
    pub solver: String,
    /// How long that took.
    pub seconds: f64,
}

impl fmt::Display for Vetted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} policies in {} environments: {} questions of the cases, {} clauses tried, {} lines of the matrix as reviewed, \
             {} theorems proved by {} questions in {:.1} s.",
            self.policies,
            self.environments,
            self.cases,
            self.clauses,
            self.matrix,
            self.theorems,
            self.questions,
            self.seconds
        )
    }
}

/// Puts a set through every check. The checks of files and engine come first, for without them there is nothing to ask;
/// all others are gone through whatever is found. `prover` has the guarantees of `tests`.
///
/// # Errors
/// A check could not be run. What does not hold is no error, but a list of objections.
pub fn vet(
    bundle: &Bundle,
    tests: &Tests,
    prover: &Prover,
) -> Result<Result<Vetted, Vec<Objection>>, Unable> {
    let texts = match bundle.check() {
        Ok(texts) => texts,
        Err(them) => {
            let all = them.iter().map(|it| Objection::new(Check::Files, it.to_string(), &[]));
            return Ok(Err(all.collect()));
        }
    };
    let engine = match Engine::load(bundle) {
        Ok(engine) => engine,
        Err(e) => return Ok(Err(vec![Objection::new(Check::Engine, e.to_string(), &texts)])),
    };
    let object = |check, it: &dyn fmt::Display| Objection::new(check, it.to_string(), &texts);
    let report = tests.cases.run(&engine);
    let mut against: Vec<Objection> = report.failures.iter().map(|it| object(Check::Cases, it)).collect();
    let coverage = coverage::of(bundle, &tests.cases)?;
    against.extend(coverage.open().map(|it| object(Check::Clauses, it)));
    let page = matrix::page(&engine).map_err(|e| Unable::Policies(e.to_string()))?;
    let turned = Practices::of(&texts).differences(&tests.matrix, &page);
    against.extend(turned.iter().map(|it| object(Check::Matrix, it)));
    let set = policies(bundle.files.values().map(String::as_str))?;
    let proved = prover.prove(&set, &|_| true);
    against.extend(proved.broken().map(|it| broken(it, &tests.guarantees, &texts)));
    if against.is_empty() && !proved.holds() {
        against.push(object(Check::Theorems, &"no theorem was put"));
    }
    if !against.is_empty() {
        return Ok(Err(against));
    }
    let theorems: BTreeSet<&str> = proved.theorems.iter().map(|it| it.name.as_str()).collect();
    Ok(Ok(Vetted {
        policies: texts.len(),
        environments: engine.environments(),
        cases: report.asked,
        clauses: coverage.clauses,
        matrix: page.lines().count(),
        theorems: theorems.len(),
        questions: proved.cells.all,
        solver: proved.solver,
        seconds: proved.seconds,
    }))
}

/// What is said of a theorem that is no proof.
fn broken(row: &Row, guarantees: &Guarantees, texts: &[PolicyText]) -> Objection {
    let mut message = format!("{} {} ({})", row.name, row.verdict.as_str(), row.environment);
    let told = [
        row.about.as_ref().map(|it| format!("`{it}`")),
        row.counterexample.as_ref().map(|it| it.sentence.clone()),
        row.fault.clone(),
    ];
    for it in told.into_iter().flatten() {
        message = format!("{message}: {it}");
    }
    let mut it = Objection::new(Check::Theorems, message, texts);
    if let Some(of) = guarantees.all.iter().find(|it| it.id == row.name).filter(|_| it.places.is_empty()) {
        it.places.push(format!("{} {}", of.file, of.id));
    }
    it
}
