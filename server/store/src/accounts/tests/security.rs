//! Security events as staff read them.

use super::ground::{NOW, both};
use crate::{Page, SecurityEvent, security_day, security_events};
use domain::Moment;
use policy::{Factor, actions::ViewSecurity, facts::ThePlatform};

both! {
    fn a_failed_sign_in_is_found_however_many_refusals_came_after_it(ground) {
        let event = |kind: &str, second: i64| SecurityEvent {
            at: NOW.plus(second * Moment::SECOND),
            visit: ground.store.fresh(NOW),
            kind: kind.into(),
            account: None,
            address: "192.0.2.1".into(),
            action: "SignIn".into(),
            detail: second.to_string(),
        };
        ground.store.security_notes(&[event("refused", -90_000), event("sign-in-failed", 0)]).unwrap();
        for second in 1..=300 {
            let kind = if second % 3 == 0 { "limited" } else { "refused" };
            ground.store.security_note(&event(kind, second)).unwrap();
        }
        let admin = ground.some_admin();
        let asker = ground.staff(admin, NOW.plus(400 * Moment::SECOND), 10);
        let page = |kind: Option<&str>, after: Option<String>| {
            ground.store.read(&asker, |db| {
                let permit = db.permit::<ViewSecurity>(ThePlatform, Factor)?;
                security_events(db, &permit, kind, &Page { after, limit: 100 })
            }).unwrap()
        };
        let failed = page(Some("sign-in-failed"), None);
        assert_eq!((failed.rows.len(), failed.rows[0].detail.as_str(), failed.next), (1, "0", None));
        // page by page nothing is left out and nothing comes twice
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let part = page(None, after);
            all.extend(part.rows.into_iter().map(|it| it.detail));
            after = part.next;
            if after.is_none() { break }
        }
        let expected: Vec<String> =
            (0..=300).rev().map(|it| it.to_string()).chain(["-90000".into()]).collect();
        assert_eq!(all, expected);
        let day = ground.store.read(&asker, |db| {
            let permit = db.permit::<ViewSecurity>(ThePlatform, Factor)?;
            security_day(db, &permit)
        }).unwrap();
        let counts = [("refused", 200), ("probing", 0), ("limited", 100), ("sign-in-failed", 1), ("factor-failed", 0)];
        assert_eq!(day, counts);
    }
}
