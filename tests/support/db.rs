//! The program's database from outside: what is in it before and after, whatever the pages say.

use super::world::World;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
// Named so that the bundled database is linked.
use libsqlite3_sys as _;
use std::collections::BTreeMap;

/// A connection of the tests' own.
pub enum Db {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    text: Option<String>,
}

/// Tables that move by themselves, are made at first use, or record what was refused, and why each is one; all others hold
/// what people did.
pub const RESTLESS: &[(&str, &str)] = &[
    ("decisions", "the log of what the policies decided"),
    ("delays", "how long a sender waits"),
    ("outbox", "letters on their way"),
    ("security_events", "refusals, which are kept apart (R3)"),
    ("sessions", "moves with each request; signing in and out are entries"),
    ("settings", "keys that are made at first use"),
    ("sign_in_links", "asked for by anybody; signing in is an entry"),
];

/// What a database holds: for each table its rows as text, sorted.
pub type Print = BTreeMap<String, Vec<String>>;

impl Db {
    /// Opens the database that a world's file names.
    #[track_caller]
    pub fn of(world: &World) -> Self {
        Self::open(&world.database)
    }

    /// Opens a file or a `postgres://` address.
    #[track_caller]
    pub fn open(address: &str) -> Self {
        if address.starts_with("postgres") {
            let it = PgConnection::establish(address).unwrap_or_else(|it| panic!("PostgreSQL: {it}"));
            return Self::Postgres(Box::new(it));
        }
        let mut it = SqliteConnection::establish(address).unwrap_or_else(|it| panic!("{address}: {it}"));
        // The program writes beside us.
        sql_query("PRAGMA busy_timeout = 10000").execute(&mut it).expect("a pragma");
        Self::Sqlite(Box::new(it))
    }

    /// Does what no column comes of.
    #[track_caller]
    pub fn run(&mut self, sql: &str) {
        let done = match self {
            Self::Sqlite(it) => sql_query(sql).execute(&mut **it),
            Self::Postgres(it) => sql_query(sql).execute(&mut **it),
        };
        done.unwrap_or_else(|it| panic!("{sql}: {it}"));
    }

    /// One column, named `text`.
    #[track_caller]
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let lines: Result<Vec<Line>, _> = match self {
            Self::Sqlite(it) => sql_query(sql).load(&mut **it),
            Self::Postgres(it) => sql_query(sql).load(&mut **it),
        };
        let lines = lines.unwrap_or_else(|it| panic!("{sql}: {it}"));
        lines.into_iter().map(|it| it.text.unwrap_or_default()).collect()
    }

    /// The first row of one column, named `text`.
    #[track_caller]
    pub fn text(&mut self, sql: &str) -> String {
        self.texts(sql).into_iter().next().unwrap_or_default()
    }

    /// The names of all tables.
    #[track_caller]
    pub fn tables(&mut self) -> Vec<String> {
        self.texts(match self {
            Self::Sqlite(_) => {
                "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Self::Postgres(_) => {
                "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = current_schema()"
            }
        })
    }

    fn rows(&mut self, table: &str) -> Vec<String> {
        let sql = match self {
            Self::Postgres(_) => format!("SELECT it::text AS text FROM {table} it ORDER BY 1"),
            Self::Sqlite(_) => {
                let columns = self.texts(&format!(
                    "SELECT 'quote(' || name || ')' AS text FROM pragma_table_info('{table}')"
                ));
                format!("SELECT {} AS text FROM {table} ORDER BY 1", columns.join(" || ',' || "))
            }
        };
        self.texts(&sql)
    }

    /// Everything that people did, ledger included.
    #[track_caller]
    pub fn print(&mut self) -> Print {
        let tables = self.tables();
        assert!(tables.iter().any(|it| it == "audit_entries"), "not a database of the program: {tables:?}");
        let kept = tables.into_iter().filter(|it| !RESTLESS.iter().any(|restless| restless.0 == it));
        kept.map(|it| (it.clone(), self.rows(&it))).collect()
    }

    /// How many letters were ever written.
    #[track_caller]
    pub fn letters(&mut self) -> usize {
        self.rows("outbox").len()
    }
}

/// What differs between two prints, a line each; nothing where they are the same.
pub fn difference(before: &Print, after: &Print) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, rows) in after {
        let old = before.get(table).map_or(&[][..], Vec::as_slice);
        lines.extend(
            rows.iter().filter(|it| old.binary_search(it).is_err()).map(|it| format!("+ {table}: {it}")),
        );
    }
    for (table, rows) in before {
        let new = after.get(table).map_or(&[][..], Vec::as_slice);
        lines.extend(
            rows.iter().filter(|it| new.binary_search(it).is_err()).map(|it| format!("- {table}: {it}")),
        );
    }
    lines
}

#[test]
fn a_print_shows_what_came_and_what_went() {
    let print = |rows: &[&str]| -> Print {
        [("profiles".to_owned(), rows.iter().map(|it| (*it).to_owned()).collect())].into()
    };
    assert!(difference(&print(&["a", "b"]), &print(&["a", "b"])).is_empty());
    assert_eq!(difference(&print(&["a", "b"]), &print(&["b", "c"])), ["+ profiles: c", "- profiles: a"]);
}
