//! Throwing a draft away. Nothing of it ever left the workspace.

use super::prepare::{draft_event, only_one};
use crate::error::StoreError;
use crate::ledger::Audience;
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::drafts;
use crate::write::Change;
use diesel::prelude::*;
use domain::EngagementId;
use domain::records::DraftState;
use policy::{Permit, actions::DiscardDraft};

/// Discards a draft.
///
/// # Errors
/// Refused, stale, or the database's.
pub fn discard(store: &Store, permit: Permit<DiscardDraft>) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let engagement: Option<Word<EngagementId>> =
            drafts::table.find(facts.id.as_str()).select(drafts::engagement).first(tx.db)?;
        let changed =
            diesel::update(drafts::table.find(facts.id.as_str()).filter(drafts::version.eq(facts.version.0)))
                .set((
                    drafts::state.eq(DraftState::Discarded.as_str()),
                    drafts::decided_by.eq(tx.asker.actor.id()),
                    drafts::decided_at.eq(tx.now().0),
                    drafts::version.eq(facts.version.0 + 1),
                ))
                .execute(tx.db)?;
        only_one(changed, facts.version)?;
        let event = draft_event(
            engagement.map(|it| it.0),
            Audience::of(facts.owner_kind.side()),
            facts.id,
            "discarded",
        );
        Ok(Change::of((), event.change("state", facts.state, DraftState::Discarded)))
    })
}
