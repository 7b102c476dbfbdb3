//! What a party keeps to itself on an engagement: its notes, and its counsel.

use super::parts::{Act, base};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::when;
use crate::visit::Visit;
use domain::bounded::{Email, Prose};
use domain::{AccountId, EngagementId, InvitationId};
use policy::Unasked;
use policy::actions::{EditNotes, InviteCounsel, WithdrawCounsel};
use serde::Serialize;
use store::engagements::view::EngagementView;
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
        Route::post(
            "/w/{workspace}/engagements/{engagement}/invitations/withdraw",
            "WithdrawCounsel",
            "Engagement",
            Most::Member,
            |call| Box::pin(take_back(call)),
        ),
    ]
}

/// One of the own side's counsel, or an invitation that waits.
#[derive(Serialize)]
pub(super) struct CounselLine {
    name: String,
    withdraw: Option<Act>,
    /// The invitation that it takes back.
    invitation: Option<String>,
}

/// Counsel whom the asker may know by name, and those whom their workspace invited and who have not come yet.
pub(super) fn counsel_lines(visit: &Visit<'_, '_>, path: &str, it: &EngagementView) -> Vec<CounselLine> {
    let zone = &visit.house.settings.zone;
    let undo = |href: String, label: &str| it.may.withdraw.then(|| Act::button(visit, href, label).undo());
    let there = it.counsel.iter().filter_map(|it| it.who.clone()).map(|(account, name)| CounselLine {
        name,
        withdraw: undo(format!("{path}/counsel/{account}/withdraw"), "End their access"),
        invitation: None,
    });
    let invited = it.invited.iter().map(|it| CounselLine {
        name: format!(
            "{}, invited; the link works until {}",
            it.mailbox,
            when::instant(it.expires_at, zone).text
        ),
        withdraw: undo(format!("{path}/invitations/withdraw"), "Take the invitation back"),
        invitation: Some(it.id.to_string()),
    });
    there.chain(invited).collect()
}

async fn take_back(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EngagementId>("engagement"));
    call.change_on::<WithdrawCounsel>(who, id, Unasked, |visit, permit, mut sheet| {
        let Some(invitation) = sheet.take("invitation", str::parse::<InvitationId>) else {
            return Err(sheet.wrong());
        };
        let store = sheet.finish(visit)?;
        let id = permit.on();
        counsel::take_back(&store, permit, invitation)?;
        Ok(reply::see_other(&format!("{}/engagements/{id}", base(visit)?)))
    })
    .await
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
