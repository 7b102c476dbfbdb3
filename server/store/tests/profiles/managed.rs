//! A profile that an agency keeps until the artist claims it.

use crate::people::*;
use crate::support::{NOW, both};
use domain::bounded::Email;
use domain::{Bounded, Level, Moment, Version};
use policy::actions::*;
use policy::{Claim, Unasked};
use store::StoreError;
use store::profiles;
use store::profiles::managed::{self, ManagedProfile};

both! {
    /// Private and without a signature until claimed; claimed once, by the holder of the latest link.
    fn from_kept_to_claimed(ground) {
        plant(ground);
        let store = &ground.store;
        assert!(may::<CreateManagedProfile>(store, ASSISTANT, workspace(AGENCY), Unasked).is_err());
        assert!(may::<CreateManagedProfile>(store, OTHER, workspace(AGENCY), Unasked).is_err());
        let permit = may::<CreateManagedProfile>(store, AGENCY, workspace(AGENCY), Unasked).unwrap();
        let new = ManagedProfile {
            name: Bounded::line("a name", "Clara Muster").unwrap(),
            discipline: Bounded::line("a discipline", "Violin").unwrap(),
            territory: Bounded::line("a territory", "Europe").unwrap(),
            commission_bp: 2000,
            start: "2027-01-01".parse().unwrap(),
        };
        let id = managed::create(store, permit, &new).unwrap();
        let roster = store.read(&acting(store, AGENCY), |db| profiles::roster(db, "clara", &store::Page::first(9))).unwrap();
        assert_eq!(roster.rows[0].own, Some((Level::WorkspacePrivate, false)));
        assert!(may::<SetLevel>(store, AGENCY, id, Level::PrivateListing).is_err());
        assert!(may::<InvitePresenter>(store, AGENCY, id, Unasked).is_err());

        let to = Email::parse("clara@example.org").unwrap();
        for shown in [1, 2] {
            let then = acting_at(store, AGENCY, NOW.plus(shown * Moment::HOUR));
            let permit = store.read(&then, |db| db.permit::<EditProfile>(id, Unasked)).unwrap();
            managed::send_claim(store, permit, Version(shown), &to, "https://x.example").unwrap();
        }
        // two letters went out, and only the latest link works; the token itself is nowhere but in the letter
        assert_eq!(ground.number("SELECT COUNT(*) FROM outbox WHERE recipient = 'clara@example.org'"), 2);
        assert!(may::<ClaimProfile>(store, BELA, id, Claim(managed::claim_digest(b"guess"))).is_err());
        assert!(may::<ClaimProfile>(store, BELA, id, Claim(String::new())).is_err());
        let digest = latest(ground);
        assert!(may::<ClaimProfile>(store, HALL, id, Claim(digest.clone())).is_err());
        let permit = may::<ClaimProfile>(store, BELA, id, Claim(digest.clone())).unwrap();
        let seen = store.read(&acting(store, BELA), |db| managed::claimable(db, &permit)).unwrap();
        assert_eq!((seen.name.as_str(), seen.commission.as_deref()), ("Clara Muster", Some("20 %")));
        // another representation than the one that was shown is not confirmed, nor is none
        for shown in [None, Some(domain::Digest([1; 32]))] {
            let permit = may::<ClaimProfile>(store, BELA, id, Claim(digest.clone())).unwrap();
            assert!(matches!(managed::claim(store, permit, shown), Err(StoreError::Conflict(_))));
        }
        let home = managed::claim(store, permit, seen.mandate).unwrap();
        assert!(may::<ClaimProfile>(store, ANNA, id, Claim(digest)).is_err());
        let owner = store.asker(account(BELA), store::Acting::Workspace(home), crate::support::id(1), NOW).unwrap();
        store.read(&owner, |db| {
            assert_eq!(profiles::own_id(db)?, id);
            let permit = db.permit::<ViewProfile>(id, Unasked)?;
            assert!(profiles::own(db, &permit)?.claimed);
            // not yet the artist in person
            assert!(!db.may::<OptIn>(id, &Unasked)?);
            Ok::<_, StoreError>(())
        }).unwrap();
        assert_eq!((told(ground, "managed"), told(ground, "claim-sent"), told(ground, "claimed"), entries(store)), (1, 2, 1, 6));
        let slugs = ground.count("slugs");
        assert_eq!(slugs, 1);
    }
}

/// The digest of the token in the latest letter, worked out as the holder of the letter would.
fn latest(ground: &crate::support::Ground) -> String {
    use base64::Engine as _;
    use diesel::prelude::*;
    use store::schema::outbox;
    let body: String = outbox::table
        .filter(outbox::recipient.eq("clara@example.org"))
        .order(outbox::created_at.desc())
        .select(outbox::body)
        .first(&mut ground.raw())
        .unwrap();
    let (_, rest) = body.split_once("token=").unwrap();
    let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&rest[..43]).unwrap();
    managed::claim_digest(&token)
}
