//! The decision log: bounded, counted, written in batches, and never in a request's way.

use crate::support::{Ground, asker, both};
use policy::actions::{CreateAdmin, SignIn, ViewPlatform};
use policy::facts::ThePlatform;
use policy::{Actor, Bundle, Engine, Factor, Unasked};
use std::sync::Arc;
use std::time::Duration;
use store::{DecisionLog, Options, Store};

/// A store whose engine notes every decision.
fn noting(ground: &Ground) -> (Store, Arc<DecisionLog>) {
    let log = Arc::new(DecisionLog::default());
    let engine = Engine::load(&Bundle::embedded()).unwrap().noting(log.sink());
    (
        ground.another_with(
            3,
            Arc::new(engine),
            Options { readers: 1, writers: 1, wait: Duration::from_secs(20), ..Options::default() },
        ),
        log,
    )
}

/// The queue's length.
const QUEUE: u64 = 16_384;

both! {
    /// A yes and a no are both written, with who, what, what was told, why and under which policies.
    fn decisions_are_written(ground) {
        let (store, log) = noting(ground);
        let _ = store.read(&asker(Actor::Operator), |db| db.permit::<CreateAdmin>(ThePlatform, Unasked)).unwrap();
        let refused = store.read(&asker(Actor::Visitor), |db| db.permit::<ViewPlatform>(ThePlatform, Factor));
        assert!(refused.is_err());
        assert_eq!(ground.count("decisions"), 0);
        log.flush(&store);
        assert_eq!((log.written(), log.lost()), (2, 0));
        let digest = &store.engine().digest().to_string()[..16];
        for (actor, action, told, allowed, by) in [
            ("Operator/operator", "CreateAdmin", "", "TRUE", "local-operator"),
            ("Visitor/anyone", "ViewPlatform", "factor_age=9223372036854775807", "FALSE", ""),
        ] {
            let n = ground.number(&format!(
                "SELECT COUNT(*) FROM decisions WHERE actor = '{actor}' AND action = '{action}' AND told = '{told}' AND allowed = {allowed} \
                 AND decided_by = '{by}' AND thing = 'Platform/platform' AND policies = '{digest}'"
            ));
            assert_eq!(n, 1, "{action}");
        }
    }

    /// What one visitor's list was decided about is one row; what was decided otherwise, or by somebody else, has its own.
    fn a_list_of_a_visitor_is_one_row(ground) {
        let (store, log) = noting(ground);
        let (one, other) = (asker(Actor::Visitor), asker(Actor::Operator));
        for _ in 0..40 {
            let _ = store.engine().decide::<ViewPlatform>(&one, &policy::facts::Platform, Factor);
        }
        let _ = store.engine().decide::<SignIn>(&one, &policy::facts::Platform, Unasked).unwrap();
        for _ in 0..2 {
            let _ = store.engine().decide::<CreateAdmin>(&other, &policy::facts::Platform, Unasked).unwrap();
        }
        log.flush(&store);
        assert_eq!((log.written(), log.lost(), ground.count("decisions")), (43, 0, 4));
        let more = |action: &str| ground.number(&format!("SELECT SUM(more) FROM decisions WHERE action = '{action}'"));
        assert_eq!((more("ViewPlatform"), more("SignIn"), more("CreateAdmin")), (39, 0, 0));
    }

    /// With nobody writing, the queue fills, further decisions are counted as lost, and asking goes on.
    fn a_full_queue_loses_and_counts(ground) {
        let (store, log) = noting(ground);
        let asker = asker(Actor::Operator);
        for _ in 0..QUEUE + 25 {
            let _ = store.engine().decide::<CreateAdmin>(&asker, &policy::facts::Platform, Unasked).unwrap();
        }
        assert_eq!((log.written(), log.lost()), (0, 25));
        log.flush(&store);
        assert_eq!((log.written(), log.lost()), (QUEUE, 25));
        assert_eq!(ground.count("decisions"), QUEUE.cast_signed());
        assert_eq!(log.write_some(&store, Duration::ZERO), 0);
    }

    /// A batch that the database refuses is counted as lost, and the next one is written.
    fn a_refused_batch_is_counted(ground) {
        let (store, log) = noting(ground);
        let asker = asker(Actor::Operator);
        let ask = || drop(store.engine().decide::<CreateAdmin>(&asker, &policy::facts::Platform, Unasked));
        ask();
        ground.run("ALTER TABLE decisions RENAME TO elsewhere");
        log.flush(&store);
        assert_eq!((log.written(), log.lost()), (0, 1));
        ground.run("ALTER TABLE elsewhere RENAME TO decisions");
        ask();
        log.flush(&store);
        assert_eq!((log.written(), log.lost()), (1, 1));
    }
}
