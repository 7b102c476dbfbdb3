//! Showing the second factor: a code of the authenticator app, or a recovery code.

use super::safe;
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::cookie;
use crate::pages::accounts::leaf::{Form, Leaf, Section};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::totp;
use crate::view::Field;
use crate::visit::{As, Visit};
use domain::Fault;
use policy::{Unasked, actions::UseFactor};
use store::accounts::{self, FactorState, Issued, Proof};
use store::{SecurityEvent, StoreError};
use warp::reply::Response;

/// The name that authenticator apps show.
pub(super) const ISSUER: &str = "Kalinklo Artists";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/admin/step-up", "UseFactor", "Account", Most::Admin, |call| Box::pin(show(call))),
        Route::post("/admin/step-up", "UseFactor", "Account", Most::Admin, |call| Box::pin(take(call)))
            .rate(Rate::SignIn),
    ]
}

fn leaf(visit: &Visit<'_, '_>, to: &str, filled: &Filled) -> Leaf {
    let form = Form::post("/admin/step-up", visit.token("step-up", ""), "Go on").hidden("to", to).field(
        Field::code("code", "Code")
            .hint("Six digits from your authenticator app, or one of your recovery codes.")
            .filled(filled),
    );
    Leaf::new("Your second factor")
        .lead("Staff pages need a code of today, dangerous steps one of the last five minutes.")
        .with(Section::plain().form(form))
}

/// The factor in force of whoever asks.
pub(super) fn in_force(visit: &mut Visit<'_, '_>) -> Result<Option<FactorState>, Problem> {
    let permit = visit.db.permit::<UseFactor>(visit.doors.account, Unasked)?;
    Ok(accounts::factor_state(visit.db, &permit)?)
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let to = safe(&call.rq.query()?.text("to")).to_owned();
    let shown = call
        .visit(As::Admin, move |visit| {
            if in_force(visit)?.is_none() {
                return Ok(None);
            }
            let leaf = leaf(visit, &to, &Filled::blank());
            Ok(Some((visit.page("Your second factor", "")?, leaf)))
        })
        .await?;
    match shown {
        Some((page, leaf)) => leaf.answer(&call.app, &page),
        None => Ok(reply::see_other("/admin/factor")),
    }
}

/// What a code proves, if anything.
pub(super) fn proof(state: &FactorState, code: &str, now: domain::Moment) -> Result<Option<Proof>, Problem> {
    let factor = totp::Factor::new(&state.secret, ISSUER, &state.email);
    let factor = factor.map_err(|it| Problem::Broken(it.to_string()))?;
    // a recovery code has ten letters and digits, and may have no letter
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    if plain.len() == 6 && plain.bytes().all(|it| it.is_ascii_digit()) {
        return Ok(factor.check(&plain, now).map(Proof::Step));
    }
    Ok(Some(Proof::Recovery(totp::recovery_digest(code))))
}

/// How a try at a code ended.
pub(super) enum Tried {
    Right(Box<Issued>),
    Wrong(Problem),
}

async fn take(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let done = call
        .visit(As::Admin, move |visit| {
            let Some(state) = in_force(visit)? else { return Ok(None) };
            let mut form = form?;
            visit.check(&mut form, "step-up", "")?;
            let mut filled = form.filled(&[crate::csrf::FIELD, "code"]);
            let (to, code) = (safe(&form.text("to")).to_owned(), form.text("code"));
            form.finish()?;
            let tried = tried(visit, &state, &code)?;
            let fault = match tried {
                Ok(issued) => return Ok(Some((Tried::Right(Box::new(issued)), to))),
                Err(fault) => fault,
            };
            filled.faults.add("code", fault.to_string());
            let page = visit.page("Your second factor", "")?;
            let again = leaf(visit, &to, &filled).again(visit.house, page, &filled);
            Ok(Some((Tried::Wrong(again), to)))
        })
        .await?;
    match done {
        None => Ok(reply::see_other("/admin/factor")),
        Some((Tried::Right(issued), to)) => Ok(cookie(reply::see_other(&to), &call.app, Some(&issued))),
        Some((Tried::Wrong(again), _)) => Err(again),
    }
}

/// Takes one try, compares, and uses what was right.
fn tried(
    visit: &mut Visit<'_, '_>,
    state: &FactorState,
    code: &str,
) -> Result<Result<Issued, Fault>, Problem> {
    let account = visit.doors.account;
    let permit = visit.db.permit::<UseFactor>(account, Unasked)?;
    if let Err(until) = accounts::factor_try(&visit.house.store, &permit)? {
        note(visit, "waits");
        let seconds = until.age_of(visit.now()).max(1);
        return Ok(Err(Fault::new(format!("Too many wrong codes. Try again in {seconds} seconds"))));
    }
    let wrong = || Fault::new("This code is not right, or was used already. Wait for the next one");
    let Some(proof) = proof(state, code, visit.now())? else {
        note(visit, "wrong");
        return Ok(Err(wrong()));
    };
    match accounts::factor_use(&visit.house.store, permit, proof, visit.doors.session) {
        Ok(issued) => Ok(Ok(issued)),
        Err(StoreError::Conflict(_)) => {
            note(visit, "used or unknown");
            Ok(Err(wrong()))
        }
        Err(it) => Err(it.into()),
    }
}

/// Records a code that opened nothing.
pub(super) fn note(visit: &Visit<'_, '_>, detail: &str) {
    let asker = visit.asker();
    let event = SecurityEvent {
        at: asker.now,
        visit: asker.visit,
        kind: "factor-failed".into(),
        account: Some(visit.doors.account),
        address: String::new(),
        action: "UseFactor".into(),
        detail: detail.into(),
    };
    if let Err(e) = visit.house.store.security_note(&event) {
        tracing::warn!(request = %asker.visit, error = %e, "a wrong code was not recorded");
    }
}
