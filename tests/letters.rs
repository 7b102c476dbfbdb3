//! Letters over HTTP: who still gets them when they are sent, and what invitations say to whom they bring nothing.

use crate::boundaries::forms::sent;
use crate::input::links::form_to;
use crate::profiles::Desk;
use crate::support::db::Db;
use crate::support::mail;
use crate::support::on_both;
use crate::support::program::{Program, eventually};

on_both!(
    a_letter_for_a_workspace_is_withheld_from_who_left_it,
    counsel_who_is_there_is_not_invited_twice,
    an_invitation_of_counsel_is_listed_to_its_side_and_taken_back
);

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

fn an_invitation_of_counsel_is_listed_to_its_side_and_taken_back(demo: &Program) {
    let world = demo.world();
    let db = &mut Db::of(world);
    let own = |persona: &str| world.persona(persona).workspace.clone().unwrap();
    let (hall, agency) = (own("presenter-discovery"), own("agency-owner"));
    let both =
        |it: &&crate::support::world::Engagement| it.presenter == hall && it.agency.as_ref() == Some(&agency);
    let on = world.facts.engagements.iter().find(both).unwrap();
    let (page, theirs) = (on.path.replace("{workspace}", &hall), on.path.replace("{workspace}", &agency));
    let mut desk = Desk::of(demo, "presenter-discovery");
    let mailboxes = ["first.counsel@mail.example", "second.counsel@mail.example"];
    let links = mailboxes.map(|mailbox| {
        desk.does(&page, "/counsel", &[("email", mailbox)]);
        mail::linked(world, mailbox, "/join")
    });
    let ids =
        mailboxes.map(|it| db.text(&format!("SELECT id AS text FROM invitations WHERE mailbox = '{it}'")));
    let seen = desk.sees(&page).text();
    assert!(mailboxes.iter().all(|it| seen.contains(it)), "{seen}");
    // the other parties learn nothing of it
    let mut other = Desk::of(demo, "agency-owner");
    let there = other.sees(&theirs);
    assert!(there.status == 200 && mailboxes.iter().all(|it| !there.text().contains(it)), "{}", there.text());

    let form = desk.offered(&page, "/invitations/withdraw").expect("it can be taken back");
    assert_eq!(form.value("invitation"), Some(ids[0].as_str()));
    let letters = db.letters();
    // by nobody but the side that sent it, not even with a form of the agency's own
    other.does(&theirs, "/counsel", &[("email", "third.counsel@mail.example")]);
    let foreign = other.sends(&theirs, "/invitations/withdraw", &[("invitation", &ids[0])]);
    assert_eq!(foreign.status, 403);
    desk.does(&page, "/invitations/withdraw", &[]);
    assert_eq!(db.letters(), letters + 1, "nobody gets a letter but the one who was invited just now");
    let seen = desk.sees(&page).text();
    assert!(!seen.contains(mailboxes[0]) && seen.contains(mailboxes[1]), "{seen}");
    let recorded = format!(
        "SELECT it.value AS text FROM audit_values it JOIN audit_values on_it ON on_it.entry = it.entry WHERE \
         it.name = 'transition' AND on_it.name = 'entity' AND on_it.value = 'invitation/{}' ORDER BY it.entry",
        ids[0]
    );
    assert_eq!(db.texts(&recorded), ["counsel-invited", "counsel-invitation-taken-back"]);

    // its link answers as one that ran out
    db.run(&format!("UPDATE invitations SET expires_at = 1 WHERE id = '{}'", ids[1]));
    let [gone, late] = links.map(|link| {
        let answer = demo.visitor().get(&link);
        (answer.status, answer.page().text("main"))
    });
    assert_eq!(gone, late);
    assert!(!gone.1.contains("counsel@mail.example"), "{}", gone.1);
    // what ran out or was taken back is not taken back again
    for id in &ids {
        let again = other.sends(&theirs, "/invitations/withdraw", &[("invitation", id)]);
        assert_eq!(again.status, 403);
    }
    assert!(desk.offered(&page, "/invitations/withdraw").is_none());
}
