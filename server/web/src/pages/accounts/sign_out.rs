//! Leaving. A page with a button, since a link alone changes nothing.

use super::leaf::{Form, Leaf, Section};
use super::{cookie, own_page};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::visit::As;
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
            let form = Form::post("/sign-out", visit.token("sign-out", ""), "Sign out");
            let page = own_page(visit, "Sign out", "/sign-out")?;
            let lead = format!("You are signed in as {}.", visit.doors.name);
            Ok((page, Leaf::new("Sign out").lead(lead).with(Section::plain().form(form))))
        })
        .await?;
    leaf.answer(&call.app, &page)
}

async fn leave(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    call.visit(As::Applicant, move |visit| {
        let mut form = form?;
        visit.check(&mut form, "sign-out", "")?;
        form.finish()?;
        let permit = visit.db.permit::<SignOut>(visit.doors.account, Unasked)?;
        Ok(sign_out(&visit.house.store, permit, visit.doors.session)?)
    })
    .await?;
    Ok(cookie(reply::see_other("/sign-in"), &call.app, None))
}
