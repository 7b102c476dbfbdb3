//! Opening a sign-in link: the address shows a button, and only the button uses it, so that mail scanners, which open
//! links, use none up.

use super::browser::{self, Browser};
use super::leaf::{Form, Leaf, Section};
use super::patience::{From, noted};
use super::session::{agent, cookie, old_session};
use super::sign_in::{Missed, came, failed};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use policy::{Unasked, actions::SignIn, facts::ThePlatform};
use store::accounts::{hash_of_text, link_redeem};
use warp::http::StatusCode;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/sign-in/link", "SignIn", "Platform", Most::Visitor, |call| Box::pin(show(call)))
            .reads(&["token"]),
        Route::post("/sign-in/link", "SignIn", "Platform", Most::Visitor, |call| Box::pin(redeem(call)))
            .rate(Rate::SignIn),
    ]
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let token = query.text("token");
    let browser = Browser::of(&call);
    if hash_of_text(&token).is_none() {
        return over(&call.app);
    }
    let form = Form::post(&browser, "/sign-in/link", "Sign in").hidden("token", token);
    let answer = Leaf::new("Sign in to Kalinklo Artists")
        .lead("Press the button to sign in. The link works once.")
        .with(Section::plain().form(form))
        .answer(&call.app, &browser::page(&call.app, "Sign in"))?;
    Ok(browser.on(answer, &call.app))
}

async fn redeem(mut call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let mut sheet = browser.open(&mut call).await?;
    let token = hash_of_text(&sheet.secret("token"));
    // the link itself works once
    sheet.close(&call.app)?;
    let (hash, agent, old) = (browser.hash(), agent(&call), old_session(&call));
    let redeemed = call
        .public(move |house, asker| {
            let Some(token) = token else { return Ok(Err(Missed::default())) };
            let permit = house.store.read(asker, |db| db.permit::<SignIn>(ThePlatform, Unasked))?;
            came(house, link_redeem(&house.store, permit, &token, &hash, &agent, old.as_ref()))
        })
        .await?;
    match redeemed {
        Ok((issued, there)) => Ok(cookie(reply::see_other(&there), &call.app, Some(&issued))),
        Err(missed) if missed.elsewhere => {
            failed(&call, "other-browser", missed.tried);
            elsewhere(&call.app)
        }
        Err(missed) => {
            failed(&call, "link", missed.tried);
            // a link that is right opens, however long its address must wait
            let (from, tries) = (From::of(&call.rq), From::of(&call.rq));
            noted(&call.app, &from, call.public(move |house, _| tries.tries(house)).await)?;
            over(&call.app)
        }
    }
}

/// The link is no longer, or never was, one.
fn over(house: &House) -> Result<Response, Problem> {
    let mut answer = Leaf::new("This link does not open anything")
        .lead("A sign-in link works once and for fifteen minutes.")
        .with(Section::plain().link("/sign-in", "Ask for a new link"))
        .answer(house, &browser::page(house, "This link does not open anything"))?;
    *answer.status_mut() = StatusCode::GONE;
    Ok(answer)
}

/// The link is good where it was asked for.
fn elsewhere(house: &House) -> Result<Response, Problem> {
    let mut answer = Leaf::new("Another browser asked for this link")
        .lead("So that nobody signs in with a link that was sent to somebody else, it opens only in the browser that asked.")
        .with(
            Section::plain()
                .say("Go back to that browser and enter the digits from the mail there.")
                .say("Or ask for a new link from this one.")
                .link("/sign-in", "Ask for a new link"),
        )
        .answer(house, &browser::page(house, "Another browser asked for this link"))?;
    *answer.status_mut() = StatusCode::FORBIDDEN;
    Ok(answer)
}
