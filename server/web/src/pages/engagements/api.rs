//! An engagement for programs: the same view, the same rights. Messages and documents come newest first, a page at a
//! time; `messages_next` and `documents_next` are what to ask with, as `?messages=…` and `?documents=…`, to go on.

use super::show::after;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use domain::EngagementId;
use policy::{Unasked, actions::ViewEngagement};
use serde_json::json;
use store::engagements::view::{self, EngagementView};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(
            "/api/w/{workspace}/engagements/{engagement}",
            "ViewEngagement",
            "Engagement",
            Most::Member,
            |call| Box::pin(show(call)),
        )
        .reads(&["messages", "documents"]),
    ]
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<EngagementId>("engagement"), call.rq.query());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewEngagement>(id, Unasked)?;
        reply::json(&told(&view::view(visit.db, &permit, after(query)?)?))
    })
    .await
}

fn told(it: &EngagementView) -> serde_json::Value {
    let parties = it
        .named
        .parties
        .iter()
        .map(|it| json!({ "side": it.side, "workspace": it.workspace, "name": it.name }))
        .collect::<Vec<_>>();
    let requests = it
        .requests
        .iter()
        .map(|it| {
            json!({ "id": it.id, "version": it.version, "state": it.state, "first_day": it.first_day,
                "last_day": it.last_day, "venue": it.venue, "programme": it.programme, "fee": it.fee })
        })
        .collect::<Vec<_>>();
    let holds = it
        .holds
        .iter()
        .map(|it| {
            json!({ "id": it.id, "version": it.version, "state": it.state, "first_day": it.first_day,
                "last_day": it.last_day, "rank": it.rank(), "expires_at": it.expires_at.rfc3339() })
        })
        .collect::<Vec<_>>();
    let messages = it
        .messages
        .rows
        .iter()
        .map(|it| {
            json!({ "id": it.id, "side": it.side, "author": it.author, "body": it.body,
                "sent_at": it.sent_at.rfc3339() })
        })
        .collect::<Vec<_>>();
    let documents = it
        .documents
        .rows
        .iter()
        .map(|it| {
            json!({ "id": it.id, "title": it.title, "file_name": it.file_name, "sha256": it.digest,
                "state": it.state, "shared": it.shared })
        })
        .collect::<Vec<_>>();
    json!({
        "id": it.id, "version": it.version, "reference": it.named.reference, "title": it.named.title,
        "state": it.state, "next": it.turn, "parties": parties, "requests": requests, "holds": holds,
        "messages": messages, "messages_next": it.messages.next,
        "documents": documents, "documents_next": it.documents.next, "commission_bp": it.commission_bp,
    })
}
