//! Who sees this: each kind of viewer, computed by the policies themselves, with the very pages they would see.

use super::home;
use super::listing::Text;
use crate::house::House;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::Mark;
use crate::visit::Visit;
use domain::{Kind, ProfileId};
use policy::Unasked;
use policy::actions::ViewProfile;
use serde::Serialize;
use store::profiles;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/profile/who-sees-this", "ViewProfile", "Profile", Most::Member, |call| {
            Box::pin(own(call))
        }),
        Route::get(
            "/w/{workspace}/artists/{profile}/who-sees-this",
            "ViewProfile",
            "Profile",
            Most::Member,
            |call| Box::pin(of_roster(call)),
        ),
    ]
}

#[derive(Serialize)]
struct Line {
    who: &'static str,
    sees: String,
    why: Vec<String>,
}

#[derive(Serialize)]
struct View {
    name: String,
    back: String,
    level: Mark,
    lines: Vec<Line>,
    listing: Option<Text>,
    folio: Option<Text>,
    address: String,
}

async fn own(call: Call<House>) -> Result<Response, Problem> {
    call.rq.query()?.finish()?;
    call.visit(call.member(), move |visit| {
        let id = profiles::own_id(visit.db)?;
        show(visit, id)
    })
    .await
}

async fn of_roster(call: Call<House>) -> Result<Response, Problem> {
    call.rq.query()?.finish()?;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        show(visit, id)
    })
    .await
}

fn show(visit: &mut Visit<'_, '_>, id: ProfileId) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewProfile>(id, Unasked)?;
    let own = profiles::own(visit.db, &permit)?;
    let seen = profiles::viewers(visit.db, &permit)?;
    let (folio, listing) = (seen.iter().any(|it| it.folio), seen.iter().any(|it| it.listing));
    let mut lines = vec![Line {
        who: "You, and the agencies that represent the artist",
        sees: "everything: the profile, how to reach the artist, its level".into(),
        why: Vec::new(),
    }];
    lines.extend(seen.into_iter().map(|it| {
        let mut sees = Vec::new();
        for (yes, what) in [
            (it.whole, "everything"),
            (it.folio, "the folio"),
            (it.listing, "the listing"),
            (it.found, "the listing in lists and searches"),
        ] {
            if yes {
                sees.push(what);
            }
        }
        let sees = if sees.is_empty() { "nothing".to_owned() } else { sees.join(", ") };
        Line { who: it.viewer.title(), sees, why: it.why }
    }));
    // engagement data has no level (spec P6): whatever is set above, this stays
    lines.push(Line {
        who: "A party to one of your engagements, and its counsel",
        sees: "that engagement, by their side of it".into(),
        why: Vec::new(),
    });
    let view = View {
        name: own.listing.name.clone(),
        back: home(visit, id)?,
        level: super::profile::mark(own.level),
        lines,
        listing: listing.then(|| Text::of(&own.listing)),
        folio: folio.then(|| Text::of(&own.listing)),
        address: format!("{}/folio/{}", visit.house.settings.address, own.slug),
    };
    let here = if visit.member()?.0 == Kind::Artist { "/profile" } else { "/roster" };
    let page = visit.page(format!("Who sees {}", view.name), here)?;
    visit.house.views.page("pages/profiles/viewers.html", &page, &view)
}
