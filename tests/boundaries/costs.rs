//! What must not be told apart must not cost differently: counted in statements, since a machine under load is no clock.

use super::ask;
use super::things::Things;
use crate::input::links::form_to;
use crate::input::mutants::filled;
use crate::oracle::Oracle;
use crate::profiles::Desk;
use crate::support::db::Db;
use crate::support::on_both;
use crate::support::program::Program;
use crate::support::routes;

on_both!(
    a_foreign_id_costs_what_an_unknown_one_does,
    a_known_address_costs_what_an_unknown_one_does,
    an_artist_who_is_not_public_costs_a_stranger_what_nobody_does,
    asking_somebody_costs_what_asking_nobody_does
);

/// How many statements requests put to the database meanwhile.
fn statements<T>(demo: &Program, work: impl FnOnce() -> T) -> (T, u64) {
    let before = demo.metric("kalinklo_statements_total");
    let done = work();
    (done, demo.metric("kalinklo_statements_total") - before)
}

fn a_foreign_id_costs_what_an_unknown_one_does(demo: &Program) {
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let things = Things::of(&oracle, &mut db);
    let (mut told, mut tried) = (Vec::new(), [0, 0, 0]);
    for persona in ["presenter-discovery", "agency-other", "artist-other"].map(|it| world.persona(it)) {
        let mut client = world.client(persona);
        for route in routes::all().iter().filter(|it| !it.holes().is_empty()) {
            let kind = match (route.method.as_str(), route.is_api()) {
                ("GET", false) if route.path.starts_with("/w/") => 0,
                ("POST", false) if route.path.starts_with("/w/") => 1,
                (_, true) if route.path.starts_with("/api/w/") => 2,
                _ => continue,
            };
            let paths = things.not_theirs(route, persona, &[]);
            for hole in route.holes() {
                let of = |sort: &str| paths.iter().find(|it| it.sort == sort && it.hole == hole);
                let (Some(foreign), Some(unknown)) = (of("foreign"), of("unknown")) else { continue };
                let mut cost = |path: &str| {
                    let (answer, count) = statements(demo, || ask(&mut client, route, path));
                    assert_eq!(answer.status, 403, "{} as {}: {path}", route.key(), persona.name);
                    count
                };
                let (foreign, unknown) = (cost(&foreign.path), cost(&unknown.path));
                tried[kind] += 1;
                if foreign != unknown {
                    told.push(format!(
                        "{} as {}, {hole}: {foreign} statements for a foreign one, {unknown} for an unknown one",
                        route.key(),
                        persona.name
                    ));
                }
            }
        }
    }
    assert!(told.is_empty(), "told apart by what they cost: {told:#?}");
    assert!(tried[0] > 50 && tried[1] > 50 && tried[2] > 0, "{tried:?}");
}

fn a_known_address_costs_what_an_unknown_one_does(demo: &Program) {
    let applied = |kind: &str, email: &str| {
        let mut client = demo.visitor();
        let form = form_to(&client.get("/sign-up"), "/sign-up");
        let form = form.with("kind", kind).with("name", "Somebody").with("workspace", "Some House");
        let form = form.with("email", email).with("application", "We play.");
        let (answer, count) = statements(demo, || client.submit(&form));
        assert_eq!(answer.header("location"), Some("/sign-up/done"), "{}", answer.text());
        count
    };
    let asked = |email: &str| {
        let mut client = demo.visitor();
        let form = form_to(&client.get("/sign-in"), "/sign-in").with("email", email);
        let (answer, count) = statements(demo, || client.submit(&form));
        assert_eq!(answer.header("location"), Some("/sign-in/code"), "{}", answer.text());
        count
    };
    let mut db = Db::of(demo.world());
    let mut counts = |table: &str| db.text(&format!("SELECT CAST(COUNT(*) AS TEXT) AS text FROM {table}"));
    for kind in ["artist", "agency", "presenter"] {
        let unknown = applied(kind, &format!("new.{kind}@mail.example"));
        let made = ["accounts", "workspaces", "memberships", "profiles"].map(&mut counts);
        let known = applied(kind, "presenter-season@demo.example");
        assert_eq!(unknown, known, "applying as {kind}");
        assert!(unknown > 10, "{unknown} statements: they are not counted");
        assert_eq!(["accounts", "workspaces", "memberships", "profiles"].map(&mut counts), made);
    }
    let (unknown, known) = (asked("nobody@mail.example"), asked("presenter-season@demo.example"));
    assert_eq!(unknown, known, "asking for a link");
    assert!(unknown > 3, "{unknown} statements: they are not counted");
    // what was taken back left nothing in the ledger either
    let world = demo.world();
    let mut verify = crate::support::program::command(["audit", "verify", "--config", "/dev/null"]);
    let out = verify.args(["--database", &world.database]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

fn an_artist_who_is_not_public_costs_a_stranger_what_nobody_does(demo: &Program) {
    let asked = |artist: &str| {
        let mut stranger = demo.visitor();
        let form = filled(&form_to(&stranger.get("/request-a-hold/"), "/api/request-hold"));
        let shown = stranger.submit(&form.with("artist", artist));
        let again = form_to(&shown, "/api/request-hold");
        let (answer, count) = statements(demo, || stranger.submit(&again));
        assert_eq!(answer.status, 303, "{artist}: {:?}", answer.page().texts("h1, .fault li"));
        count
    };
    let mut db = Db::of(demo.world());
    let unknown = asked("nobody-of-this-name");
    for level in ["stealth", "workspace_private"] {
        let slug = db
            .text(&format!("SELECT slug AS text FROM profiles WHERE level = '{level}' ORDER BY id LIMIT 1"));
        assert_eq!(asked(&slug), unknown, "{slug}, {level}");
    }
    assert!(unknown > 5, "{unknown} statements: they are not counted");
}

/// Agencies offer mandates and ask partners by an address that they typed, artists invite presenters so; whether anybody
/// here has the address is not theirs to learn.
fn asking_somebody_costs_what_asking_nobody_does(demo: &Program) {
    let (mut agency, mut own) = (Desk::of(demo, "agency-other"), Desk::of(demo, "artist"));
    let mut confirmed = |page: &str, ending: &str, with: &[(&str, &str)]| {
        let made = agency.sends(page, ending, with);
        assert_eq!(made.status, 303, "{}", made.text());
        let draft = crate::profiles::place(&made);
        let form = form_to(&agency.sees(&draft), "/confirm");
        let (answer, count) = statements(demo, || agency.client.submit(&form));
        assert_eq!(answer.status, 303, "{}", answer.text());
        count
    };
    let mut offered = |email: &str| {
        let day = [("start_day", "1"), ("start_month", "9"), ("start_year", "2031")];
        let terms = [("email", email), ("territory", "Japan"), ("commission", "12")];
        confirmed("/roster/offer", "/roster/offer", &[&terms[..], &day].concat())
    };
    let costs =
        ["nobody@mail.example", "artist@demo.example", "presenter-season@demo.example"].map(&mut offered);
    assert!(costs.iter().all(|it| *it == costs[0]) && costs[0] > 10, "a mandate: {costs:?}");
    let mut partners = |email: &str| confirmed("/partners", "/partners", &[("email", email)]);
    let costs =
        ["nobody@mail.example", "agency-owner@demo.example", "agency-other@demo.example"].map(&mut partners);
    assert!(costs.iter().all(|it| *it == costs[0]) && costs[0] > 10, "a partner: {costs:?}");
    let mut invited = |email: &str| {
        let form = form_to(&own.sees("/profile"), "/invite").with("presenter_email", email);
        let (answer, count) = statements(demo, || own.client.submit(&form));
        assert_eq!(answer.status, 303, "{}", answer.text());
        count
    };
    let costs = ["nobody@mail.example", "presenter-season@demo.example", "agency-owner@demo.example"]
        .map(&mut invited);
    assert!(costs.iter().all(|it| *it == costs[0]) && costs[0] > 10, "an invitation: {costs:?}");
}
