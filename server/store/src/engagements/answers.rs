//! Answers to a request: other terms, a no, or taking it back. Each turn is the other side's move.

use super::letters::{self, Notice};
use super::parties::named_one;
use super::requests::{Asked, span};
use crate::drafts::{Confirming, Payload, Preparation, Prepared, Revises, Terms, only_one, prepare};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::requests;
use crate::write::{Change, Write, fresh_enough};
use diesel::prelude::*;
use domain::bounded::{Currency, Money, Prose};
use domain::records::RequestState;
use domain::{Day, EngagementId, Id, RequestId, Side, Version};
use policy::actions::{PrepareAnswer, PrepareWithdrawRequest, ViewRequest};
use policy::{Action, Permit, Unasked, facts};

/// Prepares other terms, or the presenter's answer to them. A fee that is kept is the one that stands.
///
/// # Errors
/// Refused, stale, not the asker's turn, or the database's.
pub fn prepare_counter(
    store: &Store,
    permit: Permit<PrepareAnswer>,
    asked: &Asked,
    note: &Prose,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    span(asked.first_day, asked.last_day)?;
    store.write(permit, |tx, facts| {
        open(facts)?;
        let stands = terms_of(tx, facts.id)?.fee;
        let payload = Payload::Counter {
            engagement: engagement_of(tx, facts.id)?,
            request: facts.id,
            version: facts.version,
            terms: asked.terms(tx, revises, stands)?,
            note: note.as_str().to_owned(),
        };
        prepared(tx, &payload, facts.id, revises)
    })
}

/// Prepares a no.
///
/// # Errors
/// As [`prepare_counter`].
pub fn prepare_decline(
    store: &Store,
    permit: Permit<PrepareAnswer>,
    reason: &Prose,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        open(facts)?;
        let payload = Payload::Decline {
            engagement: engagement_of(tx, facts.id)?,
            request: facts.id,
            version: facts.version,
            reason: reason.as_str().to_owned(),
        };
        prepared(tx, &payload, facts.id, revises)
    })
}

/// Prepares to take a request back.
///
/// # Errors
/// As [`prepare_counter`]; a request that is answered for good cannot be taken back.
pub fn prepare_withdraw(
    store: &Store,
    permit: Permit<PrepareWithdrawRequest>,
    reason: &Prose,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        open(facts)?;
        let payload = Payload::WithdrawRequest {
            engagement: engagement_of(tx, facts.id)?,
            request: facts.id,
            version: facts.version,
            reason: reason.as_str().to_owned(),
        };
        prepared(tx, &payload, facts.id, revises)
    })
}

pub(super) fn prepared(
    tx: &mut Write<'_>,
    payload: &Payload,
    request: RequestId,
    revises: Revises,
) -> Result<Change<Prepared>, StoreError> {
    let engagement = engagement_of(tx, request)?;
    prepare(tx, Preparation::of(payload, Some(engagement), Some(*request.key()), revises)?)
}

pub(super) fn engagement_of(tx: &mut Write<'_>, request: RequestId) -> Result<EngagementId, StoreError> {
    let row: Word<EngagementId> =
        requests::table.find(request.as_str()).select(requests::engagement).first(tx.db)?;
    Ok(row.0)
}

fn state_of(facts: &facts::Request) -> Result<RequestState, StoreError> {
    facts.state.parse().map_err(|_| StoreError::Corrupt("requests.state"))
}

/// The state, where it may still be answered. Whose answer it waits for, policies say.
pub(super) fn open(facts: &facts::Request) -> Result<RequestState, StoreError> {
    let state = state_of(facts)?;
    if state.open() { Ok(state) } else { Err(answered()) }
}

fn answered() -> StoreError {
    StoreError::Conflict("This request was answered already.".into())
}

/// Terms as a request has them now.
pub(super) fn terms_of(tx: &mut Write<'_>, request: RequestId) -> Result<Terms, StoreError> {
    type Row = (Word<Day>, Word<Day>, String, String, Option<i64>, Option<Word<Currency>>);
    let (first, last, venue, programme, minor, currency): Row = requests::table
        .find(request.as_str())
        .select((
            requests::first_day,
            requests::last_day,
            requests::venue,
            requests::programme,
            requests::fee_minor,
            requests::currency,
        ))
        .first(tx.db)?;
    Ok(Terms {
        first_day: first.0,
        last_day: last.0,
        venue,
        programme,
        fee: minor.zip(currency).map(|(minor, currency)| Money { minor, currency: currency.0 }),
    })
}

pub(crate) fn perform(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let money = payload.speaks_of_money();
    match payload {
        Payload::Counter { engagement, request, version, terms, note } => {
            let before = take::<PrepareAnswer>(tx, request, version)?;
            let state = match it.side {
                Side::Presenter => RequestState::Submitted,
                Side::Artist | Side::Agency => RequestState::Countered,
            };
            let old = terms_of(tx, request)?;
            settle(tx, request, version, state, Some(&note))?;
            diesel::update(requests::table.find(request.as_str()))
                .set((
                    requests::offered_by.eq(tx.asker.actor.id()),
                    requests::first_day.eq(terms.first_day.to_string()),
                    requests::last_day.eq(terms.last_day.to_string()),
                    requests::venue.eq(&terms.venue),
                    requests::programme.eq(&terms.programme),
                    requests::fee_minor.eq(terms.fee.map(|it| it.minor)),
                    requests::currency.eq(terms.fee.map(|it| it.currency.as_str())),
                ))
                .execute(tx.db)?;
            let event = it
                .event(engagement, "request", request, "countered", money)
                .change("state", before, state)
                .change("first_day", old.first_day, terms.first_day)
                .change("last_day", old.last_day, terms.last_day)
                .change("venue", &old.venue, &terms.venue)
                .change("programme", &old.programme, &terms.programme)
                .change_money("fee", fee_text(old.fee), fee_text(terms.fee));
            tell(tx, it, engagement, request, &terms, "Answer", "proposes other terms", &note, event)
        }
        Payload::Decline { engagement, request, version, reason } => {
            let before = take::<PrepareAnswer>(tx, request, version)?;
            settle(tx, request, version, RequestState::Declined, Some(&reason))?;
            let terms = terms_of(tx, request)?;
            let event = it.event(engagement, "request", request, "declined", false).change(
                "state",
                before,
                RequestState::Declined,
            );
            tell(tx, it, engagement, request, &terms, "Declined", "cannot take this on", &reason, event)
        }
        Payload::WithdrawRequest { engagement, request, version, reason } => {
            let (_, facts) = tx.also::<PrepareWithdrawRequest>(request, Unasked)?;
            fresh_enough(version, facts.version)?;
            let before = open(&facts)?;
            settle(tx, request, version, RequestState::Withdrawn, Some(&reason))?;
            let terms = terms_of(tx, request)?;
            let event = it.event(engagement, "request", request, "withdrawn", false).change(
                "state",
                before,
                RequestState::Withdrawn,
            );
            tell(tx, it, engagement, request, &terms, "Withdrawn", "takes the request back", &reason, event)
        }
        _ => Err(StoreError::Corrupt("drafts.kind")),
    }
}

/// Decides the answer again, on the request as it was shown and in the asker's turn.
pub(super) fn take<A: Action<On = facts::Request, Input = Unasked>>(
    tx: &mut Write<'_>,
    request: RequestId,
    version: Version,
) -> Result<RequestState, StoreError> {
    let refused = match tx.also::<A>(request, Unasked) {
        Ok((_, facts)) => {
            fresh_enough(version, facts.version)?;
            return open(&facts);
        }
        Err(it) => it,
    };
    // the turn may have passed to the other side since this was prepared: whoever sees the request is told that it moved
    match tx.also::<ViewRequest>(request, Unasked) {
        Ok((_, facts)) => fresh_enough(version, facts.version).and(Err(refused)),
        Err(_) => Err(refused),
    }
}

fn fee_text(it: Option<Money>) -> String {
    it.map(|it| it.to_string()).unwrap_or_default()
}

/// Moves a request on.
pub(super) fn settle(
    tx: &mut Write<'_>,
    request: RequestId,
    version: Version,
    state: RequestState,
    answer: Option<&str>,
) -> Result<(), StoreError> {
    let now = tx.now().0;
    let changed =
        diesel::update(requests::table.find(request.as_str()).filter(requests::version.eq(version.0)))
            .set((
                requests::state.eq(state.as_str()),
                requests::answer.eq(answer),
                requests::answered_at.eq(now),
                requests::version.eq(version.0 + 1),
            ))
            .execute(tx.db)?;
    only_one(changed, version)
}

#[allow(clippy::too_many_arguments)]
fn tell(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    engagement: EngagementId,
    request: RequestId,
    terms: &Terms,
    word: &str,
    does: &str,
    words: &str,
    event: Event,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let named = named_one(tx.db, engagement)?;
    let when = letters::days(terms.first_day, terms.last_day);
    let who = named.of(it.workspace);
    let notice = Notice {
        subject: format!("[{word}] {}, {when}: {who}", named.name(Side::Artist)),
        said: format!("{who} {does}: {}, {when}.\n\n{words}", named.title),
        way: "See it here",
        path: format!("/requests/{request}"),
    };
    let letters = letters::to_others(tx.db, it.origin, &named, Some(it.workspace), &notice)?;
    Ok(Change::of(Some(engagement), event).telling(letters))
}
