//! Questions prepared once, and single policies put to them.

use crate::mutants::Unable;
use crate::things::{Thing, Told};
use crate::{Answer, ask};
use cedar_policy::{
    Authorizer, Effect, Entities, Entity, EntityUid, Policy, PolicyId, PolicySet, Request, RequestEnv, Schema,
};
use policy::{ActionName, Asker, Engine, EntityKind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Who, for what, on what: types only.
pub(crate) type Environment = (EntityKind, ActionName, EntityKind);

/// One policy ready to be asked alone.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) id: Arc<str>,
    pub(crate) effect: Effect,
    pub(crate) policy: Policy,
    alone: PolicySet,
    pub(crate) environments: HashSet<Environment>,
}

/// What one policy has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It applies.
    Applies,
    /// It does not.
    Silent,
    /// It cannot be evaluated, and so everything is refused.
    Errs,
}

/// What is needed of the schema.
pub(crate) struct Ground {
    pub(crate) schema: Schema,
    kinds: HashMap<String, EntityKind>,
    actions: HashMap<EntityUid, ActionName>,
    entities: HashMap<ActionName, Entity>,
    environments: HashMap<Environment, RequestEnv>,
}

impl Ground {
    pub(crate) fn of(schema: &str) -> Result<Self, Unable> {
        let broken = |e: &dyn std::fmt::Display| Unable::Policies(e.to_string());
        let (schema, _) = Schema::from_cedarschema_str(schema).map_err(|e| broken(&e))?;
        let world = schema.action_entities().map_err(|e| broken(&e))?;
        let (mut actions, mut entities) = (HashMap::new(), HashMap::new());
        for entity in world.iter() {
            if let Some(name) = ActionName::named(entity.uid().id().unescaped()) {
                actions.insert(entity.uid(), name);
                let groups = world.ancestors(&entity.uid()).into_iter().flatten().cloned();
                let alone = Entity::new_with_tags(entity.uid(), [], groups, []).map_err(|e| broken(&e))?;
                entities.insert(name, alone);
            }
        }
        let kinds = EntityKind::ALL.iter().map(|it| (it.as_str().to_owned(), *it)).collect();
        let mut it = Self { schema, kinds, actions, entities, environments: HashMap::new() };
        it.environments =
            it.schema.request_envs().filter_map(|at| Some((it.environment(&at)?, at))).collect();
        Ok(it)
    }

    /// Every environment of the schema, in no order.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &Environment> {
        self.environments.keys()
    }

    /// The environment as Cedar has it.
    pub(crate) fn request_env(&self, at: &Environment) -> Option<&RequestEnv> {
        self.environments.get(at)
    }

    fn environment(&self, at: &RequestEnv) -> Option<Environment> {
        let kind = |it: &cedar_policy::EntityTypeName| self.kinds.get(&it.to_string()).copied();
        Some((kind(at.principal())?, *self.actions.get(at.action())?, kind(at.resource())?))
    }

    /// One policy under its own id; `None` where the text is not one policy.
    pub(crate) fn prepare(&self, id: &str, source: &str) -> Option<Prepared> {
        let policy = Policy::parse(Some(PolicyId::new(id)), source).ok()?;
        let environments =
            policy.get_valid_request_envs(&self.schema).filter_map(|it| self.environment(&it)).collect();
        let alone = PolicySet::from_policies([policy.clone()]).ok()?;
        Some(Prepared { id: Arc::from(id), effect: policy.effect(), policy, alone, environments })
    }
}

impl Prepared {
    pub(crate) fn set(&self) -> &PolicySet {
        &self.alone
    }
}

/// A question that policies can be put to one by one.
pub(crate) struct Asked {
    pub(crate) at: Environment,
    request: Request,
    world: Entities,
}

impl Asked {
    /// `None` where the schema has no such environment: no policy speaks there, and no mutant can.
    pub(crate) fn of(
        engine: &Engine,
        ground: &Ground,
        asker: &Arc<Asker>,
        action: ActionName,
        on: &Thing,
        told: &Told,
    ) -> Result<Option<Self>, Unable> {
        let at = (asker.actor.kind(), action, on.kind());
        if !ground.environments.contains_key(&at) {
            return Ok(None);
        }
        let broken = |e: &dyn std::fmt::Debug| Unable::Cases(format!("{}: {e:?}", action.as_str()));
        let put = ask::put(engine, asker, action, on, told).map_err(|e| broken(&e))?;
        let (request, [who, thing]) = put.map_err(|e| broken(&e))?;
        let doing = ground.entities.get(&action).cloned();
        let world =
            Entities::from_entities([who, thing].into_iter().chain(doing), None).map_err(|e| broken(&e))?;
        Ok(Some(Self { at, request, world }))
    }

    /// What one policy says to it; a policy that cannot apply to these types says nothing.
    pub(crate) fn put_to(&self, policy: &Prepared) -> Outcome {
        if policy.environments.contains(&self.at) { self.put_anyway(policy) } else { Outcome::Silent }
    }

    /// What one policy says to it, even one that is not well typed there.
    pub(crate) fn put_anyway(&self, policy: &Prepared) -> Outcome {
        let answer = Authorizer::new().is_authorized(&self.request, &policy.alone, &self.world);
        if answer.diagnostics().errors().next().is_some() {
            Outcome::Errs
        } else if answer.diagnostics().reason().next().is_some() {
            Outcome::Applies
        } else {
            Outcome::Silent
        }
    }
}

/// What all policies said to one question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    permits: Vec<Arc<str>>,
    forbids: Vec<Arc<str>>,
    errs: Vec<Arc<str>>,
}

impl Said {
    pub(crate) fn add(&mut self, policy: &Prepared, outcome: Outcome) {
        match (outcome, policy.effect) {
            (Outcome::Silent, _) => {}
            (Outcome::Errs, _) => self.errs.push(policy.id.clone()),
            (Outcome::Applies, Effect::Permit) => self.permits.push(policy.id.clone()),
            (Outcome::Applies, Effect::Forbid) => self.forbids.push(policy.id.clone()),
        }
    }

    /// What this policy said.
    pub(crate) fn of(&self, policy: &Prepared) -> Outcome {
        if self.permits.contains(&policy.id) || self.forbids.contains(&policy.id) {
            Outcome::Applies
        } else if self.errs.contains(&policy.id) {
            Outcome::Errs
        } else {
            Outcome::Silent
        }
    }

    /// What all say when this policy is gone, or another with its id said something else.
    pub(crate) fn instead(&self, id: &str, now: Option<(&Prepared, Outcome)>) -> Self {
        let mut said = self.clone();
        for them in [&mut said.permits, &mut said.forbids, &mut said.errs] {
            them.retain(|it| &**it != id);
        }
        if let Some((policy, outcome)) = now {
            said.add(policy, outcome);
        }
        said
    }

    /// The decision that follows.
    pub(crate) fn answer(&self) -> Answer {
        let (allowed, mut by) = if !self.errs.is_empty() {
            let fault = Some(format!("`{}`", self.errs[0]));
            return Answer { allowed: false, by: Vec::new(), fault };
        } else if self.forbids.is_empty() {
            (!self.permits.is_empty(), self.permits.clone())
        } else {
            (false, self.forbids.clone())
        };
        by.sort();
        Answer { allowed, by, fault: None }
    }
}
