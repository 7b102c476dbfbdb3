//! Ends of representation: prepared, confirmed, carried out at once or by the timer; and what each brings with it
//! (spec 10.4).

use super::mandates::{Standing, day_of, midnight, set, standing, told};
use super::{conflict, landed, people};
use crate::db::Db;
use crate::deadlines;
use crate::drafts::{Confirming, Payload, Preparation, Prepared, Revises, prepare};
use crate::engagements::letters::days;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{mandates, presenter_asks, profiles, stealth_invitations};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::records::MandateState;
use domain::{Day, EngagementId, Id, Level, MandateId, Moment, ProfileId, Version};
use policy::actions::{Lapse, PrepareNotice};
use policy::facts::{Lapsing, LapsingId};
use policy::{Asker, Overdue, Permit, Unasked};
use std::sync::Arc;

/// Longest notice that can be given, in days.
const LONGEST_NOTICE: i64 = 3 * 366;

/// What an end brings with it (spec 10.4), as both sides read it.
const FOLLOWS: &str = "From then on the agency no longer sees the profile and its calendar, and the invitations that it \
                       sent lapse. A public folio stays public. A private listing becomes workspace-private, and the \
                       artist is told. Engagements stay with those who are party to them.";

/// The midnight in UTC at which a mandate ends whose last day this is. Where notice stands, `stands` is when it ends by that:
/// notice binds both sides, so its end is only ever brought forward.
///
/// # Errors
/// Why it cannot be the last day, in a sentence.
pub fn end_of(now: Moment, last: Day, stands: Option<Moment>) -> Result<Moment, String> {
    let ends = midnight(last.next())
        .filter(|ends| *ends > now && *ends <= now.plus(LONGEST_NOTICE * Moment::DAY))
        .ok_or("Choose a last day from today on, at most three years ahead.")?;
    match stands {
        Some(at) if ends > at => Err(format!(
            "Notice stands: the mandate ends at the end of {}, UTC. Choose that day or an earlier one.",
            last_day(at)
        )),
        _ => Ok(ends),
    }
}

/// The last day of a mandate that ends at this midnight, as people write it.
fn last_day(ends: Moment) -> String {
    day_of(Moment(ends.0 - 1)).map(|it| days(it, it)).unwrap_or_default()
}

/// What would follow if a mandate ended now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequences {
    /// Whether the profile would fall to workspace-private.
    pub falls: bool,
    /// How many invitations to a stealth roster would lapse.
    pub invitations: i64,
}

/// What would follow if the mandate ended now.
///
/// # Errors
/// The database's.
pub fn consequences(db: &mut Read<'_>, permit: &Permit<PrepareNotice>) -> Result<Consequences, StoreError> {
    let it = standing(db.db, permit.on())?;
    let invitations = stealth_invitations::table
        .filter(stealth_invitations::profile.eq(it.profile.as_str()))
        .filter(stealth_invitations::inviter.eq(it.agency.as_str()))
        .count()
        .get_result(db.db)?;
    Ok(Consequences { falls: level(db.db, it.profile)?.falls(), invitations })
}

/// Prepares the end of a mandate in force: at the end of `last`, a civil day in UTC, or at once. The other side sees
/// nothing of it before it is confirmed.
///
/// # Errors
/// Refused; a conflict where the mandate is not in force or the day cannot be its last; or the database's.
pub fn prepare_notice(
    store: &Store,
    permit: Permit<PrepareNotice>,
    last: Option<Day>,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        let it = standing(tx.db, facts.id)?;
        if !in_force(it.state) {
            return conflict("This mandate is not in force.");
        }
        let (agency, artist) = (people::name_of(tx.db, it.agency)?, artist_name(tx.db, it.profile)?);
        let own = tx.asker().actor.workspace().map(|it| it.1);
        let payload = Payload::EndMandate {
            mandate: facts.id,
            version: it.version,
            to: if own == Some(it.agency) { artist.clone() } else { agency.clone() },
            agency,
            artist,
            last_day: last,
            follows: FOLLOWS.into(),
        };
        let prepared = prepare(tx, Preparation::of(&payload, None, Some(*facts.id.key()), revises)?)?;
        // last, so that whoever changes a draft that is another by now is told that first
        match last.map(|last| end_of(tx.now(), last, it.ends_at)) {
            Some(Err(why)) => conflict(&why),
            _ => Ok(prepared),
        }
    })
}

fn in_force(state: MandateState) -> bool {
    matches!(state, MandateState::Active | MandateState::Ending)
}

/// What a confirmed end does; the right to prepare it is asked again, and the mandate must stand as it stood.
pub(crate) fn perform(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let Payload::EndMandate { mandate, version, agency, artist, last_day, follows, .. } = payload else {
        return Err(StoreError::Corrupt("drafts.kind"));
    };
    let (_, facts) = tx.also::<PrepareNotice>(mandate, Unasked)?;
    let stands = standing(tx.db, mandate)?;
    unchanged(&stands, version)?;
    let Some(last) = last_day else {
        return Ok(finish(tx, mandate, &stands, "ended", Some(it), it.origin)?.map(|()| None));
    };
    let ends = end_of(tx.now(), last, stands.ends_at).or_else(|why| conflict(&why))?;
    set(tx.db, mandate, stands.version, MandateState::Ending, None, Some(ends))?;
    let other = if it.workspace == stands.agency { stands.artist } else { stands.agency };
    let last = days(last, last);
    let letters = people::to_owners(
        tx.db,
        other,
        &format!("[Mandate] {agency} and {artist}: ends on {last}"),
        &format!(
            "Notice was given. The mandate of {agency} for {artist} ends at the end of {last}, UTC.\n\n\
             {follows}\n\n{origin}/w/{other}/mandates/{mandate}\n",
            origin = it.origin,
        ),
    )?;
    let event = confirmed(told(&facts, "notice-given"), it)
        .change("state", stands.state, MandateState::Ending)
        .change("ends-at", stands.ends_at.map(Moment::rfc3339).unwrap_or_default(), ends.rfc3339());
    Ok(Change::of(None, event).telling(letters))
}

/// Refuses an end that was prepared on a mandate as it no longer stands, and says what happened to it.
fn unchanged(stands: &Standing, prepared_on: Version) -> Result<(), StoreError> {
    match (stands.state, stands.ends_at) {
        _ if stands.version == prepared_on && in_force(stands.state) => Ok(()),
        (MandateState::Ended, _) => conflict("This mandate ended after this was prepared. Nothing was sent."),
        (MandateState::Ending, Some(at)) => conflict(&format!(
            "Notice was given after this was prepared: the mandate ends at the end of {}, UTC. Nothing was sent.",
            last_day(at)
        )),
        _ => Err(StoreError::Stale { shown: prepared_on, stands: stands.version }),
    }
}

/// The record of an end that a person confirmed: both sides read its payload.
fn confirmed(event: Event, it: &Confirming<'_>) -> Event {
    event.confirmed(it.digest).with("draft", it.draft).with("payload", &it.text)
}

/// Lets a mandate end whose notice has run out.
///
/// # Errors
/// Refused, a conflict where it ended already, or the database's.
pub fn lapse(store: &Store, permit: Permit<Lapse>, address: &str) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let Lapsing::Mandate(facts) = facts else { return Err(StoreError::Absent) };
        let it = standing(tx.db, facts.id)?;
        // what the timer was told is checked against the row: an end that was moved away does not lapse
        if it.ends_at.is_none_or(|at| at > tx.now()) {
            return conflict("The end of this mandate lies ahead.");
        }
        finish(tx, facts.id, &it, "lapsed", None, address)
    })
}

/// Lets every mandate end whose notice has run out; the timer's work. Returns how many ended.
///
/// # Errors
/// The database's. What is refused is left as it is and logged.
pub fn lapse_due(store: &Store, timer: &Arc<Asker>, most: i64, address: &str) -> Result<usize, StoreError> {
    let due = |behind: Option<&(Word<MandateId>, i64)>| {
        let mut found = mandates::table
            .filter(mandates::state.eq(MandateState::Ending.as_str()))
            .filter(mandates::ends_at.is_not_null().and(mandates::ends_at.assume_not_null().le(timer.now.0)))
            .order(mandates::id)
            .limit(deadlines::PAGE)
            .select((mandates::id, mandates::ends_at.assume_not_null()))
            .into_boxed();
        if let Some((id, _)) = behind {
            found = found.filter(mandates::id.gt(id.0.to_string()));
        }
        Ok(found.load(&mut *store.reader()?)?)
    };
    deadlines::each(most, due, |(id, at)| {
        let overdue = Overdue(timer.now.age_of(Moment(*at)));
        let permit = store.read(timer, |db| db.permit::<Lapse>(LapsingId::Mandate(id.0), overdue))?;
        lapse(store, permit, address)
    })
}

fn artist_name(db: &mut Db, profile: ProfileId) -> QueryResult<String> {
    profiles::table.find(profile.to_string()).select(profiles::name).first(db)
}

/// At which level a profile stands.
struct ShownAt {
    level: Level,
    opted_in: bool,
    version: i64,
}

impl ShownAt {
    /// Whether it is a listing in effect, which falls with the representation that it is shown under.
    fn falls(&self) -> bool {
        self.level == Level::PrivateListing || (self.level == Level::Public && !self.opted_in)
    }
}

fn level(db: &mut Db, profile: ProfileId) -> QueryResult<ShownAt> {
    let (level, opted_in, version): (Word<Level>, bool, i64) = profiles::table
        .find(profile.as_str())
        .select((profiles::level, profiles::opted_in, profiles::version))
        .first(db)?;
    Ok(ShownAt { level: level.0, opted_in, version })
}

/// Carries an end out (spec 10.4): the agency loses the profile, the invitations it sent lapse, public stays,
/// and a private listing falls to workspace-private, of which the artist is told.
fn finish(
    tx: &mut Write<'_>,
    id: MandateId,
    it: &Standing,
    transition: &'static str,
    by: Option<&Confirming<'_>>,
    address: &str,
) -> Result<Change<()>, StoreError> {
    let now = tx.now();
    set(tx.db, id, it.version, MandateState::Ended, None, Some(it.ends_at.map_or(now, |at| at.min(now))))?;
    crate::db::lock(tx.db, "profiles", "id", it.profile.as_str())?;
    let (profile, agency) = (it.profile.to_string(), it.agency.to_string());
    let lapsed = diesel::delete(
        stealth_invitations::table
            .filter(stealth_invitations::profile.eq(&profile))
            .filter(stealth_invitations::inviter.eq(&agency)),
    )
    .execute(tx.db)?;
    diesel::delete(
        presenter_asks::table
            .filter(presenter_asks::profile.eq(&profile))
            .filter(presenter_asks::inviter.eq(&agency)),
    )
    .execute(tx.db)?;
    let shown_at = level(tx.db, it.profile)?;
    let (agency_name, name) = (people::name_of(tx.db, it.agency)?, artist_name(tx.db, it.profile)?);
    let mut event = Event::platform("mandate", id, transition)
        .only(Audience::Office)
        .change("state", it.state, MandateState::Ended)
        .with("after.ends-at", it.ends_at.map_or(now, |at| at.min(now)).rfc3339());
    if let Some(by) = by {
        event = confirmed(event, by);
    }
    if lapsed > 0 {
        event = event.with("after.invitations-lapsed", lapsed);
    }
    let mut change = Change::of((), event);
    let mut text = format!("The mandate of {agency_name} for {name} has ended.\n\n");
    if shown_at.falls() {
        let rows = diesel::update(
            profiles::table.filter(profiles::id.eq(&profile)).filter(profiles::version.eq(shown_at.version)),
        )
        .set((
            profiles::level.eq(Level::WorkspacePrivate.as_str()),
            profiles::version.eq(shown_at.version + 1),
        ))
        .execute(tx.db)?;
        landed(rows, Version(shown_at.version))?;
        change = change.and(Event::platform("profile", it.profile, "level-fell").change(
            "level",
            shown_at.level,
            Level::WorkspacePrivate,
        ));
        text.push_str(
            "Your profile was a private listing. It is workspace-private now: only your own workspace sees it \
             until you set another level.\n\n",
        );
    }
    let subject = format!("[Mandate] {agency_name} and {name}: ended");
    let agency = it.agency;
    let mut letters: Vec<Letter> = people::to_owners(
        tx.db,
        it.artist,
        &subject,
        &format!("{text}{address}/w/{artist}/profile\n", artist = it.artist),
    )?;
    letters.extend(people::to_owners(
        tx.db,
        it.agency,
        &subject,
        &format!(
            "The mandate of {agency_name} for {name} has ended. Engagements that you are party to stay yours.\n\n\
             {address}/w/{agency}/mandates/{id}\n"
        ),
    )?);
    Ok(change.telling(letters))
}
