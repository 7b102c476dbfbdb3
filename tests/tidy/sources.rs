//! Rules about source files, templates and migrations.

use super::{Source, nothing_but, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Files of more lines, each with its reason.
const LONG: &[(&str, &str)] =
    &[("server/store/tests/lists/world.rs", "one random world, drawn and planted in one go")];
/// How many lines a source file has at most.
const LINES: usize = 400;

/// Places outside the policies that compare a role or a side, each with its reason.
const ROLES: &[(&str, &str)] =
    &[("server/web/src/pages/engagements/parts.rs", "says whose move is next, and allows nothing")];

/// Files whose text is not ours to change.
const GIVEN: &[&str] = &["Cargo.lock", "LICENSE"];

/// Code of the program: not its tests, nor its benchmarks.
fn is_server(it: &Source) -> bool {
    let is_other = ["/tests/", "/benches/", "/examples/"].into_iter().any(|folder| it.path.contains(folder));
    it.path.starts_with("server/") && it.is(".rs") && !is_other && !it.is("/tests.rs")
}

fn is_template(it: &Source) -> bool {
    [".html", ".xml", ".svg"].into_iter().any(|ending| it.is(ending))
}

/// `path:line: words` for each line of code that holds one of these.
fn found(of: impl Fn(&Source) -> bool, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|it| of(it)) {
        for (at, line) in source.code() {
            for word in words.iter().filter(|it| line.contains(*it)) {
                found.push(format!("{}:{at}: {word}: {}", source.path, line.trim()));
            }
        }
    }
    found
}

#[test]
fn each_module_says_what_it_is() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|it| it.is(".rs") && !it.path.contains("/fixtures/") && !it.text.starts_with("//! "))
        .map(|it| it.path)
        .collect();
    nothing_but(&[], &silent, "these files do not begin with a line `//! what it is`");
}

#[test]
fn files_are_short() {
    let is_source =
        |it: &Source| [".rs", ".html", ".css", ".sh", ".cedar"].into_iter().any(|ending| it.is(ending));
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|it| is_source(it) && it.text.lines().count() > LINES)
        .map(|it| format!("{}: {} lines", it.path, it.text.lines().count()))
        .collect();
    nothing_but(LONG, &long, "these files have more than 400 lines");
}

#[test]
fn no_request_can_panic_by_our_own_word() {
    let words = [
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "clippy::unwrap_used",
        "clippy::expect_used",
    ];
    nothing_but(&[], &found(is_server, &words), "in server/ these stand outside tests");
}

#[test]
fn roles_and_sides_are_compared_by_policies_alone() {
    let words = [
        "role ==",
        "role !=",
        "role() ==",
        "role() !=",
        "== Role::",
        "!= Role::",
        "Role::Owner =>",
        "Role::Manager =>",
        "Role::Assistant =>",
        "Role::Owner |",
        "Role::Manager |",
        "matches!(role",
        ".is_admin {",
        "is_admin &&",
        "!is_admin",
        "is_owner",
        "side() ==",
        "side() !=",
        "side == own",
        "side != own",
        "Some(it.side)",
        "Some(side)",
        "Turn::of(",
    ];
    let outside = |it: &Source| {
        is_server(it) && !it.path.starts_with("server/policy/") && !it.path.starts_with("server/domain/")
    };
    nothing_but(ROLES, &found(outside, &words), "who may do what is decided in policies/ alone");
}

/// Places where a page reads a form or writes without `server/web/src/change.rs`, each with its reason.
const ROADS: &[(&str, &str)] = &[
    (
        "server/web/src/pages/accounts/browser.rs",
        "forms of people who are not signed in, opened as sheets too",
    ),
    ("server/web/src/pages/accounts/link.rs", "a sign-in link works once by itself"),
    ("server/web/src/pages/accounts/patience.rs", "an address's try counts whatever becomes of its form"),
    ("server/web/src/pages/accounts/sign_in.rs", "a code works once by itself, and each try counts"),
    ("server/web/src/pages/admin/factor.rs", "a try at a code counts whatever becomes of its form"),
    ("server/web/src/pages/admin/step_up.rs", "a try at a code counts whatever becomes of its form"),
    ("server/web/src/pages/public/contact.rs", "a form without a session, taken once by its dated token"),
    (
        "server/web/src/pages/public/request_hold.rs",
        "a form without a session, taken once by its dated token",
    ),
];

/// No clock can hold in a test that a comparison takes the same time wherever two secrets differ; that each is made by the
/// means for it can be held.
#[test]
fn secrets_are_compared_in_constant_time() {
    let means = [
        ("server/web/src/edge.rs", "ct_eq("),
        ("server/web/src/totp.rs", "ct_eq("),
        ("server/web/src/csrf.rs", "verify_slice("),
    ];
    let all = sources();
    for (path, means) in means {
        let it = all.iter().find(|it| it.path == path).unwrap_or_else(|| panic!("{path} is elsewhere"));
        let code: Vec<&str> = it.code().map(|it| it.1).collect();
        assert!(code.iter().any(|it| it.contains(means)), "{path} compares otherwise than by `{means}`");
        let plain = [
            "presented ==",
            "== presented",
            "token ==",
            "== token",
            "tag ==",
            "== tag",
            "code ==",
            "== code",
        ];
        let wrong: Vec<_> = code.iter().filter(|it| plain.iter().any(|one| it.contains(one))).collect();
        assert!(wrong.is_empty(), "{path}: {wrong:?}");
    }
    // and the operator's token cannot be compared otherwise by whoever holds one
    let edge = all.iter().find(|it| it.path == "server/web/src/edge.rs").map_or("", |it| it.text.as_str());
    let derived = edge.split("pub struct OpsToken").next().and_then(|it| it.lines().last());
    assert!(
        derived.is_some_and(|it| it.starts_with("#[derive(") && !it.contains("PartialEq")),
        "{derived:?}"
    );
}

#[test]
fn forms_are_taken_by_one_road() {
    let pages = |it: &Source| is_server(it) && it.path.starts_with("server/web/src/pages/");
    let words = [".form().await", ".upload().await", "&visit.house.store", "&house.store,", ".store.once("];
    nothing_but(
        ROADS,
        &found(pages, &words),
        "a page takes a form by `Call::change`, and writes with the store that its sheet gives",
    );
}

#[test]
fn templates_hold_nothing_inline_and_no_script() {
    let words = [
        "<script",
        "<style",
        " style=",
        "javascript:",
        " onclick=",
        " onload=",
        " onsubmit=",
        " onchange=",
        " onerror=",
    ];
    let of =
        |it: &Source| is_template(it) && (it.path.starts_with("server/") || it.path.starts_with("site/"));
    nothing_but(&[], &found(of, &words), "the pages' policy would refuse these");
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    let words = [
        "src=\"http",
        "src=\"//",
        "url(http",
        "url(\"http",
        "url(//",
        "@import \"http",
        "rel=\"stylesheet\" href=\"http",
    ];
    let of = |it: &Source| {
        (is_template(it) || it.is(".css")) && (it.path.starts_with("server/") || it.path.starts_with("site/"))
    };
    nothing_but(&[], &found(of, &words), "no page asks a third party for anything");
}

#[test]
fn messages_of_the_log_are_literals() {
    let macros = ["error!(", "warn!(", "info!(", "debug!(", "trace!("];
    let mut found = Vec::new();
    for source in sources().iter().filter(|it| is_server(it)) {
        for (at, line) in source.code() {
            // What varies is a field, so that the list of kept fields sees it; `{` in a literal would slip past.
            let Some(begin) = macros.iter().find_map(|it| line.find(it).map(|at| at + it.len())) else {
                continue;
            };
            let message = line[begin..].rsplit('"').nth(1).unwrap_or_default();
            if message.contains('{') {
                found.push(format!("{}:{at}: {}", source.path, line.trim()));
            }
        }
    }
    nothing_but(&[], &found, "put what varies into a field");
}

#[test]
fn migrations_go_up_and_down_on_both_databases() {
    let mut kept: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        for database in ["sqlite", "postgres"] {
            if let Some((_, rest)) = source.path.split_once(&format!("migrations/{database}/"))
                && source.is(".sql")
            {
                assert!(!source.text.trim().is_empty(), "{} is empty", source.path);
                kept.entry(database).or_default().insert(rest.to_owned());
            }
        }
    }
    let (sqlite, postgres) =
        (kept.remove("sqlite").unwrap_or_default(), kept.remove("postgres").unwrap_or_default());
    assert!(!sqlite.is_empty(), "no migrations were found");
    assert_eq!(sqlite, postgres, "both databases have the same migrations");
    for path in &sqlite {
        let pair = if path.ends_with("up.sql") {
            path.replace("up.sql", "down.sql")
        } else {
            path.replace("down.sql", "up.sql")
        };
        assert!(sqlite.contains(&pair), "{path} has no {pair}");
    }
}

#[test]
fn the_text_names_no_machine_and_no_errand() {
    // Written in parts, so that this file does not hold them.
    let words = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/tmp/", "brief"),
        concat!("issue", " #"),
        concat!("issues", " show"),
        concat!("index.crates", ".io"),
        concat!("registry.", "npmjs"),
        concat!("pypi", ".org"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    let mut found = Vec::new();
    for source in sources().iter().filter(|it| !GIVEN.contains(&it.path.as_str())) {
        for (at, line) in source.text.lines().enumerate() {
            for word in words.iter().filter(|it| line.contains(*it)) {
                found.push(format!("{}:{}: {word}", source.path, at + 1));
            }
        }
    }
    nothing_but(&[], &found, "these words have no place here");
}
