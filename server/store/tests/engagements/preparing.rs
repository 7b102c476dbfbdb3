//! Preparing and confirming: who may, what was shown, and what is sent.

use super::*;
use crate::support::both;
use domain::Version;
use policy::actions::{DiscardDraft, PrepareMessage};
use store::engagements::messages;

both! {
    fn a_confirmed_request_begins_an_engagement(ground) {
        world(ground);
        let store = &ground.store;
        let before = ground.count("audit_entries");
        let permit = permit::<PrepareRequest>(store, &PRESENTER.asks(), id(PROFILE), Unasked).unwrap();
        let prepared = requests::prepare_request(store, permit, &asked("2027-03-04", "2027-03-05"), None).unwrap();
        assert_eq!((ground.count("engagements"), ground.count("outbox")), (0, 0), "nothing is sent by preparing");
        assert_eq!(ground.count("audit_entries"), before + 1);
        let done = confirm(store, PRESENTER, prepared).unwrap();
        let engagement = done.engagement.unwrap();
        assert_eq!(ground.number(&format!("SELECT commission_bp FROM engagements WHERE id = '{engagement}'")), 1500);
        let agency = AGENCY.house();
        assert_eq!(ground.number(&format!("SELECT COUNT(*) FROM requests WHERE agency = '{agency}'")), 1);
        let mine = PRESENTER.house();
        assert_eq!(ground.count("outbox"), 3, "the artist, the agency's owner and its assistant");
        assert_eq!(ground.number(&format!("SELECT COUNT(*) FROM outbox WHERE workspace = '{mine}'")), 0);
        assert_eq!(ground.number("SELECT COUNT(*) FROM outbox WHERE subject LIKE '%12%500%' OR body LIKE '%12%500%'"), 0);
        for (who, yes) in [(ARTIST, true), (AGENCY, true), (PRESENTER, true), (RIVAL, false), (OTHER_AGENCY, false),
            (OTHER_ARTIST, false)]
        {
            assert_eq!(sees(store, who, engagement), yes, "{}", who.0);
        }
        let shown = see(store, PRESENTER, prepared.draft).unwrap();
        assert_eq!((shown.row.state.as_str(), shown.row.engagement), ("confirmed", Some(engagement)));
        chains_hold(ground);
    }

    fn a_draft_that_changed_after_it_was_shown_is_not_sent(ground) {
        world(ground);
        let store = &ground.store;
        let ask = || permit::<PrepareRequest>(store, &PRESENTER.asks(), id(PROFILE), Unasked).unwrap();
        let first = requests::prepare_request(store, ask(), &asked("2027-03-04", "2027-03-04"), None).unwrap();
        let changed = requests::prepare_request(store, ask(), &asked("2027-03-04", "2027-03-06"),
            Some((first.draft, Version(1)))).unwrap();
        assert_eq!(first.draft, changed.draft);
        assert_ne!(first.digest, changed.digest);
        assert!(is_refused(confirm(store, PRESENTER, first)), "the digest is not the one shown");
        let again = requests::prepare_request(store, ask(), &asked("2027-03-04", "2027-03-07"),
            Some((first.draft, Version(1))));
        assert!(matches!(again, Err(StoreError::Stale { .. })));
        assert_eq!((ground.count("engagements"), ground.count("outbox")), (0, 0));
        // changed between the decision and the transaction
        let held = permit::<Confirm>(store, &PRESENTER.asks(), changed.draft, Shown(changed.digest)).unwrap();
        requests::prepare_request(store, ask(), &asked("2027-03-04", "2027-03-08"), Some((first.draft, Version(2)))).unwrap();
        assert!(matches!(drafts::confirm(store, held, ORIGIN), Err(StoreError::Stale { .. })));
        assert_eq!(ground.count("engagements"), 0);
        chains_hold(ground);
    }

    fn a_draft_is_confirmed_once_and_by_a_person_with_the_right(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, _) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let machine = asker_at(Actor::Automation("credential", Some((Kind::Agency, AGENCY.house()))), NOW);
        for asker in [ASSISTANT.asks(), machine] {
            let write = permit::<PrepareMessage>(store, &asker, engagement, Unasked).unwrap();
            let prepared = messages::prepare_message(store, write, &prose("May we ask?"), None).unwrap();
            assert!(is_refused(confirm_shown(store, &asker, prepared.draft, prepared.digest)));
            for other in [PRESENTER, ARTIST, OTHER_AGENCY] {
                assert!(is_refused(see(store, other, prepared.draft)), "a draft is its workspace's alone");
                assert!(is_refused(confirm(store, other, prepared)));
            }
            assert_eq!(ground.count("messages"), i64::from(asker.actor.member().is_none()));
            assert!(confirm(store, AGENCY, prepared).is_ok(), "an owner confirms what others prepared");
            assert!(is_refused(confirm(store, AGENCY, prepared)), "once");
        }
        chains_hold(ground);
    }

    fn a_draft_thrown_away_or_too_old_is_never_sent(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, _) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let write = || permit::<PrepareMessage>(store, &ARTIST.asks(), engagement, Unasked).unwrap();
        let gone = messages::prepare_message(store, write(), &prose("One"), None).unwrap();
        drafts::discard(store, permit::<DiscardDraft>(store, &ARTIST.asks(), gone.draft, Unasked).unwrap()).unwrap();
        assert!(is_refused(confirm(store, ARTIST, gone)));
        let revised = messages::prepare_message(store, write(), &prose("Two"), Some((gone.draft, Version(2))));
        assert!(matches!(revised, Err(StoreError::Conflict(_))));
        let old = messages::prepare_message(store, write(), &prose("Three"), None).unwrap();
        let later = ARTIST.at(NOW.plus(14 * Moment::DAY));
        assert!(matches!(confirm_shown(store, &later, old.draft, old.digest), Err(StoreError::Conflict(_))));
        let sooner = ARTIST.at(NOW.plus(14 * Moment::DAY - 1));
        assert!(confirm_shown(store, &sooner, old.draft, old.digest).is_ok());
        assert_eq!(ground.count("messages"), 1);
    }

    fn a_right_that_ended_in_between_stops_the_confirmation(ground) {
        world(ground);
        let store = &ground.store;
        let ask = permit::<PrepareRequest>(store, &PRESENTER.asks(), id(PROFILE), Unasked).unwrap();
        let prepared = requests::prepare_request(store, ask, &asked("2027-03-04", "2027-03-04"), None).unwrap();
        ground.run("UPDATE profiles SET level = 'workspace_private'");
        assert!(is_refused(confirm(store, PRESENTER, prepared)));
        assert_eq!((ground.count("engagements"), ground.count("outbox")), (0, 0));
        assert_eq!(see(store, PRESENTER, prepared.draft).unwrap().row.state.as_str(), "prepared");
        ground.run("UPDATE profiles SET level = 'private_listing'");
        ground.run(&format!("UPDATE mandates SET state = 'ended', ends_at = {}", NOW.0 - 1));
        let engagement = confirm(store, PRESENTER, prepared).unwrap().engagement.unwrap();
        assert!(!sees(store, AGENCY, engagement) && sees(store, ARTIST, engagement), "no agency is on record");
    }
}
