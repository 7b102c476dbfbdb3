//! Drafts: the list, the confirm page, the confirmation, what is done afterwards.

mod ends;
mod shown;

use super::engagements::parts::{Act, ListView, RowView, base, kind_title, paged, pager};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Facts, FormToken, Link, Mark, Payload, State, When, when};
use crate::visit::Visit;
use domain::records::{DraftKind, DraftState};
use domain::{Digest, DraftId};
use policy::actions::{Confirm, DiscardDraft, ViewDraft, ViewDraftSums, ViewWorkspace};
use policy::{Shown, Unasked};
use serde::Serialize;
use shown::Told;
use store::drafts::{self, DraftView};
use warp::reply::Response;

/// Every route of this room.
#[must_use]
pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/drafts", "ViewDraft", "Draft", Most::Member, |call| Box::pin(list(call)))
            .reads(&["after"]),
        Route::get("/w/{workspace}/drafts/{draft}", "ViewDraft", "Draft", Most::Member, |call| {
            Box::pin(show(call))
        }),
        Route::post("/w/{workspace}/drafts/{draft}", "Confirm", "Draft", Most::Member, |call| {
            Box::pin(confirm(call))
        }),
        Route::post("/w/{workspace}/drafts/{draft}/discard", "DiscardDraft", "Draft", Most::Member, |call| {
            Box::pin(discard(call))
        }),
    ]
}

/// Offers of mandates and partnerships have pages of their own.
fn path(base: &str, kind: DraftKind, id: DraftId) -> String {
    match kind {
        DraftKind::Mandate | DraftKind::Partnership => format!("{base}/offers/{id}"),
        _ => format!("{base}/drafts/{id}"),
    }
}

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let query = call.rq.query();
    call.visit(call.member(), move |visit| {
        let (_, member) = visit.member()?;
        let _permit = visit.db.permit::<ViewWorkspace>(member.workspace, Unasked)?;
        let (base, page) = (base(visit)?, paged(query)?);
        let (found, next) = drafts::list(visit.db, &page)?;
        let zone = &visit.house.settings.zone;
        let rows: Vec<RowView> = found
            .iter()
            .map(|it| RowView {
                mark: Mark::of("?", State::Enquiry, "waits"),
                when: Some(when::instant(it.row.prepared_at, zone)),
                title: kind_title(it.row.kind).into(),
                href: path(&base, it.row.kind, it.row.id),
                text: format!(
                    "Prepared by {}. It can be confirmed until {}.",
                    it.row.prepared_by,
                    when::instant(it.row.expires_at, zone).text
                ),
            })
            .collect();
        let empty = rows.is_empty().then(|| Empty {
            text: "Nothing waits for a confirmation.".into(),
            href: Some(format!("{base}/engagements")),
            label: "See the engagements".into(),
        });
        let view = ListView {
            heading: "Drafts".into(),
            lead: "What was prepared here and has not left the house. An owner or manager confirms it."
                .into(),
            pager: pager("Drafts", &format!("{base}/drafts"), page.after.is_some(), next),
            rows,
            empty,
        };
        let page = visit.page("Drafts", "/drafts")?;
        visit.house.views.page("pages/engagements/list.html", &page, &view)
    })
    .await
}

#[derive(Serialize)]
struct View {
    eyebrow: String,
    heading: String,
    facts: Facts,
    payload: Payload,
    /// The fingerprint of the payload, for whoever may see its sums: from the digest of a text that is known but for its
    /// fee, the fee can be found by trying.
    short: Option<String>,
    digest: String,
    /// Where and with which token it is confirmed, by whom it may be.
    confirm: Option<Button>,
    /// Why it cannot be confirmed by this person or any more.
    not: Option<String>,
    acts: Vec<Act>,
    done: Option<Done>,
}

#[derive(Serialize)]
struct Button {
    action: String,
    token: FormToken,
    verb: String,
}

/// What the page says once it is done.
#[derive(Serialize)]
struct Done {
    when: When,
    by: String,
    next: String,
    way: Link,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<DraftId>("draft");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewDraft>(id, Unasked)?;
        let draft = drafts::view(visit.db, &permit)?;
        let base = base(visit)?;
        if matches!(draft.row.kind, DraftKind::Mandate | DraftKind::Partnership) {
            return Ok(reply::see_other(&path(&base, draft.row.kind, id)));
        }
        let told = shown::told(visit, &base, &draft)?;
        let view = model(visit, &base, &draft, told)?;
        let page = visit.page(view.heading.clone(), "/drafts")?;
        visit.house.views.page("pages/drafts/show.html", &page, &view)
    })
    .await
}

fn model(visit: &mut Visit<'_, '_>, base: &str, draft: &DraftView, told: Told) -> Result<View, Problem> {
    let (row, zone) = (&draft.row, visit.house.settings.zone.clone());
    let here = format!("{base}/drafts/{}", row.id);
    let waits = row.state == DraftState::Prepared;
    let expired = row.expires_at <= visit.now();
    let may = waits && !expired && visit.db.may::<Confirm>(row.id, &Shown(row.digest))?;
    let not = match row.state {
        DraftState::Prepared if expired => {
            Some("It waited for more than 14 days and can no longer be confirmed.")
        }
        DraftState::Prepared if !may => Some("You prepare; an owner or manager of your workspace confirms."),
        DraftState::Discarded => Some("It was thrown away. Nothing of it left the house."),
        _ => None,
    };
    let mut acts = Vec::new();
    if waits
        && !expired
        && let Some(edit) = told.edit
    {
        acts.push(Act::way(format!("{edit}?draft={}", row.id), "Change it"));
    }
    if visit.db.may::<DiscardDraft>(row.id, &Unasked)? {
        acts.push(Act::button(visit, format!("{here}/discard"), "Throw it away").undo());
    }
    let done = draft.decided_at.filter(|_| row.state == DraftState::Confirmed).map(|at| Done {
        when: when::instant(at, &zone),
        by: draft.decided_by.clone().unwrap_or_default(),
        next: told.next,
        way: told.way,
    });
    let short = visit.db.may::<ViewDraftSums>(row.id, &Unasked)?.then(|| row.digest.short());
    Ok(View {
        eyebrow: format!("Prepared by {}, {}", row.prepared_by, when::instant(row.prepared_at, &zone).text),
        heading: if done.is_some() { told.did } else { format!("{}?", told.verb) },
        facts: told.facts,
        payload: told.payload,
        short,
        digest: row.digest.to_string(),
        confirm: may.then(|| Button { token: visit.token(&here), action: here, verb: told.verb }),
        not: not.map(str::to_owned),
        acts,
        done,
    })
}

async fn confirm(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<DraftId>("draft"));
    call.change_on::<ViewDraft>(who, id, Unasked, |visit, seen, mut sheet| {
        let Some(digest) = sheet.take("digest", str::parse::<Digest>) else { return Err(sheet.wrong()) };
        let store = sheet.finish(visit)?;
        let draft = drafts::view(visit.db, &seen)?;
        let here = format!("{}/drafts/{}", base(visit)?, seen.on());
        if draft.row.state == DraftState::Confirmed && draft.row.digest == digest {
            // the button was pressed twice: once was enough
            return Ok(reply::see_other(&here));
        }
        if draft.row.digest != digest {
            return Err(Problem::Stale(
                "This draft was changed after it was shown to you. Nothing was sent. Read it again before you confirm it."
                    .into(),
            ));
        }
        let permit = visit.db.permit::<Confirm>(seen.on(), Shown(digest))?;
        drafts::confirm(&store, permit, &visit.house.settings.address)?;
        Ok(reply::see_other(&here))
    })
    .await
}

async fn discard(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<DraftId>("draft"));
    call.change_on::<DiscardDraft>(who, id, Unasked, |visit, permit, sheet| {
        drafts::discard(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other(&format!("{}/drafts", base(visit)?)))
    })
    .await
}
