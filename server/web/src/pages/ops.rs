//! Health for everyone, and no more than status; version and metrics for the holder of the operations token (P10).

use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use std::sync::atomic::Ordering;
use store::InForce;
use warp::http::StatusCode;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/api/health", "", "Platform", Most::Visitor, |call| Box::pin(ready(call))),
        Route::get("/api/health/live", "", "Platform", Most::Visitor, |call| Box::pin(live(call))),
        Route::get("/api/health/ready", "", "Platform", Most::Visitor, |call| Box::pin(ready_told(call))),
        Route::get("/api/version", "", "Platform", Most::Ops, |call| Box::pin(version(call))),
        Route::get("/metrics", "", "Platform", Most::Ops, |call| Box::pin(metrics(call))),
    ]
}

#[derive(serde::Serialize)]
struct Status {
    status: &'static str,
}

async fn live(_: Call<House>) -> Result<Response, Problem> {
    reply::json(&Status { status: "ok" })
}

async fn ready(call: Call<House>) -> Result<Response, Problem> {
    let ready = call
        .app
        .run(|house| {
            Ok(house.store.ready().and_then(|()| {
                if house.store.engine().environments() > 0 { Ok(()) } else { Err("no policies".to_owned()) }
            }))
        })
        .await;
    let mut answer = match ready {
        Ok(Ok(())) => return reply::json(&Status { status: "ok" }),
        Ok(Err(why)) => {
            tracing::warn!(error = %why, "not ready");
            reply::json(&Status { status: "unavailable" })?
        }
        Err(_) => reply::json(&Status { status: "unavailable" })?,
    };
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    Ok(answer)
}

/// Readiness; to the holder of the operations token also which policies decide, and why not those that should.
async fn ready_told(call: Call<House>) -> Result<Response, Problem> {
    let policies = call.app.edge.opened_by(&call.rq).then(|| call.app.store.in_force());
    let answer = ready(call).await?;
    let Some(policies) = policies else { return Ok(answer) };
    let status = if answer.status().is_success() { "ok" } else { "unavailable" };
    let mut told = reply::json(&serde_json::json!({ "status": status, "policies": policies }))?;
    *told.status_mut() = answer.status();
    Ok(told)
}

async fn version(call: Call<House>) -> Result<Response, Problem> {
    let InForce { digest, built_in, fault } = call.app.store.in_force();
    let version = call.app.settings.version;
    reply::json(&serde_json::json!({
        "version": version, "policies": digest, "built_in_policies": built_in, "policies_fault": fault,
    }))
}

/// Prometheus text exposition format 0.0.4.
async fn metrics(call: Call<House>) -> Result<Response, Problem> {
    let (written, lost) = (call.app.decisions.written(), call.app.decisions.lost());
    let InForce { digest, fault, .. } = call.app.store.in_force();
    let behind = u8::from(fault.is_some());
    let statements = call.app.statements.load(Ordering::Relaxed);
    let refusals = call.app.refusals_lost.load(Ordering::Relaxed);
    Ok(reply::text(format!(
        "# HELP kalinklo_decisions_logged_total Decisions written to the decision log.\n\
         # TYPE kalinklo_decisions_logged_total counter\n\
         kalinklo_decisions_logged_total {written}\n\
         # HELP kalinklo_decisions_lost_total Decisions that found the log's queue full or the database unwilling.\n\
         # TYPE kalinklo_decisions_lost_total counter\n\
         kalinklo_decisions_lost_total {lost}\n\
         # HELP kalinklo_refusals_lost_total Refusals that were not recorded, for want of room or through the database.\n\
         # TYPE kalinklo_refusals_lost_total counter\n\
         kalinklo_refusals_lost_total {refusals}\n\
         # HELP kalinklo_statements_total Statements that requests have put to the database.\n\
         # TYPE kalinklo_statements_total counter\n\
         kalinklo_statements_total {statements}\n\
         # HELP kalinklo_policies_info The policies that decide on this server.\n\
         # TYPE kalinklo_policies_info gauge\n\
         kalinklo_policies_info{{digest=\"{digest}\"}} 1\n\
         # HELP kalinklo_policies_behind Whether other policies are active and cannot decide on this server.\n\
         # TYPE kalinklo_policies_behind gauge\n\
         kalinklo_policies_behind {behind}\n"
    )))
}

#[cfg(test)]
mod tests {
    use crate::pages::accounts::tests::people::Place;
    use policy::{Bundle, Engine};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    /// A house whose policies decide nothing would refuse everybody: it is not ready.
    #[tokio::test]
    async fn a_house_without_policies_is_not_ready() {
        let nothing = BTreeMap::from([("policies/none.cedar".to_owned(), "// nothing\n".to_owned())]);
        let nothing = Engine::load(&Bundle::of(nothing)).unwrap_or_else(|e| panic!("{e}"));
        for (place, status) in [(Place::new(), 200), (Place::under(Arc::new(nothing), 2), 503)] {
            for path in ["/api/health", "/api/health/ready"] {
                assert_eq!(place.browser().get(path).await.status, status, "{path}");
            }
            assert_eq!(place.browser().get("/api/health/live").await.status, 200);
        }
    }
}
