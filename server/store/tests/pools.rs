//! Pools apart, and an address that cannot be opened.

use crate::ledger::{checked, note};
use crate::support::{Ground, Seeded, asker, both, engine};
use policy::actions::CreateAdmin;
use policy::facts::ThePlatform;
use policy::{Actor, Unasked};
use std::sync::mpsc;
use std::time::Duration;
use store::db::Address;
use store::{Change, Event, Options, Store, StoreError};

/// Begins a write and keeps it open until told to go on.
fn held(store: &Store, begun: &mpsc::Sender<()>, go_on: &mpsc::Receiver<()>) -> Result<(), StoreError> {
    let permit = store.read(&asker(Actor::Operator), |db| db.permit::<CreateAdmin>(ThePlatform, Unasked))?;
    store.write(permit, |_, _| {
        begun.send(()).unwrap();
        go_on.recv().unwrap();
        Ok::<_, StoreError>(Change::of((), Event::platform("thing", "held", "made")))
    })
}

both! {
    /// While a write is open readers see what was there before it; afterwards they see it.
    fn readers_see_what_is_committed(ground) {
        note(&ground.store, Event::platform("thing", "first", "made")).unwrap();
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let (begun, may_go_on) = (begun, may_go_on);
                held(&ground.store, &begun, &may_go_on)
            });
            has_begun.recv().unwrap();
            assert_eq!(checked(&ground.store).entries, 1);
            go_on.send(()).unwrap();
            writing.join().unwrap().unwrap();
        });
        assert_eq!(checked(&ground.store).entries, 2);
    }

    /// A second write waits for the first, and both land.
    fn a_writer_waits(ground) {
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        std::thread::scope(|scope| {
            let first = scope.spawn(|| {
                let (begun, may_go_on) = (begun, may_go_on);
                held(&ground.store, &begun, &may_go_on)
            });
            has_begun.recv().unwrap();
            let second = scope.spawn(|| note(&ground.store, Event::platform("thing", "waited", "made")));
            go_on.send(()).unwrap();
            first.join().unwrap().unwrap();
            second.join().unwrap().unwrap();
        });
        let found = checked(&ground.store);
        assert_eq!((found.entries, found.broken), (2, vec![]));
    }

    /// No connection in time is said as such, and nothing is written.
    fn no_connection_in_time_is_busy(ground) {
        let wait = Duration::from_secs(2);
        let narrow = ground.another_with(4, engine(), Options { readers: 1, writers: 1, wait, ..Options::default() });
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        std::thread::scope(|scope| {
            let first = scope.spawn(|| {
                let (begun, may_go_on) = (begun, may_go_on);
                held(&narrow, &begun, &may_go_on)
            });
            has_begun.recv().unwrap();
            let second = note(&narrow, Event::platform("thing", "too late", "made"));
            assert!(matches!(second, Err(StoreError::Busy)), "{second:?}");
            go_on.send(()).unwrap();
            first.join().unwrap().unwrap();
        });
        assert_eq!(checked(&narrow).entries, 1);
    }

    /// Work that nobody waits for stands in line for longer than a request does.
    fn a_patient_writer_is_not_turned_away(ground) {
        let wait = Duration::from_millis(100);
        let narrow = ground.another_with(4, engine(), Options { readers: 1, writers: 1, wait, ..Options::default() });
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        std::thread::scope(|scope| {
            let first = scope.spawn(|| {
                let (begun, may_go_on) = (begun, may_go_on);
                held(&narrow, &begun, &may_go_on)
            });
            has_begun.recv().unwrap();
            let worker = scope.spawn(|| note(&narrow.patient(), Event::platform("thing", "waited", "made")));
            // requests that come and give up meanwhile take nobody's place
            for _ in 0..3 {
                let late = note(&narrow, Event::platform("thing", "too late", "made"));
                assert!(matches!(late, Err(StoreError::Busy)), "{late:?}");
            }
            go_on.send(()).unwrap();
            first.join().unwrap().unwrap();
            worker.join().unwrap().unwrap();
        });
        assert_eq!(checked(&narrow).entries, 2);
    }

    /// Ready, until a migration is pending.
    fn readiness_follows_the_migrations(ground) {
        assert_eq!(ground.store.ready(), Ok(()));
        ground.run("DELETE FROM __diesel_schema_migrations");
        assert_eq!(ground.store.ready(), Err("migrations are pending".to_owned()));
    }

    /// A second server that starts on the same database finds everything migrated.
    fn two_servers_open_at_once(ground) {
        std::thread::scope(|scope| {
            for seed in 0..4 {
                scope.spawn(move || assert_eq!(ground.another(seed).ready(), Ok(())));
            }
        });
    }
}

/// Every address that cannot be opened says so without any part of its password.
#[test]
fn a_wrong_address_says_what_is_wrong_without_the_password() {
    let options = Options { readers: 1, writers: 1, wait: Duration::from_secs(1), ..Options::default() };
    let open = |text: &str| {
        let address = Address::parse(text).unwrap();
        let shown = format!("{address} {address:?}");
        assert!(!shown.contains("s3cr"), "{shown}");
        Store::open(&address, engine(), Box::new(Seeded(1)), options).map(drop).expect_err(text)
    };
    let nobody = open("postgres://someone:s3cret@127.0.0.1:1/house");
    assert!(nobody.starts_with("cannot open PostgreSQL: connection to server"), "{nobody}");
    for text in [
        "postgres://someone:s3cret@127.0.0.1:1/house",
        "postgres://someone:s3cr%zzet@127.0.0.1:1/house",
        "postgres://someone:s3cr@s3cret@127.0.0.1:1/house",
        "postgres://someone:s3cret@127.0.0.1:port/house",
        "postgres://127.0.0.1:1/house?password=s3cret&nonsense=s3cret",
        "postgres://someone:pw/s3cret@127.0.0.1:1/house",
        "postgres://[s3cret",
    ] {
        let error = open(text);
        assert!(error.starts_with("cannot open PostgreSQL: "), "{error}");
        assert!(!error.contains("s3cr"), "{error}");
    }
    let absent = open("/nowhere/at/all/house.sqlite");
    assert!(absent.starts_with("cannot open SQLite in /nowhere/at/all/house.sqlite: "), "{absent}");
}

/// A wrong password and a database that is not there are told apart for the operator.
#[test]
fn the_servers_own_words_reach_the_operator() {
    if Ground::postgres().is_none() {
        return;
    }
    let server = std::env::var("KALINKLO_TEST_POSTGRES").unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let absent = Address::parse(&format!("{base}/no_such_house")).unwrap();
    let options = Options { readers: 1, writers: 1, wait: Duration::from_secs(1), ..Options::default() };
    let error = Store::open(&absent, engine(), Box::new(Seeded(1)), options).map(drop).unwrap_err();
    assert!(error.contains("no_such_house"), "{error}");
}
