//! Sign-ins that failed from one address: beyond a few, each next try waits longer, on every server and after a restart.
//!
//! What an address must wait for is asking for links, entering codes and showing factors. A link that is right is never
//! asked about: nobody can keep another from signing in by failing beside them.

use super::{delays, delays::Delay};
use crate::error::StoreError;
use crate::pools::Store;
use domain::Moment;

/// No try ever waits longer.
const LONGEST_WAIT: i64 = 15 * Moment::MINUTE;
/// After so much silence an address begins anew.
const REST: i64 = Moment::DAY;

/// How many failed tries of an address cost nothing, and how long the one after them waits; each more waits twice as long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// So many tries.
    pub free: i64,
    /// Microseconds.
    pub first_wait: i64,
}

fn key(from: &str) -> String {
    format!("address:{from}")
}

/// Until when an address waits for its next try; `None` where it need not. `from` is the address as limits count it.
///
/// # Errors
/// The database's.
pub fn address_waits(store: &Store, from: &str, now: Moment) -> Result<Option<Moment>, StoreError> {
    let mut db = store.reader()?;
    let delay = delays::seen(&mut db, &key(from), now, REST)?;
    Ok((delay.until > now).then_some(delay.until))
}

/// Takes one try of an address. It is counted before anything is compared, so that tries at once are not cheaper than one
/// after another, and given back by [`address_right`].
///
/// # Errors
/// The database's; `Ok(Err(until))` where the address must wait, and nothing was counted.
pub fn address_try(
    store: &Store,
    from: &str,
    patience: Patience,
    now: Moment,
) -> Result<Result<(), Moment>, StoreError> {
    let key = key(from);
    store.change(|db| {
        let so_far = delays::counted(db, &key, now, REST)?;
        if so_far.until > now {
            return Ok(Err(so_far.until));
        }
        let failures = so_far.failures + 1;
        let wait = delays::growing(failures, patience.free, patience.first_wait, LONGEST_WAIT);
        delays::keep(db, &key, Delay { failures, until: now.plus(wait) }, now)?;
        Ok(Ok(()))
    })
}

/// Gives one try back: it was right. What failed before stays counted, so that an account of one's own buys no tries at
/// another's.
///
/// # Errors
/// The database's.
pub fn address_right(store: &Store, from: &str, now: Moment) -> Result<(), StoreError> {
    let key = key(from);
    store.change(|db| {
        let failures = delays::counted(db, &key, now, REST)?.failures;
        delays::keep(db, &key, Delay { failures: (failures - 1).max(0), until: now }, now)
    })
}
