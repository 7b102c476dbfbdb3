//! Warnings before a hold lapses (domain: 7 days, 48 hours, 24 hours). Its holder and the artist's office get each once,
//! whatever was restarted and however many servers look: when the next one is due stands on the hold and moves on in the
//! transaction that posts the letters.

use super::holds::active;
use super::letters::{self, Notice};
use super::parties::named_one;
use super::ranks;
use crate::deadlines;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::holds;
use crate::write::Change;
use diesel::prelude::*;
use domain::records::HoldState;
use domain::{Day, HoldId, Moment, Side, WorkspaceId};
use policy::actions::WarnOfLapse;
use policy::{Asker, Overdue, Permit};
use std::sync::Arc;

/// How long before the end both sides are told, and how a letter says it.
const BEFORE: [(i64, &str); 3] =
    [(24 * Moment::HOUR, "24 hours"), (48 * Moment::HOUR, "48 hours"), (7 * Moment::DAY, "7 days")];

/// The next warning after `after`, of a hold that stands from `granted` to `expires`. One that stands no longer than a
/// warning is early has none of that: whoever got the hold was told just then.
#[must_use]
pub fn next(granted: Moment, expires: Moment, after: Moment) -> Option<Moment> {
    BEFORE.iter().map(|it| expires.plus(-it.0)).filter(|at| *at > granted && *at > after).min()
}

/// How near the end is, in the words of the nearest warning.
fn within(left: i64) -> &'static str {
    BEFORE.iter().find(|it| left <= it.0).map_or("7 days", |it| it.1)
}

/// Warns of holds that lapse soon, as the timer: at most `most`, the longest due first. Each is decided and done by
/// itself. Returns how many were warned of.
///
/// # Errors
/// The database's.
pub fn warn(store: &Store, timer: &Arc<Asker>, most: i64, origin: &str) -> Result<usize, StoreError> {
    let now = timer.now;
    let due = |behind: Option<&(Word<HoldId>, i64, i64)>| {
        let at = holds::warn_at.assume_not_null();
        let mut found = holds::table
            .filter(holds::state.eq(HoldState::Active.as_str()))
            .filter(holds::warn_at.is_not_null().and(at.le(now.0)))
            .filter(holds::expires_at.gt(now.0))
            .order((holds::warn_at, holds::id))
            .limit(deadlines::PAGE)
            .select((holds::id, at, holds::expires_at))
            .into_boxed();
        if let Some((id, warn, _)) = behind {
            found = found.filter(at.gt(*warn).or(at.eq(*warn).and(holds::id.gt(id.0.to_string()))));
        }
        Ok(found.load(&mut *store.reader()?)?)
    };
    deadlines::each(most, due, |(hold, _, expires)| {
        let overdue = Overdue((now.0 - expires).div_euclid(Moment::SECOND));
        let permit = store.read(timer, |db| db.permit::<WarnOfLapse>(hold.0, overdue))?;
        warn_one(store, permit, origin)
    })
}

fn warn_one(store: &Store, permit: Permit<WarnOfLapse>, origin: &str) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let engagement = active(tx, facts)?;
        type Row = ((Word<Day>, Word<Day>), (i64, i64, Option<i64>));
        let ((first, last), (granted, expires, due)): Row = holds::table
            .find(facts.id.as_str())
            .select(((holds::first_day, holds::last_day), (holds::granted_at, holds::expires_at, holds::warn_at)))
            .first(tx.db)?;
        let now = tx.now();
        // the row is locked now: whoever came second finds that it is done
        if due.is_none_or(|it| it > now.0) {
            return Err(StoreError::Absent);
        }
        let expires = Moment(expires);
        let after = next(Moment(granted), expires, now);
        // the edition stays: a person who is about to release the hold is not disturbed
        diesel::update(holds::table.find(facts.id.as_str()))
            .set(holds::warn_at.eq(after.map(|it| it.0)))
            .execute(tx.db)?;
        let named = named_one(tx.db, engagement)?;
        let (rank, when) = (ranks::worst(&ranks::of(tx.db, facts.id)?), letters::days(first.0, last.0));
        let (artist, until) = (named.name(Side::Artist), letters::instant(expires));
        let notice = Notice {
            subject: format!("[Hold {rank}] {artist}, {when}: lapses {until}"),
            said: format!(
                "The hold of {} on {artist} for {when} lapses within {}, on {until}: {}. It lapses by itself; whoever \
                 wants to keep the days writes to the other side before then.",
                named.name(Side::Presenter),
                within(expires.0 - now.0),
                named.title
            ),
            way: "See the hold here",
            path: format!("/holds/{}", facts.id),
        };
        let office = named.workspace(Side::Agency).or_else(|| named.workspace(Side::Artist));
        let told: Vec<WorkspaceId> = [office, named.workspace(Side::Presenter)].into_iter().flatten().collect();
        let letters = letters::to_workspaces(tx.db, origin, &named, &told, &notice)?;
        let event = Event::engagement(engagement, "hold", facts.id, "warned").with("deadline", expires.rfc3339());
        Ok(Change::of((), event).telling(letters))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_warning_comes_once_and_a_short_hold_skips_the_early_ones() {
        let (granted, day) = (Moment(1_800_000_000_000_000), Moment::DAY);
        let all = |days: i64| {
            let expires = granted.plus(days * day);
            let mut at = granted;
            std::iter::from_fn(|| {
                at = next(granted, expires, at)?;
                Some((expires.0 - at.0) / Moment::HOUR)
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(all(14), [168, 48, 24]);
        assert_eq!(all(8), [168, 48, 24]);
        assert_eq!(all(7), [48, 24]);
        assert_eq!(all(3), [48, 24]);
        assert_eq!(all(2), [24]);
        assert_eq!(all(1), Vec::<i64>::new());
        // after a long silence only what is still ahead
        assert_eq!(next(granted, granted.plus(14 * day), granted.plus(13 * day)), None);
    }

    #[test]
    fn a_letter_says_how_near_the_end_is() {
        let said = [1, 24, 25, 48, 49, 168].map(|hours| within(hours * Moment::HOUR));
        assert_eq!(said, ["24 hours", "24 hours", "48 hours", "48 hours", "7 days", "7 days"]);
    }
}
