//! Representation: the artist's agencies, the agency's mandates, and one mandate with its exact terms.

use super::{base, digest, done, only, terms};
use crate::house::House;
use crate::http::{Filled, Form};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{DayField, Empty, Fact, Facts, FormToken, Link, Mark, Pager, Payload, State, day_of, when};
use crate::visit::Visit;
use domain::records::{DraftKind, DraftState, MandateState};
use domain::{Digest, Kind, MandateId};
use policy::actions::{
    AcceptMandate, DeclineMandate, EndMandate, PrepareMandate, ViewMandate, ViewMandateTerms,
};
use policy::{Permit, Shown, Unasked};
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
        }),
        Route::get("/w/{workspace}/mandates", "ViewMandate", "Mandate", Most::Member, |call| {
            Box::pin(list(call, Kind::Agency))
        }),
        Route::get("/w/{workspace}/mandates/{mandate}", "ViewMandate", "Mandate", Most::Member, |call| {
            Box::pin(show(call))
        }),
        post("/w/{workspace}/mandates/{mandate}/accept", "AcceptMandate", |call| Box::pin(accept(call))),
        post("/w/{workspace}/mandates/{mandate}/decline", "DeclineMandate", |call| Box::pin(decline(call))),
        post("/w/{workspace}/mandates/{mandate}/end", "EndMandate", |call| Box::pin(end(call))),
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

fn facts(visit: &Visit<'_, '_>, it: &Mandate) -> Facts {
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
        only(visit, kind)?;
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
    end: Option<Act>,
    last: Option<DayField>,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let note = done(&call)?;
    let id = call.holes.id::<MandateId>("mandate");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewMandate>(id, Unasked)?;
        render(visit, &permit, note, None)
    })
    .await
}

fn render(
    visit: &mut Visit<'_, '_>,
    permit: &Permit<ViewMandate>,
    note: Option<&'static str>,
    wrong: Option<&Filled>,
) -> Result<Response, Problem> {
    let it = mandates::view(visit.db, permit)?;
    let (id, base) = (it.id, base(visit)?);
    let kind = visit.member()?.0;
    let mut shown_terms = None;
    if visit.db.may::<ViewMandateTerms>(id, &Unasked)? {
        let permit = visit.db.permit::<ViewMandateTerms>(id, Unasked)?;
        shown_terms = Some(terms::mandate(&mandates::terms(visit.db, &permit)?));
    }
    let act = |visit: &Visit<'_, '_>, verb: &str, label: String| Act {
        action: format!("{base}/mandates/{id}/{verb}"),
        token: visit.token(verb, &id.to_string()),
        digest: it.digest.clone(),
        label,
    };
    let (mut accept, mut decline, mut end) = (None, None, None);
    // a digest that is none cannot have been shown, and confirms nothing
    if let Ok(digest) = it.digest.parse::<Digest>() {
        if it.state == MandateState::Invited {
            // nobody accepts what they were not shown
            if shown_terms.is_some() && visit.db.may::<AcceptMandate>(id, &Shown(digest))? {
                accept = Some(act(visit, "accept", format!("Accept the mandate of {}", it.agency)));
            }
            if visit.db.may::<DeclineMandate>(id, &Shown(digest))? {
                decline = Some(act(visit, "decline", "Decline".into()));
            }
        }
        if matches!(it.state, MandateState::Active | MandateState::Ending)
            && visit.db.may::<EndMandate>(id, &Shown(digest))?
        {
            end = Some(act(visit, "end", "End this mandate".into()));
        }
    }
    let blank = Filled::blank();
    let last = end.is_some().then(|| {
        DayField::new("last", "last_", "Last day")
            .hint("Leave it empty to end the mandate at once.")
            .filled(wrong.unwrap_or(&blank))
    });
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
        digest: it.digest.parse::<Digest>().map(|it| it.short()).unwrap_or_default(),
        accept,
        decline,
        end,
        last,
    };
    let here = if kind == Kind::Artist { "/agencies" } else { "/roster" };
    let mut page = visit.page(format!("Mandate: {}", view.heading), here)?;
    page.note = note.map(str::to_owned);
    if let Some(wrong) = wrong {
        let page = page.correcting(wrong);
        return Err(visit.house.views.again("pages/profiles/mandate.html", &page, &view));
    }
    visit.house.views.page("pages/profiles/mandate.html", &page, &view)
}

/// The digest is part of the question, so it is read before it is asked. A form that carries none is asked with one that
/// nothing has: the answer of a stranger stays the stranger's, and the owner of the thing is told to look again.
fn asked(form: &mut Result<Form, Problem>) -> Shown {
    let shown = form.as_mut().ok().and_then(|it| digest(it).ok());
    Shown(shown.unwrap_or(Digest([0; 32])))
}

/// Whoever may see it and sent another digest is told that it changed; whoever may not is refused as always.
fn stale(visit: &mut Visit<'_, '_>, id: MandateId, shown: Shown) -> Result<(), Problem> {
    let permit = visit.db.permit::<ViewMandate>(id, Unasked)?;
    let stands = mandates::view(visit.db, &permit)?.digest;
    if stands == shown.0.to_string() {
        return Ok(());
    }
    Err(Problem::Stale(
        "These are not the terms that you were shown. Nothing was sent. Look at them again.".into(),
    ))
}

async fn accept(mut call: Call<House>) -> Result<Response, Problem> {
    let mut form = call.rq.form().await;
    let id = call.holes.id::<MandateId>("mandate");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let shown = asked(&mut form);
        stale(visit, id, shown)?;
        let permit = visit.db.permit::<AcceptMandate>(id, shown)?;
        let mut form = form?;
        visit.check(&mut form, "accept", &id.to_string())?;
        form.finish()?;
        mandates::accept(&visit.house.store, permit, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("{}/mandates/{id}?done=accepted", base(visit)?)))
    })
    .await
}

async fn decline(mut call: Call<House>) -> Result<Response, Problem> {
    let mut form = call.rq.form().await;
    let id = call.holes.id::<MandateId>("mandate");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let shown = asked(&mut form);
        stale(visit, id, shown)?;
        let permit = visit.db.permit::<DeclineMandate>(id, shown)?;
        let mut form = form?;
        visit.check(&mut form, "decline", &id.to_string())?;
        form.finish()?;
        mandates::decline(&visit.house.store, permit, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("{}/mandates/{id}?done=declined", base(visit)?)))
    })
    .await
}

async fn end(mut call: Call<House>) -> Result<Response, Problem> {
    let mut form = call.rq.form().await;
    let id = call.holes.id::<MandateId>("mandate");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let shown = asked(&mut form);
        stale(visit, id, shown)?;
        let permit = visit.db.permit::<EndMandate>(id, shown)?;
        let mut form = form?;
        visit.check(&mut form, "end", &id.to_string())?;
        let mut filled = form.filled(&["form_token", "digest"]);
        let parts = [form.text("last_day"), form.text("last_month"), form.text("last_year")];
        form.finish()?;
        let last = if parts.iter().all(|it| it.trim().is_empty()) {
            None
        } else {
            match filled.take("last", day_of(&parts[0], &parts[1], &parts[2])) {
                Some(day) => Some(day),
                None => return again(visit, id, &filled),
            }
        };
        match mandates::end(&visit.house.store, permit, last, &visit.house.settings.address) {
            Err(store::StoreError::Conflict(why)) if last.is_some() => {
                filled.faults.add("last", why);
                return again(visit, id, &filled);
            }
            other => other?,
        }
        let word = if last.is_some() { "notice" } else { "ended" };
        Ok(reply::see_other(&format!("{}/mandates/{id}?done={word}", base(visit)?)))
    })
    .await
}

fn again(visit: &mut Visit<'_, '_>, id: MandateId, filled: &Filled) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewMandate>(id, Unasked)?;
    render(visit, &permit, None, Some(filled))
}
