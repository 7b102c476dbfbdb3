//! What the store's tests stand on: a database of their own, a seeded mint, and rows by hand.

pub(crate) mod ground;
pub(crate) mod rows;

pub(crate) use ground::{Ground, OPTIONS, Seeded, engine};
pub(crate) use rows::{Rows, Sql, id};

use domain::{Moment, VisitId};
use policy::{Actor, Asker};
use std::sync::Arc;

/// The instant at which every test begins.
pub(crate) const NOW: Moment = Moment(1_800_000_000_000_000);

/// Makes two tests of each function: one on SQLite, one on PostgreSQL.
macro_rules! both { ($($(#[$meta:meta])* fn $name:ident($ground:ident) $body:block)+) => { $(
    mod $name {
        #[allow(unused_imports)] // some need nothing of their file's
        use super::*;
        $(#[$meta])*
        fn run($ground: &$crate::support::Ground) $body
        #[test]
        fn sqlite() {
            run(&$crate::support::Ground::sqlite());
        }
        #[test]
        fn postgres() {
            if let Some(ground) = $crate::support::Ground::postgres() {
                run(&ground);
            }
        }
    }
)+ } }
pub(crate) use both;

/// An asker at [`NOW`].
pub(crate) fn asker(actor: Actor) -> Arc<Asker> {
    asker_at(actor, NOW)
}

/// An asker at another instant.
pub(crate) fn asker_at(actor: Actor, now: Moment) -> Arc<Asker> {
    Arc::new(Asker { actor, visit: id::<VisitId>(1), now, factor_at: None })
}
