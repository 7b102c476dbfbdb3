//! A yes that covers many: which rows an actor may do `A` to, as a condition on a row's own columns and relations.
//!
//! Compiled at start from the same residuals that decide; what cannot be told in the fragment stops the start. At
//! request time the actor's attributes are filled in, which leaves `Always`, `Never` or `When`.

use crate::Listable;
use crate::action::{Action, ActionName, Input, Told};
use crate::actor::Asker;
use crate::engine::{Engine, Environment};
use crate::entity::EntityKind;
use crate::facts::Facts;
use cedar_policy::pst::{BinaryOp, Clause as Cedar, Expr, Literal as Constant, UnaryOp, Var};
use cedar_policy::{Effect, Policy, PolicySet};
use std::marker::PhantomData;

mod answers;
mod cedar;
mod filter;
mod normal;

use answers::{Answers, Asked};
use normal::Filled;

pub use filter::{Filter, Literal, Name};

/// What a list's policies ask that no list can answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{policy}` asks of a list of `{action}` what cannot be turned into a query: {what}")]
pub struct Untranslatable {
    /// The policy.
    pub policy: String,
    /// The list's action.
    pub action: &'static str,
    /// The expression.
    pub what: String,
}

/// A condition compiled at start, with the actor's and the context's values still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Is(bool),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// Known at request time from the actor or the context alone.
    Known(Known),
    /// Asked of the row.
    Row(Open),
}

/// A question to the actor or the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    Flag(String),
    Has(String),
    Word(String, String),
    HasWord(String, String),
    AtMost(String, i64),
    AtLeast(String, i64),
}

/// A question to the row, perhaps with a value of the actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Open {
    Flag(Name),
    Has(Name),
    Word(Name, Name),
    /// `resource.field == principal.attribute`
    Same(Name, String),
    /// `resource == principal.attribute`
    Itself(String),
    /// `resource.set.contains(principal.attribute)`
    Holds(Name, String),
    /// `resource.set.contains(principal)`
    HoldsAsker(Name),
}

/// Only [`Engine::scope`] makes one; every list query takes one.
#[must_use]
pub struct Scope<A: Action> {
    filter: Filter,
    action: PhantomData<fn() -> A>,
}
impl<A: Action> Scope<A> {
    /// The condition, for the floor that turns it into a query.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }
}

impl Engine {
    /// Which things the asker may do `A` to. No policy for the asker's type is [`Filter::Never`]. Where rows of several
    /// types stand in one table and the policies tell them apart, each type has its own conjunctions.
    pub fn scope<A: Listable>(&self, asker: &Asker, input: &A::Input) -> Scope<A> {
        let told = input.pairs(asker);
        let of = |kind: EntityKind| match self.scopes.get(&(asker.actor.kind(), A::NAME, kind)) {
            Some(condition) => condition.fill(asker, &told),
            None => Filter::Never,
        };
        let mut filters: Vec<(EntityKind, Filter)> = A::On::KINDS.iter().map(|it| (*it, of(*it))).collect();
        let alike = filters.iter().all(|it| it.1 == filters[0].1);
        let filter = if alike { filters.swap_remove(0).1 } else { Filter::of_each(filters) };
        Scope { filter, action: PhantomData }
    }
}

/// `permits && !forbids` of one environment.
pub(crate) fn compile(at: Environment, residuals: &PolicySet) -> Result<Condition, Untranslatable> {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    let mut policies: Vec<_> = residuals.policies().collect();
    policies.sort_by_key(|it| it.id().to_string());
    for policy in policies {
        let condition = translate(at.1, policy)?;
        match policy.effect() {
            Effect::Permit => yes.push(condition),
            Effect::Forbid => no.push(Condition::Not(Box::new(condition))),
        }
    }
    no.push(Condition::Any(yes));
    Ok(Condition::All(no))
}

fn translate(action: ActionName, policy: &Policy) -> Result<Condition, Untranslatable> {
    let no = |what: String| Untranslatable { policy: policy.id().to_string(), action: action.as_str(), what };
    let pst = policy.to_pst().map_err(|e| no(e.to_string()))?;
    let mut all = Vec::new();
    for it in pst.body().clauses() {
        all.push(match it {
            Cedar::When(e) => expression(e).map_err(no)?,
            Cedar::Unless(e) => Condition::Not(Box::new(expression(e).map_err(no)?)),
        });
    }
    Ok(Condition::All(all))
}

/// The conditions of a policy as one expression of Cedar text; `None` where there is none, or only `true`.
pub(crate) fn condition_text(policy: &Policy) -> Result<Option<String>, String> {
    let pst = policy.to_pst().map_err(|e| e.to_string())?;
    let parts: Vec<String> = pst
        .body()
        .clauses()
        .iter()
        .filter_map(|it| match it {
            Cedar::When(e) if matches!(&**e, Expr::Literal(Constant::Bool(true))) => None,
            Cedar::When(e) => Some(format!("({e})")),
            Cedar::Unless(e) => Some(format!("!({e})")),
        })
        .collect();
    Ok(if parts.is_empty() { None } else { Some(parts.join(" && ")) })
}

/// Where an attribute path begins.
enum Root {
    Principal(String),
    Resource(String),
    Context(String),
}

fn path(e: &Expr) -> Option<Root> {
    let Expr::GetAttr { expr, attr } = e else { return None };
    match &**expr {
        Expr::Var(Var::Principal) => Some(Root::Principal(attr.to_string())),
        Expr::Var(Var::Resource) => Some(Root::Resource(attr.to_string())),
        Expr::Var(Var::Context) => Some(Root::Context(attr.to_string())),
        _ => None,
    }
}
fn is(e: &Expr, var: &Var) -> bool {
    matches!(e, Expr::Var(it) if it == var)
}
fn word(e: &Expr) -> Option<String> {
    if let Expr::Literal(Constant::String(it)) = e { Some(it.to_string()) } else { None }
}
fn number(e: &Expr) -> Option<i64> {
    if let Expr::Literal(Constant::Long(it)) = e { Some(*it) } else { None }
}

fn expression(e: &Expr) -> Result<Condition, String> {
    let open = |it| Ok(Condition::Row(it));
    let known = |it| Ok(Condition::Known(it));
    match e {
        Expr::Literal(Constant::Bool(it)) => Ok(Condition::Is(*it)),
        Expr::UnaryOp { op: UnaryOp::Not, expr } => Ok(Condition::Not(Box::new(expression(expr)?))),
        Expr::BinaryOp { op: BinaryOp::And, left, right } => {
            Ok(Condition::All(vec![expression(left)?, expression(right)?]))
        }
        Expr::BinaryOp { op: BinaryOp::Or, left, right } => {
            Ok(Condition::Any(vec![expression(left)?, expression(right)?]))
        }
        Expr::BinaryOp { op: BinaryOp::NotEq, left, right } => {
            Ok(Condition::Not(Box::new(equality(left, right)?)))
        }
        Expr::BinaryOp { op: BinaryOp::Eq, left, right } => equality(left, right),
        Expr::BinaryOp { op: BinaryOp::LessEq, left, right } => match (path(left), number(right)) {
            (Some(Root::Context(name)), Some(n)) => known(Known::AtMost(name, n)),
            _ => Err(e.to_string()),
        },
        Expr::BinaryOp { op: BinaryOp::GreaterEq, left, right } => match (path(left), number(right)) {
            (Some(Root::Context(name)), Some(n)) => known(Known::AtLeast(name, n)),
            _ => Err(e.to_string()),
        },
        Expr::BinaryOp { op: BinaryOp::Contains, left, right } => match (path(left), path(right)) {
            (Some(Root::Resource(set)), Some(Root::Principal(name))) => open(Open::Holds(set.into(), name)),
            (Some(Root::Resource(set)), None) if is(right, &Var::Principal) => {
                open(Open::HoldsAsker(set.into()))
            }
            (Some(Root::Principal(set)), None) => match word(right) {
                Some(it) => known(Known::HasWord(set, it)),
                None => Err(e.to_string()),
            },
            _ => Err(e.to_string()),
        },
        Expr::HasAttr { expr, attrs } if attrs.tail.is_empty() => {
            let name = attrs.head.to_string();
            if is(expr, &Var::Resource) {
                open(Open::Has(name.into()))
            } else if is(expr, &Var::Principal) {
                known(Known::Has(name))
            } else {
                Err(e.to_string())
            }
        }
        Expr::GetAttr { .. } => match path(e) {
            Some(Root::Resource(name)) => open(Open::Flag(name.into())),
            Some(Root::Principal(name)) => known(Known::Flag(name)),
            _ => Err(e.to_string()),
        },
        other => Err(other.to_string()),
    }
}

fn equality(left: &Expr, right: &Expr) -> Result<Condition, String> {
    match (path(left), path(right)) {
        (Some(Root::Resource(field)), Some(Root::Principal(name)))
        | (Some(Root::Principal(name)), Some(Root::Resource(field))) => {
            Ok(Condition::Row(Open::Same(field.into(), name)))
        }
        (Some(Root::Principal(name)), None) if is(right, &Var::Resource) => {
            Ok(Condition::Row(Open::Itself(name)))
        }
        (None, Some(Root::Principal(name))) if is(left, &Var::Resource) => {
            Ok(Condition::Row(Open::Itself(name)))
        }
        (Some(Root::Resource(field)), None) => word(right)
            .map(|it| Condition::Row(Open::Word(field.into(), it.into())))
            .ok_or_else(|| right.to_string()),
        (Some(Root::Principal(name)), None) => {
            word(right).map(|it| Condition::Known(Known::Word(name, it))).ok_or_else(|| right.to_string())
        }
        _ => Err(format!("{left} == {right}")),
    }
}

impl Condition {
    pub(crate) fn fill(&self, asker: &Asker, told: &[(&'static str, Told)]) -> Filter {
        self.filter(&Asked { attributes: asker.actor.attributes(), told, id: asker.actor.id() })
    }

    fn filter(&self, answers: &impl Answers) -> Filter {
        let rows = self.filled(answers).normal(true);
        if rows.iter().any(Vec::is_empty) {
            Filter::Always
        } else if rows.is_empty() {
            Filter::Never
        } else {
            Filter::When(rows)
        }
    }

    /// An attribute that the actor does not have makes the whole condition unanswerable; the list is then empty.
    fn filled(&self, answers: &impl Answers) -> Filled {
        let row = |it: Option<Literal>| it.map_or(Filled::Is(false), Filled::Row);
        match self {
            Self::Is(it) => Filled::Is(*it),
            Self::Not(it) => match it.filled(answers) {
                Filled::Is(it) => Filled::Is(!it),
                it => Filled::Not(Box::new(it)),
            },
            Self::All(them) => Filled::joined(them.iter().map(|it| it.filled(answers)), true, Filled::All),
            Self::Any(them) => Filled::joined(them.iter().map(|it| it.filled(answers)), false, Filled::Any),
            Self::Known(known) => Filled::Is(answers.known(known)),
            Self::Row(open) => row(match open {
                Open::Flag(field) => Some(Literal::Flag(field.clone())),
                Open::Has(field) => Some(Literal::Has(field.clone())),
                Open::Word(field, word) => Some(Literal::Word(field.clone(), word.clone())),
                Open::Same(field, name) => {
                    answers.reference(name).map(|key| Literal::Ref(field.clone(), key))
                }
                Open::Itself(name) => answers.reference(name).map(Literal::Id),
                Open::Holds(set, name) => answers.reference(name).map(|key| Literal::Holds(set.clone(), key)),
                Open::HoldsAsker(set) => answers.asker().map(|key| Literal::Holds(set.clone(), key)),
            }),
        }
    }
}

impl Engine {
    /// Calls `each` with every question that a list's condition may put to a row, with placeholder values, so that the
    /// floor below can try at start whether it can answer them all.
    ///
    /// # Errors
    /// The first of `each`.
    pub fn each_scope_literal(
        &self,
        each: &mut dyn FnMut(EntityKind, &Literal) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut environments: Vec<_> = self.scopes.iter().collect();
        environments.sort_by_key(|it| *it.0);
        for ((principal, action, kind), condition) in environments {
            condition.each_literal(&mut |it| each(*kind, it))?;
            // rows of another type may stand in the same table
            if self.scopes.keys().any(|it| (it.0, it.1) == (*principal, *action) && it.2 != *kind) {
                each(*kind, &Literal::Kind(*kind))?;
            }
        }
        Ok(())
    }
}

impl Condition {
    fn each_literal(&self, each: &mut dyn FnMut(&Literal) -> Result<(), String>) -> Result<(), String> {
        let key = domain::time::key_of(0);
        match self {
            Self::Is(_) | Self::Known(_) => Ok(()),
            Self::Not(it) => it.each_literal(each),
            Self::All(them) | Self::Any(them) => them.iter().try_for_each(|it| it.each_literal(each)),
            Self::Row(open) => each(&match open {
                Open::Flag(field) => Literal::Flag(field.clone()),
                Open::Has(field) => Literal::Has(field.clone()),
                Open::Word(field, word) => Literal::Word(field.clone(), word.clone()),
                Open::Same(field, _) => Literal::Ref(field.clone(), key),
                Open::Itself(_) => Literal::Id(key),
                Open::Holds(set, _) | Open::HoldsAsker(set) => Literal::Holds(set.clone(), key),
            }),
        }
    }
}
