//! Second factors: enrolled, used once a step, recovered.

use super::ground::{Ground, NOW, both, conflict, refused};
use crate::accounts::{self, Issued, Proof};
use crate::{Acting, StoreError};
use domain::{AccountId, Digest, Kind, Moment};
use policy::{Permit, Unasked, actions};

fn factor(ground: &Ground, admin: AccountId, now: Moment) -> Permit<actions::ManageFactor> {
    let asker = ground.as_account(admin, Acting::Admin, now, None);
    ground.permit::<actions::ManageFactor>(&asker, admin, Unasked).unwrap()
}
fn enrolled(ground: &Ground) -> (AccountId, Issued) {
    let admin = ground.admin("staff@kalinklo.example");
    let session = ground.redeem(&ground.token("staff@kalinklo.example"), 9, NOW).unwrap();
    accounts::factor_begin(&ground.store, factor(ground, admin, NOW)).unwrap();
    let codes = [Digest([1; 32]), Digest([2; 32])];
    let session =
        accounts::factor_confirm(&ground.store, factor(ground, admin, NOW), 100, &codes, session.id).unwrap();
    (admin, session)
}
fn factor_at(ground: &Ground, issued: &Issued, now: Moment) -> Option<Moment> {
    let token = accounts::hash(&issued.secret);
    let visit = ground.store.fresh(now);
    let found = ground.store.enter(
        &token,
        visit,
        now,
        |_: &crate::Doors| Ok(Acting::Account),
        |doors, _| Ok::<_, StoreError>(doors.factor_at),
    );
    found.unwrap().expect("the session stands")
}

both! {
    fn an_admin_comes_by_the_operators_link_and_enrols(ground) {
        let permit = ground.platform::<actions::CreateAdmin>(&ground.operator(NOW));
        let email = crate::accounts::tests::people::email("staff@kalinklo.example");
        let name = crate::accounts::tests::people::line("Staff");
        let made = accounts::admin_create(&ground.store, permit, &email, &name, "https://a.example").unwrap();
        assert!(!made.was_known && made.link.starts_with("https://a.example/sign-in/link?token="));
        ground.ledger_ends_with(&["made-admin", "applied"]);
        // any browser may use it, once
        let session = ground.redeem(&ground.token("staff@kalinklo.example"), 9, NOW).unwrap();
        assert_eq!(accounts::home(&ground.store, &session).unwrap(), "/admin");
        assert!(ground.redeem(&ground.token("staff@kalinklo.example"), 9, NOW).is_err());
        assert!(refused(ground.permit::<actions::CreateAdmin>(
            &ground.visitor(NOW), policy::facts::ThePlatform, Unasked,
        )));
    }

    fn a_factor_renews_the_session_and_a_step_is_used_once(ground) {
        let (admin, first) = enrolled(ground);
        assert_eq!(factor_at(ground, &first, NOW), Some(NOW));
        ground.ledger_ends_with(&["signed-in", "begun", "confirmed"]);
        let later = NOW.plus(Moment::HOUR);
        let use_step = |step| accounts::factor_use(&ground.store, factor(ground, admin, later), Proof::Step(step), first.id);
        assert!(conflict(use_step(100)), "the step of the enrolment");
        let second = use_step(101).unwrap();
        assert!(conflict(use_step(101)) && conflict(use_step(99)));
        assert_eq!(factor_at(ground, &second, later), Some(later));
        // whoever held the old cookie holds nothing
        let old = accounts::hash(&first.secret);
        let visit = ground.store.fresh(later);
        assert!(ground.store.enter(&old, visit, later, |_: &crate::Doors| Ok(Acting::Account), |_, _| Ok::<_, StoreError>(())).unwrap().is_none());
        assert!(conflict(accounts::factor_begin(&ground.store, factor(ground, admin, later))));
    }

    fn a_recovery_code_is_used_once(ground) {
        let (admin, session) = enrolled(ground);
        let recover = |code| {
            let proof = Proof::Recovery(Digest([code; 32]));
            accounts::factor_use(&ground.store, factor(ground, admin, NOW), proof, session.id)
        };
        assert!(recover(1).is_ok());
        assert!(conflict(recover(1)) && conflict(recover(3)));
        let asker = ground.as_account(admin, Acting::Admin, NOW, None);
        let left = ground.store.read(&asker, |db| {
            let permit = db.permit::<actions::ManageFactor>(admin, Unasked)?;
            accounts::recovery_left(db, &permit)
        });
        assert_eq!(left.unwrap(), 1);
    }

    fn wrong_codes_wait_longer_and_a_right_one_forgets_them(ground) {
        let (admin, session) = enrolled(ground);
        let tried = |now| accounts::factor_try(&ground.store, &factor(ground, admin, now)).unwrap();
        for _ in 0..5 {
            assert_eq!(tried(NOW), Ok(()));
        }
        let until = NOW.plus(30 * Moment::SECOND);
        assert_eq!(tried(NOW), Err(until));
        assert_eq!(tried(until), Ok(()));
        assert_eq!(tried(until), Err(until.plus(60 * Moment::SECOND)));
        accounts::factor_use(&ground.store, factor(ground, admin, NOW), Proof::Step(101), session.id).unwrap();
        assert_eq!(tried(NOW), Ok(()));
    }

    fn an_admin_made_again_enrols_anew_and_a_member_has_no_factor(ground) {
        let (admin, _) = enrolled(ground);
        assert_eq!(ground.admin("staff@kalinklo.example"), admin);
        assert_eq!(ground.sessions(), 0);
        let asker = ground.as_account(admin, Acting::Admin, NOW, None);
        let state = ground.store.read(&asker, |db| {
            let permit = db.permit::<actions::ManageFactor>(admin, Unasked)?;
            accounts::factor_state(db, &permit)
        });
        assert!(state.unwrap().is_none());
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        let asker = ground.as_account(ann, Acting::Account, NOW, None);
        assert!(refused(ground.permit::<actions::ManageFactor>(&asker, ann, Unasked)));
    }
}
