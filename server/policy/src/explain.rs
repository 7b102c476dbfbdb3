//! Why, and why not: the deciding policies with their text, and each clause with its answer.

use crate::action::{Action, Input, context};
use crate::actor::Asker;
use crate::bundle::PolicyText;
use crate::engine::{Engine, Why};
use crate::entity;
use crate::facts::Facts;
use cedar_policy::pst::{BinaryOp, Clause as Cedar, Expr};
use cedar_policy::{Entities, EvalResult, Expression, Request, eval_expression};

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
}

/// One conjunct of a condition.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Clause {
    /// Its source.
    pub text: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// One policy that speaks of this environment.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Rule {
    /// The policy.
    pub policy: PolicyText,
    /// Whether it applied.
    pub verdict: Verdict,
    /// Its conjuncts.
    pub clauses: Vec<Clause>,
}

/// The whole answer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Explained {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The deciding policies' ids.
    pub by: Vec<String>,
    /// What went wrong, when something did.
    pub fault: Option<String>,
    /// Every policy of the environment, those that decided first.
    pub rules: Vec<Rule>,
}

impl Engine {
    /// Decides as [`Engine::decide`] and says why, policy by policy and clause by clause. Makes no permit.
    #[must_use]
    pub fn explain<A: Action>(&self, asker: &Asker, on: &A::On, input: &A::Input) -> Explained {
        let answer = self.decide_by_whole::<A>(asker, on, input);
        let (allowed, by, fault) = match answer {
            Ok(by) => (true, by, None),
            Err(Why::NothingAllows) => (false, Vec::new(), None),
            Err(Why::Forbidden(by)) => (false, by, None),
            Err(Why::Faulty(text)) => (false, Vec::new(), Some(text)),
        };
        let mut rules = self.rules::<A>(asker, on, input).unwrap_or_default();
        let by: Vec<String> = by.iter().map(ToString::to_string).collect();
        rules.sort_by_key(|it| !by.contains(&it.policy.id));
        Explained { allowed, by, fault, rules }
    }

    fn rules<A: Action>(&self, asker: &Asker, on: &A::On, input: &A::Input) -> Option<Vec<Rule>> {
        let slice = self.slices.get(&(asker.actor.kind(), A::NAME, on.kind()))?;
        let who = entity::build(asker.actor.kind(), asker.actor.id(), &asker.actor.attributes()).ok()?;
        let thing = entity::build(on.kind(), &on.id().to_string(), &on.attributes()).ok()?;
        let action = format!("Action::\"{}\"", A::NAME.as_str()).parse().ok()?;
        let told = context(input.pairs(asker)).ok()?;
        let request = Request::new(who.uid(), action, thing.uid(), told, None).ok()?;
        let world = Entities::from_entities([who, thing], None).ok()?;
        let ask = |text: &str| {
            let Ok(clause) = text.parse::<Expression>() else { return Verdict::Errs };
            match eval_expression(&request, &world, &clause) {
                Ok(EvalResult::Bool(true)) => Verdict::Holds,
                Ok(EvalResult::Bool(false)) => Verdict::Fails,
                _ => Verdict::Errs,
            }
        };
        let mut rules = Vec::new();
        for residual in slice.residuals.policies() {
            let id = residual.id().to_string();
            let policy = self.texts.iter().find(|it| it.id == id)?.clone();
            let mut clauses = Vec::new();
            for it in residual.to_pst().ok()?.body().clauses() {
                match it {
                    Cedar::When(e) => conjuncts(e, &mut clauses),
                    Cedar::Unless(e) => clauses.push(format!("!({e})")),
                }
            }
            clauses.retain(|it| it != "true");
            let clauses: Vec<Clause> =
                clauses.into_iter().map(|text| Clause { verdict: ask(&text), text }).collect();
            let verdict = if clauses.iter().any(|it| it.verdict == Verdict::Fails) {
                Verdict::Fails
            } else if clauses.iter().any(|it| it.verdict == Verdict::Errs) {
                Verdict::Errs
            } else {
                Verdict::Holds
            };
            rules.push(Rule { policy, verdict, clauses });
        }
        rules.sort_by(|a, b| (&a.policy.file, a.policy.line).cmp(&(&b.policy.file, b.policy.line)));
        Some(rules)
    }
}

fn conjuncts(e: &Expr, to: &mut Vec<String>) {
    if let Expr::BinaryOp { op: BinaryOp::And, left, right } = e {
        conjuncts(left, to);
        conjuncts(right, to);
    } else {
        to.push(e.to_string());
    }
}
