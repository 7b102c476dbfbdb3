//! What changes a team: invitations, roles, grants, removing, leaving.

use super::application::version;
use super::team::{member, team};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use domain::bounded::Email;
use domain::{Fault, InvitationId, Role};
use policy::{
    Unasked,
    actions::{InviteMember, LeaveWorkspace, ManageTeam},
};
use store::accounts;
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
            Box::pin(role(call))
        }),
        Route::post("/w/{workspace}/team/{member}/money", "ManageTeam", "Workspace", Most::Member, |call| {
            Box::pin(money(call))
        }),
        Route::post("/w/{workspace}/team/{member}/remove", "ManageTeam", "Workspace", Most::Member, |call| {
            Box::pin(remove(call))
        }),
    ]
}

fn role_of(text: &str) -> Result<Role, Fault> {
    text.parse().map_err(|_| Fault::new("Choose a role"))
}

async fn invite(mut call: Call<House>) -> Result<Response, Problem> {
    let (who, form) = (call.member(), call.rq.form().await);
    let home = call
        .visit(who, move |visit| {
            let (_, asker) = visit.member()?;
            let home = asker.workspace;
            let permit = visit.db.permit::<InviteMember>(home, Unasked)?;
            let mut form = form?;
            visit.check(&mut form, "invite", home.as_str())?;
            let mut filled = form.filled(&[crate::csrf::FIELD]);
            let email = filled.take("email", Email::parse(&form.text("email")));
            let role = filled.take("role", role_of(&form.text("role")));
            form.finish()?;
            let (Some(email), Some(role)) = (email, role) else {
                let (page, leaf) = team(visit, &filled)?;
                return Err(leaf.again(visit.house, page, &filled));
            };
            accounts::invite(&visit.house.store, permit, &email, role, &visit.house.settings.address)?;
            Ok(home)
        })
        .await?;
    Ok(reply::see_other(&format!("/w/{home}/team")))
}

async fn withdraw(mut call: Call<House>) -> Result<Response, Problem> {
    let id: Option<InvitationId> = call.holes.id("invitation");
    let (who, form) = (call.member(), call.rq.form().await);
    let home = call
        .visit(who, move |visit| {
            let (_, asker) = visit.member()?;
            let id = visit.known(id)?;
            let permit = visit.db.permit::<InviteMember>(asker.workspace, Unasked)?;
            if !accounts::invitations_open(visit.db, &permit)?.iter().any(|it| it.id == id) {
                return Err(Problem::Refused);
            }
            let mut form = form?;
            visit.check(&mut form, "withdraw-invitation", id.as_str())?;
            form.finish()?;
            accounts::invitation_withdraw(&visit.house.store, permit, id)?;
            Ok(asker.workspace)
        })
        .await?;
    Ok(reply::see_other(&format!("/w/{home}/team")))
}

async fn leave(mut call: Call<House>) -> Result<Response, Problem> {
    let (who, form) = (call.member(), call.rq.form().await);
    call.visit(who, move |visit| {
        let (_, asker) = visit.member()?;
        let permit = visit.db.permit::<LeaveWorkspace>(asker.workspace, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "leave", asker.workspace.as_str())?;
        form.finish()?;
        Ok(accounts::leave(&visit.house.store, permit)?)
    })
    .await?;
    Ok(reply::see_other("/you"))
}

async fn role(mut call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id("member");
    let (who, form) = (call.member(), call.rq.form().await);
    let there = call
        .visit(who, move |visit| {
            let (home, it) = member(visit, id)?;
            let mut form = form?;
            visit.check(&mut form, "role", it.id.as_str())?;
            let (role, shown) = (role_of(&form.text("role")), version(&form.text("version"))?);
            form.finish()?;
            let role =
                role.map_err(|fault| Problem::Invalid(crate::http::Faults::one("role", fault.to_string())))?;
            let permit = visit.db.permit::<ManageTeam>(home, Unasked)?;
            accounts::role_set(&visit.house.store, permit, it.id, shown, role)?;
            // whoever gave up their own ownership may no longer open the member's page
            Ok(format!("/w/{home}/team"))
        })
        .await?;
    Ok(reply::see_other(&there))
}

async fn money(mut call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id("member");
    let (who, form) = (call.member(), call.rq.form().await);
    let there = call
        .visit(who, move |visit| {
            let (home, it) = member(visit, id)?;
            let mut form = form?;
            visit.check(&mut form, "money", it.id.as_str())?;
            let (open, shown) = (form.text("money"), version(&form.text("version"))?);
            form.finish()?;
            // a word that is neither opens nothing and closes nothing
            let open = match open.as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(Problem::Invalid(crate::http::Faults::one("money", "Choose yes or no"))),
            };
            let permit = visit.db.permit::<ManageTeam>(home, Unasked)?;
            accounts::money_set(&visit.house.store, permit, it.id, shown, open)?;
            Ok(format!("/w/{home}/team/{}", it.id))
        })
        .await?;
    Ok(reply::see_other(&there))
}

async fn remove(mut call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id("member");
    let (who, form) = (call.member(), call.rq.form().await);
    let there = call
        .visit(who, move |visit| {
            let (home, it) = member(visit, id)?;
            let mut form = form?;
            visit.check(&mut form, "remove", it.id.as_str())?;
            let shown = version(&form.text("version"))?;
            form.finish()?;
            let permit = visit.db.permit::<ManageTeam>(home, Unasked)?;
            accounts::member_remove(&visit.house.store, permit, it.id, shown)?;
            Ok(format!("/w/{home}/team"))
        })
        .await?;
    Ok(reply::see_other(&there))
}
