//! A database that fails under the program: what people are told, and how it stops.

use crate::input::links::form_to;
use crate::support::db::Db;
use crate::support::http::Client;
use crate::support::loopback;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, Serve, eventually};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Sends a sign-up, which writes, beside this thread; its status and what it was told.
fn signing_up(demo: &Program) -> JoinHandle<(u16, Option<String>, String)> {
    let mut client = demo.visitor();
    let form = form_to(&client.get("/sign-up"), "/sign-up").with("kind", "agency");
    let form = form.with("name", "Ann Example").with("workspace", "The Example House");
    let form = form.with("email", "ann.example@mail.example").with("application", "We would like to begin.");
    std::thread::spawn(move || {
        let answer = client.submit(&form);
        (answer.status, answer.header("retry-after").map(str::to_owned), answer.text())
    })
}

#[track_caller]
fn is_busy((status, again, text): &(u16, Option<String>, String)) {
    assert_eq!((*status, again.as_deref()), (503, Some("5")), "{text}");
    assert!(text.contains("Nothing was changed. Try again in a few seconds."), "{text}");
    assert!(!text.contains("database") && !text.contains("statement"), "{text}");
}

/// Whether somebody waits for our lock on `accounts`; their backends.
const WAITING: &str = "SELECT pid::text AS text FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()";

/// PostgreSQL ends a statement or its connection: that is nobody's fault here, and the next request is served.
#[test]
fn a_query_that_is_cut_is_a_503_and_the_next_is_served() {
    let database = Database::new(Server::Fast);
    let demo = Demo::default().database(database.url()).start();
    let (mut holder, mut cutter) = (Db::open(&database.url()), Db::open(&database.url()));
    for cut in ["pg_terminate_backend", "pg_cancel_backend"] {
        holder.run("BEGIN");
        holder.run("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
        let sent = signing_up(&demo);
        let backends =
            eventually("a query that waits", || Some(cutter.texts(WAITING)).filter(|it| !it.is_empty()));
        for pid in backends {
            cutter.run(&format!("SELECT {cut}({pid})"));
        }
        let told = sent.join().unwrap();
        holder.run("ROLLBACK");
        is_busy(&told);
        assert_eq!(demo.visitor().get("/api/health/ready").status, 200, "after {cut}");
    }
    // our own limit of time, of a lock
    holder.run("BEGIN");
    holder.run("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
    is_busy(&signing_up(&demo).join().unwrap());
    holder.run("ROLLBACK");
    let (status, _, text) = signing_up(&demo).join().unwrap();
    assert_eq!(status, 303, "{text}");
    assert!(!demo.output().contains("through our fault"), "{}", demo.output());
    drop((holder, cutter, demo));
}

/// Another program holds SQLite's one lock for writing for longer than we wait.
#[test]
fn a_held_lock_for_writing_is_a_503_and_the_next_is_served() {
    let demo = Program::demo();
    let mut holder = Db::of(demo.world());
    holder.run("BEGIN IMMEDIATE");
    is_busy(&signing_up(&demo).join().unwrap());
    assert_eq!(demo.visitor().get("/api/health/ready").status, 200, "reading goes on");
    holder.run("ROLLBACK");
    let (status, _, text) = signing_up(&demo).join().unwrap();
    assert_eq!(status, 303, "{text}");
    assert!(!demo.output().contains("through our fault"), "{}", demo.output());
}

/// Decides about the public again and again, until so many decisions wait for the log.
fn decides(client: &mut Client) {
    for _ in 0..400 {
        assert_eq!(client.get("/folio/sitemap.xml").status, 200);
    }
}

/// Told to stop while the database takes nothing, it stops within seconds all the same, and says what is missing.
fn stops(mut demo: Program, hold: &[&str]) {
    let mut holder = Db::of(demo.world());
    for it in hold {
        holder.run(it);
    }
    decides(&mut demo.visitor());
    let (told, end) = mpsc::channel();
    let watch = std::thread::spawn(move || {
        let status = demo.terminate();
        let _ = told.send(());
        (status, demo)
    });
    let soon = end.recv_timeout(Duration::from_secs(20));
    holder.run("ROLLBACK");
    let (status, demo) = watch.join().unwrap();
    assert!(soon.is_ok(), "it did not stop within 20 seconds: {}", demo.output());
    assert!(status.success(), "{status}");
    let said = demo.output();
    let line = said.lines().find(|it| it.contains("the decision log lacks them"));
    let line = line.unwrap_or_else(|| panic!("nothing is said of what was lost: {said}"));
    assert!(!line.contains("\"count\":0"), "{line}");
}

#[test]
fn a_stop_waits_seconds_for_a_postgres_that_takes_nothing() {
    let database = Database::new(Server::Fast);
    let demo = Demo::default().database(database.url()).start();
    stops(demo, &["BEGIN", "LOCK TABLE decisions IN ACCESS EXCLUSIVE MODE"]);
}

#[test]
fn a_stop_waits_seconds_for_a_sqlite_that_takes_nothing() {
    stops(Program::demo(), &["BEGIN IMMEDIATE"]);
}

/// A fault just before the end still leaves the house: the stop sends what waits.
#[test]
fn a_fault_just_before_the_stop_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (got, reports) = mpsc::channel();
    let (go, may_answer) = mpsc::channel::<()>();
    let may_answer = std::sync::Mutex::new(may_answer);
    // a receiver that takes its time over the first report, so that those behind it wait in the program
    let receiver = loopback::serve(move |ask| {
        let _ = may_answer.lock().unwrap().recv_timeout(Duration::from_millis(600));
        let _ = got.send(String::from_utf8_lossy(&ask.body).into_owned());
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".into()
    });
    let dsn = receiver.base().replace("http://", "http://public@") + "/42";
    let mut server = Serve::on(folder.path()).environment("SENTRY_DSN", &dsn).start();
    Db::open(folder.path().join("kalinklo.db").to_str().unwrap()).run(
        "CREATE TRIGGER planted BEFORE INSERT ON accounts BEGIN SELECT RAISE(ABORT, 'no such room'); END",
    );
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut client = server.visitor();
        let form = form_to(&client.get("/sign-up"), "/sign-up").with("kind", "agency");
        let form = form.with("name", "Ann Example").with("workspace", "The Example House");
        let form =
            form.with("email", "ann.example@mail.example").with("application", "We would like to begin.");
        let answer = client.submit(&form);
        assert_eq!(answer.status, 500, "{}", answer.text());
        ids.push(answer.header("x-request-id").unwrap().to_owned());
    }
    assert!(server.terminate().success());
    drop(go);
    let all: Vec<String> = reports.try_iter().collect();
    for id in ids {
        assert!(all.iter().any(|it| it.contains(&id)), "{id} is in none of {} reports", all.len());
    }
}
