//! What staff decide of an account: with a reason where it is owed, and in the ledger.

use crate::profiles::{Desk, letter};
use crate::support::db::Db;
use crate::support::on_both;
use crate::support::program::Program;

on_both!(an_approval_may_say_why_and_an_account_is_opened_again_for_a_reason);

fn an_approval_may_say_why_and_an_account_is_opened_again_for_a_reason(demo: &Program) {
    let db = &mut Db::of(demo.world());
    let mut staff = Desk::of(demo, "admin");
    let pending = db.text("SELECT id AS text FROM accounts WHERE status = 'pending' ORDER BY id");
    let page = format!("/admin/approvals/{pending}");
    let status =
        |db: &mut Db| db.text(&format!("SELECT status AS text FROM accounts WHERE id = '{pending}'"));
    let recorded = |db: &mut Db, name: &str, words: &str| {
        db.texts(&format!(
            "SELECT entry AS text FROM audit_values WHERE name = '{name}' AND value = '{words}'"
        ))
        .len()
    };
    let long = staff.sends(&page, "/approve", &[("note", &"why ".repeat(2000))]);
    assert!(long.status == 422 && long.page().has("[role=alert] a[href='#note']"), "{}", long.text());
    assert_eq!(status(db), "pending");
    staff.does(&page, "/approve", &[("note", "Met at the competition.")]);
    assert_eq!((status(db), recorded(db, "note", "Met at the competition.")), ("approved".into(), 1));
    let mailbox = db.text(&format!("SELECT email AS text FROM accounts WHERE id = '{pending}'"));
    let told = letter(demo, &mailbox, "was read and approved");
    assert!(!told.contains("Met at the competition."), "the person is not told");
    let person = demo.world().personas.iter().find(|it| it.account.as_ref() == Some(&pending)).unwrap();
    for own in ["/application", "/you"] {
        let shown = demo.world().client(person).get(own);
        assert!(!shown.text().contains("Met at the competition."), "{own}");
    }

    staff.does(&page, "/suspend", &[("reason", "Somebody else signed in.")]);
    let silent = staff.sends(&page, "/reinstate", &[("reason", " ")]);
    assert!(silent.status == 422 && silent.page().has("[role=alert] a[href='#reason']"), "{}", silent.text());
    assert_eq!(status(db), "suspended");
    staff.does(&page, "/reinstate", &[("reason", "The mailbox is theirs again.")]);
    assert_eq!((status(db), recorded(db, "reason", "The mailbox is theirs again.")), ("approved".into(), 1));
    letter(demo, &mailbox, "The mailbox is theirs again.");
}
