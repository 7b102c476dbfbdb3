//! Ends of representation: at once, with notice, by the timer; and what each brings with it (spec 10.4).

use super::mandates::{Standing, midnight, set, standing, told};
use super::{conflict, landed, people};
use crate::db::Db;
use crate::deadlines;
use crate::engagements::letters::days;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::{mandates, presenter_asks, profiles, stealth_invitations};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::records::MandateState;
use domain::{Day, Digest, Level, MandateId, Moment, ProfileId, Version};
use policy::actions::{EndMandate, Lapse};
use policy::facts::{Lapsing, LapsingId};
use policy::{Asker, Overdue, Permit};
use std::sync::Arc;

/// Longest notice that can be given, in days.
const LONGEST_NOTICE: i64 = 3 * 366;

/// Either side ends it: at once, or at the end of `last`, a civil day in UTC.
///
/// # Errors
/// Refused (another digest is one), a conflict where it is not in force or the day is not in the future, or the
/// database's.
pub fn end(
    store: &Store,
    permit: Permit<EndMandate>,
    last: Option<Day>,
    address: &str,
) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        let it = standing(tx.db, facts.id)?;
        if !matches!(it.state, MandateState::Active | MandateState::Ending) {
            return conflict("This mandate is not in force.");
        }
        let other = match tx.asker().actor.workspace() {
            Some((_, own)) if own == it.agency => it.artist,
            _ => it.agency,
        };
        let Some(last) = last else {
            return finish(tx, facts.id, &it, "ended", Some(shown), address);
        };
        let ends = midnight(last.next()).unwrap_or(tx.now());
        if ends <= tx.now() || ends > tx.now().plus(LONGEST_NOTICE * Moment::DAY) {
            return conflict("Choose a last day from today on, at most three years ahead.");
        }
        set(tx.db, facts.id, it.version, MandateState::Ending, None, Some(ends))?;
        let (agency, name) = (people::name_of(tx.db, it.agency)?, artist_name(tx.db, it.profile)?);
        let last = days(last, last);
        let letters = people::to_owners(
            tx.db,
            other,
            &format!("[Mandate] {agency} and {name}: ends on {last}"),
            &format!(
                "Notice was given. The mandate of {agency} for {name} ends at the end of {last}, UTC.\n\n\
                 {address}/w/{other}/mandates/{id}\n",
                id = facts.id
            ),
        )?;
        let event = told(facts, "notice-given")
            .confirmed(shown)
            .change("state", it.state, MandateState::Ending)
            .change("ends-at", it.ends_at.map(Moment::rfc3339).unwrap_or_default(), ends.rfc3339());
        Ok(Change::of((), event).telling(letters))
    })
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

/// What an end brings with it (spec 10.4): the agency loses the profile, the invitations it sent lapse, public stays,
/// and a private listing falls to workspace-private, of which the artist is told.
fn finish(
    tx: &mut Write<'_>,
    id: MandateId,
    it: &Standing,
    transition: &'static str,
    shown: Option<Digest>,
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
    let (level, opted_in, version): (Word<Level>, bool, i64) = profiles::table
        .find(&profile)
        .select((profiles::level, profiles::opted_in, profiles::version))
        .first(tx.db)?;
    let falls = level.0 == Level::PrivateListing || (level.0 == Level::Public && !opted_in);
    let (agency_name, name) = (people::name_of(tx.db, it.agency)?, artist_name(tx.db, it.profile)?);
    let mut event = Event::platform("mandate", id, transition)
        .only(Audience::Office)
        .change("state", it.state, MandateState::Ended)
        .with("after.ends-at", it.ends_at.map_or(now, |at| at.min(now)).rfc3339());
    event.confirmed = shown;
    if lapsed > 0 {
        event = event.with("after.invitations-lapsed", lapsed);
    }
    let mut change = Change::of((), event);
    let mut text = format!("The mandate of {agency_name} for {name} has ended.\n\n");
    if falls {
        let rows = diesel::update(
            profiles::table.filter(profiles::id.eq(&profile)).filter(profiles::version.eq(version)),
        )
        .set((profiles::level.eq(Level::WorkspacePrivate.as_str()), profiles::version.eq(version + 1)))
        .execute(tx.db)?;
        landed(rows, Version(version))?;
        change = change.and(Event::platform("profile", it.profile, "level-fell").change(
            "level",
            level.0,
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
