//! Examples: who, does what, on what, and then the decision and exactly the policies that decide it.
//!
//! ```toml
//! [[case]]
//! name = "a verified presenter sees a private listing"
//! as = "presenter"                          # a name of cases/cast.toml, or a table, perhaps { like = "…", … }
//! do = "ViewListing"                        # or several, which must all end alike
//! on = { like = "profile", level = "private_listing" }
//! told = { digest = "terms" }               # only where the action needs it
//! decision = "allow"
//! by = ["listing-presenter"]                # a denial by nothing is []
//! ```

use crate::ask::{self, Answer, Unaskable};
use crate::breaks::Practices;
use crate::cast::{CAST, Cast};
use crate::fields::Mistake;
use crate::things::{Thing, Told};
use policy::{ActionName, Asker, Engine};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use toml::{Spanned, Table, Value};

#[derive(rust_embed::RustEmbed)]
#[folder = "cases"]
#[include = "*.toml"]
struct Embedded;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Spanned<String>,
    r#as: Value,
    r#do: Value,
    on: Value,
    #[serde(default)]
    told: Table,
    decision: Decision,
    by: Vec<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Decision {
    Allow,
    Deny,
}

/// One example. A case whose `do` names several actions becomes several of these.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file it stands in.
    pub file: String,
    /// The line of its name, from 1.
    pub line: usize,
    /// What it shows.
    pub name: String,
    /// Who asks.
    pub asker: Arc<Asker>,
    /// For what.
    pub action: ActionName,
    /// On what.
    pub on: Thing,
    /// What is told with it.
    pub told: Told,
    /// What must come out.
    pub expected: Answer,
}

/// A case that did not end as it should, or could not be read or asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The line of the case's name, from 1; 0 where the file itself is wrong.
    pub line: usize,
    /// The case; empty where the file itself is wrong.
    pub name: String,
    /// The action; empty where the case could not be read.
    pub action: String,
    /// What must come out; empty where the case could not be read.
    pub expected: String,
    /// What came out, or what is wrong.
    pub got: String,
    /// The practices of the policies that speak otherwise than they should; empty where nobody knows them.
    pub breaks: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        f.write_str(": ")?;
        if !self.name.is_empty() {
            write!(f, "{}: ", self.name)?;
        }
        if self.expected.is_empty() {
            return f.write_str(&self.got);
        }
        write!(f, "{}\n    expected: {}\n    got:      {}", self.action, self.expected, self.got)?;
        let file = self.practice().filter(|_| self.breaks.is_empty());
        let broken = self.breaks.iter().chain(&file).map(String::as_str).collect::<Vec<_>>();
        if broken.is_empty() { Ok(()) } else { write!(f, "\n    this breaks {}", broken.join(", ")) }
    }
}

impl Failure {
    /// The practice that the file is about, told by its name: `P3` of `p03-artists-apart.toml`.
    fn practice(&self) -> Option<String> {
        let number: u8 = self.file.rsplit('/').next()?.strip_prefix('p')?.get(..2)?.parse().ok()?;
        Some(format!("P{number}"))
    }

    /// A file that cannot be read.
    pub(crate) fn unread(file: &Path, e: &std::io::Error) -> Self {
        wrong(&file.display().to_string(), 0, "", e.to_string())
    }
}

/// What became of a run.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How many questions were asked.
    pub asked: usize,
    /// Those that went wrong, in the order of files and cases.
    pub failures: Vec<Failure>,
    /// How many cases each policy decides; a policy that decides none is named with zero.
    pub decides: BTreeMap<String, usize>,
}

impl Report {
    /// The policies that decide no case.
    pub fn undecided(&self) -> impl Iterator<Item = &str> {
        self.decides.iter().filter(|it| *it.1 == 0).map(|it| it.0.as_str())
    }
}

/// All cases of a folder.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    /// In the order of files, and as they stand there.
    pub all: Vec<Case>,
}

impl Cases {
    /// The cases that were built into this program.
    ///
    /// # Errors
    /// Every case and file that cannot be read.
    pub fn embedded() -> Result<Self, Vec<Failure>> {
        let files = Embedded::iter().filter_map(|name| {
            let file = Embedded::get(&name)?;
            Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        });
        Self::parse(&files.collect())
    }

    /// The cases of a folder's `*.toml` files, with its `cast.toml` where there is one.
    ///
    /// # Errors
    /// Every case and file that cannot be read.
    pub fn folder(folder: &Path) -> Result<Self, Vec<Failure>> {
        let broken = |e: std::io::Error| vec![Failure::unread(folder, &e)];
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(broken)? {
            let path = entry.map_err(broken)?.path();
            if path.extension().is_some_and(|it| it == "toml") {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).map_err(broken)?);
            }
        }
        Self::parse(&files)
    }

    /// Cases from the texts of files, by name.
    ///
    /// # Errors
    /// Every case and file that cannot be read.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, Vec<Failure>> {
        let cast: Cast = match files.get(CAST) {
            Some(text) => Cast::parse(text).map_err(|e| vec![wrong(CAST, 0, "", e.0)])?,
            None => Cast::default(),
        };
        let (mut all, mut failures) = (Vec::new(), Vec::new());
        for (name, text) in files.iter().filter(|it| it.0 != CAST) {
            match toml::from_str::<File>(text) {
                Err(e) => failures.push(wrong(name, 0, "", e.to_string())),
                Ok(file) => {
                    for raw in &file.case {
                        let line = text[..raw.name.span().start].matches('\n').count() + 1;
                        match read(name, line, raw, &cast) {
                            Ok(more) => all.extend(more),
                            Err(e) => failures.push(wrong(name, line, raw.name.get_ref(), e.0)),
                        }
                    }
                }
            }
        }
        if failures.is_empty() { Ok(Self { all }) } else { Err(failures) }
    }

    /// Puts every case to the engine, and to the policies as written.
    #[must_use]
    pub fn run(&self, engine: &Engine) -> Report {
        let mut report = Report::default();
        let practices = Practices::of(engine.texts());
        report.decides.extend(engine.texts().iter().map(|it| (it.id.clone(), 0)));
        for case in &self.all {
            report.asked += 1;
            match case.ask(engine) {
                Err(e) => report.failures.push(case.failure(e.to_string(), Vec::new())),
                Ok(got) if got != case.expected => {
                    let breaks = practices.broken(&case.expected, &got);
                    report.failures.push(case.failure(got.to_string(), breaks));
                }
                Ok(got) => {
                    for id in got.by {
                        *report.decides.entry(id.to_string()).or_default() += 1;
                    }
                }
            }
        }
        report
    }
}

impl Case {
    /// The engine's answer.
    ///
    /// # Errors
    /// The question cannot be put.
    pub fn ask(&self, engine: &Engine) -> Result<Answer, Unaskable> {
        ask::ask(engine, &self.asker, self.action, &self.on, &self.told)
    }

    fn failure(&self, got: String, breaks: Vec<String>) -> Failure {
        Failure {
            file: self.file.clone(),
            line: self.line,
            name: self.name.clone(),
            action: self.action.as_str().to_owned(),
            expected: self.expected.to_string(),
            got,
            breaks,
        }
    }
}

fn wrong(file: &str, line: usize, name: &str, got: String) -> Failure {
    let (action, expected) = (String::new(), String::new());
    Failure { file: file.to_owned(), line, name: name.to_owned(), action, expected, got, breaks: Vec::new() }
}

fn read(file: &str, line: usize, raw: &Raw, cast: &Cast) -> Result<Vec<Case>, Mistake> {
    let asker = cast.who(&raw.r#as)?;
    let on = cast.what(&raw.on)?;
    let told = crate::things::told(&raw.told)?;
    let mut by: Vec<Arc<str>> = raw.by.iter().map(|it| Arc::from(it.as_str())).collect();
    by.sort();
    let names: Vec<&Value> = match &raw.r#do {
        Value::Array(them) => them.iter().collect(),
        one => vec![one],
    };
    names
        .into_iter()
        .map(|name| {
            let action = name.as_str().and_then(ActionName::named);
            let action = action.ok_or_else(|| Mistake(format!("no action {name}")))?;
            let on = on.clone().under(action);
            let expected = Answer { allowed: raw.decision == Decision::Allow, by: by.clone(), fault: None };
            Ok(Case {
                file: file.to_owned(),
                line,
                name: raw.name.get_ref().clone(),
                asker: asker.clone(),
                action,
                on,
                told: told.clone(),
                expected,
            })
        })
        .collect()
}
