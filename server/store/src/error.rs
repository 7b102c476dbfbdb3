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
    /// The database cannot do it now, and did none of it: no connection in time, a lock, a limit of time, no room.
    #[error("the database is busy")]
    Busy,
    /// The connection went while a change was being confirmed: it was done, or not.
    #[error("whether it was done is not known")]
    Unsure,
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

/// What the databases say where trying again helps, or will once an operator has seen to it, and whether one must. diesel
/// tells of a few SQLSTATEs alone; of the others there is the text, in English where the server's `lc_messages` are.
const PASSING: &[(&str, bool)] = &[
    // SQLITE_BUSY and SQLITE_LOCKED
    ("database is locked", false),
    ("database table is locked", false),
    ("database schema is locked", false),
    // 55P03 and 57014: somebody holds a lock, or a statement had its time
    ("lock timeout", false),
    ("statement timeout", false),
    ("due to user request", false),
    // 40P01 and 40001
    ("deadlock detected", false),
    ("could not serialize access", false),
    // 57P01 to 57P03, 25P03, and a connection that went
    ("terminating connection", false),
    ("the database system is", false),
    ("server closed the connection", false),
    ("idle-in-transaction timeout", false),
    ("no connection to the server", false),
    // 53300
    ("too many clients", true),
    ("too many connections", true),
    ("remaining connection slots", true),
    // 53100 and 53200, SQLITE_FULL and SQLITE_IOERR
    ("No space left on device", true),
    ("could not extend file", true),
    ("out of memory", true),
    ("database or disk is full", true),
    ("disk I/O error", true),
];

/// Whether what the database said passes; what an operator must see to is in the log.
fn passes(message: &str) -> bool {
    let found = PASSING.iter().find(|it| message.contains(it.0));
    if let Some((said, true)) = found {
        // our own words: the database's may hold values of a row
        tracing::error!(error = said, "the database has no room for this");
    }
    found.is_some()
}

impl From<diesel::result::Error> for StoreError {
    fn from(it: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        match it {
            Error::DatabaseError(Kind::UniqueViolation, _) => Self::Conflict("this is there already".into()),
            Error::DatabaseError(
                Kind::SerializationFailure | Kind::UnableToSendCommand | Kind::ClosedConnection,
                _,
            )
            | Error::BrokenTransactionManager => Self::Busy,
            // neither the one nor the other arrived
            Error::RollbackErrorOnCommit { .. } => Self::Unsure,
            // the message of a constraint may hold values of a row: only its kind goes on
            Error::DatabaseError(Kind::Unknown, info) if passes(info.message()) => Self::Busy,
            Error::DatabaseError(kind, info) => {
                let message = info.message();
                let harmless = ["final", "chain", "syntax", "no such", "does not exist"];
                if harmless.iter().any(|it| message.contains(it)) {
                    Self::Database(format!("{kind:?}: {message}"))
                } else {
                    Self::Database(format!("{kind:?}"))
                }
            }
            other => Self::Database(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::result::{DatabaseErrorKind as Kind, Error};

    fn of(kind: Kind, message: &str) -> StoreError {
        Error::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn what_passes_is_busy_and_what_does_not_is_our_fault() {
        for said in [
            "database is locked",
            "database table is locked: accounts",
            "database or disk is full",
            "disk I/O error",
            "canceling statement due to statement timeout",
            "canceling statement due to lock timeout",
            "canceling statement due to user request",
            "deadlock detected",
            "terminating connection due to administrator command",
            "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally",
            "sorry, too many clients already",
            "could not extend file \"base/1/2\": No space left on device",
        ] {
            assert!(matches!(of(Kind::Unknown, said), StoreError::Busy), "{said}");
        }
        for kind in [Kind::ClosedConnection, Kind::UnableToSendCommand, Kind::SerializationFailure] {
            assert!(matches!(of(kind, ""), StoreError::Busy), "{kind:?}");
        }
        // what a person typed decides nothing
        let typed = "Failing row contains (database is locked, deadlock detected)";
        for (kind, said) in [(Kind::CheckViolation, typed), (Kind::Unknown, "no such column: x")] {
            assert!(matches!(of(kind, said), StoreError::Database(_)), "{said}");
        }
    }

    #[test]
    fn a_confirmation_that_went_with_its_connection_is_not_known() {
        let gone = || Error::DatabaseError(Kind::ClosedConnection, Box::new(String::new()));
        let both =
            Error::RollbackErrorOnCommit { rollback_error: Box::new(gone()), commit_error: Box::new(gone()) };
        assert!(matches!(StoreError::from(both), StoreError::Unsure));
    }
}
