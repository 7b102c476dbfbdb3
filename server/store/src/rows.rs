//! Columns that parse into the domain's types.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::sql_types::Text;
use std::str::FromStr;

/// A text column read as an id, a state, a level, a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct Word<T>(pub T);

impl<DB: Backend, T: FromStr> FromSql<Text, DB> for Word<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, DB>>::from_sql(bytes)?;
        // the text itself stays out of the error, which may be logged
        text.parse().map(Self).map_err(|_| format!("not a {}", std::any::type_name::<T>()).into())
    }
}
