//! From a request to a hold, each step prepared, shown and confirmed; and the confirmation that must not go through.

use super::look::{Pictures, faults};
use crate::browser::driver::{Browser, Options};
use crate::input::links::form_to;
use crate::oracle::Oracle;
use crate::support::db::{Db, difference};
use crate::support::program::Program;
use crate::support::world::{Persona, World};

/// The button that confirms what a draft's page shows.
const CONFIRM: &str = "main form[action*='/drafts/']:not([action$='/discard']) button";

/// A browser signed in as the persona, at their first page.
fn signed_in(world: &World, persona: &Persona, options: Options) -> Browser {
    let mut browser = Browser::start(options);
    browser.goto(&format!("{}/robots.txt", world.base));
    browser.cookie(persona.cookie.as_deref().unwrap());
    browser.goto(&format!("{}/w/{}", world.base, persona.workspace.as_deref().unwrap()));
    browser
}

fn fill_day(browser: &mut Browser, prefix: &str, [day, month, year]: [&str; 3]) {
    for (part, text) in [("day", day), ("month", month), ("year", year)] {
        browser.fill(&format!("[name={prefix}_{part}]"), text);
    }
}

fn request_to_hold(javascript: bool) {
    const TITLE: &str = "Quiet evenings in May";
    let demo = Program::demo();
    let world = demo.world();
    let mut db = Db::of(world);
    let oracle = Oracle::new(world, &mut db);
    let options = Options { javascript, ..Options::default() };
    let (presenter, agency) = (world.persona("presenter-discovery"), world.persona("agency-owner"));
    let (asks, answers) = (presenter.workspace.clone().unwrap(), agency.workspace.clone().unwrap());
    let artist = world
        .facts
        .artists
        .iter()
        .find(|it| it.agencies.contains(&answers) && oracle.finds(presenter, it))
        .unwrap();
    let pictures = Pictures::new();
    let look = |browser: &mut Browser, name: &str| {
        if javascript {
            assert_eq!(faults(browser), Vec::<String>::new(), "{name}");
            pictures.take(browser, name);
        }
    };

    // the presenter asks
    let mut one = signed_in(world, presenter, options);
    one.goto(&format!("{}/w/{asks}/artists/{}/request", world.base, artist.id));
    look(&mut one, "request-blank");
    one.fill("[name=title]", TITLE);
    fill_day(&mut one, "first", ["14", "5", "2031"]);
    fill_day(&mut one, "last", ["15", "5", "2031"]);
    one.fill("[name=venue]", "Small Hall");
    one.fill("[name=programme]", "Schubert, the last three sonatas.");
    one.fill("[name=fee]", "4200");
    one.press("main form[action$='/request'] button");
    assert!(one.path().contains("/drafts/"), "{}: {}", one.path(), one.source());
    look(&mut one, "request-confirm");
    // shown exactly as it will go out, and not there before it is confirmed
    for said in [TITLE, "Small Hall", "Schubert, the last three sonatas.", &artist.name] {
        assert!(one.text("main").contains(said), "{said} is not on the page that asks for confirmation");
    }
    let there = format!("SELECT id AS text FROM engagements WHERE title = '{TITLE}'");
    assert!(db.texts(&there).is_empty(), "it went out before it was confirmed");
    one.press(CONFIRM);
    look(&mut one, "request-done");
    let engagement = db.text(&there);
    assert!(!engagement.is_empty(), "{}", one.source());

    // the office answers
    let mut other = signed_in(world, agency, options);
    other.goto(&format!("{}/w/{answers}/requests", world.base));
    look(&mut other, "requests");
    let request = db.text(&format!("SELECT id AS text FROM requests WHERE engagement = '{engagement}'"));
    other.press(&format!("main a[href$='/requests/{request}']"));
    look(&mut other, "request");
    other.press("main a[href$='/hold']");
    look(&mut other, "hold-blank");
    other.press("main form[action$='/hold'] button");
    look(&mut other, "hold-confirm");
    other.press(CONFIRM);
    look(&mut other, "hold-done");
    let hold = db.text(&format!("SELECT state AS text FROM holds WHERE engagement = '{engagement}'"));
    assert_eq!(hold, "active", "{}", other.source());

    // both see it where their engagement tells what happened
    for (browser, own) in [(&mut one, &asks), (&mut other, &answers)] {
        browser.goto(&format!("{}/w/{own}/engagements/{engagement}", world.base));
        let text = browser.text("main");
        assert!(text.contains(TITLE) && text.to_lowercase().contains("hold"), "{text}");
        look(browser, "engagement");
        browser.goto(&format!("{}/w/{own}/engagements/{engagement}/ledger", world.base));
        let text = browser.text("main").to_lowercase();
        assert!(text.contains("hold") && text.contains("granted"), "{text}");
        look(browser, "ledger");
    }
    // and nobody else
    for stranger in ["agency-other", "presenter-season", "artist-other"] {
        let persona = world.persona(stranger);
        let path = format!("/w/{}/engagements/{engagement}", persona.workspace.as_deref().unwrap());
        assert_eq!(world.client(persona).get(&path).status, 403, "{stranger}");
    }
}

#[test]
fn a_request_becomes_a_hold() {
    request_to_hold(true);
}

#[test]
fn a_request_becomes_a_hold_without_javascript() {
    request_to_hold(false);
}

#[test]
fn a_confirmation_is_refused_after_the_draft_changed() {
    changed_draft(true);
}

#[test]
fn a_confirmation_is_refused_after_the_draft_changed_without_javascript() {
    changed_draft(false);
}

/// What was shown is what is sent: a draft that changed meanwhile is not.
fn changed_draft(javascript: bool) {
    let demo = Program::demo();
    let world = demo.world();
    let persona = world.persona("agency-owner");
    let own = persona.workspace.clone().unwrap();
    let engagement = world.facts.engagements.iter().find(|it| it.agency.as_deref() == Some(&*own)).unwrap();
    let path = engagement.path.replace("{workspace}", &own);
    let mut browser = signed_in(world, persona, Options { javascript, ..Options::default() });
    browser.goto(&format!("{}{path}/message", world.base));
    browser.fill("[name=body]", "The first wording.");
    browser.press("main form[action$='/message'] button");
    let draft = browser.path();
    assert!(browser.text("main").contains("The first wording."));

    // the assistant edits the same draft in another window; preparing is theirs, confirming is not
    let mut assistant = world.client(world.persona("agency-assistant"));
    let page = assistant.get(&draft);
    assert!(!page.page().forms().iter().any(|it| it.action == draft), "an assistant may not confirm");
    let edit =
        page.page().links().into_iter().find(|it| it.contains("/message?draft=")).expect("a way to edit");
    let form = form_to(&assistant.get(&edit), "/message").with("body", "Quite another wording.");
    let edited = assistant.submit(&form);
    assert_eq!(edited.status, 303, "{}", edited.text());

    let mut db = Db::of(world);
    let (before, letters) = (db.print(), db.letters());
    browser.press(CONFIRM);
    let said = browser.text("main").to_lowercase();
    assert!(said.contains("changed"), "it says so: {said}");
    if javascript {
        assert_eq!(faults(&mut browser), Vec::<String>::new(), "the refusal");
        Pictures::new().take(&mut browser, "refused-confirmation");
    }
    assert_eq!(difference(&before, &db.print()), Vec::<String>::new(), "and nothing was sent");
    assert_eq!(db.letters(), letters);
    // looked at again, it can be confirmed as it is now
    browser.goto(&format!("{}{draft}", world.base));
    assert!(browser.text("main").contains("Quite another wording."));
    browser.press(CONFIRM);
    let sent = db.texts("SELECT body AS text FROM messages WHERE body LIKE '%wording.'");
    assert_eq!(sent, ["Quite another wording."]);
}
