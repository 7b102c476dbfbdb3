//! A PostgreSQL database of its own for each test, in the server that `./check` starts.

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
// Named so that the bundled client library is linked.
use pq_sys as _;
use std::sync::atomic::{AtomicU32, Ordering};

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Does not wait for the disk: for all tests but those below.
    Fast,
    /// Waits for the disk as in production: for tests that stop it, or whose figures count.
    Durable,
}

impl Server {
    fn setting(self) -> &'static str {
        match self {
            Self::Fast => "KALINKLO_TEST_POSTGRES",
            Self::Durable => "KALINKLO_TEST_POSTGRES_DURABLE",
        }
    }
}

/// An empty database; dropping this drops it.
pub struct Database {
    admin: String,
    name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Database {
    /// Makes one. Panics with what to do where no server is named: a test on PostgreSQL never passes without one.
    #[track_caller]
    pub fn new(on: Server) -> Self {
        let setting = on.setting();
        let admin = std::env::var(setting).unwrap_or_else(|_| {
            panic!("{setting} is not set: run ./check, or set it to postgres://USER:PASSWORD@127.0.0.1:PORT/postgres")
        });
        let name = format!("kalinklo_tests_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let made = Self { admin, name };
        made.as_admin(&format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", made.name));
        made
    }

    /// Another one that begins as this one is; nobody may be connected to this one.
    #[track_caller]
    pub fn copy(&self) -> Self {
        let name = format!("kalinklo_tests_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        self.as_admin(&format!("CREATE DATABASE {name} TEMPLATE {}", self.name));
        Self { admin: self.admin.clone(), name }
    }

    /// `postgres://…/NAME`, for `DATABASE_URL`.
    pub fn url(&self) -> String {
        let (server, _) = self.admin.rsplit_once('/').unwrap_or((&self.admin, ""));
        format!("{server}/{}", self.name)
    }

    /// Turns everybody away who is connected to it, and everybody who comes; or lets them in again.
    #[track_caller]
    pub fn lets_in(&self, anybody: bool) {
        self.as_admin(&format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {anybody}", self.name));
        if !anybody {
            self.as_admin(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            ));
        }
    }

    #[track_caller]
    fn as_admin(&self, sql: &str) {
        let mut connection =
            PgConnection::establish(&self.admin).unwrap_or_else(|it| panic!("PostgreSQL: {it}"));
        sql_query(sql).execute(&mut connection).unwrap_or_else(|it| panic!("{sql}: {it}"));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The server goes with the check; a second panic would hide the first.
            return;
        }
        self.as_admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

#[test]
fn each_database_is_new_and_goes_away() {
    let (url, admin, name) = {
        let database = Database::new(Server::Fast);
        let mut connection = PgConnection::establish(&database.url()).unwrap();
        sql_query("CREATE TABLE note (text TEXT)").execute(&mut connection).unwrap();
        let other = Database::new(Server::Fast);
        let mut elsewhere = PgConnection::establish(&other.url()).unwrap();
        assert!(sql_query("SELECT text FROM note").execute(&mut elsewhere).is_err());
        (database.url(), database.admin.clone(), database.name.clone())
    };
    assert!(PgConnection::establish(&admin).is_ok());
    assert!(PgConnection::establish(&url).is_err(), "{name} is still there");
}
