//! Two agencies that show each other the listings of their artists.

use super::terms::{self, PartnershipTerms};
use super::{conflict, landed, people};
use crate::db::Db;
use crate::drafts::{Confirming, Payload, Preparation, Prepared, prepare};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::lists::{Cond, Page};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::partnerships;
use crate::write::{Change, Write, fresh_enough};
use diesel::prelude::*;
use domain::records::PartnershipState;
use domain::{Digest, EngagementId, Id, Moment, PartnershipId, Version, WorkspaceId};
use policy::actions::{AcceptPartnership, DeclinePartnership, PrepareEndPartnership, ViewPartnership};
use policy::{Permit, Unasked, facts};

/// A partnership as one of the two sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partnership {
    /// Its id.
    pub id: PartnershipId,
    /// Where it stands.
    pub state: PartnershipState,
    /// The other agency's name; empty where the asker may not be told yet who stands behind the address.
    pub other: String,
    /// Whether the asking agency was the one that asked.
    pub asked_by_us: bool,
    /// The digest of what was asked.
    pub digest: Digest,
    /// When it was asked.
    pub asked_at: Moment,
}

type Row = (Word<PartnershipState>, Word<WorkspaceId>, Word<WorkspaceId>, Word<Digest>, i64);

/// One partnership.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewPartnership>) -> Result<Partnership, StoreError> {
    let own = db.asker().actor.workspace().map(|it| it.1);
    let (state, asker, asked, digest, at): Row = partnerships::table
        .find(permit.on().to_string())
        .select((
            partnerships::state,
            partnerships::asker,
            partnerships::asked,
            partnerships::digest,
            partnerships::created_at,
        ))
        .first(db.db)?;
    let asked_by_us = own == Some(asker.0);
    let other = match (asked_by_us, state.0) {
        (true, PartnershipState::Asked) => String::new(),
        (true, _) => people::name_of(db.db, asked.0)?,
        (false, _) => people::name_of(db.db, asker.0)?,
    };
    let (state, digest, asked_at) = (state.0, digest.0, Moment(at));
    Ok(Partnership { id: permit.on(), state, other, asked_by_us, digest, asked_at })
}

/// What was asked, word for word.
///
/// # Errors
/// The database's.
pub fn terms(db: &mut Read<'_>, permit: &Permit<ViewPartnership>) -> Result<PartnershipTerms, StoreError> {
    let payload: String =
        partnerships::table.find(permit.on().to_string()).select(partnerships::payload).first(db.db)?;
    terms::partnership(&payload)
}

/// The agency's partnerships, newest first. What it asked itself is here only once it was answered.
///
/// # Errors
/// The database's.
pub fn list(db: &mut Read<'_>, page: &Page) -> Result<(Vec<Partnership>, Option<String>), StoreError> {
    let scope = db.scope::<ViewPartnership>(&Unasked);
    let own = db.asker().actor.workspace().map(|it| it.1.to_string()).unwrap_or_default();
    let narrow = || -> Option<Cond<partnerships::table>> {
        let answered = partnerships::state.ne(PartnershipState::Asked.as_str());
        Some(Box::new(answered.or(partnerships::asked.eq(own.clone()))))
    };
    let found = db.list(&scope, &Unasked, narrow, page)?;
    let rows = found.rows.iter().map(|it| view(db, it)).collect::<Result<_, _>>()?;
    Ok((rows, found.next))
}

fn set(db: &mut Db, facts: &facts::Partnership, state: PartnershipState) -> Result<(), StoreError> {
    let rows = diesel::update(
        partnerships::table
            .filter(partnerships::id.eq(facts.id.to_string()))
            .filter(partnerships::version.eq(facts.version.0)),
    )
    .set((partnerships::state.eq(state.as_str()), partnerships::version.eq(facts.version.0 + 1)))
    .execute(db)?;
    landed(rows, Version(facts.version.0))
}

/// The agency that was asked says yes to exactly what was shown.
///
/// # Errors
/// Refused (another digest is one), a conflict where it was answered already or stands already, or the database's.
pub fn accept(store: &Store, permit: Permit<AcceptPartnership>, address: &str) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        if facts.state != PartnershipState::Asked {
            return conflict("This was answered already.");
        }
        let (a, b) = (facts.asker.to_string(), facts.asked.to_string());
        let twice: i64 = partnerships::table
            .filter(partnerships::state.eq(PartnershipState::Active.as_str()))
            .filter(
                (partnerships::asker.eq(&a).and(partnerships::asked.eq(&b)))
                    .or(partnerships::asker.eq(&b).and(partnerships::asked.eq(&a))),
            )
            .count()
            .get_result(tx.db)?;
        if twice > 0 {
            return conflict("You are partners already.");
        }
        set(tx.db, facts, PartnershipState::Active)?;
        let name = people::name_of(tx.db, facts.asked)?;
        let letters = people::to_owners(
            tx.db,
            facts.asker,
            &format!("[Partners] {name} accepted"),
            &format!("{name} and your agency are partners now.\n\n{address}/w/{a}/partners\n"),
        )?;
        let event = Event::platform("partnership", facts.id, "accepted")
            .only(Audience::Agency)
            .confirmed(shown)
            .change("state", facts.state, PartnershipState::Active);
        Ok(Change::of((), event).telling(letters))
    })
}

/// The agency that was asked says no to exactly what was shown. Final.
///
/// # Errors
/// As [`accept`].
pub fn decline(store: &Store, permit: Permit<DeclinePartnership>, address: &str) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        if facts.state != PartnershipState::Asked {
            return conflict("This was answered already.");
        }
        set(tx.db, facts, PartnershipState::Ended)?;
        let (name, asker) = (people::name_of(tx.db, facts.asked)?, facts.asker);
        let letters = people::to_owners(
            tx.db,
            asker,
            &format!("[Partners] {name} declined"),
            &format!("{name} declined to be your partner.\n\n{address}/w/{asker}/partners\n"),
        )?;
        let event = Event::platform("partnership", facts.id, "declined")
            .only(Audience::Agency)
            .confirmed(shown)
            .change("state", facts.state, PartnershipState::Ended);
        Ok(Change::of((), event).telling(letters))
    })
}

/// What the end of a partnership brings with it, as both sides read it.
const FOLLOWS: &str = "From then on neither agency sees the listings of the other's artists. Engagements stay with those \
                       who are party to them. To be partners again, one of the two asks anew.";

/// Prepares the end of a partnership in force. The other agency sees nothing of it before it is confirmed.
///
/// # Errors
/// Refused, a conflict where the two are not partners, or the database's.
pub fn prepare_end(store: &Store, permit: Permit<PrepareEndPartnership>) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        if facts.state != PartnershipState::Active {
            return conflict("You are not partners.");
        }
        let own = tx.asker().actor.workspace().map(|it| it.1);
        let (from, to) =
            if own == Some(facts.asker) { (facts.asker, facts.asked) } else { (facts.asked, facts.asker) };
        let payload = Payload::EndPartnership {
            partnership: facts.id,
            version: facts.version,
            from: people::name_of(tx.db, from)?,
            to: people::name_of(tx.db, to)?,
            follows: FOLLOWS.into(),
        };
        prepare(tx, Preparation::of(&payload, None, Some(*facts.id.key()), None)?)
    })
}

/// What a confirmed end does; the right to prepare it is asked again, and the two must still be partners.
pub(crate) fn perform_end(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let Payload::EndPartnership { partnership, version, from, follows, .. } = payload else {
        return Err(StoreError::Corrupt("drafts.kind"));
    };
    let (_, facts) = tx.also::<PrepareEndPartnership>(partnership, Unasked)?;
    if facts.state != PartnershipState::Active {
        return conflict("This partnership ended after this was prepared. Nothing was sent.");
    }
    fresh_enough(version, facts.version)?;
    set(tx.db, &facts, PartnershipState::Ended)?;
    let other = if it.workspace == facts.asker { facts.asked } else { facts.asker };
    let letters = people::to_owners(
        tx.db,
        other,
        &format!("[Partners] {from} ended the partnership"),
        &format!(
            "{from} ended the partnership with your agency.\n\n{follows}\n\n{origin}/w/{other}/partners\n",
            origin = it.origin
        ),
    )?;
    let event = Event::platform("partnership", partnership, "ended")
        .only(Audience::Agency)
        .confirmed(it.digest)
        .with("draft", it.draft)
        .with("payload", &it.text)
        .change("state", facts.state, PartnershipState::Ended);
    Ok(Change::of(None, event).telling(letters))
}
