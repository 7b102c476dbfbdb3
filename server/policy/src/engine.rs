//! The engine's heart: residual policies prepared at start, every error a refusal.
//!
//! At start, one slice of the policies for each environment (principal type × action × resource type) is partially
//! evaluated with ids and context unknown. What is left decides: scopes, `is` and `action in` are folded, so no gate by
//! action group can be skipped for want of an action's entity. Each residual's condition is kept as an expression.

use crate::action::{Action, ActionName, Input, Told, context};
use crate::actor::Asker;
use crate::bundle::{Bundle, Checked, Complaint, PolicyText};
use crate::entity::{self, Attributes, EntityKind, Unbuildable};
use crate::facts::Facts;
use crate::folded::Folds;
use crate::permit::Permit;
use crate::prepared;
use crate::scope;
use crate::slice::{Ready, Seen, Slice};
use cedar_policy::{
    Context, EntityId, EntityUid, PartialEntities, PartialEntity, PartialEntityUid, PartialRequest,
    PolicySet, Schema,
};
use domain::Digest;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

mod untold;
mod whole;

/// Whether every decision is a constant yes: only in a build made to measure what deciding costs, never in one that
/// serves (`RUSTFLAGS="--cfg kalinklo_constant_decisions"`; the program then refuses every command but `demo`).
pub const CONSTANT: bool = cfg!(kalinklo_constant_decisions);

#[allow(clippy::unnecessary_wraps)] // stands where a decision would
fn constant() -> Result<Vec<Arc<str>>, Why> {
    Ok(Vec::new())
}

/// Why the policies cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The files do not pass their checks.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Complaints(Vec<Complaint>),
    /// A policy cannot be prepared for one of its environments.
    #[error("{0}")]
    Unprepared(String),
    /// A list's policies ask what no list can answer.
    #[error("{0}")]
    Untranslatable(#[from] scope::Untranslatable),
}

/// Why nothing was allowed. Each is a refusal; none may become an allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// No policy permits it.
    NothingAllows,
    /// These forbid it.
    Forbidden(Vec<Arc<str>>),
    /// A policy could not be evaluated, or the facts could not be told.
    Faulty(String),
}

/// A refusal: what was asked, and why not. For the log; the person sees only that it was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not allowed: {}", action.as_str())]
pub struct Refused {
    /// What was asked.
    pub action: ActionName,
    /// Why not.
    pub why: Why,
}

/// One decision, as the log gets it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Who asked, when, on which visit.
    pub asker: Arc<Asker>,
    /// What.
    pub action: ActionName,
    /// The Cedar type of the thing.
    pub kind: EntityKind,
    /// The thing's id.
    pub on: String,
    /// What was told with the request, by name.
    pub told: Vec<(&'static str, Told)>,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The deciding policies; for a fault, its text.
    pub by: Vec<Arc<str>>,
    /// The digest of the policies that were asked.
    pub policies: Digest,
}

/// Where decisions are noted. Must not block: it is called on every request.
pub trait Decisions: Send + Sync {
    /// Notes one decision.
    fn note(&self, decided: Decided);
}

pub(crate) type Environment = (EntityKind, ActionName, EntityKind);

/// Rows below which nothing is gained by preparing more than for one.
const FEW: usize = 8;

/// How often a question will be asked of the same asker.
#[derive(Clone, Copy)]
enum How {
    Once,
    Often,
}

/// The policies of one release, prepared for every environment that the schema allows.
pub struct Engine {
    pub(crate) slices: HashMap<Environment, Arc<Slice>>,
    pub(crate) scopes: HashMap<Environment, scope::Condition>,
    pub(crate) texts: Vec<PolicyText>,
    pub(crate) whole: PolicySet,
    pub(crate) schema: Schema,
    pub(crate) action_uids: HashMap<ActionName, EntityUid>,
    empty: Context,
    folds: Folds,
    digest: Digest,
    decisions: Option<Arc<dyn Decisions>>,
}

impl Engine {
    /// Checks, names, validates and prepares a bundle. About 60 ms.
    ///
    /// # Errors
    /// Everything that would make a decision or a list unsure stops the start here.
    pub fn load(bundle: &Bundle) -> Result<Self, LoadError> {
        let Checked { schema, policies, texts } = bundle.checked().map_err(LoadError::Complaints)?;
        let action_uids = prepared::action_uids()?;
        let slices = prepared::slices(&policies, &schema, &action_uids)?;
        let mut scopes = HashMap::new();
        for (at, slice) in &slices {
            if crate::action::LISTED.contains(&at.1) {
                scopes.insert(*at, scope::compile(*at, &slice.residuals)?);
            }
        }
        let digest = bundle.digest();
        Ok(Self {
            slices,
            scopes,
            texts,
            whole: policies,
            schema,
            action_uids,
            empty: Context::empty(),
            folds: Folds::default(),
            digest,
            decisions: None,
        })
    }

    /// The same engine, noting every decision there.
    #[must_use]
    pub fn noting(mut self, decisions: Arc<dyn Decisions>) -> Self {
        self.decisions = Some(decisions);
        self
    }

    /// The engine of another bundle, noting its decisions where this one does. As costly as [`Engine::load`].
    ///
    /// # Errors
    /// As there; this engine decides on.
    pub fn successor(&self, bundle: &Bundle) -> Result<Self, LoadError> {
        Ok(Self { decisions: self.decisions.clone(), ..Self::load(bundle)? })
    }

    /// [`Bundle::digest`]: what decisions and the ledger are stamped with.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Every policy, as reviewers read it, in the order of files and lines.
    #[must_use]
    pub fn texts(&self) -> &[PolicyText] {
        &self.texts
    }

    /// How many environments have at least one policy.
    #[must_use]
    pub fn environments(&self) -> usize {
        self.slices.len()
    }

    /// Decides `A` on one thing.
    ///
    /// # Errors
    /// Refused: nothing allows it, something forbids it, or anything at all could not be evaluated.
    pub fn decide<A: Action>(
        &self,
        asker: &Arc<Asker>,
        on: &A::On,
        input: A::Input,
    ) -> Result<Permit<A>, Refused> {
        let answer = self.answer::<A>(asker, on, &input);
        self.permit(asker, on, input, answer)
    }

    /// Decides `A` on each row of a page; `None` where it is refused. What only concerns the asker is asked once.
    pub fn decide_rows<A: Action>(
        &self,
        asker: &Arc<Asker>,
        rows: &[A::On],
        input: &A::Input,
    ) -> Vec<Option<Permit<A>>> {
        if CONSTANT {
            // nothing is prepared either, so that a benchmark sees what deciding costs as a whole
            return rows.iter().map(|on| self.permit(asker, on, input.clone(), constant()).ok()).collect();
        }
        let how = if rows.len() < FEW { How::Once } else { How::Often };
        // a page may mix kinds of things, and each kind has its own rules
        let mut kinds: Vec<(EntityKind, Result<Ready, Why>, Seen<'_>)> = Vec::new();
        rows.iter()
            .map(|on| {
                let kind = on.kind();
                let at = kinds.iter().position(|it| it.0 == kind).unwrap_or_else(|| {
                    kinds.push((kind, self.ready::<A>(asker, kind, input, how, None), Seen::new()));
                    kinds.len() - 1
                });
                let (_, ready, seen) = &mut kinds[at];
                let answer = match ready {
                    Ok(ready) => ready.ask_among(on, seen),
                    Err(why) => Err(why.clone()),
                };
                self.permit(asker, on, input.clone(), answer).ok()
            })
            .collect()
    }

    /// Whether `A` would be allowed, for what a page offers; makes no permit and no log line.
    #[must_use]
    pub fn may<A: Action>(&self, asker: &Asker, on: &A::On, input: &A::Input) -> bool {
        self.answer::<A>(asker, on, input).is_ok()
    }

    /// The one place where a permit is made, and its decision noted.
    fn permit<A: Action>(
        &self,
        asker: &Arc<Asker>,
        on: &A::On,
        input: A::Input,
        answer: Result<Vec<Arc<str>>, Why>,
    ) -> Result<Permit<A>, Refused> {
        self.note::<A>(asker, on, &input, &answer);
        match answer {
            Ok(by) => Ok(Permit::new(asker.clone(), input, on, by)),
            Err(why) => Err(Refused { action: A::NAME, why }),
        }
    }

    fn note<A: Action>(
        &self,
        asker: &Arc<Asker>,
        on: &A::On,
        input: &A::Input,
        answer: &Result<Vec<Arc<str>>, Why>,
    ) {
        if let Some(decisions) = &self.decisions {
            let (allowed, by) = match answer {
                Ok(by) => (true, by.clone()),
                Err(Why::NothingAllows) => (false, Vec::new()),
                Err(Why::Forbidden(by)) => (false, by.clone()),
                Err(Why::Faulty(text)) => (false, vec![Arc::from(text.as_str())]),
            };
            decisions.note(Decided {
                asker: asker.clone(),
                action: A::NAME,
                kind: on.kind(),
                on: on.id().to_string(),
                told: input.pairs(asker),
                allowed,
                by,
                policies: self.digest,
            });
        }
    }

    pub(crate) fn answer<A: Action>(
        &self,
        asker: &Asker,
        on: &A::On,
        input: &A::Input,
    ) -> Result<Vec<Arc<str>>, Why> {
        if CONSTANT {
            return constant();
        }
        self.ready::<A>(asker, on.kind(), input, How::Once, None)?.ask(on, None)
    }

    /// The asker's side of a question.
    fn ready<A: Action>(
        &self,
        asker: &Asker,
        kind: EntityKind,
        input: &A::Input,
        how: How,
        left_out: Option<&str>,
    ) -> Result<Ready, Why> {
        let at = (asker.actor.kind(), A::NAME, kind);
        let (Some(slice), Some(action)) = (self.slices.get(&at), self.action_uids.get(&A::NAME)) else {
            return Err(Why::NothingAllows);
        };
        let mut attributes = asker.actor.attributes();
        attributes.retain(|it| Some(it.0) != left_out);
        let slice = match how {
            How::Once => slice.clone(),
            How::Often => self.folds.of(slice, at, action, asker.actor.id(), &attributes, &self.schema),
        };
        attributes.retain(|it| slice.names(it.0));
        let who = entity::build(at.0, asker.actor.id(), &attributes).map_err(faulty)?;
        let told = if A::Input::EMPTY {
            self.empty.clone()
        } else {
            context(input.pairs(asker)).map_err(Why::Faulty)?
        };
        let ready = Ready::new(slice, who, action.clone(), told);
        match how {
            How::Once => Ok(ready),
            How::Often => ready.ahead(kind),
        }
    }

    /// What would be decided if the loader had left out one attribute of the asker or the thing. Makes no permit: it is
    /// there for the tests that hold every such loss to a refusal.
    ///
    /// # Errors
    /// As [`Engine::decide`].
    #[doc(hidden)]
    pub fn decide_without<A: Action>(
        &self,
        asker: &Asker,
        on: &A::On,
        input: &A::Input,
        of_asker: Option<&str>,
        of_thing: Option<&str>,
    ) -> Result<Vec<Arc<str>>, Why> {
        self.ready::<A>(asker, on.kind(), input, How::Once, of_asker)?.ask(on, of_thing)
    }
}

pub(crate) fn unprepared(e: impl std::fmt::Display) -> LoadError {
    LoadError::Unprepared(e.to_string())
}
pub(crate) fn faulty(e: impl std::fmt::Display) -> Why {
    Why::Faulty(e.to_string())
}
impl From<Unbuildable> for LoadError {
    fn from(it: Unbuildable) -> Self {
        unprepared(it)
    }
}

/// What is left of the policies when only the types, the action and perhaps the asker are known; policies that can never
/// match fall away.
pub(crate) fn residuals(
    policies: &PolicySet,
    at: Environment,
    action: &EntityUid,
    asker: Option<(&str, &Attributes<'_>)>,
    schema: &Schema,
) -> Result<PolicySet, LoadError> {
    let asker = match asker {
        None => None,
        Some((id, attributes)) => Some((id, entity::partial(at.0, id, attributes, schema)?)),
    };
    let request = PartialRequest::new(
        PartialEntityUid::new(entity::type_name(at.0)?, asker.as_ref().map(|it| EntityId::new(it.0))),
        action.clone(),
        PartialEntityUid::new(entity::type_name(at.2)?, None),
        None,
        schema,
    )
    .map_err(unprepared)?;
    // not `PartialEntities::empty()`: it knows no actions, and `action in` would stay unfolded
    let known: Option<PartialEntity> = asker.map(|it| it.1);
    let known = PartialEntities::from_partial_entities(known, schema).map_err(unprepared)?;
    let answer = policies.tpe(&request, &known, schema).map_err(unprepared)?;
    let never: HashSet<_> = answer.false_permits().chain(answer.false_forbids()).cloned().collect();
    PolicySet::from_policies(answer.policies().filter(|it| !never.contains(it.id()))).map_err(unprepared)
}
