//! Ranks of holds, one a civil day. The order is the order of grants; when a rank clears, the rest of that day move up.
//!
//! Every change of an artist's ranks first locks the artist's row, so that two grants for one day come one after the
//! other, on both databases.

use crate::db::{Db, lock};
use crate::error::StoreError;
use crate::rows::Word;
use crate::schema::{hold_days, holds};
use diesel::prelude::*;
use domain::{Day, EngagementId, HoldId, WorkspaceId};
use std::collections::BTreeMap;

/// A hold that moved up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The hold.
    pub(crate) hold: HoldId,
    /// Its engagement.
    pub(crate) engagement: EngagementId,
    /// Its first day.
    pub(crate) first_day: Day,
    /// Its last day.
    pub(crate) last_day: Day,
    /// Its worst rank before.
    pub(crate) before: i64,
    /// Its worst rank now.
    pub(crate) after: i64,
    /// The days on which it moved.
    pub(crate) days: Vec<Day>,
}

/// The next free rank of an artist's day.
pub(crate) fn next_rank(db: &mut Db, artist: WorkspaceId, day: Day) -> Result<i64, StoreError> {
    let last: Option<i64> = hold_days::table
        .filter(hold_days::artist.eq(artist.as_str()).and(hold_days::day.eq(day.to_string())))
        .select(diesel::dsl::max(hold_days::rank))
        .first(db)?;
    Ok(last.unwrap_or(0) + 1)
}

/// Gives a hold the next free rank on each of its days.
pub(crate) fn grant(
    db: &mut Db,
    artist: WorkspaceId,
    hold: HoldId,
    first: Day,
    last: Day,
) -> Result<Vec<(Day, i64)>, StoreError> {
    lock(db, "workspaces", "id", artist.as_str())?;
    let mut ranks = Vec::new();
    for day in first.through(last) {
        let rank = next_rank(db, artist, day)?;
        diesel::insert_into(hold_days::table)
            .values((
                hold_days::hold.eq(hold.as_str()),
                hold_days::artist.eq(artist.as_str()),
                hold_days::day.eq(day.to_string()),
                hold_days::rank.eq(rank),
            ))
            .execute(db)?;
        ranks.push((day, rank));
    }
    Ok(ranks)
}

/// Takes a hold off its days; the later ones of each day move up by one.
pub(crate) fn clear(db: &mut Db, artist: WorkspaceId, hold: HoldId) -> Result<Vec<Moved>, StoreError> {
    lock(db, "workspaces", "id", artist.as_str())?;
    let own = of(db, hold)?;
    let mut moved: BTreeMap<HoldId, (i64, Vec<Day>)> = BTreeMap::new();
    for (day, rank) in &own {
        for later in later(db, artist, *day, *rank)? {
            if let Some(it) = moved.get_mut(&later.0) {
                it.1.push(*day);
            } else {
                let before = worst(&of(db, later.0)?);
                moved.insert(later.0, (before, vec![*day]));
            }
        }
    }
    diesel::delete(hold_days::table.filter(hold_days::hold.eq(hold.as_str()))).execute(db)?;
    for (day, rank) in own {
        // one by one and from the front, so that no two ever share a rank
        for (other, rank) in later(db, artist, day, rank)? {
            diesel::update(hold_days::table.find((other.to_string(), day.to_string())))
                .set(hold_days::rank.eq(rank - 1))
                .execute(db)?;
        }
    }
    let mut all = Vec::new();
    for (hold, (before, days)) in moved {
        let after = worst(&of(db, hold)?);
        let row: (Word<EngagementId>, Word<Day>, Word<Day>) = holds::table
            .find(hold.as_str())
            .select((holds::engagement, holds::first_day, holds::last_day))
            .first(db)?;
        all.push(Moved {
            hold,
            engagement: row.0.0,
            first_day: row.1.0,
            last_day: row.2.0,
            before,
            after,
            days,
        });
    }
    Ok(all)
}

/// The ranks of a hold, day by day.
pub(crate) fn of(db: &mut Db, hold: HoldId) -> Result<Vec<(Day, i64)>, StoreError> {
    let rows: Vec<(Word<Day>, i64)> = hold_days::table
        .filter(hold_days::hold.eq(hold.as_str()))
        .order(hold_days::day)
        .select((hold_days::day, hold_days::rank))
        .load(db)?;
    Ok(rows.into_iter().map(|(day, rank)| (day.0, rank)).collect())
}

fn later(db: &mut Db, artist: WorkspaceId, day: Day, rank: i64) -> Result<Vec<(HoldId, i64)>, StoreError> {
    let rows: Vec<(Word<HoldId>, i64)> = hold_days::table
        .filter(hold_days::artist.eq(artist.as_str()).and(hold_days::day.eq(day.to_string())))
        .filter(hold_days::rank.gt(rank))
        .order(hold_days::rank)
        .select((hold_days::hold, hold_days::rank))
        .load(db)?;
    Ok(rows.into_iter().map(|(hold, rank)| (hold.0, rank)).collect())
}

/// The worst rank of a span, which is the one shown; 0 where no day is held.
#[must_use]
pub fn worst(ranks: &[(Day, i64)]) -> i64 {
    ranks.iter().map(|it| it.1).max().unwrap_or(0)
}
