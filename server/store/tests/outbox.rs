//! The outbox: each letter leased by one server at a time, tried again, withheld or given up.

use crate::ledger::checked;
use crate::support::{NOW, asker_at, both};
use domain::Moment;
use policy::actions::{CreateAdmin, DispatchMail, Housekeep};
use policy::facts::ThePlatform;
use policy::{Actor, Permit, Unasked};
use std::collections::BTreeSet;
use store::{Change, Event, Letter, Mail, Store, StoreError};

/// The timer's permit to send.
fn dispatch(store: &Store, now: Moment) -> Permit<DispatchMail> {
    let asker = asker_at(Actor::Automation("housekeeping", None), now);
    store.read(&asker, |db| db.permit::<DispatchMail>(ThePlatform, Unasked)).unwrap()
}

fn lease(store: &Store, now: Moment, most: i64) -> Vec<Mail> {
    store.mail_lease(&dispatch(store, now), now, most).unwrap()
}

/// Posts this many letters, with one ledger entry.
fn post(store: &Store, count: usize) {
    let asker = asker_at(Actor::Operator, NOW);
    let permit = store.read(&asker, |db| db.permit::<CreateAdmin>(ThePlatform, Unasked)).unwrap();
    let letters =
        (0..count).map(|n| Letter::plain(format!("{n}@example.org"), format!("Letter {n}"), "Good day."));
    store
        .write(permit, |_, _| {
            Ok::<_, StoreError>(Change::of((), Event::platform("letter", "1", "posted")).telling(letters))
        })
        .unwrap();
}

both! {
    /// Two servers lease at once from several threads: every letter is leased, none twice.
    fn a_lease_is_exclusive(ground) {
        post(&ground.store, 40);
        assert_eq!(checked(&ground.store).entries, 1);
        let other = ground.another(9);
        let mut got = Vec::new();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|n| {
                    let store = if n % 2 == 0 { &ground.store } else { &other };
                    scope.spawn(move || {
                        let mut mine = Vec::new();
                        loop {
                            let some = lease(store, NOW, 3);
                            if some.is_empty() { break mine; }
                            mine.extend(some);
                        }
                    })
                })
                .collect();
            for it in threads {
                got.extend(it.join().unwrap());
            }
        });
        // a thread that met only locked rows went away early; what is left is still to be had
        got.extend(lease(&ground.store, NOW, 100));
        let once: BTreeSet<_> = got.iter().map(|it| it.letter.to.clone()).collect();
        assert_eq!((got.len(), once.len()), (40, 40));
        assert_eq!(lease(&other, NOW.plus(Moment::MINUTE), 100), vec![]);
    }

    /// A server that died with its leases loses them after two minutes.
    fn a_lease_runs_out(ground) {
        post(&ground.store, 1);
        assert_eq!(lease(&ground.store, NOW, 10).len(), 1);
        assert_eq!(lease(&ground.store, NOW.plus(2 * Moment::MINUTE - 1), 10).len(), 0);
        assert_eq!(lease(&ground.store, NOW.plus(2 * Moment::MINUTE), 10).len(), 1);
    }

    /// A letter comes as it was posted; sent or withheld, it never comes again.
    fn sent_and_withheld_are_done(ground) {
        post(&ground.store, 2);
        let mut got = lease(&ground.store, NOW, 10);
        got.sort_by(|a, b| a.letter.to.cmp(&b.letter.to));
        assert_eq!(got.iter().map(|it| it.letter.subject.as_str()).collect::<Vec<_>>(), ["Letter 0", "Letter 1"]);
        assert_eq!((got[0].letter.to.as_str(), got[0].letter.text.as_str(), got[0].tries), ("0@example.org", "Good day.", 0));
        ground.store.mail_done(&got[0], NOW, Ok(true)).unwrap();
        ground.store.mail_done(&got[1], NOW, Ok(false)).unwrap();
        assert_eq!(lease(&ground.store, NOW.plus(Moment::DAY), 10), vec![]);
        for state in ["sent", "withheld"] {
            assert_eq!(ground.number(&format!("SELECT COUNT(*) FROM outbox WHERE state = '{state}' AND tries = 1")), 1);
        }
    }

    /// Address and subject of a letter that is done with go after 90 days; one that waits stays, however long.
    fn letters_that_are_done_with_are_not_kept_for_ever(ground) {
        post(&ground.store, 4);
        let got = lease(&ground.store, NOW, 10);
        ground.store.mail_done(&got[0], NOW, Ok(true)).unwrap();
        ground.store.mail_done(&got[1], NOW, Ok(false)).unwrap();
        ground.store.mail_done(&Mail { tries: 7, ..got[2].clone() }, NOW, Err("no such mailbox")).unwrap();
        let keep = |now: Moment| {
            let asker = asker_at(Actor::Automation("housekeeping", None), now);
            let permit = ground.store.read(&asker, |db| db.permit::<Housekeep>(ThePlatform, Unasked)).unwrap();
            ground.store.housekeep(&permit, now).unwrap();
            ground.count("outbox")
        };
        assert_eq!(keep(NOW.plus(90 * Moment::DAY)), 4);
        assert_eq!(keep(NOW.plus(90 * Moment::DAY + 1)), 1);
        assert_eq!(ground.number("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'"), 1);
    }

    /// After a failure a letter waits 1, 2, 4 … minutes; after the eighth it has failed, with the last fault kept.
    fn failures_wait_longer_each_time(ground) {
        post(&ground.store, 1);
        let mut now = NOW;
        for tried in 0..8i64 {
            let got = lease(&ground.store, now, 10);
            assert_eq!(got.len(), 1, "try {tried}");
            assert_eq!(got[0].tries, tried);
            ground.store.mail_done(&got[0], now, Err(&format!("fault {tried}"))).unwrap();
            let wait = Moment::MINUTE << tried;
            assert_eq!(lease(&ground.store, now.plus(wait - 1), 10), vec![], "try {tried}");
            now = now.plus(wait);
        }
        assert_eq!(lease(&ground.store, now.plus(30 * Moment::DAY), 10), vec![]);
        let failed = "SELECT COUNT(*) FROM outbox WHERE state = 'failed' AND tries = 8 AND fault = 'fault 7'";
        assert_eq!(ground.number(failed), 1);
    }
}
