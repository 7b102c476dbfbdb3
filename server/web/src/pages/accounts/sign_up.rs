//! Applying for an account.

use super::browser::{self, Browser};
use super::leaf::{Form, Leaf, Section};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::view::{Choice, Field};
use domain::bounded::{Email, Line, Prose};
use domain::{Fault, Kind};
use policy::{Unasked, actions::SignUp, facts::ThePlatform};
use store::StoreError;
use store::accounts::{SignUpFault, Signing, sign_up};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/sign-up", "SignUp", "Platform", Most::Visitor, |call| Box::pin(show(call))),
        Route::post("/sign-up", "SignUp", "Platform", Most::Visitor, |call| Box::pin(take(call)))
            .rate(Rate::PublicForm),
        Route::get("/sign-up/done", "", "Platform", Most::Visitor, |call| Box::pin(done(call))),
    ]
}

/// What may be applied for, as it is chosen.
pub(crate) fn kinds(choice: Choice) -> Choice {
    choice
        .option("artist", "An artist", "A soloist, conductor, ensemble, choir or orchestra that is engaged.")
        .option("agency", "An agency", "You represent artists.")
        .option("presenter", "A presenter or orchestra", "You engage artists.")
}

fn leaf(browser: &Browser, filled: &Filled) -> Leaf {
    let kind = kinds(Choice::new("kind", "You are")).filled(filled);
    let form = Form::post(browser, "/sign-up", "Apply for an account")
        .choice(kind)
        .field(Field::text("name", "Your name").autocomplete("name").filled(filled))
        .field(
            Field::text("workspace", "Name of the workspace")
                .hint("Under which you work: the artist’s, the agency’s, the hall’s or orchestra’s.")
                .autocomplete("organization")
                .filled(filled),
        )
        .field(Field::email("email", "Your e-mail address").hint("You sign in with it.").filled(filled))
        .field(
            Field::area("application", "Tell us who you are")
                .hint("A person reads this. A website, a season, somebody who knows you. Up to 4,000 characters.")
                .filled(filled),
        )
        .field(
            Field::text("code", "Reviewed-access code")
                .hint("Only if one of us gave you one.")
                .autocomplete("off")
                .optional()
                .filled(filled),
        );
    Leaf::new("Apply for an account")
        .lead("A person at Kalinklo Artists reads each application. Until it is approved, nothing here can be seen.")
        .with(Section::plain().form(form).link("/sign-in", "You have an account: sign in"))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let page = browser::page(&call.app, "Apply for an account");
    let answer = leaf(&browser, &Filled::blank()).answer(&call.app, &page)?;
    Ok(browser.on(answer, &call.app))
}

async fn take(mut call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let mut sheet = browser.open(&mut call).await?;
    let kind = sheet.take("kind", |it| it.parse::<Kind>().map_err(|_| Fault::new("Choose what you are")));
    let name = sheet.take("name", |it| Line::line("your name", it));
    let workspace = sheet.take("workspace", |it| Line::line("the workspace’s name", it));
    let email = sheet.take("email", Email::parse);
    let application = sheet.take("application", |it| Prose::prose("who you are", it));
    let code = sheet.optional("code", |it| Ok::<_, Fault>(it.to_owned()));
    let mut filled = sheet.filled.clone();
    let again = |house: &House, filled: &Filled| {
        leaf(&browser, filled).again(house, browser::page(house, "Apply for an account"), filled)
    };
    let (Some(kind), Some(name), Some(workspace), Some(email), Some(application)) =
        (kind, name, workspace, email, application)
    else {
        return Err(again(&call.app, &filled));
    };
    let signing = Signing { kind, name, workspace, email, application, code };
    let store = sheet.close(&call.app)?;
    let fault = call
        .public(move |house, asker| {
            let permit = store.read(asker, |db| db.permit::<SignUp>(ThePlatform, Unasked))?;
            match sign_up(&store, permit, &signing, &house.settings.address) {
                // the button was pressed twice: one application was taken
                Ok(()) | Err(SignUpFault::Store(StoreError::Spent)) => Ok(None),
                Err(SignUpFault::Code(fault)) => Ok(Some(fault)),
                Err(SignUpFault::Store(it)) => Err(it.into()),
            }
        })
        .await?;
    if let Some(fault) = fault {
        filled.faults.add("code", fault.to_string());
        return Err(again(&call.app, &filled));
    }
    Ok(reply::see_other("/sign-up/done"))
}

async fn done(call: Call<House>) -> Result<Response, Problem> {
    let page = browser::page(&call.app, "We have written to you");
    Leaf::new("We have written to you")
        .lead("Look into your mail: it says what happens next, and how to sign in.")
        .with(
            Section::plain()
                .say("If nothing arrives, check the address you gave and look among unwanted mail.")
                .link("/sign-in", "Sign in"),
        )
        .answer(&call.app, &page)
}
