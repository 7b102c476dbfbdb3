//! Messages to the other parties of an engagement. Prepared, confirmed, and final once sent.

use super::Named;
use super::letters::{self, Notice};
use super::parties::{named_one, on_record};
use crate::drafts::{Confirming, Payload, Preparation, Prepared, Revises, prepare};
use crate::error::StoreError;
use crate::lists::{Cond, Page, Part};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, messages};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Prose;
use domain::{EngagementId, MessageId, Moment, Side};
use policy::actions::{PrepareMessage, ViewMessage};
use policy::{Permit, Unasked};

/// Prepares a message, or changes one that waits.
///
/// # Errors
/// Refused, stale, or the database's.
pub fn prepare_message(
    store: &Store,
    permit: Permit<PrepareMessage>,
    body: &Prose,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    let engagement = permit.on();
    let payload = Payload::Message { engagement, body: body.as_str().to_owned() };
    store.write(permit, |tx, _| prepare(tx, Preparation::of(&payload, Some(engagement), None, revises)?))
}

pub(crate) fn perform(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let Payload::Message { engagement, body } = payload else {
        return Err(StoreError::Corrupt("drafts.kind"));
    };
    let (_permit, _) = tx.also::<PrepareMessage>(engagement, Unasked)?;
    let parties = on_record(tx.db, engagement)?;
    let message: MessageId = tx.fresh();
    let now = tx.now();
    diesel::insert_into(messages::table)
        .values((
            messages::id.eq(message.as_str()),
            messages::engagement.eq(engagement.as_str()),
            messages::artist.eq(parties.artist.as_str()),
            messages::agency.eq(parties.agency.map(|it| it.to_string())),
            messages::presenter.eq(parties.presenter.as_str()),
            messages::side.eq(it.side.as_str()),
            messages::author.eq(tx.asker.actor.id()),
            messages::body.eq(&body),
            messages::sent_at.eq(now.0),
        ))
        .execute(tx.db)?;
    let named = named_one(tx.db, engagement)?;
    let who = named.of(it.workspace);
    let notice = Notice {
        subject: format!("[Message] {}, {}: {who}", named.name(Side::Artist), named.reference),
        said: format!("{who} writes about {}:\n\n{body}", named.title),
        way: "Answer it here",
        path: format!("/messages/{message}"),
    };
    let letters = letters::to_others(tx.db, it.origin, &named, Some(it.workspace), &notice)?;
    Ok(Change::of(Some(engagement), it.event(engagement, "message", message, "sent", false)).telling(letters))
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The message.
    pub id: MessageId,
    /// On which engagement.
    pub engagement: EngagementId,
    /// From which side.
    pub side: Side,
    /// Who wrote it.
    pub author: String,
    /// The text.
    pub body: String,
    /// When it was sent.
    pub sent_at: Moment,
}

/// Messages with these permits, newest first.
fn rows(db: &mut Read<'_>, permits: &[Permit<ViewMessage>]) -> Result<Vec<MessageView>, StoreError> {
    type Raw = (Word<MessageId>, Word<EngagementId>, Word<Side>, String, String, i64);
    let ids: Vec<String> = permits.iter().map(|it| it.on().to_string()).collect();
    let raw: Vec<Raw> = messages::table
        .inner_join(accounts::table.on(accounts::id.eq(messages::author)))
        .filter(messages::id.eq_any(&ids))
        .order(messages::id.desc())
        .select((
            messages::id,
            messages::engagement,
            messages::side,
            accounts::name,
            messages::body,
            messages::sent_at,
        ))
        .load(db.db)?;
    Ok(raw
        .into_iter()
        .map(|(id, engagement, side, author, body, at)| MessageView {
            id: id.0,
            engagement: engagement.0,
            side: side.0,
            author,
            body,
            sent_at: Moment(at),
        })
        .collect())
}

/// One message with its engagement's names.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: Permit<ViewMessage>) -> Result<(MessageView, Named), StoreError> {
    let message = rows(db, &[permit])?.pop().ok_or(StoreError::Absent)?;
    let named = named_one(db.db, message.engagement)?;
    Ok((message, named))
}

/// The messages of one engagement that the asker may see, newest first.
pub(crate) fn on(
    db: &mut Read<'_>,
    engagement: EngagementId,
    page: &Page,
) -> Result<Part<MessageView>, StoreError> {
    let scope = db.scope::<ViewMessage>(&Unasked);
    let narrow = || -> Option<Cond<messages::table>> {
        Some(Box::new(messages::engagement.eq(engagement.to_string())))
    };
    let found = db.list(&scope, &Unasked, narrow, page)?;
    Ok(Part { rows: rows(db, &found.rows)?, next: found.next })
}
