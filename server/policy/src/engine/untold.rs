//! What a question comes to while it is not yet said what will be told with it.

use super::{Engine, unprepared};
use crate::action::Action;
use crate::actor::Asker;
use crate::engine::LoadError;
use crate::entity::{self, EntityKind};
use crate::facts::Facts;
use cedar_policy::{Decision, EntityId, PartialEntities, PartialEntityUid, PartialRequest};

impl Engine {
    /// Whether any policy speaks of who asks, what is done, and to what; nothing is allowed where none does.
    #[must_use]
    pub fn speaks(&self, who: EntityKind, action: crate::ActionName, on: EntityKind) -> bool {
        self.slices.contains_key(&(who, action, on))
    }

    /// Whether something could be told with the request so that `A` would be allowed. In doubt, it could.
    #[must_use]
    pub fn could<A: Action>(&self, asker: &Asker, on: &A::On) -> bool {
        self.speaks(asker.actor.kind(), A::NAME, on.kind()) && !self.never::<A>(asker, on).unwrap_or(false)
    }

    /// Whether every context is refused, by partial evaluation with the context unknown.
    fn never<A: Action>(&self, asker: &Asker, on: &A::On) -> Result<bool, LoadError> {
        let (actor, id) = (&asker.actor, on.id().to_string());
        let uid = |kind, id: &str| {
            Ok::<_, LoadError>(PartialEntityUid::new(entity::type_name(kind)?, Some(EntityId::new(id))))
        };
        let action = self.action_uids.get(&A::NAME).ok_or_else(|| unprepared("no such action"))?;
        let request = PartialRequest::new(
            uid(actor.kind(), actor.id())?,
            action.clone(),
            uid(on.kind(), &id)?,
            None,
            &self.schema,
        )
        .map_err(unprepared)?;
        let known = [
            entity::partial(actor.kind(), actor.id(), &actor.attributes(), &self.schema)?,
            entity::partial(on.kind(), &id, &on.attributes(), &self.schema)?,
        ];
        let known = PartialEntities::from_partial_entities(known, &self.schema).map_err(unprepared)?;
        let answer = self.whole.tpe(&request, &known, &self.schema).map_err(unprepared)?;
        Ok(answer.decision() == Some(Decision::Deny))
    }
}
