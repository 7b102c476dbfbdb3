//! A database that refuses to commit what nobody recorded: every change to a table of what people did leaves a debt, an
//! entry of the ledger pays what its transaction owes, and a debt is a foreign key that nothing satisfies.

use super::db::{Db, RESTLESS};

/// Tables beside the restless ones whose changes are no transitions, and why.
const NO_TRANSITIONS: &[(&str, &str)] = &[
    ("audit_chains", "the ledger itself"),
    ("audit_entries", "the ledger itself"),
    ("audit_values", "the ledger itself"),
    ("spent_forms", "which forms were taken"),
];

/// Makes it so, for everybody who writes there from now on.
#[track_caller]
pub fn insist(db: &mut Db) {
    let tables = db.tables();
    let left_out = || RESTLESS.iter().chain(NO_TRANSITIONS);
    for (table, why) in left_out() {
        assert!(tables.iter().any(|it| it == table), "there is no {table}: {why}");
    }
    db.run("CREATE TABLE paid (id INTEGER PRIMARY KEY)");
    db.run("CREATE TABLE debts (owed INTEGER REFERENCES paid (id) DEFERRABLE INITIALLY DEFERRED, what TEXT)");
    let watched = tables.iter().filter(|it| !left_out().any(|none| none.0 == it.as_str()));
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
