//! Teams: roles, grants, leaving, and the last owner.

use super::ground::{Ground, NOW, both, conflict, refused, stale};
use crate::accounts::{self, MemberRow};
use crate::{Acting, StoreError};
use domain::{AccountId, Kind, Role, WorkspaceId};
use policy::{Unasked, actions};

pub(super) fn team(ground: &Ground, account: AccountId, home: WorkspaceId) -> Vec<MemberRow> {
    let asker = ground.as_account(account, Acting::Workspace(home), NOW, None);
    ground
        .store
        .read(&asker, |db| {
            let permit = db.permit::<actions::ViewWorkspace>(home, Unasked)?;
            accounts::members(db, &permit)
        })
        .unwrap()
}
pub(super) fn role(
    ground: &Ground,
    by: AccountId,
    home: WorkspaceId,
    it: &MemberRow,
    role: Role,
) -> Result<(), StoreError> {
    let asker = ground.as_account(by, Acting::Workspace(home), NOW, None);
    let permit = ground.permit::<actions::ManageTeam>(&asker, home, Unasked)?;
    accounts::role_set(&ground.store, permit, it.id, it.version, role)
}
fn money(
    ground: &Ground,
    by: AccountId,
    home: WorkspaceId,
    it: &MemberRow,
    to: bool,
) -> Result<(), StoreError> {
    let asker = ground.as_account(by, Acting::Workspace(home), NOW, None);
    let permit = ground.permit::<actions::ManageTeam>(&asker, home, Unasked)?;
    accounts::money_set(&ground.store, permit, it.id, it.version, to)
}
pub(super) fn remove(
    ground: &Ground,
    by: AccountId,
    home: WorkspaceId,
    it: &MemberRow,
) -> Result<(), StoreError> {
    let asker = ground.as_account(by, Acting::Workspace(home), NOW, None);
    let permit = ground.permit::<actions::ManageTeam>(&asker, home, Unasked)?;
    accounts::member_remove(&ground.store, permit, it.id, it.version)
}
fn leave(ground: &Ground, by: AccountId, home: WorkspaceId) -> Result<(), StoreError> {
    let asker = ground.as_account(by, Acting::Workspace(home), NOW, None);
    accounts::leave(&ground.store, ground.permit::<actions::LeaveWorkspace>(&asker, home, Unasked)?)
}
/// An agency's owner and a colleague with this role, approved.
pub(super) fn two(ground: &Ground, as_role: Role) -> (AccountId, AccountId, WorkspaceId) {
    let (owner, home) = ground.approved(Kind::Agency, "owner@example.org");
    let (colleague, _) = ground.approved(Kind::Presenter, "colleague@example.org");
    crate::accounts::tests::invitations::invited(ground, owner, home, "colleague@example.org", as_role)
        .unwrap();
    crate::accounts::tests::invitations::accepted(ground, colleague, &ground.token("colleague@example.org"))
        .unwrap();
    (owner, colleague, home)
}

both! {
    fn an_owner_sets_roles_and_grants_and_the_next_decision_knows(ground) {
        let (owner, colleague, home) = two(ground, Role::Assistant);
        let it = team(ground, owner, home)[1].clone();
        assert_eq!((it.account, it.role, it.money), (colleague, Role::Assistant, false));
        money(ground, owner, home, &it, true).unwrap();
        ground.ledger_ends_with(&["money-granted"]);
        assert!(stale(money(ground, owner, home, &it, false)));
        let it = team(ground, owner, home)[1].clone();
        assert!(it.money);
        role(ground, owner, home, &it, Role::Manager).unwrap();
        let it = team(ground, owner, home)[1].clone();
        assert_eq!((it.role, it.money), (Role::Manager, false));
        assert!(conflict(money(ground, owner, home, &it, true)));
        // a manager manages no team
        assert!(refused(role(ground, colleague, home, &it, Role::Owner)));
        assert!(refused(remove(ground, colleague, home, &team(ground, owner, home)[0])));
    }

    fn the_last_owner_stays(ground) {
        let (owner, colleague, home) = two(ground, Role::Manager);
        let rows = team(ground, owner, home);
        assert!(conflict(leave(ground, owner, home)));
        assert!(conflict(role(ground, owner, home, &rows[0], Role::Manager)));
        assert!(conflict(remove(ground, owner, home, &rows[0])));
        assert_eq!(team(ground, owner, home).len(), 2);
        role(ground, owner, home, &rows[1], Role::Owner).unwrap();
        leave(ground, owner, home).unwrap();
        ground.ledger_ends_with(&["role-set", "left"]);
        assert_eq!(team(ground, colleague, home).len(), 1);
        assert!(ground.store.asker(owner, Acting::Workspace(home), ground.store.fresh(NOW), NOW).is_err());
    }

    fn two_owners_who_leave_at_once_leave_one(ground) {
        let (owner, colleague, home) = two(ground, Role::Owner);
        let left: usize = std::thread::scope(|scope| {
            let all: Vec<_> =
                [owner, colleague].map(|it| scope.spawn(move || leave(ground, it, home).is_ok())).into();
            all.into_iter().map(|it| usize::from(it.join().unwrap())).sum()
        });
        assert_eq!(left, 1);
    }

    fn an_assistant_may_leave_and_a_removed_member_is_told(ground) {
        let (owner, colleague, home) = two(ground, Role::Assistant);
        leave(ground, colleague, home).unwrap();
        crate::accounts::tests::invitations::invited(ground, owner, home, "colleague@example.org", Role::Manager).unwrap();
        crate::accounts::tests::invitations::accepted(ground, colleague, &ground.token("colleague@example.org")).unwrap();
        let it = team(ground, owner, home)[1].clone();
        remove(ground, owner, home, &it).unwrap();
        assert!(ground.last_letter("colleague@example.org").3.contains("no longer a member"));
        assert!(refused(remove(ground, owner, home, &it)));
        ground.ledger_ends_with(&["joined", "removed"]);
    }

    fn nobody_reaches_into_anothers_team(ground) {
        let (owner, _, home) = two(ground, Role::Manager);
        let (stranger, theirs) = ground.approved(Kind::Agency, "stranger@example.org");
        let mine = team(ground, owner, home)[1].clone();
        assert!(refused(role(ground, stranger, theirs, &mine, Role::Assistant)));
        assert!(refused(money(ground, stranger, theirs, &mine, true)));
        assert!(refused(remove(ground, stranger, theirs, &mine)));
        let asker = ground.as_account(stranger, Acting::Workspace(theirs), NOW, None);
        assert!(refused(ground.permit::<actions::ManageTeam>(&asker, home, Unasked)));
        assert!(refused(ground.permit::<actions::LeaveWorkspace>(&asker, home, Unasked)));
        assert_eq!(team(ground, owner, home)[1], mine);
    }

    fn the_artist_in_person_is_under_nobodys_hand(ground) {
        let (ann, home) = ground.approved(Kind::Artist, "ann@example.org");
        let (second, _) = ground.approved(Kind::Presenter, "second@example.org");
        crate::accounts::tests::invitations::invited(ground, ann, home, "second@example.org", Role::Owner).unwrap();
        crate::accounts::tests::invitations::accepted(ground, second, &ground.token("second@example.org")).unwrap();
        ground.run(&format!("UPDATE memberships SET in_person = TRUE WHERE account = '{ann}'"));
        let artist = team(ground, second, home)[0].clone();
        assert!(conflict(remove(ground, second, home, &artist)));
        assert!(conflict(role(ground, second, home, &artist, Role::Assistant)));
        assert!(conflict(role(ground, ann, home, &artist, Role::Manager)), "the artist in person owns the workspace");
        assert!(conflict(remove(ground, ann, home, &artist)), "whoever leaves, leaves by themselves");
        ground.run(&format!("UPDATE profiles SET level = 'public', opted_in = TRUE WHERE workspace = '{home}'"));
        leave(ground, ann, home).unwrap();
        ground.ledger_ends_with(&["left", "consents-ended"]);
        assert_eq!(ground.ledger_field("before.opted-in"), "true");
    }
}
