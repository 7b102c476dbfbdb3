//! What staff decide of an account, each a form of its own.

use super::approvals::about;
use super::staff;
use crate::house::House;
use crate::http::Form;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::visit::Visit;
use domain::AccountId;
use domain::bounded::Prose;
use policy::{
    Factor,
    actions::{ApproveAccount, ReinstateAccount, RejectAccount, SuspendAccount},
};
use store::accounts;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::post("/admin/approvals/{account}/approve", "ApproveAccount", "Account", Most::Admin, |call| {
            Box::pin(take(call, approve))
        }),
        Route::post("/admin/approvals/{account}/reject", "RejectAccount", "Account", Most::Admin, |call| {
            Box::pin(take(call, reject))
        }),
        Route::post("/admin/approvals/{account}/suspend", "SuspendAccount", "Account", Most::Admin, |call| {
            Box::pin(take(call, suspend))
        }),
        Route::post(
            "/admin/approvals/{account}/reinstate",
            "ReinstateAccount",
            "Account",
            Most::Admin,
            |call| Box::pin(take(call, reinstate)),
        ),
    ]
}

type Decide = fn(&mut Visit<'_, '_>, AccountId, Result<Form, Problem>) -> Result<(), Problem>;

async fn take(mut call: Call<House>, decide: Decide) -> Result<Response, Problem> {
    let id: Option<AccountId> = call.holes.id("account");
    let form = call.rq.form().await;
    let back = id.map_or_else(|| "/admin/approvals".into(), |it| format!("/admin/approvals/{it}"));
    let done = staff(&call, &back, move |visit| {
        let id = visit.known(id)?;
        decide(visit, id, form)
    })
    .await?;
    Ok(match done {
        Ok(()) => reply::see_other(&back),
        Err(step_up) => step_up,
    })
}

fn approve(visit: &mut Visit<'_, '_>, id: AccountId, form: Result<Form, Problem>) -> Result<(), Problem> {
    let permit = visit.db.permit::<ApproveAccount>(id, Factor)?;
    let mut form = form?;
    visit.check(&mut form, "approve", id.as_str())?;
    form.finish()?;
    Ok(accounts::approve(&visit.house.store, permit, &visit.house.settings.address)?)
}

fn reinstate(visit: &mut Visit<'_, '_>, id: AccountId, form: Result<Form, Problem>) -> Result<(), Problem> {
    let permit = visit.db.permit::<ReinstateAccount>(id, Factor)?;
    let mut form = form?;
    visit.check(&mut form, "reinstate", id.as_str())?;
    form.finish()?;
    Ok(accounts::reinstate(&visit.house.store, permit, &visit.house.settings.address)?)
}

/// The reason in a form, or the page again.
fn reason(visit: &mut Visit<'_, '_>, id: AccountId, mut form: Form, name: &str) -> Result<Prose, Problem> {
    visit.check(&mut form, name, id.as_str())?;
    let mut filled = form.filled(&[crate::csrf::FIELD]);
    let reason = filled.take("reason", Prose::prose("a reason", &form.text("reason")));
    form.finish()?;
    match reason {
        Some(it) => Ok(it),
        None => {
            let (page, leaf) = about(visit, id, &filled)?;
            Err(leaf.again(visit.house, page, &filled))
        }
    }
}

fn reject(visit: &mut Visit<'_, '_>, id: AccountId, form: Result<Form, Problem>) -> Result<(), Problem> {
    let permit = visit.db.permit::<RejectAccount>(id, Factor)?;
    let reason = reason(visit, id, form?, "reject")?;
    Ok(accounts::reject(&visit.house.store, permit, &reason, &visit.house.settings.address)?)
}

fn suspend(visit: &mut Visit<'_, '_>, id: AccountId, form: Result<Form, Problem>) -> Result<(), Problem> {
    let permit = visit.db.permit::<SuspendAccount>(id, Factor)?;
    let reason = reason(visit, id, form?, "suspend")?;
    Ok(accounts::suspend(&visit.house.store, permit, &reason, &visit.house.settings.address)?)
}
