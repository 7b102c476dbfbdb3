//! Showing the second factor: a code of the authenticator app, or a recovery code.

use super::safe;
use crate::change::Sent;
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::cookie;
use crate::pages::accounts::leaf::{Form, Leaf, Section};
use crate::pages::accounts::patience::{From, noted};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::totp;
use crate::view::Field;
use crate::visit::{As, Visit};
use domain::Fault;
use policy::{Unasked, actions::UseFactor};
use std::sync::Arc;
use store::accounts::{self, FactorState, Issued, Proof};
use store::{SecurityEvent, Store, StoreError};
use warp::reply::Response;

/// The name that authenticator apps show.
pub(super) const ISSUER: &str = "Kalinklo Artists";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/admin/step-up", "UseFactor", "Account", Most::Admin, |call| Box::pin(show(call)))
            .reads(&["to"]),
        Route::post("/admin/step-up", "UseFactor", "Account", Most::Admin, |call| Box::pin(take(call)))
            .rate(Rate::SignIn),
    ]
}

fn leaf(visit: &Visit<'_, '_>, to: &str, filled: &Filled) -> Leaf {
    let form = Form::post(visit, "/admin/step-up", "Go on").hidden("to", to).field(
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

async fn take(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| in_force(visit);
    let (from, house) = (From::of(&call.rq), Arc::clone(&call.app));
    let tries = from.clone();
    let done = call.change(As::Admin, ask, move |visit, state, mut sheet| {
        let Some(state) = state else { return Ok(reply::see_other("/admin/factor")) };
        let (to, code) = (safe(&sheet.text("to")).to_owned(), sheet.secret("code"));
        let mut filled = sheet.filled.clone();
        let store = sheet.finish(visit)?;
        tries.tries(visit.house)?;
        match tried(visit, &store, &state, &code, &tries)? {
            Ok(issued) => {
                tries.was_right(visit.house)?;
                Ok(cookie(reply::see_other(&to), visit.house, Some(&issued)))
            }
            Err(fault) => {
                filled.faults.add("code", fault.to_string());
                let page = visit.page("Your second factor", "")?;
                Err(leaf(visit, &to, &filled).again(visit.house, page, &filled))
            }
        }
    });
    noted(&house, &from, done.await)
}

/// Takes one try, compares, and uses what was right.
fn tried(
    visit: &mut Visit<'_, '_>,
    store: &Store,
    state: &FactorState,
    code: &str,
    from: &From,
) -> Result<Result<Issued, Fault>, Problem> {
    let account = visit.doors.account;
    let permit = visit.db.permit::<UseFactor>(account, Unasked)?;
    // a try is counted whatever becomes of the form
    if let Err(until) = accounts::factor_try(&visit.house.store, &permit)? {
        note(visit, from, "waits");
        let seconds = until.age_of(visit.now()).max(1);
        return Ok(Err(Fault::new(format!("Too many wrong codes. Try again in {seconds} seconds"))));
    }
    let wrong = || Fault::new("This code is not right, or was used already. Wait for the next one");
    let Some(proof) = proof(state, code, visit.now())? else {
        note(visit, from, "wrong");
        return Ok(Err(wrong()));
    };
    match accounts::factor_use(store, permit, proof, visit.doors.session) {
        Ok(issued) => Ok(Ok(issued)),
        Err(StoreError::Conflict(_)) => {
            note(visit, from, "used or unknown");
            Ok(Err(wrong()))
        }
        Err(it) => Err(it.into()),
    }
}

/// Records a code that opened nothing, and from where it came.
pub(super) fn note(visit: &Visit<'_, '_>, from: &From, detail: &str) {
    let asker = visit.asker();
    let event = SecurityEvent {
        at: asker.now,
        visit: asker.visit,
        kind: "factor-failed".into(),
        account: Some(visit.doors.account),
        address: from.asked.address.clone(),
        action: "UseFactor".into(),
        detail: detail.into(),
    };
    if let Err(e) = visit.house.store.security_note(&event) {
        visit.house.lost(1);
        tracing::warn!(request = %asker.visit, error = %e, "a wrong code was not recorded");
    }
}
