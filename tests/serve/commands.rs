//! Commands and settings as an operator gives them.

use crate::support::db::Db;
use crate::support::http::{Ask, Client};
use crate::support::on_both;
use crate::support::program::{Demo, Program, Serve, command, eventually};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a command printed, and its exit code.
fn said(out: &Output) -> (Option<i32>, String) {
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    (out.status.code(), text)
}

/// A flag goes before the environment, and that before the file.
#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let [flag, environment, file] =
        ["the token of the flag", "the token of the environment", "the token of the file"];
    let folder = tempfile::tempdir().unwrap();
    let by_file = || Serve::on(folder.path()).config(&format!("ops-token = \"{file}\"\n"));
    let by_environment = || by_file().environment("KALINKLO_OPS_TOKEN", environment);
    let by_flag = || by_environment().argument(&format!("--ops-token={flag}"));
    for (server, right) in
        [(by_file().start(), file), (by_environment().start(), environment), (by_flag().start(), flag)]
    {
        for token in [flag, environment, file] {
            let ask = Ask::new("GET", "/api/version").header("Authorization", &format!("Bearer {token}"));
            let expected = if token == right { 200 } else { 404 };
            assert_eq!(server.visitor().send(&ask).status, expected, "{token}, where {right} counts");
        }
    }
}

/// A demonstration that is told of no folder leaves none.
#[test]
fn a_demonstration_without_a_folder_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (temporary, file) = (folder.path().join("tmp"), folder.path().join("world.json"));
    fs::create_dir(&temporary).unwrap();
    let inside = || fs::read_dir(&temporary).unwrap().count();
    let mut demo = command(["demo", "--listen", "127.0.0.1:0", "--json"]);
    demo.arg(&file).env("TMPDIR", &temporary).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = demo.spawn().unwrap();
    let world = eventually("a world", || {
        assert!(running.try_wait().unwrap().is_none(), "it stopped by itself");
        serde_json::from_str::<serde_json::Value>(&fs::read_to_string(&file).ok()?).ok()
    });
    let database = PathBuf::from(world["database"].as_str().unwrap());
    assert!(database.starts_with(&temporary) && database.is_file(), "{}", database.display());
    assert_eq!(Client::new(world["base"].as_str().unwrap()).get("/api/health").status, 200);
    assert_eq!(inside(), 1);
    let sent = Command::new("kill").args(["-TERM", &running.id().to_string()]).status();
    assert!(sent.is_ok_and(|it| it.success()));
    assert!(running.wait().unwrap().success());
    assert_eq!(inside(), 0, "{:?}", fs::read_dir(&temporary).unwrap().collect::<Vec<_>>());
}

/// The world's file has the keys that tests/README.md tells, no fewer and no more.
#[test]
fn the_worlds_file_has_the_keys_that_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::default().data(folder.path()).start();
    let value: serde_json::Value = serde_json::from_str(demo.told()).unwrap();
    let keys = |it: &serde_json::Value| -> BTreeSet<String> {
        it.as_object().unwrap_or_else(|| panic!("{it}")).keys().cloned().collect()
    };
    let told = |words: &str| -> BTreeSet<String> { words.split(' ').map(str::to_owned).collect() };
    assert_eq!(keys(&value), told("base ops_token database mail_dir personas facts"));
    assert_eq!(keys(&value["facts"]), told("workspaces artists partners engagements"));
    let lists = [
        (
            "/personas",
            "name kind role account status workspace verified capabilities cookie form_token_field email",
        ),
        ("/facts/workspaces", "id kind name verified plan"),
        (
            "/facts/artists",
            "id workspace name level opted_in discoverable agencies invited folio_path listing_path profile_path",
        ),
        ("/facts/engagements", "id title artist agency presenter counsel path audit_path records"),
        ("/facts/engagements/0/records", "kind id path"),
    ];
    let readme = include_str!("../README.md");
    for (at, words) in lists {
        let list = value.pointer(at).and_then(|it| it.as_array()).unwrap_or_else(|| panic!("no {at}"));
        assert!(!list.is_empty(), "{at}");
        for it in list {
            assert_eq!(keys(it), told(words), "{at}");
        }
        for word in words.split(' ') {
            assert!(readme.contains(&format!("\"{word}\"")), "tests/README.md does not tell of {word}");
        }
    }
    let pairs = value["facts"]["partners"].as_array().unwrap();
    assert!(!pairs.is_empty() && pairs.iter().all(|it| it.as_array().is_some_and(|it| it.len() == 2)));
}

/// What `site build` writes is what `serve` serves, to the last byte.
#[test]
fn the_site_is_written_as_it_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("public");
    let built = command(["site", "build", "--out"]).arg(&out).output().unwrap();
    assert!(built.status.success(), "{}", said(&built).1);
    let server = Serve::on(folder.path()).start();
    let mut visitor = server.visitor();
    let mut files = Vec::new();
    walk(&out, &mut files);
    assert!(files.len() > 30, "{} files", files.len());
    for file in files {
        let path = format!("/{}", file.strip_prefix(&out).unwrap().display());
        let (path, status) = match path.strip_suffix("index.html") {
            Some(folder) => (folder.to_owned(), 200),
            // the page of what is not there
            None if path == "/404.html" => ("/there-is-nothing".to_owned(), 404),
            None => (path, 200),
        };
        let answer = visitor.get(&path);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.body == fs::read(&file).unwrap(), "{path} is served otherwise than it is written");
    }
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for it in fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        if it.is_dir() { walk(&it, into) } else { into.push(it) }
    }
}

/// A ledger that somebody downloaded verifies without us, and not with one letter changed.
#[test]
fn a_downloaded_ledger_verifies_and_a_changed_one_does_not() {
    let demo = Program::demo();
    let world = demo.world();
    let persona = world.persona("agency-owner");
    let own = persona.workspace.clone().unwrap();
    let engagement = world.facts.engagements.iter().find(|it| it.agency.as_ref() == Some(&own)).unwrap();
    let path = format!("{}/ledger.jsonl", engagement.path.replace("{workspace}", &own));
    let answer = world.client(persona).get(&path);
    assert_eq!(answer.status, 200, "{path}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.jsonl");
    let verified = |text: &str| {
        fs::write(&file, text).unwrap();
        said(&command(["audit", "verify", "--file"]).arg(&file).output().unwrap())
    };
    let text = answer.text();
    let entries = text.lines().count() - 1;
    let (code, words) = verified(&text);
    let whole = format!("Chain {}: {entries} entries hold;", engagement.id);
    assert!(code == Some(0) && words.contains(&whole), "{code:?}: {words}");
    // the second entry, its transition another one
    let mut lines: Vec<serde_json::Value> =
        text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    lines[2]["open"]["transition"]["value"] = "imagined".into();
    let changed: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let (code, words) = verified(&changed.join("\n"));
    let broken = format!("Broken: chain {}, entry 2: ", engagement.id);
    assert!(code == Some(1) && words.contains(&broken) && words.contains("transition"), "{code:?}: {words}");
    // one entry short
    let short: Vec<&str> = text.lines().take(entries).collect();
    let (code, words) = verified(&short.join("\n"));
    assert!(code == Some(1) && words.contains("Broken: "), "{code:?}: {words}");
}

/// A chain that was tampered with in the database is named by the command, which then fails.
#[test]
fn a_tampered_chain_is_named() {
    let demo = Program::demo();
    let world = demo.world();
    let verify = || {
        let mut verify = command(["audit", "verify", "--config", "/dev/null"]);
        said(&verify.args(["--database", &world.database]).output().unwrap())
    };
    let (code, words) = verify();
    assert!(code == Some(0) && words.contains("Every chain holds."), "{code:?}: {words}");
    let chain = &world.facts.engagements[0].id;
    let mut db = Db::of(world);
    db.run("DROP TRIGGER audit_values_are_only_erased");
    db.run(&format!(
        "UPDATE audit_values SET value = 'imagined' WHERE name = 'transition' AND entry = \
         (SELECT id FROM audit_entries WHERE chain = '{chain}' AND seq = 2)"
    ));
    let (code, words) = verify();
    let broken =
        format!("Broken: chain {chain}, entry 2: the value of `transition` does not match its digest");
    assert!(code == Some(1) && words.contains(&broken), "{code:?}: {words}");
    assert!(!words.contains("Every chain holds."), "{words}");
}

/// A chain that was taken away whole: an engagement tells of its own, an account of the platform's, and heads that were kept
/// elsewhere of all, also of what was only cut short.
fn a_chain_that_is_gone_is_missed(demo: &Program) {
    let world = demo.world();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads");
    let verify = |heads: bool| {
        let mut verify = command(["audit", "verify", "--config", "/dev/null"]);
        if heads {
            verify.arg("--heads").arg(&file);
        }
        said(&verify.args(["--database", &world.database]).output().unwrap())
    };
    let (code, words) = verify(true);
    assert!(code == Some(0) && words.contains("heads are kept in"), "{code:?}: {words}");
    let kept = fs::read_to_string(&file).unwrap();
    let mut db = Db::of(world);
    let length = |db: &mut Db, chain: &str| -> i64 {
        db.text(&format!("SELECT CAST(length AS TEXT) AS text FROM audit_chains WHERE chain = '{chain}'"))
            .parse()
            .unwrap()
    };
    let (cut, gone) = (&world.facts.engagements[0].id, &world.facts.engagements[1].id);
    let (before, whole) = (length(&mut db, cut), length(&mut db, gone));
    assert!(before > 1, "{before}");
    // whoever has the database's own password
    match &db {
        Db::Postgres(_) => {
            for table in ["audit_values", "audit_entries", "audit_chains"] {
                db.run(&format!("ALTER TABLE {table} DISABLE TRIGGER USER"));
            }
        }
        Db::Sqlite(_) => {
            for it in [
                "audit_values_stay",
                "audit_entries_are_final_d",
                "audit_chains_stay",
                "audit_chains_only_grow",
            ] {
                db.run(&format!("DROP TRIGGER {it}"));
            }
        }
    }
    let mut without = |chain: &str, after: i64| {
        let these = format!("chain = '{chain}' AND seq > {after}");
        db.run(&format!(
            "DELETE FROM audit_values WHERE entry IN (SELECT id FROM audit_entries WHERE {these})"
        ));
        db.run(&format!("DELETE FROM audit_entries WHERE {these}"));
        db.run(&match after {
            0 => format!("DELETE FROM audit_chains WHERE chain = '{chain}'"),
            _ => format!(
                "UPDATE audit_chains SET length = {after}, head = \
                 (SELECT hash FROM audit_entries WHERE chain = '{chain}' AND seq = {after}) WHERE chain = '{chain}'"
            ),
        });
    };
    without(cut, before - 1);
    let (code, words) = verify(true);
    let named =
        format!("Broken: chain {cut}, entry {before}: it had {before} entries when its head was kept");
    assert!(code == Some(1) && words.contains(&named), "{code:?}: {words}");
    assert_eq!(fs::read_to_string(&file).unwrap(), kept, "what was kept is not given up for what is left");
    without(gone, 0);
    let (code, words) = verify(false);
    let named = format!("Broken: chain {gone}, entry 1: the engagement is there, and its chain is not");
    assert!(code == Some(1) && words.contains(&named), "{code:?}: {words}");
    let (code, words) = verify(true);
    assert!(
        code == Some(1) && words.contains(&format!("Broken: chain {gone}, entry")) && whole > 0,
        "{words}"
    );
    without("platform", 0);
    let (code, words) = verify(false);
    let named = "Broken: chain platform, entry 1: there are accounts, and the platform's chain is not";
    assert!(code == Some(1) && words.contains(named), "{code:?}: {words}");
    fs::write(&file, "platform 7\n").unwrap();
    let (code, words) = verify(true);
    assert!(code == Some(2) && words.contains("line 1: no head of a chain"), "{code:?}: {words}");
}

on_both!(a_chain_that_is_gone_is_missed);
