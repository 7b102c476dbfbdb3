//! Representation: the artist's agencies, the agency's mandates, and one mandate with its exact terms.

use super::{as_shown, base, desk_of, done, terms};
use crate::change::{Sent, Sheet};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Fact, Facts, FormToken, Link, Mark, Pager, Payload, State, when};
use crate::visit::Visit;
use domain::records::{DraftKind, DraftState, MandateState};
use domain::{Kind, MandateId};
use policy::actions::{
    AcceptMandate, DeclineMandate, PrepareMandate, PrepareNotice, ViewMandate, ViewMandateTerms,
};
use policy::{Action, Permit, Shown, Unasked, facts};
use serde::Serialize;
use store::Page as Rows;
use store::profiles::mandates::{self, Mandate};
use store::profiles::offers;
use warp::reply::Response;

const ROWS: usize = 50;

pub(super) fn routes() -> Vec<Route<House>> {
    let post = |path, action, handler| Route::post(path, action, "Mandate", Most::Member, handler);
    vec![
        Route::get("/w/{workspace}/agencies", "ViewMandate", "Mandate", Most::Member, |call| {
            Box::pin(list(call, Kind::Artist))
        })
        .reads(&["after", "done"]),
        Route::get("/w/{workspace}/mandates", "ViewMandate", "Mandate", Most::Member, |call| {
            Box::pin(list(call, Kind::Agency))
        })
        .reads(&["after", "done"]),
        Route::get("/w/{workspace}/mandates/{mandate}", "ViewMandate", "Mandate", Most::Member, |call| {
            Box::pin(show(call))
        })
        .reads(&["done"]),
        post("/w/{workspace}/mandates/{mandate}/accept", "AcceptMandate", |call| {
            Box::pin(answer(call, accept))
        }),
        post("/w/{workspace}/mandates/{mandate}/decline", "DeclineMandate", |call| {
            Box::pin(answer(call, decline))
        }),
    ]
}

#[derive(Serialize)]
struct Line {
    href: String,
    who: String,
    territory: String,
    mark: Mark,
    facts: Facts,
}

/// An offer that was made, by the address it went to.
#[derive(Serialize)]
pub(super) struct OfferLine {
    pub(super) href: String,
    pub(super) to: String,
    pub(super) mark: Mark,
    pub(super) when: crate::view::When,
}

#[derive(Serialize)]
struct ListView {
    heading: &'static str,
    lead: &'static str,
    mandates: Vec<Line>,
    empty: Empty,
    pager: Pager,
    offers: Option<Vec<OfferLine>>,
    ways: Vec<Link>,
}

fn state(it: MandateState) -> Mark {
    match it {
        MandateState::Invited => Mark::of("O", State::Enquiry, "offered"),
        MandateState::Active => Mark::of("M", State::Firm, "in force"),
        MandateState::Ending => Mark::of("M", State::Late, "ends"),
        MandateState::Ended => Mark::of("M", State::Gone, "ended"),
        MandateState::Declined => Mark::of("O", State::Gone, "declined"),
    }
}

/// Whether it has an end to speak of.
pub(super) fn in_force(state: MandateState) -> bool {
    matches!(state, MandateState::Active | MandateState::Ending)
}

pub(super) fn facts(visit: &Visit<'_, '_>, it: &Mandate) -> Facts {
    let zone = &visit.house.settings.zone;
    let mut rows = vec![Fact::when("Offered", when::instant(it.offered_at, zone))];
    if let Some(at) = it.starts_at {
        rows.push(Fact::when(if at > visit.now() { "Begins" } else { "Began" }, when::instant(at, zone)));
    }
    if let Some(at) = it.ends_at {
        rows.push(Fact::when(if at > visit.now() { "Ends" } else { "Ended" }, when::instant(at, zone)));
    }
    Facts { wide: false, rows }
}

pub(super) fn offer_lines(
    visit: &mut Visit<'_, '_>,
    kind: DraftKind,
    base: &str,
) -> Result<Vec<OfferLine>, Problem> {
    let zone = visit.house.settings.zone.clone();
    let (offers, _) = offers::list(visit.db, kind, &Rows::first(ROWS))?;
    Ok(offers
        .into_iter()
        .map(|it| OfferLine {
            href: format!("{base}/offers/{}", it.id),
            to: terms::to(&it.terms).to_owned(),
            mark: match (it.state, it.answer) {
                (DraftState::Prepared, _) => Mark::of("D", State::Enquiry, "prepared, not sent"),
                (_, None) => Mark::of("O", State::Hold, "sent, no answer yet"),
                (_, Some("declined")) => Mark::of("O", State::Gone, "declined"),
                (_, Some(answer)) => Mark::of("O", State::Firm, answer),
            },
            when: when::instant(it.prepared_at, &zone),
        })
        .collect())
}

async fn list(call: Call<House>, kind: Kind) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let (after, note) = (query.maybe("after"), super::said(&query.text("done")));
    query.finish()?;
    call.visit(call.member(), move |visit| {
        desk_of(visit, kind)?;
        let base = base(visit)?;
        let again = after.is_some();
        let (found, next) = mandates::list(visit.db, &Rows { after, ..Rows::first(ROWS) })?;
        let at = format!("{base}/{}", if kind == Kind::Artist { "agencies" } else { "mandates" });
        let mandates = found
            .iter()
            .map(|it| Line {
                href: format!("{base}/mandates/{}", it.id),
                who: if kind == Kind::Artist { it.agency.clone() } else { it.artist.clone() },
                territory: it.territory.clone(),
                mark: state(it.state),
                facts: facts(visit, it),
            })
            .collect();
        let (mut offers, mut ways) = (None, Vec::new());
        if kind == Kind::Agency {
            offers = Some(offer_lines(visit, DraftKind::Mandate, &base)?);
            if visit.db.may::<PrepareMandate>(visit.member()?.1.workspace, &Unasked)? {
                ways.push(Link::to(format!("{base}/roster/offer"), "Offer a mandate"));
            }
        }
        let view = ListView {
            heading: if kind == Kind::Artist { "Agencies" } else { "Mandates and offers" },
            lead: if kind == Kind::Artist {
                "Who represents you, who offers to, and until when."
            } else {
                "Whom you represent and represented, and what you offered."
            },
            mandates,
            empty: Empty {
                text: if kind == Kind::Artist {
                    "No agency represents you. An offer of one would stand here."
                } else {
                    "There is no mandate yet."
                }
                .into(),
                href: None,
                label: String::new(),
            },
            pager: Pager {
                label: "Further mandates".into(),
                first: again.then(|| at.clone()),
                next: next.map(|it| format!("{at}?after={}", crate::http::encoding::encode(&it))),
            },
            offers,
            ways,
        };
        let here = if kind == Kind::Artist { "/agencies" } else { "/roster" };
        let mut page = visit.page(view.heading, here)?;
        page.note = note.map(str::to_owned);
        visit.house.views.page("pages/profiles/mandates.html", &page, &view)
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
    facts: Facts,
    artist: Option<Link>,
    terms: Option<Payload>,
    digest: String,
    accept: Option<Act>,
    decline: Option<Act>,
    end: Option<Link>,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let note = done(&call)?;
    let id = call.holes.id::<MandateId>("mandate");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewMandate>(id, Unasked)?;
        render(visit, &permit, note)
    })
    .await
}

fn render(
    visit: &mut Visit<'_, '_>,
    permit: &Permit<ViewMandate>,
    note: Option<&'static str>,
) -> Result<Response, Problem> {
    let it = mandates::view(visit.db, permit)?;
    let (id, base) = (it.id, base(visit)?);
    let kind = visit.member()?.0;
    let mut shown_terms = None;
    if visit.db.may::<ViewMandateTerms>(id, &Unasked)? {
        let permit = visit.db.permit::<ViewMandateTerms>(id, Unasked)?;
        shown_terms = Some(terms::mandate(&mandates::terms(visit.db, &permit)?, true));
    }
    let act = |visit: &Visit<'_, '_>, verb: &str, label: String| {
        let action = format!("{base}/mandates/{id}/{verb}");
        Act { token: visit.token(&action), action, digest: it.digest.to_string(), label }
    };
    let (mut accept, mut decline, mut end) = (None, None, None);
    if it.state == MandateState::Invited {
        // nobody accepts what they were not shown
        if shown_terms.is_some() && visit.db.may::<AcceptMandate>(id, &Shown(it.digest))? {
            accept = Some(act(visit, "accept", format!("Accept the mandate of {}", it.agency)));
        }
        if visit.db.may::<DeclineMandate>(id, &Shown(it.digest))? {
            decline = Some(act(visit, "decline", "Decline".into()));
        }
    }
    if in_force(it.state) && visit.db.may::<PrepareNotice>(id, &Unasked)? {
        end = Some(Link::to(format!("{base}/mandates/{id}/notice"), "Prepare the end of this mandate"));
    }
    let artist = match (kind, it.profile, it.state) {
        (Kind::Agency, Some(profile), MandateState::Active | MandateState::Ending) => {
            Some(Link::to(format!("{base}/artists/{profile}"), it.artist.clone()))
        }
        _ => None,
    };
    let view = View {
        heading: if kind == Kind::Artist { it.agency.clone() } else { it.artist.clone() },
        mark: state(it.state),
        facts: facts(visit, &it),
        artist,
        terms: shown_terms,
        digest: it.digest.short(),
        accept,
        decline,
        end,
    };
    let here = if kind == Kind::Artist { "/agencies" } else { "/roster" };
    let mut page = visit.page(format!("Mandate: {}", view.heading), here)?;
    page.note = note.map(str::to_owned);
    visit.house.views.page("pages/profiles/mandate.html", &page, &view)
}

/// Whoever may answer and sent another digest than the one that stands is told so; whoever may not is refused, whatever
/// the form holds.
async fn answer<A>(
    call: Call<House>,
    act: fn(&mut Visit<'_, '_>, Permit<A>, Sheet) -> Result<Response, Problem>,
) -> Result<Response, Problem>
where
    A: Action<On = facts::Mandate, Input = Shown>,
{
    let (who, id) = (call.member(), call.holes.id::<MandateId>("mandate"));
    let ask = move |visit: &mut Visit<'_, '_>, sent: &mut Sent| {
        let id = visit.known(id)?;
        let seen = visit.db.permit::<ViewMandate>(id, Unasked)?;
        let stands = mandates::view(visit.db, &seen)?.digest;
        as_shown::<_, A>(visit, sent, &seen, id, stands)
    };
    call.change(who, ask, act).await
}

fn done_at(visit: &Visit<'_, '_>, id: MandateId, word: &str) -> Result<Response, Problem> {
    Ok(reply::see_other(&format!("{}/mandates/{id}?done={word}", base(visit)?)))
}

fn accept(
    visit: &mut Visit<'_, '_>,
    permit: Permit<AcceptMandate>,
    sheet: Sheet,
) -> Result<Response, Problem> {
    let id = permit.on();
    mandates::accept(&sheet.finish(visit)?, permit, &visit.house.settings.address)?;
    done_at(visit, id, "accepted")
}

fn decline(
    visit: &mut Visit<'_, '_>,
    permit: Permit<DeclineMandate>,
    sheet: Sheet,
) -> Result<Response, Problem> {
    let id = permit.on();
    mandates::decline(&sheet.finish(visit)?, permit, &visit.house.settings.address)?;
    done_at(visit, id, "declined")
}
