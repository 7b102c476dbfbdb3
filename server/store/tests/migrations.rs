//! Up, down, up; and both databases and `store::schema` tell of the same tables.

use crate::support::{Ground, both};
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::{BTreeMap, BTreeSet};
use store::db::{self, Address, Db, Use};

/// What the catalogs tell of a table, in words that both databases share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Table {
    /// Type, and whether it may be null, by name.
    columns: BTreeMap<String, (String, bool)>,
    primary: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    /// Columns, table, its columns.
    references: BTreeSet<(Vec<String>, String, Vec<String>)>,
    /// Columns by the index's name.
    indexes: BTreeMap<String, Vec<String>>,
}
type Tables = BTreeMap<String, Table>;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    a: String,
    #[diesel(sql_type = Text)]
    b: String,
    #[diesel(sql_type = Text)]
    c: String,
    #[diesel(sql_type = Text)]
    d: String,
}

fn lines(db: &mut Db, sql: &str) -> Vec<[String; 4]> {
    let query = diesel::sql_query(sql);
    let rows: Vec<Line> = match db {
        Db::Pg(it) => query.load(it),
        Db::Sqlite(it) => query.load(it),
    }
    .unwrap_or_else(|e| panic!("{e}: {sql}"));
    rows.into_iter().map(|it| [it.a, it.b, it.c, it.d]).collect()
}

fn split(text: &str) -> Vec<String> {
    text.split(' ').filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// One word for each type, whatever a database calls it.
fn word(of: &str) -> String {
    match of.to_ascii_lowercase().as_str() {
        "text" => "Text",
        "bigint" | "int8" | "integer" => "BigInt",
        "boolean" | "bool" => "Bool",
        "blob" | "bytea" => "Binary",
        other => panic!("unknown type {other}"),
    }
    .to_owned()
}

/// Columns that the database derives itself are left out; Diesel does not know them, and `constraints` tries them.
const COLUMNS: [&str; 2] = [
    "SELECT m.name AS a, c.name AS b, c.type AS c, CASE WHEN c.\"notnull\" OR c.pk > 0 THEN 'no' ELSE 'null' END AS d \
     FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
    "SELECT c.table_name::text AS a, c.column_name::text AS b, c.udt_name::text AS c, \
     CASE WHEN c.is_nullable = 'YES' THEN 'null' ELSE 'no' END AS d \
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'",
];
/// Table, index, its kind (`p`, `u` or `i`), its columns.
const INDEXES: [&str; 2] = [
    "SELECT m.name AS a, i.name AS b, CASE i.origin WHEN 'c' THEN 'i' WHEN 'pk' THEN 'p' ELSE 'u' END AS c, \
     (SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS d \
     FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' \
     UNION ALL SELECT m.name, 'rowid', 'p', c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND c.pk > 0 AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) WHERE origin = 'pk')",
    "SELECT t.relname::text AS a, i.relname::text AS b, \
     CASE WHEN x.indisprimary THEN 'p' WHEN x.indisunique THEN 'u' ELSE 'i' END AS c, \
     (SELECT string_agg(a.attname::text, ' ' ORDER BY k.n) FROM unnest(x.indkey::int[]) WITH ORDINALITY k(att, n) \
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.att) AS d \
     FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
     JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = 'public' AND t.relkind = 'r'",
];
/// Table, its columns, the other table, the columns there.
const REFERENCES: [&str; 2] = [
    "SELECT m.name AS a, (SELECT group_concat(\"from\", ' ') FROM (SELECT * FROM pragma_foreign_key_list(m.name) WHERE id = f.id ORDER BY seq)) AS b, \
     f.\"table\" AS c, (SELECT group_concat(\"to\", ' ') FROM (SELECT * FROM pragma_foreign_key_list(m.name) WHERE id = f.id ORDER BY seq)) AS d \
     FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.seq = 0",
    "SELECT t.relname::text AS a, \
     (SELECT string_agg(a.attname::text, ' ' ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(att, n) \
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.att) AS b, \
     o.relname::text AS c, \
     (SELECT string_agg(a.attname::text, ' ' ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(att, n) \
      JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.att) AS d \
     FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid \
     JOIN pg_namespace s ON s.oid = t.relnamespace WHERE c.contype = 'f' AND s.nspname = 'public'",
];

/// The tables as the database's own catalogs tell them.
fn tables(ground: &Ground) -> Tables {
    let mut db = ground.raw();
    let at = usize::from(ground.address.is_postgres());
    let ours = |it: &str| !it.starts_with("sqlite_") && it != "__diesel_schema_migrations";
    let mut all = Tables::new();
    for [table, column, of, null] in lines(&mut db, COLUMNS[at]) {
        if ours(&table) {
            all.entry(table).or_default().columns.insert(column, (word(&of), null == "null"));
        }
    }
    for [table, index, kind, columns] in lines(&mut db, INDEXES[at]) {
        if let Some(it) = all.get_mut(&table) {
            match kind.as_str() {
                "p" => it.primary = split(&columns),
                "u" => drop(it.unique.insert(split(&columns))),
                _ => drop(it.indexes.insert(index, split(&columns))),
            }
        }
    }
    for [table, from, other, to] in lines(&mut db, REFERENCES[at]) {
        if let Some(it) = all.get_mut(&table) {
            it.references.insert((split(&from), other, split(&to)));
        }
    }
    all
}

/// The tables as `store::schema` tells them, read from its source.
fn described() -> Tables {
    let mut all = Tables::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema");
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut now: Option<String> = None;
        for line in text.lines().map(str::trim) {
            if let (Some((name, of)), Some(table)) = (line.trim_end_matches(',').split_once(" -> "), &now) {
                let inner = of.strip_prefix("Nullable<").and_then(|it| it.strip_suffix('>'));
                let column = (inner.unwrap_or(of).to_owned(), inner.is_some());
                all.get_mut(table).unwrap().columns.insert(name.to_owned(), column);
            } else if let Some((name, key)) = line.strip_suffix(") {").and_then(|it| it.split_once(" (")) {
                let primary = key.split(", ").map(str::to_owned).collect();
                all.insert(name.to_owned(), Table { primary, ..Table::default() });
                now = Some(name.to_owned());
            }
        }
    }
    all
}

both! {
    /// Every migration goes up, down to nothing, and up to the same again.
    fn up_down_up(ground) {
        let first = tables(ground);
        assert!(first.len() > 30, "{}", first.len());
        let mut db = ground.raw();
        let mut down = 0;
        while db::revert(&mut db).is_ok() {
            down += 1;
        }
        assert!(down > 0);
        assert_eq!(tables(ground).keys().collect::<Vec<_>>(), Vec::<&String>::new());
        let left = if ground.address.is_postgres() {
            "SELECT COUNT(*) FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace WHERE s.nspname = 'public' AND p.proname NOT LIKE 'diesel%'"
        } else {
            "SELECT COUNT(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"
        };
        assert_eq!(ground.number(left), 0);
        assert_eq!(db::is_current(&mut db), Ok(false));
        assert_eq!(db::migrate(&mut db).unwrap().len(), down);
        assert_eq!(tables(ground), first);
        assert_eq!(db::is_current(&mut db), Ok(true));
        assert_eq!(db::migrate(&mut db), Ok(vec![]));
    }

    /// The tables that Diesel knows are the tables that are there: columns, types, nullability, primary keys.
    fn the_database_is_as_described(ground) {
        let plain = |all: Tables| -> BTreeMap<String, Table> {
            all.into_iter()
                .map(|(name, it)| (name, Table { columns: it.columns, primary: it.primary, ..Table::default() }))
                .collect()
        };
        let (there, described) = (plain(tables(ground)), plain(described()));
        assert_eq!(there.keys().collect::<Vec<_>>(), described.keys().collect::<Vec<_>>());
        for (name, table) in there {
            assert_eq!(table, described[&name], "{name}");
        }
    }
}

/// Both databases have the same tables, columns, types, nullability, keys, references and indexes.
#[test]
fn both_databases_agree() {
    let Some(postgres) = Ground::postgres() else { return };
    let (a, b) = (tables(&Ground::sqlite()), tables(&postgres));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, table) in a {
        assert_eq!(table, b[&name], "{name}");
    }
}

/// Programs that start at the same moment on a new database all find it whole.
#[test]
fn several_may_start_at_once_on_a_new_database() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::parse(folder.path().join("new.sqlite").to_str().unwrap()).unwrap();
        let start = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            let starts = || {
                start.wait();
                let mut db = db::connect(&address, Use::Write).unwrap();
                db::migrate(&mut db).unwrap().len()
            };
            let all: Vec<_> = (0..4).map(|_| scope.spawn(starts)).collect();
            let ran: Vec<usize> = all.into_iter().map(|it| it.join().unwrap()).collect();
            assert_eq!(ran.iter().filter(|it| **it > 0).count(), 1, "{ran:?}");
        });
    }
}

/// A text that names no database is refused, and never repeated: a misspelt address may hold a password.
#[test]
fn an_address_is_a_file_or_postgres() {
    for text in ["postgres://u@h/x", "Postgres://u@h/x", "postgresql://u@h/x"] {
        assert!(Address::parse(text).unwrap().is_postgres(), "{text}");
    }
    for text in ["kalinklo.db", "sqlite:///var/kalinklo.db", "/var/with:colon.db"] {
        assert!(!Address::parse(text).unwrap().is_postgres(), "{text}");
    }
    for text in ["", "  ", "sqlite://", "mysql://u:s3cret@h/x", "postgre://u:s3cret@h/x"] {
        let error = Address::parse(text).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

/// A file that is no database is said to be none.
#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "Dear Sir or Madam, ".repeat(100)).unwrap();
    let error =
        db::connect(&Address::parse(file.to_str().unwrap()).unwrap(), Use::Write).map(drop).unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
}
