//! Asking for a sign-in link, and the short code for the browser that asked. The same pages for everybody.

use super::browser::{self, Browser};
use super::leaf::{Form, Leaf, Section};
use super::patience::{From, noted};
use super::session::{agent, cookie, old_session};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::view::Field;
use domain::Fault;
use domain::bounded::Email;
use policy::{Unasked, actions::SignIn, facts::ThePlatform};
use store::accounts::{Issued, Miss, Tried, code_redeem, home, link_request};
use store::{SecurityEvent, StoreError};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/sign-in", "SignIn", "Platform", Most::Visitor, |call| Box::pin(show(call))),
        Route::post("/sign-in", "SignIn", "Platform", Most::Visitor, |call| Box::pin(ask(call)))
            .rate(Rate::SignIn),
        Route::get("/sign-in/code", "SignIn", "Platform", Most::Visitor, |call| Box::pin(code(call))),
        Route::post("/sign-in/code", "SignIn", "Platform", Most::Visitor, |call| Box::pin(enter(call)))
            .rate(Rate::SignIn),
    ]
}

fn asking(browser: &Browser, filled: &Filled) -> Leaf {
    let form = Form::post(browser, "/sign-in", "Send the link")
        .field(Field::email("email", "Your e-mail address").filled(filled));
    Leaf::new("Sign in")
        .lead("We send you a link. There is no password to remember or to lose.")
        .with(Section::plain().form(form).link("/sign-up", "You have no account: apply for one"))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let answer =
        asking(&browser, &Filled::blank()).answer(&call.app, &browser::page(&call.app, "Sign in"))?;
    Ok(browser.on(answer, &call.app))
}

async fn ask(mut call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let mut sheet = browser.open(&mut call).await?;
    let Some(email) = sheet.take("email", Email::parse) else {
        let page = browser::page(&call.app, "Sign in");
        return Err(asking(&browser, &sheet.filled).again(&call.app, page, &sheet.filled));
    };
    let (store, hash) = (sheet.close(&call.app)?, browser.hash());
    let from = From::of(&call.rq);
    let asks = from.clone();
    let done = call.public(move |house, asker| {
        asks.may(house)?;
        let permit = store.read(asker, |db| db.permit::<SignIn>(ThePlatform, Unasked))?;
        match link_request(&store, &permit, &email, &hash, &house.settings.address) {
            // the button was pressed twice: one link is on its way
            Ok(()) | Err(StoreError::Spent) => Ok(()),
            Err(it) => Err(it.into()),
        }
    });
    noted(&call.app, &from, done.await)?;
    Ok(browser.on(reply::see_other("/sign-in/code"), &call.app))
}

fn code_leaf(browser: &Browser, filled: &Filled) -> Leaf {
    let form = Form::post(browser, "/sign-in/code", "Sign in with the code").field(
        Field::code("code", "The digits from the mail")
            .hint("Six of them, or twelve. Only if you read the mail on another device; link and code work once.")
            .filled(filled),
    );
    Leaf::new("Look into your mail")
        .lead("If the address belongs to an account, a link is on its way. Open it in this browser within fifteen minutes.")
        .with(Section::plain().form(form).link("/sign-in", "Ask for another link"))
        .with(
            Section::titled("late", "Nothing arrives?")
                .say("Whoever asks often waits longer, ten minutes at most. A link that was sent always works.")
                .say("Where somebody tried many wrong codes for an address, its next codes have twelve digits."),
        )
}

async fn code(call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let page = browser::page(&call.app, "Look into your mail");
    let answer = code_leaf(&browser, &Filled::blank()).answer(&call.app, &page)?;
    Ok(browser.on(answer, &call.app))
}

async fn enter(mut call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let mut sheet = browser.open(&mut call).await?;
    let code: String = sheet.secret("code").chars().filter(|it| !it.is_whitespace()).collect();
    let mut filled = sheet.filled.clone();
    // the code itself works once, and each try counts
    sheet.close(&call.app)?;
    let digits = matches!(code.len(), 6 | 12) && code.bytes().all(|it| it.is_ascii_digit());
    if filled
        .take("code", digits.then_some(()).ok_or(Fault::new("Enter the six or twelve digits from the mail")))
        .is_some()
    {
        let (hash, agent, old) = (browser.hash(), agent(&call), old_session(&call));
        let from = From::of(&call.rq);
        let tries = from.clone();
        let redeemed = call.public(move |house, asker| {
            tries.tries(house)?;
            let permit = house.store.read(asker, |db| db.permit::<SignIn>(ThePlatform, Unasked))?;
            let redeemed =
                came(house, code_redeem(&house.store, permit, &code, &hash, &agent, old.as_ref()))?;
            if redeemed.is_ok() {
                tries.was_right(house)?;
            }
            Ok(redeemed)
        });
        let missed = match noted(&call.app, &from, redeemed.await)? {
            Ok((issued, there)) => return Ok(cookie(reply::see_other(&there), &call.app, Some(&issued))),
            Err(missed) => missed,
        };
        failed(&call, "code", missed.tried);
        filled.faults.add(
            "code",
            "This code does not open anything. Check it; it works once, for fifteen minutes and five tries",
        );
    }
    let page = browser::page(&call.app, "Look into your mail");
    Err(code_leaf(&browser, &filled).again(&call.app, page, &filled))
}

/// A sign-in that failed.
#[derive(Default)]
pub(super) struct Missed {
    /// Whether it would have done in another browser.
    pub(super) elsewhere: bool,
    pub(super) tried: Tried,
}

/// A session and the page on which its person begins, or why there is none.
pub(super) fn came(
    house: &House,
    redeemed: Result<Issued, Miss>,
) -> Result<Result<(Issued, String), Missed>, Problem> {
    match redeemed {
        Ok(issued) => {
            let there = home(&house.store, &issued)?;
            Ok(Ok((issued, there)))
        }
        Err(Miss::OtherBrowser(tried)) => Ok(Err(Missed { elsewhere: true, tried })),
        Err(Miss::No(tried)) => Ok(Err(Missed { elsewhere: false, tried })),
        Err(Miss::Store(it)) => Err(it.into()),
    }
}

/// Records a sign-in that failed: by what, from where, and whose it was as far as that is known.
pub(super) fn failed(call: &Call<House>, by: &str, tried: Tried) {
    let detail = tried.mailbox.map_or_else(|| by.to_owned(), |it| format!("{by}, mailbox {it}"));
    call.app.note(SecurityEvent {
        at: call.rq.now,
        visit: call.rq.id,
        kind: "sign-in-failed".into(),
        account: tried.account,
        address: call.rq.client.map(|it| it.to_string()).unwrap_or_default(),
        action: "SignIn".into(),
        detail,
    });
}
