//! Holds: the list, one hold, giving it back, taking it back.

use super::parts::{
    Act, Changes, FormView, ListView, RecordView, RowView, base, hold_mark, move_of, paged, pager, words,
};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Fact, Facts, Field, Link, Payload, when};
use crate::visit::Visit;
use domain::records::{DraftKind, HoldState, Turn};
use domain::{HoldId, Kind, Side};
use policy::Unasked;
use policy::actions::{PrepareRelease, PrepareWithdrawHold, ViewHold, ViewWorkspace};
use store::drafts;
use store::engagements::holds_view::{self, HoldView};
use store::engagements::{Named, holds};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/holds", "ViewHold", "Hold", Most::Member, |call| Box::pin(list(call)))
            .reads(&["after"]),
        Route::get("/w/{workspace}/holds/{hold}", "ViewHold", "Hold", Most::Member, |call| {
            Box::pin(show(call))
        }),
        Route::post("/w/{workspace}/holds/{hold}/release", "PrepareRelease", "Hold", Most::Member, |call| {
            Box::pin(release(call))
        }),
        Route::get(
            "/w/{workspace}/holds/{hold}/withdraw",
            "PrepareWithdrawHold",
            "Hold",
            Most::Member,
            |call| Box::pin(why(call)),
        )
        .reads(&["draft"]),
        Route::post(
            "/w/{workspace}/holds/{hold}/withdraw",
            "PrepareWithdrawHold",
            "Hold",
            Most::Member,
            |call| Box::pin(withdraw(call)),
        ),
    ]
}

fn row(visit: &Visit<'_, '_>, base: &str, it: &HoldView, named: &Named) -> RowView {
    let ends = when::instant(it.expires_at, &visit.house.settings.zone).text;
    let until = if it.state == HoldState::Active { format!(" Lapses {ends}.") } else { String::new() };
    RowView {
        mark: hold_mark(it.state, it.rank()),
        when: Some(when::span(it.first_day, it.last_day)),
        title: named.title.clone(),
        href: format!("{base}/holds/{}", it.id),
        text: format!("{}, {}.{until}", named.name(Side::Artist), named.name(Side::Presenter)),
    }
}

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let query = call.rq.query();
    call.visit(call.member(), move |visit| {
        let (kind, member) = visit.member()?;
        let _permit = visit.db.permit::<ViewWorkspace>(member.workspace, Unasked)?;
        let (base, page) = (base(visit)?, paged(query)?);
        let (found, next) = holds_view::list(visit.db, &page)?;
        let rows: Vec<RowView> = found.iter().map(|(it, named)| row(visit, &base, it, named)).collect();
        let empty = rows.is_empty().then(|| Empty {
            text: if kind == Kind::Presenter {
                "You hold no dates. A hold is granted when an office accepts your request.".into()
            } else {
                "You have granted no hold. Accept a request to grant one.".into()
            },
            href: Some(format!("{base}/requests")),
            label: "See the requests".into(),
        });
        let view = ListView {
            heading: "Holds".into(),
            lead:
                "A hold is a ranked claim on dates that nobody has confirmed yet. Rank 1 has first refusal."
                    .into(),
            pager: pager("Holds", &format!("{base}/holds"), page.after.is_some(), next),
            rows,
            empty,
        };
        let page = visit.page("Holds", "/holds")?;
        visit.house.views.page("pages/engagements/list.html", &page, &view)
    })
    .await
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<HoldId>("hold");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewHold>(id, Unasked)?;
        let (it, named) = holds_view::view(visit.db, permit)?;
        let (kind, _) = visit.member()?;
        let base = base(visit)?;
        let beside = holds_view::beside(visit.db, &it)?;
        let others: Vec<RowView> = beside.iter().map(|(it, named)| row(visit, &base, it, named)).collect();
        let turn = if it.state == HoldState::Active { Turn::Presenter } else { Turn::Nobody };
        let next = match it.state {
            HoldState::Active => "The presenter releases the hold, or lets it stand until it lapses.",
            HoldState::Released => "The presenter gave the dates back.",
            HoldState::Withdrawn => "The office took the hold back.",
            HoldState::Expired => "Its time ran out.",
        };
        let view = RecordView {
            eyebrow: format!("Hold on engagement {}", named.reference),
            heading: format!("{}: {}", named.name(Side::Artist), when::span(it.first_day, it.last_day).text),
            mark: hold_mark(it.state, it.rank()),
            r#move: Some(move_of(turn, Some(kind), named.office(), named.name(Side::Presenter), next.into())),
            payload: Payload {
                eyebrow: Some(named.title.clone()),
                title: format!("Held for {}", named.name(Side::Presenter)),
                prose: it.reason.iter().cloned().collect(),
                facts: Some(facts(visit, &it)),
                money: None,
            },
            acts: acts(visit, &base, &it)?,
            others_heading: "On the same dates".into(),
            others,
            back: Link::to(format!("{base}/engagements/{}", it.engagement), "To the engagement"),
        };
        let page = visit.page(format!("Hold: {}", named.title), "/holds")?;
        visit.house.views.page("pages/engagements/record.html", &page, &view)
    })
    .await
}

fn facts(visit: &Visit<'_, '_>, it: &HoldView) -> Facts {
    let zone = &visit.house.settings.zone;
    let mut rows = vec![Fact::when("Granted", when::instant(it.granted_at, zone))];
    if it.state == HoldState::Active {
        rows.push(Fact::when("Lapses", when::instant(it.expires_at, zone)));
        let worst = it.rank();
        rows.push(Fact::amount("Rank", worst.to_string()));
        if it.ranks.iter().any(|(_, rank)| *rank != worst) {
            for (day, rank) in &it.ranks {
                rows.push(Fact::amount(when::day(*day).text, rank.to_string()));
            }
        }
    }
    Facts { wide: false, rows }
}

fn acts(visit: &mut Visit<'_, '_>, base: &str, it: &HoldView) -> Result<Vec<Act>, Problem> {
    let mut acts = Vec::new();
    if it.state != HoldState::Active {
        return Ok(acts);
    }
    let path = format!("{base}/holds/{}", it.id);
    if visit.db.may::<PrepareRelease>(it.id, &Unasked)? {
        acts.push(Act::button(visit, format!("{path}/release"), "Prepare the release").undo());
    }
    if visit.db.may::<PrepareWithdrawHold>(it.id, &Unasked)? {
        acts.push(Act::way(format!("{path}/withdraw"), "Take the hold back").undo());
    }
    Ok(acts)
}

async fn release(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<HoldId>("hold"));
    call.change_on::<PrepareRelease>(who, id, Unasked, |visit, permit, sheet| {
        let done = holds::prepare_release(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}

fn form_page(
    visit: &mut Visit<'_, '_>,
    id: HoldId,
    filled: &Filled,
    changes: &Changes,
) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewHold>(id, Unasked)?;
    let (it, named) = holds_view::view(visit.db, permit)?;
    let base = base(visit)?;
    let view = FormView {
        eyebrow: format!("{}, engagement {}", named.title, named.reference),
        heading: "Take the hold back".into(),
        lead: "A hold that was taken back stays so, and lower ranks move up.".into(),
        facts: Some(facts(visit, &it)),
        parts: vec![Field::area("words", "Why? The presenter reads it.").filled(filled).into()],
        hidden: changes.hidden(),
        action: format!("{base}/holds/{id}/withdraw"),
        upload: false,
        button: "Prepare the withdrawal".into(),
        back: Link::to(format!("{base}/holds/{id}"), "Back to the hold"),
        token: None,
    };
    view.answer(visit, "/holds", filled)
}

async fn why(call: Call<House>) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<HoldId>("hold"), call.rq.query());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let _permit = visit.db.permit::<PrepareWithdrawHold>(id, Unasked)?;
        let draft = Changes::asked(visit, query, DraftKind::Withdrawal)?;
        let mut filled = Filled::blank();
        if let Some(drafts::Payload::Withdrawal { reason, .. }) =
            draft.as_ref().and_then(drafts::DraftView::payload)
        {
            filled.keep("words", reason);
        }
        form_page(visit, id, &filled, &Changes::to(draft.as_ref()))
    })
    .await
}

async fn withdraw(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<HoldId>("hold"));
    call.change_on::<PrepareWithdrawHold>(who, id, Unasked, |visit, permit, mut sheet| {
        let changes = Changes::of(&mut sheet)?;
        let Some(words) = words(&mut sheet, "a reason") else {
            return form_page(visit, permit.on(), &sheet.filled, &changes);
        };
        let store = sheet.finish(visit)?;
        let done = holds::prepare_withdrawal(&store, permit, &words, changes.revises)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}
