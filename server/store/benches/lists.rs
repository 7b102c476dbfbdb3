//! What a page of a scoped list costs among many artists, beside the same question written as SQL by hand.
//!
//! ```text
//! cargo bench -p store --bench lists -- [ARTISTS] [ROUNDS]      1,000,000 artists and 400 rounds unless told
//! ```
//!
//! SQLite in a temporary folder, and PostgreSQL where `KALINKLO_TEST_POSTGRES_DURABLE` or `KALINKLO_TEST_POSTGRES` names
//! a server. The rows are made by the database itself.
// a bench measures time, prints what it found, and stops at the first thing that fails
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{AccountId, Id, Kind, Mint, Moment, PersonId, Role, WorkspaceId};
use policy::actions::{FindListing, ViewProfile};
use policy::{Actor, Asker, Bundle, Engine, Filter, Listable, Member, Unasked, facts};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::db::{self, Address, Db, Use};
use store::{Options, Page, Row, Store};

const NOW: Moment = Moment(1_800_000_000_000_000);
const PAGE: usize = 50;
/// Artists on the roster that is listed.
const ROSTER: u32 = 60;

struct Counting(u64);
impl Mint for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for it in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *it = (self.0 >> 56) as u8;
        }
    }
}

/// An id as the database writes it below: a letter and the number, in 22 characters.
fn id<I: Id>(letter: char, number: u32) -> I {
    I::from_key(format!("{letter}{number:021}").parse().expect("an id"))
}

/// `n` artists, of whom about a third can be found; agency 0 represents [`ROSTER`] of them, others ten each; and some
/// invitations. Names are in an order of their own.
fn plant(db: &mut Db, n: u32) {
    type Text = fn(char, &str) -> String;
    let (numbers, text, name, now): (String, Text, &str, i64) = match db {
        Db::Pg(_) => (
            format!("generate_series(0, {}) AS i", n - 1),
            |letter: char, of: &str| format!("'{letter}' || lpad(({of})::text, 21, '0')"),
            "lpad(to_hex((i::bigint * 2654435761) % 4294967296), 8, '0')",
            NOW.0,
        ),
        Db::Sqlite(_) => (
            format!(
                "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n)",
                n - 1
            ),
            |letter: char, of: &str| format!("'{letter}' || printf('%021d', {of})"),
            "printf('%08x', (i * 2654435761) % 4294967296)",
            NOW.0,
        ),
    };
    if let Db::Pg(it) = db {
        it.batch_execute("SET statement_timeout = 0").expect("a setting");
    }
    let agencies = n / 10;
    let (artist, agency, profile, mandate) = (text('A', "i"), text('G', "i"), text('P', "i"), text('M', "i"));
    let represented = text('G', &format!("CASE WHEN i < {ROSTER} THEN 0 ELSE i / 10 END"));
    let somebody = text('S', "0");
    let sql = [
        format!(
            "INSERT INTO accounts (id, person, email, mailbox, name, status, applicant, application, created_at, version) \
             VALUES ({somebody}, {somebody}, 'a@example.org', 'a@example.org', 'Somebody', 'approved', 'agency', '', {now}, 1)"
        ),
        format!(
            "INSERT INTO workspaces (id, kind, name, verified, plan, created_at, version) SELECT {artist}, 'artist', 'Artist', i % 10 <> 3, 'represented', {now}, 1 FROM {numbers}"
        ),
        format!(
            "INSERT INTO workspaces (id, kind, name, verified, plan, created_at, version) SELECT {agency}, 'agency', 'Agency', TRUE, 'house', {now}, 1 FROM {numbers} WHERE i < {agencies}"
        ),
        format!(
            "INSERT INTO workspaces (id, kind, name, verified, plan, created_at, version) VALUES ({}, 'presenter', 'Presenter', TRUE, 'discovery', {now}, 1)",
            text('H', "0")
        ),
        format!(
            "INSERT INTO profiles (id, workspace, slug, name, sort_name, name_key, discipline, biography, based_in, level, opted_in, discoverable, created_at, version) \
             SELECT {profile}, {artist}, {profile}, 'Artist', {name}, {name}, 'piano', 'A biography of some length, as artists have.', 'Wien', \
             CASE i % 4 WHEN 0 THEN 'public' WHEN 1 THEN 'private_listing' WHEN 2 THEN 'stealth' ELSE 'workspace_private' END, \
             i % 8 = 0, i % 7 <> 0, {now}, 1 FROM {numbers}"
        ),
        format!(
            "INSERT INTO mandates (id, artist, agency, profile, territory, commission_bp, payload, digest, state, offered_by, offered_at, starts_at, version) \
             SELECT {mandate}, {artist}, {represented}, {profile}, 'the world', 1500, '{{}}', '', 'active', {somebody}, {now}, {now} - 1, 1 FROM {numbers} WHERE i % 2 = 0 OR i < {ROSTER}"
        ),
        "ANALYZE".to_owned(),
    ];
    for sql in sql {
        match db {
            Db::Pg(it) => it.batch_execute(&sql),
            Db::Sqlite(it) => it.batch_execute(&sql),
        }
        .unwrap_or_else(|e| panic!("{e}: {sql}"));
    }
}

fn member(kind: Kind, workspace: WorkspaceId, capabilities: &[domain::Capability]) -> Arc<Asker> {
    let member = Member {
        person: id::<PersonId>('S', 1),
        account: id::<AccountId>('C', 1),
        status: domain::AccountStatus::Approved,
        role: Role::Owner,
        workspace,
        verified: true,
        capabilities: capabilities.to_vec(),
        grants: Vec::new(),
        in_person: false,
    };
    Arc::new(Asker { actor: Actor::Member(kind, member), visit: id('V', 1), now: NOW, factor_at: None })
}

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = Text)]
    sort_name: String,
    #[diesel(sql_type = Text)]
    id: String,
}

fn by_hand(db: &mut Db, sql: &str, binds: &[String]) -> usize {
    let mut query = diesel::sql_query(sql).into_boxed::<store::db::MultiBackend>();
    for it in binds {
        query = query.bind::<Text, _>(it);
    }
    let rows: Vec<Listed> = query.load(db).unwrap_or_else(|e| panic!("{e}: {sql}"));
    rows.iter().filter(|it| !it.sort_name.is_empty() && !it.id.is_empty()).count()
}

/// Medians of three ways to the same rows, asked turn about so that what else the machine does meets them alike.
fn medians(rounds: u32, ways: &mut [&mut dyn FnMut() -> usize; 3]) -> [(Duration, usize); 3] {
    let mut times = [const { Vec::new() }; 3];
    let mut rows = [0; 3];
    for round in 0..rounds + 20 {
        for (at, way) in ways.iter_mut().enumerate() {
            let begin = Instant::now();
            rows[at] = std::hint::black_box(way());
            if round >= 20 {
                times[at].push(begin.elapsed());
            }
        }
    }
    std::array::from_fn(|at| {
        times[at].sort();
        (times[at][times[at].len() / 2], rows[at])
    })
}

/// The queries of a scope alone, as `Read::list` runs them.
fn keys<A: Listable<On = facts::Profile, Input = Unasked>>(
    db: &mut Db,
    store: &Store,
    asker: &Arc<Asker>,
    after: Option<&str>,
) -> usize {
    let scope = store.engine().scope::<A>(asker, &Unasked);
    let Filter::When(rows) = scope.filter() else { panic!("a condition expected") };
    let rows: Vec<_> = rows.iter().map(Vec::as_slice).collect();
    <facts::Profile as Row>::keys(store::To::Run(db), &rows, &|| None, after, 51, NOW)
        .unwrap()
        .0
        .len()
        .min(PAGE)
}

/// Everything between a permitted page and its rows: scope, queries, facts, a decision for each row.
fn whole<A: Listable<On = facts::Profile, Input = Unasked>>(
    store: &Store,
    asker: &Arc<Asker>,
    after: Option<&str>,
) -> usize {
    let page = Page { after: after.map(str::to_owned), limit: PAGE };
    store
        .read(asker, |db| {
            let scope = db.scope::<A>(&Unasked);
            db.list::<A>(&scope, &Unasked, || None, &page)
        })
        .unwrap()
        .rows
        .len()
}

fn measure(address: &Address, n: u32, rounds: u32) {
    let engine = Arc::new(Engine::load(&Bundle::embedded()).unwrap_or_else(|e| panic!("{e}")));
    let store = Store::open(address, engine, Box::new(Counting(1)), Options::default()).unwrap();
    let mut writer = db::connect(address, Use::Write).unwrap();
    let begin = Instant::now();
    plant(&mut writer, n);
    println!("\n{address}: {n} artists made in {:.0} s", begin.elapsed().as_secs_f64());
    drop(writer);
    let mut db = db::connect(address, Use::Read).unwrap();
    println!(
        "{:<34} {:>5} {:>10} {:>10} {:>6} {:>10}",
        "median of a page of 50", "rows", "by hand", "scope", "ratio", "whole"
    );
    let presenter = member(Kind::Presenter, id('H', 0), &[domain::Capability::Discovery]);
    let agency = member(Kind::Agency, id('G', 0), &[]);
    // the same questions as a person would write them, one query each, without a page's first key and with one
    // (`level IN (…)` would be shorter, and makes SQLite sort some hundred thousand names: seconds instead of µs)
    let found = |beyond: &str| {
        let of = |level: &str| {
            format!(
                "SELECT * FROM (SELECT sort_name, id FROM profiles WHERE level = '{level}' AND discoverable = TRUE \
                 AND verified = TRUE AND claimed = TRUE {beyond} ORDER BY sort_name, id LIMIT 51) AS {level}"
            )
        };
        format!("{} UNION ALL {} ORDER BY sort_name, id LIMIT 51", of("public"), of("private_listing"))
    };
    let roster = format!(
        "SELECT sort_name, id FROM profiles WHERE id IN (SELECT profile FROM mandates WHERE agency = $1 \
         AND state IN ('active', 'ending') AND starts_at <= {now} AND (ends_at IS NULL OR ends_at > {now}))",
        now = NOW.0
    );
    let order = "ORDER BY sort_name, id LIMIT 51";
    let middle = "80000000";
    let later = format!("{middle}\t{}", id::<domain::ProfileId>('P', 0));
    let later_sql = "AND (sort_name, id) > ($1, $2)";
    let later_binds = [middle.to_owned(), id::<domain::ProfileId>('P', 0).to_string()];
    let own = [id::<WorkspaceId>('G', 0).to_string()];

    let mut line = |name: &str,
                    hand: &mut dyn FnMut(&mut Db) -> usize,
                    scope: &dyn Fn(&mut Db) -> usize,
                    whole: &dyn Fn() -> usize| {
        let mut other = db::connect(address, Use::Read).unwrap();
        let [(by_hand, a), (by_scope, b), (in_all, c)] =
            medians(rounds, &mut [&mut || hand(&mut db), &mut || scope(&mut other), &mut || whole()]);
        assert_eq!((a.min(PAGE), b), (b, c), "{name}");
        let us = |it: Duration| format!("{} µs", it.as_micros());
        let ratio = by_scope.as_secs_f64() / by_hand.as_secs_f64();
        println!(
            "{name:<34} {c:>5} {:>10} {:>10} {ratio:>6.2} {:>10}",
            us(by_hand),
            us(by_scope),
            us(in_all)
        );
    };
    line(
        "discovery, first page",
        &mut |db| by_hand(db, &found(""), &[]),
        &|db| keys::<FindListing>(db, &store, &presenter, None),
        &|| whole::<FindListing>(&store, &presenter, None),
    );
    line(
        "discovery, a page in the middle",
        &mut |db| by_hand(db, &found(later_sql), &later_binds),
        &|db| keys::<FindListing>(db, &store, &presenter, Some(&later)),
        &|| whole::<FindListing>(&store, &presenter, Some(&later)),
    );
    line(
        "roster of 60",
        &mut |db| by_hand(db, &format!("{roster} {order}"), &own),
        &|db| keys::<ViewProfile>(db, &store, &agency, None),
        &|| whole::<ViewProfile>(&store, &agency, None),
    );
}

fn main() {
    let numbers: Vec<u32> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    let (n, rounds) = (numbers.first().copied().unwrap_or(1_000_000), numbers.get(1).copied().unwrap_or(400));
    let folder = tempfile::tempdir().unwrap();
    measure(&Address::parse(folder.path().join("lists.sqlite").to_str().unwrap()).unwrap(), n, rounds);
    let servers = ["KALINKLO_TEST_POSTGRES_DURABLE", "KALINKLO_TEST_POSTGRES"];
    let Some(server) = servers.iter().find_map(|it| std::env::var(it).ok()) else {
        println!("\nPostgreSQL: no server named");
        return;
    };
    let name = format!("kalinklo_bench_{}", std::process::id());
    let mut db = db::connect(&Address::parse(&server).unwrap(), Use::Write).unwrap();
    let mut run = |sql: String| diesel::sql_query(sql).execute(&mut db).unwrap();
    run(format!("CREATE DATABASE {name}"));
    let (base, _) = server.rsplit_once('/').unwrap();
    measure(&Address::parse(&format!("{base}/{name}")).unwrap(), n, rounds);
    run(format!("DROP DATABASE {name} WITH (FORCE)"));
}
