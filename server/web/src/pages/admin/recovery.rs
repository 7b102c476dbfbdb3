//! Recovery codes of one's own second factor: ten, shown once, kept as hashes.

use super::{answered, factor, stepping};
use crate::house::House;
use crate::pages::accounts::leaf::{Form, Leaf, Section};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::totp;
use crate::view::Page;
use crate::visit::{As, Visit};
use domain::Digest;
use policy::{Factor, actions::ManageFactor};
use store::accounts;
use warp::reply::Response;

const HERE: &str = "/admin/factor/recovery";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![Route::post(HERE, "ManageFactor", "Account", Most::Admin, |call| Box::pin(renew(call)))]
}

/// The form for new ones.
pub(super) fn section(visit: &Visit<'_, '_>) -> Section {
    Section::titled("recovery", "New recovery codes")
        .say("Ten new codes take the place of all old ones. You are asked for a code of the last five minutes first.")
        .form(Form::post(HERE, visit.token("recovery", ""), "Make new recovery codes"))
}

/// Fresh codes, and the hashes that are kept of them.
pub(super) fn fresh(visit: &Visit<'_, '_>) -> (Vec<String>, Vec<Digest>) {
    let codes = visit.house.edge.chance.with(|mint| totp::recovery_codes(|bytes| mint.fill(bytes)));
    let hashes = codes.iter().map(|it| totp::recovery_digest(it)).collect();
    (codes, hashes)
}

/// The page that shows them once.
pub(super) fn shown(visit: &mut Visit<'_, '_>, codes: Vec<String>) -> Result<(Page, Leaf), Problem> {
    let section = Section::plain()
        .say(
            "Keep these ten codes where your telephone is not. Each opens the staff pages once. They are shown this \
             once and stored only as hashes.",
        )
        .codes(codes)
        .link("/admin", "Go on to the platform");
    Ok((visit.page("Your recovery codes", "")?, Leaf::new("Your recovery codes").with(section)))
}

async fn renew(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let done = call
        .visit(As::Admin, move |visit| {
            let permit = visit.db.permit::<ManageFactor>(visit.doors.account, Factor)?;
            let mut form = form?;
            visit.check(&mut form, "recovery", "")?;
            form.finish()?;
            let (codes, hashes) = fresh(visit);
            accounts::recovery_renew(&visit.house.store, permit, &hashes)?;
            shown(visit, codes)
        })
        .await;
    answered(&call, stepping(done, factor::HERE)?)
}
