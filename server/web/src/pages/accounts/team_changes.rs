//! What changes a team: invitations, roles, grants, removing, leaving.

use super::team::{member, team};
use crate::change::{Sent, Sheet};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::visit::Visit;
use domain::bounded::Email;
use domain::{Fault, InvitationId, Role, WorkspaceId};
use policy::{
    Permit, Unasked,
    actions::{InviteMember, LeaveWorkspace, ManageTeam},
};
use store::accounts::{self, MemberRow};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::post("/w/{workspace}/team/invitations", "InviteMember", "Workspace", Most::Member, |call| {
            Box::pin(invite(call))
        }),
        Route::post(
            "/w/{workspace}/team/invitations/{invitation}/withdraw",
            "InviteMember",
            "Workspace",
            Most::Member,
            |call| Box::pin(withdraw(call)),
        ),
        Route::post("/w/{workspace}/team/leave", "LeaveWorkspace", "Workspace", Most::Member, |call| {
            Box::pin(leave(call))
        }),
        Route::post("/w/{workspace}/team/{member}/role", "ManageTeam", "Workspace", Most::Member, |call| {
            Box::pin(about(call, role))
        }),
        Route::post("/w/{workspace}/team/{member}/money", "ManageTeam", "Workspace", Most::Member, |call| {
            Box::pin(about(call, money))
        }),
        Route::post("/w/{workspace}/team/{member}/remove", "ManageTeam", "Workspace", Most::Member, |call| {
            Box::pin(about(call, remove))
        }),
    ]
}

fn role_of(text: &str) -> Result<Role, Fault> {
    text.parse().map_err(|_| Fault::new("Choose a role"))
}

async fn invite(call: Call<House>) -> Result<Response, Problem> {
    let (who, home) = (call.member(), call.holes.id::<WorkspaceId>("workspace"));
    call.change_on::<InviteMember>(who, home, Unasked, |visit, permit, mut sheet| {
        let home = permit.on();
        let email = sheet.take("email", Email::parse);
        let role = sheet.take("role", role_of);
        let (Some(email), Some(role)) = (email, role) else {
            let (page, leaf) = team(visit, &sheet.filled)?;
            return Err(leaf.again(visit.house, page, &sheet.filled));
        };
        let store = sheet.finish(visit)?;
        accounts::invite(&store, permit, &email, role, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("/w/{home}/team")))
    })
    .await
}

async fn withdraw(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<InvitationId>("invitation"));
    let ask = move |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let (_, asker) = visit.member()?;
        let id = visit.known(id)?;
        let permit = visit.db.permit::<InviteMember>(asker.workspace, Unasked)?;
        if !accounts::invitations_open(visit.db, &permit)?.iter().any(|it| it.id == id) {
            return Err(Problem::Refused);
        }
        Ok((permit, id))
    };
    call.change(who, ask, |visit, (permit, id), sheet| {
        let home = permit.on();
        accounts::invitation_withdraw(&sheet.finish(visit)?, permit, id)?;
        Ok(reply::see_other(&format!("/w/{home}/team")))
    })
    .await
}

async fn leave(call: Call<House>) -> Result<Response, Problem> {
    let (who, home) = (call.member(), call.holes.id::<WorkspaceId>("workspace"));
    call.change_on::<LeaveWorkspace>(who, home, Unasked, |visit, permit, sheet| {
        accounts::leave(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other("/you"))
    })
    .await
}

/// What is done about one member: by whoever manages the team, and only to a member of it. Gives the way on.
async fn about(
    call: Call<House>,
    act: fn(&mut Visit<'_, '_>, &MemberRow, Permit<ManageTeam>, Sheet) -> Result<String, Problem>,
) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id("member"));
    let ask = move |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let (home, it) = member(visit, id)?;
        Ok((it, visit.db.permit::<ManageTeam>(home, Unasked)?))
    };
    call.change(who, ask, move |visit, (it, permit), sheet| {
        Ok(reply::see_other(&act(visit, &it, permit, sheet)?))
    })
    .await
}

fn role(
    visit: &mut Visit<'_, '_>,
    it: &MemberRow,
    permit: Permit<ManageTeam>,
    mut sheet: Sheet,
) -> Result<String, Problem> {
    let (home, shown) = (permit.on(), sheet.version()?);
    let Some(role) = sheet.take("role", role_of) else { return Err(sheet.wrong()) };
    accounts::role_set(&sheet.finish(visit)?, permit, it.id, shown, role)?;
    // whoever gave up their own ownership may no longer open the member's page
    Ok(format!("/w/{home}/team"))
}

fn money(
    visit: &mut Visit<'_, '_>,
    it: &MemberRow,
    permit: Permit<ManageTeam>,
    mut sheet: Sheet,
) -> Result<String, Problem> {
    let (home, shown) = (permit.on(), sheet.version()?);
    // a word that is neither opens nothing and closes nothing
    let yes_or_no = |it: &str| match it {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Fault::new("Choose yes or no")),
    };
    let Some(open) = sheet.take("money", yes_or_no) else { return Err(sheet.wrong()) };
    accounts::money_set(&sheet.finish(visit)?, permit, it.id, shown, open)?;
    Ok(format!("/w/{home}/team/{}", it.id))
}

fn remove(
    visit: &mut Visit<'_, '_>,
    it: &MemberRow,
    permit: Permit<ManageTeam>,
    mut sheet: Sheet,
) -> Result<String, Problem> {
    let (home, shown) = (permit.on(), sheet.version()?);
    accounts::member_remove(&sheet.finish(visit)?, permit, it.id, shown)?;
    Ok(format!("/w/{home}/team"))
}
