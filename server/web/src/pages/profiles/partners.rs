//! Partner agencies: asked, answered, and the end prepared.

use super::mandates::{OfferLine, offer_lines};
use super::{as_shown, base, desk_of, done, terms};
use crate::change::Sent;
use crate::house::House;
use crate::http::Filled;
use crate::pages::engagements::parts::Act as Button;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Field, FormToken, Mark, Pager, State, When, when};
use crate::visit::Visit;
use domain::bounded::Email;
use domain::records::{DraftKind, PartnershipState};
use domain::{Kind, PartnershipId};
use policy::actions::{
    AcceptPartnership, DeclinePartnership, PrepareEndPartnership, PreparePartnership, ViewPartnership,
};
use policy::{Action, Permit, Shown, Unasked, facts};
use serde::Serialize;
use store::profiles::offers;
use store::profiles::partnerships::{self, Partnership};
use store::{Page as Rows, Store, StoreError};
use warp::reply::Response;

const ROWS: usize = 50;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/partners", "ViewPartnership", "Partnership", Most::Member, |call| {
            Box::pin(list(call))
        })
        .reads(&["after", "done"]),
        Route::post("/w/{workspace}/partners", "PreparePartnership", "Workspace", Most::Member, |call| {
            Box::pin(ask(call))
        }),
        Route::get(
            "/w/{workspace}/partners/{partnership}",
            "ViewPartnership",
            "Partnership",
            Most::Member,
            |call| Box::pin(show(call)),
        )
        .reads(&["done"]),
        Route::post(
            "/w/{workspace}/partners/{partnership}/accept",
            "AcceptPartnership",
            "Partnership",
            Most::Member,
            |call| Box::pin(answer(call, "accepted", partnerships::accept)),
        ),
        Route::post(
            "/w/{workspace}/partners/{partnership}/decline",
            "DeclinePartnership",
            "Partnership",
            Most::Member,
            |call| Box::pin(answer(call, "declined", partnerships::decline)),
        ),
        Route::post(
            "/w/{workspace}/partners/{partnership}/end",
            "PrepareEndPartnership",
            "Partnership",
            Most::Member,
            |call| Box::pin(end(call)),
        ),
    ]
}

#[derive(Serialize)]
struct Line {
    href: String,
    other: String,
    mark: Mark,
    when: When,
}

#[derive(Serialize)]
struct Ask {
    action: String,
    token: FormToken,
    email: Field,
}

#[derive(Serialize)]
struct ListView {
    partners: Vec<Line>,
    empty: Empty,
    pager: Pager,
    offers: Vec<OfferLine>,
    ask: Option<Ask>,
}

fn state(it: &Partnership) -> Mark {
    match it.state {
        PartnershipState::Asked => Mark::of("A", State::Enquiry, "asks you"),
        PartnershipState::Active => Mark::of("P", State::Firm, "partners"),
        PartnershipState::Ended => Mark::of("P", State::Gone, "over"),
    }
}

fn page(
    visit: &mut Visit<'_, '_>,
    after: Option<String>,
    note: Option<&'static str>,
    wrong: Option<&Filled>,
) -> Result<Response, Problem> {
    let (base, own) = (base(visit)?, visit.member()?.1.workspace);
    let zone = visit.house.settings.zone.clone();
    let again = after.is_some();
    let (found, next) = partnerships::list(visit.db, &Rows { after, ..Rows::first(ROWS) })?;
    let partners = found
        .iter()
        .map(|it| Line {
            href: format!("{base}/partners/{}", it.id),
            other: it.other.clone(),
            mark: state(it),
            when: when::instant(it.asked_at, &zone),
        })
        .collect();
    let blank = Filled::blank();
    let ask = if visit.db.may::<PreparePartnership>(own, &Unasked)? {
        let email = Field {
            autocomplete: Some("off"),
            ..Field::email("email", "E-mail of an owner of the other agency")
        };
        Some(Ask {
            action: format!("{base}/partners"),
            token: visit.token(&format!("{base}/partners")),
            email: email
                .hint("We never tell whether an address is known here.")
                .filled(wrong.unwrap_or(&blank)),
        })
    } else {
        None
    };
    let at = format!("{base}/partners");
    let view = ListView {
        partners,
        empty: Empty { text: "You have no partners yet.".into(), href: None, label: String::new() },
        pager: Pager {
            label: "Further partners".into(),
            first: again.then(|| at.clone()),
            next: next.map(|it| format!("{at}?after={}", crate::http::encoding::encode(&it))),
        },
        offers: offer_lines(visit, DraftKind::Partnership, &base)?,
        ask,
    };
    let mut page = visit.page("Partners", "/partners")?;
    page.note = note.map(str::to_owned);
    if let Some(wrong) = wrong {
        return Err(visit.house.views.again("pages/profiles/partners.html", &page.correcting(wrong), &view));
    }
    visit.house.views.page("pages/profiles/partners.html", &page, &view)
}

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let (after, note) = (query.maybe("after"), super::said(&query.text("done")));
    query.finish()?;
    call.visit(call.member(), move |visit| {
        desk_of(visit, Kind::Agency)?;
        page(visit, after, note, None)
    })
    .await
}

async fn ask(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let own = visit.member()?.1.workspace;
        Ok(visit.db.permit::<PreparePartnership>(own, Unasked)?)
    };
    let who = call.member();
    call.change(who, ask, |visit, permit, mut sheet| {
        let Some(email) = sheet.take("email", Email::parse) else {
            return page(visit, None, None, Some(&sheet.filled));
        };
        let id = offers::prepare_partnership(&sheet.finish(visit)?, permit, &email)?;
        Ok(reply::see_other(&format!("{}/offers/{id}?done=prepared", base(visit)?)))
    })
    .await
}

#[derive(Serialize)]
struct Act {
    action: String,
    token: FormToken,
    digest: String,
    label: String,
}

#[derive(Serialize)]
struct View {
    heading: String,
    mark: Mark,
    when: When,
    payload: Option<crate::view::Payload>,
    short: String,
    accept: Option<Act>,
    decline: Option<Act>,
    end: Option<Button>,
    back: String,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let note = done(&call)?;
    let id = call.holes.id::<PartnershipId>("partnership");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewPartnership>(id, Unasked)?;
        let it = partnerships::view(visit.db, &permit)?;
        let words = partnerships::terms(visit.db, &permit)?;
        let base = base(visit)?;
        let act = |visit: &Visit<'_, '_>, verb: &str, label: String| {
            let action = format!("{base}/partners/{id}/{verb}");
            Act { token: visit.token(&action), action, digest: it.digest.to_string(), label }
        };
        let (mut accept, mut decline, mut end) = (None, None, None);
        if it.state == PartnershipState::Asked {
            if visit.db.may::<AcceptPartnership>(id, &Shown(it.digest))? {
                accept = Some(act(visit, "accept", format!("Be partners with {}", it.other)));
            }
            if visit.db.may::<DeclinePartnership>(id, &Shown(it.digest))? {
                decline = Some(act(visit, "decline", "Decline".into()));
            }
        }
        if it.state == PartnershipState::Active && visit.db.may::<PrepareEndPartnership>(id, &Unasked)? {
            let button = Button::button(visit, format!("{base}/partners/{id}/end"), "Prepare the end");
            end = Some(button.undo());
        }
        let view = View {
            heading: if it.other.is_empty() { words.asked_email.clone() } else { it.other.clone() },
            mark: state(&it),
            when: when::instant(it.asked_at, &visit.house.settings.zone),
            payload: Some(terms::partnership(&words)),
            short: it.digest.short(),
            accept,
            decline,
            end,
            back: format!("{base}/partners"),
        };
        let mut page = visit.page(format!("Partner: {}", view.heading), "/partners")?;
        page.note = note.map(str::to_owned);
        visit.house.views.page("pages/profiles/partner.html", &page, &view)
    })
    .await
}

/// As for mandates: that another digest stands is told to those who may answer, and everyone else is refused.
async fn answer<A>(
    call: Call<House>,
    done: &'static str,
    act: fn(&Store, Permit<A>, &str) -> Result<(), StoreError>,
) -> Result<Response, Problem>
where
    A: Action<On = facts::Partnership, Input = Shown>,
{
    let (who, id) = (call.member(), call.holes.id::<PartnershipId>("partnership"));
    let ask = move |visit: &mut Visit<'_, '_>, sent: &mut Sent| {
        let id = visit.known(id)?;
        let seen = visit.db.permit::<ViewPartnership>(id, Unasked)?;
        let stands = partnerships::view(visit.db, &seen)?.digest;
        as_shown::<_, A>(visit, sent, &seen, id, stands)
    };
    call.change(who, ask, move |visit, permit, sheet| {
        act(&sheet.finish(visit)?, permit, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("{}/partners?done={done}", base(visit)?)))
    })
    .await
}

async fn end(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<PartnershipId>("partnership"));
    call.change_on::<PrepareEndPartnership>(who, id, Unasked, |visit, permit, sheet| {
        let done = partnerships::prepare_end(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}
