//! Enquiries that name nobody here: the platform's answer is prepared, shown, and sent by confirmation alone.

use super::strangers::{enquire, publish};
use super::*;
use crate::support::both;
use domain::{EnquiryId, Version};
use policy::actions::{SendTriageAnswer, TriageEnquiry};
use policy::{Factor, Staff, StaffShown};
use store::engagements::triage;

const STAFF: u128 = 80;

/// Platform staff whose second factor was shown so many hours ago, if ever.
fn staff(hours: Option<i64>) -> Arc<Asker> {
    let staff = Staff { person: id(STAFF), account: id(STAFF), status: AccountStatus::Approved };
    let asker = asker_at(Actor::Admin(staff), NOW);
    Arc::new(Asker { factor_at: hours.map(|it| NOW.plus(-it * Moment::HOUR)), ..(*asker).clone() })
}

/// The world with staff in it, and an enquiry that names nobody here.
fn asked_of_the_platform(ground: &Ground) -> EnquiryId {
    world(ground);
    let mut rows = Rows::default();
    rows.account(id(STAFF), STAFF, "approved", true);
    rows.plant(ground);
    enquire(ground, "Some Body")
}

fn line() -> Line {
    Line::line("a subject", "Your question").unwrap()
}

both! {
    fn an_answer_leaves_when_what_was_shown_is_confirmed(ground) {
        let enquiry = asked_of_the_platform(ground);
        let store = &ground.store;
        let read = |hours| permit::<TriageEnquiry>(store, &staff(hours), enquiry, Factor);
        let send = |hours, digest| permit::<SendTriageAnswer>(store, &staff(hours), enquiry, StaffShown(digest));
        let mails = || ground.number("SELECT COUNT(*) FROM outbox WHERE recipient = 'stranger@example.net'");
        let first = triage::prepare(store, read(Some(1)).unwrap(), Version(1), &line(), &prose("Dear stranger,")).unwrap();
        assert_eq!(mails(), 0);
        let shown = store.read(&staff(Some(1)), |db| {
            let permit = db.permit::<TriageEnquiry>(enquiry, Factor)?;
            triage::answer(db, &permit)
        }).unwrap().unwrap();
        assert_eq!((shown.to.as_str(), shown.text.as_str(), shown.digest), ("stranger@example.net", "Dear stranger,", first));

        // no answer without the digest that was shown, nor without a factor of today
        assert!(is_refused(send(Some(1), Digest([1; 32]))));
        assert!(is_refused(send(None, first)) && is_refused(send(Some(13), first)) && is_refused(read(Some(13))));
        // a form of before is stale, and so is a confirmation of what was changed since
        let stale = triage::prepare(store, read(Some(1)).unwrap(), Version(1), &line(), &prose("Hello"));
        assert!(matches!(stale, Err(StoreError::Stale { .. })));
        let early = send(Some(1), first).unwrap();
        let second = triage::prepare(store, read(Some(1)).unwrap(), Version(2), &line(), &prose("Hello,")).unwrap();
        assert_ne!(first, second);
        assert!(matches!(triage::send(store, early), Err(StoreError::Stale { .. })));
        assert!(is_refused(send(Some(1), first)));
        assert_eq!(mails(), 0);

        triage::send(store, send(Some(1), second).unwrap()).unwrap();
        let sent = "SELECT COUNT(*) FROM outbox WHERE recipient = 'stranger@example.net' AND subject = 'Your question' AND body = 'Hello,'";
        assert_eq!((mails(), ground.number(sent)), (1, 1));
        let again = triage::send(store, send(Some(1), second).unwrap());
        assert!(matches!(again, Err(StoreError::Conflict(_))));
        let late = triage::prepare(store, read(Some(1)).unwrap(), Version(4), &line(), &prose("Again"));
        assert!(matches!(late, Err(StoreError::Conflict(_))));
        assert_eq!(mails(), 1);
        let confirmed = format!("SELECT COUNT(*) FROM audit_values WHERE name = 'confirmed' AND value = '{second}'");
        assert_eq!(ground.number(&confirmed), 1);
        chains_hold(ground);
    }

    fn an_enquiry_is_put_aside_with_a_reason(ground) {
        let enquiry = asked_of_the_platform(ground);
        let store = &ground.store;
        let read = || permit::<TriageEnquiry>(store, &staff(Some(1)), enquiry, Factor).unwrap();
        assert!(matches!(triage::dismiss(store, read(), Version(7), &prose("Spam.")), Err(StoreError::Stale { .. })));
        triage::dismiss(store, read(), Version(1), &prose("Spam.")).unwrap();
        assert!(matches!(triage::dismiss(store, read(), Version(2), &prose("Spam.")), Err(StoreError::Conflict(_))));
        assert_eq!(ground.number("SELECT COUNT(*) FROM enquiries WHERE state = 'dismissed'"), 1);
        assert_eq!(ground.number("SELECT COUNT(*) FROM audit_values WHERE name = 'reason' AND value = 'Spam.'"), 1);
        assert_eq!(ground.count("outbox"), 0);
        chains_hold(ground);
    }

    fn an_offices_enquiry_is_not_the_platforms_nor_the_other_way_round(ground) {
        let free = asked_of_the_platform(ground);
        publish(ground);
        let open = enquire(ground, "ilka-thornwald");
        let store = &ground.store;
        assert!(is_refused(permit::<TriageEnquiry>(store, &staff(Some(1)), open, Factor)));
        assert!(is_refused(permit::<SendTriageAnswer>(store, &staff(Some(1)), open, StaffShown(Digest([0; 32])))));
        for who in ALL {
            assert!(is_refused(permit::<TriageEnquiry>(store, &who.asks(), free, Factor)));
        }
    }
}
