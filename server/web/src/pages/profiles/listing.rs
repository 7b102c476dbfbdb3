//! The in-platform card of an artist, to those it is open to.

use super::base;
use super::profile::{Named, named};
use crate::house::House;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::visit::Visit;
use domain::{Kind, ProfileId};
use policy::Unasked;
use policy::actions::{PrepareRequest, ViewListing};
use serde::Serialize;
use store::profiles::{self, Listing};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![Route::get("/w/{workspace}/listings/{profile}", "ViewListing", "Profile", Most::Member, |call| {
        Box::pin(open(call))
    })]
}

/// The text of a listing or folio, as both templates take it.
#[derive(Serialize)]
pub(in crate::pages) struct Text {
    pub(in crate::pages) name: String,
    pub(in crate::pages) discipline: String,
    pub(in crate::pages) based_in: String,
    pub(in crate::pages) paragraphs: Vec<String>,
    agencies: Vec<Named>,
}

impl Text {
    pub(in crate::pages) fn of(it: &Listing) -> Self {
        Self {
            name: it.name.clone(),
            discipline: it.discipline.clone(),
            based_in: it.based_in.clone(),
            paragraphs: it
                .biography
                .split("\n\n")
                .map(|it| it.trim().to_owned())
                .filter(|it| !it.is_empty())
                .collect(),
            agencies: named(&it.agencies),
        }
    }
}

#[derive(Serialize)]
struct View {
    listing: Text,
    why: Vec<String>,
    request: Option<String>,
}

async fn open(call: Call<House>) -> Result<Response, Problem> {
    call.rq.query()?.finish()?;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        show(visit, id)
    })
    .await
}

/// The listing, or the one refusal.
pub(super) fn show(visit: &mut Visit<'_, '_>, id: ProfileId) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewListing>(id, Unasked)?;
    let listing = profiles::listing(visit.db, &permit)?;
    let engine = visit.db.engine().clone();
    let why = permit
        .by()
        .filter_map(|by| engine.texts().iter().find(|it| it.id == by).map(|it| it.says.clone()))
        .collect();
    let asks = visit.db.may::<PrepareRequest>(id, &Unasked)?;
    let request = if asks { Some(format!("{}/artists/{id}/request", base(visit)?)) } else { None };
    let here = if visit.member()?.0 == Kind::Presenter { "/discovery" } else { "" };
    let page = visit.page(listing.name.clone(), here)?;
    let view = View { listing: Text::of(&listing), why, request };
    visit.house.views.page("pages/profiles/listing.html", &page, &view)
}
