//! `data/policies.json`: every file of policies, each policy with its source, its clauses and the cases that it decides.

use crate::cases::{Case, Cases};
use crate::coverage::{Coverage, Gap, Missing};
use crate::mutants::Unable;
use policy::highlight::{Names, escaped, headed, numbered, policies};
use policy::source::Source;
use policy::{Bundle, Engine, PolicyText};
use serde::Serialize;
use std::collections::BTreeMap;

/// The table that gives each file its sentence.
const README: &str = include_str!("../../../policies/README.md");

/// The whole file. Every text is HTML.
#[derive(Serialize)]
pub(super) struct Page {
    figures: Figures,
    /// In the order of their names.
    pub(super) files: Vec<File>,
    /// Where each policy stands, by its id.
    addresses: BTreeMap<String, String>,
}

#[derive(Serialize, Default)]
struct Figures {
    policies: usize,
    permits: usize,
    forbids: usize,
    clauses: usize,
    actions: usize,
    cases: usize,
    questions: usize,
}

/// A file of policies.
#[derive(Serialize)]
pub(super) struct File {
    /// `p03-artists-apart`
    pub(super) name: String,
    file: String,
    address: String,
    /// What it is about, as a title.
    pub(super) title: String,
    /// What it says of itself.
    head: String,
    /// The practice of all that stands in it.
    pub(super) practice: String,
    /// The file of its cases.
    cases: String,
    policies: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    effect: &'static str,
    says: String,
    line: usize,
    /// Its lines, and the comments before it.
    html: String,
    clauses: usize,
    actions: usize,
    /// What no case can show, as the solver proved of each.
    untried: Vec<Untried>,
    /// How many questions of the cases it decides.
    decides: usize,
    cases: Vec<Example>,
}

#[derive(Serialize)]
struct Untried {
    line: usize,
    clause: String,
    missing: &'static str,
}

#[derive(Serialize)]
struct Example {
    name: String,
    file: String,
    line: usize,
    actions: Vec<&'static str>,
    allowed: bool,
}

/// Reads, runs and measures.
///
/// # Errors
/// A policy cannot be taken apart, a case ends otherwise than it must, or a file has no sentence in the README.
pub(super) fn page(bundle: &Bundle, engine: &Engine, names: &Names, cases: &Cases) -> Result<Page, Unable> {
    if let Some(wrong) = cases.run(engine).failures.first() {
        return Err(Unable::Cases(wrong.to_string()));
    }
    let coverage = crate::coverage::of(bundle, cases)?;
    if let Some(gap) = coverage.open().next() {
        return Err(Unable::Cases(gap.to_string()));
    }
    let mut figures = Figures {
        clauses: coverage.clauses,
        actions: coverage.actions,
        questions: cases.all.len(),
        ..Figures::default()
    };
    let mut named: Vec<_> = cases.all.iter().map(|it| (&it.file, it.line)).collect();
    named.dedup();
    figures.cases = named.len();
    let (mut files, mut addresses) = (Vec::new(), BTreeMap::new());
    for (path, text) in &bundle.files {
        let name = stem(path).to_owned();
        let address = format!("/policies/{name}/");
        let here: Vec<&PolicyText> = engine.texts().iter().filter(|it| it.file == *path).collect();
        let lines = policies(text, names);
        let (mut entries, mut before) = (Vec::new(), 1);
        for it in &here {
            let last = it.line + it.source.lines().count() - 1;
            let html = numbered(&lines, before, last);
            entries.push(entry(it, html, &coverage, cases)?);
            before = last + 1;
            addresses.insert(it.id.clone(), format!("{address}#policy-{}", it.id));
            let of = if it.effect == "permit" { &mut figures.permits } else { &mut figures.forbids };
            *of += 1;
        }
        figures.policies += entries.len();
        files.push(File {
            title: title(&name)?,
            head: escaped(&head(text)),
            practice: here.first().map(|it| it.practice.clone()).unwrap_or_default(),
            cases: format!("policy-tests/cases/{name}.toml"),
            file: path.clone(),
            policies: entries,
            address,
            name,
        });
    }
    Ok(Page { figures, files, addresses })
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".cedar").unwrap_or(name)
}

/// The sentence of the README's table, as a title.
fn title(name: &str) -> Result<String, Unable> {
    let row = format!("| `{name}.cedar` | ");
    let says = README.lines().find_map(|line| line.strip_prefix(row.as_str())?.strip_suffix(" |"));
    let says = says.ok_or_else(|| {
        Unable::Policies(format!("policies/README.md does not say what stands in {name}.cedar"))
    })?;
    Ok(headed(says).replace('\'', "’"))
}

/// What a file says of itself before its first policy, without the number of its practice.
fn head(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map_while(|it| it.strip_prefix("//")).map(str::trim).collect();
    let whole = lines.join(" ");
    let numbered =
        |it: &str| it.strip_prefix('P').is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    let said = whole.split_once(". ").filter(|it| numbered(it.0)).map_or(whole.as_str(), |it| it.1);
    said.replace('\'', "’")
}

fn entry(text: &PolicyText, html: String, coverage: &Coverage, cases: &Cases) -> Result<Entry, Unable> {
    let source = Source::read(&text.source).ok_or_else(|| Unable::Form(text.id.clone()))?;
    let deciding: Vec<&Case> =
        cases.all.iter().filter(|it| it.expected.by.iter().any(|id| **id == *text.id)).collect();
    let mut examples: Vec<Example> = Vec::new();
    for case in &deciding {
        let action = case.action.as_str();
        match examples.last_mut().filter(|it| (it.line, it.file.as_str()) == (case.line, case.file.as_str()))
        {
            Some(same) => same.actions.push(action),
            None => examples.push(Example {
                name: escaped(&case.name),
                file: case.file.clone(),
                line: case.line,
                actions: vec![action],
                allowed: case.expected.allowed,
            }),
        }
    }
    let untried = coverage.gaps.iter().filter(|it| it.policy == text.id);
    Ok(Entry {
        id: text.id.clone(),
        effect: text.effect,
        says: escaped(&text.says),
        line: text.line,
        html,
        clauses: source.conditions.iter().map(|it| it.body.clauses().len()).sum(),
        actions: source.action.entities.len(),
        untried: untried.map(left).collect(),
        decides: deciding.len(),
        cases: examples,
    })
}

fn left(gap: &Gap) -> Untried {
    let missing = match gap.missing {
        Missing::Holds => "that it holds",
        Missing::Fails => "that it fails",
        Missing::Applies => "that it applies",
    };
    Untried { line: gap.line, clause: escaped(&gap.clause), missing }
}

#[cfg(test)]
mod tests {
    use super::{head, title};

    #[test]
    fn a_file_is_titled_by_the_readme() {
        assert_eq!(title("p03-artists-apart"), Ok("Artists cannot see other artists".to_owned()));
        assert_eq!(title("p09-tenants"), Ok("A workspace is its members’".to_owned()));
        assert!(title("p99-nowhere").is_err());
    }

    #[test]
    fn a_head_is_without_its_number() {
        assert_eq!(head("// P3. Artists apart. And\n// more.\n@id(\"a\")"), "Artists apart. And more.");
        assert_eq!(head("// People decide. Nobody else.\n"), "People decide. Nobody else.");
    }
}
