//! The switches of who sees a profile, each a form with one button.

use super::home;
use crate::change::Sent;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::visit::Visit;
use domain::{Fault, Level, ProfileId, Version};
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
            Box::pin(turn::<OptIn>(call, "opted-in", profiles::opt_in))
        }),
        post("/w/{workspace}/artists/{profile}/opt-out", "OptOut", |call| {
            Box::pin(turn::<OptOut>(call, "opted-out", profiles::opt_out))
        }),
        post("/w/{workspace}/artists/{profile}/found", "AllowDiscovery", |call| {
            Box::pin(turn::<AllowDiscovery>(call, "found", profiles::allow_discovery))
        }),
        post("/w/{workspace}/artists/{profile}/unfound", "StopDiscovery", |call| {
            Box::pin(turn::<StopDiscovery>(call, "unfound", profiles::stop_discovery))
        }),
    ]
}

async fn turn<A>(
    call: Call<House>,
    done: &'static str,
    act: fn(&Store, Permit<A>, Version) -> Result<(), StoreError>,
) -> Result<Response, Problem>
where
    A: Action<On = facts::Profile, Input = Unasked>,
{
    let (who, id) = (call.member(), call.holes.id::<ProfileId>("profile"));
    call.change_on::<A>(who, id, Unasked, move |visit, permit, mut sheet| {
        let (id, version) = (permit.on(), sheet.version()?);
        act(&sheet.finish(visit)?, permit, version)?;
        Ok(reply::see_other(&format!("{}?done={done}", home(visit, id)?)))
    })
    .await
}

/// The level is part of the question, so it is read before it is asked; what is none is asked as the lowest, and said
/// to be wrong only to those who may ask.
async fn level(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<ProfileId>("profile"));
    let ask = move |visit: &mut Visit<'_, '_>, sent: &mut Sent| {
        let id = visit.known(id)?;
        let typed = sent.question("level").parse::<Level>().ok();
        Ok(visit.db.permit::<SetLevel>(id, typed.unwrap_or(Level::WorkspacePrivate))?)
    };
    call.change(who, ask, |visit, permit, mut sheet| {
        let (id, version) = (permit.on(), sheet.version()?);
        let a_level = |it: &str| it.parse::<Level>().map_err(|_| Fault::new("Choose one of the four levels"));
        if sheet.take("level", a_level).is_none() {
            return Err(sheet.wrong());
        }
        profiles::set_level(&sheet.finish(visit)?, permit, version)?;
        Ok(reply::see_other(&format!("{}?done=level", home(visit, id)?)))
    })
    .await
}
