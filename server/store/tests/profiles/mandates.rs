//! Offers, acceptance of exactly what was shown, ends with and without notice; partners.

use crate::people::*;
use crate::support::{NOW, asker_at, both};
use domain::bounded::Email;
use domain::records::{DraftKind, MandateState};
use domain::{Bounded, Day, Digest, DraftId, MandateId, Moment, PartnershipId};
use policy::actions::*;
use policy::{Actor, Shown, Unasked, Why};
use store::profiles::offers::{self, MandateOffer, Offer};
use store::profiles::{self, Terms, mandates, partnerships};
use store::{Page, Store, StoreError};

const HERE: &str = "https://x.example";

fn offer(to: &str) -> MandateOffer {
    MandateOffer {
        email: Email::parse(to).unwrap(),
        territory: Bounded::line("a territory", "Austria").unwrap(),
        commission_bp: 1500,
        start: "2027-01-01".parse::<Day>().unwrap(),
    }
}

fn prepared(store: &Store, by: u128, to: &str) -> DraftId {
    let permit = may::<PrepareMandate>(store, by, workspace(AGENCY), Unasked).unwrap();
    offers::prepare_mandate(store, permit, &offer(to)).unwrap()
}

fn seen(store: &Store, id: DraftId) -> Offer {
    store
        .read(&acting(store, AGENCY), |db| {
            let permit = db.permit::<ViewDraft>(id, Unasked)?;
            offers::view(db, &permit)
        })
        .unwrap()
}

fn confirm(store: &Store, by: u128, id: DraftId) -> Result<(), StoreError> {
    let permit = may::<Confirm>(store, by, id, Shown(seen(store, id).digest))?;
    store::drafts::confirm(store, permit, HERE).map(|_| ())
}

/// Prepares the end of the world's mandate.
fn notice(store: &Store, by: u128, last: Option<Day>) -> Result<DraftId, StoreError> {
    let permit = may::<PrepareNotice>(store, by, mandate(), Unasked)?;
    mandates::prepare_notice(store, permit, last, None).map(|it| it.draft)
}

/// Confirms a draft of one's own house as it stands.
fn confirm_by(store: &Store, by: u128, id: DraftId) -> Result<(), StoreError> {
    let digest = store.read(&acting(store, by), |db| {
        let permit = db.permit::<ViewDraft>(id, Unasked)?;
        Ok::<_, StoreError>(store::drafts::view(db, &permit)?.row.digest)
    })?;
    let permit = may::<Confirm>(store, by, id, Shown(digest))?;
    store::drafts::confirm(store, permit, HERE).map(|_| ())
}

fn mandate_of(offer: &Offer) -> MandateId {
    let Terms::Mandate(terms) = &offer.terms else { panic!("no mandate") };
    terms.mandate
}

both! {
    /// An assistant prepares, an owner confirms what was shown, once; whether anybody is there changes nothing that the
    /// agency sees; the artist accepts exactly the terms.
    fn from_an_offer_to_a_mandate(ground) {
        plant(ground);
        let store = &ground.store;
        let id = prepared(store, ASSISTANT, &address(BELA));
        let empty = prepared(store, AGENCY, "nobody@example.org");
        assert!(matches!(confirm(store, ASSISTANT, id), Err(StoreError::Refused(_))));
        let wrong = may::<Confirm>(store, AGENCY, id, Shown(Digest([1; 32])));
        assert!(matches!(wrong, Err(StoreError::Refused(_))), "another payload than the one shown");
        assert_eq!(ground.count("outbox"), 0);
        confirm(store, AGENCY, id).unwrap();
        confirm(store, AGENCY, empty).unwrap();
        assert!(confirm(store, AGENCY, id).is_err(), "a draft is confirmed once");
        let (sent, unheard) = (seen(store, id), seen(store, empty));
        assert_eq!((sent.state, sent.answer), (unheard.state, unheard.answer));
        let page = Page::first(20);
        let (list, _) = store.read(&acting(store, AGENCY), |db| mandates::list(db, &page)).unwrap();
        assert_eq!(list.len(), 1, "what waits for an answer is not in the agency's list");
        assert_eq!(letters(ground, BELA), 1);

        let mandate = mandate_of(&sent);
        assert!(may::<AcceptMandate>(store, BELA, mandate, Shown(Digest([1; 32]))).is_err());
        assert!(may::<AcceptMandate>(store, ANNA, mandate, Shown(sent.digest)).is_err());
        let (view, terms) = store.read(&acting(store, BELA), |db| {
            let permit = db.permit::<ViewMandate>(mandate, Unasked)?;
            let terms = db.permit::<ViewMandateTerms>(mandate, Unasked)?;
            Ok::<_, StoreError>((mandates::view(db, &permit)?, mandates::terms(db, &terms)?))
        }).unwrap();
        assert_eq!((view.state, terms.commission().as_str()), (MandateState::Invited, "15 %"));
        assert_eq!(view.digest, sent.digest);
        // until then the agency learns no name
        let theirs = store.read(&acting(store, AGENCY), |db| {
            let permit = db.permit::<ViewMandate>(mandate, Unasked)?;
            mandates::view(db, &permit)
        }).unwrap();
        assert_eq!((theirs.artist, theirs.profile), (address(BELA), None));
        assert!(may::<ViewMandateTerms>(store, ASSISTANT, mandate, Unasked).is_err(), "commission is money");
        let permit = may::<AcceptMandate>(store, BELA, mandate, Shown(sent.digest)).unwrap();
        mandates::accept(store, permit, HERE).unwrap();
        assert_eq!(seen(store, id).answer, Some("accepted"));
        let again = may::<AcceptMandate>(store, BELA, mandate, Shown(sent.digest)).unwrap();
        assert!(matches!(mandates::accept(store, again, HERE), Err(StoreError::Conflict(_))));
        // it widened nothing, and begins now or on its first day
        assert_eq!(ground.number(&format!("SELECT COUNT(*) FROM profiles WHERE id = '{}' AND level = 'workspace_private'", profile(BELA))), 1);
        let starts = ground.number(&format!("SELECT starts_at FROM mandates WHERE id = '{mandate}'"));
        assert!(starts >= NOW.plus(Moment::HOUR).0);
        assert_eq!(letters(ground, AGENCY), 1);
        assert_eq!((told(ground, "prepared"), told(ground, "mandate-offered"), told(ground, "accepted"), entries(store)), (2, 2, 1, 5));
        assert_eq!(ground.number("SELECT COUNT(*) FROM audit_values WHERE name = 'payload' AND money"), 2);
    }

    /// One person, by whichever account, does not take for one side what they offered for the other.
    fn who_offers_is_not_who_accepts(ground) {
        plant(ground);
        let store = &ground.store;
        let id = prepared(store, AGENCY, &address(BELA));
        confirm(store, AGENCY, id).unwrap();
        let it = seen(store, id);
        let same = another_account(ground, AGENCY, BELA);
        let accept = |asker| store.read(asker, |db| db.permit::<AcceptMandate>(mandate_of(&it), Shown(it.digest)));
        let Err(StoreError::Refused(refused)) = accept(&same) else { panic!("their own offer") };
        assert!(matches!(&refused.why, Why::Forbidden(by) if by.len() == 1 && &*by[0] == "two-sides-two-persons"));
        // to say no binds nobody
        assert!(store.read(&same, |db| db.permit::<DeclineMandate>(mandate_of(&it), Shown(it.digest))).is_ok());
        assert!(accept(&acting(store, BELA)).is_ok());

        let permit = may::<PreparePartnership>(store, AGENCY, workspace(AGENCY), Unasked).unwrap();
        let id = offers::prepare_partnership(store, permit, &Email::parse(&address(OTHER)).unwrap()).unwrap();
        confirm(store, AGENCY, id).unwrap();
        let it = seen(store, id);
        let Terms::Partnership(terms) = &it.terms else { panic!("no partnership") };
        let same = another_account(ground, AGENCY, OTHER);
        let accept = |asker| store.read(asker, |db| db.permit::<AcceptPartnership>(terms.partnership, Shown(it.digest)));
        assert!(matches!(accept(&same), Err(StoreError::Refused(_))));
        assert!(accept(&acting(store, OTHER)).is_ok());
    }

    /// No is final.
    fn a_declined_offer_is_over(ground) {
        plant(ground);
        let store = &ground.store;
        let id = prepared(store, AGENCY, &address(BELA));
        confirm(store, AGENCY, id).unwrap();
        let it = seen(store, id);
        let permit = may::<DeclineMandate>(store, BELA, mandate_of(&it), Shown(it.digest)).unwrap();
        mandates::decline(store, permit, HERE).unwrap();
        let permit = may::<AcceptMandate>(store, BELA, mandate_of(&it), Shown(it.digest)).unwrap();
        assert!(matches!(mandates::accept(store, permit, HERE), Err(StoreError::Conflict(_))));
        assert_eq!(seen(store, id).answer, Some("declined"));
        let other = prepared(store, AGENCY, &address(BELA));
        let permit = may::<DiscardDraft>(store, AGENCY, other, Unasked).unwrap();
        store::drafts::discard(store, permit).unwrap();
        let page = Page::first(20);
        let (list, _) = store.read(&acting(store, AGENCY), |db| offers::list(db, DraftKind::Mandate, &page)).unwrap();
        assert_eq!(list.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
        entries(store);
    }

    /// An end at once: the agency loses the profile, its invitations lapse, a private listing falls, the artist is told.
    fn an_end_takes_everything_with_it(ground) {
        plant(ground);
        let store = &ground.store;
        with_terms(ground);
        let permit = may::<InvitePresenter>(store, AGENCY, profile(ANNA), Unasked).unwrap();
        profiles::invite(store, permit, &Email::parse(&address(HALL)).unwrap(), HERE).unwrap();
        let id = notice(store, ANNA, None).unwrap();
        assert!(may::<ViewProfile>(store, AGENCY, profile(ANNA), Unasked).is_ok(), "prepared is not ended");
        confirm_by(store, ANNA, id).unwrap();
        assert!(may::<ViewProfile>(store, AGENCY, profile(ANNA), Unasked).is_err());
        assert_eq!((ground.count("stealth_invitations"), ground.count("presenter_asks")), (0, 0));
        assert_eq!(ground.number("SELECT COUNT(*) FROM profiles WHERE level = 'workspace_private'"), 2);
        assert_eq!((letters(ground, ANNA), letters(ground, AGENCY)), (1, 1));
        let page = Page::first(20);
        let (list, _) = store.read(&acting(store, AGENCY), |db| mandates::list(db, &page)).unwrap();
        assert_eq!(list[0].state, MandateState::Ended);
        assert!(matches!(notice(store, ANNA, None), Err(StoreError::Conflict(_))));
        assert_eq!((told(ground, "ended"), told(ground, "level-fell"), entries(store)), (1, 1, 4));
    }

    /// With notice it ends by itself: not before its day, by the timer alone, and public stays public.
    fn notice_runs_out(ground) {
        plant(ground);
        let store = &ground.store;
        with_terms(ground);
        ground.run(&format!("UPDATE profiles SET level = 'public', opted_in = TRUE WHERE id = '{}'", profile(ANNA)));
        let day = |it: &str| Some(it.parse::<Day>().unwrap());
        let past = notice(store, AGENCY, day("2020-01-01"));
        assert!(matches!(past, Err(StoreError::Conflict(_))), "{past:?}");
        // NOW is 15 January 2027
        let id = notice(store, ASSISTANT, day("2027-01-31")).unwrap();
        assert!(matches!(confirm_by(store, ASSISTANT, id), Err(StoreError::Refused(_))));
        assert_eq!(letters(ground, ANNA), 0);
        confirm_by(store, AGENCY, id).unwrap();
        assert_eq!(letters(ground, ANNA), 1);
        let timer = |days: i64| asker_at(Actor::Automation("timer", None), NOW.plus(days * Moment::DAY));
        assert_eq!(mandates::lapse_due(store, &timer(10), 10, HERE).unwrap(), 0);
        let other = asker_at(Actor::Automation("mail", None), NOW.plus(20 * Moment::DAY));
        assert_eq!(mandates::lapse_due(store, &other, 10, HERE).unwrap(), 0);
        let late = acting_at(store, AGENCY, NOW.plus(20 * Moment::DAY));
        assert!(store.read(&late, |db| db.permit::<ViewProfile>(profile(ANNA), Unasked)).is_err());
        assert_eq!(mandates::lapse_due(store, &timer(20), 10, HERE).unwrap(), 1);
        assert_eq!(mandates::lapse_due(store, &timer(20), 10, HERE).unwrap(), 0);
        assert_eq!(ground.number("SELECT COUNT(*) FROM profiles WHERE level = 'public' AND opted_in"), 1);
        assert_eq!((told(ground, "notice-given"), told(ground, "lapsed"), entries(store)), (1, 1, 3));
    }

    /// An end was prepared, and the mandate is not any more what it was: the confirmation says what happened, and nothing
    /// happens twice.
    fn an_end_that_was_overtaken_says_by_what(ground) {
        plant(ground);
        let store = &ground.store;
        with_terms(ground);
        let day = Some("2027-01-31".parse::<Day>().unwrap());
        let (slow, slower) = (notice(store, AGENCY, None).unwrap(), notice(store, AGENCY, day).unwrap());
        let why = |id| match confirm_by(store, AGENCY, id) {
            Err(StoreError::Conflict(why)) => why,
            other => panic!("{other:?}"),
        };
        confirm_by(store, ANNA, notice(store, ANNA, day).unwrap()).unwrap();
        let before = (letters(ground, ANNA), letters(ground, AGENCY));
        assert_eq!(why(slow), "Notice was given after this was prepared: the mandate ends at the end of 31 Jan 2027, UTC. Nothing was sent.");
        confirm_by(store, ANNA, notice(store, ANNA, None).unwrap()).unwrap();
        assert_eq!(why(slower), "This mandate ended after this was prepared. Nothing was sent.");
        assert_eq!((letters(ground, ANNA), letters(ground, AGENCY)), (before.0 + 1, before.1 + 1));
        assert_eq!((told(ground, "notice-given"), told(ground, "ended")), (1, 1));
        entries(store);
    }

    /// Two agencies become partners and cease to be; whom one asked shows nothing before the answer.
    fn partners(ground) {
        plant(ground);
        let store = &ground.store;
        ground.run(&format!("UPDATE profiles SET discoverable = TRUE WHERE id = '{}'", profile(ANNA)));
        let ask = |to: &str| {
            let permit = may::<PreparePartnership>(store, AGENCY, workspace(AGENCY), Unasked).unwrap();
            let id = offers::prepare_partnership(store, permit, &Email::parse(to).unwrap()).unwrap();
            confirm(store, AGENCY, id).unwrap();
            id
        };
        let (id, itself, nobody) = (ask(&address(OTHER)), ask(&address(AGENCY)), ask(&address(HALL)));
        assert_eq!(ground.count("partnerships"), 1);
        let offer = seen(store, id);
        assert!([itself, nobody].iter().all(|it| seen(store, *it).answer == offer.answer));
        let page = Page::first(20);
        let list = |number: u128| store.read(&acting(store, number), |db| partnerships::list(db, &page)).unwrap().0;
        assert_eq!((list(AGENCY).len(), list(OTHER).len()), (0, 1));
        let Terms::Partnership(terms) = &offer.terms else { panic!("no partnership") };
        let partnership: PartnershipId = terms.partnership;
        assert!(may::<ViewListing>(store, OTHER, profile(ANNA), Unasked).is_err());
        assert!(may::<AcceptPartnership>(store, AGENCY, partnership, Shown(offer.digest)).is_err());
        assert!(may::<AcceptPartnership>(store, OTHER, partnership, Shown(Digest([9; 32]))).is_err());
        let permit = may::<AcceptPartnership>(store, OTHER, partnership, Shown(offer.digest)).unwrap();
        partnerships::accept(store, permit, HERE).unwrap();
        assert_eq!(list(AGENCY)[0].other, format!("House {}", workspace(OTHER)));
        assert!(may::<ViewListing>(store, OTHER, profile(ANNA), Unasked).is_ok());
        let found = store.read(&acting(store, OTHER), |db| profiles::found(db, "anna", &page)).unwrap();
        assert_eq!(found.rows.len(), 1);
        let permit = may::<PrepareEndPartnership>(store, AGENCY, partnership, Unasked).unwrap();
        let end = partnerships::prepare_end(store, permit).unwrap().draft;
        assert!(may::<ViewListing>(store, OTHER, profile(ANNA), Unasked).is_ok(), "prepared is not ended");
        confirm_by(store, AGENCY, end).unwrap();
        assert!(may::<ViewListing>(store, OTHER, profile(ANNA), Unasked).is_err());
        assert_eq!((letters(ground, OTHER), letters(ground, AGENCY)), (2, 1));
        entries(store);
    }
}

/// Gives the mandate of the world its terms and their digest.
fn with_terms(ground: &crate::support::Ground) {
    let payload = format!(
        "{{\"agency_name\":\"House\",\"artist_email\":\"\",\"commission_bp\":1500,\"kind\":\"mandate\",\
         \"managed\":false,\"mandate\":\"{}\",\"start\":\"2026-01-01\",\"territory\":\"the world\",\
         \"workspace\":\"{}\"}}",
        mandate(),
        workspace(AGENCY)
    );
    ground.run(&format!("UPDATE mandates SET payload = '{payload}', digest = '{}'", Digest([2; 32])));
}
