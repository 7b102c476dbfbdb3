//! A database that refuses to commit what nobody recorded: every change to a table of what people did leaves a debt, an
//! entry of the ledger pays what its transaction owes, and a debt is a foreign key that nothing satisfies.

use super::db::Db;

/// Tables whose changes are no transitions, and why.
const NO_TRANSITIONS: &[(&str, &str)] = &[
    ("audit_chains", "the ledger itself"),
    ("audit_entries", "the ledger itself"),
    ("audit_values", "the ledger itself"),
    ("decisions", "the log of what the policies decided"),
    ("delays", "how long a sender waits"),
    ("outbox", "letters on their way"),
    ("security_events", "refusals, which are kept apart (R3)"),
    ("sessions", "moves with each request; signing in and out are entries"),
    ("settings", "keys that are made at first use"),
    ("sign_in_links", "asked for by anybody; signing in is an entry"),
    ("spent_forms", "which forms were taken"),
];

/// Makes it so, for everybody who writes there from now on.
#[track_caller]
pub fn insist(db: &mut Db) {
    let kept: Vec<String> = db.print().into_keys().collect();
    for (table, why) in NO_TRANSITIONS {
        assert!(
            !db.texts(&format!("SELECT CAST(COUNT(*) AS TEXT) AS text FROM {table}")).is_empty(),
            "{table}: {why}"
        );
    }
    db.run("CREATE TABLE paid (id INTEGER PRIMARY KEY)");
    db.run("CREATE TABLE debts (owed INTEGER REFERENCES paid (id) DEFERRABLE INITIALLY DEFERRED, what TEXT)");
    let watched = kept.iter().filter(|it| !NO_TRANSITIONS.iter().any(|none| none.0 == it.as_str()));
    if let Db::Postgres(_) = db {
        db.run("CREATE FUNCTION owe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO debts VALUES (1, TG_TABLE_NAME); RETURN NULL; END $$");
        db.run("CREATE FUNCTION pay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM debts; RETURN NULL; END $$");
        for table in watched {
            db.run(&format!("CREATE TRIGGER owes AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION owe()"));
        }
        db.run("CREATE TRIGGER pays AFTER INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION pay()");
    } else {
        for table in watched {
            for change in ["INSERT", "UPDATE", "DELETE"] {
                db.run(&format!("CREATE TRIGGER {table}_{change}_owes AFTER {change} ON {table} BEGIN INSERT INTO debts VALUES (1, '{table}'); END"));
            }
        }
        db.run("CREATE TRIGGER pays AFTER INSERT ON audit_entries BEGIN DELETE FROM debts; END");
    }
}
