//! Answers turn by turn.

use super::*;
use crate::support::both;
use domain::records::RequestState;
use policy::Why;
use policy::actions::{PrepareWithdrawRequest, ViewRequest};
use store::engagements::{answers, requests::RequestView};

fn seen(store: &Store, who: Who, request: RequestId) -> RequestView {
    let found = store.read(&who.asks(), |db| {
        let permit = db.permit::<ViewRequest>(request, Unasked)?;
        requests::view(db, permit)
    });
    found.unwrap().0
}

fn answer(store: &Store, who: Who, request: RequestId) -> Result<Permit<PrepareAnswer>, StoreError> {
    permit::<PrepareAnswer>(store, &who.asks(), request, Unasked)
}

both! {
    fn terms_go_back_and_forth_and_each_side_waits_for_its_turn(ground) {
        world(ground);
        let store = &ground.store;
        let (_, request) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        assert!(is_refused(answer(store, PRESENTER, request)), "not the presenter's turn");
        assert!(is_refused(answer(store, RIVAL, request)));
        let early = hold_prepared(ground, request, 14);
        let other = asked("2027-03-11", "2027-03-12");
        let counter = answers::prepare_counter(store, answer(store, ARTIST, request).unwrap(), &other,
            &prose("A week later?"), None).unwrap();
        confirm(store, ARTIST, counter).unwrap();
        let now = seen(store, PRESENTER, request);
        assert_eq!((now.state, now.first_day, now.answer.as_deref()),
            (RequestState::Countered, day("2027-03-11"), Some("A week later?")));
        assert!(matches!(confirm(store, AGENCY, early), Err(StoreError::Stale { .. })),
            "what was prepared on the old terms is not granted");
        assert!(is_refused(answer(store, AGENCY, request)), "the office waits");
        assert!(is_refused(answer(store, ARTIST, request)), "who proposed the terms does not answer them");
        let reply = answers::prepare_counter(store, answer(store, PRESENTER, request).unwrap(), &other,
            &prose("Agreed"), None).unwrap();
        confirm(store, PRESENTER, reply).unwrap();
        assert_eq!(seen(store, AGENCY, request).state, RequestState::Submitted);
        assert_eq!(ground.count("holds"), 0);
        let grant = hold_prepared(ground, request, 14);
        confirm(store, AGENCY, grant).unwrap();
        assert_eq!(seen(store, PRESENTER, request).state, RequestState::Accepted);
        assert_eq!(ground.number("SELECT COUNT(*) FROM hold_days WHERE day IN ('2027-03-11', '2027-03-12')"), 2);
        chains_hold(ground);
    }

    fn who_asks_does_not_answer_for_the_office(ground) {
        world(ground);
        let store = &ground.store;
        let (_, request) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        // the presenter's owner, in a second account and a seat at the agency
        let both = Who(8, Kind::Agency, AGENCY.2, Role::Owner);
        let mut rows = Rows::default();
        rows.account(both.account(), PRESENTER.0, "approved", false);
        rows.member(both.account(), both.house(), "owner", "", false);
        rows.plant(ground);
        let acting = store.asker(both.account(), store::Acting::Workspace(both.house()), id(1), NOW).unwrap();
        let Err(StoreError::Refused(refused)) = permit::<PrepareAnswer>(store, &acting, request, Unasked) else {
            panic!("their own request")
        };
        assert!(matches!(&refused.why, Why::Forbidden(by) if by.len() == 1 && &*by[0] == "two-sides-two-persons"));
        // what a colleague prepared, they do not confirm either
        let grant = hold_prepared(ground, request, 14);
        assert!(is_refused(confirm_shown(store, &acting, grant.draft, grant.digest)));
        assert_eq!(ground.count("holds"), 0);
        confirm(store, AGENCY, grant).unwrap();
    }

    fn a_no_and_a_withdrawal_are_final(ground) {
        world(ground);
        let store = &ground.store;
        let (_, declined) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let no = answers::prepare_decline(store, answer(store, ARTIST, declined).unwrap(), &prose("I rest."), None).unwrap();
        let late = hold_prepared(ground, declined, 14);
        confirm(store, ARTIST, no).unwrap();
        assert_eq!(seen(store, PRESENTER, declined).state, RequestState::Declined);
        assert!(confirm(store, AGENCY, late).is_err());
        let (_, withdrawn) = requested(ground, PRESENTER, "2027-04-04", "2027-04-04");
        let back = permit::<PrepareWithdrawRequest>(store, &PRESENTER.asks(), withdrawn, Unasked).unwrap();
        let back = answers::prepare_withdraw(store, back, &prose("The hall closed."), None).unwrap();
        confirm(store, PRESENTER, back).unwrap();
        assert_eq!(seen(store, AGENCY, withdrawn).state, RequestState::Withdrawn);
        for request in [declined, withdrawn] {
            let after = answers::prepare_decline(store, answer(store, AGENCY, request).unwrap(), &prose("No"), None);
            assert!(matches!(after, Err(StoreError::Conflict(_))));
        }
        assert_eq!(ground.count("hold_days"), 0);
        chains_hold(ground);
    }

    fn an_assistant_sees_no_fee_until_an_owner_grants_it(ground) {
        world(ground);
        let store = &ground.store;
        let (_, request) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let owner = seen(store, AGENCY, request);
        assert_eq!(owner.fee.map(|it| it.minor), Some(1_250_000));
        let assistant = seen(store, ASSISTANT, request);
        assert_eq!((assistant.fee, assistant.fee_open), (None, false));
    }

    fn spans_that_are_none_are_refused(ground) {
        world(ground);
        let store = &ground.store;
        for (first, last) in [("2027-03-04", "2027-03-03"), ("2027-03-04", "2027-06-04")] {
            let ask = permit::<PrepareRequest>(store, &PRESENTER.asks(), id(PROFILE), Unasked).unwrap();
            let it = requests::prepare_request(store, ask, &asked(first, last), None);
            assert!(matches!(it, Err(StoreError::Conflict(_))));
        }
        assert_eq!(ground.count("drafts"), 0);
    }
}
