//! Things that work once: a page that is out of date, a form sent twice, a link opened twice.

use super::mutants::filled;
use crate::support::db::{Db, difference};
use crate::support::http::{Answer, Client};
use crate::support::mail;
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;

on_both!(
    a_page_that_is_out_of_date_changes_nothing,
    a_confirmation_sent_twice_is_done_once,
    a_sign_in_link_works_once_and_for_the_browser_that_asked,
    links_in_letters_work_once,
    what_was_typed_over_another_edition_is_given_back
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
    // it says what stands now where it differs, and nothing that was typed is lost
    let page = stale.page();
    assert_eq!(page.text("#summary"), "Somebody changed this in the meantime");
    let changed = page.texts(".fault li");
    assert!(changed.len() == 1 && changed[0].contains("Written in the first window."), "{changed:?}");
    let again = form_to(&stale, "/edit");
    assert_eq!(again.value("biography"), Some("Written in the second window."));
    // sent once more, now knowing of the other, it takes its place
    let took = other.submit(&again);
    assert_eq!(took.status, 303, "{}", took.text());
    assert!(one.get(&path).text().contains("Written in the second window."));
}

/// Where the form cannot be shown again with what stands now, what was typed is given back.
fn what_was_typed_over_another_edition_is_given_back(demo: &Program) {
    let world = demo.world();
    let persona = world.persona("presenter-discovery");
    let own = persona.workspace.clone().unwrap();
    let engagement = world.facts.engagements.iter().find(|it| it.presenter == own).unwrap();
    let path = engagement.path.replace("{workspace}", &own);
    let (mut one, mut other) = (world.client(persona), world.client(persona));
    let first = form_to(&one.get(&format!("{path}/message")), "/message").with("body", "Its first words.");
    let draft = one.submit(&first).header("location").unwrap_or_default().to_owned();
    let id = draft.rsplit('/').next().unwrap_or_default().to_owned();
    let editing = format!("{path}/message?draft={id}");
    let theirs = form_to(&one.get(&editing), "/message").with("body", "Changed in the first window.");
    let ours = form_to(&other.get(&editing), "/message")
        .with("body", "Changed in the second window,\non two lines.");
    assert_eq!(one.submit(&theirs).status, 303);
    let stale = other.submit(&ours);
    assert_eq!(stale.status, 409, "{}", stale.text());
    let page = stale.page();
    assert_eq!(page.text("#typed"), "What you typed");
    let kept = page.texts("dd").join(" ");
    assert!(kept.contains("Changed in the second window,") && kept.contains("on two lines."), "{kept}");
    assert!(!stale.text().contains(&id), "what the form brought along is nobody's words");
    assert!(one.get(&draft).text().contains("Changed in the first window."));
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
    let once = client.submit(&confirm);
    assert_eq!(once.status, 303);
    let mut db = Db::of(world);
    let (before, letters) = (db.print(), db.letters());
    // the second press says so, or leads where the first one led; it never does it again
    let again = client.submit(&confirm);
    let is_led = again.status == 303 && again.header("location") == once.header("location");
    assert!(is_led || matches!(again.status, 403 | 409), "{}: {}", again.status, again.text());
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
    let link = mail::linked(world, mailbox, "/sign-in/link");
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

/// The button on the page behind a link; none where the link opens nothing any more.
fn button(client: &mut Client, link: &str, ending: &str) -> Option<Form> {
    let forms = client.get(link).page().forms();
    forms.into_iter().find(|it| it.method == "post" && it.action.ends_with(ending))
}

fn links_in_letters_work_once(demo: &Program) {
    let world = demo.world();
    let agency = format!("/w/{}", world.persona("agency-owner").workspace.clone().unwrap());
    let mut owner = demo.as_persona("agency-owner");
    let mut db = Db::of(world);

    // an invitation of somebody new
    let invited = "new.colleague@mail.example";
    let invite = |owner: &mut Client, mailbox: &str| {
        let form = form_to(&owner.get(&format!("{agency}/team")), "/team/invitations")
            .with("email", mailbox)
            .with("role", "assistant");
        assert_eq!(owner.submit(&form).status, 303);
        mail::linked(world, mailbox, "/join")
    };
    let link = invite(&mut owner, invited);
    let (mut one, mut other) = (demo.visitor(), demo.visitor());
    let first = button(&mut one, &link, "/join").unwrap().with("name", "The first who came");
    let second = button(&mut other, &link, "/join").unwrap().with("name", "The second who came");
    assert_eq!(one.submit(&first).header("location"), Some("/sign-up/done"));
    let before = db.print();
    let late = other.submit(&second);
    assert_eq!(late.status, 410, "{}", late.text());
    assert!(button(&mut other, &link, "/join").is_none());
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());

    // an invitation of somebody who is here
    let link = invite(&mut owner, "presenter-season@demo.example");
    let (mut one, mut other) = (demo.as_persona("presenter-season"), demo.as_persona("presenter-season"));
    let first = button(&mut one, &link, "/join/accept").unwrap();
    let second = button(&mut other, &link, "/join/accept").unwrap();
    assert_eq!(one.submit(&first).header("location"), Some(agency.as_str()));
    let before = db.print();
    let late = other.submit(&second);
    assert_eq!(late.status, 410, "{}", late.text());
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());

    // a profile to claim
    let keep = filled(&form_to(&owner.get(&format!("{agency}/roster/keep")), "/roster/keep"));
    let kept = owner.submit(&keep).header("location").unwrap_or_default().to_owned();
    let claims = "artist-other@demo.example";
    let form = form_to(&owner.get(&kept), "/claim-link").with("artist_email", claims);
    assert_eq!(owner.submit(&form).status, 303);
    let link = mail::linked(world, claims, "/claim/");
    let mut one = demo.as_persona("artist-other");
    let forms: Vec<Form> = (0..2)
        .map(|_| {
            one.get(&link).page().forms().into_iter().find(|it| it.action.starts_with("/claim/")).unwrap()
        })
        .collect();
    assert_eq!(one.submit(&forms[0]).status, 303);
    let before = db.print();
    let late = one.submit(&forms[1]);
    assert_eq!(late.status, 403, "{}", late.text());
    assert_eq!(one.get(&link).status, 403);
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new());
}
