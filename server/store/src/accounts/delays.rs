//! Growing delays, kept in the database: they survive a restart and hold across servers.

use crate::db::{Db, lock};
use crate::error::StoreError;
use crate::schema::delays;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::Moment;

/// What is counted under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delay {
    /// How often since the last quiet time.
    pub(super) failures: i64,
    /// Until when the next one waits.
    pub(super) until: Moment,
}

/// The count under `key`, its row locked; a count that rested for `rest` microseconds is forgotten.
pub(super) fn counted(db: &mut Db, key: &str, now: Moment, rest: i64) -> Result<Delay, StoreError> {
    // a row that is not there cannot be locked: whoever begins a key at the same time waits here
    diesel::sql_query(
        "INSERT INTO delays (key, failures, until_at, seen_at) VALUES ($1, 0, 0, $2) ON CONFLICT (key) DO NOTHING",
    )
    .bind::<Text, _>(key)
    .bind::<BigInt, _>(now.0)
    .execute(db)?;
    lock(db, "delays", "key", key)?;
    seen(db, key, now, rest)
}

/// The count under `key` as it stands, for who only looks.
pub(super) fn seen(db: &mut Db, key: &str, now: Moment, rest: i64) -> Result<Delay, StoreError> {
    let row: Option<(i64, i64, i64)> = delays::table
        .find(key)
        .select((delays::failures, delays::until_at, delays::seen_at))
        .first(db)
        .optional()?;
    Ok(match row {
        Some((failures, until, seen)) if now.0 - seen < rest => Delay { failures, until: Moment(until) },
        _ => Delay { failures: 0, until: Moment(0) },
    })
}

/// Keeps the count, after [`counted`].
pub(super) fn keep(db: &mut Db, key: &str, delay: Delay, now: Moment) -> Result<(), StoreError> {
    diesel::update(delays::table.find(key))
        .set((
            delays::failures.eq(delay.failures),
            delays::until_at.eq(delay.until.0),
            delays::seen_at.eq(now.0),
        ))
        .execute(db)?;
    Ok(())
}

/// Forgets the count: it went well.
pub(super) fn forget(db: &mut Db, key: &str) -> Result<(), StoreError> {
    diesel::delete(delays::table.find(key)).execute(db)?;
    Ok(())
}

/// `first` microseconds for the first beyond `free`, doubling up to `most`.
pub(super) fn growing(count: i64, free: i64, first: i64, most: i64) -> i64 {
    match count - free {
        ..=0 => 0,
        beyond => first.saturating_mul(1 << (beyond - 1).min(30)).min(most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_end_growing() {
        let seconds = |count| growing(count, 3, 30 * Moment::SECOND, 10 * Moment::MINUTE) / Moment::SECOND;
        assert_eq!([1, 3, 4, 5, 6, 8, 9, 1000].map(seconds), [0, 0, 30, 60, 120, 480, 600, 600]);
    }
}
