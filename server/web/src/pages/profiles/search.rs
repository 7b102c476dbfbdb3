//! Search inside the workspace: artists who may be found, own engagements with their requests and holds, colleagues. Each
//! kind is its own list by scope; what a workspace may not see is neither found nor counted.

use super::base;
use super::lists::{Row, asked, page_of, pager, rows};
use crate::house::House;
use crate::pages::engagements::parts::{hold_mark, request_mark};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Field, Pager, when};
use crate::visit::Visit;
use domain::{Kind, Side};
use policy::{Permit, Unasked, actions::ViewWorkspace};
use serde::Serialize;
use store::engagements::Named;
use store::engagements::search::{self, Hits, MOST, Sought};
use store::profiles;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/search", "FindListing", "Profile", Most::Member, |call| {
            Box::pin(show(call))
        })
        .reads(&["q", "after"]),
    ]
}

/// A part of the answer.
#[derive(Serialize)]
struct Found {
    heading: &'static str,
    /// That there are more, where there are.
    note: Option<String>,
    rows: Vec<Row>,
}

impl Found {
    /// A part with what was found; none where nothing was.
    fn of<T>(heading: &'static str, hits: Hits<T>, row: impl Fn(T) -> Row) -> Option<Self> {
        let note = hits.more.then(|| format!("The first {MOST}. Type more to see fewer."));
        let rows: Vec<Row> = hits.rows.into_iter().map(row).collect();
        (!rows.is_empty()).then_some(Self { heading, note, rows })
    }
}

#[derive(Serialize)]
struct Search {
    action: String,
    search: Field,
    asked: bool,
    parts: Vec<Found>,
    pager: Pager,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (asked, filled) = asked(&call)?;
    call.visit(call.member(), move |visit| {
        let (kind, member) = visit.member()?;
        let seen = visit.db.permit::<ViewWorkspace>(member.workspace, Unasked)?;
        let base = base(visit)?;
        let (mut parts, mut next) = (Vec::new(), None);
        if !asked.q.is_empty() {
            let found = profiles::found(visit.db, &asked.q, &page_of(&asked))?;
            let at = if kind == Kind::Presenter { "listings" } else { "artists" };
            let rows = rows(found.rows, &format!("{base}/{at}"), true);
            next = found.next;
            if !rows.is_empty() {
                parts.push(Found { heading: "Artists", note: None, rows });
            }
            // further pages are of artists alone
            if asked.after.is_none() {
                parts.extend(own(visit, &base, &asked.q, &seen)?);
            }
        }
        let view = Search {
            action: format!("{base}/search"),
            search: Field::search("q", "Name, title or date")
                .hint("For example Nordhaven, 4 March 2027 or March 2027.")
                .filled(&filled),
            asked: !asked.q.is_empty(),
            parts,
            pager: pager(&format!("{base}/search"), &asked, next),
        };
        let page = visit.page("Search", "/search")?;
        visit.house.views.page("pages/profiles/search.html", &page, &view)
    })
    .await
}

/// What the workspace itself has of it.
fn own(
    visit: &mut Visit<'_, '_>,
    base: &str,
    typed: &str,
    seen: &Permit<ViewWorkspace>,
) -> Result<Vec<Found>, Problem> {
    let sought = Sought::of(typed);
    let between = |it: &Named| format!("{} · {}", it.name(Side::Artist), it.name(Side::Presenter));
    let engagements = Found::of("Engagements", search::engagements(visit.db, &sought)?, |(it, named)| {
        let days = it.days.map_or_else(String::new, |(first, last)| when::span(first, last).text);
        Row::plain(format!("{base}/engagements/{}", it.id), &named.title, between(&named), vec![days])
    });
    let requests = Found::of("Requests", search::requests(visit.db, &sought)?, |(it, named)| {
        let said = vec![
            when::span(it.first_day, it.last_day).text,
            request_mark(it.state).label.unwrap_or_default(),
        ];
        Row::plain(format!("{base}/requests/{}", it.id), &named.title, between(&named), said)
    });
    let holds = Found::of("Holds", search::holds(visit.db, &sought)?, |(it, named)| {
        let said = vec![
            when::span(it.first_day, it.last_day).text,
            hold_mark(it.state, it.rank()).label.unwrap_or_default(),
        ];
        Row::plain(format!("{base}/holds/{}", it.id), &named.title, between(&named), said)
    });
    let colleagues = Found::of("Team", search::colleagues(visit.db, seen, typed)?, |it| {
        Row::plain(format!("{base}/team"), &it.name, it.role.to_string(), vec![it.email])
    });
    Ok([engagements, requests, holds, colleagues].into_iter().flatten().collect())
}
