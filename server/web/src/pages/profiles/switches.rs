//! The switches of who sees a profile, each a form with one button.

use super::{home, shown};
use crate::house::House;
use crate::http::Form;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use domain::{Level, ProfileId, Version};
use policy::actions::{AllowDiscovery, OptIn, OptOut, SetLevel, StopDiscovery};
use policy::{Action, Permit, Unasked, facts};
use store::profiles;
use store::{Store, StoreError};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    let post = |path, action, handler| Route::post(path, action, "Profile", Most::Member, handler);
    vec![
        post("/w/{workspace}/artists/{profile}/level", "SetLevel", |call| Box::pin(level(call))),
        post("/w/{workspace}/artists/{profile}/opt-in", "OptIn", |call| {
            Box::pin(turn::<OptIn>(call, "opt-in", "opted-in", profiles::opt_in))
        }),
        post("/w/{workspace}/artists/{profile}/opt-out", "OptOut", |call| {
            Box::pin(turn::<OptOut>(call, "opt-out", "opted-out", profiles::opt_out))
        }),
        post("/w/{workspace}/artists/{profile}/found", "AllowDiscovery", |call| {
            Box::pin(turn::<AllowDiscovery>(call, "found", "found", profiles::allow_discovery))
        }),
        post("/w/{workspace}/artists/{profile}/unfound", "StopDiscovery", |call| {
            Box::pin(turn::<StopDiscovery>(call, "unfound", "unfound", profiles::stop_discovery))
        }),
    ]
}

async fn turn<A>(
    mut call: Call<House>,
    verb: &'static str,
    done: &'static str,
    act: fn(&Store, Permit<A>, Version) -> Result<(), StoreError>,
) -> Result<Response, Problem>
where
    A: Action<On = facts::Profile, Input = Unasked>,
{
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<A>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, verb, &id.to_string())?;
        let version = shown(&mut form)?;
        form.finish()?;
        act(&visit.house.store, permit, version)?;
        Ok(reply::see_other(&format!("{}?done={done}", home(visit, id)?)))
    })
    .await
}

/// The level is part of the question, so it is read before it is asked; what is none is asked as the lowest, and said
/// to be wrong only to those who may ask.
async fn level(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let mut form: Result<Form, Problem> = form;
        let typed = form.as_mut().ok().and_then(|it| it.text("level").parse::<Level>().ok());
        let permit = visit.db.permit::<SetLevel>(id, typed.unwrap_or(Level::WorkspacePrivate))?;
        let mut form = form?;
        visit.check(&mut form, "level", &id.to_string())?;
        let version = shown(&mut form)?;
        form.finish()?;
        if typed.is_none() {
            return Err(Problem::BadRequest("Choose one of the four levels.".into()));
        }
        profiles::set_level(&visit.house.store, permit, version)?;
        Ok(reply::see_other(&format!("{}?done=level", home(visit, id)?)))
    })
    .await
}
