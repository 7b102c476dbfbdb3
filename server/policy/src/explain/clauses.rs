//! A policy as it is written, put to one question: each clause with its truth and its place.

use super::Rule;
use crate::action::Action;
use crate::actor::Asker;
use crate::bundle::PolicyText;
use crate::engine::{Engine, Why, faulty};
use crate::source::{self, Node, Source, Span};
use cedar_policy::{Authorizer, Entities, EvalResult, Expression, PolicySet, Request, eval_expression};

/// What became of one policy, or one clause of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It held.
    Holds,
    /// It did not.
    Fails,
    /// It could not be evaluated.
    Errs,
    /// It could not be evaluated and was not, since what stands before it decided.
    Skipped,
}

impl Verdict {
    /// In a word or a few.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Errs => "cannot be evaluated",
            Self::Skipped => "not asked",
        }
    }

    fn of(it: bool) -> Self {
        if it { Self::Holds } else { Self::Fails }
    }

    fn not(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            other => other,
        }
    }
}

/// What a part of a policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Who: the first line of the scope.
    Principal,
    /// For what: the second.
    Action,
    /// On what: the third.
    Resource,
    /// A condition that must hold.
    When,
    /// A condition that must not hold.
    Unless,
    /// Parts that must all hold.
    All,
    /// Parts of which one must hold.
    Any,
    /// A part that must not hold.
    Not,
    /// A comparison, a flag, or a question to a set.
    Clause,
    /// A policy that is written in ways that cannot be taken apart: all of it.
    Whole,
}

/// From where to where in the policy's file; lines and columns in characters, from 1, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The first line.
    pub line: usize,
    /// The first column.
    pub column: usize,
    /// The last line.
    pub end_line: usize,
    /// The column after the last.
    pub end_column: usize,
}

/// A part of a policy, with its parts.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Clause {
    /// What it is.
    pub form: Form,
    /// Its source.
    pub text: String,
    /// Where it stands in the policy's file.
    pub place: Place,
    /// Where it stands in the policy's source.
    #[serde(skip)]
    pub span: Span,
    /// Its own truth.
    pub verdict: Verdict,
    /// Whether it was asked at all: of `a && b` only `a` is where that fails.
    pub asked: bool,
    /// Whether the policy's verdict hangs on it: what holds of a policy that applied, what fails of one that did not.
    pub decides: bool,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Clause>,
}

impl Clause {
    /// Every part that has no parts, in the order of the text.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Clause> {
        if self.parts.is_empty() { vec![self] } else { self.parts.iter().flat_map(Self::leaves).collect() }
    }

    /// Marks what this clause's verdict hangs on, down to its leaves.
    fn decisive(&mut self) {
        self.decides = true;
        let (verdict, form) = (self.verdict, self.form);
        // of parts that must all hold one that fails decides, of parts of which one must hold, one that does
        let alone = match form {
            Form::All => Some(Verdict::Fails),
            Form::Any => Some(Verdict::Holds),
            _ => None,
        };
        let alone = alone == Some(verdict) || verdict == Verdict::Errs;
        for part in self.parts.iter_mut().filter(|it| it.asked) {
            if !alone || part.verdict == verdict || matches!(form, Form::When | Form::Unless | Form::Not) {
                part.decisive();
            }
        }
    }

    fn unasked(&mut self) {
        self.asked = false;
        if self.verdict == Verdict::Errs {
            self.verdict = Verdict::Skipped;
        }
        self.parts.iter_mut().for_each(Self::unasked);
    }
}

/// One question, made ready for being asked in parts.
pub(super) struct Trial {
    request: Request,
    world: Entities,
}

impl Trial {
    pub(super) fn of<A: Action>(
        engine: &Engine,
        asker: &Asker,
        on: &A::On,
        input: &A::Input,
    ) -> Result<Self, Why> {
        let (request, entities) = engine.question::<A>(asker, on, input, false)?;
        // with the schema come the groups of the actions
        let world = Entities::from_entities(entities, Some(&engine.schema)).map_err(faulty)?;
        Ok(Self { request, world })
    }

    pub(super) fn rule(&self, policy: &PolicyText) -> Rule {
        let Some(source) = Source::read(&policy.source) else { return self.whole(policy) };
        let at = At { trial: self, policy };
        let mut clauses = vec![
            at.scope(Form::Principal, &source.principal),
            at.scope(Form::Action, &source.action),
            at.scope(Form::Resource, &source.resource),
        ];
        clauses.extend(source.conditions.iter().map(|it| at.condition(it)));
        let verdict = all(&mut clauses);
        let has_conditions = !source.conditions.is_empty();
        for it in clauses.iter_mut().filter(|it| it.asked) {
            let scope = matches!(it.form, Form::Principal | Form::Action | Form::Resource);
            // of a policy that applied, the scope is what is left to say where it has no condition
            let hangs =
                if verdict == Verdict::Holds { !(scope && has_conditions) } else { it.verdict == verdict };
            if hangs {
                it.decisive();
            }
        }
        Rule { policy: policy.clone(), verdict, clauses }
    }

    /// What uses more of Cedar than the shipped policies do is asked as a whole.
    fn whole(&self, policy: &PolicyText) -> Rule {
        let verdict = match policy.source.parse::<PolicySet>() {
            Ok(set) => {
                let answer = Authorizer::new().is_authorized(&self.request, &set, &self.world);
                let errs = answer.diagnostics().errors().next().is_some();
                if errs { Verdict::Errs } else { Verdict::of(answer.diagnostics().reason().next().is_some()) }
            }
            Err(_) => Verdict::Errs,
        };
        let span = Span { start: 0, end: policy.source.len() };
        let whole = At { trial: self, policy }.clause(Form::Whole, span, verdict, Vec::new());
        Rule { policy: policy.clone(), verdict, clauses: vec![whole] }
    }

    fn ask(&self, text: &str) -> Verdict {
        let Ok(clause) = text.parse::<Expression>() else { return Verdict::Errs };
        match eval_expression(&self.request, &self.world, &clause) {
            Ok(EvalResult::Bool(it)) => Verdict::of(it),
            _ => Verdict::Errs,
        }
    }
}

/// One policy on trial.
struct At<'a> {
    trial: &'a Trial,
    policy: &'a PolicyText,
}

impl At<'_> {
    fn clause(&self, form: Form, span: Span, verdict: Verdict, parts: Vec<Clause>) -> Clause {
        let PolicyText { source, line, column, .. } = self.policy;
        let end = Span { start: span.end, end: span.end };
        let placed = |it: Span| {
            let (down, right) = it.place(source);
            (line + down - 1, if down == 1 { column + right - 1 } else { right })
        };
        let ((line, column), (end_line, end_column)) = (placed(span), placed(end));
        let place = Place { line, column, end_line, end_column };
        Clause {
            form,
            text: span.of(source).to_owned(),
            place,
            span,
            verdict,
            asked: true,
            decides: false,
            parts,
        }
    }

    fn scope(&self, form: Form, it: &source::Scope) -> Clause {
        let bare = it.is.is_none() && it.entities.is_empty();
        let verdict = if bare { Verdict::Holds } else { self.trial.ask(it.span.of(&self.policy.source)) };
        self.clause(form, it.span, verdict, Vec::new())
    }

    fn condition(&self, it: &source::Condition) -> Clause {
        let body = self.node(&it.body);
        let unless = it.word.of(&self.policy.source) == "unless";
        let (form, verdict) =
            if unless { (Form::Unless, body.verdict.not()) } else { (Form::When, body.verdict) };
        self.clause(form, it.span, verdict, vec![body])
    }

    fn node(&self, it: &Node) -> Clause {
        let parts = |them: &[Node]| -> Vec<Clause> { them.iter().map(|it| self.node(it)).collect() };
        match &it.form {
            source::Form::All(them) => {
                let mut parts = parts(them);
                let verdict = all(&mut parts);
                self.clause(Form::All, it.span, verdict, parts)
            }
            source::Form::Any(them) => {
                let mut parts = parts(them);
                let verdict = any(&mut parts);
                self.clause(Form::Any, it.span, verdict, parts)
            }
            source::Form::Not(inner) => {
                let inner = self.node(inner);
                self.clause(Form::Not, it.span, inner.verdict.not(), vec![inner])
            }
            source::Form::Clause(_) => {
                let verdict = self.trial.ask(it.span.of(&self.policy.source));
                self.clause(Form::Clause, it.span, verdict, Vec::new())
            }
        }
    }
}

/// As Cedar does it: from the left, until one decides.
fn until(parts: &mut [Clause], decides: Verdict) -> Verdict {
    let mut done = None;
    for it in parts {
        if done.is_some() {
            it.unasked();
        } else if it.verdict == decides || it.verdict == Verdict::Errs {
            done = Some(it.verdict);
        }
    }
    done.unwrap_or(decides.not())
}

fn all(parts: &mut [Clause]) -> Verdict {
    until(parts, Verdict::Fails)
}
fn any(parts: &mut [Clause]) -> Verdict {
    until(parts, Verdict::Holds)
}
