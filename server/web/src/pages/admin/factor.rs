//! Enrolling a second factor: a secret as a picture and as text, a first code, and recovery codes shown once.

use super::step_up::{ISSUER, note, proof};
use crate::change::Sent;
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::cookie;
use crate::pages::accounts::leaf::{Form, Leaf, Section};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::totp;
use crate::view::{Fact, Field, Page};
use crate::visit::{As, Visit};
use policy::{Unasked, actions::ManageFactor};
use store::accounts::{self, FactorState, Proof};
use warp::reply::Response;

const HERE: &str = "/admin/factor";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(HERE, "ManageFactor", "Account", Most::Admin, |call| Box::pin(show(call))),
        Route::post(HERE, "ManageFactor", "Account", Most::Admin, |call| Box::pin(begin(call))),
        Route::post("/admin/factor/confirm", "ManageFactor", "Account", Most::Admin, |call| {
            Box::pin(confirm(call))
        })
        .rate(Rate::SignIn),
        Route::get("/admin/factor/qr.svg", "ManageFactor", "Account", Most::Admin, |call| {
            Box::pin(picture(call))
        }),
    ]
}

fn state(visit: &mut Visit<'_, '_>) -> Result<Option<FactorState>, Problem> {
    let permit = visit.db.permit::<ManageFactor>(visit.doors.account, Unasked)?;
    Ok(accounts::factor_state(visit.db, &permit)?)
}

fn totp_of(state: &FactorState) -> Result<totp::Factor, Problem> {
    totp::Factor::new(&state.secret, ISSUER, &state.email).map_err(|it| Problem::Broken(it.to_string()))
}

fn page(visit: &mut Visit<'_, '_>, filled: &Filled) -> Result<(Page, Leaf), Problem> {
    let leaf = Leaf::new("Your second factor");
    let leaf = match state(visit)? {
        None => {
            let form = Form::post(visit, HERE, "Set up the second factor");
            leaf.lead("Staff pages open only with a code of an authenticator app.")
                .with(Section::plain().form(form))
        }
        Some(it) if it.confirmed => {
            let permit = visit.db.permit::<ManageFactor>(visit.doors.account, Unasked)?;
            let left = accounts::recovery_left(visit.db, &permit)?;
            let facts = vec![
                Fact::text("Second factor", "set up"),
                Fact::text("Recovery codes left", left.to_string()),
            ];
            let text = "Lost both? Whoever runs this server makes you an admin again at its command line, and you \
                        set up a new one.";
            leaf.with(Section::plain().facts(facts).say(text).link("/admin", "The platform"))
        }
        Some(it) => {
            let facts = vec![Fact::digest("To type by hand", totp_of(&it)?.secret_text())];
            let form = Form::post(visit, "/admin/factor/confirm", "Confirm")
                .field(Field::code("code", "The six digits it shows now").filled(filled));
            leaf.lead("Scan the picture with an authenticator app, then enter the code that it shows.").with(
                Section::plain()
                    .picture("/admin/factor/qr.svg", "The secret as a QR code; it stands below as text", 240)
                    .facts(facts)
                    .form(form),
            )
        }
    };
    Ok((visit.page("Your second factor", "")?, leaf))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (page, leaf) = call.visit(As::Admin, |visit| page(visit, &Filled::blank())).await?;
    leaf.answer(&call.app, &page)
}

async fn begin(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        Ok(visit.db.permit::<ManageFactor>(visit.doors.account, Unasked)?)
    };
    call.change(As::Admin, ask, |visit, permit, sheet| {
        accounts::factor_begin(&sheet.finish(visit.house)?, permit)?;
        Ok(reply::see_other(HERE))
    })
    .await
}

/// The picture, only while the factor is not confirmed. Never kept by anybody: `no-store` is the rule of private answers.
async fn picture(call: Call<House>) -> Result<Response, Problem> {
    let svg = call
        .visit(As::Admin, |visit| {
            let state = state(visit)?.filter(|it| !it.confirmed).ok_or(Problem::Refused)?;
            totp_of(&state)?.qr().map_err(|it| Problem::Broken(it.to_string()))
        })
        .await?;
    Ok(reply::body(warp::http::StatusCode::OK, "image/svg+xml", svg))
}

async fn confirm(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let state = state(visit)?.filter(|it| !it.confirmed);
        let state = state.ok_or(Problem::Stale("No second factor waits to be confirmed.".into()))?;
        Ok((state, visit.db.permit::<ManageFactor>(visit.doors.account, Unasked)?))
    };
    call.change(As::Admin, ask, |visit, (state, permit), mut sheet| {
        let code = sheet.secret("code");
        let mut filled = sheet.filled.clone();
        let store = sheet.finish(visit.house)?;
        // a try is counted whatever becomes of the form
        let waits = accounts::factor_try(&visit.house.store, &permit)?.is_err();
        let step = match proof(&state, &code, visit.now())? {
            Some(Proof::Step(it)) if !waits => it,
            _ => {
                note(visit, "enrolment");
                let text = if waits {
                    "Too many wrong codes. Wait a while"
                } else {
                    "This code is not right. Enter the one it shows now"
                };
                filled.faults.add("code", text);
                let (page, leaf) = page(visit, &filled)?;
                return Err(leaf.again(visit.house, page, &filled));
            }
        };
        let codes = visit.house.edge.chance.with(|mint| totp::recovery_codes(|bytes| mint.fill(bytes)));
        let hashes: Vec<_> = codes.iter().map(|it| totp::recovery_digest(it)).collect();
        let session = visit.doors.session;
        let issued = accounts::factor_confirm(&store, permit, step, &hashes, session)?;
        let section = Section::plain()
            .say("Keep these ten codes where your telephone is not. Each opens the staff pages once. They are shown \
                  this once and stored only as hashes.")
            .codes(codes)
            .link("/admin", "Go on to the platform");
        let page = visit.page("Your recovery codes", "")?;
        let answer = Leaf::new("Your recovery codes").with(section).answer(visit.house, &page)?;
        Ok(cookie(answer, visit.house, Some(&issued)))
    })
    .await
}
