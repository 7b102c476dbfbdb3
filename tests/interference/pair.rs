//! Two servers over two databases, asked the same at the same moment, and what tells them apart.

use crate::support::db::Db;
use crate::support::http::{Answer, Ask, Client};
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, Serve, metric};
use crate::support::world::{Persona, World};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Opens `/metrics`.
const OPS: &str = "an operations token for two worlds";

/// Where both say that they are.
pub const ORIGIN: &str = "http://127.0.0.1";

/// A world at rest, to be copied.
pub struct Mould {
    pub world: World,
    folder: tempfile::TempDir,
    database: Option<Database>,
}

impl Mould {
    /// A made-up world, on PostgreSQL or SQLite.
    pub fn new(on_postgres: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = on_postgres.then(|| Database::new(Server::Fast));
        let mut demo = Demo::default().data(&folder.path().join("mould"));
        if let Some(it) = &database {
            demo = demo.database(it.url());
        }
        let mut demo = demo.start();
        // links are to where the copies say that they are
        let world = World { base: ORIGIN.to_owned(), ..demo.world().clone() };
        assert!(demo.terminate().success());
        Self { world, folder, database }
    }

    /// Another world that is the same to the last byte, at rest.
    pub fn copy(&self, name: &str) -> Copy {
        let data = self.folder.path().join(name);
        let _ = std::fs::remove_dir_all(&data);
        copied(&self.folder.path().join("mould"), &data);
        Copy { data, database: self.database.as_ref().map(Database::copy) }
    }
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for it in std::fs::read_dir(from).unwrap() {
        let it = it.unwrap();
        let to = to.join(it.file_name());
        if it.file_type().unwrap().is_dir() {
            copied(&it.path(), &to);
        } else {
            std::fs::copy(it.path(), to).unwrap();
        }
    }
}

/// A copied world.
pub struct Copy {
    data: PathBuf,
    database: Option<Database>,
}

impl Copy {
    pub fn db(&self) -> Db {
        Db::open(
            &self
                .database
                .as_ref()
                .map_or_else(|| self.data.join("kalinklo.db").display().to_string(), Database::url),
        )
    }

    pub fn serve(&self) -> Program {
        Serve::on(&self.data)
            .database(self.database.as_ref().map(Database::url))
            .argument(&format!("--ops-token={OPS}"))
            .argument(&format!("--origin={ORIGIN}"))
            .start()
    }
}

/// One side: a client of the persona, and the operator's, who counts statements.
struct Side {
    client: Client,
    operator: Client,
    statements: u64,
    /// The ids of visits so far, which refusals repeat and staff read.
    visits: Vec<String>,
}

impl Side {
    fn of(program: &Program, persona: &Persona) -> Self {
        let client = Client::new(program.base());
        let client = match &persona.cookie {
            Some(cookie) => client.with_cookie(cookie),
            None => client,
        };
        let mut side =
            Self { client, operator: Client::new(program.base()), statements: 0, visits: Vec::new() };
        side.count();
        side
    }

    /// How many statements came since it was asked last.
    fn count(&mut self) -> u64 {
        let now = metric(&mut self.operator, OPS, "kalinklo_statements_total");
        now - std::mem::replace(&mut self.statements, now)
    }

    /// The answer as it is, and without what differs by nature; how many statements it took.
    fn ask(&mut self, ask: &Ask) -> (Answer, Answer, u64) {
        let answer = self.client.send(ask);
        self.visits.extend(answer.header("x-request-id").map(str::to_owned));
        let normal = normal(&ask.path, &answer, &self.visits);
        (answer, normal, self.count())
    }
}

/// Two servers as one persona meets them.
pub struct Pair(Side, Side);

impl Pair {
    pub fn of(one: &Program, other: &Program, persona: &Persona) -> Self {
        Self(Side::of(one, persona), Side::of(other, persona))
    }

    /// Asks both the same. The first one's answer, and what tells the answers apart: nothing where they are the same.
    pub fn ask(&mut self, ask: &Ask) -> (Answer, Option<String>) {
        let until = Instant::now() + LATEST;
        loop {
            let before = second();
            let ((one, a, first), (_, b, other)) = (self.0.ask(ask), self.1.ask(ask));
            let told = difference(&a, &b)
                .or_else(|| (first != other).then(|| format!("{first} statements and {other}")));
            // pages show the time to the second: only where one went by in between, both are asked again
            let by_nature = second() != before || ask.path.starts_with(LATE);
            if told.is_none() || !by_nature || Instant::now() > until {
                return (one, told);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Refusals are recorded beside their answers, so that staff may read of them a moment later.
pub const LATE: &str = "/admin/security";
/// One's own sessions, each with the second at which it was used last.
const USED: &str = "/you";
/// How long two servers may stay apart for reasons of time.
const LATEST: Duration = Duration::from_secs(20);

fn second() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// Headers that are another in every answer: the moment, and the visit's id.
const EACH: [&str; 2] = ["date", "x-request-id"];
/// A random name for a browser that asks for a sign-in link.
const BROWSER: &str = "kalinklo-browser=";
/// The way on in a list, after the row whose id follows.
pub const CURSOR: &str = "after=";
/// Form tokens are random: no two showings of a form have the same one.
const TOKEN: &str = "name=\"form_token\" value=\"";

/// The answer without what differs from one answer to the next by nature.
fn normal(path: &str, it: &Answer, visits: &[String]) -> Answer {
    let mut text = it.text();
    for (at, id) in visits.iter().enumerate().filter(|it| !it.1.is_empty()) {
        if text.contains(id) {
            text = text.replace(id, &format!("VISIT {at}"));
        }
    }
    // staff read there when each of these very visits was refused, and everybody when each server was asked
    if path.starts_with(LATE) || path.starts_with(USED) {
        text = cut(&text, "<time datetime=", '<');
    }
    // and go on there after an event that each server wrote for itself
    if path.starts_with(LATE) {
        text = cut(&text, CURSOR, '"');
    }
    let mut answer = it.without(&EACH);
    for (name, value) in &mut answer.headers {
        if name.eq_ignore_ascii_case("set-cookie") {
            *value = cut(value, BROWSER, ';');
        }
    }
    Answer { body: cut(&text, TOKEN, '"').into_bytes(), ..answer }
}

/// The text without what stands between `after` and `until`.
fn cut(text: &str, after: &str, until: char) -> String {
    let mut parts = text.split(after);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(after);
        out.push_str(part.find(until).map_or("", |at| &part[at..]));
    }
    out
}

fn difference(one: &Answer, other: &Answer) -> Option<String> {
    if one.status != other.status {
        return Some(format!("status {} and {}", one.status, other.status));
    }
    if one.body == other.body {
        let told = one.headers.iter().zip(&other.headers).find(|(a, b)| a != b);
        let count = (one.headers.len(), other.headers.len());
        return (one.headers != other.headers)
            .then(|| format!("headers {told:?} of {} and {}", count.0, count.1));
    }
    let at = one.body.iter().zip(&other.body).take_while(|(a, b)| a == b).count();
    let near = |it: &[u8]| {
        let (from, to) = (at.saturating_sub(60).min(it.len()), (at + 60).min(it.len()));
        String::from_utf8_lossy(&it[from..to]).into_owned()
    };
    Some(format!(
        "byte {at} of {} and {}: {:?} and {:?}",
        one.body.len(),
        other.body.len(),
        near(&one.body),
        near(&other.body)
    ))
}

#[test]
fn what_differs_by_nature_is_left_out_and_nothing_else() {
    let answer = |id: &str, token: &str, text: &str| Answer {
        status: 403,
        headers: vec![("X-Request-Id".into(), id.into()), ("Vary".into(), "Cookie".into())],
        body: format!("<p>{id}</p><input {TOKEN}{token}\"><p>{text}</p>").into_bytes(),
    };
    let normal = |it: &Answer| normal("/", it, &[it.header("x-request-id").unwrap().to_owned()]);
    let same = |a: &Answer, b: &Answer| difference(&normal(a), &normal(b));
    assert_eq!(same(&answer("1", "x", "yes"), &answer("2", "y", "yes")), None);
    assert!(same(&answer("1", "x", "yes"), &answer("1", "x", "no")).unwrap().starts_with("byte "));
    let mut other = answer("1", "x", "yes");
    other.headers[1].1 = "Accept".into();
    assert!(same(&answer("1", "x", "yes"), &other).unwrap().starts_with("headers"));
    other.status = 404;
    assert!(same(&answer("1", "x", "yes"), &other).unwrap().starts_with("status"));
}
