//! A real Chromium, driven by WebDriver (W3C Recommendation, level 1) through `chromedriver`.
//!
//! Journeys stand on [`driver::Browser`]; the tests here hold the driver itself to what journeys rely on.

pub mod axe;
pub mod driver;

use crate::support::loopback::{Server, serve};
use driver::{Browser, Options};

/// The strictest policy that a page of ours has, and no script allowed.
const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn pages() -> Server {
    serve(|ask| {
        let (path, query) = ask.path.split_once('?').unwrap_or((&ask.path, ""));
        let body = match path {
            "/" => {
                "<main><h1>Desk</h1><p><a href=\"/form\">Ask for a hold</a></p><noscript><p id=\"none\">no script</p></noscript></main>".to_owned()
            }
            "/form" => {
                "<main><h1>Hold</h1><form method=\"post\" action=\"/sent\"><label for=\"note\">Note</label><input id=\"note\" name=\"note\" value=\"old\"><button>Send</button></form></main>".to_owned()
            }
            "/sent" => format!("<main><h1>Sent</h1><pre>{}</pre></main>", String::from_utf8_lossy(&ask.body)),
            "/styled" => "<main><h1 style=\"color:red\">Red</h1></main>".to_owned(),
            "/poor" => "<img src=\"/x.png\"><form><input name=\"a\"></form>".to_owned(),
            _ => format!("<main><h1>Lost</h1><p>{query}</p></main>"),
        };
        let page = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Test page</title></head><body>{body}</body></html>"
        );
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Security-Policy: {CSP}\r\nContent-Length: {}\r\n\r\n{page}",
            page.len()
        )
    })
}

#[test]
fn a_person_reads_types_and_sends() {
    let server = pages();
    let mut browser = Browser::start(Options::default());
    browser.goto(server.base());
    assert_eq!((browser.title().as_str(), browser.text("h1").as_str()), ("Test page", "Desk"));
    browser.click_link("Ask for a hold");
    browser.fill("#note", "für Anna");
    browser.press("button");
    assert_eq!(browser.text("h1"), "Sent");
    assert_eq!(browser.text("pre"), "note=f%C3%BCr+Anna");
    assert_eq!(browser.path(), "/sent");
    assert!(!browser.has("#note"));
}

#[test]
fn the_same_with_javascript_off() {
    let server = pages();
    let mut browser = Browser::start(Options { javascript: false, ..Options::default() });
    browser.goto(server.base());
    assert_eq!(browser.text("#none"), "no script", "scripts of pages must be off");
    browser.click_link("Ask for a hold");
    browser.fill("#note", "later");
    browser.press("button");
    assert_eq!(browser.text("pre"), "note=later");
}

#[test]
fn a_window_has_the_size_asked_for_and_a_picture_is_one() {
    let server = pages();
    let mut browser = Browser::start(Options { width: 390, height: 844, ..Options::default() });
    browser.goto(server.base());
    assert_eq!(browser.run("return window.innerWidth"), 390);
    assert_eq!(browser.run("return matchMedia('(prefers-color-scheme: dark)').matches"), false);
    browser.resize(1280, 800);
    assert_eq!(browser.run("return window.innerWidth"), 1280);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.png");
    browser.screenshot(&path);
    assert!(std::fs::read(path).unwrap().starts_with(b"\x89PNG"));
    let mut dark = Browser::start(Options { dark: true, ..Options::default() });
    dark.goto(server.base());
    assert_eq!(dark.run("return matchMedia('(prefers-color-scheme: dark)').matches"), true);
}

#[test]
fn a_cookie_given_is_sent() {
    let server = serve(|ask| {
        let text = ask.header("cookie").unwrap_or("none").to_owned();
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{text}", text.len())
    });
    let mut browser = Browser::start(Options::default());
    browser.goto(server.base());
    assert_eq!(browser.text("body"), "none");
    browser.cookie("kalinklo=1a");
    browser.goto(server.base());
    assert_eq!(browser.text("body"), "kalinklo=1a");
}

#[test]
fn what_the_console_says_is_read() {
    let server = pages();
    let mut browser = Browser::start(Options::default());
    browser.goto(&format!("{}/form", server.base()));
    assert_eq!(browser.console(), Vec::<String>::new());
    browser.goto(&format!("{}/styled", server.base()));
    let said = browser.console();
    assert!(said.iter().any(|it| it.contains("Content Security Policy")), "{said:?}");
    assert_eq!(browser.console(), Vec::<String>::new(), "once");
}

#[test]
fn axe_looks_under_the_strictest_policy() {
    let server = pages();
    let mut browser = Browser::start(Options::default());
    browser.goto(&format!("{}/form", server.base()));
    assert_eq!(axe::violations(&mut browser), Vec::<String>::new());
    browser.goto(&format!("{}/poor", server.base()));
    let found = axe::violations(&mut browser);
    for rule in ["image-alt", "label"] {
        assert!(found.iter().any(|it| it.starts_with(rule)), "{rule} is missing in {found:?}");
    }
}
