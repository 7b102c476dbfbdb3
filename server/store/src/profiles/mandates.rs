//! Representation: accepted or declined by the artist, and how it stands.

pub use super::ends::{Consequences, consequences, end_of, lapse, lapse_due, prepare_notice};

use super::{conflict, landed, people, terms};
use crate::db::Db;
use crate::engagements::letters::days;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::lists::{Cond, Page};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{mandates, profiles};
use crate::write::Change;
use diesel::prelude::*;
use domain::records::MandateState;
use domain::{Day, Digest, Kind, MandateId, Moment, ProfileId, Version, WorkspaceId};
use policy::actions::{AcceptMandate, DeclineMandate, ViewMandate, ViewMandateTerms};
use policy::{Permit, Unasked, facts};
use terms::MandateTerms;

/// A representation as one of its two sides sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Its id.
    pub id: MandateId,
    /// Where it stands.
    pub state: MandateState,
    /// The agency's name.
    pub agency: String,
    /// The artist: the name on the profile, or the address it was offered to while nothing tells the agency more.
    pub artist: String,
    /// The profile, where the asker may be told.
    pub profile: Option<ProfileId>,
    /// Where it holds.
    pub territory: String,
    /// The digest of its terms.
    pub digest: Digest,
    /// When it was offered.
    pub offered_at: Moment,
    /// When it begins or began.
    pub starts_at: Option<Moment>,
    /// When it ends or ended.
    pub ends_at: Option<Moment>,
}

type Row = (
    (Word<MandateId>, Word<MandateState>, Word<WorkspaceId>, Word<ProfileId>),
    (String, Word<Digest>, String),
    (i64, Option<i64>, Option<i64>),
);

/// One representation.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewMandate>) -> Result<Mandate, StoreError> {
    let asker = db.asker().clone();
    let row: Row = mandates::table
        .find(permit.on().to_string())
        .select((
            (mandates::id, mandates::state, mandates::agency, mandates::profile),
            (mandates::territory, mandates::digest, mandates::payload),
            (mandates::offered_at, mandates::starts_at, mandates::ends_at),
        ))
        .first(db.db)?;
    let ((id, state, agency, profile), (territory, digest, payload), (offered, starts, ends)) = row;
    // before the artist said yes, the agency knows no more of them than the address it wrote to
    let told = asker.actor.workspace().is_some_and(|it| it.0 == Kind::Artist)
        || !matches!(state.0, MandateState::Invited | MandateState::Declined);
    let artist = if told {
        profiles::table.find(profile.0.to_string()).select(profiles::name).first(db.db)?
    } else {
        terms::mandate(&payload)?.artist_email
    };
    Ok(Mandate {
        id: id.0,
        state: state.0,
        agency: people::name_of(db.db, agency.0)?,
        artist,
        profile: told.then_some(profile.0),
        territory,
        digest: digest.0,
        offered_at: Moment(offered),
        starts_at: starts.map(Moment),
        ends_at: ends.map(Moment),
    })
}

/// The exact terms, commission included: a right of its own.
///
/// # Errors
/// The database's.
pub fn terms(db: &mut Read<'_>, permit: &Permit<ViewMandateTerms>) -> Result<MandateTerms, StoreError> {
    let payload: String =
        mandates::table.find(permit.on().to_string()).select(mandates::payload).first(db.db)?;
    terms::mandate(&payload)
}

/// The asker's own representations, newest first. To an agency, one that waits for the artist's answer is not there:
/// whether anybody stands behind an address, only the answer tells.
///
/// # Errors
/// The database's.
pub fn list(db: &mut Read<'_>, page: &Page) -> Result<(Vec<Mandate>, Option<String>), StoreError> {
    let scope = db.scope::<ViewMandate>(&Unasked);
    let agency = db.asker().actor.workspace().is_some_and(|it| it.0 == Kind::Agency);
    let narrow = || -> Option<Cond<mandates::table>> {
        if agency { Some(Box::new(mandates::state.ne(MandateState::Invited.as_str()))) } else { None }
    };
    let found = db.list(&scope, &Unasked, narrow, page)?;
    let rows = found.rows.iter().map(|it| view(db, it)).collect::<Result<_, _>>()?;
    Ok((rows, found.next))
}

pub(super) struct Standing {
    pub(super) state: MandateState,
    pub(super) profile: ProfileId,
    pub(super) agency: WorkspaceId,
    pub(super) artist: WorkspaceId,
    pub(super) payload: String,
    pub(super) ends_at: Option<Moment>,
    pub(super) version: Version,
}

pub(super) fn standing(db: &mut Db, id: MandateId) -> QueryResult<Standing> {
    type Row =
        (Word<MandateState>, Word<ProfileId>, Word<WorkspaceId>, Word<WorkspaceId>, String, Option<i64>, i64);
    let (state, profile, agency, artist, payload, ends_at, version): Row = mandates::table
        .find(id.to_string())
        .select((
            mandates::state,
            mandates::profile,
            mandates::agency,
            mandates::artist,
            mandates::payload,
            mandates::ends_at,
            mandates::version,
        ))
        .first(db)?;
    Ok(Standing {
        state: state.0,
        profile: profile.0,
        agency: agency.0,
        artist: artist.0,
        payload,
        ends_at: ends_at.map(Moment),
        version: Version(version),
    })
}

pub(super) fn set(
    db: &mut Db,
    id: MandateId,
    version: Version,
    state: MandateState,
    starts_at: Option<Moment>,
    ends_at: Option<Moment>,
) -> Result<(), StoreError> {
    let row = mandates::table.filter(mandates::id.eq(id.to_string())).filter(mandates::version.eq(version.0));
    let next = (mandates::state.eq(state.as_str()), mandates::version.eq(version.0 + 1));
    let rows = match (starts_at, ends_at) {
        (Some(at), _) => diesel::update(row).set((next, mandates::starts_at.eq(Some(at.0)))).execute(db)?,
        (None, Some(at)) => diesel::update(row).set((next, mandates::ends_at.eq(Some(at.0)))).execute(db)?,
        (None, None) => diesel::update(row).set(next).execute(db)?,
    };
    landed(rows, version)
}

/// Midnight UTC at which a civil day begins.
pub(super) fn midnight(day: Day) -> Option<Moment> {
    let epoch = Day::new(1970, 1, 1).ok()?;
    Some(Moment(day.civil().duration_since(epoch.civil()).as_secs().saturating_mul(Moment::SECOND)))
}

/// The artist says yes to exactly the terms whose digest was shown. It begins on the first day of its terms, and never
/// before now; it widens no level (spec 10.2).
///
/// # Errors
/// Refused (another digest is one), a conflict where it was answered already or stands already, or the database's.
pub fn accept(store: &Store, permit: Permit<AcceptMandate>, address: &str) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        let it = standing(tx.db, facts.id)?;
        if it.state != MandateState::Invited {
            return conflict("This offer was answered already.");
        }
        let twice: i64 = mandates::table
            .filter(mandates::profile.eq(it.profile.to_string()))
            .filter(mandates::agency.eq(it.agency.to_string()))
            .filter(mandates::state.eq_any(["active", "ending"]))
            .count()
            .get_result(tx.db)?;
        if twice > 0 {
            return conflict("This agency represents you already. End that mandate first.");
        }
        let terms = terms::mandate(&it.payload)?;
        let starts = midnight(terms.start).unwrap_or(tx.now()).max(tx.now());
        set(tx.db, facts.id, it.version, MandateState::Active, Some(starts), None)?;
        let name: String =
            profiles::table.find(it.profile.to_string()).select(profiles::name).first(tx.db)?;
        let first = terms.start.max(day_of(starts).unwrap_or(terms.start));
        let letters = people::to_owners(
            tx.db,
            it.agency,
            &format!("[Mandate] {name} accepted"),
            &format!(
                "{name} accepted your mandate for {territory}. It begins on {start}.\n\n\
                 {address}/w/{agency}/mandates/{id}\n",
                territory = terms.territory,
                start = days(first, first),
                agency = it.agency,
                id = facts.id,
            ),
        )?;
        let event = told(facts, "accepted")
            .confirmed(shown)
            .change("state", it.state, MandateState::Active)
            .with("after.starts-at", starts.rfc3339());
        Ok(Change::of((), event).telling(letters))
    })
}

/// The civil day in UTC on which an instant falls.
pub(super) fn day_of(at: Moment) -> Option<Day> {
    at.rfc3339().get(..10)?.parse().ok()
}

/// The artist says no. Final.
///
/// # Errors
/// As [`accept`].
pub fn decline(store: &Store, permit: Permit<DeclineMandate>, address: &str) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        let it = standing(tx.db, facts.id)?;
        if it.state != MandateState::Invited {
            return conflict("This offer was answered already.");
        }
        set(tx.db, facts.id, it.version, MandateState::Declined, None, None)?;
        let to = terms::mandate(&it.payload)?.artist_email;
        let letters = people::to_owners(
            tx.db,
            it.agency,
            "[Mandate] Declined",
            &format!("Your offer to {to} was declined.\n\n{address}/w/{agency}/roster\n", agency = it.agency),
        )?;
        let event =
            told(facts, "declined").confirmed(shown).change("state", it.state, MandateState::Declined);
        Ok(Change::of((), event).telling(letters))
    })
}

pub(super) fn told(facts: &facts::Mandate, transition: &'static str) -> Event {
    Event::platform("mandate", facts.id, transition).only(Audience::Office)
}
