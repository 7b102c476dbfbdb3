//! Enquiries: to whom they go, and that nothing is mailed before a person answers.

use super::*;
use crate::support::both;
use domain::EnquiryId;
use domain::bounded::{Bounded, Email};
use policy::actions::{DismissEnquiry, Enquire, PrepareEnquiryAnswer, ViewEnquiry};
use store::engagements::enquiries;

pub(super) fn enquire(ground: &Ground, artist: &str) -> EnquiryId {
    let once = store::drafts::digest_of(&format!("{artist} {}", ground.count("enquiries")));
    enquire_once(ground, artist, &once.0).unwrap()
}

fn enquire_once(ground: &Ground, artist: &str, once: &[u8; 32]) -> Result<EnquiryId, StoreError> {
    let store = &ground.store;
    let visitor = asker_at(Actor::Visitor, NOW);
    let permit = store.engine().decide::<Enquire>(&visitor, &policy::facts::Platform, Unasked).unwrap();
    let it = enquiries::Enquiry {
        artist: Line::line("an artist", artist).unwrap(),
        day: Some(day("2027-03-04")),
        organisation: Line::line("a hall", "Town Hall").unwrap(),
        name: Bounded::line("a name", "Stranger").unwrap(),
        email: Email::parse("stranger@example.net").unwrap(),
        message: prose("A recital?"),
    };
    enquiries::enquire(&store.once(*once), permit, &it, ORIGIN)
}

pub(super) fn publish(ground: &Ground) {
    ground.run("UPDATE profiles SET level = 'public', opted_in = TRUE, slug = 'ilka-thornwald'");
}

both! {
    fn only_a_published_artist_is_named(ground) {
        world(ground);
        let store = &ground.store;
        ground.run("UPDATE profiles SET slug = 'ilka-thornwald'");
        let reads = |who: Who, it| store.read(&who.asks(), |db| db.may::<ViewEnquiry>(it, &Unasked)).unwrap();
        let hidden = enquire(ground, "ilka-thornwald");
        assert_eq!([ARTIST, AGENCY, PRESENTER].map(|who| reads(who, hidden)), [false; 3]);
        assert_eq!(ground.count("outbox"), 0);
        publish(ground);
        let open = enquire(ground, "https://house.example/folio/ilka-thornwald");
        let free = enquire(ground, "Ilka Thornwald");
        let all = [ARTIST, AGENCY, ASSISTANT, PRESENTER, OTHER_AGENCY];
        assert_eq!(all.map(|who| reads(who, open)), [true, true, true, false, false]);
        assert_eq!(all.map(|who| reads(who, free)), [false; 5]);
        assert_eq!(ground.number("SELECT COUNT(*) FROM outbox WHERE recipient = 'stranger@example.net'"), 0);
        assert_eq!(ground.count("outbox"), 3);
        chains_hold(ground);
    }

    fn an_agency_loses_the_enquiries_with_the_mandate(ground) {
        world(ground);
        publish(ground);
        let store = &ground.store;
        let enquiry = enquire(ground, "ilka-thornwald");
        let reads = |who: Who, now| store.read(&who.at(now), |db| db.may::<ViewEnquiry>(enquiry, &Unasked)).unwrap();
        let listed = |who: Who, now| {
            store.read(&who.at(now), |db| store::engagements::enquiries_view::list(db, &store::Page::first(9))).unwrap().0.len()
        };
        let line = Line::line("a subject", "Your question").unwrap();
        let ask = permit::<PrepareEnquiryAnswer>(store, &AGENCY.asks(), enquiry, Unasked).unwrap();
        let prepared = enquiries::prepare_answer(store, ask, &line, &prose("With joy."), None).unwrap();
        // the notice given runs out an hour from now
        ground.run(&format!("UPDATE mandates SET state = 'ending', ends_at = {}", NOW.plus(Moment::HOUR).0));
        let late = NOW.plus(2 * Moment::HOUR);
        for (now, agency) in [(NOW, true), (late, false)] {
            assert_eq!((reads(ARTIST, now), reads(AGENCY, now)), (true, agency));
            assert_eq!((listed(ARTIST, now), listed(AGENCY, now)), (1, usize::from(agency)));
        }
        assert!(is_refused(confirm_shown(store, &AGENCY.at(late), prepared.draft, prepared.digest)));
        assert_eq!(ground.number("SELECT COUNT(*) FROM outbox WHERE recipient = 'stranger@example.net'"), 0);
    }

    fn a_form_that_was_shown_is_taken_once(ground) {
        world(ground);
        assert!(enquire_once(ground, "Somebody", &[9; 32]).is_ok());
        assert!(matches!(enquire_once(ground, "Somebody", &[9; 32]), Err(StoreError::Spent)));
        assert_eq!(ground.count("enquiries"), 1);
    }

    fn an_answer_goes_out_by_confirmation_alone(ground) {
        world(ground);
        publish(ground);
        let store = &ground.store;
        let enquiry = enquire(ground, "ilka-thornwald");
        let line = Line::line("a subject", "Your question").unwrap();
        let ask = |who: Who| permit::<PrepareEnquiryAnswer>(store, &who.asks(), enquiry, Unasked);
        assert!(is_refused(ask(PRESENTER)));
        let prepared = enquiries::prepare_answer(store, ask(ASSISTANT).unwrap(), &line, &prose("With joy."), None).unwrap();
        let mails = || ground.number("SELECT COUNT(*) FROM outbox WHERE recipient = 'stranger@example.net'");
        assert_eq!(mails(), 0);
        assert!(is_refused(confirm(store, ASSISTANT, prepared)));
        confirm(store, AGENCY, prepared).unwrap();
        assert_eq!(mails(), 1);
        let late = enquiries::prepare_answer(store, ask(ARTIST).unwrap(), &line, &prose("Again."), None);
        assert!(matches!(late, Err(StoreError::Conflict(_))));
        let aside = permit::<DismissEnquiry>(store, &ARTIST.asks(), enquiry, Unasked).unwrap();
        assert!(matches!(enquiries::dismiss(store, aside), Err(StoreError::Conflict(_))));
        let other = enquire(ground, "ilka-thornwald");
        let aside = permit::<DismissEnquiry>(store, &ARTIST.asks(), other, Unasked).unwrap();
        enquiries::dismiss(store, aside).unwrap();
        chains_hold(ground);
    }
}
