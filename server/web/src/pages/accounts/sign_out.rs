//! Leaving. A page with a button, since a link alone changes nothing.

use super::leaf::{Form, Leaf, Section};
use super::{cookie, own_page};
use crate::change::Sent;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::visit::{As, Visit};
use policy::{Unasked, actions::SignOut};
use store::accounts::sign_out;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/sign-out", "SignOut", "Account", Most::Pending, |call| Box::pin(show(call))),
        Route::post("/sign-out", "SignOut", "Account", Most::Pending, |call| Box::pin(leave(call))),
    ]
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (page, leaf) = call
        .visit(As::Applicant, |visit| {
            let _permit = visit.db.permit::<SignOut>(visit.doors.account, Unasked)?;
            let form = Form::post(visit, "/sign-out", "Sign out");
            let page = own_page(visit, "Sign out", "/sign-out")?;
            let lead = format!("You are signed in as {}.", visit.doors.name);
            Ok((page, Leaf::new("Sign out").lead(lead).with(Section::plain().form(form))))
        })
        .await?;
    leaf.answer(&call.app, &page)
}

async fn leave(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        Ok(visit.db.permit::<SignOut>(visit.doors.account, Unasked)?)
    };
    call.change(As::Applicant, ask, |visit, permit, sheet| {
        sign_out(&sheet.finish(visit)?, permit, visit.doors.session)?;
        Ok(cookie(reply::see_other("/sign-in"), visit.house, None))
    })
    .await
}
