//! The forms that answer a request: accept with a hold, other terms, decline, take back.

use super::parts::{
    Changes, FormPart, FormView, asked, base, keep_day, terms_facts, terms_parts, typed_terms, words,
};
use super::requests::terms_of;
use crate::change::Sheet;
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{DayField, Fact, Field, Link, when};
use crate::visit::Visit;
use domain::bounded::Prose;
use domain::records::DraftKind;
use domain::{Day, Moment, RequestId, Side};
use policy::actions::{PrepareAnswer, PrepareHold, PrepareWithdrawRequest, ViewFee, ViewRequest};
use policy::{Action, Permit, Unasked, facts};
use store::drafts::{DraftView, Payload, Prepared, Revises};
use store::engagements::requests::{self, RequestView};
use store::engagements::{Named, answers, holds};
use store::{Store, StoreError};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    let all: [(&str, &str, [crate::Handler<House>; 2]); 4] = [
        (
            "/w/{workspace}/requests/{request}/hold",
            "PrepareHold",
            [|call| Box::pin(open(call, Answer::Hold)), |call| Box::pin(send(call, Answer::Hold))],
        ),
        (
            "/w/{workspace}/requests/{request}/counter",
            "PrepareAnswer",
            [|call| Box::pin(open(call, Answer::Counter)), |call| Box::pin(send(call, Answer::Counter))],
        ),
        (
            "/w/{workspace}/requests/{request}/decline",
            "PrepareAnswer",
            [|call| Box::pin(open(call, Answer::Decline)), |call| Box::pin(send(call, Answer::Decline))],
        ),
        (
            "/w/{workspace}/requests/{request}/withdraw",
            "PrepareWithdrawRequest",
            [|call| Box::pin(open(call, Answer::Withdraw)), |call| Box::pin(send(call, Answer::Withdraw))],
        ),
    ];
    all.into_iter()
        .flat_map(|(path, action, [get, post])| {
            [
                Route::get(path, action, "Request", Most::Member, get).reads(&["draft"]),
                Route::post(path, action, "Request", Most::Member, post),
            ]
        })
        .collect()
}

/// Which answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Hold,
    Counter,
    Decline,
    Withdraw,
}

impl Answer {
    fn kind(self) -> DraftKind {
        match self {
            Self::Hold => DraftKind::Hold,
            Self::Counter => DraftKind::Counter,
            Self::Decline => DraftKind::Decline,
            Self::Withdraw => DraftKind::WithdrawRequest,
        }
    }
    fn path(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Counter => "counter",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
        }
    }
}

/// What a form is about, for whoever may see the request.
struct About {
    request: RequestView,
    named: Named,
}

fn about(visit: &mut Visit<'_, '_>, id: RequestId) -> Result<About, Problem> {
    let permit = visit.db.permit::<ViewRequest>(id, Unasked)?;
    let (request, named) = requests::view(visit.db, permit)?;
    Ok(About { request, named })
}

fn form_page(
    visit: &mut Visit<'_, '_>,
    answer: Answer,
    id: RequestId,
    filled: &Filled,
    changes: &Changes,
) -> Result<Response, Problem> {
    let About { request, named } = about(visit, id)?;
    let base = base(visit)?;
    let text = |label: &str| -> Vec<FormPart> { vec![Field::area("words", label).filled(filled).into()] };
    let (heading, lead, button, parts) = match answer {
        Answer::Hold => {
            let permit = visit.db.permit::<PrepareHold>(id, Unasked)?;
            let rank = holds::next_rank(visit.db, &permit)?;
            let field = DayField::new("until", "until_", "The hold lapses on")
                .hint("At 18:00 on that day, unless it is released before. You fix it now for both sides.")
                .filled(filled);
            (
                "Accept with a hold",
                format!("As things stand the hold will have rank {rank}. Ranks follow the order of grants."),
                "Prepare the hold",
                vec![field.into()],
            )
        }
        Answer::Counter => {
            let mut parts = terms_parts(filled, false, request.fee_open);
            parts.extend(text("What would you like to say to it?"));
            let fee = if request.fee_open { "" } else { " The fee is not shown to you and stays as it is." };
            (
                "Propose other terms",
                format!("Leave the terms as they are to agree to them.{fee} The other side answers next."),
                "Prepare the answer",
                parts,
            )
        }
        Answer::Decline => (
            "Decline",
            "A request that was declined stays declined.".into(),
            "Prepare the answer",
            text("What would you like to say to it?"),
        ),
        Answer::Withdraw => (
            "Take the request back",
            "A request that was taken back stays so. You can ask anew.".into(),
            "Prepare the withdrawal",
            text("What would you like to say to it?"),
        ),
    };
    let (mut facts, _) = terms_facts(&terms_of(&request), request.fee_open);
    facts.rows.insert(0, Fact::text("Artist", named.name(Side::Artist)));
    facts.rows.insert(1, Fact::text("Presenter", named.name(Side::Presenter)));
    let view = FormView {
        eyebrow: format!("{}, engagement {}", named.title, named.reference),
        heading: heading.into(),
        lead,
        facts: Some(facts),
        parts,
        hidden: changes.hidden(),
        action: format!("{base}/requests/{id}/{}", answer.path()),
        upload: false,
        button: button.into(),
        back: Link::to(format!("{base}/requests/{id}"), "Back to the request"),
        token: None,
    };
    view.answer(visit, "/requests", filled)
}

/// The hour at which holds lapse on the day that was chosen, by the house's clock.
const HOUR: i8 = 18;

fn start(
    visit: &mut Visit<'_, '_>,
    answer: Answer,
    id: RequestId,
    draft: Option<&DraftView>,
) -> Result<Filled, Problem> {
    let mut filled = Filled::blank();
    match (answer, draft.and_then(DraftView::payload)) {
        (_, Some(Payload::Counter { terms, engagement, note, .. })) => {
            filled = typed_terms("", &terms, visit.db.may::<ViewFee>(engagement, &Unasked)?);
            filled.keep("words", note);
        }
        (_, Some(Payload::Decline { reason, .. } | Payload::WithdrawRequest { reason, .. })) => {
            filled.keep("words", reason);
        }
        (_, Some(Payload::Hold { expires_at, .. })) => {
            if let Some(day) = visit.house.settings.zone.day(expires_at) {
                keep_day(&mut filled, "until_", day);
            }
        }
        (Answer::Hold, _) => {
            let permit = visit.db.permit::<PrepareHold>(id, Unasked)?;
            let days = if holds::next_rank(visit.db, &permit)? == 1 { holds::FIRST } else { holds::OTHERS };
            if let Some(day) = visit.house.settings.zone.day(visit.now().plus(days * Moment::DAY)) {
                keep_day(&mut filled, "until_", day.min(about(visit, id)?.request.last_day));
            }
        }
        (Answer::Counter, _) => {
            let request = about(visit, id)?.request;
            filled = typed_terms("", &terms_of(&request), request.fee_open);
        }
        (Answer::Decline | Answer::Withdraw, _) => {}
    }
    Ok(filled)
}

fn permitted<A: Action<On = facts::Request, Input = Unasked>>(
    visit: &mut Visit<'_, '_>,
    id: RequestId,
) -> Result<Permit<A>, Problem> {
    Ok(visit.db.permit::<A>(id, Unasked)?)
}

async fn open(call: Call<House>, answer: Answer) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<RequestId>("request"), call.rq.query());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        match answer {
            Answer::Hold => drop(permitted::<PrepareHold>(visit, id)?),
            Answer::Counter | Answer::Decline => drop(permitted::<PrepareAnswer>(visit, id)?),
            Answer::Withdraw => drop(permitted::<PrepareWithdrawRequest>(visit, id)?),
        }
        let draft = Changes::asked(visit, query, answer.kind())?;
        let filled = start(visit, answer, id, draft.as_ref())?;
        form_page(visit, answer, id, &filled, &Changes::to(draft.as_ref()))
    })
    .await
}

async fn send(call: Call<House>, answer: Answer) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<RequestId>("request"));
    match answer {
        Answer::Hold => call.change_on::<PrepareHold>(who, id, Unasked, grant).await,
        Answer::Counter => call.change_on::<PrepareAnswer>(who, id, Unasked, counter).await,
        Answer::Decline => {
            call.change_on::<PrepareAnswer>(who, id, Unasked, move |visit, permit, sheet| {
                in_words(visit, permit, sheet, answer, answers::prepare_decline)
            })
            .await
        }
        Answer::Withdraw => {
            call.change_on::<PrepareWithdrawRequest>(who, id, Unasked, move |visit, permit, sheet| {
                in_words(visit, permit, sheet, answer, answers::prepare_withdraw)
            })
            .await
        }
    }
}

const WORDS: &str = "what you would like to say";

fn prepared(visit: &Visit<'_, '_>, it: &Prepared) -> Result<Response, Problem> {
    Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, it.draft)))
}

/// An answer that is words alone, prepared by `prepare`.
fn in_words<A: Action<On = facts::Request, Input = Unasked>>(
    visit: &mut Visit<'_, '_>,
    permit: Permit<A>,
    mut sheet: Sheet,
    answer: Answer,
    prepare: impl FnOnce(&Store, Permit<A>, &Prose, Revises) -> Result<Prepared, StoreError>,
) -> Result<Response, Problem> {
    let changes = Changes::of(&mut sheet)?;
    let Some(words) = words(&mut sheet, WORDS) else {
        return form_page(visit, answer, permit.on(), &sheet.filled, &changes);
    };
    let store = sheet.finish(visit)?;
    prepared(visit, &prepare(&store, permit, &words, changes.revises)?)
}

fn grant(
    visit: &mut Visit<'_, '_>,
    permit: Permit<PrepareHold>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let changes = Changes::of(&mut sheet)?;
    let last = about(visit, permit.on())?.request.last_day;
    let expires = sheet.day("until", "until_").map(|it| lapses(visit, it, last));
    let Some(expires) = expires.and_then(|it| sheet.filled.take("until", it)) else {
        return form_page(visit, Answer::Hold, permit.on(), &sheet.filled, &changes);
    };
    let store = sheet.finish(visit)?;
    prepared(visit, &holds::prepare_hold(&store, permit, expires, changes.revises)?)
}

fn counter(
    visit: &mut Visit<'_, '_>,
    permit: Permit<PrepareAnswer>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let changes = Changes::of(&mut sheet)?;
    let fee_open = about(visit, permit.on())?.request.fee_open;
    let terms = asked(&mut sheet, false, fee_open, visit.house.settings.zone.day(visit.now()));
    let words = words(&mut sheet, WORDS);
    let (Some(terms), Some(words)) = (terms, words) else {
        return form_page(visit, Answer::Counter, permit.on(), &sheet.filled, &changes);
    };
    let store = sheet.finish(visit)?;
    prepared(visit, &answers::prepare_counter(&store, permit, &terms, &words, changes.revises)?)
}

/// When a hold lapses on that day; `last` is the last one that it holds.
fn lapses(visit: &Visit<'_, '_>, day: Day, last: Day) -> Result<Moment, String> {
    let zone = &visit.house.settings.zone;
    let at = zone.at(day, HOUR).ok_or("Enter another day")?;
    if zone.day(visit.now()).is_some_and(|today| last < today) {
        Err("The days that were asked for have passed, so nothing can be held".into())
    } else if day > last {
        Err(format!("Enter a day that is not after the last one held, {}", when::day(last).text))
    } else if at <= visit.now() {
        Err("Enter a day that is still to come".into())
    } else if at > visit.now().plus(holds::MOST * Moment::DAY) {
        Err(format!("Enter a day at most {} days from now", holds::MOST))
    } else {
        Ok(at)
    }
}
