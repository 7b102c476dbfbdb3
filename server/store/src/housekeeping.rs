//! What runs out is cleared away: used forms and links, ended sessions, letters that are done with, security events and
//! decisions past retention.

use crate::error::StoreError;
use crate::forms;
use crate::pools::Store;
use crate::schema::{decisions, delays, outbox, security_events, sessions, sign_in_links, spent_forms};
use diesel::prelude::*;
use domain::Moment;
use policy::{Permit, actions::Housekeep};

/// Authentication and security events are kept for 12 months (spec R3).
pub const EVENTS: i64 = 365 * Moment::DAY;

/// The address and subject of a letter are kept for 90 days after it was sent, withheld or given up: as long as somebody
/// may ask what became of it.
pub const LETTERS: i64 = 90 * Moment::DAY;

impl Store {
    /// Clears away what ran out; returns how many rows went.
    ///
    /// # Errors
    /// The database's.
    pub fn housekeep(&self, _permit: &Permit<Housekeep>, now: Moment) -> Result<usize, StoreError> {
        let day = now.0 - Moment::DAY;
        self.change(|db| {
            let taken = spent_forms::spent_at.lt(now.0 - forms::KEPT);
            let mut gone = diesel::delete(spent_forms::table.filter(taken)).execute(db)?;
            gone +=
                diesel::delete(sign_in_links::table.filter(sign_in_links::expires_at.lt(day))).execute(db)?;
            gone += diesel::delete(sessions::table.filter(sessions::expires_at.lt(now.0))).execute(db)?;
            gone += diesel::delete(delays::table.filter(delays::seen_at.lt(now.0 - 7 * Moment::DAY)))
                .execute(db)?;
            let over = outbox::state.ne("waiting").and(outbox::due_at.lt(now.0 - LETTERS));
            gone += diesel::delete(outbox::table.filter(over)).execute(db)?;
            gone += diesel::delete(security_events::table.filter(security_events::at.lt(now.0 - EVENTS)))
                .execute(db)?;
            gone += diesel::delete(decisions::table.filter(decisions::at.lt(now.0 - EVENTS))).execute(db)?;
            Ok(gone)
        })
    }
}
