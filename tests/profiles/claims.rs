//! A profile that an agency keeps for an artist without an account, until the artist claims it.

use super::{Desk, letter, place};
use crate::support::mail;
use crate::support::on_both;
use crate::support::program::Program;

on_both!(an_artist_claims_the_profile_that_an_agency_kept);

fn an_artist_claims_the_profile_that_an_agency_kept(demo: &Program) {
    let mut agency = Desk::of(demo, "agency-owner");
    let kept = [
        ("name", "Ottavia Falkengrund"),
        ("discipline", "Contralto"),
        ("territory", "Europe"),
        ("commission", "12.5"),
    ];
    let made = agency.sends("/roster/keep", "/roster/keep", &kept);
    assert_eq!(made.status, 303, "{}", made.text());
    let page = place(&made);
    let profile = page.rsplit('/').next().unwrap().to_owned();
    let shown = agency.sees(&page);
    assert!(shown.text().contains("the agency, not claimed yet"), "{}", shown.text());
    // it is the agency's alone, and opens to nobody before it is claimed
    assert!(agency.offered(&page, "/opt-in").is_none() && agency.offered(&page, "/found").is_none());
    for other in ["agency-other", "agency-partner", "presenter-discovery", "artist", "artist-other"] {
        for path in ["artists", "listings"] {
            assert_eq!(
                Desk::of(demo, other).sees(&format!("/{path}/{profile}")).status,
                403,
                "{other} {path}"
            );
        }
    }

    let claims = "artist-other@demo.example";
    agency.does(&page, "/claim-link", &[("artist_email", claims)]);
    let link = mail::link(&letter(demo, claims, "Ottavia Falkengrund"), "/claim/");
    // without the link nothing is shown, with it only to an artist, and looking takes nothing
    assert_eq!(
        Desk::of(demo, "artist-other").client.get(&format!("/claim/{profile}?token=AAAA")).status,
        403
    );
    for other in ["agency-other", "presenter-season", "counsel", "admin"] {
        assert_eq!(Desk::of(demo, other).client.get(&link).status, 403, "{other}");
    }
    assert_eq!(demo.visitor().get(&link).header("location"), Some("/sign-in"));
    let mut artist = Desk::of(demo, "artist-other");
    let offer = artist.client.get(&link);
    for text in ["Ottavia Falkengrund", "Europe", "12.5 % of the gross fee"] {
        assert!(offer.text().contains(text), "{text}: {}", offer.text());
    }
    assert!(agency.sees(&page).text().contains("not claimed yet"));

    let form = offer.page().forms().into_iter().find(|it| it.action.starts_with("/claim/")).unwrap();
    // taking over confirms the representation as it was shown, and no other
    let other = artist.client.submit(&form.with("mandate", &"7".repeat(64)));
    assert!(
        other.status == 409 && other.text().contains("not the one that you were shown"),
        "{}",
        other.text()
    );
    let offer = artist.client.get(&link);
    let form = offer.page().forms().into_iter().find(|it| it.action.starts_with("/claim/")).unwrap();
    let taken = artist.client.submit(&form);
    let there = place(&taken);
    assert!(taken.status == 303 && there.ends_with("/profile"), "{}", taken.text());
    // a workspace of its own, beside the one that they have
    assert!(!there.starts_with(&artist.home));
    artist.home = there.trim_end_matches("/profile").to_owned();
    let own = artist.sees("/profile");
    assert_eq!(own.page().text("h1"), "Ottavia Falkengrund");
    // in person is who an admin says is
    assert!(artist.offered("/profile", "/opt-in").is_none());
    // the agency keeps representing them, and hands nothing over any more
    let theirs = agency.sees(&page);
    assert!(theirs.status == 200 && agency.offered(&page, "/claim-link").is_none(), "{}", theirs.text());
    assert!(artist.sees("/agencies").status == 200);
    // used: nobody takes it a second time
    assert_eq!(artist.client.get(&link).status, 403);
    assert_eq!(Desk::of(demo, "artist").client.get(&link).status, 403);
}
