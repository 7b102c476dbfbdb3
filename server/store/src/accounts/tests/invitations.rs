//! Invitations: who may, who joins, once.

use super::ground::{Ground, NOW, ORIGIN, both, conflict, refused};
use super::people::{email, line};
use super::teams::{remove, role, team, two};
use crate::accounts::{self, Invitation};
use crate::schema::engagement_counsel;
use crate::write::Change;
use crate::{Acting, StoreError};
use diesel::prelude::*;
use domain::{AccountId, EngagementId, InvitationId, Kind, Moment, Role, Side, WorkspaceId};
use policy::{Unasked, actions};

pub(super) fn invited(
    ground: &Ground,
    by: AccountId,
    home: WorkspaceId,
    to: &str,
    role: Role,
) -> Result<InvitationId, StoreError> {
    let asker = ground.as_account(by, Acting::Workspace(home), NOW, None);
    let permit = ground.permit::<actions::InviteMember>(&asker, home, Unasked)?;
    accounts::invite(&ground.store, permit, &email(to), role, ORIGIN)
}
pub(super) fn accepted(ground: &Ground, account: AccountId, token: &str) -> Result<Invitation, StoreError> {
    let asker = ground.as_account(account, Acting::Account, NOW, None);
    let permit = ground.permit::<actions::AcceptInvitation>(&asker, account, Unasked)?;
    accounts::accept(&ground.store, permit, &accounts::hash_of_text(token).unwrap())
}
/// Whether a visitor and `account` are shown an invitation.
fn shown(ground: &Ground, account: AccountId, token: &str) -> (bool, bool) {
    let token = accounts::hash_of_text(token).unwrap();
    let visitor = ground.store.read(&ground.visitor(NOW), |db| {
        let permit = db.permit::<actions::SignUp>(policy::facts::ThePlatform, Unasked)?;
        accounts::invitation_shown(db, &permit, &token)
    });
    let theirs = ground.store.read(&ground.as_account(account, Acting::Account, NOW, None), |db| {
        let permit = db.permit::<actions::AcceptInvitation>(account, Unasked)?;
        accounts::invitation_seen(db, &permit, &token)
    });
    (visitor.unwrap().is_some(), theirs.unwrap().is_some())
}
fn joined(ground: &Ground, token: &str, now: Moment) -> Result<(), StoreError> {
    let permit = ground.platform::<actions::SignUp>(&ground.visitor(now));
    accounts::join(&ground.store, permit, &accounts::hash_of_text(token).unwrap(), &line("Newcomer"), ORIGIN)
}

both! {
    fn an_invited_newcomer_waits_for_an_admin(ground) {
        let (owner, home) = ground.approved(Kind::Agency, "owner@example.org");
        invited(ground, owner, home, "New@example.org", Role::Assistant).unwrap();
        let token = ground.token("New@example.org");
        assert!(refused(joined(ground, &token, NOW.plus(14 * Moment::DAY))));
        joined(ground, &token, NOW).unwrap();
        assert!(refused(joined(ground, &token, NOW)), "an invitation is taken up once");
        assert_eq!(ground.status("new@example.org"), "pending");
        assert_eq!(team(ground, owner, home)[1].role, Role::Assistant);
        ground.ledger_ends_with(&["accepted", "applied", "joined"]);
        let newcomer = ground.account("new@example.org");
        let asker = ground.as_account(newcomer, Acting::Workspace(home), NOW, None);
        assert!(refused(ground.permit::<actions::ViewWorkspace>(&asker, home, Unasked)));
    }

    fn only_owners_invite_and_only_the_address_accepts(ground) {
        let (owner, home) = ground.approved(Kind::Agency, "owner@example.org");
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        let (eve, _) = ground.approved(Kind::Artist, "eve@example.org");
        invited(ground, owner, home, "ann@example.org", Role::Manager).unwrap();
        let token = ground.token("ann@example.org");
        assert!(refused(accepted(ground, eve, &token)));
        assert!(conflict(joined(ground, &token, NOW)), "the address has an account");
        assert_eq!(accepted(ground, ann, &token).unwrap().workspace, home);
        assert!(refused(accepted(ground, ann, &token)));
        assert!(refused(invited(ground, ann, home, "x@example.org", Role::Assistant)));
        // a member who accepts a second invitation learns that they are one
        invited(ground, owner, home, "ann@example.org", Role::Owner).unwrap();
        assert!(conflict(accepted(ground, ann, &ground.token("ann@example.org"))));
        let mine = ground.store.read(&ground.as_account(ann, Acting::Account, NOW, None), |db| {
            let permit = db.permit::<actions::ManageSessions>(ann, Unasked)?;
            accounts::memberships(db, &permit)
        }).unwrap();
        assert_eq!(mine.iter().map(|it| (it.kind, it.role)).collect::<Vec<_>>(), [
            (Kind::Artist, Role::Owner), (Kind::Agency, Role::Manager),
        ]);
    }

    fn a_withdrawn_invitation_opens_nothing(ground) {
        let (owner, home) = ground.approved(Kind::Agency, "owner@example.org");
        let id = invited(ground, owner, home, "ann@example.org", Role::Manager).unwrap();
        let asker = ground.as_account(owner, Acting::Workspace(home), NOW, None);
        let permit = || ground.permit::<actions::InviteMember>(&asker, home, Unasked).unwrap();
        let open = || ground.store.read(&asker, |db| {
            let permit = db.permit::<actions::InviteMember>(home, Unasked)?;
            accounts::invitations_open(db, &permit)
        }).unwrap();
        assert_eq!(open().len(), 1);
        accounts::invitation_withdraw(&ground.store, permit(), id).unwrap();
        assert!(open().is_empty());
        assert!(refused(accounts::invitation_withdraw(&ground.store, permit(), id)));
        assert!(refused(joined(ground, &ground.token("ann@example.org"), NOW)));
    }

    fn an_invitation_ends_with_its_inviters_right_to_invite(ground) {
        let (owner, colleague, home) = two(ground, Role::Owner);
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        let (bob, _) = ground.approved(Kind::Artist, "bob@example.org");
        for to in ["ann@example.org", "bob@example.org", "new@example.org"] {
            invited(ground, colleague, home, to, Role::Owner).unwrap();
        }
        let [for_ann, for_bob, for_new] =
            ["ann@example.org", "bob@example.org", "new@example.org"].map(|it| ground.token(it));
        assert_eq!(shown(ground, ann, &for_ann), (true, true));
        assert_eq!(accepted(ground, ann, &for_ann).unwrap().role, Some(Role::Owner));

        role(ground, owner, home, &team(ground, owner, home)[1], Role::Assistant).unwrap();
        assert_eq!(shown(ground, bob, &for_bob), (false, false));
        assert!(refused(accepted(ground, bob, &for_bob)), "an assistant invited them");
        assert!(refused(joined(ground, &for_new, NOW)), "an assistant invited them");

        remove(ground, owner, home, &team(ground, owner, home)[1]).unwrap();
        assert_eq!(shown(ground, bob, &for_bob), (false, false));
        assert!(refused(accepted(ground, bob, &for_bob)), "who invited them was removed");
        assert!(refused(joined(ground, &for_new, NOW)), "who invited them was removed");
        assert_eq!(team(ground, owner, home).len(), 2);
        ground.ledger_ends_with(&["role-set", "removed"]);
    }

    fn an_invitation_of_a_suspended_owner_opens_nothing(ground) {
        let (owner, home) = ground.approved(Kind::Agency, "owner@example.org");
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        invited(ground, owner, home, "ann@example.org", Role::Manager).unwrap();
        let token = ground.token("ann@example.org");
        ground.run(&format!("UPDATE accounts SET status = 'suspended' WHERE id = '{owner}'"));
        assert_eq!(shown(ground, ann, &token), (false, false));
        assert!(refused(accepted(ground, ann, &token)));
    }

    fn an_invitation_into_a_closed_workspace_opens_nothing(ground) {
        let (owner, home) = ground.approved(Kind::Agency, "owner@example.org");
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        invited(ground, owner, home, "ann@example.org", Role::Manager).unwrap();
        let token = ground.token("ann@example.org");
        ground.run(&format!("UPDATE workspaces SET closed_at = 1 WHERE id = '{home}'"));
        assert_eq!(shown(ground, ann, &token), (false, false));
        assert!(refused(accepted(ground, ann, &token)));
        assert!(refused(joined(ground, &token, NOW)));
    }

    fn an_invitation_of_counsel_ends_with_its_inviters_place_in_the_workspace(ground) {
        let (owner, colleague, home) = two(ground, Role::Owner);
        let (_, artist) = ground.approved(Kind::Artist, "ann@example.org");
        let (law, presenter) = ground.approved(Kind::Presenter, "law@example.org");
        let engagement: EngagementId = ground.store.fresh(NOW);
        ground.run(&format!(
            "INSERT INTO engagements \
             (id, reference, title, artist, profile, agency, presenter, created_at, version) \
             SELECT '{engagement}', 'R1', 'A recital', '{artist}', id, '{home}', '{presenter}', 1, 1 FROM profiles"
        ));
        let asker = ground.as_account(colleague, Acting::Workspace(home), NOW, None);
        for to in ["law@example.org", "new@example.org"] {
            let permit = ground.permit::<actions::InviteCounsel>(&asker, engagement, Unasked).unwrap();
            crate::engagements::counsel::invite(&ground.store, permit, &email(to), ORIGIN).unwrap();
        }
        let [for_law, for_new] = ["law@example.org", "new@example.org"].map(|it| ground.token(it));
        assert_eq!(shown(ground, law, &for_law), (true, true));
        remove(ground, owner, home, &team(ground, owner, home)[1]).unwrap();
        assert_eq!(shown(ground, law, &for_law), (false, false));
        assert!(refused(accepted(ground, law, &for_law)));
        assert!(refused(joined(ground, &for_new, NOW)));
        ground.ledger_ends_with(&["counsel-invited", "counsel-invited", "removed"]);
    }

    fn counsel_joins_one_engagement_on_the_inviting_side(ground) {
        let (ann, artist) = ground.approved(Kind::Artist, "ann@example.org");
        let (hall, presenter) = ground.approved(Kind::Presenter, "hall@example.org");
        let engagement: EngagementId = ground.store.fresh(NOW);
        ground.run(&format!(
            "INSERT INTO engagements (id, reference, title, artist, profile, presenter, created_at, version) \
             SELECT '{engagement}', 'R1', 'A recital', '{artist}', id, '{presenter}', 1, 1 FROM profiles"
        ));
        let asker = ground.as_account(hall, Acting::Workspace(presenter), NOW, None);
        let permit = ground.permit::<actions::InviteCounsel>(&asker, engagement, Unasked).unwrap();
        ground.store.write(permit, |tx, _| {
            let (_, event, letter) =
                accounts::invite_counsel(tx, engagement, Side::Presenter, &email("law@example.org"), ORIGIN)?;
            Ok::<_, StoreError>(Change::of((), event).telling([letter]))
        }).unwrap();
        let token = ground.token("law@example.org");
        let seen = ground.store.read(&ground.visitor(NOW), |db| {
            let permit = db.permit::<actions::SignUp>(policy::facts::ThePlatform, Unasked)?;
            accounts::invitation_shown(db, &permit, &accounts::hash_of_text(&token).unwrap())
        }).unwrap().unwrap();
        assert_eq!((seen.role, seen.engagement, seen.has_account), (None, Some(engagement), false));
        joined(ground, &token, NOW).unwrap();
        let it = ground.application(ground.account("law@example.org"));
        assert_eq!((it.applicant.as_str(), it.status.as_str(), it.workspace), ("counsel", "pending", None));
        let sides: Vec<(String, String)> = engagement_counsel::table
            .select((engagement_counsel::account, engagement_counsel::side))
            .load(&mut *ground.store.reader().unwrap())
            .unwrap();
        assert_eq!(sides, [(it.account.to_string(), "presenter".to_owned())]);
        ground.ledger_ends_with(&["counsel-invited", "accepted", "applied", "counsel-joined"]);
        let _ = ann;
    }
}
