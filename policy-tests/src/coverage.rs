//! Which clauses of which policies the cases try, and what they leave untried, by file and line.
//!
//! A clause is what stands between `&&`, `||` and `!`, at every depth. The cases try it when in some case it holds and
//! matters, and in some case it fails and matters: were it the other way round there, the policy would apply where it
//! did not, or no longer apply, or could not be evaluated. An alternative of `||` that stands beside another that also
//! holds does not matter, so each alternative needs a case of its own. An action of a list is tried when the policy
//! applies in some case of that action.

use crate::asked::{Asked, Ground, Outcome, Prepared};
use crate::cases::Cases;
use crate::mutants::{Change, Unable};
use policy::source::{Node, Source, Span};
use policy::{Bundle, Engine, PolicyText};
use std::fmt;

/// Something that the cases leave untried.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Gap {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The policy.
    pub policy: String,
    /// Its practice, as `P3`.
    pub practice: String,
    /// The clause or action, as it stands there.
    pub clause: String,
    /// What no case shows.
    pub missing: Missing,
    /// Whether the solver proved that no case could, of the policy as it stands here.
    pub proved: bool,
}

/// What no case shows of a clause or an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// That it holds, and that this matters.
    Holds,
    /// That it fails, and that this matters.
    Fails,
    /// That the policy applies to this action.
    Applies,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, policy, practice, clause, missing, .. } = self;
        let missing = match missing {
            Missing::Holds => "it matters that this holds",
            Missing::Fails => "it matters that this fails",
            Missing::Applies => "the policy applies to this action",
        };
        write!(f, "{file}:{line}:{column}: `{policy}` ({practice}): no case in which {missing}: {clause}")
    }
}

/// Weakenings of the built-in policies that were reviewed as changing no decision, each proved to by the solver.
const EQUIVALENT: &str = include_str!("../expected/equivalent.txt");

impl Gap {
    /// The weakening that this gap would let through, as `expected/equivalent.txt` spells it.
    #[must_use]
    pub fn as_weakening(&self) -> String {
        let now = if self.missing == Missing::Fails { "true" } else { "false" };
        format!("{}: {}: {} -> {now}", self.policy, Change::Drop.as_str(), self.clause)
    }
}

/// How much there is to try, and what was left.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// Clauses of conditions.
    pub clauses: usize,
    /// Actions of lists and scopes.
    pub actions: usize,
    /// What no case shows, in the order of files and lines.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// What no case shows though one could: without the clauses whose loss no request can notice.
    pub fn open(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(|it| !it.proved)
    }
}

/// Holds the cases against every clause and every action of every policy.
///
/// # Errors
/// The policies do not load, or a case cannot be asked.
pub fn of(bundle: &Bundle, cases: &Cases) -> Result<Coverage, Unable> {
    let engine = Engine::load(bundle).map_err(|e| Unable::Policies(e.to_string()))?;
    let ground = Ground::of(&bundle.schema.1)?;
    let mut asked = Vec::new();
    for case in &cases.all {
        asked.extend(Asked::of(&engine, &ground, &case.asker, case.action, &case.on, &case.told)?);
    }
    let (mut coverage, built_in) = (Coverage::default(), Built::read());
    for text in engine.texts() {
        let form = || Unable::Form(text.id.clone());
        let source = Source::read(&text.source).ok_or_else(form)?;
        let policy = ground.prepare(&text.id, &text.source).ok_or_else(form)?;
        // everything that its scope lets through, whatever its conditions say of the types
        let mut open = text.source.clone();
        for condition in source.conditions.iter().rev() {
            open = condition.span.replaced(&open, "");
        }
        let open = ground.prepare(&text.id, &open).ok_or_else(form)?;
        let near = asked.iter().filter(|it| open.environments.contains(&it.at));
        let near: Vec<(&Asked, Outcome)> = near.map(|it| (it, it.put_anyway(&policy))).collect();
        let mut page = Page { text, ground: &ground, policy: &policy, near, coverage: &mut coverage };
        for (at, name) in &source.action.entities {
            page.action(*at, name);
        }
        for condition in &source.conditions {
            for clause in condition.body.clauses() {
                page.clause(clause)?;
            }
        }
    }
    for it in &mut coverage.gaps {
        let own = engine.texts().iter().find(|text| text.id == it.policy);
        it.proved = own.is_some_and(|it| built_in.has(it)) && is_listed(&it.as_weakening());
    }
    coverage.gaps.sort();
    Ok(coverage)
}

fn is_listed(weakening: &str) -> bool {
    EQUIVALENT.lines().any(|line| line.starts_with(weakening))
}

/// The policies of which `expected/equivalent.txt` was proved.
struct Built(Vec<PolicyText>);

impl Built {
    fn read() -> Self {
        Self(Bundle::embedded().check().unwrap_or_default())
    }

    /// Whether a policy is one of them, to the letter.
    fn has(&self, text: &PolicyText) -> bool {
        self.0.iter().any(|it| it.id == text.id && it.source == text.source)
    }
}

/// One policy, and the cases of its environments with what it says to each.
struct Page<'a> {
    text: &'a PolicyText,
    ground: &'a Ground,
    policy: &'a Prepared,
    near: Vec<(&'a Asked, Outcome)>,
    coverage: &'a mut Coverage,
}

impl Page<'_> {
    fn gap(&mut self, at: Span, missing: Missing) {
        let (line, column) = at.place(&self.text.source);
        self.coverage.gaps.push(Gap {
            file: self.text.file.clone(),
            line: self.text.line + line - 1,
            column,
            policy: self.text.id.clone(),
            practice: self.text.practice.clone(),
            clause: at.of(&self.text.source).split_whitespace().collect::<Vec<_>>().join(" "),
            missing,
            proved: false,
        });
    }

    /// A group of actions is tried where any of its actions is: that it holds for each of them is its own test.
    fn action(&mut self, at: Span, name: &str) {
        self.coverage.actions += 1;
        let single =
            self.policy.environments.iter().find(|it| name == format!("Action::\"{}\"", it.1.as_str()));
        let tried = self
            .near
            .iter()
            .any(|(asked, said)| *said == Outcome::Applies && single.is_none_or(|it| it.1 == asked.at.1));
        if !tried {
            self.gap(at, Missing::Applies);
        }
    }

    fn clause(&mut self, clause: &Node) -> Result<(), Unable> {
        self.coverage.clauses += 1;
        for (as_if, missing) in [("false", Missing::Holds), ("true", Missing::Fails)] {
            let source = clause.span.replaced(&self.text.source, as_if);
            let other = self.ground.prepare(&self.text.id, &source);
            let other = other.ok_or_else(|| Unable::Form(self.text.id.clone()))?;
            if !self.near.iter().any(|(asked, said)| asked.put_anyway(&other) != *said) {
                self.gap(clause.span, missing);
            }
        }
        Ok(())
    }
}
