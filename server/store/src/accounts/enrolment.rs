//! Setting up a second factor, setting it up anew, and new recovery codes. The factor in force stands until the first
//! code of the new one is confirmed; whoever has one must have shown it just now (`factor-guards-itself`).

use super::factor::{FactorState, key, step_of};
use super::{delays, sessions, sessions::Issued};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::read::Read;
use crate::schema::{accounts, factors, recovery_codes};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::{AccountId, Digest, SessionId};
use policy::{Permit, actions::ManageFactor};

/// Bytes of a factor's secret: the 160 bits that RFC 4226 section 4 recommends.
const SECRET: usize = 20;

/// A first code that was found right.
#[derive(Clone, Copy)]
pub struct FirstCode<'a> {
    /// The secret that was shown, and that the code was compared with.
    pub secret: &'a [u8],
    /// The code's step.
    pub step: u64,
}

/// The secret that waits for its first code, if one was begun.
///
/// # Errors
/// The database's.
pub fn enrolment(
    db: &mut Read<'_>,
    permit: &Permit<ManageFactor>,
) -> Result<Option<FactorState>, StoreError> {
    type Row = (Vec<u8>, Option<i64>, Option<Vec<u8>>, String);
    let row: Option<Row> = factors::table
        .inner_join(accounts::table.on(accounts::id.eq(factors::account)))
        .filter(factors::account.eq(permit.on().to_string()))
        .select((factors::secret, factors::confirmed_at, factors::next_secret, accounts::email))
        .first(db.db)
        .optional()?;
    Ok(row.and_then(|(secret, confirmed, next, email)| {
        let secret = if confirmed.is_some() { next } else { Some(secret) };
        secret.map(|secret| FactorState { secret, email })
    }))
}

/// Whether a factor is in force; `None` where none was begun either.
fn in_force(tx: &mut Write<'_>, account: AccountId) -> Result<Option<bool>, StoreError> {
    let row: Option<Option<i64>> =
        factors::table.find(account.as_str()).select(factors::confirmed_at).first(tx.db).optional()?;
    Ok(row.map(|it| it.is_some()))
}

/// Begins an enrolment with a fresh secret, beside the factor in force where there is one. One that was begun and never
/// confirmed is replaced.
///
/// # Errors
/// Refused, or the database's.
pub fn factor_begin(store: &Store, permit: Permit<ManageFactor>) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let secret = tx.secret()[..SECRET].to_vec();
        let begun = in_force(tx, facts.id)?;
        if begun == Some(true) {
            diesel::update(factors::table.find(facts.id.as_str()))
                .set(factors::next_secret.eq(Some(secret)))
                .execute(tx.db)?;
            return Ok(Change::of((), Event::platform("factor", facts.id, "begun-anew")));
        }
        diesel::delete(factors::table.find(facts.id.as_str())).execute(tx.db)?;
        diesel::insert_into(factors::table)
            .values((
                factors::account.eq(facts.id.as_str()),
                factors::secret.eq(secret),
                factors::last_step.eq(0),
            ))
            .execute(tx.db)?;
        Ok(Change::of((), Event::platform("factor", facts.id, "begun")))
    })
}

/// Confirms an enrolment with its first code, keeps the hashes of the recovery codes, and renews the session. The
/// account's other sessions must show the new factor before they open a staff page again.
///
/// # Errors
/// A conflict where this secret does not wait for confirmation; the database's.
pub fn factor_confirm(
    store: &Store,
    permit: Permit<ManageFactor>,
    first: FirstCode<'_>,
    recovery: &[Digest],
    session: SessionId,
) -> Result<Issued, StoreError> {
    let step = step_of(first.step)?;
    store.write(permit, |tx, facts| {
        let replaces = in_force(tx, facts.id)? == Some(true);
        let mine = factors::table.find(facts.id.as_str());
        let now = factors::confirmed_at.eq(Some(tx.now().0));
        let rows = if replaces {
            let waiting = mine.filter(factors::next_secret.eq(Some(first.secret)));
            let next = factors::next_secret.eq(None::<Vec<u8>>);
            let set = (factors::secret.eq(first.secret), now, factors::last_step.eq(step), next);
            diesel::update(waiting).set(set).execute(tx.db)?
        } else {
            let waiting = mine.filter(factors::secret.eq(first.secret));
            diesel::update(waiting).set((now, factors::last_step.eq(step))).execute(tx.db)?
        };
        if rows == 0 {
            return Err(StoreError::Conflict("No second factor waits to be confirmed.".into()));
        }
        keep_recovery(tx, facts.id, recovery)?;
        delays::forget(tx.db, &key(facts.id))?;
        sessions::forget_factors(tx.db, facts.id)?;
        let issued = sessions::renew(tx, facts.id, session)?;
        let transition = if replaces { "replaced" } else { "confirmed" };
        let event = Event::platform("factor", facts.id, transition).with("session", session);
        Ok(Change::of(issued, event))
    })
}

/// Puts new recovery codes in the place of all old ones.
///
/// # Errors
/// Refused, a conflict where no factor is in force, or the database's.
pub fn recovery_renew(
    store: &Store,
    permit: Permit<ManageFactor>,
    recovery: &[Digest],
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        if in_force(tx, facts.id)? != Some(true) {
            return Err(StoreError::Conflict("There is no second factor yet. Set it up first.".into()));
        }
        keep_recovery(tx, facts.id, recovery)?;
        Ok(Change::of((), Event::platform("factor", facts.id, "recovery-renewed")))
    })
}

fn keep_recovery(tx: &mut Write<'_>, account: AccountId, recovery: &[Digest]) -> Result<(), StoreError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account.eq(account.as_str())))
        .execute(tx.db)?;
    for code in recovery {
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::account.eq(account.as_str()), recovery_codes::hash.eq(code.0.to_vec())))
            .execute(tx.db)?;
    }
    Ok(())
}
