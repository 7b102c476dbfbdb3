//! The ledger of an engagement: the page, and the file that verifies by itself.

use super::parts::base;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Ledger, LedgerEntry, Link, Pager, when};
use crate::visit::{As, Visit};
use domain::{Digest, EngagementId, WorkspaceId};
use policy::actions::{ViewAuditChain, ViewEngagement};
use policy::{Actor, Unasked};
use serde::Serialize;
use store::engagements::{Named, view};
use store::ledger::{self, EntryView};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(
            "/w/{workspace}/engagements/{engagement}/ledger",
            "ViewAuditChain",
            "AuditChain",
            Most::Member,
            |call| {
                let who = call.member();
                Box::pin(show(call, who))
            },
        )
        .reads(&["before"]),
        Route::get(
            "/w/{workspace}/engagements/{engagement}/ledger.jsonl",
            "ViewAuditChain",
            "AuditChain",
            Most::Member,
            |call| {
                let who = call.member();
                Box::pin(download(call, who))
            },
        ),
        Route::get(
            "/counsel/engagements/{engagement}/ledger",
            "ViewAuditChain",
            "AuditChain",
            Most::Counsel,
            |call| Box::pin(show(call, As::Counsel)),
        )
        .reads(&["before"]),
        Route::get(
            "/counsel/engagements/{engagement}/ledger.jsonl",
            "ViewAuditChain",
            "AuditChain",
            Most::Counsel,
            |call| Box::pin(download(call, As::Counsel)),
        ),
    ]
}

/// Entries on a page.
const PAGE: i64 = 50;

/// What a transition is called on pages.
fn called(entity: &str, transition: &str) -> String {
    let words = match (entity, transition) {
        ("engagement", "begun") => "Engagement begun",
        ("request", "submitted") => "Request sent",
        ("request", "countered") => "Other terms proposed",
        ("request", "accepted") => "Request accepted",
        ("request", "declined") => "Request declined",
        ("request", "withdrawn") => "Request taken back",
        ("hold", "granted") => "Hold granted",
        ("hold", "released") => "Hold released",
        ("hold", "withdrawn") => "Hold taken back",
        ("hold", "expired") => "Hold lapsed",
        ("hold", "moved-up") => "Hold moved up",
        ("hold", "warned") => "Both sides warned that the hold lapses soon",
        ("message", "sent") => "Message sent",
        ("document", "added") => "Document added",
        ("document", "shared") => "Document shared",
        ("document", "opened-to-counsel") => "Document opened to counsel",
        ("document", "erased") => "Document’s content erased",
        ("draft", "prepared") => "Draft prepared",
        ("draft", "changed") => "Draft changed",
        ("draft", "discarded") => "Draft discarded",
        ("note", "written") => "Notes written",
        ("counsel", "withdrawn") => "Counsel’s access ended",
        (_, "counsel-invited") => "Counsel invited",
        _ => return format!("{entity}: {transition}"),
    };
    words.to_owned()
}

/// One entry as a line. What is not the reader's stays a digest.
fn line(visit: &Visit<'_, '_>, it: &EntryView, named: &Named) -> LedgerEntry {
    let entity = it.value("entity").and_then(|it| it.split_once('/')).map(|it| it.0);
    let what = match (entity, it.value("transition"), it.value("moved-up")) {
        (Some(entity), Some(transition), _) => called(entity, transition),
        (_, _, Some(_)) => called("hold", "moved-up"),
        _ => "An entry of another party".to_owned(),
    };
    let by = it
        .value("workspace")
        .and_then(|it| it.split_once('/'))
        .and_then(|it| it.1.parse::<WorkspaceId>().ok())
        .map(|it| named.of(it))
        .filter(|it| !it.is_empty())
        .map(|it| format!("by {it}"));
    let rank = it.value("before.rank").zip(it.value("after.rank"));
    let rank = rank.map(|(before, after)| format!("from rank {before} to {after}"));
    let confirmed = it.value("confirmed").and_then(|it| it.parse::<Digest>().ok());
    LedgerEntry {
        place: u64::try_from(it.seq).unwrap_or(0),
        what,
        detail: rank.or(by),
        digest: Some(confirmed.unwrap_or(it.hash).short()),
        when: when::instant(it.at, &visit.house.settings.zone),
    }
}

/// The newest entries, latest first.
pub(super) fn latest(
    visit: &mut Visit<'_, '_>,
    id: EngagementId,
    named: &Named,
    most: i64,
) -> Result<Ledger, Problem> {
    let permit = visit.db.permit::<ViewAuditChain>(id, Unasked)?;
    let (length, _) = ledger::chain_head(visit.db, &permit)?;
    let from = (length - most).max(0);
    let found = ledger::entries(visit.db, &permit, from, most)?;
    Ok(Ledger { entries: found.iter().rev().map(|it| line(visit, it, named)).collect() })
}

/// A field of an entry, open or not.
#[derive(Serialize)]
struct Field {
    name: String,
    value: Option<String>,
    digest: String,
}

#[derive(Serialize)]
struct Entry {
    line: LedgerEntry,
    fields: Vec<Field>,
    hash: String,
}

#[derive(Serialize)]
struct View {
    eyebrow: String,
    heading: String,
    length: i64,
    head: String,
    entries: Vec<Entry>,
    download: String,
    pager: Pager,
    back: Link,
}

/// The path of the engagement for this asker.
fn place(visit: &Visit<'_, '_>, id: EngagementId) -> Result<String, Problem> {
    match &visit.asker().actor {
        Actor::Counsel(_) => Ok(format!("/counsel/engagements/{id}")),
        _ => Ok(format!("{}/engagements/{id}", base(visit)?)),
    }
}

async fn show(call: Call<House>, who: As) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<EngagementId>("engagement"), call.rq.query());
    call.visit(who, move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewAuditChain>(id, Unasked)?;
        let seen = visit.db.permit::<ViewEngagement>(id, Unasked)?;
        let named = view::names(visit.db, &seen)?;
        let mut query = query?;
        let before = query.maybe("before").and_then(|it| it.parse::<i64>().ok());
        query.finish()?;
        let (length, head) = ledger::chain_head(visit.db, &permit)?;
        let upto = before.map_or(length, |it| (it - 1).clamp(0, length));
        let from = (upto - PAGE).max(0);
        let found = ledger::entries(visit.db, &permit, from, upto - from)?;
        let path = place(visit, id)?;
        let entries = found.iter().rev().map(|it| entry(visit, it, &named)).collect();
        let view = View {
            eyebrow: format!("Engagement {}", named.reference),
            heading: format!("Ledger: {}", named.title),
            length,
            head: head.to_string(),
            entries,
            download: format!("{path}/ledger.jsonl"),
            pager: Pager {
                label: "Ledger".into(),
                first: before.map(|_| format!("{path}/ledger")),
                next: (from > 0).then(|| format!("{path}/ledger?before={}", from + 1)),
            },
            back: Link::to(path, "To the engagement"),
        };
        let here = if matches!(visit.asker().actor, Actor::Counsel(_)) { "/counsel" } else { "/engagements" };
        let page = visit.page(view.heading.clone(), here)?;
        visit.house.views.page("pages/engagements/ledger.html", &page, &view)
    })
    .await
}

fn entry(visit: &Visit<'_, '_>, it: &EntryView, named: &Named) -> Entry {
    let fields = it
        .fields
        .iter()
        .map(|field| Field {
            name: field.name.clone(),
            value: field.open.as_ref().map(|it| it.1.clone()),
            digest: field.digest.short(),
        })
        .collect();
    Entry { line: line(visit, it, named), fields, hash: it.hash.to_string() }
}

async fn download(call: Call<House>, who: As) -> Result<Response, Problem> {
    let id = call.holes.id::<EngagementId>("engagement");
    call.visit(who, move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewAuditChain>(id, Unasked)?;
        let seen = visit.db.permit::<ViewEngagement>(id, Unasked)?;
        let named = view::names(visit.db, &seen)?;
        let text = ledger::download(visit.db, &permit)?;
        let name = format!("ledger-{}.jsonl", named.reference);
        Ok(reply::download("application/jsonl; charset=utf-8", &name, text))
    })
    .await
}
