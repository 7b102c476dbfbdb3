//! Before forms are tried: a world in which as many of them as possible stand on somebody's page.

use super::links::form_to;
use super::mutants::filled;
use crate::boundaries::forms::sent;
use crate::support::db::Db;
use crate::support::http::Client;
use crate::support::mail;
use crate::support::program::{Program, command};
use crate::support::world::Persona;
use std::collections::BTreeMap;
use std::path::Path;

/// Who else comes, and where letters lead.
#[derive(Default)]
pub struct Set {
    /// People in states that no persona is in.
    pub people: Vec<Persona>,
    /// Addresses that no page leads to, for whom they are.
    pub doors: BTreeMap<String, Vec<String>>,
}

impl Set {
    fn door(&mut self, name: &str, path: String) {
        self.doors.entry(name.into()).or_default().push(path);
    }
}

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

    /// A new admin, made at the command line and signed in.
    fn admin(&self, name: &str) -> Persona {
        let world = self.demo.world();
        let mailbox = format!("{name}@demo.example");
        let mut create = command(["admin", "create", &mailbox, "--config", "/dev/null"]);
        create.env("DATABASE_URL", &world.database);
        create.arg("--data").arg(Path::new(&world.mail_dir).parent().unwrap());
        let out = create.output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
        let mut client = self.demo.visitor();
        let button = form_to(&client.get(&mail::link(&said, "/sign-in/link")), "/sign-in/link");
        assert_eq!(client.submit(&button).status, 303);
        let (cookie, value) = client.cookies().iter().find(|it| it.0 == "kalinklo").unwrap();
        let account = format!("SELECT id AS text FROM accounts WHERE email = '{mailbox}'");
        Persona {
            name: name.into(),
            cookie: Some(format!("{cookie}={value}")),
            account: Some(Db::of(world).text(&account)),
            workspace: None,
            ..world.persona("admin").clone()
        }
    }
}

/// Sets the stage.
pub fn set(demo: &Program) -> Set {
    let world = demo.world();
    let stage = Stage { demo };
    let mut set = Set::default();
    set.door("admin", "/admin/step-up".into());
    let agency = stage.own("agency-owner");

    // staff: a code, and somebody suspended who is no persona
    stage.act("admin", "/admin/codes", "/admin/codes", &[]);
    let late = "late.singer@mail.example";
    stage.act("visitor", "/sign-up", "/sign-up", &[("email", late)]);
    let account = Db::of(world).text(&format!("SELECT id AS text FROM accounts WHERE email = '{late}'"));
    let page = format!("/admin/approvals/{account}");
    for step in ["/approve", "/suspend"] {
        stage.act("admin", &page, step, &[]);
    }
    set.door("admin", page);
    // admins without a second factor, and with one that waits for its first code
    for (name, begun) in [("admin-new", false), ("admin-begun", true)] {
        let person = stage.admin(name);
        if begun {
            let mut client = world.client(&person);
            let form = form_to(&client.get("/admin/factor"), "/admin/factor");
            assert_eq!(client.submit(&form).status, 303);
        }
        set.door(name, "/admin/factor".into());
        set.people.push(person);
    }

    // a second session, and a visitor who waits for a code
    let mut client = Client::new(&world.base);
    let asked = form_to(&client.get("/sign-in"), "/sign-in").with("email", "artist@demo.example");
    client.submit(&asked);
    let button =
        form_to(&client.get(&mail::linked(world, "artist@demo.example", "/sign-in/link")), "/sign-in/link");
    assert_eq!(client.submit(&button).status, 303);
    set.door("visitor", "/sign-in/code".into());
    // a link that nobody has used
    let asked = form_to(&client.get("/sign-in"), "/sign-in").with("email", "counsel@demo.example");
    client.submit(&asked);
    set.door("visitor", mail::linked(world, "counsel@demo.example", "/sign-in/link"));

    // a profile that the agency keeps, with a link to claim it
    let kept = stage.act("agency-owner", &format!("{agency}/roster/keep"), "/roster/keep", &[]);
    let kept = kept.split('?').next().unwrap_or_default().to_owned();
    stage.act("agency-owner", &kept, "/claim-link", &[("artist_email", "artist-other@demo.example")]);
    set.door("artist-other", mail::linked(world, "artist-other@demo.example", "/claim/"));

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
    set.door("agency-owner", waits);
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

    // counsel who was invited and has not come yet
    stage.act("agency-owner", &path, "/counsel", &[("email", "new.counsel@mail.example")]);

    // an end that waits for a confirmation, and may be changed
    let artist = world.persona("artist").workspace.clone().unwrap();
    let sql = format!("SELECT id AS text FROM mandates WHERE artist = '{artist}' AND state = 'active'");
    let end = format!("{}/mandates/{}/notice", stage.own("artist"), Db::of(world).text(&sql));
    let at_once = [("last_day", ""), ("last_month", ""), ("last_year", "")];
    stage.act("artist", &end, "/notice", &at_once);

    // a colleague who was invited and has not come yet
    let team = format!("{agency}/team");
    stage.act("agency-owner", &team, "/team/invitations", &[("email", "new.colleague@mail.example")]);
    set.door("visitor", mail::linked(world, "new.colleague@mail.example", "/join"));
    // somebody who has an account already, and works for another house
    let guest = "presenter-season@demo.example";
    stage.act("agency-owner", &team, "/team/invitations", &[("email", guest)]);
    set.door("presenter-season", mail::linked(world, guest, "/join"));
    // a message that waits for a confirmation, and may be changed
    stage.act("agency-owner", &format!("{path}/message"), "/message", &[]);
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
    set
}
