//! The store: pools apart for reading and writing, and what every piece of work needs.

use crate::db::{self, Address, Db, Kind, Pooled, Use};
use crate::error::StoreError;
use crate::lists;
use crate::read::Read;
use crate::standing::{Fault, Standing};
use diesel::r2d2::{Pool, PooledConnection};
use domain::{Digest, Id, Mint, Moment};
use parking_lot::{FairMutex, FairMutexGuard};
use policy::{Asker, Engine};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many connections, and how long to wait for one.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Connections for reading.
    pub readers: u32,
    /// Connections for writing on PostgreSQL; SQLite has one writer.
    pub writers: u32,
    /// How long a piece of work waits for its connection.
    pub wait: Duration,
    /// SHA-256 over the guarantees that this program promises: staged policies decide only where they were proved to
    /// keep these.
    pub guarantees: Digest,
}
impl Default for Options {
    fn default() -> Self {
        Self { readers: 8, writers: 8, wait: Duration::from_secs(5), guarantees: Digest([0; 32]) }
    }
}

/// How long work that nobody waits for stands in line.
const PATIENT: Duration = Duration::from_secs(60);

/// The database, and the engine that says who may.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    /// What decides for whoever holds this; see [`Store::current`].
    engine: Arc<Engine>,
    /// The form that the next change takes; see [`Store::once`].
    pub(crate) once: Option<[u8; 32]>,
    patience: Duration,
}
struct Inner {
    standing: Standing,
    address: Address,
    readers: Pool<Pooled>,
    writers: Pool<Pooled>,
    /// On SQLite the line before the one writer. The pool alone serves whoever comes at the right moment; under load
    /// somebody else could wait in vain until their time was up.
    line: Option<FairMutex<()>>,
    mint: Mutex<Box<dyn Mint>>,
}

/// A connection for writing, and the place in line that it was waited for with.
pub(crate) struct Writer<'a> {
    // goes back to the pool before the next in line is let in
    connection: PooledConnection<Pooled>,
    _place: Option<FairMutexGuard<'a, ()>>,
}
impl Deref for Writer<'_> {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.connection
    }
}
impl DerefMut for Writer<'_> {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.connection
    }
}

impl Store {
    /// Opens the database and runs what migrations are pending. `engine` is the program's own; where other policies are
    /// active on this database, those decide.
    ///
    /// # Errors
    /// What is wrong and what to do; never the address, which may hold a password. Also where the active policies cannot
    /// decide in this program: it then serves nobody.
    pub fn open(
        address: &Address,
        engine: Arc<Engine>,
        mint: Box<dyn Mint>,
        options: Options,
    ) -> Result<Self, String> {
        let store = Self::open_to_mend(address, engine, mint, options)?;
        match store.in_force().fault {
            None => Ok(store),
            Some(Fault { digest, why }) => Err(format!(
                "the policies {digest} are active on this database and cannot decide in this program: {why}\n  Go back with `kalinklo policy rollback --reason TEXT`, or to the program's own with `kalinklo policy activate built-in --reason TEXT`."
            )),
        }
    }

    /// The same for the commands that set the policies right: where the active ones cannot decide, the program's own do.
    ///
    /// # Errors
    /// As [`Store::open`], but for the active policies.
    pub fn open_to_mend(
        address: &Address,
        engine: Arc<Engine>,
        mint: Box<dyn Mint>,
        options: Options,
    ) -> Result<Self, String> {
        lists::translatable(&engine)?;
        let standing = Standing::new(engine, options.guarantees);
        let mut first = db::connect(address, Use::Write)
            .map_err(|e| format!("cannot open {address}: {}", safe_connection_error(address, &e)))?;
        db::migrate(&mut first).map_err(|e| format!("cannot migrate {address}: {e}"))?;
        standing.follow(&mut first).map_err(|e| format!("cannot read {address}: {e}"))?;
        drop(first);
        let pool = |how, size: u32| {
            Pool::builder()
                .max_size(size.max(1))
                .min_idle(Some(1))
                .test_on_check_out(address.is_postgres())
                .connection_timeout(options.wait)
                .build(Pooled { address: address.clone(), how })
                .map_err(|_| {
                    format!("cannot open {address}: no connection within {} s", options.wait.as_secs())
                })
        };
        let writers = pool(Use::Write, if address.is_postgres() { options.writers } else { 1 })?;
        let readers = pool(Use::Read, options.readers)?;
        Ok(Self {
            engine: standing.engine(),
            inner: Arc::new(Inner {
                standing,
                address: address.clone(),
                readers,
                writers,
                line: (!address.is_postgres()).then(|| FairMutex::new(())),
                mint: Mutex::new(mint),
            }),
            once: None,
            patience: options.wait,
        })
    }

    /// The same store for one change, which takes the form of this hash in its own transaction: a second change by the
    /// same form is [`StoreError::Spent`] and does nothing, also when both come at once.
    #[must_use]
    pub fn once(&self, form: [u8; 32]) -> Self {
        Self { once: Some(form), ..self.clone() }
    }

    /// The same store for work that no request waits for: workers, and what is noted beside an answer. It stands in line
    /// for a minute where a request gives up after a few seconds.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { patience: self.patience.max(PATIENT), ..self.clone() }
    }

    /// The engine that decides for this store.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.inner.standing
    }

    pub(crate) fn bound(&self, engine: Arc<Engine>) -> Self {
        Self { engine, ..self.clone() }
    }

    /// Where the database is, without its secrets when printed.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.inner.address
    }

    /// A fresh id.
    pub fn fresh<I: Id>(&self, now: Moment) -> I {
        self.with_mint(|mint| mint.id(now))
    }

    /// 32 fresh random bytes.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.with_mint(Mint::secret)
    }

    pub(crate) fn with_mint<T>(&self, f: impl FnOnce(&mut Box<dyn Mint>) -> T) -> T {
        // randomness has no invariant that a panic elsewhere could break
        let mut mint = self.inner.mint.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        f(&mut mint)
    }

    pub(crate) fn reader(&self) -> Result<PooledConnection<Pooled>, StoreError> {
        self.inner.readers.get_timeout(self.patience).map_err(|_| StoreError::Busy)
    }

    pub(crate) fn writer(&self) -> Result<Writer<'_>, StoreError> {
        let place = match &self.inner.line {
            Some(line) => Some(line.try_lock_for(self.patience).ok_or(StoreError::Busy)?),
            None => None,
        };
        let connection = self.inner.writers.get_timeout(self.patience).map_err(|_| StoreError::Busy)?;
        Ok(Writer { connection, _place: place })
    }

    /// Decides and fetches in one snapshot.
    ///
    /// # Errors
    /// Those of `f`, or the database's.
    pub fn read<T, E: From<StoreError>>(
        &self,
        asker: &Arc<Asker>,
        f: impl FnOnce(&mut Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.reader()?;
        self.snapshot(&mut connection, |db| f(&mut Read::new(db, self, asker.clone())))
    }

    pub(crate) fn snapshot<T, E: From<StoreError>>(
        &self,
        db: &mut Db,
        f: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        db::transaction(db, Kind::Snapshot, |db| f(db).map_err(Passed::Theirs)).map_err(Passed::into_theirs)
    }

    /// A change that no tenant owns: sessions, delays, events. Everything else goes through [`Store::write`].
    pub(crate) fn change<T>(
        &self,
        f: impl FnOnce(&mut Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writer()?;
        db::transaction(&mut connection, Kind::Change, f)
    }

    /// Whether the database answers and every migration has run; for the readiness check.
    ///
    /// # Errors
    /// One plain sentence, without the address.
    pub fn ready(&self) -> Result<(), String> {
        let mut db = self.reader().map_err(|_| "the database does not answer".to_owned())?;
        match db::is_current(&mut db) {
            Ok(true) => Ok(()),
            Ok(false) => Err("migrations are pending".to_owned()),
            Err(_) => Err("the database does not answer".to_owned()),
        }
    }
}

/// Carries a caller's own error through a database transaction.
pub(crate) enum Passed<E> {
    Theirs(E),
    Ours(diesel::result::Error),
}
impl<E> From<diesel::result::Error> for Passed<E> {
    fn from(it: diesel::result::Error) -> Self {
        Self::Ours(it)
    }
}
impl<E: From<StoreError>> Passed<E> {
    pub(crate) fn into_theirs(self) -> E {
        match self {
            Self::Theirs(it) => it,
            Self::Ours(it) => StoreError::from(it).into(),
        }
    }
}

/// What the database says, where it helps an operator and holds no part of a password.
fn safe_connection_error(address: &Address, e: &diesel::ConnectionError) -> String {
    let text = e.to_string();
    match address {
        // a text about the address itself quotes parts of it, and with a stray `@` the host's part holds the secret's end
        Address::Postgres(url) => {
            let about_the_server = ["connection to server", "could not translate host name", "FATAL"];
            let plain = url.matches('@').count() <= 1 && !url.contains('?');
            if plain && about_the_server.iter().any(|it| text.starts_with(it)) {
                text
            } else {
                "the address does not parse, or names no server that can be reached".to_owned()
            }
        }
        Address::Sqlite(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use crate::accounts::tests::Ground;
    use crate::db::Db;
    use diesel::prelude::*;
    use diesel::sql_types::Text;

    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        it: String,
    }

    fn setting(db: &mut Db, name: &str) -> String {
        let Db::Sqlite(db) = db else { unreachable!() };
        let sql = format!("SELECT CAST({name} AS TEXT) AS it FROM pragma_{name}");
        diesel::sql_query(sql).get_result::<Line>(db).unwrap().it
    }

    /// Every commit is on the disk before anybody is told of it (2 is FULL), and whoever reads changes nothing.
    #[test]
    fn connections_are_as_durable_as_promised() {
        let ground = Ground::sqlite();
        let (mut writer, mut reader) = (ground.store.writer().unwrap(), ground.store.reader().unwrap());
        for (name, wanted) in
            [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("query_only", "0")]
        {
            assert_eq!(setting(&mut writer, name), wanted, "{name} of the writer");
        }
        for (name, wanted) in [("journal_mode", "wal"), ("foreign_keys", "1"), ("query_only", "1")] {
            assert_eq!(setting(&mut reader, name), wanted, "{name} of a reader");
        }
    }
}
