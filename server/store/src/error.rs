//! One error type for the floor.

use domain::Version;
use policy::Refused;

/// What can go wrong between a question and its rows.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The policies said no, or the thing does not exist; the two are one answer.
    #[error("refused")]
    Refused(#[from] Refused),
    /// No such thing; answered exactly as a refusal.
    #[error("refused")]
    Absent,
    /// Someone changed it since it was shown.
    #[error("changed since it was shown")]
    Stale {
        /// The edition that was shown.
        shown: Version,
        /// The edition that stands.
        stands: Version,
    },
    /// A rule of the trade or of the database stands against it; the sentence is for the person.
    #[error("{0}")]
    Conflict(String),
    /// A form was sent twice.
    #[error("this form was sent already")]
    Spent,
    /// No connection in time.
    #[error("the database is busy")]
    Busy,
    /// A row does not parse: the column, never its content.
    #[error("a row does not parse: {0}")]
    Corrupt(&'static str),
    /// A change without a ledger entry was about to land.
    #[error("a change was not recorded")]
    Unrecorded,
    /// The database refused; the text is for the log alone.
    #[error("the database refused: {0}")]
    Database(String),
}

impl From<diesel::result::Error> for StoreError {
    fn from(it: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        match it {
            Error::DatabaseError(Kind::UniqueViolation, _) => Self::Conflict("this is there already".into()),
            Error::DatabaseError(Kind::SerializationFailure, _) => Self::Busy,
            // the message of a constraint may hold values of a row: only its kind goes on
            Error::DatabaseError(kind, info) => {
                let message = info.message();
                let harmless = ["locked", "final", "chain", "timeout", "syntax", "no such", "does not exist"];
                if message.contains("database is locked") || message.contains("lock timeout") {
                    Self::Busy
                } else if harmless.iter().any(|it| message.contains(it)) {
                    Self::Database(format!("{kind:?}: {message}"))
                } else {
                    Self::Database(format!("{kind:?}"))
                }
            }
            other => Self::Database(other.to_string()),
        }
    }
}
