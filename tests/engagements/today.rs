//! Today: what is the reader's own move, and how many moves there are.

use super::request_that_waits;
use crate::profiles::{Desk, place};
use crate::support::db::Db;
use crate::support::on_both;
use crate::support::program::Program;

on_both!(only_who_may_confirm_is_told_to, every_open_request_is_counted_and_no_settled_one);

/// The heading, and the titles under "Your move" and "Waiting for others".
fn today(desk: &mut Desk) -> (String, Vec<String>, String) {
    let page = desk.sees(&desk.home.clone()).page();
    (page.text("h1"), page.texts(".programme h3"), page.text("aside:last-of-type"))
}

fn only_who_may_confirm_is_told_to(demo: &Program) {
    let db = &mut Db::of(demo.world());
    let request = request_that_waits(demo, db);
    let (mut assistant, mut owner) = (Desk::of(demo, "agency-assistant"), Desk::of(demo, "agency-owner"));
    let draft =
        assistant.sends(&format!("/requests/{request}/decline"), "/decline", &[("words", "Not this year.")]);
    let draft = place(&draft);
    let (_, mine, others) = today(&mut assistant);
    assert!(!mine.iter().any(|it| it == "A refusal to send"), "{mine:?}");
    assert!(others.contains("A refusal to send: an owner or manager confirms it; prepared "), "{others}");
    let shown = assistant.sees(&assistant.home.clone()).text();
    assert!(!shown.contains("Read and confirm"), "{shown}");
    let (_, mine, _) = today(&mut owner);
    assert!(mine.iter().any(|it| it == "A refusal to send"), "{mine:?}");
    assert!(owner.sees(&owner.home.clone()).text().contains("Read and confirm"));
    owner.does(&draft, &draft, &[]);
    assert!(!today(&mut owner).1.iter().any(|it| it == "A refusal to send"));
}

fn every_open_request_is_counted_and_no_settled_one(demo: &Program) {
    let db = &mut Db::of(demo.world());
    let mut owner = Desk::of(demo, "agency-owner");
    let first = request_that_waits(demo, db);
    let agency = demo.world().persona("agency-owner").workspace.clone().unwrap();
    db.run(&format!("DELETE FROM drafts WHERE owner = '{agency}'"));
    db.run(&format!("UPDATE requests SET state = 'declined' WHERE agency = '{agency}' AND id <> '{first}'"));
    assert_eq!(today(&mut owner).0, "One move is yours");
    // thirty open ones under forty newer ones that are settled
    let columns = "engagement, artist, agency, presenter, first_day, last_day, venue, programme, offered_by, submitted_at, version";
    for (number, state) in (0..30).map(|it| (it, "submitted")).chain((30..70).map(|it| (it, "declined"))) {
        db.run(&format!(
            "INSERT INTO requests (id, state, {columns}) SELECT 'zz{}{number:03}', '{state}', {columns} FROM requests WHERE \
             id = '{first}'",
            &first[2..19]
        ));
    }
    let (heading, mine, _) = today(&mut owner);
    assert_eq!((heading.as_str(), mine.len()), ("31 moves are yours", 20));
    let shown = owner.sees(&owner.home.clone()).text();
    assert!(shown.contains("There are 11 further ones among your requests and drafts."), "{shown}");
    for number in 100..300 {
        db.run(&format!(
            "INSERT INTO requests (id, state, {columns}) SELECT 'zz{}{number:03}', 'submitted', {columns} FROM requests WHERE \
             id = '{first}'",
            &first[2..19]
        ));
    }
    assert_eq!(today(&mut owner).0, "More than 200 moves are yours");
}
