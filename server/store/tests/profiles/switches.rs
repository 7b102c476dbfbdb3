//! Editing, levels, opting in and out, discovery, and who sees what comes of it.

use crate::people::*;
use crate::support::both;
use domain::bounded::Email;
use domain::{Bounded, Level, Version};
use policy::Unasked;
use policy::actions::*;
use store::StoreError;
use store::profiles::{self, ProfileText, Viewer};

fn text(name: &str) -> ProfileText {
    ProfileText {
        name: Bounded::line("a name", name).unwrap(),
        discipline: Bounded::line("a discipline", "Soprano").unwrap(),
        biography: Some(Bounded::prose("a biography", "Sings.").unwrap()),
        based_in: None,
    }
}

both! {
    /// A profile is edited once from each edition; the other side's edit in between makes a form stale.
    fn a_stale_form_changes_nothing(ground) {
        plant(ground);
        let store = &ground.store;
        let by_artist = may::<EditProfile>(store, ANNA, profile(ANNA), Unasked).unwrap();
        profiles::edit(store, by_artist, Version(1), &text("Zoë Ångström")).unwrap();
        let by_agency = may::<EditProfile>(store, AGENCY, profile(ANNA), Unasked).unwrap();
        let late = profiles::edit(store, by_agency, Version(1), &text("Somebody Else"));
        assert!(matches!(late, Err(StoreError::Stale { .. })), "{late:?}");
        store.read(&acting(store, AGENCY), |db| {
            let permit = db.permit::<ViewProfile>(profile(ANNA), Unasked)?;
            let own = profiles::own(db, &permit)?;
            assert_eq!((own.listing.name.as_str(), own.version), ("Zoë Ångström", Version(2)));
            Ok::<_, StoreError>(())
        }).unwrap();
        assert_eq!((told(ground, "edited"), entries(store)), (1, 1));
        assert_eq!(ground.number("SELECT COUNT(*) FROM audit_values WHERE name = 'after.name' AND value = 'Zoë Ångström'"), 1);
        for stranger in [BELA, OTHER, HALL] {
            assert!(matches!(may::<EditProfile>(store, stranger, profile(ANNA), Unasked), Err(StoreError::Refused(_))));
        }
        // an assistant prepares and does not manage
        assert!(may::<EditProfile>(store, ASSISTANT, profile(ANNA), Unasked).is_err());
    }

    /// Contact is a right of its own, and an agency's note is that agency's alone.
    fn contact_and_notes_have_their_own_rights(ground) {
        plant(ground);
        let store = &ground.store;
        let email = Email::parse("office@example.org").unwrap();
        let permit = may::<EditProfile>(store, AGENCY, profile(ANNA), Unasked).unwrap();
        profiles::edit_contact(store, permit, Version(1), Some(&email), None).unwrap();
        store.read(&acting(store, ANNA), |db| {
            let permit = db.permit::<ViewContact>(profile(ANNA), Unasked)?;
            assert_eq!(profiles::contact(db, &permit)?.email, "office@example.org");
            assert!(!db.may::<ViewInternalNotes>(profile(ANNA), &Unasked)?);
            Ok::<_, StoreError>(())
        }).unwrap();
        assert!(may::<ViewContact>(store, HALL, profile(ANNA), Unasked).is_err());
        let note = Bounded::prose("a note", "Prefers trains.").unwrap();
        for (shown, fine) in [(0, true), (0, false), (1, true)] {
            let permit = may::<EditInternalNotes>(store, ASSISTANT, profile(ANNA), Unasked).unwrap();
            let done = profiles::edit_notes(store, permit, Version(shown), Some(&note));
            assert_eq!(done.is_ok(), fine, "{shown}: {done:?}");
        }
        assert_eq!(told(ground, "noted"), 2);
        entries(store);
    }

    /// The artist in person goes public; lowering clears the opt-in; the agency never raises above private listing.
    fn levels_and_the_opt_in(ground) {
        plant(ground);
        let store = &ground.store;
        let folio = |slug: &str| {
            let visitor = crate::support::asker(policy::Actor::Visitor);
            store.read(&visitor, |db| profiles::find_folio(db, slug).map(|_| ())).is_ok()
        };
        let slug = profile(ANNA).to_string();
        assert!(!folio(&slug) && !folio("never-was"));
        assert!(may::<OptIn>(store, AGENCY, profile(ANNA), Unasked).is_err());
        let permit = may::<OptIn>(store, ANNA, profile(ANNA), Unasked).unwrap();
        profiles::opt_in(store, permit, Version(1)).unwrap();
        assert!(folio(&slug));
        let visitor = crate::support::asker(policy::Actor::Visitor);
        let all = store.read(&visitor, |db| profiles::folios(db, None, 100)).unwrap();
        assert_eq!(all, vec![slug.clone()]);
        // the agency lowers, which takes the folio and the opt-in
        let permit = may::<SetLevel>(store, AGENCY, profile(ANNA), Level::Stealth).unwrap();
        profiles::set_level(store, permit, Version(2)).unwrap();
        assert!(!folio(&slug));
        assert_eq!(ground.number("SELECT COUNT(*) FROM profiles WHERE opted_in"), 0);
        assert!(may::<SetLevel>(store, AGENCY, profile(ANNA), Level::Public).is_err());
        let permit = may::<SetLevel>(store, ANNA, profile(ANNA), Level::Public).unwrap();
        profiles::set_level(store, permit, Version(3)).unwrap();
        assert!(!folio(&slug), "public without opt-in is a private listing");
        let permit = may::<OptIn>(store, ANNA, profile(ANNA), Unasked).unwrap();
        profiles::opt_in(store, permit, Version(4)).unwrap();
        let permit = may::<OptOut>(store, AGENCY, profile(ANNA), Unasked).unwrap();
        profiles::opt_out(store, permit, Version(5)).unwrap();
        assert!(!folio(&slug));
        assert_eq!((told(ground, "level-set"), told(ground, "opted-in"), told(ground, "opted-out")), (2, 2, 1));
        // an unverified workspace cannot go public
        ground.run(&format!("UPDATE workspaces SET verified = FALSE WHERE id = '{}'", workspace(ANNA)));
        let permit = may::<OptIn>(store, ANNA, profile(ANNA), Unasked).unwrap();
        assert!(matches!(profiles::opt_in(store, permit, Version(6)), Err(StoreError::Conflict(_))));
        assert_eq!(entries(store), 5);
    }

    /// A sitemap is cut where the file would be too long; together the parts are the whole.
    fn folios_come_in_parts(ground) {
        plant(ground);
        let store = &ground.store;
        for artist in [ANNA, BELA] {
            let permit = may::<OptIn>(store, artist, profile(artist), Unasked).unwrap();
            profiles::opt_in(store, permit, Version(1)).unwrap();
        }
        let visitor = crate::support::asker(policy::Actor::Visitor);
        store.read(&visitor, |db| {
            let whole = profiles::folios(db, None, 100)?;
            assert_eq!(whole.len(), 2);
            assert!(profiles::folio_parts(db, 2, 9)?.is_empty(), "one part holds all");
            let keys = profiles::folio_parts(db, 1, 9)?;
            assert_eq!(keys.len(), 1);
            let parts = [profiles::folios(db, None, 1)?, profiles::folios(db, Some(keys[0].clone()), 1)?];
            assert_eq!(parts.concat(), whole);
            assert!(profiles::folio_parts(db, 1, 0)?.is_empty());
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    /// "Who sees this" says what the table of P6 says, for each level.
    fn who_sees_this_is_the_table(ground) {
        plant(ground);
        let store = &ground.store;
        let table = |level: &str, opted_in: bool, discoverable: bool| {
            ground.run(&format!(
                "UPDATE profiles SET level = '{level}', opted_in = {opted_in}, discoverable = {discoverable} WHERE id = '{}'",
                profile(ANNA)
            ));
            let seen = store.read(&acting(store, ANNA), |db| {
                let permit = db.permit::<ViewProfile>(profile(ANNA), Unasked)?;
                profiles::viewers(db, &permit)
            }).unwrap();
            let letter = |yes: bool, it: char| if yes { it } else { '-' };
            seen.iter()
                .map(|it| {
                    assert_eq!(it.why.is_empty(), !(it.folio || it.listing || it.found), "{it:?}");
                    assert!(!it.whole);
                    let cells = [letter(it.folio, 'f'), letter(it.listing, 'l'), letter(it.found, 'd')];
                    (it.viewer, cells.iter().collect::<String>())
                })
                .collect::<Vec<_>>()
        };
        let row = |them: [&str; 8]| Viewer::ALL.into_iter().zip(them.map(str::to_owned)).collect::<Vec<_>>();
        // visitor, presenter, with discovery, invited, unverified, partner, other agency, other artist
        assert_eq!(table("public", true, true), row(["f--", "fl-", "fld", "fl-", "f--", "fld", "f--", "f--"]));
        assert_eq!(table("public", false, true), row(["---", "-l-", "-ld", "-l-", "---", "-ld", "---", "---"]));
        assert_eq!(table("private_listing", false, false), row(["---", "-l-", "-l-", "-l-", "---", "-l-", "---", "---"]));
        assert_eq!(table("stealth", false, true), row(["---", "---", "---", "-l-", "---", "---", "---", "---"]));
        assert_eq!(table("workspace_private", false, true), row(["---"; 8]));
    }

    /// Discovery is by plan and by the artist's own word; turning it off takes effect at once.
    fn discovery_is_the_artists_word(ground) {
        plant(ground);
        let store = &ground.store;
        let found = |number: u128| {
            let page = store::Page::first(20);
            store.read(&acting(store, number), |db| profiles::found(db, "", &page)).unwrap().rows
        };
        assert!(found(HALL).is_empty());
        assert!(may::<AllowDiscovery>(store, AGENCY, profile(ANNA), Unasked).is_err());
        let permit = may::<AllowDiscovery>(store, ANNA, profile(ANNA), Unasked).unwrap();
        profiles::allow_discovery(store, permit, Version(1)).unwrap();
        let rows = found(HALL);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].why, ["Your plan has discovery and the artist agreed to be found."]);
        assert_eq!(rows[0].agencies.len(), 1);
        assert!(found(SOCIETY).is_empty() && found(OTHER).is_empty() && found(BELA).len() == 1);
        let permit = may::<StopDiscovery>(store, AGENCY, profile(ANNA), Unasked).unwrap();
        profiles::stop_discovery(store, permit, Version(2)).unwrap();
        assert!(found(HALL).is_empty());
        assert_eq!((told(ground, "discovery-allowed"), told(ground, "discovery-stopped")), (1, 1));
        entries(store);
    }
}
