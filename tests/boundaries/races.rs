//! A right that ends while a form is on its way: the visit still had it, the write has it no more. PostgreSQL alone tells
//! when somebody waits for a lock, so that this needs no guess at times; pages' own tests do the same on SQLite.

use crate::input::links::form_to;
use crate::input::mutants::filled;
use crate::support::db::{Db, difference};
use crate::support::http::Answer;
use crate::support::page::Form;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, eventually};

/// Sends a form, and lets `sql` happen after the visit's decisions and before the write's.
fn overtaken(demo: &Program, persona: &str, form: &Form, sql: &str) -> Answer {
    let world = demo.world();
    let account = world.persona(persona).account.clone().unwrap();
    let mut other = Db::of(world);
    let mut looking = Db::of(world);
    other.run("BEGIN");
    // each write first locks the account that asks
    other.run(&format!("SELECT 1 FROM accounts WHERE id = '{account}' FOR UPDATE"));
    other.run(sql);
    let mut client = demo.as_persona(persona);
    std::thread::scope(|scope| {
        let answer = scope.spawn(move || client.submit(form));
        eventually("a write that waits", || {
            let waits = "SELECT CAST(COUNT(*) AS TEXT) AS text FROM pg_stat_activity \
                         WHERE datname = current_database() AND wait_event_type = 'Lock'";
            (looking.text(waits) != "0").then_some(())
        });
        other.run("COMMIT");
        answer.join().unwrap()
    })
}

#[test]
fn a_right_that_ends_on_the_way_is_refused_and_recorded_once() {
    let database = Database::new(Server::Fast);
    let demo = Demo::default().database(database.url()).start();
    let world = demo.world();
    let own = world.persona("agency-owner").workspace.clone().unwrap();
    let artist = world.facts.artists.iter().find(|it| it.agencies.contains(&own)).unwrap();
    let engagement = world.facts.engagements.iter().find(|it| it.agency.as_ref() == Some(&own)).unwrap();
    let engagement = engagement.path.replace("{workspace}", &own);
    let account = world.persona("agency-owner").account.clone().unwrap();
    let cases = [
        (
            format!("/w/{own}/artists/{}", artist.id),
            "/edit",
            "UPDATE mandates SET state = 'ended', ends_at = starts_at, version = version + 1".to_owned(),
            (403, None),
        ),
        (
            format!("{engagement}/message"),
            "/message",
            format!("UPDATE accounts SET status = 'suspended' WHERE id = '{account}'"),
            (303, Some("/waiting")),
        ),
        (
            format!("{engagement}/message"),
            "/message",
            format!("DELETE FROM memberships WHERE account = '{account}'"),
            (403, None),
        ),
    ];
    let mut db = Db::of(world);
    for (page, ending, sql, expected) in cases {
        let form = filled(&form_to(&demo.as_persona("agency-owner").get(&page), ending));
        let action = form.action.clone();
        let before = db.print();
        let answer = overtaken(&demo, "agency-owner", &form, &sql);
        assert_eq!((answer.status, answer.header("location")), expected, "{page}: {}", answer.text());
        // only what the other hand did
        let changed = difference(&before, &db.print());
        let is_theirs =
            |it: &String| ["accounts:", "mandates:", "memberships:"].iter().any(|of| it.contains(of));
        assert!(!changed.is_empty() && changed.iter().all(is_theirs), "{changed:#?}");
        let id = answer.header("x-request-id").unwrap().to_owned();
        let sql = format!(
            "SELECT kind || ' ' || account || ' ' || detail AS text FROM security_events WHERE visit = '{id}'"
        );
        let noted =
            eventually("the record of the refusal", || Some(db.texts(&sql)).filter(|it| !it.is_empty()));
        assert_eq!(noted, [format!("refused {account} {action}")]);
        db.run(&format!("UPDATE accounts SET status = 'approved' WHERE id = '{account}'"));
    }
    // the program lets go of its database before that goes away
    drop(demo);
}
