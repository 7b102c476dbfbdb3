//! Writes: decided again inside, everything together or nothing, and never on another edition than the one shown.

use crate::ledger::checked;
use crate::support::{Ground, NOW, Rows, both, id};
use domain::bounded::Email;
use domain::*;
use policy::actions::{EditProfile, InvitePresenter};
use policy::{Asker, Permit, Unasked};
use std::sync::Arc;
use store::{Acting, Change, Event, StoreError, profiles};

const ARTIST: u128 = 1;
const AGENCY: u128 = 2;
const PRESENTER: u128 = 3;

/// An artist with a profile, the agency that represents them, and a presenter.
fn plant(ground: &Ground) {
    let mut rows = Rows::default();
    for (n, kind, plan) in [
        (ARTIST, Kind::Artist, "represented"),
        (AGENCY, Kind::Agency, "house"),
        (PRESENTER, Kind::Presenter, "season"),
    ] {
        rows.account(id(n), n, "approved", false);
        rows.workspace(id(n), kind, true, plan);
        rows.member(id(n), id(n), "owner", "", n == ARTIST);
    }
    rows.profile(id(5), id(ARTIST), "Ada Abel", "stealth");
    rows.mandate(6, id(AGENCY), (id(ARTIST), id(AGENCY), id(5)), "active", Some(NOW.0 - 1), None);
    rows.plant(ground);
}

fn member(ground: &Ground, who: u128) -> Arc<Asker> {
    ground.store.asker(id(who), Acting::Workspace(id(who)), id(1), NOW).unwrap()
}

fn may_edit(ground: &Ground, who: u128) -> Permit<EditProfile> {
    let asker = member(ground, who);
    ground.store.read(&asker, |db| db.permit::<EditProfile>(id(5), Unasked)).unwrap()
}

/// Writes a new address on the profile.
fn edit(ground: &Ground, permit: Permit<EditProfile>) -> Result<(), StoreError> {
    let email = Email::parse("new@example.org").unwrap();
    profiles::edit_contact(&ground.store, permit, Version(1), Some(&email), None)
}

/// Invites the presenter, which changes two tables, leaves an entry and posts a letter.
fn invite(ground: &Ground) -> Result<(), StoreError> {
    let asker = member(ground, AGENCY);
    let permit = ground.store.read(&asker, |db| db.permit::<InvitePresenter>(id(5), Unasked)).unwrap();
    let email = Email::parse(&format!("{}@example.org", id::<AccountId>(PRESENTER))).unwrap();
    profiles::invite(&ground.store, permit, &email, "https://house.example")
}

/// Everything that a write in these tests may touch.
fn state(ground: &Ground) -> [i64; 6] {
    let edited = ground.number("SELECT COUNT(*) FROM profiles WHERE contact_email = 'new@example.org'");
    let [asks, invitations, entries, values, letters] =
        ["presenter_asks", "stealth_invitations", "audit_entries", "audit_values", "outbox"]
            .map(|it| ground.count(it));
    [edited, asks, invitations, entries, i64::from(values > 0), letters]
}

/// Makes the database refuse every row for this table.
fn spoil(ground: &Ground, table: &str) {
    ground.run(&if ground.address.is_postgres() {
        format!(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'spoilt'; END $$; \
             CREATE TRIGGER spoil BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION spoil();"
        )
    } else {
        format!("CREATE TRIGGER spoil BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'spoilt'); END;")
    });
}

both! {
    /// Change, entry and letter land together.
    fn together(ground) {
        plant(ground);
        invite(ground).unwrap();
        assert_eq!(state(ground), [0, 1, 1, 1, 1, 1]);
        edit(ground, may_edit(ground, ARTIST)).unwrap();
        assert_eq!(state(ground), [1, 1, 1, 2, 1, 1]);
        assert_eq!(checked(&ground.store).broken, vec![]);
    }

    /// A letter that cannot be posted takes the change and its entry with it.
    fn no_letter_no_change(ground) {
        plant(ground);
        spoil(ground, "outbox");
        assert!(matches!(invite(ground), Err(StoreError::Database(_))));
        assert_eq!(state(ground), [0; 6]);
    }

    /// An entry that cannot be written takes the change with it.
    fn no_entry_no_change(ground) {
        plant(ground);
        spoil(ground, "audit_values");
        assert!(matches!(edit(ground, may_edit(ground, ARTIST)), Err(StoreError::Database(_))));
        assert!(matches!(invite(ground), Err(StoreError::Database(_))));
        assert_eq!(state(ground), [0; 6]);
        assert_eq!(ground.count("audit_chains"), 0);
    }

    /// An error of the change itself, in the caller's own type, leaves nothing, and the next write is as ever.
    fn an_error_inside_rolls_back(ground) {
        #[derive(Debug)]
        enum Mine {
            No,
            Store(StoreError),
        }
        impl From<StoreError> for Mine {
            fn from(it: StoreError) -> Self {
                Self::Store(it)
            }
        }
        plant(ground);
        let error = ground.store.write(may_edit(ground, ARTIST), |tx, _| {
            let _ = tx.also::<InvitePresenter>(id(5), Unasked)?;
            Err::<Change<()>, _>(Mine::No)
        });
        assert!(matches!(error, Err(Mine::No)));
        // a second right that is not there is refused from inside, and comes out as the caller's error
        let error = ground.store.write(may_edit(ground, ARTIST), |tx, _| {
            let _ = tx.also::<policy::actions::ViewInternalNotes>(id(5), Unasked)?;
            Ok::<_, Mine>(Change::of((), Event::platform("profile", "5", "edited")))
        });
        assert!(matches!(error, Err(Mine::Store(StoreError::Refused(_)))));
        invite(ground).unwrap();
        // the same address again is a conflict inside
        assert!(matches!(invite(ground), Err(StoreError::Conflict(_))));
        assert_eq!(state(ground), [0, 1, 1, 1, 1, 1]);
        assert_eq!(checked(&ground.store).broken, vec![]);
    }

    /// Someone else was faster: the second of two writes on one edition is told which edition stands.
    fn a_stale_version_changes_nothing(ground) {
        plant(ground);
        let (first, second) = (may_edit(ground, ARTIST), may_edit(ground, AGENCY));
        edit(ground, first).unwrap();
        let before = state(ground);
        let error = edit(ground, second);
        assert!(matches!(error, Err(StoreError::Stale { shown: Version(1), stands: Version(2) })), "{error:?}");
        assert_eq!(state(ground), before);
        // a permit for the edition that stands, with a form that showed the one before
        let error = edit(ground, may_edit(ground, AGENCY));
        assert!(matches!(error, Err(StoreError::Stale { .. })), "{error:?}");
        assert_eq!(state(ground), before);
    }

    /// Of many writes on one edition at once, one lands.
    fn one_of_many_lands(ground) {
        plant(ground);
        let permits: Vec<_> = (0..6).map(|n| may_edit(ground, if n % 2 == 0 { ARTIST } else { AGENCY })).collect();
        let landed: Vec<bool> = std::thread::scope(|scope| {
            let threads: Vec<_> = permits.into_iter().map(|it| scope.spawn(move || edit(ground, it).is_ok())).collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(landed.iter().filter(|it| **it).count(), 1, "{landed:?}");
        assert_eq!(state(ground), [1, 0, 0, 1, 1, 0]);
        assert_eq!(ground.number("SELECT version FROM profiles"), 2);
    }

    /// A right that was lost between the permit and the write is gone, and nothing has changed.
    fn a_right_lost_meanwhile_is_lost(ground) {
        plant(ground);
        let account = id::<AccountId>(AGENCY);
        let workspace = id::<WorkspaceId>(AGENCY);
        for (lose, again) in [
            (
                format!("UPDATE memberships SET role = 'assistant' WHERE account = '{account}'"),
                format!("UPDATE memberships SET role = 'owner' WHERE account = '{account}'"),
            ),
            (
                format!("UPDATE accounts SET status = 'suspended' WHERE id = '{account}'"),
                format!("UPDATE accounts SET status = 'approved' WHERE id = '{account}'"),
            ),
            (
                format!("UPDATE workspaces SET closed_at = 1 WHERE id = '{workspace}'"),
                format!("UPDATE workspaces SET closed_at = NULL WHERE id = '{workspace}'"),
            ),
            (
                format!("UPDATE mandates SET state = 'ended', ends_at = {}", NOW.0),
                "UPDATE mandates SET state = 'active', ends_at = NULL".to_owned(),
            ),
            (
                format!("UPDATE mandates SET state = 'ending', ends_at = {}", NOW.0),
                "UPDATE mandates SET state = 'active', ends_at = NULL".to_owned(),
            ),
            (
                format!("UPDATE mandates SET starts_at = {}", NOW.0 + 1),
                format!("UPDATE mandates SET starts_at = {}", NOW.0 - 1),
            ),
            (
                format!("UPDATE memberships SET account = '{}' WHERE account = '{account}'", id::<AccountId>(ARTIST)),
                format!("UPDATE memberships SET account = '{account}' WHERE workspace = '{workspace}'"),
            ),
        ] {
            let permit = may_edit(ground, AGENCY);
            ground.run(&lose);
            let error = edit(ground, permit);
            assert!(matches!(error, Err(StoreError::Refused(_) | StoreError::Absent)), "{lose}: {error:?}");
            assert_eq!(state(ground), [0; 6], "{lose}");
            ground.run(&again);
        }
        edit(ground, may_edit(ground, AGENCY)).unwrap();
    }

    /// An admin who is none any more, and counsel whose account was stopped, are met at the write too.
    fn staff_are_asked_again(ground) {
        use policy::actions::ApproveAccount;
        use policy::Factor;
        plant(ground);
        let mut rows = Rows::default();
        rows.account(id(9), 9, "approved", true);
        rows.account(id(8), 8, "pending", false);
        rows.plant(ground);
        let admin = ground.store.asker(id(9), Acting::Admin, id(1), NOW).unwrap();
        let admin = Arc::new(Asker { factor_at: Some(NOW), ..(*admin).clone() });
        for (lose, again) in [
            ("UPDATE accounts SET is_admin = FALSE WHERE person = ", "UPDATE accounts SET is_admin = TRUE WHERE person = "),
            ("UPDATE accounts SET status = 'suspended' WHERE person = ", "UPDATE accounts SET status = 'approved' WHERE person = "),
        ] {
            let permit = ground.store.read(&admin, |db| db.permit::<ApproveAccount>(id(8), Factor)).unwrap();
            let of = id::<PersonId>(9);
            ground.run(&format!("{lose}'{of}'"));
            let error = ground.store.write(permit, |_, _| {
                Ok::<_, StoreError>(Change::of((), Event::platform("account", "8", "approved")))
            });
            assert!(matches!(error, Err(StoreError::Refused(_) | StoreError::Absent)), "{lose}");
            assert_eq!(ground.count("audit_entries"), 0);
            ground.run(&format!("{again}'{of}'"));
        }
    }
}
