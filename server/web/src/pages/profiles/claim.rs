//! An artist claims the profile that an agency kept. The link shows what would be taken over; only the button takes it.

use crate::change::Sent;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Fact, Facts, FormToken};
use crate::visit::{As, Visit};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Digest, ProfileId};
use policy::Claim;
use policy::actions::ClaimProfile;
use serde::Serialize;
use store::profiles::managed;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/claim/{profile}", "ClaimProfile", "Profile", Most::Member, |call| Box::pin(show(call)))
            .reads(&["token"]),
        Route::post("/claim/{profile}", "ClaimProfile", "Profile", Most::Member, |call| Box::pin(take(call))),
    ]
}

#[derive(Serialize)]
struct View {
    name: String,
    facts: Facts,
    agency: Option<String>,
    action: String,
    token: FormToken,
    claim: String,
    /// The digest of the mandate that is shown, or empty.
    mandate: String,
}

/// What is no token is asked with as a token that nobody holds.
fn claim(token: &str) -> Claim {
    Claim(managed::claim_digest(&URL_SAFE_NO_PAD.decode(token).unwrap_or_default()))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let token = query.text("token");
    query.finish()?;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(As::Account, move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ClaimProfile>(id, claim(&token))?;
        let it = managed::claimable(visit.db, &permit)?;
        let mut rows = Vec::new();
        if let Some(agency) = &it.agency {
            rows.push(Fact::text("Represented by", agency.clone()));
        }
        if let Some(territory) = it.territory {
            rows.push(Fact::text("Territory", territory));
        }
        if let Some(commission) = it.commission {
            rows.push(Fact::amount("Commission", format!("{commission} of the gross fee")));
        }
        let view = View {
            name: it.name,
            facts: Facts { wide: false, rows },
            agency: it.agency,
            action: format!("/claim/{id}"),
            token: visit.token(&format!("/claim/{id}")),
            claim: token,
            mandate: it.mandate.map(|it| it.to_string()).unwrap_or_default(),
        };
        let page = visit.page(format!("Claim the profile of {}", view.name), "")?;
        visit.house.views.page("pages/profiles/claim.html", &page, &view)
    })
    .await
}

async fn take(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<ProfileId>("profile");
    let ask = move |visit: &mut Visit<'_, '_>, sent: &mut Sent| {
        let id = visit.known(id)?;
        Ok(visit.db.permit::<ClaimProfile>(id, claim(&sent.question("claim")))?)
    };
    call.change(As::Account, ask, |visit, permit, mut sheet| {
        // what is no digest was never shown
        let shown = sheet.text("mandate");
        let shown = (!shown.is_empty()).then(|| shown.parse().unwrap_or(Digest([0; 32])));
        let workspace = managed::claim(&sheet.finish(visit)?, permit, shown)?;
        Ok(reply::see_other(&format!("/w/{workspace}/profile?done=claimed")))
    })
    .await
}
