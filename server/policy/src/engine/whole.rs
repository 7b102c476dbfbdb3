//! The slow truth: every policy as written, in Cedar's own way.

use super::{Engine, Why, faulty};
use crate::action::{Action, Input, context};
use crate::actor::Asker;
use crate::entity;
use crate::facts::Facts;
use cedar_policy::{Entities, Entity, Request};
use std::sync::Arc;

impl Engine {
    /// The same question put to every policy as written, with the schema's action groups: the slow truth that tests
    /// hold [`Engine::decide`] to. Facts and actors are validated against the schema on the way.
    ///
    /// # Errors
    /// As [`Engine::decide`], and where facts do not conform to the schema.
    pub fn decide_by_whole<A: Action>(
        &self,
        asker: &Asker,
        on: &A::On,
        input: &A::Input,
    ) -> Result<Vec<Arc<str>>, Why> {
        let (request, entities) = self.question::<A>(asker, on, input, true)?;
        let world = Entities::from_entities(entities, Some(&self.schema)).map_err(faulty)?;
        let answer = cedar_policy::Authorizer::new().is_authorized(&request, &self.whole, &world);
        if let Some(fault) = answer.diagnostics().errors().next() {
            return Err(faulty(fault));
        }
        let mut by: Vec<Arc<str>> =
            answer.diagnostics().reason().map(|it| Arc::from(it.to_string().as_str())).collect();
        by.sort();
        match answer.decision() {
            cedar_policy::Decision::Allow => Ok(by),
            cedar_policy::Decision::Deny if by.is_empty() => Err(Why::NothingAllows),
            cedar_policy::Decision::Deny => Err(Why::Forbidden(by)),
        }
    }

    /// A question as Cedar takes it: the request, and the entities of the asker and the thing. Decides nothing; it is
    /// there for the tests that put the same question to other policies. `checked` holds it to the schema's environments.
    ///
    /// # Errors
    /// The facts cannot be told, or the schema has no such environment.
    #[doc(hidden)]
    pub fn question<A: Action>(
        &self,
        asker: &Asker,
        on: &A::On,
        input: &A::Input,
        checked: bool,
    ) -> Result<(Request, [Entity; 2]), Why> {
        let who =
            entity::build(asker.actor.kind(), asker.actor.id(), &asker.actor.attributes()).map_err(faulty)?;
        let thing = entity::build(on.kind(), &on.id().to_string(), &on.attributes()).map_err(faulty)?;
        let action =
            self.action_uids.get(&A::NAME).cloned().ok_or_else(|| Why::Faulty("no such action".into()))?;
        let told = context(input.pairs(asker)).map_err(Why::Faulty)?;
        let schema = checked.then_some(&self.schema);
        let request = Request::new(who.uid(), action, thing.uid(), told, schema).map_err(faulty)?;
        Ok((request, [who, thing]))
    }
}
