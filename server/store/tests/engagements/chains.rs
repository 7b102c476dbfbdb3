//! The chain as each party reads and downloads it.

use super::*;
use crate::support::both;
use domain::Version;
use policy::actions::{EditNotes, PrepareRelease, ViewAuditChain};
use store::engagements::{answers, notes};
use store::ledger::{self, EntryView, verify_download};

fn entries(store: &Store, who: Who, engagement: EngagementId) -> Vec<EntryView> {
    store
        .read(&who.asks(), |db| {
            let permit = db.permit::<ViewAuditChain>(engagement, Unasked)?;
            ledger::entries(db, &permit, 0, 500)
        })
        .unwrap()
}

fn file(store: &Store, who: Who, engagement: EngagementId) -> Result<String, StoreError> {
    store.read(&who.asks(), |db| {
        let permit = db.permit::<ViewAuditChain>(engagement, Unasked)?;
        ledger::download(db, &permit)
    })
}

both! {
    fn every_party_gets_every_leaf_and_its_own_fields(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, _) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let note = permit::<EditNotes>(store, &AGENCY.asks(), engagement, Unasked).unwrap();
        notes::edit(store, note, Some(&prose("Ask for more.")), Version(0)).unwrap();
        let note = permit::<EditNotes>(store, &AGENCY.asks(), engagement, Unasked).unwrap();
        assert!(matches!(notes::edit(store, note, None, Version(0)), Err(StoreError::Stale { .. })));
        let all = [ARTIST, AGENCY, ASSISTANT, PRESENTER].map(|who| entries(store, who, engagement));
        let leaves = |it: &Vec<EntryView>| it.iter().map(|it| it.leaf.clone()).collect::<Vec<_>>();
        assert!(all.iter().all(|it| leaves(it) == leaves(&all[0]) && it.len() == 3));
        let shown = |at: usize, name: &str| all.each_ref().map(|it| it[at].value(name).is_some());
        assert_eq!(shown(0, "after.commission_bp"), [true, true, false, false], "artist, agency; assistants need a grant");
        assert_eq!(shown(0, "after.title"), [true; 4]);
        assert_eq!(shown(1, "payload"), [true, true, false, true], "the payload names a fee");
        assert_eq!(shown(1, "confirmed"), [true, true, false, true], "its digest tells the fee to whoever tries them all");
        assert_eq!(shown(1, "draft"), [true; 4]);
        assert_eq!(shown(2, "after.note"), [false, true, true, false]);
        assert_eq!(shown(2, "actor"), [false, true, true, false]);
        let digest = all[0][1].value("confirmed").unwrap().to_owned();
        assert_eq!(drafts::digest_of(all[0][1].value("payload").unwrap()).to_string(), digest);
        assert!(is_refused(file(store, RIVAL, engagement)) && is_refused(file(store, OTHER_ARTIST, engagement)));
    }

    fn the_digest_of_a_draft_that_may_name_a_sum_is_hidden_as_the_sum_is(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, request) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let answer = permit::<PrepareAnswer>(store, &AGENCY.asks(), request, Unasked).unwrap();
        let other = asked("2027-03-11", "2027-03-12");
        answers::prepare_counter(store, answer, &other, &prose("A week later?"), None).unwrap();
        let drafted = [ARTIST, AGENCY, ASSISTANT, PRESENTER].map(|who| {
            let last = entries(store, who, engagement).pop().unwrap();
            ["kind", "after.digest"].map(|name| last.value(name).is_some())
        });
        assert_eq!(drafted, [[false, false], [true, true], [true, false], [false, false]]);
    }

    fn a_download_verifies_by_itself_for_each_party(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, hold) = held(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let files = [ARTIST, AGENCY, PRESENTER].map(|who| file(store, who, engagement).unwrap());
        let found = files.each_ref().map(|it| verify_download(it).unwrap());
        assert!(found.iter().all(|it| it.entries == 5 && it.head == found[0].head && it.chain == engagement.to_string()));
        assert!(found[2].hidden > found[1].hidden);
        for (from, to) in [("Summer nights", "Winter nights"), ("seq 2", "seq 3"), ("accepted", "declined")] {
            let text = files[0].replacen(from, to, 1);
            assert_ne!(text, files[0]);
            assert!(verify_download(&text).is_err(), "{from}");
        }
        let lines: Vec<&str> = files[0].lines().collect();
        let without = |at: usize| {
            let mut lines = lines.clone();
            lines.remove(at);
            lines.join("\n")
        };
        for at in 0..lines.len() {
            assert!(verify_download(&without(at)).is_err(), "line {at} is missing");
        }
        // the other party's release moves nobody here: the chain goes on
        let end = permit::<PrepareRelease>(store, &PRESENTER.asks(), hold, Unasked).unwrap();
        let prepared = holds::prepare_release(store, end).unwrap();
        confirm(store, PRESENTER, prepared).unwrap();
        assert_eq!(verify_download(&file(store, AGENCY, engagement).unwrap()).unwrap().entries, 7);
    }

    fn whoever_cleared_a_rank_stays_unnamed(ground) {
        world(ground);
        let store = &ground.store;
        let (_, first) = held(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let (engagement, _) = held(ground, RIVAL, "2027-03-04", "2027-03-04");
        let end = permit::<PrepareRelease>(store, &PRESENTER.asks(), first, Unasked).unwrap();
        let prepared = holds::prepare_release(store, end).unwrap();
        confirm(store, PRESENTER, prepared).unwrap();
        let moved = entries(store, RIVAL, engagement).pop().unwrap();
        assert_eq!((moved.value("before.rank"), moved.value("after.rank")), (Some("2"), Some("1")));
        for name in ["actor", "workspace", "request", "decided-by", "action"] {
            assert!(moved.fields.iter().any(|it| it.name == name) && moved.value(name).is_none(), "{name}");
        }
        let text = file(store, RIVAL, engagement).unwrap();
        for other in [PRESENTER.account().to_string(), PRESENTER.house().to_string()] {
            assert!(!text.contains(&other));
        }
    }
}
