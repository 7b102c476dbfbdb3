//! What a party keeps to itself on an engagement: its notes, and its counsel.

use super::parts::base;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use domain::bounded::{Email, Prose};
use domain::{AccountId, EngagementId, Version};
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

async fn write(mut call: Call<House>) -> Result<Response, Problem> {
    let (id, form) = (call.holes.id::<EngagementId>("engagement"), call.rq.form().await);
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<EditNotes>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "notes", id.as_str())?;
        let (text, shown) = (form.text("note"), form.text("version"));
        form.finish()?;
        let fault =
            |field: &str, text: String| Problem::Invalid(crate::http::faults::Faults::one(field, text));
        let shown = shown.parse().map_err(|_| fault("version", "Open the page again".into()))?;
        let note = if text.trim().is_empty() {
            None
        } else {
            Some(Prose::prose("your notes", &text).map_err(|e| fault("note", e.to_string()))?)
        };
        notes::edit(&visit.house.store, permit, note.as_ref(), Version(shown))?;
        Ok(reply::see_other(&format!("{}/engagements/{id}", base(visit)?)))
    })
    .await
}

async fn invite(mut call: Call<House>) -> Result<Response, Problem> {
    let (id, form) = (call.holes.id::<EngagementId>("engagement"), call.rq.form().await);
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<InviteCounsel>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "invite-counsel", id.as_str())?;
        let email = Email::parse(&form.text("email"));
        form.finish()?;
        let fault = |text: String| Problem::Invalid(crate::http::faults::Faults::one("email", text));
        let email = email.map_err(|e| fault(e.to_string()))?;
        counsel::invite(&visit.house.store, permit, &email, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("{}/engagements/{id}", base(visit)?)))
    })
    .await
}

async fn withdraw(mut call: Call<House>) -> Result<Response, Problem> {
    let (id, form) = (call.holes.id::<EngagementId>("engagement"), call.rq.form().await);
    let (account, named) = (call.holes.id::<AccountId>("account"), call.holes.text("account").to_owned());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<WithdrawCounsel>(id, Unasked)?;
        let mut form = form?;
        // asked first, so that an unknown and a malformed account have one answer
        visit.check(&mut form, "withdraw-counsel", &named)?;
        let account = visit.known(account)?;
        form.finish()?;
        counsel::withdraw(&visit.house.store, permit, account)?;
        Ok(reply::see_other(&format!("{}/engagements/{id}", base(visit)?)))
    })
    .await
}
