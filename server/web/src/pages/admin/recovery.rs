//! Recovery codes of one's own second factor: ten, shown once, kept as hashes.

use super::{factor, stepped};
use crate::change::Sent;
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
        .form(Form::post(visit, HERE, "Make new recovery codes"))
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

async fn renew(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        Ok(visit.db.permit::<ManageFactor>(visit.doors.account, Factor)?)
    };
    let done = call
        .change(As::Admin, ask, |visit, permit, sheet| {
            let (codes, hashes) = fresh(visit);
            accounts::recovery_renew(&sheet.finish(visit)?, permit, &hashes)?;
            let (page, leaf) = shown(visit, codes)?;
            leaf.answer(visit.house, &page)
        })
        .await;
    stepped(done, factor::HERE)
}
