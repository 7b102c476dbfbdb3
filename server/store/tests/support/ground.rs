//! A database for one test, made before it and gone after it.

use diesel::connection::SimpleConnection as _;
use domain::{Digest, Mint};
use policy::{Bundle, Engine};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use store::db::{self, Address, Db, Use};
use store::{Options, Store};

/// Randomness that repeats (the splitmix64 sequence).
pub(crate) struct Seeded(pub(crate) u64);
impl Mint for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut it = self.0;
            it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(it ^ (it >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The policies of this release, prepared once a process.
pub(crate) fn engine() -> Arc<Engine> {
    static ENGINE: LazyLock<Arc<Engine>> =
        LazyLock::new(|| Arc::new(Engine::load(&Bundle::embedded()).unwrap_or_else(|e| panic!("{e}"))));
    ENGINE.clone()
}

/// A database and a store over it.
pub(crate) struct Ground {
    pub(crate) store: Store,
    pub(crate) address: Address,
    _place: Place,
}

/// What goes away with the test, after the store.
enum Place {
    Folder { _it: tempfile::TempDir },
    Database { server: String, name: String },
}
impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Database { server, name } = self
            && let Ok(mut db) = db::connect(&Address::parse(server).unwrap(), Use::Write)
        {
            let _ = run(&mut db, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

pub(crate) const OPTIONS: Options =
    Options { readers: 2, writers: 8, wait: Duration::from_secs(20), guarantees: Digest([0; 32]) };

impl Ground {
    /// A fresh SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address =
            Address::parse(folder.path().join("test.sqlite").to_str().expect("a plain path")).unwrap();
        Self::over(address, Place::Folder { _it: folder })
    }

    /// A fresh PostgreSQL database; none where it is left out on purpose.
    pub(crate) fn postgres() -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Ok(server) = std::env::var("KALINKLO_TEST_POSTGRES") else {
            let without = std::env::var_os("KALINKLO_WITHOUT_POSTGRES").is_some_and(|it| it == "1");
            assert!(
                without,
                "KALINKLO_TEST_POSTGRES is not set: run ./check, or leave PostgreSQL out by KALINKLO_WITHOUT_POSTGRES=1"
            );
            eprintln!("left out by KALINKLO_WITHOUT_POSTGRES");
            return None;
        };
        let name = format!("kalinklo_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut db =
            db::connect(&Address::parse(&server).unwrap(), Use::Write).expect("the test server answers");
        run(&mut db, &format!("DROP DATABASE IF EXISTS {name}")).expect("a database can be dropped");
        run(&mut db, &format!("CREATE DATABASE {name}")).expect("a database can be made");
        let (base, _) = server.rsplit_once('/').expect("an address with a database");
        let address = Address::parse(&format!("{base}/{name}")).unwrap();
        Some(Self::over(address, Place::Database { server, name }))
    }

    fn over(address: Address, place: Place) -> Self {
        let store = Store::open(&address, engine(), Box::new(Seeded(7)), OPTIONS).expect("the store opens");
        Self { store, address, _place: place }
    }

    /// Another server's store over the same database.
    pub(crate) fn another(&self, seed: u64) -> Store {
        self.another_with(seed, engine(), OPTIONS)
    }

    /// The same with other options, or noting decisions.
    pub(crate) fn another_with(&self, seed: u64, engine: Arc<Engine>, options: Options) -> Store {
        Store::open(&self.address, engine, Box::new(Seeded(seed)), options).expect("the store opens")
    }

    /// A connection past the store: for tampering, and for looking at rows.
    pub(crate) fn raw(&self) -> Db {
        db::connect(&self.address, Use::Write).expect("the database answers")
    }

    /// Runs statements past the store.
    pub(crate) fn run(&self, sql: &str) {
        run(&mut self.raw(), sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
    }

    /// The error of a statement that the database must refuse.
    pub(crate) fn refuses(&self, sql: &str) -> String {
        run(&mut self.raw(), sql).expect_err(sql).to_string()
    }

    /// A number from the database.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        use diesel::RunQueryDsl as _;
        #[derive(diesel::QueryableByName)]
        struct One {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let query = diesel::sql_query(format!("SELECT CAST(({sql}) AS BIGINT) AS n"));
        let row: One = match &mut self.raw() {
            Db::Pg(it) => query.get_result(it),
            Db::Sqlite(it) => query.get_result(it),
        }
        .unwrap_or_else(|e| panic!("{e}: {sql}"));
        row.n
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM {table}"))
    }
}

/// Runs statements on either database.
pub(crate) fn run(db: &mut Db, sql: &str) -> diesel::QueryResult<()> {
    match db {
        Db::Pg(it) => it.batch_execute(sql),
        Db::Sqlite(it) => it.batch_execute(sql),
    }
}
