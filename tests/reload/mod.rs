//! Policies replaced under a running house, as an operator does it and as people meet it.

mod sets;
mod upgrade;

use crate::support::db::{Db, difference};
use crate::support::http::{Ask, Client};
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, Serve, command, eventually};
use crate::support::world::World;
use serde_json::Value;
use sets::{Set, printed};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

/// The persona whose rights change.
const INVITED: &str = "presenter-season";

/// `kalinklo policy …` on this world's database.
fn policy(world: &World, arguments: &[&str]) -> Output {
    command(["policy"])
        .args(arguments)
        .args(["--config", "/dev/null", "--database", &world.database])
        .output()
        .unwrap()
}

/// What it answers to a program, and its exit code.
#[track_caller]
fn told(world: &World, arguments: &[&str]) -> (Value, Option<i32>) {
    let out = policy(world, &[arguments, &["--json"]].concat());
    let value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", printed(&out)));
    (value, out.status.code())
}

#[track_caller]
fn staged(world: &World, set: &Set) -> String {
    let (policies, tests) = (set.policies(), set.tests());
    let arguments = ["stage", "--note", "for a test", "--policies", policies.to_str().unwrap(), "--tests"];
    let (value, code) = told(world, &[&arguments[..], &[tests.to_str().unwrap()]].concat());
    assert_eq!(code, Some(0), "{value}");
    value["digest"].as_str().unwrap().to_owned()
}

#[track_caller]
fn activated(world: &World, digest: &str) -> Value {
    let (value, code) = told(world, &["activate", &digest[..12], "--reason", "for a test"]);
    assert_eq!(code, Some(0), "{value}");
    value
}

#[track_caller]
fn rolled_back(world: &World) -> Value {
    let (value, code) = told(world, &["rollback", "--reason", "for a test"]);
    assert_eq!(code, Some(0), "{value}");
    value
}

fn opened(base: &str, world: &World, path: &str) -> Value {
    let bearer = format!("Bearer {}", world.ops_token);
    Client::new(base).send(&Ask::new("GET", path).header("Authorization", &bearer)).json()
}

/// The digest of the policies that decide on this server.
fn deciding(base: &str, world: &World) -> String {
    opened(base, world, "/api/version")["policies"].as_str().unwrap().to_owned()
}

#[track_caller]
fn follows(base: &str, world: &World, digest: &str) {
    eventually("the server follows", || (deciding(base, world) == digest).then_some(()));
}

/// A presenter who was invited to a stealth roster, and the address of a listing that only this opens to them.
fn listing(base: &str, world: &World) -> (Client, String) {
    let persona = world.persona(INVITED);
    let mut client = Client::new(base).with_cookie(persona.cookie.as_deref().unwrap());
    let stealth = world.facts.artists.iter().filter(|it| it.level == "stealth");
    let paths = stealth.filter_map(|it| it.listing_path.as_ref());
    let paths = paths.map(|it| it.replace("{workspace}", persona.workspace.as_deref().unwrap()));
    let path = paths.into_iter().find(|it| client.get(it).status == 200).expect("an open listing");
    (client, path)
}

#[test]
fn a_staged_set_decides_from_activation_to_roll_back_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    decides_from_activation_to_roll_back(&Demo::default().data(folder.path()).start(), None);
}

#[test]
fn a_staged_set_decides_from_activation_to_roll_back_on_postgres() {
    let database = Database::new(Server::Fast);
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::default().data(folder.path()).database(database.url()).start();
    decides_from_activation_to_roll_back(&demo, Some(&database.url()));
}

fn decides_from_activation_to_roll_back(demo: &Program, url: Option<&str>) {
    let world = demo.world();
    let other = tempfile::tempdir().unwrap();
    let beside = || {
        let it = Serve::on(other.path()).argument(&format!("--ops-token={}", world.ops_token));
        it.database(Some(url.unwrap_or(&world.database).to_owned())).start()
    };
    let second = beside();
    let bases = [demo.base(), second.base()];
    let mut clients = bases.map(|it| listing(it, world));
    let own = deciding(demo.base(), world);
    let set = Set::narrowed();
    let narrow = staged(world, &set);
    assert_ne!(own, narrow);
    // staged once is staged: nothing is stored twice
    assert_eq!(staged(world, &set), narrow);
    let (known, code) = told(world, &["list"]);
    assert_eq!(
        (code, known["active"].as_str(), known["staged"].as_array().unwrap().len()),
        (Some(0), Some(&*own), 1)
    );
    let vetted = &known["staged"][0]["verdict"]["vetted"];
    for figure in ["policies", "environments", "cases", "clauses", "matrix", "theorems", "questions"] {
        assert!(vetted[figure].as_u64().is_some_and(|it| it > 0), "{figure}: {known}");
    }
    assert_eq!(deciding(demo.base(), world), own, "what is only staged decides nothing");

    assert_eq!(activated(world, &narrow)["before"], *own);
    for ((client, path), base) in clients.iter_mut().zip(bases) {
        eventually("the listing is closed", || (client.get(path).status == 403).then_some(()));
        assert_eq!(deciding(base, world), narrow);
        let ready = opened(base, world, "/api/health/ready");
        assert_eq!(
            (ready["status"].as_str(), ready["policies"]["digest"].as_str()),
            (Some("ok"), Some(&*narrow))
        );
        // the public sees status and no more
        assert_eq!(Client::new(base).get("/api/health/ready").text(), "{\"status\":\"ok\"}");
    }
    // a server that starts now says whose policies decide
    let third = beside();
    assert!(third.output().contains("activated on this database"), "{}", third.output());
    let (mut client, path) = (Client::new(third.base()).with_cookie(cookie(world)), clients[0].1.clone());
    assert_eq!(client.get(&path).status, 403);

    let back = rolled_back(world);
    assert_eq!((back["before"].as_str(), back["after"].as_str()), (Some(&*narrow), Some(&*own)));
    for (client, path) in &mut clients {
        eventually("the listing is open again", || (client.get(path).status == 200).then_some(()));
    }
    for base in bases {
        follows(base, world, &own);
    }
    let verify = command(["audit", "verify", "--config", "/dev/null", "--database", &world.database])
        .output()
        .unwrap();
    assert_eq!(verify.status.code(), Some(0), "{}", printed(&verify));
    let mut db = Db::of(world);
    let after = "SELECT v.value AS text FROM audit_values v JOIN audit_entries e ON e.id = v.entry \
                 WHERE v.name = 'after.policies' AND e.chain = 'platform' ORDER BY e.seq";
    assert_eq!(db.texts(after), [narrow.clone(), own.clone()]);
    // each line of the log names the policies that made it: the permit that one set lacks decided under the other alone
    eventually("both kinds of decision are logged", || {
        let by = |digest: &str, allowed: bool| {
            let word = if allowed { "listing-invited" } else { "" };
            format!(
                "SELECT DISTINCT policies AS text FROM decisions WHERE action = 'ViewListing' AND decided_by = '{word}' \
                 AND allowed = {allowed} AND policies = '{}'",
                &digest[..16]
            )
        };
        (!db.texts(&by(&own, true)).is_empty() && !db.texts(&by(&narrow, false)).is_empty()).then_some(())
    });
    let wrong = format!(
        "SELECT action AS text FROM decisions WHERE policies = '{}' AND decided_by LIKE '%listing-invited%'",
        &narrow[..16]
    );
    assert_eq!(db.texts(&wrong), Vec::<String>::new());
}

fn cookie(world: &World) -> &str {
    world.persona(INVITED).cookie.as_deref().unwrap()
}

/// Every way in which a set can be bad: told with its place, and nothing is stored, audited or decided otherwise.
#[test]
fn a_bad_set_is_refused_with_its_place_and_nothing_changes() {
    let demo = Program::demo();
    let world = demo.world();
    let own = deciding(demo.base(), world);
    let before = Db::of(world).print();
    let uninvited = || {
        let was = "resource.level == \"stealth\" &&\n  resource.invited.contains(principal.workspace)\n";
        Set::ours().with("p06-visibility.cedar", was, "resource.level == \"stealth\"\n")
    };
    let no_way_back = || {
        Set::ours()
            .with("p08-audit.cedar", ",\n     Action::\"RollBackPolicies\"", "")
            .unpromised("p10-operations", "policies-can-always-be-replaced")
    };
    let refused: [(&str, Set, bool, &[&str]); 6] = [
        (
            "syntax",
            Set::ours().with("p06-visibility.cedar", "when\n", "wen\n"),
            false,
            &["files: ", "p06-visibility.cedar:"],
        ),
        (
            "type",
            Set::ours().with("p06-visibility.cedar", "principal.verified", "principal.verifed"),
            false,
            &["files: ", "p06-visibility.cedar:"],
        ),
        (
            "no query",
            Set::ours().with(
                "p02-public-folio.cedar",
                "resource.level == \"public\"",
                "resource.level like \"public*\"",
            ),
            false,
            &["p02-public-folio.cedar:"],
        ),
        // its own cases and matrix are not brought along
        (
            "cases",
            Set::ours().without("p06-visibility", "listing-presenter"),
            false,
            &["cases: p06-visibility.toml:", "matrix: ", "--tests"],
        ),
        // they are, and so are weaker promises: what nobody may ever see is not for a set to change
        (
            "promise",
            uninvited().unpromised("p06-visibility", "presenter-sees-no-closed-listing"),
            true,
            &[
                "theorems: presenter-sees-no-closed-listing refuted",
                "p06-visibility.cedar:",
                "listing-invited",
            ],
        ),
        ("way back", no_way_back(), true, &["theorems: policies-can-always-be-replaced refuted"]),
    ];
    for (what, set, own_tests, words) in &refused {
        let (policies, tests) = (set.policies(), set.tests());
        let mut arguments = vec!["stage", "--note", "x", "--policies", policies.to_str().unwrap()];
        if *own_tests {
            arguments.extend(["--tests", tests.to_str().unwrap()]);
        }
        let out = policy(world, &arguments);
        let text = printed(&out);
        assert_eq!(out.status.code(), Some(1), "{what}: {text}");
        for word in *words {
            assert!(text.contains(word), "{what}: no {word} in {text}");
        }
        assert!(text.contains("nothing was staged"), "{what}: {text}");
    }
    let fine = Set::ours();
    let there = fine.policies();
    let there = there.to_str().unwrap();
    for (arguments, code) in [
        (&["stage", "--note", "x", "--policies", "no-such-folder"][..], 2),
        (&["stage", "--note", "", "--policies", there], 2),
        (&["stage", "--note", "x", "--policies", there, "--tests", "no-such-folder"], 2),
        (&["activate", "0123456789ab", "--reason", "x"], 1),
        (&["activate", "0123", "--reason", "x"], 1),
        (&["activate", "built-in", "--reason", "x"], 1),
        (&["activate", "built-in", "--reason", " "], 2),
        (&["rollback", "--reason", "x"], 1),
    ] {
        let out = policy(world, arguments);
        assert_eq!(out.status.code(), Some(code), "{arguments:?}: {}", printed(&out));
        assert!(!printed(&out).is_empty() && !printed(&out).contains("panicked"), "{arguments:?}");
    }
    let unproved = command(["policy", "stage", "--note", "x", "--policies", there, "--config", "/dev/null"])
        .args(["--database", &world.database])
        .env("CVC5", "/no/such/solver")
        .output()
        .unwrap();
    assert_eq!(unproved.status.code(), Some(2), "{}", printed(&unproved));
    assert_eq!(difference(&before, &Db::of(world).print()), Vec::<String>::new());
    assert_eq!(deciding(demo.base(), world), own);
}

/// A set that is active and cannot decide in this program: the running server keeps what it had, says why to whoever
/// operates it and to nobody else; a server that starts does not serve; and there is a way back.
#[test]
fn an_active_set_that_cannot_decide_leaves_the_old_one_in_force() {
    let demo = Program::demo();
    let world = demo.world();
    let own = deciding(demo.base(), world);
    let (mut client, path) = listing(demo.base(), world);
    let bad = "7".repeat(64);
    let mut db = Db::of(world);
    db.run(&format!("INSERT INTO policy_sets VALUES ('{bad}', '{bad}', '{{}}', 'x', '{{}}', 'x', 1)"));
    db.run(&format!("INSERT INTO policy_activations VALUES (1, '{bad}', 'activated', NULL, 'x', 'x', 1)"));
    let version = eventually("the fault is told", || {
        let version = opened(demo.base(), world, "/api/version");
        (!version["policies_fault"].is_null()).then_some(version)
    });
    assert_eq!(
        (version["policies"].as_str(), version["policies_fault"]["digest"].as_str()),
        (Some(&*own), Some(&*bad))
    );
    assert!(version["policies_fault"]["why"].as_str().unwrap().contains("schema"), "{version}");
    let ready = opened(demo.base(), world, "/api/health/ready");
    assert_eq!(
        (ready["status"].as_str(), &ready["policies"]["fault"]),
        (Some("ok"), &version["policies_fault"])
    );
    let metrics = Ask::new("GET", "/metrics").header("Authorization", &format!("Bearer {}", world.ops_token));
    let metrics = demo.visitor().send(&metrics).text();
    assert!(metrics.contains("kalinklo_policies_behind 1") && metrics.contains(&own), "{metrics}");
    for path in ["/api/health", "/api/health/ready"] {
        assert_eq!(demo.visitor().get(path).text(), "{\"status\":\"ok\"}");
    }
    assert_eq!(client.get(&path).status, 200);
    let start = |verb: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut start = command([
            verb,
            "--listen",
            "127.0.0.1:0",
            "--config",
            "/dev/null",
            "--database",
            &world.database,
        ]);
        start.arg("--data").arg(folder.path()).output().unwrap()
    };
    for verb in ["serve", "doctor"] {
        let out = start(verb);
        let said = printed(&out);
        assert!(
            !out.status.success() && said.contains(&bad) && said.contains("policy rollback"),
            "{verb}: {said}"
        );
    }
    let (known, code) = told(world, &["list"]);
    assert_eq!((code, known["active"].as_str()), (Some(1), Some(&*bad)));
    rolled_back(world);
    eventually("the fault is gone", || {
        opened(demo.base(), world, "/api/version")["policies_fault"].is_null().then_some(())
    });
    assert_eq!(told(world, &["list"]).1, Some(0));
    // seconds went by, with a look in each: it was said once
    let said = demo.output().matches("cannot decide here").count();
    assert_eq!(said, 1, "{}", demo.output());
}

/// Pages asked for again and again while sets are swapped: each request is decided by one set from beginning to end.
#[test]
fn no_request_meets_two_sets() {
    let demo = Program::demo();
    let world = demo.world();
    let own = deciding(demo.base(), world);
    let narrow = staged(world, &Set::narrowed());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let (mut client, path) = listing(demo.base(), world);
            // pages with many decisions: a list, and one listing
            let workspace = world.persona(INVITED).workspace.clone().unwrap();
            let (shelf, over) = (format!("/w/{workspace}/engagements"), &over);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    for it in [&shelf, &path] {
                        let status = client.get(it).status;
                        assert!([200, 403].contains(&status), "{it}: {status}");
                    }
                }
            });
        }
        for _ in 0..4 {
            activated(world, &narrow);
            follows(demo.base(), world, &narrow);
            rolled_back(world);
            follows(demo.base(), world, &own);
        }
        over.store(true, Ordering::Relaxed);
    });
    let mut db = Db::of(world);
    for digest in [&own, &narrow] {
        let made =
            format!("SELECT DISTINCT visit AS text FROM decisions WHERE policies = '{}'", &digest[..16]);
        eventually("decisions by each set", || (db.texts(&made).len() > 20).then_some(()));
    }
    let mixed = "SELECT visit AS text FROM decisions WHERE actor LIKE 'PresenterMember/%' GROUP BY visit HAVING COUNT(DISTINCT policies) > 1";
    assert_eq!(db.texts(mixed), Vec::<String>::new());
}
