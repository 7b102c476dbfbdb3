//! Today: what is yours to move, first thing in the morning.

use crate::house::House;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use policy::{Unasked, actions::ViewWorkspace};
use serde::Serialize;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![Route::get("/w/{workspace}", "ViewWorkspace", "Workspace", Most::Member, |call| {
        Box::pin(show(call))
    })]
}

#[derive(Serialize)]
struct Today {
    heading: String,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let who = call.member();
    let (page, view) = call
        .visit(who, move |visit| {
            let (_, member) = visit.member()?;
            let _permit = visit.db.permit::<ViewWorkspace>(member.workspace, Unasked)?;
            Ok((visit.page("Today", "")?, Today { heading: "No move is yours just now".into() }))
        })
        .await?;
    call.app.views.page("pages/today.html", &page, &view)
}
