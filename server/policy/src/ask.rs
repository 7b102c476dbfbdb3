//! A question whose action is known only by name.

use crate::action::{Action, ActionName, Listable, Visit, VisitListed};
use crate::actor::Asker;
use crate::engine::{Engine, Why};
use crate::explain::Explained;
use crate::permit::Permit;
use crate::thing::{Thing, Told};
use cedar_policy::{Entity, Request};
use std::sync::Arc;

/// What was decided, and by which policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it was allowed.
    pub allowed: bool,
    /// The deciding policies' ids, sorted; none where nothing allowed it.
    pub by: Vec<Arc<str>>,
    /// What could not be evaluated, where something could not.
    pub fault: Option<String>,
}

impl Answer {
    fn of(answer: Result<Vec<Arc<str>>, Why>) -> Self {
        match answer {
            Ok(by) => Self { allowed: true, by, fault: None },
            Err(Why::NothingAllows) => Self { allowed: false, by: Vec::new(), fault: None },
            Err(Why::Forbidden(by)) => Self { allowed: false, by, fault: None },
            Err(Why::Faulty(text)) => Self { allowed: false, by: Vec::new(), fault: Some(text) },
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = if self.allowed { "allow" } else { "deny" };
        match &self.fault {
            Some(text) => write!(f, "{word}, because it could not be evaluated: {text}"),
            None if self.by.is_empty() => write!(f, "{word} by nothing"),
            None => write!(f, "{word} by {}", self.by.join(", ")),
        }
    }
}

/// Why a question cannot be put at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unaskable {
    /// The action is done to another type of thing.
    #[error("`{0}` is not done to a thing of this type")]
    OtherThing(&'static str),
    /// The action needs to be told more.
    #[error("`{0}` needs more to be told")]
    Untold(&'static str),
}

struct Question<'a> {
    engine: &'a Engine,
    asker: &'a Arc<Asker>,
    on: &'a Thing,
    told: &'a Told,
}

impl<'a> Question<'a> {
    fn typed<A: Action>(&self) -> Result<(&'a A::On, A::Input), Unaskable> {
        let on = self.on.facts::<A::On>().ok_or(Unaskable::OtherThing(A::NAME.as_str()))?;
        Ok((on, self.told.input().ok_or(Unaskable::Untold(A::NAME.as_str()))?))
    }
}

macro_rules! question {
    ($Name:ident, $Out:ty, $it:ident, $A:ident, $on:ident, $input:ident, $body:expr) => {
        struct $Name<'a>(Question<'a>);
        impl Visit for $Name<'_> {
            type Out = Result<$Out, Unaskable>;
            fn visit<$A: Action>(self) -> Self::Out {
                let $it = &self.0;
                let ($on, $input) = $it.typed::<$A>()?;
                Ok($body)
            }
        }
    };
}
question!(Decide, Answer, it, A, on, input, {
    let answer = it.engine.decide::<A>(it.asker, on, input);
    Answer::of(answer.map(|it| it.by().map(Arc::from).collect()).map_err(|it| it.why))
});
question!(Whole, Answer, it, A, on, input, Answer::of(it.engine.decide_by_whole::<A>(it.asker, on, &input)));
question!(
    Put,
    Result<(Request, [Entity; 2]), Why>,
    it,
    A,
    on,
    input,
    it.engine.question::<A>(it.asker, on, &input, false)
);
question!(Explain, Explained, it, A, on, input, it.engine.explain::<A>(it.asker, on, &input));

struct Could<'a>(Question<'a>);
impl Visit for Could<'_> {
    type Out = bool;
    fn visit<A: Action>(self) -> bool {
        let Self(it) = self;
        it.on.facts::<A::On>().is_some_and(|on| it.engine.could::<A>(it.asker, on))
    }
}

struct Rows<'a>(Question<'a>, &'a [Thing]);
impl Visit for Rows<'_> {
    type Out = Result<Vec<Answer>, Unaskable>;
    fn visit<A: Action>(self) -> Self::Out {
        let Self(it, things) = self;
        let (_, input) = it.typed::<A>()?;
        let rows = things
            .iter()
            .map(|on| on.facts::<A::On>().cloned().ok_or(Unaskable::OtherThing(A::NAME.as_str())));
        let answers = it.engine.decide_rows::<A>(it.asker, &rows.collect::<Result<Vec<_>, _>>()?, &input);
        let answer = |row: Option<Permit<A>>| {
            Answer::of(row.map(|it| it.by().map(Arc::from).collect()).ok_or(Why::NothingAllows))
        };
        Ok(answers.into_iter().map(answer).collect())
    }
}

struct Listed<'a>(Question<'a>);
impl VisitListed for Listed<'_> {
    type Out = Result<bool, Unaskable>;
    fn visit<A: Listable>(self) -> Self::Out {
        let (on, input) = self.0.typed::<A>()?;
        Ok(self.0.engine.scope::<A>(self.0.asker, &input).filter().holds(on))
    }
}

/// Decides as the program does.
///
/// # Errors
/// The question cannot be put: another type of thing, or too little told.
pub fn ask(
    e: &Engine,
    asker: &Arc<Asker>,
    action: ActionName,
    on: &Thing,
    told: &Told,
) -> Result<Answer, Unaskable> {
    action.visit(Decide(Question { engine: e, asker, on, told }))
}

/// Whether something could be told with the question so that it would be allowed. In doubt, it could.
#[must_use]
pub fn could(e: &Engine, asker: &Arc<Asker>, action: ActionName, on: &Thing) -> bool {
    action.visit(Could(Question { engine: e, asker, on, told: &Told::default() }))
}

/// Decides by every policy as written, in Cedar's own way.
///
/// # Errors
/// As [`ask`].
pub fn ask_whole(
    e: &Engine,
    asker: &Arc<Asker>,
    action: ActionName,
    on: &Thing,
    told: &Told,
) -> Result<Answer, Unaskable> {
    action.visit(Whole(Question { engine: e, asker, on, told }))
}

/// The question as Cedar takes it, for putting it to other policies; the inner error says that facts cannot be told.
///
/// # Errors
/// As [`ask`].
pub fn put(
    e: &Engine,
    asker: &Arc<Asker>,
    action: ActionName,
    on: &Thing,
    told: &Told,
) -> Result<Result<(Request, [Entity; 2]), Why>, Unaskable> {
    action.visit(Put(Question { engine: e, asker, on, told }))
}

/// Decides as for the rows of a page; of a refusal a row knows no reason.
///
/// # Errors
/// As [`ask`].
pub fn ask_rows(
    e: &Engine,
    asker: &Arc<Asker>,
    action: ActionName,
    rows: &[Thing],
    told: &Told,
) -> Result<Vec<Answer>, Unaskable> {
    let Some(on) = rows.first() else { return Ok(Vec::new()) };
    action.visit(Rows(Question { engine: e, asker, on, told }, rows))
}

/// Says why, policy by policy and clause by clause.
///
/// # Errors
/// As [`ask`].
pub fn explain(
    e: &Engine,
    asker: &Arc<Asker>,
    action: ActionName,
    on: &Thing,
    told: &Told,
) -> Result<Explained, Unaskable> {
    action.visit(Explain(Question { engine: e, asker, on, told }))
}

/// Whether the action's list would show the thing; `None` where the action has no lists.
#[must_use]
pub fn listed(
    e: &Engine,
    asker: &Arc<Asker>,
    action: ActionName,
    on: &Thing,
    told: &Told,
) -> Option<Result<bool, Unaskable>> {
    action.visit_listed(Listed(Question { engine: e, asker, on, told }))
}
