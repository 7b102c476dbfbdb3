//! A release that promises other things than the one that staged a set.

use super::sets::{Set, printed};
use super::{activated, deciding, staged, told};
use crate::support::db::Db;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, command};

/// A set that decides and was proved to keep the guarantees of another release: a server that starts says so and does not
/// serve, until the set was proved again.
fn is_proved_again(demo: &Program) {
    let world = demo.world();
    let (own, narrow) = (deciding(demo.base(), world), staged(world, &Set::narrowed()));
    activated(world, &narrow);
    let start = || {
        let folder = tempfile::tempdir().unwrap();
        let mut doctor = command(["doctor", "--listen", "127.0.0.1:0", "--config", "/dev/null"]);
        printed(
            &doctor.args(["--database", &world.database]).arg("--data").arg(folder.path()).output().unwrap(),
        )
    };
    let stops = |said: &str| said.contains("guarantees of another release");
    assert!(!stops(&start()), "{}", start());
    let mut db = Db::of(world);
    let proof = format!("digest = '{narrow}'");
    let ours = db.texts(&format!("SELECT guarantees AS text FROM policy_proofs WHERE {proof}"));
    assert_eq!(ours.len(), 1);
    match &db {
        Db::Sqlite(_) => db.run("DROP TRIGGER policy_proofs_are_final_u"),
        Db::Postgres(_) => db.run("ALTER TABLE policy_proofs DISABLE TRIGGER USER"),
    }
    db.run(&format!("UPDATE policy_proofs SET guarantees = '{}' WHERE {proof}", "1".repeat(64)));
    let is_proved = || told(world, &["list"]).0["staged"][0]["proved"].as_bool();
    assert_eq!(is_proved(), Some(false));
    let said = start();
    assert!(stops(&said) && said.contains(&narrow) && said.contains("kalinklo policy stage"), "{said}");
    // the same files once more are proved once more, and the same set decides
    assert_eq!(staged(world, &Set::narrowed()), narrow);
    assert_eq!(is_proved(), Some(true));
    assert!(!stops(&start()), "{}", start());
    assert_eq!(db.texts(&format!("SELECT guarantees AS text FROM policy_proofs WHERE {proof}")).len(), 2);
    assert_ne!(own, narrow);
}

#[test]
fn an_active_set_is_proved_again_after_an_upgrade_on_sqlite() {
    is_proved_again(&Program::demo());
}

#[test]
fn an_active_set_is_proved_again_after_an_upgrade_on_postgres() {
    let database = Database::new(Server::Fast);
    let folder = tempfile::tempdir().unwrap();
    is_proved_again(&Demo::default().data(folder.path()).database(database.url()).start());
}
