//! Things that work once: a page that is out of date, a form sent twice, a link opened twice.

use crate::support::db::{Db, difference};
use crate::support::http::{Answer, Client};
use crate::support::mail;
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;

on_both!(
    a_page_that_is_out_of_date_changes_nothing,
    a_confirmation_sent_twice_is_done_once,
    a_sign_in_link_works_once_and_for_the_browser_that_asked
);

/// The form on a page whose action ends so.
#[track_caller]
pub fn form_to(page: &Answer, ending: &str) -> Form {
    let forms = page.page().forms();
    let found = forms.iter().find(|it| it.method == "post" && it.action.ends_with(ending));
    found.unwrap_or_else(|| panic!("no form to {ending}: {} {}", page.status, page.text())).clone()
}

fn a_page_that_is_out_of_date_changes_nothing(demo: &Program) {
    let world = demo.world();
    let persona = world.persona("artist");
    let path = format!("/w/{}/profile", persona.workspace.clone().unwrap());
    let (mut one, mut other) = (world.client(persona), world.client(persona));
    // two windows show the same version
    let first = form_to(&one.get(&path), "/edit").with("biography", "Written in the first window.");
    let second = form_to(&other.get(&path), "/edit").with("biography", "Written in the second window.");
    assert_eq!(one.submit(&first).status, 303);
    let mut db = Db::of(world);
    let before = db.print();
    let stale = other.submit(&second);
    assert_eq!(stale.status, 409, "{}", stale.text());
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());
    assert!(one.get(&path).text().contains("Written in the first window."));
}

fn a_confirmation_sent_twice_is_done_once(demo: &Program) {
    let world = demo.world();
    let persona = world.persona("presenter-discovery");
    let own = persona.workspace.clone().unwrap();
    let engagement = world.facts.engagements.iter().find(|it| it.presenter == own).unwrap();
    let path = engagement.path.replace("{workspace}", &own);
    let mut client = world.client(persona);
    let form = form_to(&client.get(&format!("{path}/message")), "/message")
        .with("body", "Said once, whatever is pressed.");
    let prepared = client.submit(&form);
    let draft = prepared.header("location").unwrap_or_default().to_owned();
    let confirm = form_to(&client.get(&draft), &draft);
    assert_eq!(client.submit(&confirm).status, 303);
    let mut db = Db::of(world);
    let (before, letters) = (db.print(), db.letters());
    let again = client.submit(&confirm);
    assert!(matches!(again.status, 403 | 409), "{}: {}", again.status, again.text());
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());
    assert_eq!(db.letters(), letters, "nobody is written to twice");
    let sent = db.texts("SELECT id AS text FROM messages WHERE body = 'Said once, whatever is pressed.'");
    assert_eq!(sent.len(), 1);
}

fn a_sign_in_link_works_once_and_for_the_browser_that_asked(demo: &Program) {
    let world = demo.world();
    let mailbox = "presenter-season@demo.example";
    let mut browser = Client::new(&world.base);
    let asked = form_to(&browser.get("/sign-in"), "/sign-in").with("email", mailbox);
    let answer = browser.submit(&asked);
    assert!(matches!(answer.status, 200 | 303), "{}", answer.text());
    let letter = mail::to(world, mailbox);
    let link = mail::link(&letter, "/sign-in/link");
    // a mail scanner opens every link, and uses up none
    let mut scanner = Client::new(&world.base);
    assert_eq!(scanner.get(&link).status, 200);
    // somebody else's browser does not get in by the link alone
    let page = scanner.get(&link);
    if let Some(form) = page.page().forms().into_iter().find(|it| it.action.ends_with("/sign-in/link")) {
        scanner.submit(&form);
        let own = world.persona("presenter-season").workspace.clone().unwrap();
        assert_eq!(
            scanner.get(&format!("/w/{own}")).status,
            303,
            "a link opened elsewhere signed somebody in"
        );
    }
    let button = form_to(&browser.get(&link), "/sign-in/link");
    let entered = browser.submit(&button);
    assert_eq!(entered.status, 303, "{}", entered.text());
    let mut db = Db::of(world);
    let before = db.print();
    let mut late = Client::new(&world.base);
    for (name, value) in browser.cookies() {
        // the browser that asked, before it was signed in
        if name != "kalinklo" {
            late = late.with_cookie(&format!("{name}={value}"));
        }
    }
    let page = late.get(&link);
    if let Some(form) = page.page().forms().into_iter().find(|it| it.action.ends_with("/sign-in/link")) {
        let second = late.submit(&form);
        assert!((400..500).contains(&second.status), "{}: {}", second.status, second.text());
    }
    let own = world.persona("presenter-season").workspace.clone().unwrap();
    assert_eq!(late.get(&format!("/w/{own}")).status, 303, "a used link signed somebody in");
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());
}
