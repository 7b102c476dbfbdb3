//! Requests: asking for an artist, the list, and one request with its answers.

use super::parts::{
    Act, Changes, FormView, ListView, RecordView, RowView, asked, base, move_of, paged, pager, paragraphs,
    request_mark, terms_facts, terms_parts, typed_terms,
};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Link, Payload, when};
use crate::visit::Visit;
use domain::records::{DraftKind, RequestState};
use domain::{ProfileId, RequestId, Side};
use policy::actions::{
    ExportWorkspace, PrepareAnswer, PrepareHold, PrepareRequest, PrepareWithdrawRequest, ViewDraftSums,
    ViewRequest, ViewWorkspace,
};
use policy::{Permit, Unasked};
use store::drafts::{self, Terms};
use store::engagements::requests::{self, RequestView};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/requests", "ViewRequest", "Request", Most::Member, |call| {
            Box::pin(list(call))
        })
        .reads(&["after"]),
        Route::get("/w/{workspace}/requests/{request}", "ViewRequest", "Request", Most::Member, |call| {
            Box::pin(show(call))
        }),
        Route::get(
            "/w/{workspace}/artists/{profile}/request",
            "PrepareRequest",
            "Profile",
            Most::Member,
            |call| Box::pin(blank(call)),
        )
        .reads(&["draft"]),
        Route::post(
            "/w/{workspace}/artists/{profile}/request",
            "PrepareRequest",
            "Profile",
            Most::Member,
            |call| Box::pin(prepare(call)),
        ),
    ]
}

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let query = call.rq.query();
    call.visit(call.member(), move |visit| {
        let (kind, member) = visit.member()?;
        let _permit = visit.db.permit::<ViewWorkspace>(member.workspace, Unasked)?;
        let (base, page) = (base(visit)?, paged(query)?);
        let (found, next) = requests::list(visit.db, &page)?;
        let rows = found
            .into_iter()
            .map(|(it, named)| RowView {
                mark: request_mark(it.state),
                when: Some(when::span(it.first_day, it.last_day)),
                title: named.title.clone(),
                href: format!("{base}/requests/{}", it.id),
                text: format!(
                    "{}, {}. {}",
                    named.name(Side::Artist),
                    named.name(Side::Presenter),
                    move_of(
                        it.state.turn(),
                        Some(kind),
                        named.office(),
                        named.name(Side::Presenter),
                        String::new()
                    )
                    .whose
                ),
            })
            .collect::<Vec<_>>();
        let empty = rows.is_empty().then(|| match kind {
            domain::Kind::Presenter => Empty {
                text: "You have not asked for anybody yet.".into(),
                href: Some(format!("{base}/search")),
                label: "Find an artist".into(),
            },
            _ => Empty { text: "Nobody has asked yet.".into(), href: None, label: String::new() },
        });
        let view = ListView {
            heading: "Requests".into(),
            lead: "A request asks for dates. It claims none before it is accepted.".into(),
            pager: pager("Requests", &format!("{base}/requests"), page.after.is_some(), next),
            rows,
            empty,
        };
        let page = visit.page("Requests", "/requests")?;
        visit.house.views.page("pages/engagements/list.html", &page, &view)
    })
    .await
}

/// The terms of a request.
pub(super) fn terms_of(it: &RequestView) -> Terms {
    Terms {
        first_day: it.first_day,
        last_day: it.last_day,
        venue: it.venue.clone(),
        programme: it.programme.clone(),
        fee: it.fee,
    }
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<RequestId>("request");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewRequest>(id, Unasked)?;
        let (it, named) = requests::view(visit.db, permit)?;
        let (kind, _) = visit.member()?;
        let base = base(visit)?;
        let (facts, money) = terms_facts(&terms_of(&it), it.fee_open);
        let mut prose = paragraphs(&it.programme);
        prose.extend(it.answer.iter().map(|text| format!("Last answer: {text}")));
        let view = RecordView {
            eyebrow: format!("Request on engagement {}", named.reference),
            heading: named.title.clone(),
            mark: request_mark(it.state),
            r#move: Some(move_of(
                it.state.turn(),
                Some(kind),
                named.office(),
                named.name(Side::Presenter),
                what_next(it.state).into(),
            )),
            payload: Payload {
                eyebrow: Some(format!(
                    "{} asks for {}",
                    named.name(Side::Presenter),
                    named.name(Side::Artist)
                )),
                title: "Terms as they stand".into(),
                prose,
                facts: Some(facts),
                money,
            },
            acts: acts(visit, &base, &it)?,
            others_heading: String::new(),
            others: Vec::new(),
            back: Link::to(format!("{base}/engagements/{}", it.engagement), "To the engagement"),
        };
        let page = visit.page(format!("Request: {}", named.title), "/requests")?;
        visit.house.views.page("pages/engagements/record.html", &page, &view)
    })
    .await
}

fn what_next(state: RequestState) -> &'static str {
    match state {
        RequestState::Submitted => {
            "The artist’s office accepts with a hold, proposes other terms, or declines."
        }
        RequestState::Countered => {
            "Other terms are proposed. The presenter agrees, proposes others, or declines."
        }
        RequestState::Accepted => "A hold was granted.",
        RequestState::Declined => "It was declined.",
        RequestState::Withdrawn => "The presenter took it back.",
    }
}

/// What the asker may prepare: an answer, which policies give to whoever's turn it is, and taking it back.
fn acts(visit: &mut Visit<'_, '_>, base: &str, it: &RequestView) -> Result<Vec<Act>, Problem> {
    let mut acts = Vec::new();
    let path = format!("{base}/requests/{}", it.id);
    if it.state.open() && visit.db.may::<PrepareAnswer>(it.id, &Unasked)? {
        if visit.db.may::<PrepareHold>(it.id, &Unasked)? {
            acts.push(Act::way(format!("{path}/hold"), "Accept with a hold").main());
            acts.push(Act::way(format!("{path}/counter"), "Propose other terms"));
        } else {
            acts.push(Act::way(format!("{path}/counter"), "Agree, or propose other terms").main());
        }
        acts.push(Act::way(format!("{path}/decline"), "Decline").undo());
    }
    if it.state.open() && visit.db.may::<PrepareWithdrawRequest>(it.id, &Unasked)? {
        acts.push(Act::way(format!("{path}/withdraw"), "Take the request back").undo());
    }
    Ok(acts)
}

fn form_page(
    visit: &mut Visit<'_, '_>,
    permit: &Permit<PrepareRequest>,
    filled: &Filled,
    changes: &Changes,
) -> Result<Response, Problem> {
    let profile = permit.on();
    let base = base(visit)?;
    let artist = requests::asked_artist(visit.db, permit)?;
    let fee_open = sums_open(visit)?;
    let fee = if fee_open { "" } else { " A fee is for somebody who may see it to name." };
    let view = FormView {
        eyebrow: "Request".into(),
        heading: format!("Ask for {artist}"),
        lead: format!(
            "Nothing is sent yet: you see the request once more, word for word, before it goes out.{fee}"
        ),
        facts: None,
        parts: terms_parts(filled, true, fee_open),
        hidden: changes.hidden(),
        action: format!("{base}/artists/{profile}/request"),
        upload: false,
        button: "Prepare the request".into(),
        back: Link::to(format!("{base}/requests"), "Back to your requests"),
        token: None,
    };
    view.answer(visit, "/requests", filled)
}

/// Whether the member may see sums of the own workspace where no draft exists yet to be asked about: the same grant that
/// opens fees opens the workspace's export.
fn sums_open(visit: &mut Visit<'_, '_>) -> Result<bool, Problem> {
    let own = visit.member()?.1.workspace;
    Ok(visit.db.may::<ExportWorkspace>(own, &Unasked)?)
}

async fn blank(call: Call<House>) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<ProfileId>("profile"), call.rq.query());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<PrepareRequest>(id, Unasked)?;
        let draft = Changes::asked(visit, query, DraftKind::Request)?;
        let filled = match draft.as_ref().and_then(|it| Some((it.row.id, it.payload()?))) {
            Some((draft, drafts::Payload::Request { title, terms, .. })) => {
                typed_terms(&title, &terms, visit.db.may::<ViewDraftSums>(draft, &Unasked)?)
            }
            _ => Filled::blank(),
        };
        form_page(visit, &permit, &filled, &Changes::to(draft.as_ref()))
    })
    .await
}

async fn prepare(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<ProfileId>("profile"));
    call.change_on::<PrepareRequest>(who, id, Unasked, |visit, permit, mut sheet| {
        let changes = Changes::of(&mut sheet)?;
        let fee_open = sums_open(visit)?;
        let today = visit.house.settings.zone.day(visit.now());
        let Some(asked) = asked(&mut sheet, true, fee_open, today) else {
            return form_page(visit, &permit, &sheet.filled, &changes);
        };
        let store = sheet.finish(visit)?;
        let done = requests::prepare_request(&store, permit, &asked, changes.revises)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}
