//! Reviewed-access codes: issued, used, run out, revoked.

use super::ground::{Ground, NOW, both, conflict, refused};
use crate::accounts::{self, SignUpFault};
use crate::lists::Page;
use diesel::prelude::*;
use domain::Kind;
use policy::{Factor, actions, facts::ThePlatform};

fn fault(ground: &Ground, kind: Kind, address: &str, code: &str) -> String {
    match ground.sign_up(kind, address, Some(code)) {
        Err(SignUpFault::Code(it)) => it.to_string(),
        other => panic!("{other:?}"),
    }
}
fn verified(ground: &Ground, address: &str) -> bool {
    use crate::schema::workspaces;
    workspaces::table
        .find(ground.workspace(address).to_string())
        .select(workspaces::verified)
        .first(&mut *ground.store.reader().unwrap())
        .unwrap()
}

both! {
    fn a_code_approves_once_and_the_ledger_names_it_and_its_issuer(ground) {
        let code = ground.code_for(Kind::Artist, 1, false);
        assert_eq!(code.text.len(), 17);
        ground.sign_up(Kind::Artist, "ann@example.org", Some(&code.text.to_lowercase())).unwrap();
        assert_eq!(ground.status("ann@example.org"), "approved");
        assert!(!verified(ground, "ann@example.org"));
        assert_eq!(ground.ledger_field("code"), code.id.to_string());
        assert_eq!(ground.ledger_field("code-issuer"), ground.some_admin().to_string());
        assert!(fault(ground, Kind::Artist, "eve@example.org", &code.text).contains("used already"));
    }

    fn a_code_is_used_alike_for_addresses_that_have_an_account_and_others(ground) {
        let code = ground.code_for(Kind::Artist, 2, true);
        ground.sign_up(Kind::Artist, "ann@example.org", None).unwrap();
        let used = || {
            use crate::schema::access_codes;
            let used = access_codes::table.select(access_codes::used);
            used.first::<i64>(&mut *ground.store.reader().unwrap()).unwrap()
        };
        ground.sign_up(Kind::Artist, "ann@example.org", Some(&code.text)).unwrap();
        assert_eq!((used(), ground.status("ann@example.org").as_str()), (1, "pending"));
        ground.ledger_ends_with(&["applied-again"]);
        assert_eq!(ground.ledger_field("code"), code.id.to_string());
        assert_eq!(ground.ledger_field("code-issuer"), ground.some_admin().to_string());
        ground.sign_up(Kind::Artist, "eve@example.org", Some(&code.text)).unwrap();
        assert_eq!((used(), ground.status("eve@example.org").as_str()), (2, "approved"));
        for address in ["ann@example.org", "eve@example.org", "new@example.org"] {
            assert!(fault(ground, Kind::Artist, address, &code.text).contains("used already"), "{address}");
        }
        assert_eq!(used(), 2);
    }

    fn a_code_ends_with_its_issuers_office(ground) {
        let code = ground.code_for(Kind::Artist, 9, false);
        let issuer = ground.some_admin();
        let in_office = || {
            let asker = ground.staff(ground.admin("other@kalinklo.example"), NOW, 10);
            ground.store.read(&asker, |db| accounts::codes(db, &Page::first(10))).unwrap().0[0].in_office
        };
        assert!(in_office());
        for left in ["status = 'suspended'", "is_admin = FALSE"] {
            ground.run(&format!("UPDATE accounts SET {left} WHERE id = '{issuer}'"));
            for address in ["ann@example.org", "bob@example.org"] {
                assert!(fault(ground, Kind::Artist, address, &code.text).contains("no longer opens"), "{left}");
            }
            assert!(!in_office());
            ground.run(&format!("UPDATE accounts SET status = 'approved', is_admin = TRUE WHERE id = '{issuer}'"));
        }
        ground.sign_up(Kind::Artist, "ann@example.org", Some(&code.text)).unwrap();
        assert_eq!(ground.status("ann@example.org"), "approved");
    }

    fn a_code_verifies_only_where_it_says_so(ground) {
        let code = ground.code_for(Kind::Presenter, 5, true);
        ground.sign_up(Kind::Presenter, "hall@example.org", Some(&code.text)).unwrap();
        assert!(verified(ground, "hall@example.org"));
    }

    fn a_code_that_opens_nothing_says_why(ground) {
        let code = ground.code_for(Kind::Agency, 5, false);
        assert!(fault(ground, Kind::Artist, "a@example.org", &code.text).contains("another kind"));
        assert!(fault(ground, Kind::Agency, "a@example.org", "NONE-SUCH").contains("no such code"));
        let asker = ground.staff(ground.some_admin(), NOW, 10);
        let revoke = || {
            let permit = ground.permit::<actions::RevokeCode>(&asker, code.id, Factor)?;
            accounts::code_revoke(&ground.store, permit)
        };
        revoke().unwrap();
        assert!(conflict(revoke()));
        assert!(fault(ground, Kind::Agency, "a@example.org", &code.text).contains("no longer opens"));
        let late = ground.code_for(Kind::Agency, 5, false);
        ground.run(&format!("UPDATE access_codes SET expires_at = 1 WHERE id = '{}'", late.id));
        assert!(fault(ground, Kind::Agency, "a@example.org", &late.text).contains("expired"));
        let (rows, next) = ground.store.read(&asker, |db| accounts::codes(db, &Page::first(10))).unwrap();
        assert_eq!((rows.len(), next), (2, None));
        assert_eq!((rows[0].id, rows[1].revoked_at), (late.id, Some(NOW)));
    }

    fn codes_need_a_factor_of_now(ground) {
        let admin = ground.some_admin();
        let stale = ground.staff(admin, NOW, 301);
        assert!(refused(ground.permit::<actions::IssueCode>(&stale, ThePlatform, Factor)));
        let today = ground.staff(admin, NOW, 12 * 3600);
        assert!(ground.permit::<actions::ViewPlatform>(&today, ThePlatform, Factor).is_ok());
        let old = ground.staff(admin, NOW, 12 * 3600 + 1);
        assert!(refused(ground.permit::<actions::ViewPlatform>(&old, ThePlatform, Factor)));
        assert!(ground.store.read(&old, |db| accounts::codes(db, &Page::first(10))).unwrap().0.is_empty());
    }
}
