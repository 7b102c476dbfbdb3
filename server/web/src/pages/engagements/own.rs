//! What a party keeps to itself on an engagement: its notes, and its counsel.

use super::parts::base;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use domain::bounded::{Email, Prose};
use domain::{AccountId, EngagementId};
use policy::Unasked;
use policy::actions::{EditNotes, InviteCounsel, WithdrawCounsel};
use store::engagements::{counsel, notes};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::post(
            "/w/{workspace}/engagements/{engagement}/notes",
            "EditNotes",
            "Engagement",
            Most::Member,
            |call| Box::pin(write(call)),
        ),
        Route::post(
            "/w/{workspace}/engagements/{engagement}/counsel",
            "InviteCounsel",
            "Engagement",
            Most::Member,
            |call| Box::pin(invite(call)),
        ),
        Route::post(
            "/w/{workspace}/engagements/{engagement}/counsel/{account}/withdraw",
            "WithdrawCounsel",
            "Engagement",
            Most::Member,
            |call| Box::pin(withdraw(call)),
        ),
    ]
}

async fn write(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EngagementId>("engagement"));
    call.change_on::<EditNotes>(who, id, Unasked, |visit, permit, mut sheet| {
        let shown = sheet.version()?;
        let note = sheet.optional("note", |it| Prose::prose("your notes", it));
        let store = sheet.finish(visit)?;
        let id = permit.on();
        notes::edit(&store, permit, note.as_ref(), shown)?;
        Ok(reply::see_other(&format!("{}/engagements/{id}", base(visit)?)))
    })
    .await
}

async fn invite(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EngagementId>("engagement"));
    call.change_on::<InviteCounsel>(who, id, Unasked, |visit, permit, mut sheet| {
        let Some(email) = sheet.take("email", Email::parse) else { return Err(sheet.wrong()) };
        let store = sheet.finish(visit)?;
        let id = permit.on();
        counsel::invite(&store, permit, &email, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("{}/engagements/{id}", base(visit)?)))
    })
    .await
}

async fn withdraw(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EngagementId>("engagement"));
    let account = call.holes.id::<AccountId>("account");
    call.change_on::<WithdrawCounsel>(who, id, Unasked, move |visit, permit, sheet| {
        // the token is of this very address, so an unknown and a malformed account were answered alike before
        let account = visit.known(account)?;
        let store = sheet.finish(visit)?;
        let id = permit.on();
        counsel::withdraw(&store, permit, account)?;
        Ok(reply::see_other(&format!("{}/engagements/{id}", base(visit)?)))
    })
    .await
}
