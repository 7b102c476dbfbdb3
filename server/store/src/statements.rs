//! How many statements a piece of work puts to the database: work of a request stays on one thread from its first
//! statement to its last, so a count for each thread tells them apart. What somebody may not see must not change it
//! either; `tests/interference` holds that.

use crate::db::{Db, each};
use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// How many statements this thread has put to the database so far.
#[must_use]
pub fn statements() -> u64 {
    COUNT.get()
}

/// Counts the statements of a connection.
pub(crate) fn counted(db: &mut Db) {
    each!(db, it => it.set_instrumentation(|event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            COUNT.set(COUNT.get() + 1);
        }
    }));
}
