//! What the whole house shares: the secret that makes tokens of public forms, one for all servers.

use crate::db::Db;
use crate::error::StoreError;
use crate::pools::Store;
use crate::schema::settings;
use diesel::prelude::*;
use domain::{Digest, Moment};

const KEY: &str = "form-secret";

/// The secret of public forms, made when it is first asked for. It opens nothing by itself.
///
/// # Errors
/// The database's.
pub fn form_secret(store: &Store) -> Result<[u8; 32], StoreError> {
    let read = |text: String| {
        text.parse::<Digest>().map(|it| it.0).map_err(|_| StoreError::Corrupt("settings.value"))
    };
    let stands: Option<String> =
        settings::table.find(KEY).select(settings::value).first(&mut *store.reader()?).optional()?;
    if let Some(it) = stands {
        return read(it);
    }
    let fresh = Digest(store.secret()).to_string();
    let stands: String = store.change(|db| {
        // two servers may come at once: the first one's stands for both
        diesel::sql_query("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
            .bind::<diesel::sql_types::Text, _>(KEY)
            .bind::<diesel::sql_types::Text, _>(&fresh)
            .execute(db)?;
        Ok(settings::table.find(KEY).select(settings::value).first(db)?)
    })?;
    read(stands)
}

/// Takes a form once: `token` is the hash of what made this one form. For forms whose second sending would do a second
/// thing; in the same transaction as what they do.
///
/// # Errors
/// [`StoreError::Spent`] where it was taken already; the database's.
pub(crate) fn spend_form(db: &mut Db, token: &[u8; 32], now: Moment) -> Result<(), StoreError> {
    let rows = diesel::sql_query(
        "INSERT INTO spent_forms (token, spent_at) VALUES ($1, $2) ON CONFLICT (token) DO NOTHING",
    )
    .bind::<diesel::sql_types::Binary, _>(token.as_slice())
    .bind::<diesel::sql_types::BigInt, _>(now.0)
    .execute(db)?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Spent) }
}
