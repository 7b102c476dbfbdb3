//! The policy files and the schema: read, named, checked, with complaints that point at the place.

use crate::source::Span;
use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use domain::Digest;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../policies"]
#[include = "*.cedar"]
struct Embedded;
const SCHEMA: &str = include_str!("../../../schema/kalinklo.cedarschema");
const SCHEMA_NAME: &str = "schema/kalinklo.cedarschema";

/// The texts of one release: the schema, and the policy files by name.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Name and text of the schema.
    pub schema: (String, String),
    /// Names and texts of the policy files, by name.
    pub files: BTreeMap<String, String>,
}

/// One policy as a reviewer reads it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PolicyText {
    /// Its `@id`.
    pub id: String,
    /// The file it stands in.
    pub file: String,
    /// The line it begins on, from 1.
    pub line: usize,
    /// The column it begins in, in characters, from 1.
    pub column: usize,
    /// `permit` or `forbid`.
    pub effect: &'static str,
    /// Its `@practice`, as `P3`.
    pub practice: String,
    /// Its `@says`.
    pub says: String,
    /// Its source.
    pub source: String,
}

/// Something wrong in a policy or schema file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// The practice of the policy that stands there, as `P3`; none where none does.
    pub practice: Option<String>,
    /// The line's text and a caret below the column.
    pub excerpt: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if let Some(practice) = &self.practice {
            write!(f, "; this touches {practice}")?;
        }
        if self.excerpt.is_empty() { Ok(()) } else { write!(f, "\n{}", self.excerpt) }
    }
}

impl Complaint {
    fn at(file: &str, text: &str, offset: usize, message: impl Into<String>) -> Self {
        let offset = (0..=offset.min(text.len())).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
        let before = &text[..offset];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |it| it + 1);
        let column = text[start..offset].chars().count() + 1;
        let whole = text[start..].lines().next().unwrap_or_default();
        let excerpt = format!("    {whole}\n    {}^", " ".repeat(column - 1));
        let practice = practice_at(text, offset);
        Self { file: file.to_owned(), line, column, message: message.into(), practice, excerpt }
    }

    fn from_diagnostic(file: &str, text: &str, it: &dyn miette::Diagnostic) -> Self {
        let offset = it.labels().and_then(|mut them| them.next()).map_or(0, |label| label.offset());
        let mut message = it.to_string();
        if let Some(help) = it.help() {
            message = format!("{message} ({help})");
        }
        Self::at(file, text, offset, message)
    }
}

/// A bundle that passed every check.
pub(crate) struct Checked {
    pub(crate) schema: Schema,
    pub(crate) policies: PolicySet,
    pub(crate) texts: Vec<PolicyText>,
}

impl Bundle {
    /// The policies that were built into this program.
    #[must_use]
    pub fn embedded() -> Self {
        let files = Embedded::iter().filter_map(|name| {
            let file = Embedded::get(&name)?;
            Some((format!("policies/{name}"), String::from_utf8_lossy(&file.data).into_owned()))
        });
        Self::of(files.collect())
    }

    /// These files, names and texts, under the built-in schema.
    #[must_use]
    pub fn of(files: BTreeMap<String, String>) -> Self {
        Self { schema: (SCHEMA_NAME.to_owned(), SCHEMA.to_owned()), files }
    }

    /// SHA-256 over the schema and all policy files, by name: two bundles of one digest decide alike.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        let mut part = |name: &str, text: &str| {
            for it in [name, text] {
                hash.update((it.len() as u64).to_be_bytes());
                hash.update(it);
            }
        };
        part("schema", &self.schema.1);
        for (name, text) in self.plain() {
            part(name, text);
        }
        Digest(hash.finalize().into())
    }

    /// SHA-256 over the schema's text alone.
    #[must_use]
    pub fn schema_digest(&self) -> Digest {
        Digest(Sha256::digest(&self.schema.1).into())
    }

    /// The files by their own names: their folder differs between a checkout and an installed program.
    pub fn plain(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.rsplit('/').next().unwrap_or(name), text.as_str()))
    }

    /// The `*.cedar` files of a folder, with the schema at `schema` or the built-in one.
    ///
    /// # Errors
    /// A file or the folder cannot be read.
    pub fn folder(folder: &Path, schema: Option<&Path>) -> std::io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|it| it == "cedar") {
                files.insert(path.display().to_string(), std::fs::read_to_string(&path)?);
            }
        }
        let schema = match schema {
            Some(path) => (path.display().to_string(), std::fs::read_to_string(path)?),
            None => (SCHEMA_NAME.to_owned(), SCHEMA.to_owned()),
        };
        Ok(Self { schema, files })
    }

    /// Checks everything: syntax, `@id` and its uniqueness, `@practice`, `@says`, strict validation.
    ///
    /// # Errors
    /// Every complaint found, in the order of files and lines.
    pub fn check(&self) -> Result<Vec<PolicyText>, Vec<Complaint>> {
        self.checked().map(|it| it.texts)
    }

    pub(crate) fn checked(&self) -> Result<Checked, Vec<Complaint>> {
        let (name, text) = (&self.schema.0, &self.schema.1);
        let schema = match Schema::from_cedarschema_str(text) {
            Ok((schema, _)) => schema,
            Err(e) => return Err(vec![Complaint::from_diagnostic(name, text, &e)]),
        };
        let validator = Validator::new(schema.clone());
        let (mut complaints, mut texts, mut policies) = (Vec::new(), Vec::new(), PolicySet::new());
        if self.files.is_empty() {
            complaints.push(Complaint::at("policies", "", 0, "no policy file found"));
        }
        for (file, text) in &self.files {
            match named(file, text) {
                Err(more) => complaints.extend(more),
                Ok(them) => {
                    let mut set = PolicySet::new();
                    for (policy, described) in them {
                        let line = described.line;
                        if policies.add(policy.clone()).is_err() {
                            let offset = line_offset(text, line);
                            complaints.push(Complaint::at(
                                file,
                                text,
                                offset,
                                format!("a second policy with `@id(\"{}\")`", policy.id()),
                            ));
                            continue;
                        }
                        let _ = set.add(policy);
                        texts.push(described);
                    }
                    let report = validator.validate(&set, ValidationMode::Strict);
                    for fault in report.validation_errors() {
                        complaints.push(Complaint::from_diagnostic(file, text, fault));
                    }
                    for fault in report.validation_warnings() {
                        complaints.push(Complaint::from_diagnostic(file, text, fault));
                    }
                }
            }
        }
        complaints.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        if complaints.is_empty() { Ok(Checked { schema, policies, texts }) } else { Err(complaints) }
    }
}

/// The practice of the policy that stands there, told by the text alone: it may be no Cedar.
fn practice_at(text: &str, offset: usize) -> Option<String> {
    const ID: &str = "@id(";
    const PRACTICE: &str = "@practice(\"";
    let starts = |it: &(usize, &str)| it.0 <= offset;
    let start = text.match_indices(ID).take_while(starts).last().map_or(0, |it| it.0);
    let own = &text[start..];
    let end = own.get(ID.len()..).and_then(|it| it.find(ID)).map_or(own.len(), |it| it + ID.len());
    // the policies of one file are of one practice
    let (_, rest) = own[..end].split_once(PRACTICE).or_else(|| text.split_once(PRACTICE))?;
    rest.split_once('"').map(|it| it.0.to_owned()).filter(|it| !it.is_empty())
}

fn line_offset(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line - 1).map(str::len).sum()
}

/// The policies of one file, each under its own `@id`.
fn named(file: &str, text: &str) -> Result<Vec<(Policy, PolicyText)>, Vec<Complaint>> {
    let set: PolicySet = match text.parse() {
        Ok(set) => set,
        Err(e) => {
            let e: cedar_policy::ParseErrors = e;
            return Err(e.iter().map(|it| Complaint::from_diagnostic(file, text, it)).collect());
        }
    };
    let (mut out, mut complaints) = (Vec::new(), Vec::new());
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for template in set.templates() {
        let offset = text.find(&template.to_cedar()).unwrap_or(0);
        complaints.push(Complaint::at(file, text, offset, "templates are not used here"));
    }
    for policy in set.policies() {
        let source = policy.to_cedar().unwrap_or_default();
        // of policies that are written alike, each has its own place
        let from = places.entry(source.clone()).or_insert(0);
        let offset = text[*from..].find(&source).map_or(0, |it| *from + it);
        *from = offset + source.len();
        let mut annotation = |name: &str| {
            let value = policy.annotation(name).map(str::to_owned).filter(|it| !it.is_empty());
            if value.is_none() {
                complaints.push(Complaint::at(
                    file,
                    text,
                    offset,
                    format!("the policy has no `@{name}(\"…\")`"),
                ));
            }
            value.unwrap_or_default()
        };
        let (id, practice, says) = (annotation("id"), annotation("practice"), annotation("says"));
        let effect = match policy.effect() {
            cedar_policy::Effect::Permit => "permit",
            cedar_policy::Effect::Forbid => "forbid",
        };
        let (line, column) = Span { start: offset, end: offset }.place(text);
        out.push((
            policy.new_id(PolicyId::new(&id)),
            PolicyText { id, file: file.to_owned(), line, column, effect, practice, says, source },
        ));
    }
    out.sort_by_key(|it| it.1.line);
    if complaints.is_empty() { Ok(out) } else { Err(complaints) }
}
