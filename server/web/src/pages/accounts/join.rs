//! An invitation, opened from a mail. Holding its secret shows it; taking it up is a button.

use super::browser::{self, Browser};
use super::leaf::{Form, Leaf, Section};
use crate::change::Sent;
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::view::{Fact, Field, when};
use crate::visit::{As, Visit};
use domain::bounded::Line;
use policy::{
    Unasked,
    actions::{AcceptInvitation, SignUp},
    facts::ThePlatform,
};
use store::accounts::{self, Invitation, hash_of_text};
use warp::http::StatusCode;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/join", "SignUp", "Platform", Most::Visitor, |call| Box::pin(show(call)))
            .reads(&["token"]),
        Route::post("/join", "SignUp", "Platform", Most::Visitor, |call| Box::pin(join(call)))
            .rate(Rate::PublicForm),
        Route::post("/join/accept", "AcceptInvitation", "Account", Most::Counsel, |call| {
            Box::pin(accept(call))
        }),
    ]
}

fn title(it: &Invitation) -> String {
    match it.role {
        Some(_) => format!("Join {}", it.workspace_name),
        None => format!("Act as counsel for {}", it.workspace_name),
    }
}

fn leaf(house: &House, it: &Invitation) -> (Leaf, Section) {
    let what = match it.role {
        Some(role) => role.to_string(),
        None => "counsel on one engagement".to_owned(),
    };
    let facts = vec![
        Fact::text("Invited by", format!("{}, {}", it.by, it.workspace_name)),
        Fact::text("As", what),
        Fact::text("For the address", it.mailbox.clone()),
        Fact::when("Until", when::instant(it.expires_at, &house.settings.zone)),
    ];
    (Leaf::new(title(it)), Section::plain().facts(facts))
}

/// The invitation does not stand, or never did.
fn over(house: &House) -> Result<Response, Problem> {
    let mut answer = Leaf::new("This invitation does not open anything")
        .lead(
            "An invitation is taken up once, and lasts fourteen days or until whoever sent it may no longer invite. Ask \
             the workspace for a new one.",
        )
        .with(Section::plain().link("/sign-in", "Sign in"))
        .answer(house, &browser::page(house, "This invitation does not open anything"))?;
    *answer.status_mut() = StatusCode::GONE;
    Ok(answer)
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let text = query.text("token");
    let Some(token) = hash_of_text(&text) else { return over(&call.app) };
    let mine = text.clone();
    let signed_in = call
        .visit(As::Account, move |visit| {
            let permit = visit.db.permit::<AcceptInvitation>(visit.doors.account, Unasked)?;
            let Some((it, for_you)) = accounts::invitation_seen(visit.db, &permit, &token)? else {
                return Ok(None);
            };
            let (leaf, section) = leaf(visit.house, &it);
            let section = if for_you {
                let form = Form::post(visit, "/join/accept", title(&it));
                section.form(form.hidden("token", mine))
            } else {
                let text = "You are signed in with another address. Sign out, and open the link from the mail again.";
                section.say(text).link("/sign-out", "Sign out")
            };
            Ok(Some((visit.page(title(&it), "")?, leaf.with(section))))
        })
        .await;
    match signed_in {
        Ok(Some((page, leaf))) => leaf.answer(&call.app, &page),
        Ok(None) => over(&call.app),
        Err(Problem::SignIn) => visitor(&call, &text, token, &Filled::blank()).await,
        Err(it) => Err(it),
    }
}

/// The page for whoever is not signed in, as it is or to be corrected.
async fn visitor(
    call: &Call<House>,
    text: &str,
    token: [u8; 32],
    filled: &Filled,
) -> Result<Response, Problem> {
    let browser = Browser::of(call);
    let it = call
        .public(move |house, asker| {
            house.store.read(asker, |db| {
                let permit = db.permit::<SignUp>(ThePlatform, Unasked)?;
                Ok::<_, Problem>(accounts::invitation_shown(db, &permit, &token)?)
            })
        })
        .await?;
    let Some(it) = it else { return over(&call.app) };
    let (leaf, section) = leaf(&call.app, &it);
    let section = if it.has_account {
        section
            .say("This address has an account. Sign in with it, and open the link from the mail again.")
            .link("/sign-in", "Sign in")
    } else {
        let form = Form::post(&browser, "/join", "Apply for an account")
            .hidden("token", text)
            .field(Field::text("name", "Your name").autocomplete("name").filled(filled));
        section.say("A person at Kalinklo Artists reads each application before anything opens.").form(form)
    };
    let leaf = leaf.with(section);
    let page = browser::page(&call.app, &title(&it));
    if filled.faults.is_empty() {
        return Ok(browser.on(leaf.answer(&call.app, &page)?, &call.app));
    }
    Err(leaf.again(&call.app, page, filled))
}

async fn join(mut call: Call<House>) -> Result<Response, Problem> {
    let browser = Browser::of(&call);
    let mut sheet = browser.open(&mut call).await?;
    let text = sheet.secret("token");
    let name = sheet.take("name", |it| Line::line("your name", it));
    let Some(token) = hash_of_text(&text) else { return over(&call.app) };
    let Some(name) = name else { return visitor(&call, &text, token, &sheet.filled).await };
    let store = sheet.close(&call.app)?;
    let joined = call
        .public(move |house, asker| {
            let permit = store.read(asker, |db| db.permit::<SignUp>(ThePlatform, Unasked))?;
            match accounts::join(&store, permit, &token, &name, &house.settings.address) {
                // the button was pressed twice: one application was taken
                Ok(()) | Err(store::StoreError::Spent) => Ok(true),
                Err(store::StoreError::Absent) => Ok(false),
                Err(it) => Err(it.into()),
            }
        })
        .await?;
    if joined { Ok(reply::see_other("/sign-up/done")) } else { over(&call.app) }
}

async fn accept(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        Ok(visit.db.permit::<AcceptInvitation>(visit.doors.account, Unasked)?)
    };
    call.change(As::Account, ask, |visit, permit, mut sheet| {
        let token = hash_of_text(&sheet.secret("token"));
        let store = sheet.finish(visit)?;
        let Some(token) = token else { return over(visit.house) };
        match accounts::accept(&store, permit, &token) {
            Ok(it) if it.role.is_some() => Ok(reply::see_other(&format!("/w/{}", it.workspace))),
            Ok(_) => Ok(reply::see_other("/counsel")),
            Err(store::StoreError::Absent) => over(visit.house),
            Err(it) => Err(it.into()),
        }
    })
    .await
}
