//! Documents: one's own until shared, counsel's once opened, erased by their side.

use super::*;
use crate::support::both;
use crate::support::rows::Sql;
use policy::Staff;
use policy::actions::{
    EraseDocument, PrepareDocument, PrepareShare, ShareWithCounsel, ViewDocument, WithdrawCounsel,
};
use store::engagements::{contents, counsel, documents, documents_view};

fn upload() -> documents::Upload {
    documents::Upload {
        title: Line::line("a title", "Rider").unwrap(),
        file_name: "rider.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 5,
        digest: Digest([7; 32]),
    }
}

/// A document whose content is on some shelf.
fn uploaded(store: &Store, permit: Permit<PrepareDocument>) -> domain::DocumentId {
    documents::upload(store, permit, &upload(), || Ok::<_, StoreError>(())).unwrap()
}

both! {
    fn a_document_is_its_sides_until_a_person_shares_it(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, _) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let add = || permit::<PrepareDocument>(store, &AGENCY.asks(), engagement, Unasked).unwrap();
        let document = uploaded(store, add());
        let reads = |who: Who| {
            store.read(&who.asks(), |db| db.may::<ViewDocument>(document, &Unasked)).unwrap()
        };
        assert_eq!([AGENCY, ASSISTANT, ARTIST, PRESENTER, RIVAL].map(reads), [true, true, false, false, false]);
        let share = |who: Who| permit::<PrepareShare>(store, &who.asks(), document, Unasked);
        for other in [ARTIST, PRESENTER, RIVAL] {
            assert!(is_refused(share(other)));
        }
        let prepared = documents::prepare_share(store, share(ASSISTANT).unwrap(), None).unwrap();
        assert!(!reads(PRESENTER));
        confirm(store, AGENCY, prepared).unwrap();
        assert_eq!([AGENCY, ARTIST, PRESENTER, RIVAL, OTHER_AGENCY].map(reads), [true, true, true, false, false]);
        let again = documents::prepare_share(store, share(AGENCY).unwrap(), None);
        assert!(matches!(again, Err(StoreError::Conflict(_))));
        assert!(is_refused(permit::<EraseDocument>(store, &PRESENTER.asks(), document, Unasked)));
        let erase = permit::<EraseDocument>(store, &AGENCY.asks(), document, Unasked).unwrap();
        assert_eq!(documents::erase(store, erase).unwrap(), Digest([7; 32]));
        let seen = store.read(&PRESENTER.asks(), |db| {
            let permit = db.permit::<ViewDocument>(document, Unasked)?;
            documents_view::view(db, permit)
        }).unwrap().0;
        assert_eq!((seen.state.as_str(), seen.file_name.as_str()), ("erased", "rider.pdf"));
        chains_hold(ground);
    }

    fn content_that_another_document_needs_stays(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, _) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let add = |who: Who| {
            let permit = permit::<PrepareDocument>(store, &who.asks(), engagement, Unasked).unwrap();
            uploaded(store, permit)
        };
        let (one, two) = (add(AGENCY), add(PRESENTER));
        let goes = || contents::clear(store, &Digest([7; 32]), |_| Ok::<_, StoreError>(())).unwrap();
        let erase = |who: Who, it| {
            documents::erase(store, permit::<EraseDocument>(store, &who.asks(), it, Unasked).unwrap()).unwrap();
            goes()
        };
        assert!(!goes());
        assert_eq!((erase(AGENCY, one), erase(PRESENTER, two), goes()), (false, true, true));
    }

    /// Whoever erases the same content waits until the upload is recorded, and then finds that it is needed.
    fn an_upload_and_an_erasure_of_one_content_do_not_cross(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, _) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let may = |store: &Store, who: Who| permit::<PrepareDocument>(store, &who.asks(), engagement, Unasked).unwrap();
        let one = uploaded(store, may(store, AGENCY));
        let erase = permit::<EraseDocument>(store, &AGENCY.asks(), one, Unasked).unwrap();
        documents::erase(store, erase).unwrap();
        let other = ground.another(31);
        let there = std::sync::Barrier::new(2);
        let (done, cleared) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let (there, other) = (&there, &other);
            scope.spawn(move || {
                there.wait();
                done.send(contents::clear(other, &Digest([7; 32]), |_| Ok::<_, StoreError>(())).unwrap()).unwrap();
            });
            documents::upload(store, may(store, PRESENTER), &upload(), || {
                there.wait();
                // the other one asks now, and gets no answer before this is recorded: given up after a while, since that
                // is what should happen
                let early = cleared.recv_timeout(std::time::Duration::from_millis(300));
                assert!(early.is_err(), "cleared while the same content was being put");
                Ok::<_, StoreError>(())
            })
            .unwrap();
            assert_eq!(cleared.recv(), Ok(false), "it is needed by then");
        });
    }

    fn counsel_sees_what_its_side_opened_and_until_withdrawn(ground) {
        world(ground);
        let store = &ground.store;
        let (engagement, _) = requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        let lawyer: AccountId = id(90);
        let mut rows = Rows::default();
        rows.account(lawyer, 90, "approved", false);
        rows.add("engagement_counsel", vec![
            ("engagement", engagement.to_string().into()), ("account", lawyer.to_string().into()),
            ("side", "presenter".into()), ("invited_at", NOW.0.into()), ("withdrawn_at", Sql::Null),
        ]);
        rows.plant(ground);
        let staff = Staff { person: id(90), account: lawyer, status: AccountStatus::Approved };
        let asks = asker_at(Actor::Counsel(staff), NOW);
        let add = |who: Who| {
            let permit = permit::<PrepareDocument>(store, &who.asks(), engagement, Unasked).unwrap();
            uploaded(store, permit)
        };
        let (own, theirs) = (add(PRESENTER), add(AGENCY));
        let reads = |it| store.read(&asks, |db| db.may::<ViewDocument>(it, &Unasked)).unwrap();
        assert!(!reads(own));
        let share = permit::<ShareWithCounsel>(store, &PRESENTER.asks(), own, Unasked).unwrap();
        assert_eq!(documents::share_with_counsel(store, share).unwrap(), 1);
        let none = permit::<ShareWithCounsel>(store, &AGENCY.asks(), theirs, Unasked).unwrap();
        assert!(matches!(documents::share_with_counsel(store, none), Err(StoreError::Conflict(_))));
        assert!(reads(own) && !reads(theirs));
        let view = |asker: &Arc<Asker>| store.read(asker, |db| {
            let permit = db.permit::<actions::ViewEngagement>(engagement, Unasked)?;
            store::engagements::view::view(db, &permit, Default::default())
        });
        let seen = view(&asks).unwrap();
        assert!(seen.requests.is_empty() && seen.messages.rows.is_empty() && seen.notes.is_none());
        assert!(seen.commission_bp.is_none() && !seen.may.write && !seen.may.fee);
        assert_eq!(seen.documents.rows.iter().map(|it| it.id).collect::<Vec<_>>(), [own]);
        assert!(view(&AGENCY.asks()).unwrap().counsel[0].who.is_none(), "counted, not named");
        let end = permit::<WithdrawCounsel>(store, &AGENCY.asks(), engagement, Unasked).unwrap();
        assert!(counsel::withdraw(store, end, lawyer).is_err(), "not the agency's counsel");
        let end = permit::<WithdrawCounsel>(store, &PRESENTER.asks(), engagement, Unasked).unwrap();
        counsel::withdraw(store, end, lawyer).unwrap();
        assert!(!reads(own) && is_refused(view(&asks)));
        // who comes back as counsel of another side sees nothing that was opened before
        ground.run(&format!(
            "DELETE FROM engagement_counsel; INSERT INTO engagement_counsel (engagement, account, side, invited_at) \
             VALUES ('{engagement}', '{lawyer}', 'artist', 0)"
        ));
        assert!(!reads(own) && view(&asks).unwrap().documents.rows.is_empty());
        chains_hold(ground);
    }
}
