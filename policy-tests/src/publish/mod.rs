//! What the public site shows of the policies: files below its folder, made from what stands here and held current by
//! tests. `kalinklo policy report` writes all of them.
//!
//! - [`plain`]: the policies with their cases, the schema, the matrix, and a page for each file of policies
//! - [`theorems`]: what is proved, and what falls without each policy; takes the solver
//! - [`mutants`]: who notices each policy's weakenings; takes a run of the mutants

pub mod document;
mod matrix;
mod mutants;
mod policies;
mod schema;
mod situations;
mod theorems;

pub use matrix::by_kind;

use crate::cases::Cases;
use crate::mutants::{Report, Unable};
use crate::proofs::{Guarantees, Prover};
use policy::highlight::Names;
use policy::{Bundle, Engine};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where the pages of single files of policies stand; everything there whose name begins with `p` and a digit is made.
const PAGES: &str = "content/policies";

/// A file that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Below the site's folder: `data/policies.json`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Made {
    fn json(name: &str, it: &impl Serialize) -> Result<Self, Unable> {
        let text = serde_json::to_string_pretty(it).map_err(|e| Unable::Policies(e.to_string()))?;
        Ok(Self { path: format!("data/{name}.json"), text: format!("{text}\n") })
    }

    /// Whether the site has it as it is.
    #[must_use]
    pub fn is_current(&self, site: &Path) -> bool {
        std::fs::read_to_string(site.join(&self.path)).is_ok_and(|it| it == self.text)
    }

    /// Writes it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, site: &Path) -> std::io::Result<()> {
        let path = site.join(&self.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, &self.text)
    }
}

/// Everything that takes neither the solver nor the mutants.
///
/// # Errors
/// The policies do not load, a case ends otherwise than it must, or something has no words yet.
pub fn plain(bundle: &Bundle, cases: &Cases) -> Result<Vec<Made>, Unable> {
    let engine = engine(bundle)?;
    let names = Names::of(&bundle.schema.1);
    let page = policies::page(bundle, &engine, &names, cases)?;
    let mut all = vec![
        Made::json("policies", &page)?,
        Made::json("schema", &schema::page(bundle, &engine, &names)?)?,
        Made::json("matrix", &matrix::page(&engine)?)?,
    ];
    for (at, file) in page.files.iter().enumerate() {
        let policies::File { name, title, practice, .. } = file;
        let path = format!("{PAGES}/{name}.md");
        let text = format!(
            "+++\ntitle = \"{title}\"\ndescription = \"{title}: {name}.cedar, the policies of {practice} word for word, each \
             with its theorems, its cases and its mutants.\"\nweight = {}\n\n[extra]\nfile = \"{name}\"\n+++\n",
            at + 1
        );
        all.push(Made { path, text });
    }
    Ok(all)
}

/// What is proved. Asks every theorem, and for each policy those where it speaks once more without it.
///
/// # Errors
/// A theorem does not hold, or the solver fails.
pub fn theorems(bundle: &Bundle, guarantees: &Guarantees, prover: &mut Prover) -> Result<Made, Unable> {
    let engine = engine(bundle)?;
    let names = Names::of(&bundle.schema.1);
    Made::json("theorems", &theorems::page(bundle, &engine, &names, guarantees, prover)?)
}

/// What became of all mutants.
///
/// # Errors
/// It cannot be written as JSON.
pub fn mutants(report: &Report) -> Result<Made, Unable> {
    Made::json("mutants", &mutants::page(report))
}

/// Pages of files of policies that are no longer among those made.
///
/// # Errors
/// The folder cannot be read.
pub fn stale(site: &Path, made: &[Made]) -> std::io::Result<Vec<PathBuf>> {
    let folder = site.join(PAGES);
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_made = name.strip_prefix('p').is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
        let path = format!("{PAGES}/{name}");
        if is_made && !made.iter().any(|it| it.path == path) {
            found.push(site.join(path));
        }
    }
    found.sort();
    Ok(found)
}

fn engine(bundle: &Bundle) -> Result<Engine, Unable> {
    Engine::load(bundle).map_err(|e| Unable::Policies(e.to_string()))
}
