//! Second factors: enrolled, used once a step, recovered.

use super::ground::{Ground, NOW, both, conflict, refused};
use crate::accounts::{self, FirstCode, Issued, Proof};
use crate::{Acting, StoreError};
use domain::{AccountId, Digest, Kind, Moment};
use policy::{Factor, Permit, Unasked, actions};

/// The right to show the own factor.
fn shows(ground: &Ground, admin: AccountId, now: Moment) -> Permit<actions::UseFactor> {
    let asker = ground.as_account(admin, Acting::Admin, now, None);
    ground.permit::<actions::UseFactor>(&asker, admin, Unasked).unwrap()
}
/// The right to change it, with one that was shown so many seconds ago.
fn manages(
    ground: &Ground,
    admin: AccountId,
    now: Moment,
    age: Option<i64>,
) -> Result<Permit<actions::ManageFactor>, StoreError> {
    let asker = ground.as_account(admin, Acting::Admin, now, age);
    ground.permit::<actions::ManageFactor>(&asker, admin, Factor)
}
/// The secret that waits for its first code.
fn waiting(ground: &Ground, admin: AccountId, age: Option<i64>) -> Option<Vec<u8>> {
    let asker = ground.as_account(admin, Acting::Admin, NOW, age);
    let found = ground.store.read(&asker, |db| {
        let permit = db.permit::<actions::ManageFactor>(admin, Factor)?;
        accounts::enrolment(db, &permit)
    });
    found.unwrap().map(|it| it.secret)
}
fn in_force(ground: &Ground, admin: AccountId) -> Option<Vec<u8>> {
    let asker = ground.as_account(admin, Acting::Admin, NOW, None);
    let found = ground.store.read(&asker, |db| {
        let permit = db.permit::<actions::UseFactor>(admin, Unasked)?;
        accounts::factor_state(db, &permit)
    });
    found.unwrap().map(|it| it.secret)
}
fn left(ground: &Ground, admin: AccountId) -> i64 {
    let asker = ground.as_account(admin, Acting::Admin, NOW, None);
    let left = ground.store.read(&asker, |db| {
        let permit = db.permit::<actions::UseFactor>(admin, Unasked)?;
        accounts::recovery_left(db, &permit)
    });
    left.unwrap()
}
fn enrolled(ground: &Ground) -> (AccountId, Issued) {
    let admin = ground.admin("staff@kalinklo.example");
    let session = ground.redeem(&ground.token("staff@kalinklo.example"), 9, NOW).unwrap();
    accounts::factor_begin(&ground.store, manages(ground, admin, NOW, None).unwrap()).unwrap();
    assert_eq!(in_force(ground, admin), None);
    let secret = waiting(ground, admin, None).unwrap();
    let codes = [Digest([1; 32]), Digest([2; 32])];
    let permit = manages(ground, admin, NOW, None).unwrap();
    let first = FirstCode { secret: &secret, step: 100 };
    let session = accounts::factor_confirm(&ground.store, permit, first, &codes, session.id).unwrap();
    assert_eq!(in_force(ground, admin), Some(secret));
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
        let use_step = |step| accounts::factor_use(&ground.store, shows(ground, admin, later), Proof::Step(step), first.id);
        assert!(conflict(use_step(100)), "the step of the enrolment");
        let second = use_step(101).unwrap();
        assert!(conflict(use_step(101)) && conflict(use_step(99)));
        assert_eq!(factor_at(ground, &second, later), Some(later));
        // whoever held the old cookie holds nothing
        let old = accounts::hash(&first.secret);
        let visit = ground.store.fresh(later);
        assert!(ground.store.enter(&old, visit, later, |_: &crate::Doors| Ok(Acting::Account), |_, _| Ok::<_, StoreError>(())).unwrap().is_none());
    }

    fn a_factor_in_force_is_changed_only_by_who_just_showed_it(ground) {
        let (admin, session) = enrolled(ground);
        let before = in_force(ground, admin).unwrap();
        for age in [None, Some(301), Some(43_200)] {
            assert!(refused(manages(ground, admin, NOW, age)), "{age:?}");
        }
        // a right given before there was a factor is asked again when it is spent
        ground.run("UPDATE factors SET confirmed_at = NULL");
        let early = manages(ground, admin, NOW, None).unwrap();
        let early_codes = manages(ground, admin, NOW, None).unwrap();
        ground.run(&format!("UPDATE factors SET confirmed_at = {}", NOW.0));
        assert!(refused(accounts::factor_begin(&ground.store, early)));
        assert!(refused(accounts::recovery_renew(&ground.store, early_codes, &[Digest([7; 32])])));
        assert_eq!((left(ground, admin), waiting(ground, admin, Some(0))), (2, None));

        let fresh = || manages(ground, admin, NOW, Some(300)).unwrap();
        accounts::factor_begin(&ground.store, fresh()).unwrap();
        let next = waiting(ground, admin, Some(300)).unwrap();
        // the old one stands until the new one is confirmed, and only with the secret that was shown
        assert_eq!(in_force(ground, admin), Some(before.clone()));
        let confirm = |secret: &[u8]| {
            let first = FirstCode { secret, step: 200 };
            accounts::factor_confirm(&ground.store, fresh(), first, &[Digest([3; 32])], session.id)
        };
        assert!(conflict(confirm(&before)) && conflict(confirm(&[0; 20])));
        let other = ground.signed_in("staff@kalinklo.example", 9, NOW);
        ground.run(&format!("UPDATE sessions SET factor_at = {}", NOW.0));
        let session = confirm(&next).unwrap();
        assert_eq!((in_force(ground, admin), waiting(ground, admin, Some(0)), left(ground, admin)), (Some(next.clone()), None, 1));
        assert_eq!((factor_at(ground, &session, NOW), factor_at(ground, &other, NOW)), (Some(NOW), None));
        assert!(conflict(confirm(&next)), "confirmed already");
        ground.ledger_ends_with(&["begun-anew", "signed-in", "replaced"]);
    }

    fn new_recovery_codes_take_the_place_of_all_old_ones(ground) {
        let (admin, session) = enrolled(ground);
        let renew = || accounts::recovery_renew(
            &ground.store, manages(ground, admin, NOW, Some(10)).unwrap(), &[Digest([5; 32]), Digest([6; 32]), Digest([7; 32])],
        );
        renew().unwrap();
        assert_eq!(left(ground, admin), 3);
        let recover = |code| {
            accounts::factor_use(&ground.store, shows(ground, admin, NOW), Proof::Recovery(Digest([code; 32])), session.id)
        };
        assert!(conflict(recover(1)) && recover(5).is_ok());
        ground.ledger_ends_with(&["recovery-renewed", "shown"]);
        ground.run("DELETE FROM factors");
        assert!(conflict(renew()), "there is no factor");
    }

    fn a_recovery_code_is_used_once(ground) {
        let (admin, session) = enrolled(ground);
        let recover = |code| {
            let proof = Proof::Recovery(Digest([code; 32]));
            accounts::factor_use(&ground.store, shows(ground, admin, NOW), proof, session.id)
        };
        assert!(recover(1).is_ok());
        assert!(conflict(recover(1)) && conflict(recover(3)));
        assert_eq!(left(ground, admin), 1);
    }

    fn wrong_codes_wait_longer_and_a_right_one_forgets_them(ground) {
        let (admin, session) = enrolled(ground);
        let tried = |now| accounts::factor_try(&ground.store, &shows(ground, admin, now)).unwrap();
        for _ in 0..5 {
            assert_eq!(tried(NOW), Ok(()));
        }
        let until = NOW.plus(30 * Moment::SECOND);
        assert_eq!(tried(NOW), Err(until));
        assert_eq!(tried(until), Ok(()));
        assert_eq!(tried(until), Err(until.plus(60 * Moment::SECOND)));
        accounts::factor_use(&ground.store, shows(ground, admin, NOW), Proof::Step(101), session.id).unwrap();
        assert_eq!(tried(NOW), Ok(()));
    }

    fn an_admin_made_again_enrols_anew_and_a_member_has_no_factor(ground) {
        let (admin, _) = enrolled(ground);
        assert_eq!(ground.admin("staff@kalinklo.example"), admin);
        assert_eq!(ground.sessions(), 0);
        assert!(in_force(ground, admin).is_none() && manages(ground, admin, NOW, None).is_ok());
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        let asker = ground.as_account(ann, Acting::Account, NOW, None);
        assert!(refused(ground.permit::<actions::UseFactor>(&asker, ann, Unasked)));
        assert!(refused(ground.permit::<actions::ManageFactor>(&asker, ann, Factor)));
    }
}
