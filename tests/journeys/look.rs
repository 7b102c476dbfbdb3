//! Every kind of page in a real browser: light and dark, on a desk and on a telephone. Axe finds nothing, nothing is
//! wider than its window, and the browser's own console is silent.

use crate::browser::axe;
use crate::browser::driver::{Browser, Options};
use crate::crawler::walk::walk;
use crate::support::program::Program;
use crate::support::routes;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where pictures go: a folder that is named, or one that goes away.
pub struct Pictures {
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Pictures {
    /// `KALINKLO_PICTURES` names a folder to keep them.
    pub fn new() -> Self {
        if let Some(folder) = std::env::var_os("KALINKLO_PICTURES") {
            let folder = PathBuf::from(folder);
            std::fs::create_dir_all(&folder).unwrap();
            return Self { folder, _temporary: None };
        }
        let temporary = tempfile::tempdir().unwrap();
        Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) }
    }

    pub fn take(&self, browser: &mut Browser, name: &str) {
        let name: String = name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
        browser.screenshot(&self.folder.join(format!("{}.png", name.trim_matches('-'))));
    }
}

/// What is wrong with the page that is open. Needs JavaScript on.
pub fn faults(browser: &mut Browser) -> Vec<String> {
    let failed = "Failed to load resource: the server responded with a status of 4";
    let expected = [
        // an address that is refused or unknown, or a form that comes back, is no fault of its page
        format!("{} - {failed}", browser.url()),
        // a bare text, as tests open to set a cookie, names no picture of its own, and the browser looks for one
        format!("/favicon.ico - {failed}"),
        // which features there are differs from browser to browser; we forbid them all
        "Permissions-Policy header: Unrecognized feature".into(),
    ];
    let mut wrong = browser.console();
    wrong.retain(|it| !expected.iter().any(|known| it.contains(known)));
    wrong.extend(axe::violations(browser));
    let over = browser.run("return document.documentElement.scrollWidth - window.innerWidth");
    if over.as_i64().unwrap_or(1) > 0 {
        wrong.push(format!("{over} pixels wider than its window"));
    }
    // what is wider than its own box lies over what stands beside it
    let spilt = browser.run(
        "return [...document.querySelectorAll('main *')].filter(it => { const style = getComputedStyle(it); \
         return style.display !== 'inline' && style.overflowX === 'visible' && it.clientWidth > 0 && \
         it.scrollWidth > it.clientWidth + 1; }).map(it => `${it.tagName}.${it.className}: ${it.textContent.trim().slice(0, 40)}`)",
    );
    wrong.extend(spilt.as_array().into_iter().flatten().map(|it| format!("wider than its place: {it}")));
    // what our own looking left there
    browser.console();
    wrong
}

/// One address of each kind of page, with who reaches it: static pages, and a page of each route.
fn kinds(demo: &Program) -> BTreeMap<String, (String, String)> {
    let world = demo.world();
    let routes = routes::all();
    let mut kinds = BTreeMap::new();
    for persona in &world.personas {
        for it in walk(world, persona, &[], &[]).visited {
            let is_page = it.answer.header("content-type").is_some_and(|it| it.starts_with("text/html"));
            if it.answer.status != 200 || !is_page {
                continue;
            }
            let path = it.path.split('?').next().unwrap_or_default().to_owned();
            // of the made-up profiles of the site one is as good as another
            let kind = match routes::find(&routes, "GET", &path) {
                Some(route) => route.path.clone(),
                None => match path.trim_matches('/').split_once('/') {
                    // but theorems, matrix and schema are pages of their own
                    Some(("policies", page)) if !page.starts_with('p') => path.clone(),
                    Some((shelf, _)) => format!("/{shelf}/…"),
                    None => path.clone(),
                },
            };
            kinds.entry(kind).or_insert((persona.name.clone(), path));
        }
    }
    kinds
}

fn every_kind(options: Options, name: &str) {
    let demo = Program::demo();
    let world = demo.world();
    let kinds = kinds(&demo);
    let pictures = Pictures::new();
    let mut browser = Browser::start(options);
    let mut wrong = Vec::new();
    for (kind, (persona, path)) in &kinds {
        browser.goto(&format!("{}/robots.txt", world.base));
        browser.command("DELETE", "/cookie", &serde_json::Value::Null);
        if let Some(cookie) = &world.persona(persona).cookie {
            browser.cookie(cookie);
        }
        browser.goto(&format!("{}{path}", world.base));
        wrong.extend(faults(&mut browser).into_iter().map(|fault| format!("{kind} as {persona}: {fault}")));
        pictures.take(&mut browser, &format!("{name}{kind}"));
    }
    // an answer of the explorer, with its sources, its clauses and a query
    browser.command("DELETE", "/cookie", &serde_json::Value::Null);
    browser.goto(&format!("{}/explore?as=agency-partner&do=FindListing&on=profile-listed", world.base));
    wrong.extend(faults(&mut browser).into_iter().map(|fault| format!("explorer: {fault}")));
    pictures.take(&mut browser, &format!("{name}-explorer"));
    // what nobody is led to: a refusal, and an address that is none
    browser.command("DELETE", "/cookie", &serde_json::Value::Null);
    browser.cookie(world.persona("artist").cookie.as_deref().unwrap());
    for (kind, path) in
        [("refusal", format!("/w/{}", world.facts.workspaces[0].id)), ("unknown", "/nowhere".into())]
    {
        browser.goto(&format!("{}{path}", world.base));
        wrong.extend(faults(&mut browser).into_iter().map(|fault| format!("{kind}: {fault}")));
        pictures.take(&mut browser, &format!("{name}-{kind}"));
    }
    assert!(wrong.is_empty(), "{name}: {} faults:\n{}", wrong.len(), wrong.join("\n"));
    assert!(kinds.len() > 20, "only {} kinds of pages", kinds.len());
    for it in ["/policies", "/policies/…", "/policies/theorems/", "/policies/matrix/", "/policies/schema/"]
    {
        assert!(
            kinds.keys().any(|kind| kind.trim_end_matches('/') == it.trim_end_matches('/')),
            "{it} is not among {kinds:?}"
        );
    }
}

#[test]
fn every_kind_of_page_on_a_desk_by_day() {
    every_kind(Options::default(), "desk-light");
}

#[test]
fn every_kind_of_page_on_a_telephone_by_night() {
    every_kind(Options { width: 360, height: 780, dark: true, ..Options::default() }, "telephone-dark");
}
