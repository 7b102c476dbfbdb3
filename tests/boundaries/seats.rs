//! Seats in workspaces: somebody who has two of them, and invitations to one that ended before they were taken up.

use crate::input::links::form_to;
use crate::support::db::{Db, difference};
use crate::support::http::Client;
use crate::support::mail;
use crate::support::on_both;
use crate::support::program::Program;
use crate::support::world::Engagement;

on_both!(a_person_with_two_workspaces_acts_in_one_at_a_time, an_invitation_ends_with_what_it_was_given_by);

/// Invites somebody by the form on a page; the link in their letter.
#[track_caller]
fn invited(demo: &Program, owner: &str, page: &str, ending: &str, email: &str) -> String {
    let mut client = demo.as_persona(owner);
    let mut form = form_to(&client.get(page), ending).with("email", email);
    if ending.ends_with("/invitations") {
        form = form.with("role", "assistant");
    }
    let answer = client.submit(&form);
    assert_eq!(answer.status, 303, "{}", answer.text());
    mail::linked(demo.world(), email, "/join")
}

fn a_person_with_two_workspaces_acts_in_one_at_a_time(demo: &Program) {
    let world = demo.world();
    let (persona, owner) = (world.persona("presenter-season"), world.persona("agency-owner"));
    let named = |id: &str| {
        let it = world.facts.workspaces.iter().find(|it| it.id == id).unwrap();
        (format!("/w/{id}"), it.name.clone())
    };
    let (first, first_name) = named(persona.workspace.as_deref().unwrap());
    let (second, second_name) = named(owner.workspace.as_deref().unwrap());
    let mut client = world.client(persona);
    assert_eq!(client.get(&second).status, 403, "not theirs yet");
    let team = format!("{second}/team");
    let link = invited(demo, "agency-owner", &team, "/team/invitations", "presenter-season@demo.example");
    let accept = form_to(&client.get(&link), "/join/accept");
    assert_eq!(client.submit(&accept).header("location"), Some(second.as_str()));
    // one's own page leads to both, and each page says in which one acts
    let you = client.get("/you").page();
    for (path, name, other) in [(&first, &first_name, &second_name), (&second, &second_name, &first_name)] {
        assert!(you.links().contains(path), "{path} is not among {:?}", you.links());
        let page = client.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let head = page.page().text("header a[href='/you']");
        assert!(head.contains(name) && !head.contains(other), "{path} says {head}");
    }
    // what belongs to one is not opened by way of the other
    let of_second_alone = |it: &&Engagement| {
        it.agency == owner.workspace && persona.workspace.as_deref() != Some(it.presenter.as_str())
    };
    let theirs = world.facts.engagements.iter().find(of_second_alone).unwrap();
    let by = |at: &str| theirs.path.replace("/w/{workspace}", at);
    assert_eq!((client.get(&by(&second)).status, client.get(&by(&first)).status), (200, 403));
    // each right is the seat's: an assistant there, an owner here
    let form = client.get(&format!("{first}/team"));
    assert!(form.page().forms().iter().any(|it| it.action == format!("{first}/team/invitations")));
    let refused = client.post(&format!("{second}/team/invitations"), &[("email", "x@mail.example")]);
    assert_eq!(refused.status, 403);
    // and the seat that is taken away is gone for the next request, the other one stays
    let account = persona.account.clone().unwrap();
    Db::of(world).run(&format!(
        "DELETE FROM memberships WHERE account = '{account}' AND workspace = '{}'",
        owner.workspace.as_deref().unwrap()
    ));
    assert_eq!((client.get(&second).status, client.get(&first).status), (403, 200));
    assert!(!client.get("/you").page().links().contains(&second));
}

fn an_invitation_ends_with_what_it_was_given_by(demo: &Program) {
    let world = demo.world();
    let owner = world.persona("agency-owner");
    let (own, account) = (owner.workspace.clone().unwrap(), owner.account.clone().unwrap());
    let engagement = world.facts.engagements.iter().find(|it| it.agency.as_ref() == Some(&own)).unwrap();
    let page = engagement.path.replace("{workspace}", &own);
    let mut db = Db::of(world);
    let seat = format!("memberships SET role = '{{}}' WHERE account = '{account}' AND workspace = '{own}'");
    let standing = format!("accounts SET status = '{{}}' WHERE id = '{account}'");
    let house = format!("workspaces SET closed_at = {{}} WHERE id = '{own}'");
    // to what, and what ends: the inviter's seat, their account, their workspace
    let cases = [
        (format!("/w/{own}/team"), "/team/invitations", &seat, ["assistant", "owner"]),
        (format!("/w/{own}/team"), "/team/invitations", &standing, ["suspended", "approved"]),
        (page.clone(), "/counsel", &standing, ["suspended", "approved"]),
        (page.clone(), "/counsel", &house, ["created_at", "NULL"]),
    ];
    for (number, (page, ending, ends, [over, again])) in cases.iter().enumerate() {
        let email = format!("newcomer.{number}@mail.example");
        let link = invited(demo, "agency-owner", page, ending, &email);
        let mut newcomer: Client = demo.visitor();
        let form = form_to(&newcomer.get(&link), "/join").with("name", "A newcomer");
        let set = |to: &str| format!("UPDATE {}", ends.replace("{}", to));
        db.run(&set(over));
        let before = db.print();
        // the form that was opened in time, and the link opened anew
        let late = newcomer.submit(&form);
        assert_eq!(late.status, 410, "{page} {over}: {}", late.text());
        assert_eq!(newcomer.get(&link).status, 410, "{page} {over}");
        assert_eq!(difference(&before, &db.print()), Vec::<String>::new(), "{page} {over}");
        // it was not used up: what comes back brings it back
        db.run(&set(again));
        let form = form_to(&newcomer.get(&link), "/join").with("name", "A newcomer");
        assert_eq!(newcomer.submit(&form).header("location"), Some("/sign-up/done"), "{page} {again}");
    }
}
