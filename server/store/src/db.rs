//! One connection type over two databases, and what differs between them.

use crate::statements;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::Duration;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../schema/migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../schema/migrations/postgres");

// what the derive writes around the connection has no documentation
#[allow(missing_docs)]
mod connection {
    use diesel::prelude::*;

    /// A connection to one of the two databases.
    #[derive(diesel::MultiConnection)]
    pub enum Db {
        /// PostgreSQL.
        Pg(PgConnection),
        /// SQLite in one file.
        Sqlite(SqliteConnection),
    }
}
pub use connection::{Db, MultiBackend};

/// One generic body, run on whichever database it is: for what the shared query type cannot say.
macro_rules! each {
    ($db:expr, $it:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg($it) => $body,
            $crate::db::Db::Sqlite($it) => $body,
        }
    };
}
pub(crate) use each;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// `postgres://…`
    Postgres(String),
    /// A file.
    Sqlite(String),
}

/// A text that names no database. It may hold a password, so that it is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Nothing at all; SQLite would take it for a database of its own on each connection.
    #[error("it is empty")]
    Empty,
    /// Another scheme than ours.
    #[error("it names a kind of database that this program does not speak to")]
    Scheme,
}

impl Address {
    /// `postgres://…` and `postgresql://…` name a server, `sqlite://…` and what has no scheme a file. Schemes are read in
    /// any case (RFC 3986 section 3.1).
    ///
    /// # Errors
    /// Empty, or another scheme.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() { Err(BadAddress::Empty) } else { Ok(Self::Sqlite(text.to_owned())) };
        };
        match scheme.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" => Ok(Self::Postgres(format!("postgres://{rest}"))),
            "sqlite" if rest.is_empty() => Err(BadAddress::Empty),
            "sqlite" => Ok(Self::Sqlite(rest.to_owned())),
            _ => Err(BadAddress::Scheme),
        }
    }
    /// Whether many servers may share it.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}
// An address may hold a password, so that neither form prints it.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Postgres(_) => f.write_str("PostgreSQL"),
            Self::Sqlite(file) => write!(f, "SQLite in {file}"),
        }
    }
}

/// How a SQLite connection is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Reads only.
    Read,
    /// The one writer: every commit is on the disk before it is confirmed.
    Write,
}

/// Connects; the address decides which database, never a try of each in turn.
///
/// # Errors
/// As the database says, without the address.
pub fn connect(address: &Address, how: Use) -> ConnectionResult<Db> {
    let mut db = opened(address, how)?;
    statements::counted(&mut db);
    Ok(db)
}

fn opened(address: &Address, how: Use) -> ConnectionResult<Db> {
    let setup = ConnectionError::CouldntSetupConfiguration;
    match address {
        Address::Postgres(url) => {
            let mut it = PgConnection::establish(url)?;
            it.batch_execute("SET TIME ZONE 'UTC'; SET statement_timeout = '15s'; SET lock_timeout = '5s'")
                .map_err(setup)?;
            Ok(Db::Pg(it))
        }
        Address::Sqlite(file) => {
            let mut it = SqliteConnection::establish(file)?;
            // NORMAL may lose the last commits when the
            // power fails, FULL does not, and every write here is one that somebody was told of.
            let rest = match how {
                Use::Read => "PRAGMA query_only=ON; PRAGMA mmap_size=268435456;",
                Use::Write => "PRAGMA synchronous=FULL;",
            };
            it.batch_execute("PRAGMA busy_timeout=5000").map_err(setup)?;
            if how == Use::Write {
                wal(&mut it).map_err(setup)?;
            }
            it.batch_execute(&format!(
                "{rest} PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; \
                 PRAGMA cache_size=-8000; PRAGMA journal_size_limit=67108864;"
            ))
            .map_err(setup)?;
            Ok(Db::Sqlite(it))
        }
    }
}

/// Switches the file to write-ahead logging. That needs the file alone for a moment, and SQLite does not wait for it by
/// itself, so that programs that start at the same moment would turn each other away.
fn wal(db: &mut SqliteConnection) -> QueryResult<()> {
    const PAUSE: Duration = Duration::from_millis(20);
    for _ in 0..250 {
        match db.batch_execute("PRAGMA journal_mode=WAL") {
            Err(e) if e.to_string().contains("locked") => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    db.batch_execute("PRAGMA journal_mode=WAL")
}

/// Runs what is pending, under a lock, since several programs may start at once. Returns the names of what ran.
///
/// # Errors
/// The migration's name and the database's words.
pub fn migrate(db: &mut Db) -> Result<Vec<String>, String> {
    let words = |e: &dyn std::fmt::Display| e.to_string();
    let ran = match db {
        Db::Pg(it) => {
            // 7400 names this program's lock among advisory locks
            it.batch_execute("SELECT pg_advisory_lock(7400)").map_err(|e| words(&e))?;
            let ran = it
                .run_pending_migrations(POSTGRES)
                .map(|them| them.iter().map(ToString::to_string).collect());
            let freed = it.batch_execute("SELECT pg_advisory_unlock(7400)");
            let ran: Vec<String> = ran.map_err(|e| words(&e))?;
            freed.map_err(|e| words(&e))?;
            ran
        }
        // all of it under the one write lock: who comes second waits, and finds nothing pending
        Db::Sqlite(it) => it
            .immediate_transaction(|it| {
                it.run_pending_migrations(SQLITE).map(|them| them.iter().map(ToString::to_string).collect())
            })
            .map_err(|e| words(&e))?,
    };
    Ok(ran)
}

/// Takes the newest migration back; for tests and for an operator who was told to.
///
/// # Errors
/// As [`migrate`].
pub fn revert(db: &mut Db) -> Result<String, String> {
    match db {
        Db::Pg(it) => it.revert_last_migration(POSTGRES).map(|it| it.to_string()).map_err(|e| e.to_string()),
        Db::Sqlite(it) => {
            it.revert_last_migration(SQLITE).map(|it| it.to_string()).map_err(|e| e.to_string())
        }
    }
}

/// How many migrations wait to be run; looks without changing anything.
///
/// # Errors
/// The database's words.
pub fn pending(db: &mut Db) -> Result<usize, String> {
    use diesel::migration::{Migration, MigrationSource};
    fn versions<D: diesel::backend::Backend>(of: &impl MigrationSource<D>) -> Result<Vec<String>, String> {
        let all = of.migrations().map_err(|e| e.to_string())?;
        Ok(all.iter().map(|it| it.name().version().to_string()).collect())
    }
    let words = |e: diesel::result::Error| e.to_string();
    let there = match db {
        Db::Pg(_) => "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS yes",
        Db::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations') AS yes"
        }
    };
    let there: There = diesel::sql_query(there).get_result(db).map_err(words)?;
    let ran: Vec<Ran> = if there.yes {
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load(db).map_err(words)?
    } else {
        Vec::new()
    };
    let all = match db {
        Db::Pg(_) => versions::<diesel::pg::Pg>(&POSTGRES)?,
        Db::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE)?,
    };
    Ok(all.iter().filter(|it| !ran.iter().any(|row| row.version == **it)).count())
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    yes: bool,
}

#[derive(QueryableByName)]
struct Ran {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Whether no table stands there at all, of whichever program; makes nothing.
///
/// # Errors
/// The database's words.
pub fn holds_nothing(db: &mut Db) -> Result<bool, String> {
    let any = match db {
        Db::Pg(_) => {
            "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')) AS yes"
        }
        Db::Sqlite(_) => "SELECT EXISTS (SELECT 1 FROM sqlite_master) AS yes",
    };
    let any: There = diesel::sql_query(any).get_result(db).map_err(|e| e.to_string())?;
    Ok(!any.yes)
}

/// Whether this program's tables stand there, of whichever release; makes nothing.
#[must_use]
pub fn has_tables(db: &mut Db) -> bool {
    use crate::schema::accounts;
    accounts::table.select(accounts::id).limit(1).load::<String>(db).is_ok()
}

/// Whether every migration has run.
///
/// # Errors
/// As [`pending`].
pub fn is_current(db: &mut Db) -> Result<bool, String> {
    Ok(pending(db)? == 0)
}

type Manager = <Db as Connection>::TransactionManager;

/// How a transaction sees the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One snapshot, nothing changes.
    Snapshot,
    /// Locked for a change from its first statement.
    Change,
}

/// Runs `f` in a transaction: committed when it returns `Ok`, else rolled back whole.
pub(crate) fn transaction<T, E: From<diesel::result::Error>>(
    db: &mut Db,
    kind: Kind,
    f: impl FnOnce(&mut Db) -> Result<T, E>,
) -> Result<T, E> {
    match db {
        Db::Sqlite(it) => {
            let begin = if kind == Kind::Change { "BEGIN IMMEDIATE" } else { "BEGIN" };
            AnsiTransactionManager::begin_transaction_sql(it, begin)?;
        }
        Db::Pg(it) => {
            let begin = match kind {
                Kind::Change => "BEGIN",
                Kind::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            };
            AnsiTransactionManager::begin_transaction_sql(it, begin)?;
        }
    }
    match f(db) {
        Ok(it) => {
            Manager::commit_transaction(db)?;
            Ok(it)
        }
        Err(e) => {
            // a failed rollback leaves a broken connection, which the pool throws away; the first error is the news
            let _ = Manager::rollback_transaction(db);
            Err(e)
        }
    }
}

/// Locks one row for this transaction. SQLite has one writer, so there it is locked already.
pub(crate) fn lock(db: &mut Db, table: &'static str, key: &'static str, id: &str) -> QueryResult<()> {
    if let Db::Pg(it) = db {
        diesel::sql_query(format!("SELECT 1 FROM {table} WHERE {key} = $1 FOR UPDATE"))
            .bind::<diesel::sql_types::Text, _>(id)
            .execute(it)?;
    }
    Ok(())
}

/// The pool's manager: picks the database by the address.
pub struct Pooled {
    pub(crate) address: Address,
    pub(crate) how: Use,
}

/// Why a pooled connection is not one.
#[derive(Debug, thiserror::Error)]
pub enum PooledError {
    /// It could not be made.
    #[error("the database cannot be reached")]
    Connect(#[from] ConnectionError),
    /// It does not answer.
    #[error("the connection does not answer")]
    Query(#[from] diesel::result::Error),
    /// It was left in the middle of something.
    #[error("the connection is broken")]
    Broken,
}

impl diesel::r2d2::ManageConnection for Pooled {
    type Connection = Db;
    type Error = PooledError;
    fn connect(&self) -> Result<Db, PooledError> {
        Ok(connect(&self.address, self.how)?)
    }
    fn is_valid(&self, db: &mut Db) -> Result<(), PooledError> {
        use diesel::r2d2::R2D2Connection as _;
        if self.has_broken(db) {
            return Err(PooledError::Broken);
        }
        if let Db::Pg(_) = db {
            db.ping()?;
        }
        Ok(())
    }
    fn has_broken(&self, db: &mut Db) -> bool {
        use diesel::r2d2::R2D2Connection as _;
        std::thread::panicking() || db.is_broken()
    }
}

/// Whether libpq was built with TLS; without it only a server on this machine may be reached.
pub const TLS: bool = cfg!(feature = "pg-tls");
