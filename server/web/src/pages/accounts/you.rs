//! One's own account: workspaces to choose from, sessions to end.

use super::leaf::{Cell, Form, Leaf, Section, Table};
use crate::change::Sent;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::when;
use crate::visit::{As, Visit};
use domain::SessionId;
use policy::{Unasked, actions::ManageSessions};
use store::accounts::{self, Membership, SessionRow};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/you", "ManageSessions", "Account", Most::Counsel, |call| Box::pin(show(call))),
        Route::post("/you/sessions/others", "ManageSessions", "Account", Most::Counsel, |call| {
            Box::pin(end_others(call))
        }),
        Route::post("/you/sessions/{session}/end", "ManageSessions", "Account", Most::Counsel, |call| {
            Box::pin(end_one(call))
        }),
    ]
}

fn workspaces(visit: &Visit<'_, '_>, them: &[Membership]) -> Section {
    let mut table = Table::new("Workspaces in which you work", &["Workspace", "Kind", "Your role"]);
    for it in them {
        table.row(vec![
            Cell::link(format!("/w/{}", it.workspace), it.name.clone()),
            Cell::text(it.kind.to_string()),
            Cell::text(it.role.to_string()),
        ]);
    }
    let section = Section::titled("workspaces", "Workspaces")
        .say("You act for one at a time; its name stands at the head of each page.")
        .table(table, "You belong to no workspace.");
    let section = if matches!(visit.asker().actor, policy::Actor::Admin(_)) {
        section.link("/admin", "The platform")
    } else {
        section
    };
    section.link("/counsel", "Engagements on which you are counsel")
}

fn sessions(visit: &Visit<'_, '_>, them: &[SessionRow]) -> Section {
    let zone = &visit.house.settings.zone;
    let mut table = Table::new("Where you are signed in", &["Browser", "Since", "Last seen", "End it"]);
    for it in them {
        let end = if it.id == visit.doors.session {
            Cell::link("/sign-out", "This one: sign out")
        } else {
            let form = Form::post(visit, format!("/you/sessions/{}/end", it.id), "End");
            Cell::forms(vec![form.undo().about(it.agent.clone())])
        };
        table.row(vec![
            Cell::text(it.agent.clone()),
            Cell::when(when::instant(it.created_at, zone)),
            Cell::when(when::instant(it.seen_at, zone)),
            end,
        ]);
    }
    let section = Section::titled("sessions", "Sessions")
        .say("A session ends after twelve hours of silence and after thirty days.")
        .table(table, "You are signed in nowhere.");
    if them.len() < 2 {
        return section;
    }
    section.form(Form::post(visit, "/you/sessions/others", "Sign out everywhere else").undo())
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (page, leaf) = call
        .visit(As::Account, |visit| {
            let permit = visit.db.permit::<ManageSessions>(visit.doors.account, Unasked)?;
            let memberships = accounts::memberships(visit.db, &permit)?;
            let rows = accounts::sessions(visit.db, &permit)?;
            let leaf = Leaf::new(visit.doors.name.clone())
                .with(workspaces(visit, &memberships))
                .with(sessions(visit, &rows))
                .with(Section::plain().link("/application", "Your application"));
            Ok((visit.page("You", "/you")?, leaf))
        })
        .await?;
    leaf.answer(&call.app, &page)
}

async fn end_others(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        Ok(visit.db.permit::<ManageSessions>(visit.doors.account, Unasked)?)
    };
    call.change(As::Account, ask, |visit, permit, sheet| {
        accounts::sessions_revoke_others(&sheet.finish(visit)?, permit, visit.doors.session)?;
        Ok(reply::see_other("/you"))
    })
    .await
}

async fn end_one(call: Call<House>) -> Result<Response, Problem> {
    let session: Option<SessionId> = call.holes.id("session");
    let ask = move |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let session = visit.known(session)?;
        // whose session it is, the store says: before that, a form about it tells nothing
        let permit = visit.db.permit::<ManageSessions>(visit.doors.account, Unasked)?;
        let mine = accounts::sessions(visit.db, &permit)?;
        if !mine.iter().any(|it| it.id == session) {
            return Err(Problem::Refused);
        }
        Ok((permit, session))
    };
    call.change(As::Account, ask, |visit, (permit, session), sheet| {
        accounts::session_revoke(&sheet.finish(visit)?, permit, session)?;
        Ok(reply::see_other("/you"))
    })
    .await
}
