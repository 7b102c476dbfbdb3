//! Mandates and partnerships: prepared, shown word for word, confirmed, answered, ended.

use super::{Desk, artist, letter, place};
use crate::support::on_both;
use crate::support::program::Program;

on_both!(
    a_mandate_from_its_offer_to_its_end,
    an_offer_is_declined_or_thrown_away_and_nothing_begins,
    a_question_is_declined_as_it_was_shown,
    two_agencies_become_partners_and_part
);

pub(super) const NO_DAY: [(&str, &str); 3] = [("last_day", ""), ("last_month", ""), ("last_year", "")];

/// A year that is near enough for a notice, whenever the tests run.
pub(super) fn year_after_next() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (1972 + since.as_secs() / 31_556_952).to_string()
}

/// An offer of the other agency to the artist's mailbox, prepared; gives its page.
fn prepared(desk: &mut Desk) -> String {
    let offer = [
        ("email", "artist@demo.example"),
        ("territory", "Japan and Korea"),
        ("commission", "12.5"),
        ("start_day", "1"),
        ("start_month", "9"),
        ("start_year", "2031"),
    ];
    let made = desk.sends("/roster/offer", "/roster/offer", &offer);
    assert_eq!(made.status, 303, "{}", made.text());
    place(&made)
}

fn a_mandate_from_its_offer_to_its_end(demo: &Program) {
    let it = artist(demo);
    let (mut agency, mut own) = (Desk::of(demo, "agency-other"), Desk::of(demo, "artist"));
    let before = own.sees("/agencies").page().links();
    let page = prepared(&mut agency);
    let shown = agency.sees(&page).text();
    for text in ["artist@demo.example", "Japan and Korea", "12.5 %", "1 September 2031"] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    assert_eq!(
        own.sees("/agencies").page().links(),
        before,
        "what is not confirmed is nobody's but the agency's"
    );
    let sent = agency.does(&page, "/confirm", &[]);
    assert!(
        sent.text().contains("sent, no answer yet") || sent.text().contains("Sent to"),
        "{}",
        sent.text()
    );
    letter(demo, "artist@demo.example", "Japan and Korea");

    // the artist reads exactly that text; nothing began
    let mandate = own.sees("/agencies").page().links().into_iter().find(|it| !before.contains(it)).unwrap();
    let offered = own.sees(&mandate).text();
    for text in ["Japan and Korea", "12.5 %", "You accept exactly this text"] {
        assert!(offered.contains(text), "{text} in {offered}");
    }
    let theirs = format!("/artists/{}", it.id);
    assert!(agency.offered(&theirs, "/edit").is_none());
    // the agency cannot accept its own offer, nor can another artist see it
    let (id, own_home) = (mandate.rsplit('/').next().unwrap().to_owned(), own.home.clone());
    assert!(agency.offered(&format!("/mandates/{id}"), "/accept").is_none());
    assert_eq!(Desk::of(demo, "artist-other").sees(&format!("/mandates/{id}")).status, 403);
    assert!(mandate.starts_with(&own_home));

    own.does(&mandate, "/accept", &[]);
    assert!(own.offered(&mandate, "/accept").is_none());
    letter(demo, "agency-other@demo.example", "accept");
    // it begins on its first day, and until then opens nothing; one that begins at once opens at once
    assert!(agency.offered(&theirs, "/edit").is_none());
    let db = &mut crate::support::db::Db::of(demo.world());
    db.run(&format!("UPDATE mandates SET starts_at = 1 WHERE id = '{id}'"));
    assert!(agency.offered(&theirs, "/edit").is_some(), "in force");
    let roster = agency.sees("/roster");
    assert!(roster.text().contains(&it.name), "{}", roster.text());

    // either side ends it, with notice on a day to come, or at once
    let notice = format!("{mandate}/notice");
    let year = year_after_next();
    let last = [("last_day", "14"), ("last_month", "5"), ("last_year", year.as_str())];
    let page = place(&own.sends(&notice, "/notice", &last));
    own.does(&page, &page, &[]);
    assert!(agency.offered(&theirs, "/edit").is_some(), "notice is no end");
    letter(demo, "agency-other@demo.example", "ends on");
    let page = place(&own.sends(&notice, "/notice", &NO_DAY));
    assert!(agency.offered(&theirs, "/edit").is_some(), "prepared is not ended");
    own.does(&page, &page, &[]);
    assert!(agency.offered(&theirs, "/edit").is_none(), "gone on the next request");
    assert!(!agency.sees("/roster").text().contains(&it.name));
    // the first agency's mandate stands untouched
    assert!(Desk::of(demo, "agency-owner").offered(&theirs, "/edit").is_some());
}

fn an_offer_is_declined_or_thrown_away_and_nothing_begins(demo: &Program) {
    let it = artist(demo);
    let (mut agency, mut own) = (Desk::of(demo, "agency-other"), Desk::of(demo, "artist"));
    let before = own.sees("/agencies").page().links();
    let thrown = prepared(&mut agency);
    agency.does(&thrown, "/discard", &[]);
    assert!(agency.offered(&thrown, "/confirm").is_none());
    assert_eq!(own.sees("/agencies").page().links(), before);

    let page = prepared(&mut agency);
    agency.does(&page, "/confirm", &[]);
    let mandate = own.sees("/agencies").page().links().into_iter().find(|it| !before.contains(it)).unwrap();
    own.does(&mandate, "/decline", &[]);
    assert!(own.offered(&mandate, "/accept").is_none());
    letter(demo, "agency-other@demo.example", "decline");
    assert!(agency.offered(&format!("/artists/{}", it.id), "/edit").is_none());

    // an assistant prepares, and never confirms
    let mut assistant = Desk::of(demo, "agency-assistant");
    let offer = assistant.sends("/roster/offer", "/roster/offer", &[("email", "artist-other@demo.example")]);
    let page = place(&offer);
    assert!(assistant.offered(&page, "/confirm").is_none(), "an assistant may confirm");
    // nor sees what sum stands in it, before and after it is sent, which the page says
    let hidden = |said: &str| {
        assert!(said.contains("A commission is named. It is not shown to you."), "{said}");
        assert!(!said.contains('%') && !said.contains("Fingerprint"), "{said}");
    };
    let said = assistant.sees(&page).text();
    assert!(said.contains("An owner or manager sends it."), "{said}");
    hidden(&said);
    let mut owner = Desk::of(demo, "agency-owner");
    assert!(owner.sees(&page).text().contains("of the gross fee"));
    owner.does(&page, "/confirm", &[]);
    hidden(&assistant.sees(&page).text());
}

fn a_question_is_declined_as_it_was_shown(demo: &Program) {
    let (mut one, mut other) = (Desk::of(demo, "agency-other"), Desk::of(demo, "agency-owner"));
    let before = other.sees("/partners").page().links();
    let page = place(&one.sends("/partners", "/partners", &[("email", "agency-owner@demo.example")]));
    one.does(&page, "/confirm", &[]);
    let question =
        other.sees("/partners").page().links().into_iter().find(|it| !before.contains(it)).unwrap();
    let id = question.rsplit('/').next().unwrap().to_owned();
    let theirs = format!("/partners/{id}");
    for ending in ["/decline", "/end"] {
        assert!(one.offered(&theirs, ending).is_none(), "{ending} is offered to whoever asked");
    }
    assert!(other.offered(&question, "/end").is_none(), "nothing stands that could end");
    assert!(Desk::of(demo, "agency-assistant").offered(&question, "/decline").is_none());
    let stale = other.sends(&question, "/decline", &[("digest", &"0".repeat(64))]);
    assert_eq!(stale.status, 409, "{}", stale.text());
    assert!(other.offered(&question, "/accept").is_some(), "it still waits");
    let done = other.sends(&question, "/decline", &[]);
    assert_eq!(done.status, 303, "{}", done.text());
    letter(demo, "agency-other@demo.example", "declined to be your partner");
    assert!(other.offered(&question, "/accept").is_none() && other.offered(&question, "/decline").is_none());
}

fn two_agencies_become_partners_and_part(demo: &Program) {
    let it = artist(demo);
    let (mut one, mut other) = (Desk::of(demo, "agency-other"), Desk::of(demo, "agency-owner"));
    let listing = format!("/listings/{}", it.id);
    Desk::of(demo, "artist").does("/profile", "/level", &[("level", "private_listing")]);
    assert_eq!(one.sees(&listing).status, 403);
    let before = other.sees("/partners").page().links();
    let asked = one.sends("/partners", "/partners", &[("email", "agency-owner@demo.example")]);
    let page = place(&asked);
    assert_eq!(other.sees("/partners").page().links(), before, "nothing was sent yet");
    one.does(&page, "/confirm", &[]);
    letter(demo, "agency-owner@demo.example", "partner");
    assert_eq!(one.sees(&listing).status, 403, "asking opens nothing");
    let question =
        other.sees("/partners").page().links().into_iter().find(|it| !before.contains(it)).unwrap();
    let id = question.rsplit('/').next().unwrap().to_owned();
    assert!(
        one.offered(&format!("/partners/{id}"), "/accept").is_none(),
        "nobody answers their own question"
    );
    assert_eq!(Desk::of(demo, "agency-partner").sees(&format!("/partners/{id}")).status, 403);

    let done = other.sends(&question, "/accept", &[]);
    assert_eq!(done.status, 303, "{}", done.text());
    letter(demo, "agency-other@demo.example", "partner");
    assert_eq!(one.sees(&listing).page().text("h1"), it.name);
    // the listing and nothing more
    assert!(one.offered(&format!("/artists/{}", it.id), "/edit").is_none());
    let mine = demo.world().facts.artists.iter().find(|it| {
        it.level == "stealth"
            && it.agencies == [demo.world().persona("agency-owner").workspace.clone().unwrap()]
    });
    let stealth = format!("/listings/{}", mine.unwrap().id);
    assert_eq!(one.sees(&stealth).status, 403, "a stealth roster opens to no partner");

    let page = place(&one.sends(&format!("/partners/{id}"), "/end", &[]));
    let shown = one.sees(&page).text();
    for text in ["neither agency sees the listings", "as soon as this is confirmed", "Goes to"] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    assert_eq!(one.sees(&listing).page().text("h1"), it.name, "prepared is not ended");
    one.does(&page, &page, &[]);
    letter(demo, "agency-owner@demo.example", "ended the partnership");
    assert_eq!(one.sees(&listing).status, 403, "closed on the next request");
    assert!(other.sees(&format!("/partners/{id}")).text().contains("over"));
}
