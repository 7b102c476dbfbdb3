//! An assistant without the grant sees no fee, and so neither names nor deletes one.

use super::request_that_waits;
use crate::boundaries::forms::sent;
use crate::profiles::{Desk, place};
use crate::support::db::Db;
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;

on_both!(
    an_answer_leaves_the_fee_that_its_writer_may_not_see,
    a_draft_keeps_the_fee_that_its_changer_may_not_see
);

/// The fee of a request, as it is stored.
fn fee(db: &mut Db, request: &str) -> String {
    db.text(&format!(
        "SELECT CAST(fee_minor AS TEXT) || ' ' || currency AS text FROM requests WHERE id = '{request}'"
    ))
}

/// The fee in a draft's payload.
fn drafted(db: &mut Db, draft: &str) -> serde_json::Value {
    let id = draft.rsplit('/').next().unwrap();
    let text = db.text(&format!("SELECT payload AS text FROM drafts WHERE id = '{id}'"));
    let payload: serde_json::Value = serde_json::from_str(&text).unwrap();
    payload["terms"]["fee"].clone()
}

#[track_caller]
fn asks_for_no_fee(form: &Form) {
    let of_money: Vec<_> = form.kinds.iter().filter(|(it, _)| it == "fee" || it == "currency").collect();
    assert!(of_money.is_empty(), "{of_money:?}");
}

fn an_answer_leaves_the_fee_that_its_writer_may_not_see(demo: &Program) {
    let db = &mut Db::of(demo.world());
    let request = request_that_waits(demo, db);
    let before = fee(db, &request);
    assert!(before.ends_with(" EUR"), "{before}");
    let (mut assistant, mut owner) = (Desk::of(demo, "agency-assistant"), Desk::of(demo, "agency-owner"));
    let page = format!("/requests/{request}/counter");
    let form = assistant.offered(&page, "/counter").unwrap();
    asks_for_no_fee(&form);
    assert!(assistant.sees(&page).text().contains("The fee is not shown to you and stays as it is."));
    // whoever writes such a field all the same names no fee either
    let forged = form.with("words", "Gladly.").with("fee", "1.00");
    let refused = assistant.client.send(&sent(&forged, &forged.action));
    assert!(refused.status == 422 && refused.text().contains("no such field"), "{}", refused.text());

    let made = assistant.sends(&page, "/counter", &[("venue", "The Small Hall"), ("words", "Gladly.")]);
    assert_eq!(made.status, 303, "{}", made.text());
    let draft = place(&made);
    let theirs = assistant.sees(&draft).text();
    assert!(theirs.contains("A fee is named. It is not shown to you."), "{theirs}");
    // the owner confirms what they read: another hall, and nothing of the fee
    let shown = owner.sees(&draft);
    let new = shown.page().texts("dd").join(" | ");
    assert!(new.contains("The Small Hall, was ") && !new.contains("no fee"), "{new}");
    assert!(shown.text().contains("Fee, gross"), "{}", shown.text());
    owner.does(&draft, &draft, &[]);
    assert_eq!(fee(db, &request), before);
    assert_eq!(
        db.text(&format!("SELECT venue AS text FROM requests WHERE id = '{request}'")),
        "The Small Hall"
    );
}

fn a_draft_keeps_the_fee_that_its_changer_may_not_see(demo: &Program) {
    let db = &mut Db::of(demo.world());
    let request = request_that_waits(demo, db);
    let (mut assistant, mut owner) = (Desk::of(demo, "agency-assistant"), Desk::of(demo, "agency-owner"));
    let page = format!("/requests/{request}/counter");
    let draft = place(&owner.sends(&page, "/counter", &[("fee", "4321.00"), ("words", "A little more.")]));
    let named = drafted(db, &draft);
    assert_eq!(named["minor"], 432_100);
    let change = format!("{page}?draft={}", draft.rsplit('/').next().unwrap());
    asks_for_no_fee(&assistant.offered(&change, "/counter").unwrap());
    let changed = assistant.sends(&change, "/counter", &[("words", "A little more, if you please.")]);
    assert_eq!(place(&changed), draft, "{}", changed.text());
    assert_eq!(drafted(db, &draft), named);
    // to the assistant the page does not say that nothing changed, since it cannot tell them
    assert!(!assistant.sees(&draft).text().contains("you agree to the terms as they stand"));
    assert!(owner.sees(&draft).text().contains("EUR 4,321.00, was EUR "));

    // a presenter's request, prepared by one who names the fee and changed by one who may not see it
    let mut hall = Desk::of(demo, "presenter-discovery");
    let artist = demo.world().facts.artists.iter().find(|it| it.level == "public" && it.opted_in).unwrap();
    let ask = format!("/artists/{}/request", artist.id);
    let draft = place(&hall.sends(&ask, "/request", &[("fee", "7000.00")]));
    let named = drafted(db, &draft);
    assert_eq!(named["minor"], 700_000);
    let account = demo.world().persona("presenter-discovery").account.clone().unwrap();
    db.run(&format!("UPDATE memberships SET role = 'assistant', grants = '' WHERE account = '{account}'"));
    let change = format!("{ask}?draft={}", draft.rsplit('/').next().unwrap());
    asks_for_no_fee(&hall.offered(&change, "/request").unwrap());
    let changed = hall.sends(&change, "/request", &[("title", "Another name")]);
    assert_eq!(place(&changed), draft, "{}", changed.text());
    assert_eq!(drafted(db, &draft), named);
    // a new one names none, and leaves the naming to somebody who may see it
    asks_for_no_fee(&hall.offered(&ask, "/request").unwrap());
    let draft = place(&hall.sends(&ask, "/request", &[]));
    assert!(drafted(db, &draft).is_null());
}
