//! The program among others: behind a proxy, beside a second server, under an https address, before a receiver of faults.

use crate::input::links::form_to;
use crate::support::db::Db;
use crate::support::http::{Answer, Ask, Client};
use crate::support::loopback;
use crate::support::page::Form;
use crate::support::postgres::{Database, Server};
use crate::support::program::{Demo, Program, Serve, command, eventually};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What a proxy says of who asks.
fn forwarded(server: &Program, chain: &str) -> u16 {
    server.visitor().send(&Ask::new("GET", "/api/health/live").header("X-Forwarded-For", chain)).status
}

/// The addresses from which a limit was met, so many of them.
fn limited(folder: &Path, count: usize) -> Vec<String> {
    let mut db = Db::open(folder.join("kalinklo.db").to_str().unwrap());
    let sql = "SELECT address AS text FROM security_events WHERE kind = 'limited' ORDER BY at, id";
    eventually("the record of a limit", || Some(db.texts(sql)).filter(|it| it.len() >= count))
}

/// A proxy that is trusted says who asks; what a stranger wrote before it is not believed.
#[test]
fn a_trusted_proxy_says_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serve::on(folder.path())
        .config("[limits]\nread = { burst = 2, seconds = 3600 }\n")
        .argument("--trusted-proxies=127.0.0.0/8")
        .start();
    let tried = |chain: &str| [(); 3].map(|()| forwarded(&server, chain));
    assert_eq!(tried("203.0.113.1"), [200, 200, 429]);
    assert_eq!(tried("203.0.113.2"), [200, 200, 429], "another person behind the same proxy");
    // the last hop that the proxy saw counts, whatever stands before it
    assert_eq!(tried("198.51.100.1, 203.0.113.3"), [200, 200, 429]);
    assert_eq!(tried("198.51.100.2, 203.0.113.3"), [429, 429, 429]);
    assert_eq!(limited(folder.path(), 3), ["203.0.113.1", "203.0.113.2", "203.0.113.3"]);
}

/// Whoever is not a configured proxy is who they are, whatever they write.
#[test]
fn whoever_is_no_trusted_proxy_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serve::on(folder.path())
        .config("[limits]\nread = { burst = 2, seconds = 3600 }\n")
        .argument("--trusted-proxies=10.0.0.0/8,192.0.2.1")
        .start();
    let chains = ["203.0.113.1", "10.1.1.1", "203.0.113.2, 10.1.1.1"];
    assert_eq!(chains.map(|it| forwarded(&server, it)), [200, 200, 429]);
    assert_eq!(limited(folder.path(), 1), ["127.0.0.1"]);
}

/// Delays grow over all servers of a database, and a restart forgets none.
#[test]
fn delays_of_sign_in_hold_across_servers_and_restarts() {
    let database = Database::new(Server::Fast);
    let folder = tempfile::tempdir().unwrap();
    let serve = |name: &str| Serve::on(&folder.path().join(name)).database(Some(database.url())).start();
    let (one, other) = (serve("one"), serve("other"));
    let ask = |server: &Program| {
        let mut client = server.visitor();
        let form = form_to(&client.get("/sign-in"), "/sign-in").with("email", "somebody@mail.example");
        assert_eq!(client.submit(&form).header("location"), Some("/sign-in/code"));
    };
    for server in [&one, &other, &one, &other, &one] {
        ask(server);
    }
    drop(other);
    ask(&serve("other"));
    let sql =
        "SELECT CAST((due_at - created_at) / 1000000 AS TEXT) AS text FROM outbox ORDER BY created_at, id";
    assert_eq!(Db::open(&database.url()).texts(sql), ["0", "0", "0", "30", "60", "120"]);
    // the program lets go of its database before that goes away
    drop(one);
}

/// So do those of an address from which sign-ins failed, on either database.
#[test]
fn delays_of_an_address_hold_across_servers_and_restarts() {
    let database = Database::new(Server::Fast);
    for url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let limits = "[limits]\nsign_in_failed = { burst = 2, seconds = 600 }\n";
        let serve = || Serve::on(folder.path()).database(url.clone()).config(limits).start();
        let fails = |server: &Program| {
            let mut client = server.visitor();
            let form = form_to(&client.get("/sign-in/code"), "/sign-in/code").with("code", "123456");
            client.submit(&form)
        };
        let (one, other) = (serve(), serve());
        assert_eq!([&one, &other, &one].map(|it| fails(it).status), [422, 422, 422], "{url:?}");
        let waits = fails(&other);
        let seconds: u64 = waits.header("retry-after").expect("Retry-After").parse().unwrap();
        assert!(waits.status == 429 && (500..=600).contains(&seconds), "{url:?}: {seconds}");
        // the program lets go of its database before that goes away
        drop((one, other));
        let asks = |server: &Program, whom: &str| {
            let mut client = server.visitor();
            let form = form_to(&client.get("/sign-in"), "/sign-in").with("email", whom);
            client.submit(&form).status
        };
        assert_eq!(asks(&serve(), "somebody@mail.example"), 429, "{url:?}");
    }
}

const HTTPS: &str = "https://artists.example";

/// Sends a form as a page under the https address does.
fn sent(client: &mut Client, form: &Form) -> Answer {
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.send(&Ask::new("POST", &form.action).header("Origin", HTTPS).form(&fields))
}

/// Under an https address the session is in a cookie that no other host and no plain connection can set or read.
#[test]
fn under_an_https_address_the_session_is_for_this_host_and_tls_alone() {
    let folder = tempfile::tempdir().unwrap();
    let origin = format!("--origin={HTTPS}");
    drop(Serve::on(folder.path()).start());
    let mut create = command(["admin", "create", "head@house.example", "--config", "/dev/null", &origin]);
    let out = create.arg("--data").arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let link = said.split_whitespace().find_map(|it| it.strip_prefix(HTTPS)).expect("a link to the address");
    let server = Serve::on(folder.path()).argument(&origin).start();
    let mut admin = server.visitor();
    let shown = admin.get(link);
    let entered = sent(&mut admin, &form_to(&shown, "/sign-in/link"));
    assert_eq!(entered.status, 303, "{}", entered.text());
    let cookies: Vec<&str> = entered.all("set-cookie").collect();
    let session = cookies.iter().find(|it| it.starts_with("__Host-kalinklo=")).expect("a session's cookie");
    let words: Vec<&str> = session.split("; ").skip(1).collect();
    for wanted in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(words.contains(&wanted), "{wanted} is missing in {session}");
    }
    assert!(!session.contains("Domain="), "{session}");
    let is_in = |mut client: Client| {
        let led = client.get("/admin/approvals");
        led.header("location").is_some_and(|it| it.starts_with("/admin/"))
    };
    let value = session.split(';').next().and_then(|it| it.split_once('=')).unwrap().1;
    assert!(is_in(server.visitor().with_cookie(&format!("__Host-kalinklo={value}"))));
    assert!(!is_in(server.visitor().with_cookie(&format!("kalinklo={value}"))), "a plain name is nobody's");
    // signing out takes the same cookie away
    let form = form_to(&admin.get("/sign-out"), "/sign-out");
    let left = sent(&mut admin, &form);
    let gone = left.all("set-cookie").find(|it| it.starts_with("__Host-kalinklo=;")).expect("a cookie's end");
    assert!(gone.contains("Max-Age=0") && gone.contains("Secure") && gone.contains("Path=/"), "{gone}");
}

/// What reaches the receiver of faults says which request of which program failed, and nothing of whose it was.
#[test]
fn a_fault_is_reported_without_anybody_in_it() {
    let got = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&got);
    let receiver = loopback::serve(move |ask| {
        let head: String = ask.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        into.lock().unwrap().push(format!(
            "{} {}\n{head}{}",
            ask.method,
            ask.path,
            String::from_utf8_lossy(&ask.body)
        ));
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".into()
    });
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::default().data(folder.path()).start();
    let world = demo.world().clone();
    assert!(demo.terminate().success());
    let dsn = receiver.base().replace("http://", "http://public@") + "/42";
    let server = Serve::on(folder.path())
        .environment("SENTRY_DSN", &dsn)
        .argument("--trusted-proxies=127.0.0.1")
        .start();
    // what the database says when somebody applies tells of a person
    Db::of(&world).run(
        "CREATE TRIGGER planted BEFORE INSERT ON accounts BEGIN \
         SELECT RAISE(ABORT, 'no such room for Planted.Person@mail.example from 203.0.113.77 with token=PLANTED123'); END",
    );
    let persona = world.persona("agency-owner");
    let cookie = persona.cookie.clone().unwrap();
    let mut client = Client::new(server.base()).with_cookie(&cookie);
    let form = form_to(&client.get("/sign-up"), "/sign-up").with("kind", "agency");
    let form = form.with("name", "Planted Name").with("workspace", "Planted House");
    let form = form.with("email", "typed.person@mail.example").with("application", "Planted words.");
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let ask = Ask::new("POST", "/sign-up").header("User-Agent", "Planted-Browser/1");
    let ask = ask.header("Referer", &format!("{}/sign-up?planted=query", server.base()));
    let answer = client.send(&ask.header("X-Forwarded-For", "203.0.113.77").form(&fields));
    assert_eq!(answer.status, 500, "{}", answer.text());
    let id = answer.header("x-request-id").unwrap().to_owned();
    let report = eventually("a report", || got.lock().unwrap().iter().find(|it| it.contains(&id)).cloned());
    assert!(report.starts_with("POST /api/42/envelope/"), "{report}");
    for kept in ["no such room for [address] from [address]", env!("CARGO_PKG_VERSION")] {
        assert!(report.contains(kept), "{kept} is missing: {report}");
    }
    drop(server);
    let all = got.lock().unwrap().join("\n").to_ascii_lowercase();
    let secrets = ["planted", "typed.person", "203.0.113", cookie.split_once('=').unwrap().1, "agency-owner"];
    let whose = [persona.account.clone().unwrap(), persona.workspace.clone().unwrap()];
    for secret in secrets.into_iter().chain(whose.iter().map(String::as_str)) {
        assert!(!all.contains(&secret.to_ascii_lowercase()), "{secret} is in {all}");
    }
}
