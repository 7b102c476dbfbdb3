//! Holds: granted on a request, released, withdrawn or lapsed. A rank is shown to its holder and to the artist's office.

use super::answers::{engagement_of, open, prepared, settle, take, terms_of};
use super::letters::{self, Notice};
use super::parties::{named_one, on_record};
use super::ranks::{self, Moved};
use super::requests::span;
use super::warnings;
use crate::deadlines;
use crate::drafts::{Confirming, Payload, Preparation, Prepared, Revises, only_one, prepare};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{holds, requests};
use crate::write::{Change, Write, fresh_enough};
use diesel::prelude::*;
use domain::bounded::Prose;
use domain::records::{HoldState, RequestState};
use domain::{Day, EngagementId, HoldId, Id, Moment, RequestId, Side, WorkspaceId};
use policy::actions::{Lapse, PrepareHold, PrepareRelease, PrepareWithdrawHold};
use policy::facts::{Lapsing, LapsingId};
use policy::{Asker, Overdue, Permit, Unasked, facts};
use std::sync::Arc;

/// Days that a hold of rank 1 stands by default.
pub const FIRST: i64 = 14;
/// Days that a hold of another rank stands by default.
pub const OTHERS: i64 = 7;
/// Most days that a hold may stand.
pub const MOST: i64 = 120;

/// The rank that a hold on this request would have as things stand, for whoever may grant it.
///
/// # Errors
/// The database's.
pub fn next_rank(db: &mut Read<'_>, permit: &Permit<PrepareHold>) -> Result<i64, StoreError> {
    let (artist, first, last): (Word<WorkspaceId>, Word<Day>, Word<Day>) = requests::table
        .find(permit.on().as_str())
        .select((requests::artist, requests::first_day, requests::last_day))
        .first(db.db)?;
    let mut worst = 1;
    for day in first.0.through(last.0) {
        worst = worst.max(ranks::next_rank(db.db, artist.0, day)?);
    }
    Ok(worst)
}

/// Prepares to accept a request and to grant the hold it asks for, until `expires_at`.
///
/// # Errors
/// Refused, stale, not the office's turn, an expiry that is past or too far, or the database's.
pub fn prepare_hold(
    store: &Store,
    permit: Permit<PrepareHold>,
    expires_at: Moment,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        open(facts)?;
        if expires_at <= tx.now() || expires_at > tx.now().plus(MOST * Moment::DAY) {
            return Err(StoreError::Conflict(format!(
                "A hold lapses on a day that is still to come, and at most {MOST} days from now."
            )));
        }
        let terms = terms_of(tx, facts.id)?;
        let payload = Payload::Hold {
            engagement: engagement_of(tx, facts.id)?,
            request: facts.id,
            version: facts.version,
            first_day: terms.first_day,
            last_day: terms.last_day,
            expires_at,
        };
        prepared(tx, &payload, facts.id, revises)
    })
}

/// Prepares to give a hold back.
///
/// # Errors
/// Refused, stale, a hold that is over, or the database's.
pub fn prepare_release(store: &Store, permit: Permit<PrepareRelease>) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        let engagement = active(tx, facts)?;
        let payload = Payload::Release { engagement, hold: facts.id, version: facts.version };
        prepare(tx, Preparation::of(&payload, Some(engagement), Some(*facts.id.key()), None)?)
    })
}

/// Prepares to take a hold back, with a reason.
///
/// # Errors
/// As [`prepare_release`].
pub fn prepare_withdrawal(
    store: &Store,
    permit: Permit<PrepareWithdrawHold>,
    reason: &Prose,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        let engagement = active(tx, facts)?;
        let reason = reason.as_str().to_owned();
        let payload = Payload::Withdrawal { engagement, hold: facts.id, version: facts.version, reason };
        prepare(tx, Preparation::of(&payload, Some(engagement), Some(*facts.id.key()), revises)?)
    })
}

pub(super) fn active(tx: &mut Write<'_>, facts: &facts::Hold) -> Result<EngagementId, StoreError> {
    if facts.state != HoldState::Active {
        return Err(StoreError::Conflict("This hold is over already.".into()));
    }
    let row: Word<EngagementId> =
        holds::table.find(facts.id.as_str()).select(holds::engagement).first(tx.db)?;
    Ok(row.0)
}

#[allow(clippy::needless_pass_by_value)] // spends the payload like every kind of confirmation
pub(crate) fn perform_grant(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let Payload::Hold { engagement, request, version, first_day, last_day, expires_at } = payload else {
        return Err(StoreError::Corrupt("drafts.kind"));
    };
    span(first_day, last_day)?;
    let before = take::<PrepareHold>(tx, request, version)?;
    let now = tx.now();
    if expires_at <= now {
        return Err(StoreError::Conflict(
            "The day on which this hold was to lapse has passed. Prepare it anew.".into(),
        ));
    }
    let parties = on_record(tx.db, engagement)?;
    let hold = insert(tx, engagement, request, &parties, (first_day, last_day), expires_at)?;
    let granted = ranks::grant(tx.db, parties.artist, hold, first_day, last_day)?;
    settle(tx, request, version, RequestState::Accepted, None)?;
    let named = named_one(tx.db, engagement)?;
    let (rank, when) = (ranks::worst(&granted), letters::days(first_day, last_day));
    let until = letters::instant(expires_at);
    let who = named.of(it.workspace);
    let notice = Notice {
        subject: format!("[Hold {rank}] {}, {when}: until {until}", named.name(Side::Artist)),
        said: format!(
            "{who} accepts the request and grants a hold of rank {rank} on {} for {when}: {}. It lapses on {until} \
             unless it is released before.",
            named.name(Side::Artist),
            named.title
        ),
        way: "See the hold here",
        path: format!("/holds/{hold}"),
    };
    let letters = letters::to_others(tx.db, it.origin, &named, Some(it.workspace), &notice)?;
    let event = it
        .event(engagement, "hold", hold, "granted", false)
        .with("after.state", HoldState::Active)
        .with("after.ranks", told(&granted))
        .with("after.expires_at", expires_at.rfc3339());
    let accepted = Event::engagement(engagement, "request", request, "accepted")
        .confirmed(it.digest)
        .with("draft", it.draft)
        .change("state", before, RequestState::Accepted);
    Ok(Change::of(Some(engagement), accepted).and(event).telling(letters))
}

fn insert(
    tx: &mut Write<'_>,
    engagement: EngagementId,
    request: RequestId,
    parties: &facts::Parties,
    days: (Day, Day),
    expires_at: Moment,
) -> Result<HoldId, StoreError> {
    let hold: HoldId = tx.fresh();
    let now = tx.now();
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(hold.as_str()),
            holds::engagement.eq(engagement.as_str()),
            holds::request.eq(request.as_str()),
            holds::artist.eq(parties.artist.as_str()),
            holds::agency.eq(parties.agency.map(|it| it.to_string())),
            holds::presenter.eq(parties.presenter.as_str()),
            holds::state.eq(HoldState::Active.as_str()),
            holds::first_day.eq(days.0.to_string()),
            holds::last_day.eq(days.1.to_string()),
            holds::granted_at.eq(now.0),
            holds::expires_at.eq(expires_at.0),
            holds::warn_at.eq(warnings::next(now, expires_at, now).map(|it| it.0)),
            holds::version.eq(1),
        ))
        .execute(tx.db)?;
    Ok(hold)
}

/// `2027-03-04: 1, 2027-03-05: 2`.
fn told(ranks: &[(Day, i64)]) -> String {
    ranks.iter().map(|(day, rank)| format!("{day}: {rank}")).collect::<Vec<_>>().join(", ")
}

pub(crate) fn perform_end(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let (engagement, facts, state, transition, reason) = match payload {
        Payload::Release { engagement, hold, version } => {
            let (_, facts) = tx.also::<PrepareRelease>(hold, Unasked)?;
            fresh_enough(version, facts.version)?;
            (engagement, facts, HoldState::Released, "released", None)
        }
        Payload::Withdrawal { engagement, hold, version, reason } => {
            let (_, facts) = tx.also::<PrepareWithdrawHold>(hold, Unasked)?;
            fresh_enough(version, facts.version)?;
            (engagement, facts, HoldState::Withdrawn, "withdrawn", Some(reason))
        }
        _ => return Err(StoreError::Corrupt("drafts.kind")),
    };
    active(tx, &facts)?;
    let ended = end(tx, it.origin, engagement, &facts, state, reason.as_deref(), Some(it.workspace))?;
    let event = it
        .event(engagement, "hold", facts.id, transition, false)
        .change("state", HoldState::Active, state)
        .with("before.ranks", ended.ranks);
    Ok(Change::of(Some(engagement), event).and_all(ended.events).telling(ended.letters))
}

/// What follows from a hold's end: who moved up, and who is told.
struct Ended {
    ranks: String,
    events: Vec<Event>,
    letters: Vec<Letter>,
}

fn end(
    tx: &mut Write<'_>,
    origin: &str,
    engagement: EngagementId,
    facts: &facts::Hold,
    state: HoldState,
    reason: Option<&str>,
    by: Option<WorkspaceId>,
) -> Result<Ended, StoreError> {
    let changed =
        diesel::update(holds::table.find(facts.id.as_str()).filter(holds::version.eq(facts.version.0)))
            .set((
                holds::state.eq(state.as_str()),
                holds::reason.eq(reason),
                holds::version.eq(facts.version.0 + 1),
            ))
            .execute(tx.db)?;
    only_one(changed, facts.version)?;
    let (first, last): (Word<Day>, Word<Day>) =
        holds::table.find(facts.id.as_str()).select((holds::first_day, holds::last_day)).first(tx.db)?;
    let before = told(&ranks::of(tx.db, facts.id)?);
    let moved = ranks::clear(tx.db, facts.parties.artist, facts.id)?;
    let named = named_one(tx.db, engagement)?;
    let when = letters::days(first.0, last.0);
    let artist = named.name(Side::Artist);
    let said = match (state, by) {
        (HoldState::Released, Some(by)) => {
            format!("{} releases the hold on {artist} for {when}.", named.of(by))
        }
        (HoldState::Withdrawn, Some(by)) => format!(
            "{} takes back the hold on {artist} for {when}.\n\n{}",
            named.of(by),
            reason.unwrap_or_default()
        ),
        _ => format!("The hold on {artist} for {when} has lapsed, as it was agreed when it was granted."),
    };
    let notice = Notice {
        subject: format!("[Hold {state}] {artist}, {when}"),
        said,
        way: "See it here",
        path: format!("/holds/{}", facts.id),
    };
    let mut letters = letters::to_others(tx.db, origin, &named, by, &notice)?;
    let mut events = Vec::new();
    for it in moved {
        events.push(promoted(&it));
        letters.extend(promotion_letters(tx, origin, &it)?);
    }
    Ok(Ended { ranks: before, events, letters })
}

/// The entry for a hold that moved up. Whoever cleared the rank is another presenter: actor, workspace and visit are
/// for the artist alone, and the parties read only what became of their own hold.
fn promoted(it: &Moved) -> Event {
    let days: Vec<String> = it.days.iter().map(ToString::to_string).collect();
    Event::engagement(it.engagement, "hold", it.hold, "moved-up")
        .only(Audience::Artist)
        .with_for(Audience::Parties, "moved-up", it.hold)
        .with_for(Audience::Parties, "days", days.join(", "))
        .with_for(Audience::Parties, "before.rank", it.before)
        .with_for(Audience::Parties, "after.rank", it.after)
}

/// Tells the holder and the office that a hold moved up, never whose hold went.
fn promotion_letters(tx: &mut Write<'_>, origin: &str, it: &Moved) -> Result<Vec<Letter>, StoreError> {
    let named = named_one(tx.db, it.engagement)?;
    let when = letters::days(it.first_day, it.last_day);
    let artist = named.name(Side::Artist);
    let days: Vec<String> = it.days.iter().map(|it| letters::days(*it, *it)).collect();
    let notice = Notice {
        subject: format!("[Hold {}] {artist}, {when}: moved up", it.after),
        said: format!(
            "The hold of {} on {artist} moved up on {}. For the whole span its rank is now {}.",
            named.name(Side::Presenter),
            days.join(", "),
            it.after
        ),
        way: "See the hold here",
        path: format!("/holds/{}", it.hold),
    };
    letters::to_others(tx.db, origin, &named, None, &notice)
}

/// Lets holds lapse whose time ran out, as the timer: at most `most`, oldest first. Each is decided and done by itself,
/// so that one that cannot lapse stops no other. Returns how many lapsed.
///
/// # Errors
/// The database's.
pub fn lapse(store: &Store, timer: &Arc<Asker>, most: i64, origin: &str) -> Result<usize, StoreError> {
    let now = timer.now;
    let due = |behind: Option<&(Word<HoldId>, i64)>| {
        let mut found = holds::table
            .filter(holds::state.eq(HoldState::Active.as_str()).and(holds::expires_at.le(now.0)))
            .order((holds::expires_at, holds::id))
            .limit(deadlines::PAGE)
            .select((holds::id, holds::expires_at))
            .into_boxed();
        if let Some((id, at)) = behind {
            let later = holds::expires_at.eq(*at).and(holds::id.gt(id.0.to_string()));
            found = found.filter(holds::expires_at.gt(*at).or(later));
        }
        Ok(found.load(&mut *store.reader()?)?)
    };
    deadlines::each(most, due, |(hold, expires)| {
        let overdue = Overdue((now.0 - expires).div_euclid(Moment::SECOND));
        let permit = store.read(timer, |db| db.permit::<Lapse>(LapsingId::Hold(hold.0), overdue))?;
        lapse_one(store, permit, Moment(*expires), origin)
    })
}

fn lapse_one(store: &Store, permit: Permit<Lapse>, expires: Moment, origin: &str) -> Result<(), StoreError> {
    store.write(permit, |tx, lapsing| {
        let Lapsing::Hold(facts) = lapsing else { return Err(StoreError::Absent) };
        let engagement = active(tx, facts)?;
        let ended = end(tx, origin, engagement, facts, HoldState::Expired, None, None)?;
        let event = Event::engagement(engagement, "hold", facts.id, "expired")
            .change("state", HoldState::Active, HoldState::Expired)
            .with("before.ranks", ended.ranks)
            .with("deadline", expires.rfc3339());
        Ok(Change::of((), event).and_all(ended.events).telling(ended.letters))
    })
}
