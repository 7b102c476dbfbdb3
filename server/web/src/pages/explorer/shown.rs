//! An explanation as a page shows it: typed parts, each policy coloured, each clause with its truth in words.

use crate::pages::accounts::leaf::Form;
use crate::view::{Fact, Facts, Link};
use policy::highlight::{Names, marked};
use policy::source::Span;
use policy::{Bundle, Clause, Explained, Form as Part, Rule, Verdict};
use serde::Serialize;
use std::sync::LazyLock;
use store::ListText;

/// The names of the schema, to which a source's words lead.
static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(&Bundle::embedded().schema.1));

/// The page's content.
#[derive(Serialize)]
pub(crate) struct Explorer {
    pub(crate) heading: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) form: Form,
    pub(crate) examples: Vec<Link>,
    /// Why there is no answer.
    pub(crate) told: Option<&'static str>,
    pub(crate) answer: Option<Answer>,
    pub(crate) small_print: &'static str,
}

/// An answer.
#[derive(Serialize)]
pub(crate) struct Answer {
    word: &'static str,
    state: &'static str,
    sentence: String,
    asked: String,
    refused: bool,
    undecided: &'static str,
    decided: Vec<Shown>,
    others: Vec<Shown>,
    near: Vec<Near>,
    list: Option<List>,
    facts: Facts,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    heading: String,
    href: String,
    place: String,
    practice: String,
    practice_href: String,
    html: String,
    clauses: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    text: String,
    part: String,
    verdict: String,
    decides: bool,
    line: usize,
}

#[derive(Serialize)]
struct Near {
    sentence: String,
    clauses: Vec<String>,
}

#[derive(Serialize)]
struct List {
    sentence: &'static str,
    sql: Option<String>,
}

impl Answer {
    /// Of an explanation. Nothing of it is a value of a fact: texts of policies, their truth, ids of policies.
    pub(crate) fn of(it: &Explained, list: Option<&ListText>, asked: String) -> Self {
        let by = |rule: &&Rule| it.by.contains(&rule.policy.id);
        let digest = it.policies.to_string();
        let errs = it.rules.iter().filter(|it| it.verdict == Verdict::Errs).count();
        let errors = match errs {
            0 => "none".to_owned(),
            1 => "one policy could not be evaluated, and so it is refused".to_owned(),
            more => format!("{more} policies could not be evaluated, and so it is refused"),
        };
        let facts = vec![
            Fact::text("Policies in force", digest.chars().take(12).collect::<String>()),
            Fact::text("Policies asked", it.rules.len().to_string()),
            Fact::text("Speak of other questions", it.silent.to_string()),
            Fact::text("Errors", errors),
        ];
        Self {
            word: if it.allowed { "Yes" } else { "No" },
            state: if it.allowed { "firm" } else { "late" },
            sentence: it.sentence().to_owned(),
            asked,
            refused: !it.allowed,
            undecided: if it.rules.is_empty() {
                "No policy speaks of such a person doing such a thing. What no policy opens stays closed."
            } else {
                "Policies speak of it, and none of them applies. What no policy opens stays closed."
            },
            decided: it.rules.iter().filter(by).map(shown).collect(),
            others: it.rules.iter().filter(|it| !by(it)).map(shown).collect(),
            near: it.near.iter().map(near).collect(),
            list: list.map(|it| List { sentence: it.sentence(), sql: it.sql().map(str::to_owned) }),
            facts: Facts { wide: false, rows: facts },
        }
    }
}

fn near(it: &policy::Near) -> Near {
    let clauses = it.changes.iter().map(|it| it.clause.split_whitespace().collect::<Vec<_>>().join(" "));
    Near { sentence: it.sentence(), clauses: clauses.collect() }
}

fn shown(it: &Rule) -> Shown {
    let policy = &it.policy;
    let what = match (policy.effect, it.verdict) {
        ("forbid", Verdict::Holds) => "It forbids this",
        (_, Verdict::Holds) => "It allows this",
        (_, Verdict::Errs) => "It could not be evaluated",
        ("forbid", _) => "It would forbid, and does not apply",
        _ => "It would allow, and does not apply",
    };
    let (mut clauses, mut marks) = (Vec::new(), Vec::new());
    for clause in &it.clauses {
        lines(clause, "", &mut clauses, &mut marks);
    }
    let file = policy.file.rsplit('/').next().unwrap_or(&policy.file);
    let page = file.trim_end_matches(".cedar");
    Shown {
        heading: format!("{what}: {}", policy.says),
        href: format!("/policies/{page}/#policy-{}", policy.id),
        place: format!("{file}, line {}", policy.line),
        practice: policy.practice.clone(),
        practice_href: format!("/security/#{}", policy.practice.to_lowercase()),
        html: marked(&policy.source, &NAMES, &marks),
        id: policy.id.clone(),
        clauses,
    }
}

/// The clauses that have no parts, each with what it is a part of; and where those stand that decide.
fn lines(it: &Clause, of: &str, to: &mut Vec<Line>, marks: &mut Vec<Span>) {
    let joined = |word: &str| if of.is_empty() { word.to_owned() } else { format!("{of}, {word}") };
    let part = match it.form {
        Part::Principal | Part::Action | Part::Resource => "the scope".to_owned(),
        Part::When => joined("when"),
        Part::Unless => joined("unless"),
        Part::Any => joined("one of these"),
        Part::Not => joined("not"),
        Part::Whole => "the whole policy".to_owned(),
        Part::All | Part::Clause => of.to_owned(),
    };
    if !it.parts.is_empty() {
        return it.parts.iter().for_each(|it| lines(it, &part, to, marks));
    }
    if it.decides {
        marks.push(it.span);
    }
    let verdict = it.verdict.as_str();
    to.push(Line {
        text: it.text.split_whitespace().collect::<Vec<_>>().join(" "),
        part,
        verdict: if it.asked || it.verdict == Verdict::Skipped {
            verdict.to_owned()
        } else {
            format!("{verdict}, but was not asked")
        },
        decides: it.decides,
        line: it.place.line,
    });
}
