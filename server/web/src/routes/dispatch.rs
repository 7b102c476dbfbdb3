//! One road for every request: limits, then the table, then the guard, then the handler; the companions on all of it.

use super::table::Found;
use super::{Asked, Call, Rate, Table, guard};
use crate::edge::AppState;
use crate::http::{Intake, Raw, Rq};
use crate::limits::{Class, Wait};
use crate::problem::Problem;
use crate::serve::{Peer, no_panic};
use crate::{assets, headers};
use std::convert::Infallible;
use std::sync::Arc;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method};
use warp::reply::Response;
use warp::{Filter, Reply};

/// The table as the one warp filter of the house. Everything it extracts is always there, so nothing is ever rejected
/// and no request can fall through to another route.
#[must_use]
pub fn filter<A: AppState>(table: Arc<Table<A>>, app: Arc<A>) -> BoxedFilter<(Response,)> {
    warp::any()
        .and(warp::method())
        .and(warp::path::full())
        .and(warp::query::raw().or_else(|_| async { Ok::<_, Infallible>((String::new(),)) }))
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .and(warp::body::stream())
        .then(move |method, path: warp::path::FullPath, query, headers: HeaderMap, peer, body| {
            let intake = Intake::of(body, &headers);
            let path = path.as_str().to_owned();
            let raw = Raw { method, path, query, headers, peer, intake };
            let (table, app) = (Arc::clone(&table), Arc::clone(&app));
            async move { answer(&table, app, raw).await }
        })
        .map(Reply::into_response)
        .boxed()
}

/// Answers one request, whatever it is.
pub async fn answer<A: AppState>(table: &Table<A>, app: Arc<A>, raw: Raw) -> Response {
    let app = app.current();
    let edge_of = Arc::clone(&app);
    let edge = edge_of.edge();
    let rq = Rq::of(raw, edge);
    let (id, came, intake) = (rq.id, rq.now, rq.intake.clone());
    let api = rq.accepts_json() && !is_form_of_strangers(table, &rq);
    let method = rq.method.clone();
    let (asked, actor) = (Asked::of(&rq), app.actor_key(&rq));
    let mut route = "";
    let found = no_panic(tokio::time::timeout(edge.request_time, walk(table, app, rq, &mut route))).await;
    let mut answer = match found {
        Ok(Ok(Ok(answer))) => answer,
        // who only reads changes nothing, whenever they are cut off
        Ok(Ok(Err(Problem::Unsure)) | Err(_)) if method.is_safe() => Problem::Busy.answer(id, api, edge),
        Ok(Ok(Err(Problem::Refused))) => edge_of.refused(&asked, actor).answer(id, api, edge),
        Ok(Ok(Err(problem))) => problem.answer(id, api, edge),
        // what was begun goes on beside our answer
        Ok(Err(_)) => Problem::Unsure.answer(id, api, edge),
        Err(panic) => Problem::Broken(format!("panic: {panic}")).answer(id, api, edge),
    };
    // A client that still writes would lose our answer to a reset connection.
    intake.discard().await;
    headers::apply(answer.headers_mut(), edge.tls, Some(id));
    let micros = (edge.clock)().0.saturating_sub(came.0);
    // The route's pattern, never the path: ids and slugs say who was looked at.
    tracing::info!(request = %id, %method, route, status = answer.status().as_u16(), micros, "answered");
    answer
}

/// Whether a browser sends one of the forms that static pages post to a program's address: people get pages back.
fn is_form_of_strangers<A: AppState>(table: &Table<A>, rq: &Rq) -> bool {
    let route = || Some(table.find(&rq.path)?.route(&rq.method)?.rate == Rate::PublicForm);
    rq.reads_pages() && route().unwrap_or_default()
}

async fn walk<A: AppState>(
    table: &Table<A>,
    app: Arc<A>,
    mut rq: Rq,
    pattern: &mut &'static str,
) -> Result<Response, Problem> {
    let edge = app.edge();
    counted(&app, &rq, Class::Read, None)?;
    let page = || assets::answer(&*edge.pages, &rq.path, &rq.raw_query, &rq.headers);
    let reading = matches!(rq.method, Method::GET | Method::HEAD);
    let found = table.find(&rq.path).filter(|it| !it.ops || edge.opened_by(&rq));
    let Some(found) = found else {
        return match page() {
            Some(page) if reading => Ok(page),
            Some(_) => Err(Problem::MethodNotAllowed("GET, HEAD".into())),
            None => Err(Problem::NotFound),
        };
    };
    let Found { holes, .. } = &found;
    let Some(route) = found.route(&rq.method) else {
        let page = page();
        return match page {
            Some(page) if reading => Ok(page),
            page => Err(Problem::MethodNotAllowed(found.allow(page.is_some()))),
        };
    };
    *pattern = route.path;
    match (route.rate, app.actor_key(&rq)) {
        (Rate::Read, None) => {}
        (rate @ (Rate::Read | Rate::Mutation), actor @ Some(_)) => counted(&app, &rq, rate.class(), actor)?,
        (rate, _) => counted(&app, &rq, rate.class(), None)?,
    }
    if !guard::admits(&rq, route.rate, edge) {
        return Err(Problem::CrossSite);
    }
    if let Some(fields) = route.query {
        rq.asks_only(fields)?;
    }
    rq.body_limit = route.body;
    let holes = holes.clone();
    (route.handler)(Call { rq, holes, app: Arc::clone(&app) }).await
}

/// Counts a request by its actor, or without one by its address. Who meets a limit is recorded, once a window.
fn counted<A: AppState>(app: &Arc<A>, rq: &Rq, class: Class, actor: Option<[u8; 32]>) -> Result<(), Problem> {
    let limits = &app.edge().limits;
    let within = match actor {
        Some(it) => limits.actor(class, it),
        None => limits.address(class, rq.client),
    };
    within.map_err(|wait| {
        if limits.is_news(actor, rq.client) {
            app.limited(&Asked::of(rq), actor);
        }
        wait.into()
    })
}

impl From<Wait> for Problem {
    fn from(it: Wait) -> Self {
        Self::TooMany { retry_after: it.0 }
    }
}
