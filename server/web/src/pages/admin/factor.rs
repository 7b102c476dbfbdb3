//! One's own second factor: set up with a secret as a picture and as text, a first code, and recovery codes shown once;
//! set up anew the same way by whoever just showed the one in force.

use super::step_up::{ISSUER, in_force, note, proof};
use super::{recovery, stepped};
use crate::change::Sent;
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::cookie;
use crate::pages::accounts::leaf::{Form, Leaf, Section};
use crate::pages::accounts::patience::From;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::totp;
use crate::view::{Fact, Field, Page};
use crate::visit::{As, Visit};
use policy::{Factor, Permit, Unasked, actions::ManageFactor, actions::UseFactor};
use store::accounts::{self, FactorState, FirstCode, Proof};
use warp::reply::Response;

pub(super) const HERE: &str = "/admin/factor";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(HERE, "UseFactor", "Account", Most::Admin, |call| Box::pin(show(call))),
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

fn manage(visit: &mut Visit<'_, '_>) -> Result<Permit<ManageFactor>, Problem> {
    Ok(visit.db.permit::<ManageFactor>(visit.doors.account, Factor)?)
}

/// The secret that waits for its first code; only for whoever may change the factor.
fn waiting(visit: &mut Visit<'_, '_>) -> Result<Option<FactorState>, Problem> {
    let permit = manage(visit)?;
    Ok(accounts::enrolment(visit.db, &permit)?)
}

fn totp_of(state: &FactorState) -> Result<totp::Factor, Problem> {
    totp::Factor::new(&state.secret, ISSUER, &state.email).map_err(|it| Problem::Broken(it.to_string()))
}

fn page(visit: &mut Visit<'_, '_>, filled: &Filled) -> Result<(Page, Leaf), Problem> {
    let stands = in_force(visit)?.is_some();
    let may = visit.db.may::<ManageFactor>(visit.doors.account, &Factor)?;
    let waiting = if may { waiting(visit)? } else { None };
    let mut leaf = Leaf::new("Your second factor");
    if stands {
        leaf = leaf.with(standing(visit)?);
    }
    leaf = match waiting {
        Some(it) => leaf
            .lead("Scan the picture with an authenticator app, then enter the code that it shows.")
            .with(first_code(visit, &it, filled)?),
        None if stands => leaf.with(anew(visit)).with(recovery::section(visit)),
        None => {
            let form = Form::post(visit, HERE, "Set up the second factor");
            leaf.lead("Staff pages open only with a code of an authenticator app.")
                .with(Section::plain().form(form))
        }
    };
    Ok((visit.page("Your second factor", "")?, leaf))
}

/// What stands of the factor in force.
fn standing(visit: &mut Visit<'_, '_>) -> Result<Section, Problem> {
    let permit = visit.db.permit::<UseFactor>(visit.doors.account, Unasked)?;
    let left = accounts::recovery_left(visit.db, &permit)?;
    let facts =
        vec![Fact::text("Second factor", "set up"), Fact::text("Recovery codes left", left.to_string())];
    let text = "Lost both? Whoever runs this server makes you an admin again at its command line, and you set up a new \
                one.";
    Ok(Section::plain().facts(facts).say(text).link("/admin", "The platform"))
}

/// The way to another app or telephone.
fn anew(visit: &Visit<'_, '_>) -> Section {
    let form = Form::post(visit, HERE, "Set up a new second factor");
    Section::titled("anew", "A new telephone or app")
        .say("The one you have stands until the new one has shown its first code. You are asked for a code of the last \
              five minutes first.")
        .form(form)
}

fn first_code(visit: &Visit<'_, '_>, state: &FactorState, filled: &Filled) -> Result<Section, Problem> {
    let facts = vec![Fact::digest("To type by hand", totp_of(state)?.secret_text())];
    let form = Form::post(visit, "/admin/factor/confirm", "Confirm")
        .field(Field::code("code", "The six digits it shows now").filled(filled));
    Ok(Section::titled("confirm", "The first code")
        .picture("/admin/factor/qr.svg", "The secret as a QR code; it stands below as text", 240)
        .facts(facts)
        .form(form))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (page, leaf) = call.visit(As::Admin, |visit| page(visit, &Filled::blank())).await?;
    leaf.answer(&call.app, &page)
}

async fn begin(call: Call<House>) -> Result<Response, Problem> {
    let done = call
        .change(
            As::Admin,
            |visit, _: &mut Sent| manage(visit),
            |visit, permit, sheet| {
                accounts::factor_begin(&sheet.finish(visit)?, permit)?;
                Ok(reply::see_other(HERE))
            },
        )
        .await;
    stepped(done, HERE)
}

/// The picture, only while the secret waits for its first code. Never kept by anybody: `no-store` is the rule of private
/// answers.
async fn picture(call: Call<House>) -> Result<Response, Problem> {
    let svg = call
        .visit(As::Admin, |visit| {
            let state = waiting(visit)?.ok_or(Problem::Refused)?;
            totp_of(&state)?.qr().map_err(|it| Problem::Broken(it.to_string()))
        })
        .await?;
    Ok(reply::body(warp::http::StatusCode::OK, "image/svg+xml", svg))
}

async fn confirm(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let state = waiting(visit)?;
        let state = state.ok_or(Problem::Stale("No second factor waits to be confirmed.".into()))?;
        Ok((state, manage(visit)?))
    };
    let from = From::of(&call.rq);
    let done = call
        .change(As::Admin, ask, move |visit, (state, permit), mut sheet| {
            let code = sheet.secret("code");
            let mut filled = sheet.filled.clone();
            let store = sheet.finish(visit)?;
            // a try is counted whatever becomes of the form
            let shows = visit.db.permit::<UseFactor>(visit.doors.account, Unasked)?;
            let waits = accounts::factor_try(&visit.house.store, &shows)?.is_err();
            let step = match proof(&state, &code, visit.now())? {
                Some(Proof::Step(it)) if !waits => it,
                _ => {
                    note(visit, &from, "enrolment");
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
            let (codes, hashes) = recovery::fresh(visit);
            let first = FirstCode { secret: &state.secret, step };
            let issued = accounts::factor_confirm(&store, permit, first, &hashes, visit.doors.session)?;
            let (page, leaf) = recovery::shown(visit, codes)?;
            Ok(cookie(leaf.answer(visit.house, &page)?, visit.house, Some(&issued)))
        })
        .await;
    stepped(done, HERE)
}
