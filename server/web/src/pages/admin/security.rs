//! Refusals, failed sign-ins, wrong codes: the newest first, all or of one kind.

use super::{answered, staff};
use crate::house::House;
use crate::http::encoding;
use crate::pages::accounts::leaf::{Cell, Leaf, Section, Table};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::when;
use policy::{Factor, actions::ViewSecurity, facts::ThePlatform};
use store::{Page as Rows, SecurityEvent, security_day, security_events};
use warp::reply::Response;

const HERE: &str = "/admin/security";
const ROWS: usize = 100;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(HERE, "ViewSecurity", "Platform", Most::Admin, |call| Box::pin(show(call)))
            .reads(&["kind", "after"]),
    ]
}

/// What a kind of event is to staff.
fn words(kind: &str) -> &'static str {
    match kind {
        "refused" => "Refused",
        "probing" => "Refused so often that they were slowed",
        "limited" => "Met a rate limit",
        "sign-in-failed" => "A sign-in failed",
        "factor-failed" => "A second factor failed",
        _ => "Other",
    }
}

fn address(kind: Option<&str>) -> String {
    kind.map_or_else(|| HERE.to_owned(), |it| format!("{HERE}?kind={it}"))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let named = query.text("kind");
    let kind = SecurityEvent::KINDS.into_iter().find(|it| *it == named);
    let after = query.maybe("after");
    let done = staff(&call, &address(kind), move |visit| {
        let permit = visit.db.permit::<ViewSecurity>(ThePlatform, Factor)?;
        let rows = Rows { after: after.clone(), limit: ROWS };
        let found = security_events(visit.db, &permit, kind, &rows)?;
        let head = ["When", "What", "Account", "Address", "Asked", "Of", "Reference"];
        let mut table = Table::new("Security events, the newest first", &head);
        for it in found.rows {
            let account = match it.account {
                Some(id) => Cell::link(format!("/admin/approvals/{id}"), id.to_string()),
                None => Cell::text("nobody signed in"),
            };
            table.row(vec![
                Cell::when(when::instant(it.at, &visit.house.settings.zone)),
                Cell::text(words(&it.kind)),
                account,
                Cell::text(it.address),
                Cell::text(it.action),
                Cell::text(it.detail),
                Cell::text(it.visit.to_string()),
            ]);
        }
        // one kind that comes in crowds hides no other: each has its count and its own list
        let day = security_day(visit.db, &permit)?;
        let total: i64 = day.iter().map(|it| it.1).sum();
        let mut ways = Section::titled("kinds", "In the last day").link(HERE, format!("All: {total}"));
        for (kind, count) in day {
            ways = ways.link(address(Some(kind)), format!("{}: {count}", words(kind)));
        }
        let more = |it: String| {
            let sign = if kind.is_some() { '&' } else { '?' };
            format!("{}{sign}after={}", address(kind), encoding::encode(&it))
        };
        let first = after.is_some().then(|| address(kind));
        let list = Section::titled("events", kind.map_or("All events", words))
            .table(table, "There are none.")
            .pager("Older events", first, found.next.map(more));
        let leaf = Leaf::new("Security")
            .lead("What was refused, to whom, and when. Kept for twelve months.")
            .with(ways)
            .with(list);
        Ok((visit.page("Security", HERE)?, leaf))
    })
    .await?;
    answered(&call, done)
}
