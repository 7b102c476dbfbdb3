//! Every form that was shown is taken once: sent twice at the same time, and once more afterwards, it does one thing, and
//! what it does is recorded with it.

use super::mutants::filled;
use super::{Shown, forms_of_all, shown_again, stage};
use crate::boundaries::forms::sent;
use crate::support::db::{Db, difference};
use crate::support::http::{Answer, Ask, Client};
use crate::support::mail;
use crate::support::on_both;
use crate::support::program::{Program, within};
use crate::support::recorded;
use crate::support::routes;
use std::collections::BTreeMap;
use std::time::Duration;

on_both!(a_form_is_taken_once_however_often_it_comes, a_link_is_asked_for_once_by_one_form);

/// What makes or sends something: each must be met here, work, and be told apart from its second sending.
const MAKES: &[&str] = &[
    "POST /admin/codes",
    "POST /api/help/contact",
    "POST /api/request-hold",
    "POST /claim/{profile}",
    "POST /join",
    "POST /sign-up",
    "POST /w/{workspace}/artists/{profile}/claim-link",
    "POST /w/{workspace}/artists/{profile}/edit",
    "POST /w/{workspace}/artists/{profile}/invite",
    "POST /w/{workspace}/artists/{profile}/note",
    "POST /w/{workspace}/artists/{profile}/request",
    "POST /w/{workspace}/documents/{document}/share",
    "POST /w/{workspace}/drafts/{draft}",
    "POST /w/{workspace}/engagements/{engagement}/counsel",
    "POST /w/{workspace}/engagements/{engagement}/documents",
    "POST /w/{workspace}/engagements/{engagement}/invitations/withdraw",
    "POST /w/{workspace}/engagements/{engagement}/message",
    "POST /w/{workspace}/engagements/{engagement}/notes",
    "POST /w/{workspace}/enquiries/{enquiry}",
    "POST /w/{workspace}/holds/{hold}/release",
    "POST /w/{workspace}/holds/{hold}/withdraw",
    "POST /w/{workspace}/mandates/{mandate}/accept",
    "POST /w/{workspace}/offers/{draft}/confirm",
    "POST /w/{workspace}/partners",
    "POST /w/{workspace}/partners/{partnership}/accept",
    "POST /w/{workspace}/partners/{partnership}/end",
    "POST /w/{workspace}/requests/{request}/counter",
    "POST /w/{workspace}/requests/{request}/decline",
    "POST /w/{workspace}/requests/{request}/hold",
    "POST /w/{workspace}/requests/{request}/withdraw",
    "POST /w/{workspace}/roster/keep",
    "POST /w/{workspace}/roster/offer",
    "POST /w/{workspace}/team/invitations",
];

/// What takes away a right that others here need comes last.
const LAST: &[&str] = &[
    "/claim/{profile}",
    "/decline",
    "/discard",
    "/end",
    "/erase",
    "/leave",
    "/others",
    "/remove",
    "/role",
    "/suspend",
    "/sign-out",
];

/// Who claims the profile that an agency keeps, see `stage`.
const CLAIMS: &str = "artist-other@demo.example";

fn a_form_is_taken_once_however_often_it_comes(demo: &Program) {
    let world = demo.world();
    let routes = routes::all();
    let mut db = Db::of(world);
    recorded::insist(&mut db);
    let set = stage::set(demo);
    let mut all: Vec<(String, Shown<'_>)> = forms_of_all(demo, &routes, &set).into_iter().collect();
    all.sort_by_key(|(key, _)| LAST.iter().any(|it| key.ends_with(it)));
    let (mut wrong, mut worked, mut idle) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (key, (persona, found)) in &all {
        let mut client = world.client(persona);
        let mut found = found.clone();
        if key == "POST /claim/{profile}" {
            // the second link, which was sent above, ended the first one
            let mut letters = Vec::new();
            within(Duration::from_secs(10), || {
                letters =
                    mail::all_to(world, CLAIMS).into_iter().filter(|it| it.contains("/claim/")).collect();
                (letters.len() > 1).then_some(())
            });
            found.page = letters.last().map(|it| mail::link(it, "/claim/")).unwrap_or_default();
        }
        let mut form = filled(&shown_again(&mut client, &found));
        if form.of_kind(&["email"]) == ["artist_email"] {
            form = form.with("artist_email", CLAIMS);
        }
        if form.action.starts_with("/api/") {
            // what strangers typed is shown to them first
            let shown = client.submit(&form).page().forms();
            let Some(second) = shown.into_iter().find(|it| it.action == form.action) else {
                wrong.push(format!("{key}: what was typed was not shown"));
                continue;
            };
            form = second;
        }
        let ask = sent(&form, &form.action);
        let letters = db.letters();
        let (one, other) = at_once(&mut client, &ask);
        let acted = db.texts(&format!(
            "SELECT DISTINCT value AS text FROM audit_values WHERE name = 'request' AND value IN ('{}', '{}')",
            id(&one),
            id(&other)
        ));
        if acted.len() > 1 {
            wrong.push(format!("{key}: both of two at once were done"));
        }
        let did = [&one, &other].into_iter().filter(|it| matches!(it.status, 200 | 303)).count();
        if acted.len() == 1 && did > 0 {
            worked.push(key.clone());
        } else {
            let said = one.page().texts("h1, .fault li, .wrong").join("; ");
            idle.insert(key.as_str(), format!("{}: {} {said}", found.page, one.status));
        }
        for answer in [&one, &other] {
            if answer.status >= 500 || (acted.len() == 1 && !clear(answer)) {
                wrong.push(format!("{key}: one of two at once was answered {}", answer.status));
            }
        }
        let sent_by_one = db.letters() - letters;
        let (before, letters) = (db.print(), db.letters());
        let again = client.send(&ask);
        let changed = difference(&before, &db.print());
        if !changed.is_empty() || db.letters() != letters {
            wrong.push(format!("{key}, sent once more: {}, after {sent_by_one} letters", changed.join("; ")));
        }
        if acted.len() == 1 && !clear(&again) {
            wrong.push(format!("{key}, sent once more: {} {}", again.status, again.page().text("h1")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing = MAKES.iter().filter(|it| !worked.iter().any(|key| key == **it));
    let missing: Vec<_> = missing.map(|it| (it, idle.get(it))).collect();
    assert!(missing.is_empty(), "these were not met, or did nothing when filled in well: {missing:#?}");
}

/// Sends one thing twice at the same time, by one browser.
fn at_once(client: &mut Client, ask: &Ask) -> (Answer, Answer) {
    let mut twin = Client::new(&client.base());
    for (name, value) in client.cookies() {
        twin = twin.with_cookie(&format!("{name}={value}"));
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(|| twin.send(ask));
        let one = client.send(ask);
        (one, other.join().unwrap())
    })
}

fn id(answer: &Answer) -> String {
    answer.header("x-request-id").unwrap_or_default().to_owned()
}

/// Whether an answer says that the form was taken, or leads to where it led.
fn clear(answer: &Answer) -> bool {
    match answer.status {
        200 | 303 => true,
        409 => answer.page().text("h1") == "This form was sent already",
        _ => false,
    }
}

fn a_link_is_asked_for_once_by_one_form(demo: &Program) {
    let mut db = Db::of(demo.world());
    let mut count = move || db.text("SELECT CAST(COUNT(*) AS TEXT) AS text FROM sign_in_links");
    let before: usize = count().parse().unwrap();
    // known or not, the answer and the work are the same
    for mailbox in ["artist@demo.example", "nobody@mail.example"] {
        let now: usize = count().parse().unwrap();
        let mut browser = demo.visitor();
        let form = super::links::form_to(&browser.get("/sign-in"), "/sign-in").with("email", mailbox);
        let ask = sent(&form, &form.action);
        let (one, other) = at_once(&mut browser, &ask);
        for answer in [one, other, browser.send(&ask)] {
            assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in/code")));
        }
        assert_eq!(count(), (now + 1).to_string(), "{mailbox}");
    }
    assert_eq!(count(), (before + 2).to_string());
}
