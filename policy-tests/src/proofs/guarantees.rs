//! The guarantees as Cedar, from `guarantees/*.cedar`: each policy permits exactly what must never be, or what must
//! always be allowed.

use super::ground::Spoken;
use super::solver::Fault;
use cedar_policy::{Policy, PolicyId, PolicySet};
use domain::Digest;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(rust_embed::RustEmbed)]
#[folder = "guarantees"]
#[include = "*.cedar"]
struct Embedded;

/// The guarantee that no set of policies may do without: the way back to those before.
const WAY_BACK: &str = "policies-can-always-be-replaced";
const ASSUMPTIONS: &str = "assumptions.cedar";
const WORDS: &str = "words.cedar";

/// Which way a guarantee binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Must {
    /// No request that the policy describes is allowed.
    Never,
    /// Every request that the policy describes is allowed.
    Always,
}

/// One guarantee.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Guarantee {
    /// Its `@id`: the name of the theorem.
    pub id: String,
    /// Its `@guarantee`: an entry of the register, as `P3`.
    pub of: String,
    /// Its `@says`: the sentence that is proved.
    pub says: String,
    /// Which way it binds.
    pub must: Must,
    /// Ids of the assumptions that it needs.
    pub assumes: Vec<String>,
    /// Whether it speaks of the schema with actions that no policy has heard of.
    pub extended: bool,
    /// The file it stands in.
    pub file: String,
    /// Its source.
    pub source: String,
    #[serde(skip)]
    pub(crate) spoken: Spoken,
}

/// Something every store of the program keeps, told as a policy that forbids the stores that do not.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Assumption {
    /// Its `@id`.
    pub id: String,
    /// Its `@says`.
    pub says: String,
    /// Its `@enforced_by`: the database's constraint, or the loader's type.
    pub enforced_by: String,
    /// Its source.
    pub source: String,
    #[serde(skip)]
    pub(crate) spoken: Spoken,
}

/// Everything in the folder.
#[derive(Debug, Clone)]
pub struct Guarantees {
    /// In the order of files, and as they stand there.
    pub all: Vec<Guarantee>,
    /// In the order of their file.
    pub assumptions: Vec<Assumption>,
    pub(crate) words: Vec<Spoken>,
}

impl Guarantees {
    /// The guarantees that were built into this program.
    ///
    /// # Errors
    /// A file cannot be read as guarantees.
    pub fn embedded() -> Result<Self, Fault> {
        let files = Embedded::iter().filter_map(|name| {
            let file = Embedded::get(&name)?;
            Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        });
        Self::read(files.collect())
    }

    /// SHA-256 over the files of those built into this program: two releases of one digest promise the same.
    #[must_use]
    pub fn digest() -> Digest {
        let files: BTreeMap<_, _> =
            Embedded::iter().filter_map(|name| Embedded::get(&name).map(|it| (name, it))).collect();
        let mut hash = Sha256::new();
        for (name, file) in &files {
            for part in [name.as_bytes(), &*file.data] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        Digest(hash.finalize().into())
    }

    /// The guarantees of a folder.
    ///
    /// # Errors
    /// A file cannot be read, or not as guarantees.
    pub fn folder(folder: &Path) -> Result<Self, Fault> {
        let no = |e: std::io::Error| Fault::Unaskable(format!("{}: {e}", folder.display()));
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(no)? {
            let path = entry.map_err(no)?.path();
            if path.extension().is_some_and(|it| it == "cedar") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).map_err(no)?));
            }
        }
        Self::read(files)
    }

    /// These, but with the rights that the others say must always be there. What must never be stays as it is, and
    /// assumptions are those of this program, for its database keeps no others.
    ///
    /// # Errors
    /// The others assume what nobody keeps here.
    pub fn with_rights_of(self, theirs: Self) -> Result<Self, Fault> {
        let Self { all, assumptions, words } = self;
        let kept = |it: &Guarantee| it.must == Must::Never || it.id == WAY_BACK;
        let mut all: Vec<Guarantee> = all.into_iter().filter(kept).collect();
        let more = theirs.all.into_iter().filter(|it| all.iter().all(|known| known.id != it.id));
        let more: Vec<Guarantee> = more.collect();
        for it in &more {
            if let Some(unknown) =
                it.assumes.iter().find(|it| assumptions.iter().all(|known| known.id != **it))
            {
                return Err(no(
                    &it.file,
                    &format!("`{}` assumes `{unknown}`, which is not kept here", it.id),
                ));
            }
        }
        all.extend(more);
        Ok(Self { all, assumptions, words })
    }

    fn read(mut files: Vec<(String, String)>) -> Result<Self, Fault> {
        files.sort();
        let (mut all, mut assumptions, mut words) = (Vec::new(), Vec::new(), Vec::new());
        for (file, text) in &files {
            for policy in named(file, text)? {
                let told = |name: &str| {
                    let it = policy.annotation(name).filter(|it| !it.is_empty());
                    let it = it.map(str::to_owned);
                    it.ok_or_else(|| no(file, &format!("`{}` has no `@{name}(\"…\")`", policy.id())))
                };
                let id = policy.id().to_string();
                let source = policy.to_cedar().unwrap_or_default();
                let spoken = Spoken::of(policy.clone());
                match file.as_str() {
                    WORDS => words.push(spoken),
                    ASSUMPTIONS => {
                        let (says, enforced_by) = (told("says")?, told("enforced_by")?);
                        assumptions.push(Assumption { id, says, enforced_by, source, spoken });
                    }
                    _ => {
                        let must = match told("must")?.as_str() {
                            "never" => Must::Never,
                            "always" => Must::Always,
                            other => return Err(no(file, &format!("`{id}` must `{other}`"))),
                        };
                        let list = policy.annotation("assumes").unwrap_or_default();
                        let assumes = list.split([',', ' ']).filter(|it| !it.is_empty());
                        all.push(Guarantee {
                            of: told("guarantee")?,
                            says: told("says")?,
                            must,
                            assumes: assumes.map(str::to_owned).collect(),
                            extended: policy.annotation("schema") == Some("extended"),
                            file: format!("policy-tests/guarantees/{file}"),
                            id,
                            source,
                            spoken,
                        });
                    }
                }
            }
        }
        let known = |it: &String| assumptions.iter().any(|known: &Assumption| known.id == *it);
        for it in &all {
            if let Some(unknown) = it.assumes.iter().find(|it| !known(it)) {
                return Err(no(&it.file, &format!("`{}` assumes `{unknown}`, which nobody told", it.id)));
            }
            if all.iter().filter(|other| other.id == it.id).count() > 1 {
                return Err(no(&it.file, &format!("two guarantees are called `{}`", it.id)));
            }
        }
        Ok(Self { all, assumptions, words })
    }
}

fn no(file: &str, what: &str) -> Fault {
    Fault::Unaskable(format!("{file}: {what}"))
}

/// The policies of one file under their own ids, as they stand there.
fn named(file: &str, text: &str) -> Result<Vec<Policy>, Fault> {
    let set: PolicySet = text.parse().map_err(|e| no(file, &format!("{e}")))?;
    if set.templates().next().is_some() {
        return Err(no(file, "templates prove nothing"));
    }
    let mut all = Vec::new();
    for policy in set.policies() {
        let id = policy.annotation("id").filter(|it| !it.is_empty());
        let id = id.ok_or_else(|| no(file, "a policy without `@id(\"…\")`"))?;
        let at = text.find(&format!("@id(\"{id}\")")).unwrap_or(usize::MAX);
        all.push((at, policy.new_id(PolicyId::new(id))));
    }
    all.sort_by_key(|it| it.0);
    Ok(all.into_iter().map(|it| it.1).collect())
}
