//! Warnings before a hold lapses: to its holder and the office, once each, whoever looks and however often.

use super::*;
use crate::support::both;
use policy::actions::PrepareRelease;
use store::engagements::warnings;

const HOURS: i64 = Moment::HOUR;

fn warn_as(store: &Store, task: &'static str, at: Moment) -> usize {
    warnings::warn(store, &asker_at(Actor::Automation(task, None), at), 10, ORIGIN).unwrap()
}

/// A hold of so many days, and how many were warned of so long before its end.
fn granted(ground: &Ground, days: i64) -> (HoldId, impl Fn(i64) -> usize) {
    world(ground);
    let (_, request) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
    confirm(&ground.store, AGENCY, hold_prepared(ground, request, days)).unwrap();
    ground.run("DELETE FROM outbox");
    let held = ground
        .store
        .read(&PRESENTER.asks(), |db| store::engagements::holds_view::list(db, &store::Page::first(1)));
    let end = NOW.plus(days * Moment::DAY);
    let store = ground.store.clone();
    (held.unwrap().0[0].0.id, move |before| warn_as(&store, "timer", end.plus(-before)))
}

fn letters(ground: &Ground, words: &str) -> i64 {
    ground.number(&format!("SELECT COUNT(*) FROM outbox WHERE body LIKE '%{words}%'"))
}

both! {
    fn holder_and_office_are_told_at_seven_days_and_48_and_24_hours(ground) {
        let (hold, warn) = granted(ground, 14);
        assert_eq!(warn(168 * HOURS + Moment::SECOND), 0);
        for (round, hours, words) in [(1, 168, "within 7 days"), (2, 48, "within 48 hours"), (3, 24, "within 24 hours")] {
            assert_eq!((warn(hours * HOURS), warn(hours * HOURS - 1)), (1, 0), "{hours} hours before");
            // two at the agency, one at the presenter's; the artist has an agency, and nobody else is concerned
            assert_eq!((ground.count("outbox"), letters(ground, words)), (3 * round, 3));
        }
        assert_eq!((warn(HOURS), warn(0), warn(-HOURS)), (0, 0, 0));
        for (who, count) in [(AGENCY, 6), (PRESENTER, 3), (ARTIST, 0), (RIVAL, 0)] {
            let sql = format!("SELECT COUNT(*) FROM outbox WHERE workspace = '{}' AND engagement IS NOT NULL", who.house());
            assert_eq!(ground.number(&sql), count);
        }
        let subject = "[Hold 1] Ilka Thornwald, 4 Mar 2027: lapses Fri 29 Jan 2027, 08:00 (UTC)";
        assert_eq!(ground.number(&format!("SELECT COUNT(*) FROM outbox WHERE subject = '{subject}'")), 9);
        let said = "SELECT COUNT(*) FROM audit_values WHERE name = 'transition' AND value = 'warned'";
        assert_eq!(ground.number(said), 3);
        // nobody who is about to release it is disturbed
        assert_eq!(ground.number(&format!("SELECT version FROM holds WHERE id = '{hold}'")), 1);
        chains_hold(ground);
    }

    fn of_several_servers_one_sends_the_warning(ground) {
        let (_, _) = granted(ground, 14);
        let at = NOW.plus(7 * Moment::DAY);
        let stores = [ground.store.clone(), ground.another(21), ground.another(22), ground.another(23)];
        let barrier = std::sync::Barrier::new(stores.len());
        let warned: usize = std::thread::scope(|scope| {
            let all: Vec<_> = stores
                .iter()
                .map(|store| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        warn_as(store, "timer", at)
                    })
                })
                .collect();
            all.into_iter().map(|it| it.join().unwrap()).sum()
        });
        assert_eq!((warned, ground.count("outbox")), (1, 3));
        // nor does one that is started anew send it again
        assert_eq!((warn_as(&ground.another(24), "timer", at.plus(1)), ground.count("outbox")), (0, 3));
        chains_hold(ground);
    }

    fn after_a_silence_only_the_nearest_warning_is_sent(ground) {
        let (_, warn) = granted(ground, 14);
        assert_eq!((warn(30 * HOURS), letters(ground, "within 48 hours"), ground.count("outbox")), (1, 3, 3));
        assert_eq!((warn(24 * HOURS), ground.count("outbox")), (1, 6));
    }

    fn a_short_hold_skips_what_would_come_with_its_grant(ground) {
        let (_, warn) = granted(ground, 2);
        assert_eq!((warn(48 * HOURS), warn(47 * HOURS), warn(24 * HOURS), warn(HOURS)), (0, 0, 1, 0));
    }

    fn nobody_is_warned_of_a_hold_that_is_over_and_by_no_other_task(ground) {
        let (hold, warn) = granted(ground, 14);
        assert_eq!(warn_as(&ground.store, "housekeeping", NOW.plus(8 * Moment::DAY)), 0);
        let store = &ground.store;
        let permit = permit::<PrepareRelease>(store, &PRESENTER.asks(), hold, Unasked).unwrap();
        confirm(store, PRESENTER, holds::prepare_release(store, permit).unwrap()).unwrap();
        assert_eq!((warn(168 * HOURS), letters(ground, "within")), (0, 0));
    }
}
