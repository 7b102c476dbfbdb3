//! The end of a mandate: prepared by anybody of its two sides, confirmed by a person who was shown it, told to the other.

use super::agreements::{NO_DAY, year_after_next};
use super::{Desk, artist, letter, place};
use crate::boundaries::forms::sent;
use crate::support::db::Db;
use crate::support::on_both;
use crate::support::program::Program;
use crate::support::{http::Answer, mail};

on_both!(
    notice_is_prepared_by_one_and_confirmed_by_another_as_it_was_shown,
    an_end_at_once_closes_everything_and_overtakes_what_was_prepared
);

/// The mandate of the artist with the agency of `agency-owner`, by what follows the workspace in its address.
fn mandate(demo: &Program) -> String {
    let it = artist(demo);
    let own = it.workspace.unwrap();
    let sql = format!("SELECT id AS text FROM mandates WHERE state = 'active' AND artist = '{own}'");
    format!("/mandates/{}", Db::of(demo.world()).text(&sql))
}

fn state(demo: &Program) -> String {
    let id = mandate_id(demo);
    Db::of(demo.world()).text(&format!("SELECT state AS text FROM mandates WHERE id = '{id}'"))
}

fn mandate_id(demo: &Program) -> String {
    let own = artist(demo).workspace.unwrap();
    Db::of(demo.world()).text(&format!("SELECT id AS text FROM mandates WHERE artist = '{own}'"))
}

/// How many letters about a mandate an address has.
fn told(demo: &Program, to: &str) -> usize {
    mail::all_to(demo.world(), to).iter().filter(|it| it.contains("[Mandate]")).count()
}

fn refused(answer: &Answer, why: &str) {
    assert!(answer.status == 409 && answer.text().contains(why), "{}: {}", answer.status, answer.text());
}

fn notice_is_prepared_by_one_and_confirmed_by_another_as_it_was_shown(demo: &Program) {
    let (it, page) = (artist(demo), mandate(demo));
    let (mut assistant, mut owner) = (Desk::of(demo, "agency-assistant"), Desk::of(demo, "agency-owner"));
    let mut own = Desk::of(demo, "artist");
    own.does("/profile", "/level", &[("level", "private_listing")]);
    let (notice, year) = (format!("{page}/notice"), year_after_next());
    let day = |day: &'static str| [("last_day", day), ("last_month", "5"), ("last_year", year.as_str())];

    // a day that does not exist, and one that lies behind
    let wrong =
        assistant.sends(&notice, "/notice", &[("last_day", "31"), ("last_month", "2"), ("last_year", &year)]);
    assert!(wrong.status == 422 && wrong.text().contains("#last"), "{}", wrong.text());
    let past = [("last_day", "1"), ("last_month", "1"), ("last_year", "2020")];
    let wrong = assistant.sends(&notice, "/notice", &past);
    assert!(wrong.status == 422 && wrong.text().contains("from today on"), "{}", wrong.text());

    // an assistant prepares; what will happen is said, and nobody else learns of it
    let draft = place(&assistant.sends(&notice, "/notice", &day("14")));
    let shown = assistant.sees(&draft).text();
    let last = format!("14 May {year}");
    for text in [
        it.name.as_str(),
        last.as_str(),
        "Give notice and tell",
        "A private listing becomes workspace-private, and the artist is told.",
        "The profile becomes workspace-private, and no invitation lapses.",
        "You prepare; an owner or manager of your workspace confirms.",
    ] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    assert!(assistant.offered(&draft, &draft).is_none(), "an assistant may confirm");
    assert_eq!(own.client.get(&draft).status, 403);
    assert!(own.sees(&page).text().contains("in force"));
    assert_eq!((state(demo).as_str(), told(demo, "artist@demo.example")), ("active", 0));

    // what the owner was shown is changed meanwhile; their confirmation does nothing, nor does the assistant's
    let form = owner.offered(&draft, &draft).expect("an owner confirms");
    assert_eq!(assistant.client.send(&sent(&form, &form.action)).status, 403);
    let change = format!("{notice}?draft={}", draft.rsplit('/').next().unwrap());
    assert_eq!(place(&assistant.sends(&change, "/notice", &day("15"))), draft);
    refused(&owner.client.send(&sent(&form, &form.action)), "changed after it was shown");
    assert_eq!((state(demo).as_str(), told(demo, "artist@demo.example")), ("active", 0));

    // shown again, it is confirmed: the other side is told the same words, and sees it
    let done = owner.does(&draft, &draft, &[]).text();
    assert!(done.contains("Notice given") && done.contains("ends by itself"), "{done}");
    let heard = letter(demo, "artist@demo.example", "Notice was given");
    assert!(
        heard.contains(&format!("15 May {year}")) && heard.contains("A private listing becomes"),
        "{heard}"
    );
    let seen = own.sees(&page).text();
    assert!(seen.contains("ends") && seen.contains(&year), "{seen}");
    assert!(owner.offered(&draft, &draft).is_none(), "a draft is confirmed once");

    // notice binds the other side too: nobody moves the end away, and either may bring it forward
    let away = own.sends(&notice, "/notice", &day("16"));
    assert!(
        away.status == 422 && away.text().contains("Choose that day or an earlier one"),
        "{}",
        away.text()
    );
    let sooner = place(&own.sends(&notice, "/notice", &day("10")));
    own.does(&sooner, &sooner, &[]);
    letter(demo, "agency-owner@demo.example", &format!("10 May {year}"));
    assert!(owner.offered(&format!("/artists/{}", it.id), "/edit").is_some(), "notice is no end");
}

fn an_end_at_once_closes_everything_and_overtakes_what_was_prepared(demo: &Program) {
    let (it, page) = (artist(demo), mandate(demo));
    let (mut owner, mut own) = (Desk::of(demo, "agency-owner"), Desk::of(demo, "artist"));
    own.does("/profile", "/level", &[("level", "private_listing")]);
    let (notice, listing) = (format!("{page}/notice"), format!("/listings/{}", it.id));
    let mut presenter = Desk::of(demo, "presenter-season");
    assert_eq!(presenter.sees(&listing).status, 200);
    let slow = place(&owner.sends(&notice, "/notice", &NO_DAY));
    let draft = place(&own.sends(&notice, "/notice", &NO_DAY));
    let said = own.sees(&draft).text();
    assert!(said.contains("as soon as this is confirmed"), "{said}");
    // what the artist prepares is the artist's alone
    assert_eq!(owner.client.get(&draft).status, 403);
    own.does(&draft, &draft, &[]);
    letter(demo, "agency-owner@demo.example", "has ended");
    let fell = letter(demo, "artist@demo.example", "has ended");
    assert!(fell.contains("It is workspace-private now"), "{fell}");
    assert_eq!(presenter.sees(&listing).status, 403, "the listing fell");
    assert!(owner.offered(&format!("/artists/{}", it.id), "/edit").is_none());
    assert!(!owner.sees("/roster").text().contains(&it.name));

    let (before, form) = (told(demo, "artist@demo.example"), owner.offered(&slow, &slow).unwrap());
    refused(&owner.client.send(&sent(&form, &form.action)), "This mandate ended after this was prepared.");
    assert_eq!((state(demo).as_str(), told(demo, "artist@demo.example")), ("ended", before));
    refused(&own.sees(&notice), "This mandate is not in force.");
}
