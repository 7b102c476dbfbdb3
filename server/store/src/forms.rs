//! A form is taken once, in the transaction of what it does.

use crate::accounts::SESSION_LIFE;
use crate::db::Db;
use crate::error::StoreError;
use crate::read::Read;
use crate::schema::spent_forms;
use diesel::prelude::*;
use domain::Moment;

/// How long it is known that a form was taken: longer than any session whose secret made its token.
pub(crate) const KEPT: i64 = SESSION_LIFE + Moment::DAY;

/// Takes a form; `form` is the hash of what made this one showing of it, or nothing where there is no form. Two at once
/// wait for each other here, and the second finds it taken.
///
/// # Errors
/// [`StoreError::Spent`] where it was taken already; the database's.
pub(crate) fn take(db: &mut Db, form: Option<&[u8; 32]>, now: Moment) -> Result<(), StoreError> {
    let Some(form) = form else { return Ok(()) };
    let rows = diesel::sql_query(
        "INSERT INTO spent_forms (token, spent_at) VALUES ($1, $2) ON CONFLICT (token) DO NOTHING",
    )
    .bind::<diesel::sql_types::Binary, _>(form.as_slice())
    .bind::<diesel::sql_types::BigInt, _>(now.0)
    .execute(db)?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Spent) }
}

impl Read<'_> {
    /// Whether a form was taken already. Told only to whoever was shown it, so no permit is asked for.
    ///
    /// # Errors
    /// The database's.
    pub fn form_taken(&mut self, form: &[u8; 32]) -> Result<bool, StoreError> {
        let found = spent_forms::table.filter(spent_forms::token.eq(form.to_vec())).count();
        Ok(found.get_result::<i64>(self.db)? > 0)
    }
}
