//! What the whole house shares: the secret that makes tokens of public forms, one for all servers.

use crate::error::StoreError;
use crate::pools::Store;
use crate::schema::settings;
use diesel::prelude::*;
use domain::Digest;

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
