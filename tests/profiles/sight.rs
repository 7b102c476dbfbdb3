//! Who sees a profile: what "Who sees this" says, and what each of them then meets.

use super::{Desk, artist, letter};
use crate::support::http::{Answer, Ask};
use crate::support::on_both;
use crate::support::program::Program;
use crate::support::world::Artist;
use std::collections::BTreeMap;

on_both!(
    what_the_page_says_is_what_viewers_meet,
    only_the_artist_in_person_opens_the_folio,
    an_invitation_opens_a_stealth_listing_and_taking_it_back_closes_it,
    a_note_of_the_agency_stays_there
);

const LEVELS: [&str; 4] = ["public", "private_listing", "stealth", "workspace_private"];

/// Who looks, as the page calls them, and who is such a one.
const VIEWERS: [(&str, &str); 7] = [
    ("Anyone, and search engines", "visitor"),
    ("A verified presenter", "presenter-season"),
    ("A verified presenter with discovery", "presenter-discovery"),
    ("A presenter that is not verified", "presenter-unverified"),
    ("A partner agency", "agency-partner"),
    ("Any other agency", "agency-other"),
    ("Another artist", "artist-other"),
];

/// The page's rows: who, and what they see.
fn said(page: &Answer) -> BTreeMap<String, String> {
    let page = page.page();
    let who = page.texts("tbody th");
    let sees = page.texts("tbody td:nth-of-type(1)");
    assert_eq!(who.len(), sees.len());
    who.into_iter().zip(sees).collect()
}

/// What a viewer meets, in the page's words.
fn met(demo: &Program, viewer: &str, it: &Artist) -> String {
    let mut desk = Desk::of(demo, viewer);
    let mut sees = Vec::new();
    let folio = it.folio_path.clone().unwrap();
    if desk.client.get(&folio).status == 200 {
        sees.push("the folio");
    }
    if !desk.home.is_empty() {
        let whole = desk.sees(&format!("/artists/{}", it.id));
        assert!(whole.status != 200 || desk.offered(&format!("/artists/{}", it.id), "/edit").is_none());
        let listing = desk.sees(&format!("/listings/{}", it.id));
        assert_eq!(listing.status, whole.status, "one address shows the listing to whom the other does");
        if listing.status == 200 {
            assert_eq!(listing.page().text("h1"), it.name);
            sees.push("the listing");
        } else {
            assert!(listing.status == 403 && !listing.text().contains(&it.name), "{}", listing.status);
        }
        let query = it.name.replace(' ', "+");
        let found = desk.sees(&format!("/search?q={query}")).page().links();
        let discovered = desk.sees("/discovery");
        let is_found = found.iter().any(|link| link.contains(&it.id));
        let is_discovered = pages(&mut desk, discovered).iter().any(|link| link.contains(&it.id));
        if is_found {
            sees.push("the listing in lists and searches");
        }
        assert!(!is_discovered || is_found, "discovery finds nobody whom the search does not");
    }
    if sees.is_empty() { "nothing".into() } else { sees.join(", ") }
}

/// The links of a list, page by page.
fn pages(desk: &mut Desk, mut page: Answer) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..50 {
        let links = page.page().links();
        let next = links.iter().find(|it| it.contains("after=") && it.contains("/discovery")).cloned();
        all.extend(links);
        let Some(next) = next else { break };
        page = desk.client.get(&next);
    }
    all
}

fn what_the_page_says_is_what_viewers_meet(demo: &Program) {
    let it = artist(demo);
    let mut own = Desk::of(demo, "artist");
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for level in LEVELS {
        for (opted, found) in [(false, true), (false, false), (true, false), (true, true)] {
            if opted && level != "public" {
                continue;
            }
            if own.offered("/profile", "/level").unwrap().value("level") != Some(level) {
                own.does("/profile", "/level", &[("level", level)]);
            }
            let switches =
                [("/opt-in", opted), ("/opt-out", !opted), ("/found", found), ("/unfound", !found)];
            for (switch, wanted) in switches {
                // a switch is offered where it would change something
                if wanted && own.offered("/profile", switch).is_some() {
                    own.does("/profile", switch, &[]);
                }
            }
            let said = said(&own.sees("/profile/who-sees-this"));
            for (row, viewer) in VIEWERS {
                let met = met(demo, viewer, &it);
                assert_eq!(said[row], met, "{row} at {level}, opted in: {opted}, found: {found}");
                *seen.entry(met).or_default() += 1;
            }
            // the agency reads the same page
            let theirs = Desk::of(demo, "agency-owner").sees(&format!("/artists/{}/who-sees-this", it.id));
            assert_eq!(self::said(&theirs), said);
        }
    }
    for kind in ["nothing", "the folio", "the listing", "the listing, the listing in lists and searches"] {
        assert!(seen.contains_key(kind), "no viewer met {kind:?}: {seen:?}");
    }
}

fn only_the_artist_in_person_opens_the_folio(demo: &Program) {
    let it = artist(demo);
    let folio = it.folio_path.clone().unwrap();
    let (mut own, mut agency, mut visitor) =
        (Desk::of(demo, "artist"), Desk::of(demo, "agency-owner"), demo.visitor());
    let theirs = format!("/artists/{}", it.id);
    if own.offered("/profile", "/opt-out").is_some() {
        own.does("/profile", "/opt-out", &[]);
    }
    assert_eq!(visitor.get(&folio).status, 404);
    // the agency is offered no public level and no switch, and what it makes up is refused
    assert!(agency.offered(&theirs, "/opt-in").is_none());
    let levels = agency.offered(&theirs, "/level").unwrap();
    assert!(!levels.offers.iter().any(|it| it.1 == "public"), "{:?}", levels.offers);
    assert_eq!(agency.client.submit(&levels.clone().with("level", "public")).status, 403);
    for switch in ["opt-in", "opt-out"] {
        let path = format!("{}{theirs}/{switch}", agency.home);
        assert_eq!(agency.client.send(&Ask::new("POST", &path).form(&[("version", "1")])).status, 403);
    }
    assert_eq!(visitor.get(&folio).status, 404);

    own.does("/profile", "/opt-in", &[]);
    assert_eq!(visitor.get(&folio).page().text("h1"), it.name);
    assert!(visitor.get("/folio/sitemap.xml").text().contains(&folio));
    // the agency in force may lower it, and that takes the folio away; raising it again does not bring it back
    agency.does(&theirs, "/level", &[("level", "stealth")]);
    assert_eq!(visitor.get(&folio).status, 404);
    assert!(!visitor.get("/folio/sitemap.xml").text().contains(&folio));
    own.does("/profile", "/level", &[("level", "public")]);
    assert_eq!(visitor.get(&folio).status, 404, "opting in is a step of its own");
    own.does("/profile", "/opt-in", &[]);
    assert_eq!(visitor.get(&folio).status, 200);
    own.does("/profile", "/opt-out", &[]);
    assert_eq!(visitor.get(&folio).status, 404);
}

fn an_invitation_opens_a_stealth_listing_and_taking_it_back_closes_it(demo: &Program) {
    let it = artist(demo);
    let (mut own, mut hall) = (Desk::of(demo, "artist"), Desk::of(demo, "presenter-season"));
    own.does("/profile", "/level", &[("level", "stealth")]);
    let listing = format!("/listings/{}", it.id);
    assert_eq!(hall.sees(&listing).status, 403);
    assert_eq!(
        said(&own.sees("/profile/who-sees-this"))["A verified presenter that was invited"],
        "the listing"
    );

    // whether somebody is here is told to nobody
    let mailbox = "presenter-season@demo.example";
    let known = own.does("/profile", "/invite", &[("presenter_email", mailbox)]);
    let unknown = own.does("/profile", "/invite", &[("presenter_email", "nobody.here@mail.example")]);
    for page in [&known, &unknown] {
        assert!(page.text().contains("We tell nobody who is here."), "{}", page.text());
    }
    assert!(letter(demo, mailbox, "stealth roster").contains(&format!("{}{listing}", hall.home)));
    assert_eq!(hall.sees(&listing).page().text("h1"), it.name);
    for other in ["presenter-discovery", "presenter-unverified", "agency-other", "artist-other"] {
        assert_eq!(Desk::of(demo, other).sees(&listing).status, 403, "{other}");
    }
    // an invitation shows, and does not find
    let query = it.name.replace(' ', "+");
    let found = hall.sees(&format!("/search?q={query}")).page().links();
    assert!(!found.iter().any(|link| link.contains(&it.id)), "{found:?}");
    let twice = own.sends("/profile", "/invite", &[("presenter_email", mailbox)]);
    assert_eq!(twice.status, 422, "{}", twice.text());

    let page = own.sees("/profile");
    let mine = page.page().forms().into_iter().filter(|it| it.action.ends_with("/revoke"));
    let revoke = mine.into_iter().find(|it| it.value("mailbox") == Some(mailbox)).unwrap();
    assert_eq!(own.client.submit(&revoke).status, 303);
    assert_eq!(hall.sees(&listing).status, 403, "closed on the next request");
}

fn a_note_of_the_agency_stays_there(demo: &Program) {
    let it = artist(demo);
    let words = "Prefers the fifth of the month, and no oysters.";
    let mut agency = Desk::of(demo, "agency-owner");
    let page = format!("/artists/{}", it.id);
    let noted = agency.does(&page, "/note", &[("note", words)]);
    assert!(noted.text().contains("Only your agency sees it"));
    assert_eq!(agency.offered(&page, "/note").unwrap().value("note"), Some(words));
    for (other, pages) in [
        (
            "artist",
            vec!["/profile".to_owned(), "/profile/who-sees-this".into(), format!("/listings/{}", it.id)],
        ),
        ("agency-partner", vec![format!("/listings/{}", it.id), page.clone()]),
        ("agency-other", vec![page.clone()]),
        ("presenter-discovery", vec![format!("/listings/{}", it.id), page.clone()]),
    ] {
        for page in pages {
            let seen = Desk::of(demo, other).sees(&page);
            assert!(!seen.text().contains(words), "{other} reads the note at {page}");
        }
        assert!(Desk::of(demo, other).offered(&page, "/note").is_none(), "{other}");
    }
    // what was written in another window is not written over
    let stale = agency.offered(&page, "/note").unwrap().with("note", "Something else.");
    agency.does(&page, "/note", &[("note", "Likes oysters now.")]);
    let late = agency.client.submit(&stale);
    assert_eq!(late.status, 409);
    let said = late.page().texts(".fault li").join(" ");
    assert!(said.contains("Likes oysters now.") && late.text().contains("Something else."), "{said}");
    agency.does(&page, "/note", &[("note", "")]);
    assert_eq!(agency.offered(&page, "/note").unwrap().value("note"), Some(""));
}
