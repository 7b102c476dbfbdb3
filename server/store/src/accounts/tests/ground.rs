//! A database for one test, and what is asked of its rows.

pub(crate) use super::seeded::{NOW, Seeded};
use crate::db::{self, Address, Db, Use};
use crate::ledger;
use crate::schema::{outbox, sessions};
use crate::{Acting, Options, Store, StoreError};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use domain::{AccountId, Moment, VisitId};
use policy::{Actor, Asker, Bundle, Engine};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

pub(crate) const ORIGIN: &str = "https://artists.example";

/// Makes two tests of each function: one on SQLite, one on PostgreSQL.
macro_rules! both { ($(fn $name:ident($ground:ident) $body:block)+) => { $(
    mod $name {
        #[allow(unused_imports)]
        use super::*;
        fn run($ground: &$crate::accounts::tests::Ground) $body
        #[test]
        fn sqlite() { run(&$crate::accounts::tests::Ground::sqlite()); }
        #[test]
        fn postgres() { if let Some(it) = $crate::accounts::tests::Ground::postgres() { run(&it); } }
    }
)+ } }
pub(crate) use both;

pub(crate) struct Ground {
    pub(crate) store: Store,
    _place: Place,
}
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
fn run(db: &mut Db, sql: &str) -> QueryResult<()> {
    match db {
        Db::Pg(it) => it.batch_execute(sql),
        Db::Sqlite(it) => it.batch_execute(sql),
    }
}

impl Ground {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::parse(folder.path().join("test.sqlite").to_str().unwrap()).unwrap();
        Self::over(&address, Place::Folder { _it: folder })
    }

    pub(crate) fn postgres() -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Ok(server) = std::env::var("KALINKLO_TEST_POSTGRES") else {
            let without = std::env::var_os("KALINKLO_WITHOUT_POSTGRES").is_some_and(|it| it == "1");
            assert!(
                without,
                "KALINKLO_TEST_POSTGRES is not set: run ./check, or leave PostgreSQL out by KALINKLO_WITHOUT_POSTGRES=1"
            );
            return None;
        };
        let name = format!("kalinklo_acc_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut db = db::connect(&Address::parse(&server).unwrap(), Use::Write).unwrap();
        run(&mut db, &format!("CREATE DATABASE {name}")).unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let address = Address::parse(&format!("{base}/{name}")).unwrap();
        Some(Self::over(&address, Place::Database { server, name }))
    }

    fn over(address: &Address, place: Place) -> Self {
        static ENGINE: LazyLock<Arc<Engine>> =
            LazyLock::new(|| Arc::new(Engine::load(&Bundle::embedded()).unwrap_or_else(|e| panic!("{e}"))));
        let options = Options { readers: 2, writers: 4, ..Options::default() };
        let store = Store::open(address, ENGINE.clone(), Box::new(Seeded(7, 0)), options).unwrap();
        Self { store, _place: place }
    }

    pub(crate) fn visitor(&self, now: Moment) -> Arc<Asker> {
        self.asker(Actor::Visitor, now)
    }
    pub(crate) fn operator(&self, now: Moment) -> Arc<Asker> {
        self.asker(Actor::Operator, now)
    }
    fn asker(&self, actor: Actor, now: Moment) -> Arc<Asker> {
        let visit: VisitId = self.store.fresh(now);
        Arc::new(Asker { actor, visit, now, factor_at: None })
    }
    /// The account as it asks with a factor of this age in seconds.
    pub(crate) fn as_account(
        &self,
        it: AccountId,
        acting: Acting,
        now: Moment,
        factor: Option<i64>,
    ) -> Arc<Asker> {
        let asker = self.store.asker(it, acting, self.store.fresh(now), now).unwrap();
        let factor_at = factor.map(|age| now.plus(-age * Moment::SECOND));
        Arc::new(Asker { factor_at, ..(*asker).clone() })
    }

    /// Letters in the outbox, oldest first: state, due, recipient, subject, text.
    pub(crate) fn letters(&self) -> Vec<(String, i64, String, String, String)> {
        outbox::table
            .order(outbox::id)
            .select((outbox::state, outbox::due_at, outbox::recipient, outbox::subject, outbox::body))
            .load(&mut *self.store.reader().unwrap())
            .unwrap()
    }
    /// The text after `?token=` in the last letter to somebody.
    pub(crate) fn token(&self, to: &str) -> String {
        let text = self.last_letter(to).4;
        let at = text.find("?token=").unwrap() + 7;
        text[at..at + 43].to_owned()
    }
    /// The short code in the last letter to somebody.
    pub(crate) fn code(&self, to: &str) -> String {
        let text = self.last_letter(to).4;
        let line = text.lines().find(|it| it.starts_with("    ")).unwrap();
        line.trim().to_owned()
    }
    pub(crate) fn last_letter(&self, to: &str) -> (String, i64, String, String, String) {
        self.letters().into_iter().rfind(|it| it.2 == to).unwrap_or_else(|| panic!("no letter to {to}"))
    }
    pub(crate) fn sessions(&self) -> i64 {
        sessions::table.count().get_result(&mut *self.store.reader().unwrap()).unwrap()
    }
    pub(crate) fn run(&self, sql: &str) {
        run(&mut self.store.writer().unwrap(), sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
    }
    /// The whole ledger verifies, and its last transitions are these.
    #[track_caller]
    pub(crate) fn ledger_ends_with(&self, expected: &[&str]) {
        let operator = self.operator(NOW);
        let permit = self.platform::<policy::actions::VerifyAudit>(&operator);
        let checked = ledger::verify(&self.store, &permit, &[]).unwrap();
        assert_eq!(checked.broken.len(), 0, "{:?}", checked.broken);
        let mut db = self.store.reader().unwrap();
        use crate::schema::{audit_entries, audit_values};
        let all: Vec<Option<String>> = audit_values::table
            .inner_join(audit_entries::table.on(audit_entries::id.eq(audit_values::entry)))
            .filter(audit_values::name.eq("transition"))
            .order((audit_entries::at, audit_entries::id))
            .select(audit_values::value)
            .load(&mut *db)
            .unwrap();
        let all: Vec<String> = all.into_iter().flatten().collect();
        let end = &all[all.len().saturating_sub(expected.len())..];
        assert_eq!(end, expected, "of {all:?}");
    }
    /// The value of a field of the ledger's last entry that has it.
    pub(crate) fn ledger_field(&self, name: &str) -> String {
        use crate::schema::{audit_entries, audit_values};
        let value: Option<String> = audit_values::table
            .inner_join(audit_entries::table.on(audit_entries::id.eq(audit_values::entry)))
            .filter(audit_values::name.eq(name))
            .order((audit_entries::at.desc(), audit_entries::id.desc()))
            .select(audit_values::value)
            .first(&mut *self.store.reader().unwrap())
            .unwrap();
        value.unwrap()
    }
}

/// Whether something was refused, as an id that is not there is.
pub(crate) fn refused<T>(it: Result<T, StoreError>) -> bool {
    matches!(it, Err(StoreError::Refused(_) | StoreError::Absent))
}
pub(crate) fn conflict<T>(it: Result<T, StoreError>) -> bool {
    matches!(it, Err(StoreError::Conflict(_)))
}
pub(crate) fn stale<T>(it: Result<T, StoreError>) -> bool {
    matches!(it, Err(StoreError::Stale { .. }))
}
