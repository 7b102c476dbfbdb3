//! Letters over HTTP: who still gets them when they are sent, and what invitations say to whom they bring nothing.

use crate::boundaries::forms::sent;
use crate::input::links::form_to;
use crate::profiles::Desk;
use crate::support::db::Db;
use crate::support::mail;
use crate::support::on_both;
use crate::support::program::{Program, eventually};

on_both!(a_letter_for_a_workspace_is_withheld_from_who_left_it, counsel_who_is_there_is_not_invited_twice);

fn a_letter_for_a_workspace_is_withheld_from_who_left_it(demo: &Program) {
    let world = demo.world();
    let db = &mut Db::of(world);
    // who stays, who left, who is no longer approved: each acts for a workspace, and none speaks of an engagement
    let people = ["agency-owner", "agency-assistant", "presenter-season"].map(|it| world.persona(it).clone());
    let account = |at: usize| people[at].account.clone().unwrap();
    db.run(&format!("DELETE FROM memberships WHERE account = '{}'", account(1)));
    db.run(&format!("UPDATE accounts SET status = 'suspended' WHERE id = '{}'", account(2)));
    for (at, it) in people.iter().enumerate() {
        db.run(&format!(
            "INSERT INTO outbox (id, account, workspace, recipient, subject, body, created_at, due_at, state) VALUES \
             ('000000000000000000000{at}', '{}', '{}', '{}@demo.example', 'A mandate, {at}', 'Somebody offers.', 1, 1, \
             'waiting')",
            account(at),
            it.workspace.clone().unwrap(),
            it.name
        ));
    }
    let mut state = |at: usize| {
        let sql = format!("SELECT state AS text FROM outbox WHERE subject = 'A mandate, {at}'");
        eventually("a decision on the letter", || Some(db.text(&sql)).filter(|it| it != "waiting"))
    };
    assert_eq!([0, 1, 2].map(&mut state), ["sent", "withheld", "withheld"]);
    let got = |at: usize| {
        let all = mail::all_to(world, &format!("{}@demo.example", people[at].name));
        all.iter().filter(|it| it.contains("A mandate,")).count()
    };
    assert_eq!([0, 1, 2].map(got), [1, 0, 0]);
}

fn counsel_who_is_there_is_not_invited_twice(demo: &Program) {
    let world = demo.world();
    let db = &mut Db::of(world);
    let counsel = world.persona("counsel").clone();
    let mailbox = "counsel@demo.example";
    let on = world
        .facts
        .engagements
        .iter()
        .find(|it| it.counsel == counsel.account.clone().into_iter().collect::<Vec<_>>());
    let on = on.unwrap();
    let count = |db: &mut Db| db.texts("SELECT id AS text FROM invitations").len();
    // the side that has them
    let mut hall = Desk::of(demo, "presenter-discovery");
    let page = on.path.replace("{workspace}", &on.presenter);
    let (before, letters) = (count(db), db.letters());
    let again = hall.sends(&page, "/counsel", &[("email", mailbox)]);
    assert_eq!(again.status, 409);
    let said = again.page().text("main");
    assert!(said.contains("is your counsel on this engagement already, invited "), "{said}");
    assert_eq!((count(db), db.letters()), (before, letters));
    // another side learns nothing of them, and they are told when they come
    let mut agency = Desk::of(demo, "agency-owner");
    let theirs = on.path.replace("{workspace}", on.agency.as_deref().unwrap());
    agency.does(&theirs, "/counsel", &[("email", mailbox)]);
    let link = mail::linked(world, mailbox, "/join");
    let mut client = world.client(&counsel);
    let button = form_to(&client.get(&link), "/join/accept");
    let taken = client.send(&sent(&button, &button.action));
    assert_eq!(taken.status, 409);
    let said = taken.page().text("main");
    assert!(said.contains("You are counsel on this engagement already, since "), "{said}");
    assert!(!said.contains("this is there already"), "{said}");
}
