//! A workspace's members, and the page of one of them.

use super::leaf::{Cell, Form, Leaf, Section, Table};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Choice, Fact, Field, Page, when};
use crate::visit::Visit;
use domain::{AccountStatus, MembershipId, WorkspaceId};
use policy::{
    Unasked,
    actions::{InviteMember, LeaveWorkspace, ManageTeam, ViewWorkspace},
};
use store::accounts::{self, MemberRow, OpenInvitation};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/team", "ViewWorkspace", "Workspace", Most::Member, |call| {
            Box::pin(show(call))
        }),
        Route::get("/w/{workspace}/team/{member}", "ManageTeam", "Workspace", Most::Member, |call| {
            Box::pin(one(call))
        }),
    ]
}

/// The roles, as they are chosen.
pub(super) fn roles(choice: Choice) -> Choice {
    choice
        .option(
            "assistant",
            "Assistant",
            "Prepares, and never confirms. Sees no fees unless an owner opens them.",
        )
        .option("manager", "Manager", "Prepares and confirms.")
        .option("owner", "Owner", "Confirms, invites, and decides about the team.")
}

fn standing(it: &MemberRow) -> String {
    let mut all = vec![it.role.to_string()];
    if it.in_person {
        all.push("the artist in person".into());
    }
    if it.money {
        all.push("sees fees".into());
    }
    match it.status {
        AccountStatus::Approved => {}
        AccountStatus::Pending => all.push("waits for approval".into()),
        other => all.push(other.to_string()),
    }
    all.join(", ")
}

/// The team's page; `filled` is the invitation's form.
pub(super) fn team(visit: &mut Visit<'_, '_>, filled: &Filled) -> Result<(Page, Leaf), Problem> {
    let (_, member) = visit.member()?;
    let home = member.workspace;
    let permit = visit.db.permit::<ViewWorkspace>(home, Unasked)?;
    let rows = accounts::members(visit.db, &permit)?;
    let manages = visit.db.may::<ManageTeam>(home, &Unasked)?;
    let mut table = Table::new("Who works here", &["Name", "E-mail address", "Role"]);
    for it in &rows {
        let name = match manages {
            true => Cell::link(format!("/w/{home}/team/{}", it.id), it.name.clone()),
            false => Cell::text(it.name.clone()),
        };
        table.row(vec![name, Cell::text(it.email.clone()), Cell::text(standing(it))]);
    }
    let mut leaf = Leaf::new("Team").with(Section::plain().table(table, "Nobody works here."));
    if visit.db.may::<InviteMember>(home, &Unasked)? {
        let permit = visit.db.permit::<InviteMember>(home, Unasked)?;
        let open = accounts::invitations_open(visit.db, &permit)?;
        leaf = leaf.with(invite(visit, home, filled)).maybe(waiting(visit, home, &open));
    }
    if visit.db.may::<LeaveWorkspace>(home, &Unasked)? {
        let form = Form::post(visit, format!("/w/{home}/team/leave"), "Leave this workspace").undo();
        let section = Section::titled("leave", "Leaving")
            .say("You lose everything here at once. Your own account stays. The last owner cannot leave.");
        leaf = leaf.with(section.form(form));
    }
    Ok((visit.page("Team", "/team")?, leaf))
}

fn invite(visit: &Visit<'_, '_>, home: WorkspaceId, filled: &Filled) -> Section {
    let form = Form::post(visit, format!("/w/{home}/team/invitations"), "Send the invitation")
        .field(Field::email("email", "E-mail address").filled(filled))
        .choice(roles(Choice::new("role", "Role")).filled(filled));
    Section::titled("invite", "Invite a colleague")
        .say("They get a mail. A person at the platform reads each new account before it is opened.")
        .form(form)
}

fn waiting(visit: &Visit<'_, '_>, home: WorkspaceId, open: &[OpenInvitation]) -> Option<Section> {
    let mut table =
        Table::new("Invitations that nobody took up yet", &["E-mail address", "Role", "Until", "Withdraw"]);
    for it in open {
        let form = Form::post(visit, format!("/w/{home}/team/invitations/{}/withdraw", it.id), "Withdraw");
        table.row(vec![
            Cell::text(it.mailbox.clone()),
            Cell::text(it.role.to_string()),
            Cell::when(when::instant(it.expires_at, &visit.house.settings.zone)),
            Cell::forms(vec![form.undo().about(it.mailbox.clone())]),
        ]);
    }
    (!open.is_empty()).then(|| Section::titled("open", "Open invitations").table(table, ""))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let who = call.member();
    let (page, leaf) = call.visit(who, |visit| team(visit, &Filled::blank())).await?;
    leaf.answer(&call.app, &page)
}

/// The member in the path, on a page of whoever manages the team.
pub(super) fn member(
    visit: &mut Visit<'_, '_>,
    id: Option<MembershipId>,
) -> Result<(WorkspaceId, MemberRow), Problem> {
    let (_, asker) = visit.member()?;
    let id = visit.known(id)?;
    let _manages = visit.db.permit::<ManageTeam>(asker.workspace, Unasked)?;
    let permit = visit.db.permit::<ViewWorkspace>(asker.workspace, Unasked)?;
    let rows = accounts::members(visit.db, &permit)?;
    let row = rows.into_iter().find(|it| it.id == id).ok_or(Problem::Refused)?;
    Ok((asker.workspace, row))
}

fn about(visit: &Visit<'_, '_>, home: WorkspaceId, it: &MemberRow) -> Leaf {
    let base = format!("/w/{home}/team/{}", it.id);
    let edition = it.version.0.to_string();
    let facts = vec![Fact::text("E-mail address", it.email.clone()), Fact::text("Role", standing(it))];
    let role = Form::post(visit, format!("{base}/role"), "Set the role")
        .hidden("version", edition.clone())
        .choice(roles(Choice::new("role", "Role")).choosing(&[it.role.as_str()]));
    let money = it.role.needs_grants().then(|| {
        let (verb, to) = if it.money { ("Close fees again", "no") } else { ("Open fees to them", "yes") };
        let form = Form::post(visit, format!("{base}/money"), verb)
            .hidden("version", edition.clone())
            .hidden("money", to)
            .quiet();
        Section::titled("money", "Fees and commission")
            .say("An assistant sees no fee, commission or export unless an owner opens them.")
            .form(form)
    });
    let remove =
        Form::post(visit, format!("{base}/remove"), "Remove from the team").hidden("version", edition).undo();
    Leaf::new(it.name.clone())
        .with(Section::plain().facts(facts))
        .with(Section::titled("set-role", "Role").form(role))
        .maybe(money)
        .with(
            Section::titled("out", "Removing")
                .say("They lose everything here at once, and are told.")
                .form(remove),
        )
        .with(Section::plain().link(format!("/w/{home}/team"), "Back to the team"))
}

async fn one(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id("member"));
    let (page, leaf) = call
        .visit(who, move |visit| {
            let (home, it) = member(visit, id)?;
            let leaf = about(visit, home, &it);
            Ok((visit.page(it.name, "/team")?, leaf))
        })
        .await?;
    leaf.answer(&call.app, &page)
}
