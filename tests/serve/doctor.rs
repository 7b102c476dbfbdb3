//! The doctor: finds what a start would find, and changes nothing.

use super::fails;
use crate::support::program::{Serve, command, eventually};
use diesel::prelude::*;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

/// What the doctor says of this folder, and whether all is in order.
fn doctor(data: &Path) -> (String, bool) {
    let mut command = command(["doctor", "--config", "/dev/null", "--listen", "127.0.0.1:0"]);
    let out = command.arg("--data").arg(data).output().unwrap();
    (String::from_utf8_lossy(&out.stdout).into_owned(), out.status.success())
}

#[test]
fn it_leaves_nothing_where_nothing_is_and_says_what_the_first_start_will_make() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("not-there-yet");
    let (said, sound) = doctor(&data);
    assert!(sound && said.contains("made by the first start"), "{said}");
    assert!(!data.exists(), "the doctor made {}", data.display());
    let in_a_file = folder.path().join("file");
    std::fs::write(&in_a_file, "no folder").unwrap();
    let said = fails(&["doctor", "--config", "/dev/null"], &in_a_file.join("data"));
    assert!(said.contains("WRONG documents") && said.contains("--data"), "{said}");
}

#[test]
fn a_new_server_without_an_admin_is_in_order_and_told_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(Serve::on(folder.path()).start());
    let (said, sound) = doctor(folder.path());
    assert!(
        sound && said.contains("ok    admin: there is none yet") && said.contains("kalinklo admin create"),
        "{said}"
    );
}

#[test]
fn a_migration_that_waits_is_told_and_not_run() {
    let folder = tempfile::tempdir().unwrap();
    drop(Serve::on(folder.path()).start());
    let file = folder.path().join("kalinklo.db");
    let mut db = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let newest = "DELETE FROM __diesel_schema_migrations WHERE version = \
                  (SELECT max(version) FROM __diesel_schema_migrations)";
    assert_eq!(diesel::sql_query(newest).execute(&mut db).unwrap(), 1);
    for _ in 0..2 {
        let (said, sound) = doctor(folder.path());
        assert!(sound && said.contains("1 migration waits"), "{said}");
    }
}

#[test]
fn a_taken_address_and_a_filter_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = fails(&["doctor", "--config", "/dev/null", "--listen", &address], folder.path());
    assert!(said.contains("WRONG address") && said.contains(&address) && said.contains("--listen"), "{said}");
    let mut command = command(["doctor", "--config", "/dev/null", "--listen", "127.0.0.1:0"]);
    let out = command.arg("--data").arg(folder.path()).env("RUST_LOG", "web=[loud").output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(!out.status.success() && said.contains("WRONG logs: RUST_LOG"), "{said}");
}

#[test]
fn who_reads_only_the_beginning_breaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(["doctor", "--config", "/dev/null", "--listen", "127.0.0.1:0"]);
    let mut child = command
        .arg("--data")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(2), ""));
}

/// Behind a proxy that is not named everybody has one address: it works, and is hardly meant.
#[test]
fn a_proxy_that_is_not_named_is_told_by_the_doctor_and_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let server =
            arguments.iter().fold(Serve::on(folder.path()), |it, argument| it.argument(argument)).start();
        let mut command = command(["doctor", "--config", "/dev/null", "--listen", "127.0.0.1:0"]);
        let out = command.args(arguments).arg("--data").arg(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "{said}");
        (eventually("a start", || Some(server.output()).filter(|it| it.contains("admin create"))), said)
    };
    let words = "Set `trusted-proxies` to the networks of the proxy";
    let (start, doctor) = told(&["--origin=https://artists.example"]);
    assert!(start.contains(words), "{start}");
    assert!(doctor.contains("LOOK  clients: ") && doctor.contains(words), "{doctor}");
    assert!(!doctor.contains("All is in order"), "{doctor}");
    for sound in [&["--origin=https://artists.example", "--trusted-proxies=127.0.0.1"][..], &[]] {
        let (start, doctor) = told(sound);
        assert!(!start.contains("trusted-proxies") && !doctor.contains("trusted-proxies"), "{start}{doctor}");
        assert!(doctor.contains("All is in order"), "{doctor}");
    }
}
