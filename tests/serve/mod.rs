//! The program as an operator meets it: what it says when it cannot start, when it starts first, and how it stops.

mod commands;
mod demonstration;
mod doctor;
mod faults;
mod outside;

use crate::support::db::Db;
use crate::support::http::{Ask, Client};
use crate::support::program::{Demo, Program, Serve, command, eventually};
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

/// Runs a command that must not succeed; what it said.
#[track_caller]
fn fails(arguments: &[&str], data: &Path) -> String {
    let mut command = command(arguments);
    let out = command.arg("--data").arg(data).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(!out.status.success(), "{arguments:?} succeeded: {said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_configuration_that_cannot_work_says_what_where_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("k.toml");
    // text of the file, what is wrong, what to do
    let cases = [
        ("listen = \"7400\"\n", "`listen`", "127.0.0.1:7400"),
        ("\nlissten = \"127.0.0.1:0\"\n", "line 2", "kalinklo.sample.toml"),
        ("listen = 7\n", "line 1", "kalinklo.sample.toml"),
        (
            "# a clock\nzone = \"Middle/Earth\"\n",
            "`zone` cannot work, as FILE says in line 2",
            "Europe/Vienna",
        ),
        ("ops-token = \"short\"\n", "`ops-token` cannot work, as FILE says in line 1", "16"),
        ("origin = \"artists.example\"\n", "`origin`", "https://"),
        ("trusted-proxies = [\"ten\"]\n", "`trusted-proxies`", "10.0.0.0/8"),
        ("database = \"postgres://u:planted-word@db.example/x\"\n", "`database`", "pg-tls"),
        ("database = \"mysql://u:planted-word@db.example/x\"\n", "`database`", "postgres://"),
        ("origin = \"http://artists.example\"\n", "`origin`", "https://"),
        ("[limits]\nread = { burst = 0, seconds = 60 }\n", "line 2", "kalinklo.sample.toml"),
        ("sentry-dsn = \"not a dsn\"\n", "sentry", "leave it out"),
        ("smtp = \"mail.example.org\"\n", "`smtp`", "smtps://"),
    ];
    for (text, wrong, remedy) in cases {
        std::fs::write(&file, text).unwrap();
        for verb in ["serve", "doctor"] {
            // the doctor only has to find what the start would find; it may say more
            let said = fails(&[verb, "--config", file.to_str().unwrap()], folder.path());
            let wrong = wrong.replace("FILE", file.to_str().unwrap());
            assert!(said.contains(&wrong) && said.contains(remedy), "{verb}, {text}: {said}");
            assert!(!said.contains("planted-word"), "a secret was printed: {said}");
        }
    }
}

#[test]
fn a_folder_or_database_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "a file, no folder").unwrap();
    let said = fails(&["serve", "--listen", "127.0.0.1:0"], &taken);
    assert!(said.contains("taken") && said.contains("--data"), "{said}");
    let broken = folder.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(
        broken.join("kalinklo.db"),
        "this is no database, and long enough to be looked at".repeat(40),
    )
    .unwrap();
    let said = fails(&["serve", "--listen", "127.0.0.1:0"], &broken);
    assert!(said.contains("kalinklo.db") || said.contains("database"), "{said}");
    // port 1 of loopback answers nobody
    let nowhere = "postgres://nobody:planted-word@127.0.0.1:1/none";
    let said = fails(&["serve", "--listen", "127.0.0.1:0", "--database", nowhere], folder.path());
    assert!(said.contains("127.0.0.1") || said.contains("database"), "{said}");
    assert!(!said.contains("planted-word"), "a secret was printed: {said}");
}

#[test]
fn a_taken_port_is_said_and_another_one_offered() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for verb in ["serve", "demo"] {
        let folder = tempfile::tempdir().unwrap();
        let said = fails(&[verb, "--listen", &address], folder.path());
        assert!(said.contains(&address) && said.contains("--listen"), "{verb}: {said}");
    }
}

#[test]
fn a_first_start_says_how_to_make_the_first_admin() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serve::on(folder.path()).start();
    assert_eq!(server.visitor().get("/api/health").status, 200);
    assert!(server.output().contains("kalinklo admin create"), "{}", server.output());
    // the world of the demonstration is never offered to a real server's visitors
    assert!(!server.output().contains("demo"), "{}", server.output());
}

#[test]
fn an_admin_is_made_at_the_command_line_and_signs_in_by_the_printed_link() {
    let folder = tempfile::tempdir().unwrap();
    drop(Serve::on(folder.path()).start());
    let mut create = command(["admin", "create", "head@house.example", "--config", "/dev/null"]);
    let out = create.arg("--data").arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    let link =
        said.split_whitespace().find(|it| it.contains("/sign-in/link?")).expect("a sign-in link").to_owned();
    let path = &link[link.find("/sign-in").unwrap()..];
    let server = Serve::on(folder.path()).start();
    assert!(!server.output().contains("kalinklo admin create"), "there is one: {}", server.output());
    let mut admin = server.visitor();
    let shown = admin.get(path);
    assert_eq!(shown.status, 200, "{}", shown.text());
    let form = shown.page().form("main form[method=post]");
    let entered = admin.submit(&form);
    assert_eq!(entered.status, 303, "{}", entered.text());
    // no second factor yet: the admin area leads to it and nowhere else
    let led = admin.get("/admin/approvals");
    assert_eq!(led.status, 303, "{}", led.text());
    assert!(led.header("location").unwrap_or_default().starts_with("/admin/"), "{led:?}");
}

#[test]
fn a_signal_drains_what_is_under_way_and_stops_clean() {
    let folder = tempfile::tempdir().unwrap();
    let mut server: Program = Serve::on(folder.path()).start();
    // A request of which half was sent when the signal comes, on a connection that the server has taken.
    let mut half = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
    half.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    half.write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answers = BufReader::new(half);
    assert_eq!(crate::support::http::read(&mut answers, false).unwrap().status, 200);
    answers.get_mut().write_all(b"GET /api/health HTTP/1.1\r\nHo").unwrap();
    let other = std::thread::spawn(move || {
        let _ = answers.get_mut().write_all(b"st: x\r\nConnection: close\r\n\r\n");
        crate::support::http::read(&mut answers, false)
    });
    let status = server.terminate();
    assert!(status.success(), "{status}: {}", server.output());
    // Answered or closed, never half an answer.
    if let Ok(answer) = other.join().unwrap() {
        assert_eq!(answer.json()["status"], "ok");
    }
    assert!(
        Client::new(server.base()).try_send(&Ask::new("GET", "/api/health")).is_err(),
        "it still listens"
    );
}

#[test]
fn the_limits_of_a_real_server_are_met_and_say_when_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[limits]\nread = { burst = 5, seconds = 3600 }\n";
    let server = Serve::on(folder.path()).config(config).start();
    let mut visitor = server.visitor();
    let answers: Vec<_> = (0..8).map(|_| visitor.get("/api/health")).collect();
    let met = answers.iter().find(|it| it.status == 429).expect("a limit of five is met by eight");
    let wait: u64 = met.header("retry-after").expect("Retry-After").parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    // What nobody believes: a stranger's X-Forwarded-For does not make a new address.
    let forged = visitor.send(&Ask::new("GET", "/api/health").header("X-Forwarded-For", "203.0.113.9"));
    assert_eq!(forged.status, 429);
}

#[test]
fn a_policy_that_does_not_hold_stops_the_check_with_file_line_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("p00-bad.cedar");
    std::fs::write(&bad, "@id(\"bad\")\n@practice(\"P1\")\n@says(\"Nobody\")\npermit (principal, action, resource)\nwhen { principal.nothing };\n").unwrap();
    let out = command(["policy", "check", "--policies"]).arg(folder.path()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(!out.status.success(), "{said}");
    assert!(said.contains("p00-bad.cedar") && said.contains(":5:"), "{said}");
    let out = command(["policy", "check"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn who_asks_again_and_again_for_what_is_not_theirs_is_slowed_and_it_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::default().data(folder.path()).start();
    let world = demo.world().clone();
    assert!(demo.terminate().success());
    let said = demo.output();
    let server = Serve::on(folder.path()).config("[limits]\nprobe = { burst = 4, seconds = 3600 }\n").start();
    let persona = world.persona("agency-other");
    let mut prober = Client::new(server.base()).with_cookie(persona.cookie.as_deref().unwrap());
    let foreign = format!("/w/{}", world.persona("agency-owner").workspace.clone().unwrap());
    let unknown = "/w/0123456789012345678901".to_owned();
    // foreign and unknown count alike
    let answers: Vec<u16> =
        [&foreign, &unknown, &foreign, &unknown, &foreign, &unknown].map(|it| prober.get(it).status).into();
    assert_eq!(answers, [403, 403, 403, 403, 429, 429]);
    // who signs in anew is the same person
    let mut again = server.visitor();
    let at = said.find("Another agency").unwrap();
    let link = said[..at].trim_end().rsplit_once("/sign-in/").unwrap().1;
    let shown = again.get(&format!("/sign-in/{link}"));
    assert_eq!(again.submit(&shown.page().form("main form[method=post]")).status, 303);
    assert_eq!(again.get(&unknown).status, 429);
    // what is theirs stays theirs
    assert_eq!(prober.get(&format!("/w/{}", persona.workspace.clone().unwrap())).status, 200);
    let mut db = Db::of(&world);
    let account = persona.account.clone().unwrap();
    let noted = format!("SELECT kind AS text FROM security_events WHERE account = '{account}'");
    eventually("both kinds of event", || {
        let kinds = db.texts(&noted);
        let count = |wanted: &str| kinds.iter().filter(|it| *it == wanted).count();
        (count("refused") == 4 && count("probing") == 3).then_some(())
    });
}

#[test]
fn what_the_demonstration_prints_is_enough_to_walk_in() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::default().data(folder.path()).start();
    let said = demo.output();
    let first = said.lines().find_map(|it| it.trim().strip_prefix(demo.base())).unwrap();
    assert_eq!((first, demo.visitor().get(first).status), ("/", 200), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    let links =
        lines.windows(2).filter_map(|it| Some((it[0].trim().strip_prefix(demo.base())?, it[1].trim())));
    let links: Vec<(&str, &str)> = links.filter(|it| it.0.starts_with("/sign-in/")).collect();
    assert_eq!(links.len(), demo.world().personas.iter().filter(|it| it.account.is_some()).count(), "{said}");
    for (link, advice) in links {
        let mut visitor = demo.visitor();
        let shown = visitor.get(link);
        assert_eq!(shown.status, 200, "{}", shown.text());
        let entered = visitor.submit(&shown.page().form("main form[method=post]"));
        assert_eq!(entered.status, 303, "{}", entered.text());
        assert!(advice.ends_with('.') && advice.contains(' '), "{advice}");
    }
    assert!(said.contains(&format!("serve --data {}", folder.path().display())), "{said}");
    assert!(!said.contains("nothing is kept"), "{said}");
}

/// A kept world is gone on with: the same people with new links, and what they did.
#[test]
fn a_demonstration_goes_on_with_the_world_that_it_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::default().data(folder.path()).start();
    let artist = demo.world().persona("artist").clone();
    let own = artist.workspace.clone().unwrap();
    assert!(demo.terminate().success());
    let (out, told) = (folder.path().join("said.txt"), folder.path().join("again.json"));
    let again = ["demo", "--listen", "127.0.0.1:0", "--json"];
    let refused = fails(&[&again[..], &[told.to_str().unwrap()]].concat(), folder.path());
    assert!(refused.contains("holds a world already") && refused.contains("Leave --json out"), "{refused}");
    assert!(!told.exists());

    let to = std::fs::File::create(&out).unwrap();
    let mut command = command(&again[..3]);
    let mut running = command.arg("--data").arg(folder.path()).stdout(to).spawn().unwrap();
    let said = eventually("the second greeting", || {
        let said = std::fs::read_to_string(&out).ok()?;
        said.contains("Stop with Ctrl-C").then_some(said)
    });
    let base = said.lines().find_map(|it| it.trim().strip_suffix('/')).unwrap();
    let link =
        said.lines().find_map(|it| it.trim().strip_prefix(base).filter(|it| it.starts_with("/sign-in/")));
    let mut client = Client::new(base);
    let shown = client.get(link.unwrap());
    assert_eq!(client.submit(&shown.page().form("main form[method=post]")).status, 303);
    assert_eq!(client.get(&format!("/w/{own}")).status, 200, "the artist is named first");
    let _ = running.kill();
    let _ = running.wait();
    // what is no demonstration is not walked into
    let real = tempfile::tempdir().unwrap();
    let data = real.path().to_str().unwrap();
    let made =
        super::support::program::command(["admin", "create", "ann@house.example", "--data", data]).output();
    assert!(made.unwrap().status.success());
    let refused = fails(&again[..3], real.path());
    assert!(refused.contains("no demonstration"), "{refused}");
}

#[test]
fn a_world_that_would_not_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (argument, least) in [("--artists=11", "12"), ("--presenters=3", "4"), ("--artists=many", "12")] {
        let said = fails(&["demo", "--listen", "127.0.0.1:0", argument], folder.path());
        assert!(said.contains(least) && said.contains(argument.split('=').next().unwrap()), "{said}");
    }
}
