//! Before forms are tried: a world in which as many of them as possible stand on somebody's page.

use super::links::form_to;
use super::mutants::filled;
use crate::boundaries::forms::sent;
use crate::support::db::Db;
use crate::support::http::Client;
use crate::support::mail;
use crate::support::program::Program;
use std::collections::BTreeMap;

/// Addresses that no page leads to, for whom they are: letters lead there.
pub type Doors = BTreeMap<String, Vec<String>>;

/// What people do before the forms are looked at.
struct Stage<'a> {
    demo: &'a Program,
}

impl Stage<'_> {
    fn own(&self, name: &str) -> String {
        format!("/w/{}", self.demo.world().persona(name).workspace.clone().unwrap())
    }

    /// Fills in the form on a page, sends it, and returns where it led.
    #[track_caller]
    fn act(&self, name: &str, page: &str, ending: &str, with: &[(&str, &str)]) -> String {
        let mut client = self.demo.as_persona(name);
        let shown = client.get(page);
        let mut form = filled(&form_to(&shown, ending));
        for (field, value) in with {
            form = form.with(field, value);
        }
        let answer = client.send(&sent(&form, &form.action));
        let said = answer.page().texts("h1, .fault li, .wrong, .lead");
        assert!(matches!(answer.status, 200 | 303), "{name} {page} {ending}: {} {said:?}", answer.status);
        answer.header("location").unwrap_or_default().to_owned()
    }
}

/// Sets the stage.
pub fn set(demo: &Program) -> Doors {
    let world = demo.world();
    let stage = Stage { demo };
    let mut doors = Doors::new();
    doors.insert("admin".into(), vec!["/admin/step-up".into(), "/admin/factor".into()]);
    let agency = stage.own("agency-owner");

    // staff: a code, and somebody suspended who is no persona
    stage.act("admin", "/admin/codes", "/admin/codes", &[]);
    let personas: Vec<String> = world.personas.iter().filter_map(|it| it.account.clone()).collect();
    let accounts =
        Db::of(world).texts("SELECT id AS text FROM accounts WHERE status = 'approved' ORDER BY id");
    if let Some(other) = accounts.iter().find(|it| !personas.contains(it)) {
        let page = format!("/admin/approvals/{other}");
        stage.act("admin", &page, "/suspend", &[]);
        doors.entry("admin".into()).or_default().push(page);
    }

    // a second session, and a visitor who waits for a code
    let mut client = Client::new(&world.base);
    let asked = form_to(&client.get("/sign-in"), "/sign-in").with("email", "artist@demo.example");
    client.submit(&asked);
    let letter = mail::to(world, "artist@demo.example");
    let button = form_to(&client.get(&mail::link(&letter, "/sign-in/link")), "/sign-in/link");
    assert_eq!(client.submit(&button).status, 303);
    doors.insert("visitor".into(), vec!["/sign-in/code".into()]);

    // a profile that the agency keeps, with a link to claim it
    let kept = stage.act("agency-owner", &format!("{agency}/roster/keep"), "/roster/keep", &[]);
    let kept = kept.split('?').next().unwrap_or_default().to_owned();
    stage.act("agency-owner", &kept, "/claim-link", &[("artist_email", "artist-other@demo.example")]);
    let letter = mail::to(world, "artist-other@demo.example");
    doors.entry("artist-other".into()).or_default().push(mail::link(&letter, "/claim/"));

    // an artist whom nobody finds for a while
    stage.act("artist-other", &format!("{}/profile", stage.own("artist-other")), "/unfound", &[]);

    // a document that waits to be shared
    let own = world.persona("agency-owner").workspace.clone();
    let engagement = world.facts.engagements.iter().find(|it| it.agency == own).unwrap();
    let path = engagement.path.replace("{workspace}", &own.unwrap());
    stage.act("agency-owner", &format!("{path}/documents"), "/documents", &[]);

    // an offer that waits at its office, and one that waits for the artist
    let offer = [("email", "artist-other@demo.example")];
    let waits = stage.act("agency-owner", &format!("{agency}/roster/offer"), "/roster/offer", &offer);
    doors.entry("agency-owner".into()).or_default().push(waits);
    let draft = stage.act("agency-owner", &format!("{agency}/roster/offer"), "/roster/offer", &offer);
    stage.act("agency-owner", &draft, "/confirm", &[]);

    // an agency asks another one
    let other = stage.own("agency-other");
    let asked = stage.act(
        "agency-other",
        &format!("{other}/partners"),
        "/partners",
        &[("email", "agency-owner@demo.example")],
    );
    if asked.contains("/drafts/") || asked.contains("/offers/") {
        let ending = if asked.contains("/offers/") { "/confirm" } else { asked.as_str() };
        stage.act("agency-other", &asked, ending, &[]);
    }

    // a colleague who was invited and has not come yet
    let team = format!("{agency}/team");
    stage.act("agency-owner", &team, "/team/invitations", &[("email", "new.colleague@mail.example")]);
    let letter = mail::to(world, "new.colleague@mail.example");
    doors.entry("visitor".into()).or_default().push(mail::link(&letter, "/join"));
    // strangers write: about an artist of the agency whom the public sees, and about nobody in particular
    let own = world.persona("agency-owner").workspace.clone().unwrap_or_default();
    let public = world
        .facts
        .artists
        .iter()
        .find(|it| it.agencies.contains(&own) && it.level == "public" && it.opted_in);
    let slug = public.and_then(|it| it.folio_path.as_ref()?.rsplit('/').next());
    for artist in [slug, Some("A cellist who sings")].into_iter().flatten() {
        let mut stranger = demo.visitor();
        let form =
            filled(&form_to(&stranger.get("/request-a-hold/"), "/api/request-hold")).with("artist", artist);
        let shown = stranger.submit(&form);
        let again = form_to(&shown, "/api/request-hold");
        assert_eq!(stranger.submit(&again).status, 303, "{:?}", shown.page().texts("h1, .fault li"));
    }

    // the platform prepares its answers to what names nobody here
    let waiting = "SELECT id AS text FROM enquiries WHERE artist IS NULL AND state = 'unverified_sender'";
    for enquiry in Db::of(world).texts(waiting) {
        stage.act("admin", &format!("/admin/enquiries/{enquiry}"), "/answer", &[]);
    }
    doors
}
