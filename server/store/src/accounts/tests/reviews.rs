//! Staff decide on applications and workspaces, and never on their own.

use super::ground::{Ground, NOW, ORIGIN, both, conflict, refused, stale};
use super::invitations::{accepted, invited};
use super::people::prose;
use super::teams::team;
use crate::accounts;
use crate::lists::Page;
use crate::schema::profiles;
use crate::{Acting, StoreError};
use diesel::prelude::*;
use domain::{AccountId, AccountStatus, Kind, MembershipId, Role, Version, WorkspaceId};
use policy::{Factor, Unasked, actions};

fn approve(ground: &Ground, it: AccountId) -> Result<(), StoreError> {
    let asker = ground.staff(ground.some_admin(), NOW, 10);
    let permit = ground.permit::<actions::ApproveAccount>(&asker, it, Factor)?;
    let shown = permit.version();
    accounts::approve(&ground.store, permit, shown, None, ORIGIN)
}
fn reject(ground: &Ground, it: AccountId) -> Result<(), StoreError> {
    let asker = ground.staff(ground.some_admin(), NOW, 10);
    let permit = ground.permit::<actions::RejectAccount>(&asker, it, Factor)?;
    let shown = permit.version();
    accounts::reject(&ground.store, permit, shown, &prose("We could not reach you."), ORIGIN)
}
fn suspend(ground: &Ground, it: AccountId, factor: i64) -> Result<(), StoreError> {
    let asker = ground.staff(ground.some_admin(), NOW, factor);
    let permit = ground.permit::<actions::SuspendAccount>(&asker, it, Factor)?;
    let shown = permit.version();
    accounts::suspend(&ground.store, permit, shown, &prose("Reports."), ORIGIN)
}
fn reinstate(ground: &Ground, it: AccountId) -> Result<(), StoreError> {
    let asker = ground.staff(ground.some_admin(), NOW, 10);
    let permit = ground.permit::<actions::ReinstateAccount>(&asker, it, Factor)?;
    let shown = permit.version();
    accounts::reinstate(&ground.store, permit, shown, &prose("Cleared up."), ORIGIN)
}
/// The artist agreed to the folio and to be found.
fn agreed(ground: &Ground, home: WorkspaceId) {
    ground.run(&format!(
        "UPDATE profiles SET level = 'public', opted_in = TRUE, discoverable = TRUE WHERE workspace = '{home}'"
    ));
}
/// Whether the folio is agreed to, and being found.
fn agrees(ground: &Ground, home: WorkspaceId) -> (bool, bool) {
    profiles::table
        .filter(profiles::workspace.eq(home.to_string()))
        .select((profiles::opted_in, profiles::discoverable))
        .first(&mut *ground.store.reader().unwrap())
        .unwrap()
}
fn verify(
    ground: &Ground,
    admin: AccountId,
    it: WorkspaceId,
    shown: i64,
    person: Option<MembershipId>,
) -> Result<(), StoreError> {
    let permit = ground.permit::<actions::VerifyWorkspace>(&ground.staff(admin, NOW, 10), it, Factor)?;
    accounts::verify(
        &ground.store,
        permit,
        Version(shown),
        &prose("Spoken to on the telephone."),
        person,
        ORIGIN,
    )
}

both! {
    fn applications_are_listed_decided_once_and_told(ground) {
        ground.sign_up(Kind::Artist, "ann@example.org", None).unwrap();
        ground.sign_up(Kind::Agency, "bob@example.org", None).unwrap();
        let asker = ground.staff(ground.some_admin(), NOW, 10);
        let waiting = || {
            ground.store.read(&asker, |db| accounts::accounts(db, AccountStatus::Pending, &Page::first(1))).unwrap()
        };
        let first = waiting();
        assert_eq!((first.rows.len(), first.next.is_some()), (1, true));
        approve(ground, ground.account("ann@example.org")).unwrap();
        assert!(ground.last_letter("ann@example.org").3.contains("approved"));
        reject(ground, ground.account("bob@example.org")).unwrap();
        assert!(ground.last_letter("bob@example.org").4.contains("We could not reach you."));
        assert_eq!(ground.application(ground.account("bob@example.org")).reason.unwrap(), "We could not reach you.");
        assert!(waiting().rows.is_empty());
        assert!(conflict(approve(ground, ground.account("ann@example.org"))));
        assert!(conflict(reject(ground, ground.account("ann@example.org"))));
        ground.ledger_ends_with(&["approved", "rejected"]);
    }

    fn a_suspension_ends_every_session_and_needs_a_factor_of_now(ground) {
        let (ann, home) = ground.approved(Kind::Artist, "ann@example.org");
        ground.signed_in("ann@example.org", 1, NOW);
        assert!(refused(suspend(ground, ann, 301)));
        assert_eq!(ground.sessions(), 1);
        suspend(ground, ann, 300).unwrap();
        assert_eq!((ground.sessions(), ground.status("ann@example.org").as_str()), (0, "suspended"));
        let asker = ground.as_account(ann, Acting::Account, NOW, None);
        assert!(refused(ground.permit::<actions::ViewWorkspace>(&asker, home, Unasked)));
        assert!(conflict(suspend(ground, ann, 10)));
        reinstate(ground, ann).unwrap();
        let asker = ground.as_account(ann, Acting::Account, NOW, None);
        assert!(ground.permit::<actions::ViewWorkspace>(&asker, home, Unasked).is_ok());
        assert!(conflict(reinstate(ground, ann)));
    }

    fn nobody_decides_on_their_own_account_or_without_being_staff(ground) {
        let admin = ground.some_admin();
        assert!(refused(suspend(ground, admin, 10)));
        let other = ground.admin("second@kalinklo.example");
        let listed = ground.store.read(&ground.staff(admin, NOW, 10), |db| {
            accounts::accounts(db, AccountStatus::Approved, &Page::first(10))
        });
        let ids: Vec<_> = listed.unwrap().rows.iter().map(|it| it.application.account).collect();
        assert_eq!(ids, [other]);
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        let asker = ground.as_account(ann, Acting::Account, NOW, Some(1));
        assert!(refused(ground.permit::<actions::ApproveAccount>(&asker, other, Factor)));
        assert!(ground.store.read(&asker, |db| {
            accounts::accounts(db, AccountStatus::Approved, &Page::first(10))
        }).unwrap().rows.is_empty());
    }

    fn an_artist_is_verified_in_person_and_a_revocation_takes_it_back(ground) {
        let (_, home) = ground.approved(Kind::Artist, "ann@example.org");
        let admin = ground.some_admin();
        let asker = ground.staff(admin, NOW, 10);
        let review = || ground.store.read(&asker, |db| {
            let permit = db.permit::<actions::ReviewWorkspace>(home, Factor)?;
            accounts::workspace_review(db, &permit)
        }).unwrap();
        let member = review().members[0].id;
        assert!(stale(verify(ground, admin, home, 7, None)));
        verify(ground, admin, home, 1, Some(member)).unwrap();
        assert!(review().verified && review().members[0].in_person);
        assert!(ground.last_letter("ann@example.org").3.contains("is verified"));
        ground.ledger_ends_with(&["verified"]);
        let listed = |verified| ground.store.read(&asker, |db| {
            accounts::workspaces(db, Kind::Artist, verified, &Page::first(10))
        }).unwrap().rows.len();
        assert_eq!((listed(true), listed(false)), (1, 0));
        let permit = ground.permit::<actions::RevokeVerification>(&asker, home, Factor).unwrap();
        accounts::revoke_verification(&ground.store, permit, Version(2), &prose("Doubts."), ORIGIN).unwrap();
        assert!(!review().verified && !review().members[0].in_person);
        assert_eq!((listed(true), listed(false)), (0, 1));
    }

    fn verified_anew_with_another_person_leaves_nobody_else_in_person(ground) {
        let (ann, home) = ground.approved(Kind::Artist, "ann@example.org");
        let (bea, _) = ground.approved(Kind::Presenter, "bea@example.org");
        invited(ground, ann, home, "bea@example.org", Role::Owner).unwrap();
        accepted(ground, bea, &ground.token("bea@example.org")).unwrap();
        let (other, elsewhere) = ground.approved(Kind::Artist, "other@example.org");
        let admin = ground.some_admin();
        let asker = ground.staff(admin, NOW, 10);
        let members = |it| ground.store.read(&asker, |db| {
            let permit = db.permit::<actions::ReviewWorkspace>(it, Factor)?;
            accounts::workspace_review(db, &permit)
        }).unwrap().members;
        let in_person = |it| members(it).iter().map(|it| it.in_person).collect::<Vec<_>>();
        let (a, b) = (members(home)[0].id, members(home)[1].id);
        verify(ground, admin, elsewhere, 1, Some(members(elsewhere)[0].id)).unwrap();
        verify(ground, admin, home, 1, Some(a)).unwrap();
        assert_eq!(in_person(home), [true, false]);
        let shown = team(ground, ann, home)[0].clone();
        agreed(ground, home);
        verify(ground, admin, home, 2, Some(b)).unwrap();
        assert_eq!(in_person(home), [false, true], "who was named before is not the artist any more");
        assert_eq!(agrees(ground, home), (false, false), "another person agreed to nothing yet");
        ground.ledger_ends_with(&["consents-ended"]);
        assert_eq!(ground.ledger_field("before.in-person"), a.to_string());
        assert_eq!(ground.ledger_field("after.in-person"), b.to_string());
        assert_eq!(ground.ledger_field("in-person-cleared"), "1");
        assert_eq!(team(ground, ann, home)[0].version, Version(shown.version.0 + 1));
        // a wrong person changes nothing, and the same person stays
        assert!(conflict(verify(ground, admin, home, 3, Some(members(elsewhere)[0].id))));
        assert_eq!(in_person(home), [false, true]);
        agreed(ground, home);
        verify(ground, admin, home, 3, Some(b)).unwrap();
        assert_eq!(in_person(home), [false, true]);
        assert_eq!(agrees(ground, home), (true, true), "a new note ends nothing");
        verify(ground, admin, home, 4, None).unwrap();
        assert_eq!(in_person(home), [false, false], "nobody was named");
        assert_eq!(ground.ledger_field("before.in-person"), b.to_string());
        assert_eq!(in_person(elsewhere), [true], "another workspace is not touched");
        assert_eq!(agrees(ground, home), (false, false));
        ground.ledger_ends_with(&["verified", "consents-ended", "verified", "verified", "consents-ended"]);
        assert!(team(ground, other, elsewhere)[0].in_person);
    }

    fn staff_verify_no_workspace_of_their_own_and_no_stranger_as_the_artist(ground) {
        let (ann, home) = ground.approved(Kind::Artist, "ann@example.org");
        let (_, agency) = ground.approved(Kind::Agency, "bob@example.org");
        let admin = ground.some_admin();
        let asker = ground.staff(admin, NOW, 10);
        let stranger = ground.store.read(&asker, |db| {
            let permit = db.permit::<actions::ReviewWorkspace>(agency, Factor)?;
            accounts::workspace_review(db, &permit)
        }).unwrap().members[0].id;
        assert!(conflict(verify(ground, admin, home, 1, Some(stranger))));
        assert!(conflict(verify(ground, admin, agency, 1, Some(stranger))));
        // a manager is not the artist either
        ground.run(&format!("UPDATE memberships SET role = 'manager' WHERE account = '{ann}'"));
        let manager = ground.store.read(&asker, |db| {
            let permit = db.permit::<actions::ReviewWorkspace>(home, Factor)?;
            accounts::workspace_review(db, &permit)
        }).unwrap().members[0].id;
        assert!(conflict(verify(ground, admin, home, 1, Some(manager))));
        // nothing half-happened
        verify(ground, admin, home, 1, None).unwrap();
        ground.admin("ann@example.org");
        assert!(refused(verify(ground, ann, home, 2, None)));
        verify(ground, ann, agency, 1, None).unwrap();
    }

    fn no_admin_acts_on_a_colleague(ground) {
        let (owner, home) = ground.approved(Kind::Agency, "owner@example.org");
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        let (one, other) = (ground.admin("one@kalinklo.example"), ground.admin("other@kalinklo.example"));
        let joins = |account, address: &str| {
            invited(ground, owner, home, address, Role::Manager).unwrap();
            accepted(ground, account, &ground.token(address)).unwrap();
        };
        joins(one, "one@kalinklo.example");
        joins(ann, "ann@example.org");
        // whoever asks to be a colleague is one already, and waits for approval
        ground.run(&format!("UPDATE accounts SET status = 'pending' WHERE id = '{ann}'"));
        let may = |admin, whom| {
            let asker = ground.staff(admin, NOW, 10);
            let all = [
                ground.permit::<actions::ReviewAccount>(&asker, whom, Factor).is_ok(),
                ground.permit::<actions::ApproveAccount>(&asker, whom, Factor).is_ok(),
                ground.permit::<actions::RejectAccount>(&asker, whom, Factor).is_ok(),
                ground.permit::<actions::ReinstateAccount>(&asker, whom, Factor).is_ok(),
                ground.permit::<actions::SuspendAccount>(&asker, whom, Factor).is_ok(),
            ];
            assert!(all.iter().all(|it| *it == all[0]), "{all:?}");
            all[0]
        };
        assert!(!may(one, owner) && !may(one, ann) && may(one, other));
        assert!(may(other, owner) && may(other, ann) && may(other, one));
        let listed = |admin, status| -> Vec<AccountId> {
            let asker = ground.staff(admin, NOW, 10);
            let page = ground.store.read(&asker, |db| accounts::accounts(db, status, &Page::first(50))).unwrap();
            page.rows.iter().map(|it| it.application.account).collect()
        };
        assert_eq!((listed(one, AccountStatus::Pending), listed(other, AccountStatus::Pending)), (vec![], vec![ann]));
        let approved = listed(one, AccountStatus::Approved);
        assert!(!approved.contains(&owner) && approved.contains(&other), "{approved:?}");
        // a right that was given before they became colleagues ends
        let asker = ground.staff(other, NOW, 10);
        let permit = ground.permit::<actions::ApproveAccount>(&asker, ann, Factor).unwrap();
        let shown = permit.version();
        joins(other, "other@kalinklo.example");
        assert!(refused(accounts::approve(&ground.store, permit, shown, None, ORIGIN)));
        assert_eq!(ground.status("ann@example.org"), "pending");
    }
}
