//! From a stranger to a member: application, waiting, a person's decision, and a way in by mail alone.

use super::look::{Pictures, faults};
use crate::browser::driver::{Browser, Options};
use crate::support::mail;
use crate::support::program::{Program, eventually};
use crate::support::world::World;

/// Signs in by the newest link that goes to the address, as a person does.
fn sign_in(browser: &mut Browser, world: &World, address: &str) {
    let before = mail::all_to(world, address).len();
    browser.goto(&format!("{}/sign-in", world.base));
    browser.fill("[name=email]", address);
    browser.click("main form[method=post] button");
    let letter = eventually("the letter with the link", || {
        let letters = mail::all_to(world, address);
        letters.into_iter().skip(before).find(|it| it.contains("/sign-in/link"))
    });
    browser.goto(&format!("{}{}", world.base, mail::link(&letter, "/sign-in/link")));
    browser.click("main form[action$='/sign-in/link'] button");
}

fn arrival(javascript: bool) {
    const ADDRESS: &str = "ottilie.brand@mail.example";
    const WORKSPACE: &str = "Trio Ottilie Brand";
    let demo = Program::demo();
    let world = demo.world();
    let options = Options { javascript, ..Options::default() };
    let mut browser = Browser::start(options);
    let pictures = Pictures::new();
    let look = |browser: &mut Browser, name: &str| {
        if javascript {
            assert_eq!(faults(browser), Vec::<String>::new(), "{name}");
            pictures.take(browser, name);
        }
    };
    browser.goto(&format!("{}/sign-up", world.base));
    look(&mut browser, "sign-up");
    // nothing typed: the form again, which says what is missing
    browser.click("main form[action$='/sign-up'] button");
    assert!(browser.title().starts_with("Error"), "{}", browser.title());
    look(&mut browser, "sign-up-faults");
    browser.click("[name=kind][value=artist]");
    browser.fill("[name=name]", "Ottilie Brand");
    browser.fill("[name=workspace]", WORKSPACE);
    browser.fill("[name=email]", ADDRESS);
    browser.fill("[name=application]", "A piano trio from Graz; twelve seasons, three recordings.");
    browser.click("main form[action$='/sign-up'] button");
    look(&mut browser, "sign-up-done");

    sign_in(&mut browser, world, ADDRESS);
    assert!(browser.path().starts_with("/waiting"), "{}", browser.path());
    look(&mut browser, "waiting");

    let mut admin = Browser::start(options);
    admin.goto(&format!("{}/", world.base));
    admin.cookie(world.persona("admin").cookie.as_deref().unwrap());
    admin.goto(&format!("{}/admin/approvals", world.base));
    look(&mut admin, "approvals");
    let link =
        admin.texts("main a").into_iter().find(|it| it.contains("Ottilie Brand") || it.contains(WORKSPACE));
    let link = link.expect("the application is listed");
    admin.click_link(&link);
    look(&mut admin, "application");
    admin.click("form[action$='/approve'] button");

    let told = eventually("the letter of the decision", || {
        mail::all_to(world, ADDRESS).into_iter().find(|it| it.contains("approved"))
    });
    assert!(told.contains("/sign-in"), "{told}");
    // the gate opens on the next request
    browser.goto(&format!("{}/waiting", world.base));
    assert!(!browser.path().starts_with("/waiting"), "{}: {}", browser.path(), browser.text("h1"));
    // and a new browser comes in by mail alone
    let mut other = Browser::start(options);
    sign_in(&mut other, world, ADDRESS);
    assert!(other.path().starts_with("/w/") || other.path().starts_with("/you"), "{}", other.path());
    look(&mut other, "first-day");
}

#[test]
fn a_stranger_applies_is_approved_and_signs_in() {
    arrival(true);
}

#[test]
fn a_stranger_applies_is_approved_and_signs_in_without_javascript() {
    arrival(false);
}
