//! Which contents documents need. Equal contents share one place on the shelf, whoever's they are, so that putting one
//! there and taking it away meet: both happen with its digest locked, and a content goes only while no document needs it.

use crate::db::Db;
use crate::error::StoreError;
use crate::pools::Store;
use crate::schema::documents;
use diesel::prelude::*;
use domain::Digest;
use domain::records::DocumentState;
use policy::{Permit, actions::Housekeep};
use std::collections::BTreeSet;

/// Digests that are looked up at once.
const MANY: usize = 500;

/// Locks a content until this transaction ends. SQLite has one writer, so there it is locked already.
pub(super) fn lock(db: &mut Db, digest: &Digest) -> QueryResult<()> {
    if let Db::Pg(it) = db {
        // two keys, 7401 and a part of the digest: another space than the migrations' lock, and where two contents
        // meet in it they only wait for each other
        let [a, b, c, d, ..] = digest.0;
        diesel::sql_query("SELECT pg_advisory_xact_lock(7401, $1)")
            .bind::<diesel::sql_types::Integer, _>(i32::from_be_bytes([a, b, c, d]))
            .execute(it)?;
    }
    Ok(())
}

fn needed(db: &mut Db, digests: &[String]) -> QueryResult<BTreeSet<String>> {
    let found: Vec<String> = documents::table
        .filter(documents::digest.eq_any(digests))
        .filter(documents::state.eq(DocumentState::Available.as_str()))
        .select(documents::digest)
        .distinct()
        .load(db)?;
    Ok(found.into_iter().collect())
}

/// Takes a content away by `remove` unless a document needs it; whether it did. It takes nothing from anybody, so it is
/// nobody's right.
///
/// # Errors
/// Those of `remove`, or the database's.
pub fn clear<E: From<StoreError>>(
    store: &Store,
    digest: &Digest,
    remove: impl FnOnce(&Digest) -> Result<(), E>,
) -> Result<bool, E> {
    store.change(|db| {
        lock(db, digest)?;
        let kept = !needed(db, &[digest.to_string()])?.is_empty();
        Ok(if kept { Ok(false) } else { remove(digest).map(|()| true) })
    })?
}

/// Those of these contents that no document needs: never recorded, or erased.
///
/// # Errors
/// The database's.
pub fn unneeded(
    store: &Store,
    _permit: &Permit<Housekeep>,
    digests: &[Digest],
) -> Result<Vec<Digest>, StoreError> {
    let (mut db, mut left) = (store.reader()?, Vec::new());
    for some in digests.chunks(MANY) {
        let texts: Vec<String> = some.iter().map(ToString::to_string).collect();
        let needed = needed(&mut db, &texts)?;
        left.extend(some.iter().filter(|it| !needed.contains(&it.to_string())));
    }
    Ok(left)
}
