//! Ranks: their order, their moving up, their lapsing, and a race for one day.

use super::*;
use crate::support::both;
use policy::actions::{PrepareRelease, PrepareWithdrawHold, ViewHold};
use store::engagements::holds_view;

fn release(ground: &Ground, who: Who, hold: HoldId) -> Result<Confirmed, StoreError> {
    let store = &ground.store;
    let permit = permit::<PrepareRelease>(store, &who.asks(), hold, Unasked)?;
    let prepared = holds::prepare_release(store, permit)?;
    confirm(store, who, prepared)
}

both! {
    fn ranks_follow_the_order_of_grants_day_by_day(ground) {
        world(ground);
        let store = &ground.store;
        let (_, first) = held(ground, PRESENTER, "2027-03-04", "2027-03-05");
        let (_, second) = held(ground, RIVAL, "2027-03-05", "2027-03-06");
        assert_eq!((rank(ground, first), rank(ground, second)), (1, 2), "the worst rank of a span is shown");
        assert_eq!(ground.number(&format!("SELECT rank FROM hold_days WHERE hold = '{second}' AND day = '2027-03-06'")), 1);
        let beside = |who: Who, hold: HoldId| {
            let found = store.read(&who.asks(), |db| {
                let permit = db.permit::<ViewHold>(hold, Unasked)?;
                let (view, _) = holds_view::view(db, permit)?;
                holds_view::beside(db, &view)
            });
            found.unwrap().into_iter().map(|it| it.0.id).collect::<Vec<_>>()
        };
        assert_eq!(beside(AGENCY, first), [second], "the office sees all of a date");
        assert!(beside(RIVAL, second).is_empty() && beside(PRESENTER, first).is_empty());
        assert!(is_refused(permit::<ViewHold>(store, &RIVAL.asks(), first, Unasked)));
        assert!(is_refused(release(ground, RIVAL, first)) && is_refused(release(ground, AGENCY, first)));
    }

    fn when_a_rank_clears_the_rest_move_up_and_are_told_of_nobody(ground) {
        world(ground);
        let (_, first) = held(ground, PRESENTER, "2027-03-04", "2027-03-05");
        let (engagement, second) = held(ground, RIVAL, "2027-03-05", "2027-03-06");
        let (_, third) = held(ground, PRESENTER, "2027-03-05", "2027-03-05");
        assert_eq!(rank(ground, third), 3);
        ground.run("DELETE FROM outbox");
        release(ground, PRESENTER, first).unwrap();
        assert_eq!((rank(ground, first), rank(ground, second), rank(ground, third)), (0, 1, 2));
        let rival = RIVAL.house();
        let told = format!("SELECT COUNT(*) FROM outbox WHERE workspace = '{rival}' AND engagement = '{engagement}'");
        assert_eq!(ground.number(&told), 1);
        let names = format!("SELECT COUNT(*) FROM outbox WHERE workspace = '{rival}' AND body LIKE '%House {}%'", PRESENTER.house());
        assert_eq!(ground.number(&names), 0, "never whose hold went");
        let entries = format!("SELECT COUNT(*) FROM audit_values WHERE name = 'moved-up' AND value = '{second}'");
        assert_eq!(ground.number(&entries), 1);
        chains_hold(ground);
    }

    fn the_office_takes_a_hold_back_with_a_reason(ground) {
        world(ground);
        let store = &ground.store;
        let (_, hold) = held(ground, PRESENTER, "2027-03-04", "2027-03-04");
        assert!(is_refused(permit::<PrepareWithdrawHold>(store, &PRESENTER.asks(), hold, Unasked)));
        let take = permit::<PrepareWithdrawHold>(store, &ARTIST.asks(), hold, Unasked).unwrap();
        let prepared = holds::prepare_withdrawal(store, take, &prose("The artist is ill."), None).unwrap();
        confirm(store, ARTIST, prepared).unwrap();
        assert_eq!(ground.number("SELECT COUNT(*) FROM holds WHERE state = 'withdrawn' AND reason = 'The artist is ill.'"), 1);
        assert!(matches!(release(ground, PRESENTER, hold), Err(StoreError::Conflict(_))), "it is over");
        chains_hold(ground);
    }

    fn a_hold_lapses_when_its_confirmed_time_has_come_and_not_before(ground) {
        world(ground);
        let store = &ground.store;
        let (_, first) = held(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let (_, request) = requested(ground, RIVAL, "2027-03-04", "2027-03-04");
        confirm(store, AGENCY, hold_prepared(ground, request, 30)).unwrap();
        let timer = |task, seconds: i64| {
            let at = NOW.plus(14 * Moment::DAY + seconds * Moment::SECOND);
            holds::lapse(store, &asker_at(Actor::Automation(task, None), at), 10, ORIGIN).unwrap()
        };
        assert_eq!(timer("timer", -1), 0);
        assert_eq!(timer("housekeeping", 0), 0, "only the timer");
        assert_eq!(rank(ground, first), 1);
        assert_eq!((timer("timer", 0), timer("timer", 0)), (1, 0));
        assert_eq!(rank(ground, first), 0);
        assert_eq!(ground.number("SELECT COUNT(*) FROM holds WHERE state = 'expired'"), 1);
        assert_eq!(ground.number("SELECT rank FROM hold_days"), 1, "the other moved up");
        chains_hold(ground);
    }

    /// However many may not lapse, and whatever stands against it, the next one does.
    fn holds_that_may_not_lapse_keep_no_other_from_it(ground) {
        world(ground);
        let (_, first) = held(ground, RIVAL, "2027-03-04", "2027-03-04");
        let (_, second) = held(ground, PRESENTER, "2027-03-05", "2027-03-05");
        // 150 more of the rival's run out before the presenter's
        for number in 0..150 {
            let id = format!("{}{number:04}", &first.to_string()[..18]);
            ground.run(&format!(
                "INSERT INTO holds (id, engagement, request, artist, agency, presenter, state, first_day, last_day, granted_at, \
                 expires_at, version) SELECT '{id}', engagement, request, artist, agency, presenter, state, first_day, last_day, \
                 granted_at, expires_at - {number}, version FROM holds WHERE id = '{first}'"
            ));
        }
        let mut bundle = policy::Bundle::embedded();
        let text = bundle.files.get_mut("policies/p07-human-approval.cedar").unwrap();
        text.push_str(&format!(
            "\n@id(\"not-the-rivals\")\n@practice(\"P7\")\n@says(\"Not these.\")\nforbid (\n  principal is Automation,\n  action == \
             Action::\"Lapse\",\n  resource is Hold\n)\nwhen {{ resource.presenter == PresenterWorkspace::\"{}\" }};\n",
            RIVAL.house()
        ));
        let engine = policy::Engine::load(&bundle).unwrap_or_else(|e| panic!("{e}"));
        let store = ground.another_with(41, Arc::new(engine), crate::support::OPTIONS);
        let at = NOW.plus(40 * Moment::DAY);
        let lapse = |most| holds::lapse(&store, &asker_at(Actor::Automation("timer", None), at), most, ORIGIN).unwrap();
        assert_eq!((lapse(100), lapse(100)), (1, 0));
        assert_eq!(rank(ground, second), 0);
        assert_eq!(ground.number("SELECT COUNT(*) FROM holds WHERE state = 'active'"), 151);
    }

    fn two_grants_for_one_day_at_once_are_first_and_second(ground) {
        world(ground);
        for round in 1..=4 {
            let date = format!("2027-05-0{round}");
            let one = hold_prepared(ground, requested(ground, PRESENTER, &date, &date).1, 14);
            let two = hold_prepared(ground, requested(ground, RIVAL, &date, &date).1, 14);
            let stores = [ground.store.clone(), ground.another(100 + round)];
            let barrier = std::sync::Barrier::new(2);
            std::thread::scope(|scope| {
                for (store, it) in stores.iter().zip([one, two]) {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        confirm(store, AGENCY, it).unwrap();
                    });
                }
            });
            let ranks = |rank: i64| {
                ground.number(&format!("SELECT COUNT(*) FROM hold_days WHERE day = '{date}' AND rank = {rank}"))
            };
            assert_eq!((ranks(1), ranks(2), ranks(3)), (1, 1, 0));
        }
        chains_hold(ground);
    }

    fn only_the_office_grants_and_learns_the_next_rank(ground) {
        world(ground);
        let store = &ground.store;
        let _ = held(ground, RIVAL, "2027-03-04", "2027-03-04");
        let (_, request) = requested(ground, PRESENTER, "2027-03-04", "2027-03-05");
        let next = |who: Who| store.read(&who.asks(), |db| {
            let permit = db.permit::<PrepareHold>(request, Unasked)?;
            holds::next_rank(db, &permit)
        });
        assert_eq!(next(AGENCY).unwrap(), 2);
        ground.run("UPDATE requests SET state = 'countered' WHERE presenter <> artist AND state = 'submitted'");
        assert!(is_refused(next(PRESENTER)), "the presenter may answer now, and still grants no hold and learns no rank");
    }
}
