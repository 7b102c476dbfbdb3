//! Preparing a payload, or changing one that waits: another payload has another digest, and voids what was shown.

use super::canonical::{canonical, digest_of};
use super::payload::Payload;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::schema::drafts;
use crate::write::{Change, Write, fresh_enough};
use diesel::prelude::*;
use domain::bounded::Money;
use domain::records::{DraftKind, DraftState};
use domain::{Digest, DraftId, EngagementId, Key, Moment, Version};
use policy::{Unasked, actions::ViewDraft};
use serde_json::Value;

/// How long a draft may wait for its confirmation.
const LIFE: i64 = 14 * Moment::DAY;

/// A draft that is changed instead of prepared anew, at the edition that was shown.
pub type Revises = Option<(DraftId, Version)>;

/// What to prepare. The right to prepare it is the permit that the surrounding write spends.
pub(crate) struct Preparation {
    /// What it will do.
    pub(crate) kind: DraftKind,
    /// On which engagement, where there is one yet.
    pub(crate) engagement: Option<EngagementId>,
    /// The thing it is about.
    pub(crate) target: Option<Key>,
    /// An object; `kind` and `workspace` are added to it.
    pub(crate) payload: Value,
    /// Instead of which draft.
    pub(crate) revises: Revises,
}

impl Preparation {
    /// What to prepare for a typed payload.
    pub(crate) fn of(
        payload: &Payload,
        engagement: Option<EngagementId>,
        target: Option<Key>,
        revises: Revises,
    ) -> Result<Self, StoreError> {
        let value = serde_json::to_value(payload).map_err(|_| StoreError::Corrupt("drafts.payload"))?;
        Ok(Self { kind: payload.kind(), engagement, target, payload: value, revises })
    }
}

/// A draft that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepared {
    /// The draft.
    pub draft: DraftId,
    /// The digest of its payload.
    pub digest: Digest,
}

/// Prepares, or changes what waits, for the asker's own workspace. Nobody outside it sees anything of this.
///
/// # Errors
/// Refused where the asker acts in no workspace; stale where the draft to change was changed, confirmed or discarded.
pub(crate) fn prepare(tx: &mut Write<'_>, it: Preparation) -> Result<Change<Prepared>, StoreError> {
    let (owner_kind, owner) = tx.asker.actor.workspace().ok_or(StoreError::Absent)?;
    let Value::Object(mut payload) = it.payload else { return Err(StoreError::Corrupt("drafts.payload")) };
    payload.insert("kind".into(), it.kind.as_str().into());
    payload.insert("workspace".into(), owner.to_string().into());
    let text = canonical(&payload)?;
    let digest = digest_of(&text);
    let now = tx.now();
    let target = it.target.map(|it| it.to_string());
    let engagement = it.engagement.map(|it| it.to_string());
    let by = tx.asker.actor.id().to_owned();
    let (draft, before) = if let Some((draft, shown)) = it.revises {
        let (_, facts) = tx.also::<ViewDraft>(draft, Unasked)?;
        fresh_enough(shown, facts.version)?;
        let about: (Option<String>, Option<String>) =
            drafts::table.find(draft.as_str()).select((drafts::engagement, drafts::target)).first(tx.db)?;
        let same = about == (engagement.clone(), target.clone());
        if facts.kind != it.kind || facts.state != DraftState::Prepared || !same {
            return Err(StoreError::Conflict(
                "This draft can no longer be changed. Prepare a new one.".into(),
            ));
        }
        let changed = diesel::update(drafts::table.find(draft.as_str()).filter(drafts::version.eq(shown.0)))
            .set((
                drafts::payload.eq(&text),
                drafts::digest.eq(digest.to_string()),
                drafts::prepared_by.eq(&by),
                drafts::prepared_at.eq(now.0),
                drafts::expires_at.eq(now.plus(LIFE).0),
                drafts::version.eq(shown.0 + 1),
            ))
            .execute(tx.db)?;
        only_one(changed, shown)?;
        (draft, Some(facts.digest_text))
    } else {
        let draft: DraftId = tx.fresh();
        diesel::insert_into(drafts::table)
            .values((
                drafts::id.eq(draft.as_str()),
                drafts::owner_kind.eq(owner_kind.as_str()),
                drafts::owner.eq(owner.as_str()),
                drafts::kind.eq(it.kind.as_str()),
                drafts::engagement.eq(&engagement),
                drafts::target.eq(&target),
                drafts::payload.eq(&text),
                drafts::digest.eq(digest.to_string()),
                drafts::state.eq(DraftState::Prepared.as_str()),
                drafts::prepared_by.eq(&by),
                drafts::prepared_at.eq(now.0),
                drafts::expires_at.eq(now.plus(LIFE).0),
                drafts::version.eq(1),
            ))
            .execute(tx.db)?;
        (draft, None)
    };
    let transition = if before.is_some() { "changed" } else { "prepared" };
    let event = draft_event(it.engagement, Audience::of(owner_kind.side()), draft, transition)
        .with("kind", it.kind)
        // whoever knows the rest of a text that names a sum finds the sum by trying
        .change_money("digest", before.unwrap_or_default(), digest);
    Ok(Change::of(Prepared { draft, digest }, event))
}

/// The fee that a draft names, for whoever may not see it and so leaves it when they change the draft.
pub(crate) fn fee(tx: &mut Write<'_>, draft: DraftId) -> Result<Option<Money>, StoreError> {
    let (_permit, _) = tx.also::<ViewDraft>(draft, Unasked)?;
    let text: String = drafts::table.find(draft.as_str()).select(drafts::payload).first(tx.db)?;
    Ok(match Payload::parse(&text)? {
        Payload::Request { terms, .. } | Payload::Counter { terms, .. } => terms.fee,
        _ => None,
    })
}

/// An event on a draft: on its engagement's chain for its own side alone, or on the platform's.
pub(super) fn draft_event(
    engagement: Option<EngagementId>,
    side: Audience,
    draft: DraftId,
    transition: &'static str,
) -> Event {
    match engagement {
        Some(it) => Event::engagement(it, "draft", draft, transition).only(side),
        None => Event::platform("draft", draft, transition),
    }
}

/// Refuses an update that met no row at the edition it was decided on.
pub(crate) fn only_one(changed: usize, shown: Version) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale { shown, stands: Version(shown.0.saturating_add(1)) })
    }
}
