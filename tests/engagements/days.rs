//! Days that are over: nobody asks for one, offers one, or holds one.

use super::request_that_waits;
use crate::profiles::Desk;
use crate::support::db::{Db, difference};
use crate::support::http::Answer;
use crate::support::on_both;
use crate::support::program::Program;

on_both!(a_day_that_has_passed_is_refused_by_its_field);

/// The form again, with this said at this field and nowhere else.
#[track_caller]
fn refused(answer: &Answer, field: &str, said: &str) {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let page = answer.page();
    assert!(page.has(&format!("[role=alert] a[href^='#{field}']")), "{}", answer.text());
    let faults = page.texts("[role=alert] a");
    assert!(faults.len() == 1 && faults[0].contains(said), "{faults:?}");
}

fn a_day_that_has_passed_is_refused_by_its_field(demo: &Program) {
    let db = &mut Db::of(demo.world());
    let request = request_that_waits(demo, db);
    let artists = &demo.world().facts.artists;
    let profile = artists.iter().find(|it| it.level == "public" && it.opted_in).unwrap().id.clone();
    let before = db.print();
    let over = |prefix: &str| ["day", "month", "year"].map(|it| format!("{prefix}_{it}"));
    let (mut hall, mut agency) = (Desk::of(demo, "presenter-discovery"), Desk::of(demo, "agency-owner"));
    let passed = "Enter a day that has not passed";

    // without a last day it is a single one
    let (first, last) = (over("first"), over("last"));
    let first = first.iter().map(String::as_str).zip(["14", "5", "2001"]);
    let asked: Vec<(&str, &str)> = first.chain(last.iter().map(|it| (it.as_str(), ""))).collect();
    refused(&hall.sends(&format!("/artists/{profile}/request"), "/request", &asked), "first", passed);
    let offered: Vec<(&str, &str)> = asked.iter().copied().chain([("words", "Then?")]).collect();
    refused(&agency.sends(&format!("/requests/{request}/counter"), "/counter", &offered), "first", passed);

    // a hold lapses on a day that is held at the latest
    let page = format!("/requests/{request}/hold");
    let late = [("until_day", "14"), ("until_month", "5"), ("until_year", "2199")];
    refused(&agency.sends(&page, "/hold", &late), "until", "not after the last one held");
    let early = [("until_day", "14"), ("until_month", "5"), ("until_year", "2001")];
    refused(&agency.sends(&page, "/hold", &early), "until", "Enter a day that is still to come");

    let public = [
        ("artist", "Some Body"),
        ("day", "14"),
        ("month", "5"),
        ("year", "2001"),
        ("organisation", "Town Hall"),
        ("name", "Stranger"),
        ("email", "stranger@example.net"),
        ("message", "Anybody?"),
    ];
    refused(&demo.visitor().post("/api/request-hold", &public), "day", passed);
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());

    // days that passed while nobody answered are not held
    db.run(&format!(
        "UPDATE requests SET first_day = '2001-05-14', last_day = '2001-05-14' WHERE id = '{request}'"
    ));
    let held = agency.sends(&page, "/hold", &late);
    refused(&held, "until", "have passed");
}
