//! What policies need to know of a thing, read in bulk: the one unpermitted read. Private to this floor and the engine.

mod engagements;
mod people;
mod profiles;

use crate::db::Db;
use diesel::prelude::*;
use policy::{Asker, Facts};
use std::sync::Arc;

pub(crate) use engagements::field_facts;
pub(crate) use profiles::{in_force, still_represents};

/// Facts that rows can tell.
pub trait Load: Facts + Sized {
    /// The facts of these things, in no order; ids without a row are left out.
    ///
    /// # Errors
    /// The database's.
    fn load_many(db: &mut Db, ids: &[Self::Id], asker: &Arc<Asker>) -> QueryResult<Vec<Self>>;

    /// Locks the rows that the facts of this thing come from.
    ///
    /// # Errors
    /// The database's.
    fn lock(db: &mut Db, id: Self::Id) -> QueryResult<()>;

    /// The facts of one thing, with its rows locked where a change follows.
    ///
    /// # Errors
    /// The database's.
    fn load(db: &mut Db, id: Self::Id, asker: &Arc<Asker>, locked: bool) -> QueryResult<Option<Self>> {
        if locked {
            Self::lock(db, id)?;
        }
        Ok(Self::load_many(db, &[id], asker)?.pop())
    }
}

pub(crate) fn texts<I: std::fmt::Display>(ids: &[I]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
