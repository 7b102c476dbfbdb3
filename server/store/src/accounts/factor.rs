//! Showing the second factor of platform staff: one secret an account, steps used once, ten recovery codes used once.
//! How it is set up and replaced stands in `enrolment`.

use super::{delays, delays::Delay, sessions, sessions::Issued};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::read::Read;
use crate::schema::{accounts, factors, recovery_codes};
use crate::write::Change;
use diesel::prelude::*;
use domain::{AccountId, Digest, Moment, SessionId};
use policy::{Permit, actions::UseFactor};

/// Wrong codes that cost nothing.
const FREE: i64 = 5;
const FIRST_WAIT: i64 = 30 * Moment::SECOND;
const LONGEST_WAIT: i64 = 15 * Moment::MINUTE;

/// A factor's secret, in force or waiting for its first code.
#[derive(Clone, PartialEq, Eq)]
pub struct FactorState {
    /// The secret.
    pub secret: Vec<u8>,
    /// The account's address, which authenticator apps show.
    pub email: String,
}

/// What was shown and found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A code of this step.
    Step(u64),
    /// The recovery code with this hash.
    Recovery(Digest),
}

/// One's own factor in force; none before a first code confirmed it.
///
/// # Errors
/// The database's.
pub fn factor_state(
    db: &mut Read<'_>,
    permit: &Permit<UseFactor>,
) -> Result<Option<FactorState>, StoreError> {
    let row: Option<(Vec<u8>, String)> = factors::table
        .inner_join(accounts::table.on(accounts::id.eq(factors::account)))
        .filter(factors::account.eq(permit.on().to_string()).and(factors::confirmed_at.is_not_null()))
        .select((factors::secret, accounts::email))
        .first(db.db)
        .optional()?;
    Ok(row.map(|(secret, email)| FactorState { secret, email }))
}

/// How many recovery codes are left.
///
/// # Errors
/// The database's.
pub fn recovery_left(db: &mut Read<'_>, permit: &Permit<UseFactor>) -> Result<i64, StoreError> {
    Ok(recovery_codes::table
        .filter(recovery_codes::account.eq(permit.on().to_string()))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(db.db)?)
}

pub(super) fn step_of(step: u64) -> Result<i64, StoreError> {
    i64::try_from(step).map_err(|_| StoreError::Conflict("This code cannot be used.".into()))
}

pub(super) fn key(account: AccountId) -> String {
    format!("factor:{account}")
}

/// Takes one try at a code. It is counted before anything is compared and forgotten when the code was right.
///
/// # Errors
/// The database's; `Ok(Err(until))` where the next try must wait.
pub fn factor_try(store: &Store, permit: &Permit<UseFactor>) -> Result<Result<(), Moment>, StoreError> {
    let (now, key) = (permit.asker().now, key(permit.on()));
    store.change(|db| {
        let so_far = delays::counted(db, &key, now, Moment::DAY)?;
        if so_far.until > now {
            return Ok(Err(so_far.until));
        }
        let failures = so_far.failures + 1;
        let until = now.plus(delays::growing(failures, FREE - 1, FIRST_WAIT, LONGEST_WAIT));
        delays::keep(db, &key, Delay { failures, until }, now)?;
        Ok(Ok(()))
    })
}

/// Uses a code that was found right, once, and renews the session with the factor.
///
/// # Errors
/// A conflict where the step or the recovery code was used already; the database's.
pub fn factor_use(
    store: &Store,
    permit: Permit<UseFactor>,
    proof: Proof,
    session: SessionId,
) -> Result<Issued, StoreError> {
    let step = match proof {
        Proof::Step(it) => Some(step_of(it)?),
        Proof::Recovery(_) => None,
    };
    store.write(permit, |tx, facts| {
        let (rows, by) = match (proof, step) {
            (Proof::Recovery(code), _) => {
                let open = recovery_codes::account
                    .eq(facts.id.to_string())
                    .and(recovery_codes::hash.eq(code.0.to_vec()))
                    .and(recovery_codes::used_at.is_null());
                let rows = diesel::update(recovery_codes::table.filter(open))
                    .set(recovery_codes::used_at.eq(Some(tx.now().0)))
                    .execute(tx.db)?;
                (rows, "recovery-code")
            }
            (Proof::Step(_), step) => {
                let step = step.unwrap_or_default();
                // a step is used once (RFC 6238 section 5.2)
                let later = factors::account
                    .eq(facts.id.to_string())
                    .and(factors::confirmed_at.is_not_null())
                    .and(factors::last_step.lt(step));
                let rows = diesel::update(factors::table.filter(later))
                    .set(factors::last_step.eq(step))
                    .execute(tx.db)?;
                (rows, "code")
            }
        };
        if rows == 0 {
            return Err(StoreError::Conflict("This code was used already. Wait for the next one.".into()));
        }
        delays::forget(tx.db, &key(facts.id))?;
        let issued = sessions::renew(tx, facts.id, session)?;
        let event = Event::platform("factor", facts.id, "shown").with("by", by).with("session", session);
        Ok(Change::of(issued, event))
    })
}
