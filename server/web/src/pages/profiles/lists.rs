//! Lists by scope: an agency's roster, discovery by plan. None counts what it does not show.

use super::profile::{Named, mark, named};
use super::{base, commission, desk_of, done};
use crate::change::Sent;
use crate::house::House;
use crate::http::{Filled, encoding};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{DayField, Empty, Field, FormToken, Link, Mark, Pager};
use crate::visit::Visit;
use domain::{Bounded, Kind};
use policy::actions::{CreateManagedProfile, FindListing, PrepareMandate};
use policy::{Filter, Unasked};
use serde::Serialize;
use store::Page as Rows;
use store::profiles::managed::{self, ManagedProfile};
use store::profiles::{self, Card};
use warp::reply::Response;

const ROWS: usize = 30;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/roster", "ViewProfile", "Profile", Most::Member, |call| {
            Box::pin(roster(call))
        })
        .reads(&["q", "after", "done"]),
        Route::get("/w/{workspace}/roster/keep", "CreateManagedProfile", "Workspace", Most::Member, |call| {
            Box::pin(keep_form(call))
        }),
        Route::post(
            "/w/{workspace}/roster/keep",
            "CreateManagedProfile",
            "Workspace",
            Most::Member,
            |call| Box::pin(keep(call)),
        ),
        Route::get("/w/{workspace}/discovery", "FindListing", "Profile", Most::Member, |call| {
            Box::pin(discovery(call))
        })
        .reads(&["q", "after"]),
    ]
}

/// A row as a shelf shows it.
#[derive(Serialize)]
pub(super) struct Row {
    href: String,
    name: String,
    lead: String,
    agencies: Vec<Named>,
    why: Vec<String>,
    level: Option<Mark>,
    unclaimed: bool,
}

impl Row {
    /// A row that is no artist's.
    pub(super) fn plain(href: String, name: &str, lead: String, said: Vec<String>) -> Self {
        let why = said.into_iter().filter(|it| !it.is_empty()).collect();
        Self { href, name: name.to_owned(), lead, agencies: Vec::new(), why, level: None, unclaimed: false }
    }
}

/// A search box over a shelf of rows.
#[derive(Serialize)]
struct Shelf {
    heading: &'static str,
    lead: &'static str,
    action: String,
    search: Field,
    rows: Vec<Row>,
    empty: Empty,
    pager: Pager,
    ways: Vec<Link>,
}

/// What the query asks for.
pub(super) struct Asked {
    pub(super) q: String,
    pub(super) after: Option<String>,
}

pub(super) fn asked(call: &Call<House>) -> Result<(Asked, Filled), Problem> {
    let mut query = call.rq.query()?;
    let (q, after, _) = (query.text("q"), query.maybe("after"), query.maybe("done"));
    query.finish()?;
    let mut filled = Filled::with([("q", q.clone())]);
    let q = if q.trim().is_empty() {
        String::new()
    } else {
        filled.take("q", Bounded::<100>::line("a name", &q)).map(Bounded::into_string).unwrap_or_default()
    };
    // what is no key of ours begins at the start
    let after = after.filter(|it| it.len() <= 400 && !it.is_empty());
    Ok((Asked { q, after }, filled))
}

pub(super) fn rows(cards: Vec<Card>, at: &str, why: bool) -> Vec<Row> {
    cards
        .into_iter()
        .map(|it| Row {
            href: format!("{at}/{}", it.id),
            name: it.name,
            lead: [it.discipline, it.based_in]
                .into_iter()
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
            agencies: named(&it.agencies),
            why: if why { it.why } else { Vec::new() },
            level: it.own.map(|it| mark(it.0)),
            unclaimed: it.own.is_some_and(|it| !it.1),
        })
        .collect()
}

pub(super) fn pager(at: &str, asked: &Asked, next: Option<String>) -> Pager {
    let q = encoding::encode(&asked.q);
    let next = next.map(|it| format!("{at}?q={q}&after={}", encoding::encode(&it)));
    let first = asked.after.is_some().then(|| format!("{at}?q={q}"));
    Pager { label: "Further artists".into(), first, next }
}

pub(super) fn page_of(asked: &Asked) -> Rows {
    Rows { after: asked.after.clone(), ..Rows::first(ROWS) }
}

async fn roster(call: Call<House>) -> Result<Response, Problem> {
    let note = done_of(&call)?;
    let (asked, filled) = asked(&call)?;
    call.visit(call.member(), move |visit| {
        desk_of(visit, Kind::Agency)?;
        let base = base(visit)?;
        let own = visit.member()?.1.workspace;
        let found = profiles::roster(visit.db, &asked.q, &page_of(&asked))?;
        let mut ways = Vec::new();
        if visit.db.may::<PrepareMandate>(own, &Unasked)? {
            ways.push(Link::to(format!("{base}/roster/offer"), "Offer a mandate"));
        }
        if visit.db.may::<CreateManagedProfile>(own, &Unasked)? {
            ways.push(Link::to(format!("{base}/roster/keep"), "Keep a profile for an artist"));
        }
        ways.push(Link::to(format!("{base}/mandates"), "Mandates and offers"));
        let text = if asked.q.is_empty() {
            "You represent nobody yet."
        } else {
            "Nobody on your roster has this in their name."
        };
        let view = Shelf {
            heading: "Roster",
            lead: "The artists whom you represent now.",
            action: format!("{base}/roster"),
            search: Field::search("q", "Name").filled(&filled),
            rows: rows(found.rows, &format!("{base}/artists"), false),
            empty: Empty { text: text.into(), href: None, label: String::new() },
            pager: pager(&format!("{base}/roster"), &asked, found.next),
            ways,
        };
        let mut page = visit.page("Roster", "/roster")?;
        page.note = note.map(str::to_owned);
        visit.house.views.page("pages/profiles/shelf.html", &page, &view)
    })
    .await
}

fn done_of(call: &Call<House>) -> Result<Option<&'static str>, Problem> {
    let mut query = call.rq.query()?;
    Ok(super::said(&query.text("done")))
}

async fn discovery(call: Call<House>) -> Result<Response, Problem> {
    let (asked, filled) = asked(&call)?;
    call.visit(call.member(), move |visit| {
        desk_of(visit, Kind::Presenter)?;
        let base = base(visit)?;
        // without the plan there is nothing to list, and the page says no more than that
        let plan = *visit.db.scope::<FindListing>(&Unasked).filter() != Filter::Never;
        let found = profiles::found(visit.db, &asked.q, &page_of(&asked))?;
        let text = match (plan, asked.q.is_empty()) {
            (false, _) => "Discovery belongs to the Discovery plan, and to verified presenters.",
            (true, true) => "No artist who can be found is here yet.",
            (true, false) => "No artist who can be found has this in their name.",
        };
        let (href, label) =
            if plan { (None, String::new()) } else { (Some("/pricing/".into()), "See the plans".into()) };
        let view = Shelf {
            heading: "Discovery",
            lead: "Artists who agreed to be found. Under each stands why you see them.",
            action: format!("{base}/discovery"),
            search: Field::search("q", "Name").filled(&filled),
            rows: rows(found.rows, &format!("{base}/listings"), true),
            empty: Empty { text: text.into(), href, label },
            pager: pager(&format!("{base}/discovery"), &asked, found.next),
            ways: Vec::new(),
        };
        let page = visit.page("Discovery", "/discovery")?;
        visit.house.views.page("pages/profiles/shelf.html", &page, &view)
    })
    .await
}

#[derive(Serialize)]
struct Keep {
    action: String,
    token: FormToken,
    fields: Vec<Field>,
    start: DayField,
    back: String,
}

fn keep_page(visit: &mut Visit<'_, '_>, filled: &Filled, again: bool) -> Result<Response, Problem> {
    let base = base(visit)?;
    let view = Keep {
        action: format!("{base}/roster/keep"),
        token: visit.token(&format!("{base}/roster/keep")),
        fields: vec![
            Field::text("name", "Name of the artist").autocomplete("off").filled(filled),
            Field::text("discipline", "Discipline")
                .hint("Conductor, mezzo-soprano, string quartet")
                .filled(filled),
            Field::text("territory", "Territory")
                .hint("Where you represent the artist: Europe, general")
                .filled(filled),
            Field {
                inputmode: Some("decimal"),
                ..Field::text("commission", "Commission, percent of the gross fee")
            }
            .filled(filled),
        ],
        start: DayField::new("start", "start_", "Since when you represent the artist").filled(filled),
        back: format!("{base}/roster"),
    };
    let page = visit.page("Keep a profile", "/roster")?;
    if again {
        return Err(visit.house.views.again("pages/profiles/keep.html", &page.correcting(filled), &view));
    }
    visit.house.views.page("pages/profiles/keep.html", &page, &view)
}

async fn keep_form(call: Call<House>) -> Result<Response, Problem> {
    done(&call)?;
    call.visit(call.member(), move |visit| {
        let own = visit.member()?.1.workspace;
        let _may = visit.db.permit::<CreateManagedProfile>(own, Unasked)?;
        keep_page(visit, &Filled::blank(), false)
    })
    .await
}

async fn keep(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let own = visit.member()?.1.workspace;
        Ok(visit.db.permit::<CreateManagedProfile>(own, Unasked)?)
    };
    let who = call.member();
    call.change(who, ask, |visit, permit, mut sheet| {
        let name = sheet.take("name", |it| Bounded::line("a name", it));
        let discipline = sheet.take("discipline", |it| Bounded::line("a discipline", it));
        let territory = sheet.take("territory", |it| Bounded::line("a territory", it));
        let commission_bp = sheet.take("commission", commission);
        let start = sheet.day("start", "start_");
        let (Some(name), Some(discipline), Some(territory), Some(commission_bp), Some(start)) =
            (name, discipline, territory, commission_bp, start)
        else {
            return keep_page(visit, &sheet.filled, true);
        };
        let new = ManagedProfile { name, discipline, territory, commission_bp, start };
        let id = managed::create(&sheet.finish(visit)?, permit, &new)?;
        Ok(reply::see_other(&format!("{}/artists/{id}?done=kept", base(visit)?)))
    })
    .await
}
