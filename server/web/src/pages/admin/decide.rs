//! What staff decide of an account as it was shown to them, each a form of its own.

use super::approvals::about;
use super::staff_change;
use crate::change::Sheet;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::visit::Visit;
use domain::bounded::Prose;
use domain::{AccountId, Version};
use policy::{
    Action, Factor, Permit,
    actions::{ApproveAccount, ReinstateAccount, RejectAccount, SuspendAccount},
    facts,
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

/// One decision about the account in the path, by whoever has this right to it.
async fn take<A>(
    call: Call<House>,
    act: fn(&mut Visit<'_, '_>, Permit<A>, Version, Sheet) -> Result<(), Problem>,
) -> Result<Response, Problem>
where
    A: Action<On = facts::Account, Input = Factor>,
{
    let id: Option<AccountId> = call.holes.id("account");
    let back = id.map_or_else(|| "/admin/approvals".into(), |it| format!("/admin/approvals/{it}"));
    let there = back.clone();
    let ask = move |visit: &mut Visit<'_, '_>| {
        let id = visit.known(id)?;
        Ok(visit.db.permit::<A>(id, Factor)?)
    };
    staff_change(call, back, ask, move |visit, permit, mut sheet| {
        let shown = sheet.edition(permit.version())?;
        if !sheet.filled.is_fine() {
            return Err(again(visit, permit.on(), &sheet)?);
        }
        act(visit, permit, shown, sheet)?;
        Ok(reply::see_other(&there))
    })
    .await
}

fn approve(
    visit: &mut Visit<'_, '_>,
    permit: Permit<ApproveAccount>,
    shown: Version,
    mut sheet: Sheet,
) -> Result<(), Problem> {
    let note = sheet.optional("note", |it| Prose::prose("why you approve", it));
    if !sheet.filled.is_fine() {
        return Err(again(visit, permit.on(), &sheet)?);
    }
    let store = sheet.finish(visit)?;
    Ok(accounts::approve(&store, permit, shown, note.as_ref(), &visit.house.settings.address)?)
}

fn reinstate(
    visit: &mut Visit<'_, '_>,
    permit: Permit<ReinstateAccount>,
    shown: Version,
    mut sheet: Sheet,
) -> Result<(), Problem> {
    let reason = reason(visit, permit.on(), &mut sheet)?;
    let store = sheet.finish(visit)?;
    Ok(accounts::reinstate(&store, permit, shown, &reason, &visit.house.settings.address)?)
}

/// The account's page again, as it stands now.
fn again(visit: &mut Visit<'_, '_>, id: AccountId, sheet: &Sheet) -> Result<Problem, Problem> {
    let (page, leaf) = about(visit, id, &sheet.filled)?;
    Ok(leaf.again(visit.house, page, &sheet.filled))
}

/// The reason in a form, which the person reads; or the page again.
fn reason(visit: &mut Visit<'_, '_>, id: AccountId, sheet: &mut Sheet) -> Result<Prose, Problem> {
    match sheet.take("reason", |it| Prose::prose("a reason", it)) {
        Some(it) => Ok(it),
        None => Err(again(visit, id, sheet)?),
    }
}

fn reject(
    visit: &mut Visit<'_, '_>,
    permit: Permit<RejectAccount>,
    shown: Version,
    mut sheet: Sheet,
) -> Result<(), Problem> {
    let reason = reason(visit, permit.on(), &mut sheet)?;
    let store = sheet.finish(visit)?;
    Ok(accounts::reject(&store, permit, shown, &reason, &visit.house.settings.address)?)
}

fn suspend(
    visit: &mut Visit<'_, '_>,
    permit: Permit<SuspendAccount>,
    shown: Version,
    mut sheet: Sheet,
) -> Result<(), Problem> {
    let reason = reason(visit, permit.on(), &mut sheet)?;
    let store = sheet.finish(visit)?;
    Ok(accounts::suspend(&store, permit, shown, &reason, &visit.house.settings.address)?)
}
