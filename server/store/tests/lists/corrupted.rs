//! Rows that no release wrote: a word that nobody knows opens nothing, whoever asks, and stops nothing else.

use super::{World, sketch};
use crate::support::ground::run;
use crate::support::{Ground, NOW, both, id};
use domain::AccountId;
use policy::actions::*;
use policy::{Factor, Unasked};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use store::{Acting, Page, StoreError};

/// Columns that facts are read from, that hold one of a few words, and that triggers do not hold too.
const WORDS: &[(&str, &str)] = &[
    ("profiles", "level"),
    ("mandates", "state"),
    ("partnerships", "state"),
    ("requests", "state"),
    ("holds", "state"),
    ("drafts", "state"),
    ("accounts", "status"),
];

/// Takes away what the database itself holds against such rows.
fn loosened(ground: &Ground, table: &str) -> store::db::Db {
    let mut db = ground.raw();
    let loose = if ground.address.is_postgres() {
        format!(
            "DO $$ DECLARE it record; BEGIN FOR it IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass \
             AND contype = 'c' LOOP EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', it.conname); END LOOP; END $$"
        )
    } else {
        "PRAGMA ignore_check_constraints = ON".to_owned()
    };
    run(&mut db, &loose).unwrap();
    db
}

/// Writes the same into every row.
fn set(db: &mut store::db::Db, table: &str, column: &str, text: &str) {
    run(db, &format!("UPDATE {table} SET {column} = '{text}'")).unwrap();
}

/// Texts that are no word of ours; the same each time.
fn texts() -> Vec<String> {
    let mut runner = TestRunner::new_with_rng(
        proptest::test_runner::Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[13; 32]),
    );
    let any = "[^\0']{1,12}";
    let mut all = vec![String::new(), "Public".to_owned(), "active ".to_owned(), "ownеr".to_owned()];
    all.extend((0..3).map(|_| any.new_tree(&mut runner).unwrap().current()));
    all
}

both! {
    fn a_word_that_nobody_knows_opens_nothing(ground) {
        for (table, column) in WORDS {
            let mut db = loosened(ground, table);
            for text in texts() {
                // anew: what is over may not be touched again, says a trigger
                let world = World::plant(ground, &sketch::full());
                set(&mut db, table, column, &text);
                for asker in &world.askers {
                    macro_rules! nothing { ($Action:ident, $input:expr, $ids:ident) => {
                        let found = ground.store.read(asker, |db| {
                            let scope = db.scope::<$Action>(&$input);
                            db.list::<$Action>(&scope, &$input, || None, &Page::first(50))
                        });
                        if stringify!($ids) == *table {
                            let told = format!("{table}.{column} = {text:?}: {} for {:?}", stringify!($Action), asker.actor);
                            assert!(found.is_err() || found.is_ok_and(|it| it.rows.is_empty()), "{told}");
                            for it in &world.$ids {
                                let may = ground.store.read(asker, |db| match db.permit::<$Action>(*it, $input) {
                                    Ok(_) => Ok::<_, StoreError>(true),
                                    Err(_) => Ok(false),
                                });
                                assert!(!may.unwrap(), "{told}");
                            }
                        }
                    } }
                    each_list!(nothing);
                }
            }
        }
    }

    /// Nobody acts by a standing or a role that nobody knows.
    fn a_role_that_nobody_knows_is_nobodys(ground) {
        for (table, column) in [("memberships", "role"), ("accounts", "status")] {
            let world = World::plant(ground, &sketch::full());
            let everywhere = |account: &AccountId| {
                let them = world.workspaces.iter().map(|it| Acting::Workspace(*it)).chain([Acting::Counsel, Acting::Admin]);
                them.filter(|it| ground.store.asker(*account, *it, id(1), NOW).is_ok()).count()
            };
            let acting = || world.accounts.iter().map(everywhere).sum::<usize>();
            let before = acting();
            let mut db = loosened(ground, table);
            for text in texts() {
                set(&mut db, table, column, &text);
                // counsel and staff have no role
                let left = if column == "role" { before - 8 } else { 0 };
                assert_eq!(acting(), left, "{table}.{column} = {text:?}");
            }
        }
    }
}
