//! Two agencies that show each other the listings of their artists.

use super::terms::{self, PartnershipTerms};
use super::{conflict, landed, people};
use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::lists::{Cond, Page};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::partnerships;
use crate::write::Change;
use diesel::prelude::*;
use domain::records::PartnershipState;
use domain::{Digest, Moment, PartnershipId, Version, WorkspaceId};
use policy::actions::{AcceptPartnership, EndPartnership, ViewPartnership};
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

/// Either ends it at once; the one that was asked declines it so.
///
/// # Errors
/// Refused (another digest is one), a conflict where it is over already, or the database's.
pub fn end(store: &Store, permit: Permit<EndPartnership>, address: &str) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        if facts.state == PartnershipState::Ended {
            return conflict("This is over already.");
        }
        let own = tx.asker().actor.workspace().map(|it| it.1);
        let other = if own == Some(facts.asker) { facts.asked } else { facts.asker };
        let declined = facts.state == PartnershipState::Asked;
        set(tx.db, facts, PartnershipState::Ended)?;
        // who takes a question back before it was answered is not told to anybody by name
        let letters = match own {
            Some(own) => {
                let name = people::name_of(tx.db, own)?;
                let what = if declined { "declined to be your partner" } else { "ended the partnership" };
                people::to_owners(
                    tx.db,
                    other,
                    &format!("[Partners] {name} {what}"),
                    &format!("{name} {what}.\n\n{address}/w/{other}/partners\n"),
                )?
            }
            None => Vec::new(),
        };
        let event = Event::platform("partnership", facts.id, if declined { "declined" } else { "ended" })
            .only(Audience::Agency)
            .confirmed(shown)
            .change("state", facts.state, PartnershipState::Ended);
        Ok(Change::of((), event).telling(letters))
    })
}
