//! Whose database a demonstration takes: its own, an empty one, or one of its own kind, and only where that is said outright.

use super::fails;
use crate::support::db::Db;
use crate::support::http::Client;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, command, eventually};
use std::path::Path;
use std::process::{Child, Stdio};

/// Starts a demonstration that is told of no folder; what it greets with, and the program.
fn greeted(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (String, Child) {
    let out = folder.join("said.txt");
    let to = std::fs::File::create(&out).unwrap();
    let mut command = command(["demo", "--listen", "127.0.0.1:0"]);
    command.args(arguments).envs(environment.iter().copied()).stdout(to).stderr(Stdio::null());
    let mut running = command.spawn().unwrap();
    let said = eventually("a greeting", || {
        assert!(running.try_wait().unwrap().is_none(), "it stopped by itself");
        let said = std::fs::read_to_string(&out).ok()?;
        said.contains("Stop with Ctrl-C").then_some(said)
    });
    (said, running)
}

fn end(mut running: Child) {
    let _ = running.kill();
    let _ = running.wait();
}

/// The environment may name a database that people live in.
#[test]
fn the_environments_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Server::Fast);
    let (said, running) = greeted(folder.path(), &[], &[("DATABASE_URL", &database.url())]);
    let tables = Db::open(&database.url()).tables();
    end(running);
    assert_eq!(tables, Vec::<String>::new());
    assert!(said.contains("nothing is kept"), "{said}");
}

/// What it says is kept is kept: the world in a database that was named, and nothing beside it.
#[test]
fn a_named_database_keeps_the_world_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Server::Fast);
    let url = database.url();
    let arguments = ["--database", url.as_str()];
    let (said, running) = greeted(folder.path(), &arguments, &[]);
    end(running);
    let words = "the database keeps this world, its documents and letters are not kept";
    assert!(said.contains(words) && !said.contains("nothing is kept"), "{said}");
    let before = Db::open(&url).texts("SELECT id AS text FROM accounts ORDER BY id");
    assert!(!before.is_empty());
    let (said, running) = greeted(folder.path(), &arguments, &[]);
    let base = said.lines().find_map(|it| it.trim().strip_suffix('/')).unwrap();
    assert_eq!(Client::new(base).get("/api/health").status, 200);
    end(running);
    assert_eq!(Db::open(&url).texts("SELECT id AS text FROM accounts ORDER BY id"), before);
}

/// What stands in a database that is no demonstration's, and that it is refused as it is.
fn is_refused(address: &str, folder: &Path, words: &str) {
    let tables = |db: &mut Db| {
        let mut all = db.tables();
        all.sort();
        all
    };
    let before = tables(&mut Db::open(address));
    assert!(!before.is_empty());
    let said = fails(&["demo", "--listen", "127.0.0.1:0", "--database", address], folder);
    assert!(said.contains(words), "{said}");
    assert!(!said.contains("secretpw"), "a password was printed: {said}");
    assert_eq!(tables(&mut Db::open(address)), before, "it was changed before it was refused");
}

#[test]
fn a_database_that_holds_anything_is_refused_before_it_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("foreign.db").display().to_string();
    let database = Database::new(Server::Fast);
    for address in [file, database.url()] {
        // somebody else's table
        Db::open(&address).run("CREATE TABLE note (text TEXT)");
        is_refused(&address, folder.path(), "no demonstration");
        Db::open(&address).run("DROP TABLE note");
        // people of a real house
        let made = command([
            "admin",
            "create",
            "ann@house.example",
            "--config",
            "/dev/null",
            "--database",
            &address,
        ])
        .arg("--data")
        .arg(folder.path())
        .output();
        assert!(made.unwrap().status.success());
        let before = Db::open(&address).print();
        is_refused(&address, folder.path(), "no demonstration");
        assert!(Db::open(&address).print() == before, "it was changed before it was refused");
        // a house of another release: its migrations are its operator's to run
        Db::open(&address).run("DELETE FROM __diesel_schema_migrations");
        is_refused(&address, folder.path(), "of an earlier release");
    }
}

/// Also a database that was brought up to date and holds nobody is an empty one.
#[test]
fn an_empty_house_takes_a_world() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Server::Fast);
    let made = command(["migrate", "--config", "/dev/null", "--database", &database.url()]).output().unwrap();
    assert!(made.status.success());
    let demo = Demo::default().database(database.url()).data(folder.path()).start();
    assert!(demo.output().contains(" --database URL` goes on with this world"), "{}", demo.output());
    assert_eq!(demo.visitor().get("/api/health/ready").status, 200);
    drop(demo);
}
