//! Rosters, search, and invitations that answer the same whoever is there.

use crate::people::*;
use crate::support::both;
use domain::bounded::Email;
use policy::Unasked;
use policy::actions::*;
use store::profiles;
use store::{Page, StoreError};

both! {
    /// A roster holds what is represented now; a search narrows it and never widens it.
    fn a_roster_is_ones_own(ground) {
        plant(ground);
        let store = &ground.store;
        let roster = |number: u128, search: &str| {
            let page = Page::first(20);
            let page = store.read(&acting(store, number), |db| profiles::roster(db, search, &page)).unwrap();
            page.rows.into_iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(roster(AGENCY, ""), [profile(ANNA)]);
        assert_eq!(roster(AGENCY, "EXÁMPLE"), [profile(ANNA)]);
        assert_eq!(roster(AGENCY, "bela"), []);
        assert_eq!(roster(AGENCY, "%"), [], "a sign of the query language is a sign like any other");
        assert_eq!(roster(OTHER, ""), []);
        assert_eq!(roster(BELA, ""), [profile(BELA)]);
        // a mandate whose end has passed opens nothing, before any timer came by
        ground.run(&format!("UPDATE mandates SET state = 'ending', ends_at = {}", crate::support::NOW.0));
        assert_eq!(roster(AGENCY, ""), []);
    }

    /// An invitation opens the listing to a presenter that is there, and looks the same where none is.
    fn an_invitation_tells_nothing(ground) {
        plant(ground);
        let store = &ground.store;
        ground.run(&format!("UPDATE profiles SET level = 'stealth' WHERE id = '{}'", profile(ANNA)));
        assert!(may::<ViewListing>(store, SOCIETY, profile(ANNA), Unasked).is_err());
        let invite = |to: &str| {
            let permit = may::<InvitePresenter>(store, AGENCY, profile(ANNA), Unasked).unwrap();
            profiles::invite(store, permit, &Email::parse(to).unwrap(), "https://x.example")
        };
        invite(&address(SOCIETY)).unwrap();
        invite("nobody@example.org").unwrap();
        // an artist's address is no presenter's
        invite(&address(BELA)).unwrap();
        assert!(matches!(invite("nobody@example.org"), Err(StoreError::Conflict(_))));
        assert!(matches!(invite(&address(SOCIETY)), Err(StoreError::Conflict(_))));
        let asks = store.read(&acting(store, ANNA), |db| {
            let permit = db.permit::<RevokeInvitation>(profile(ANNA), Unasked)?;
            profiles::asks(db, &permit)
        }).unwrap();
        assert_eq!(asks.len(), 3);
        assert_eq!((letters(ground, SOCIETY), letters(ground, BELA), ground.count("outbox")), (1, 0, 1));
        assert!(may::<ViewListing>(store, SOCIETY, profile(ANNA), Unasked).is_ok());
        assert!(may::<FindListing>(store, SOCIETY, profile(ANNA), Unasked).is_err());
        let permit = may::<RevokeInvitation>(store, ANNA, profile(ANNA), Unasked).unwrap();
        profiles::revoke(store, permit, &address(SOCIETY)).unwrap();
        assert!(may::<ViewListing>(store, SOCIETY, profile(ANNA), Unasked).is_err());
        assert_eq!((told(ground, "presenter-invited"), told(ground, "invitation-revoked"), entries(store)), (3, 1, 4));
        assert!(may::<InvitePresenter>(store, OTHER, profile(ANNA), Unasked).is_err());
    }
}
