//! Confirming: the draft is decided again with the digest that was shown, what it does is decided again by its own
//! right, and then it happens, is recorded with its payload, and is told to the other side, all in one transaction.

use super::canonical::digest_of;
use super::payload::Payload;
use super::prepare::only_one;
use crate::engagements::{answers, documents, enquiries, holds, messages, requests};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::pools::Store;
use crate::profiles::{ends, offers, partnerships};
use crate::rows::Word;
use crate::schema::drafts;
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::records::{DraftKind, DraftState};
use domain::{Digest, DraftId, EngagementId, Moment, Side, WorkspaceId};
use policy::{Permit, actions::Confirm};

/// What a confirmation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    /// The draft.
    pub draft: DraftId,
    /// What it did.
    pub kind: DraftKind,
    /// On which engagement; a confirmed request has begun one.
    pub engagement: Option<EngagementId>,
}

/// A draft that is being confirmed.
pub(crate) struct Confirming<'a> {
    /// The draft.
    pub(crate) draft: DraftId,
    /// What it does.
    pub(crate) kind: DraftKind,
    /// The workspace that confirms.
    pub(crate) workspace: WorkspaceId,
    /// On which side that is.
    pub(crate) side: Side,
    /// The digest that was shown.
    pub(crate) digest: Digest,
    /// The canonical payload.
    pub(crate) text: String,
    /// Where the house is reached, for the letters' links: `https://artists.example`.
    pub(crate) origin: &'a str,
}

impl Confirming<'_> {
    /// The event of what the draft does, on an engagement's chain: with digest and payload, for every party.
    pub(crate) fn event(
        &self,
        engagement: EngagementId,
        entity: &'static str,
        id: impl ToString,
        transition: &'static str,
        money: bool,
    ) -> Event {
        let event = Event::engagement(engagement, entity, id, transition)
            .confirmed(self.digest)
            .with("draft", self.draft);
        if money {
            event.with_money(Audience::Parties, "payload", &self.text)
        } else {
            event.with("payload", &self.text)
        }
    }

    /// The same on the platform's chain.
    pub(crate) fn platform_event(
        &self,
        entity: &'static str,
        id: impl ToString,
        transition: &'static str,
    ) -> Event {
        Event::platform(entity, id, transition).confirmed(self.digest).with("draft", self.draft).with_for(
            Audience::of(self.side),
            "payload",
            &self.text,
        )
    }
}

/// What a draft of this kind does: the underlying right is decided again with [`Write::also`] before anything happens.
fn perform(tx: &mut Write<'_>, it: &Confirming<'_>) -> Result<Change<Option<EngagementId>>, StoreError> {
    if matches!(it.kind, DraftKind::Mandate | DraftKind::Partnership) {
        return offers::perform(tx, it);
    }
    let payload = Payload::parse(&it.text)?;
    if payload.kind() != it.kind {
        return Err(StoreError::Corrupt("drafts.kind"));
    }
    match payload {
        Payload::Request { .. } => requests::perform(tx, it, payload),
        Payload::Counter { .. } | Payload::Decline { .. } | Payload::WithdrawRequest { .. } => {
            answers::perform(tx, it, payload)
        }
        Payload::Hold { .. } => holds::perform_grant(tx, it, payload),
        Payload::Release { .. } | Payload::Withdrawal { .. } => holds::perform_end(tx, it, payload),
        Payload::Message { .. } => messages::perform(tx, it, payload),
        Payload::Document { .. } => documents::perform(tx, it, payload),
        Payload::EnquiryAnswer { .. } => enquiries::perform(tx, it, payload),
        Payload::EndMandate { .. } => ends::perform(tx, it, payload),
        Payload::EndPartnership { .. } => partnerships::perform_end(tx, it, payload),
    }
}

/// Confirms a draft of any kind. `origin` is where the house is reached.
///
/// # Errors
/// Refused where the digest is not the one shown, the asker may not confirm, or may no longer do what the draft does;
/// stale where the thing changed since; a conflict where the trade's rules stand against it. Then nothing was sent.
pub fn confirm(store: &Store, permit: Permit<Confirm>, origin: &str) -> Result<Confirmed, StoreError> {
    let digest = permit.input().0;
    store.write(permit, |tx, facts| {
        let (text, stored, expires): (String, Word<Digest>, i64) = drafts::table
            .find(facts.id.as_str())
            .select((drafts::payload, drafts::digest, drafts::expires_at))
            .first(tx.db)?;
        if digest_of(&text) != digest || stored.0 != digest {
            return Err(StoreError::Corrupt("drafts.digest"));
        }
        if Moment(expires) <= tx.now() {
            return Err(StoreError::Conflict(
                "This draft waited for more than 14 days and can no longer be confirmed. Prepare it anew."
                    .into(),
            ));
        }
        let confirming = Confirming {
            draft: facts.id,
            kind: facts.kind,
            workspace: facts.owner,
            side: facts.owner_kind.side(),
            digest,
            text,
            origin,
        };
        let changed = diesel::update(
            drafts::table
                .find(facts.id.as_str())
                .filter(drafts::version.eq(facts.version.0))
                .filter(drafts::state.eq(DraftState::Prepared.as_str())),
        )
        .set((
            drafts::state.eq(DraftState::Confirmed.as_str()),
            drafts::decided_by.eq(tx.asker.actor.id()),
            drafts::decided_at.eq(tx.now().0),
            drafts::version.eq(facts.version.0 + 1),
        ))
        .execute(tx.db)?;
        only_one(changed, facts.version)?;
        let change = perform(tx, &confirming)?;
        let engagement = *change.made();
        if let Some(it) = engagement {
            diesel::update(drafts::table.find(facts.id.as_str()))
                .set(drafts::engagement.eq(it.to_string()))
                .execute(tx.db)?;
        }
        Ok(change.map(|engagement| Confirmed { draft: facts.id, kind: facts.kind, engagement }))
    })
}
