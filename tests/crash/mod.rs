//! `kill -9` during a stream of confirmed writes: what was answered as confirmed is there afterwards, and every chain
//! verifies. Three times on each database; fifty times with `KALINKLO_FULL=1`.

use crate::support::db::Db;
use crate::support::http::{Answer, Client};
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, Serve, command, within};
use crate::support::world::World;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Who writes at once: both sides of one engagement.
const WRITERS: &[&str] = &["agency-owner", "presenter-discovery"];

fn rounds() -> usize {
    if std::env::var("KALINKLO_FULL").is_ok_and(|it| it == "1") { 50 } else { 3 }
}

#[test]
fn nothing_confirmed_is_lost_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::default().data(folder.path()).start();
    let address = demo.world().database.clone();
    kill_again_and_again(demo, folder.path(), None, &address);
}

#[test]
fn nothing_confirmed_is_lost_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Server::Durable);
    let demo = Demo::default().data(folder.path()).database(database.url()).start();
    kill_again_and_again(demo, folder.path(), Some(&database.url()), &database.url());
}

fn kill_again_and_again(mut program: Program, data: &Path, url: Option<&str>, address: &str) {
    let world = program.world().clone();
    let mut confirmed: BTreeSet<String> = BTreeSet::new();
    for round in 0..rounds() {
        let base = program.base().to_owned();
        let writers: Vec<(Client, String)> = WRITERS.iter().map(|it| writer(&world, it, &base)).collect();
        let noted = Mutex::new(BTreeSet::new());
        let count = AtomicUsize::new(0);
        // A different moment each time: after the first answer, after the second, in the middle of many.
        let enough = 1 + (round * 7) % 20;
        std::thread::scope(|scope| {
            let mut streams = Vec::new();
            for (number, (client, engagement)) in writers.into_iter().enumerate() {
                let (noted, count) = (&noted, &count);
                streams.push(scope.spawn(move || {
                    stream(client, &engagement, &format!("round {round} writer {number}"), noted, count);
                }));
            }
            let ran = within(Duration::from_secs(60), || {
                let is_enough = count.load(Ordering::SeqCst) >= enough;
                (is_enough || streams.iter().all(std::thread::ScopedJoinHandle::is_finished)).then_some(())
            });
            assert!(ran.is_some(), "{} of {enough} writes in a minute", count.load(Ordering::SeqCst));
            program.kill();
        });
        let noted = noted.into_inner().unwrap();
        assert!(noted.len() >= enough, "the stream never ran");
        confirmed.extend(noted);
        verified(data, url);
        program = Serve::on(data).database(url.map(str::to_owned)).start();
        let kept: BTreeSet<String> = Db::open(address)
            .texts("SELECT body AS text FROM messages WHERE body LIKE 'round %'")
            .into_iter()
            .collect();
        let lost: Vec<_> = confirmed.difference(&kept).collect();
        assert!(lost.is_empty(), "round {round}: {} confirmed messages are gone: {lost:?}", lost.len());
    }
    assert!(confirmed.len() > rounds(), "{} confirmed in all", confirmed.len());
}

/// The persona's client on whatever port the program has now, and the path of the engagement of both writers.
fn writer(world: &World, name: &str, base: &str) -> (Client, String) {
    let persona = world.persona(name);
    let (agency, presenter) = (&world.persona(WRITERS[0]).workspace, &world.persona(WRITERS[1]).workspace);
    let both = world
        .facts
        .engagements
        .iter()
        .find(|it| it.agency == *agency && Some(&it.presenter) == presenter.as_ref());
    let own = persona.workspace.clone().unwrap();
    let path = both.expect("an engagement of both").path.replace("{workspace}", &own);
    (Client::new(base).with_cookie(persona.cookie.as_deref().unwrap()), path)
}

/// Sends messages, each prepared and confirmed, until the server is gone; notes each that was answered as confirmed.
fn stream(
    mut client: Client,
    engagement: &str,
    name: &str,
    noted: &Mutex<BTreeSet<String>>,
    count: &AtomicUsize,
) {
    for number in 0.. {
        let text = format!("{name} message {number}");
        match message(&mut client, engagement, &text) {
            Ok(()) => {
                noted.lock().unwrap().insert(text);
                count.fetch_add(1, Ordering::SeqCst);
            }
            Err(_) => return,
        }
    }
}

/// One message, prepared and confirmed as a person does it.
fn message(client: &mut Client, engagement: &str, text: &str) -> io::Result<()> {
    let get = |client: &mut Client, path: &str| client.try_send(&crate::support::http::Ask::new("GET", path));
    let page = get(client, &format!("{engagement}/message"))?;
    let form = form_with(&page, "/message").with("body", text);
    let prepared = submit(client, &form)?;
    let draft = expect_303(&prepared);
    let page = get(client, &draft)?;
    let confirmed = submit(client, &form_with(&page, &draft))?;
    expect_303(&confirmed);
    Ok(())
}

fn submit(client: &mut Client, form: &crate::support::page::Form) -> io::Result<Answer> {
    let body = crate::boundaries::forms::body(form);
    client.try_send(
        &crate::support::http::Ask::new("POST", &form.action)
            .body("application/x-www-form-urlencoded", body.as_bytes()),
    )
}

#[track_caller]
fn expect_303(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap_or_default().to_owned()
}

#[track_caller]
fn form_with(page: &Answer, ending: &str) -> crate::support::page::Form {
    let forms = page.page().forms();
    let found = forms.iter().find(|it| it.method == "post" && it.action.ends_with(ending));
    found.unwrap_or_else(|| panic!("no form to {ending}: {} {}", page.status, page.text())).clone()
}

/// `kalinklo audit verify` on what the kill left behind.
fn verified(data: &Path, url: Option<&str>) {
    let mut verify = command(["audit", "verify", "--config", "/dev/null"]);
    verify.arg("--data").arg(data);
    if let Some(url) = url {
        verify.env("DATABASE_URL", url);
    }
    let out = verify.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success() && said.contains("Every chain holds."), "{said}");
}
