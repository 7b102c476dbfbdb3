//! Health for everyone, and no more than status; version and metrics for the holder of the operations token (P10).

use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use warp::http::StatusCode;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/api/health", "", "Platform", Most::Visitor, |call| Box::pin(ready(call))),
        Route::get("/api/health/live", "", "Platform", Most::Visitor, |call| Box::pin(live(call))),
        Route::get("/api/health/ready", "", "Platform", Most::Visitor, |call| Box::pin(ready(call))),
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

async fn version(call: Call<House>) -> Result<Response, Problem> {
    let (version, policies) = (call.app.settings.version, call.app.store.engine().digest().to_string());
    reply::json(&serde_json::json!({ "version": version, "policies": policies }))
}

/// Prometheus text exposition format 0.0.4.
async fn metrics(call: Call<House>) -> Result<Response, Problem> {
    let (written, lost) = (call.app.decisions.written(), call.app.decisions.lost());
    Ok(reply::text(format!(
        "# HELP kalinklo_decisions_logged_total Decisions written to the decision log.\n\
         # TYPE kalinklo_decisions_logged_total counter\n\
         kalinklo_decisions_logged_total {written}\n\
         # HELP kalinklo_decisions_lost_total Decisions that found the log's queue full or the database unwilling.\n\
         # TYPE kalinklo_decisions_lost_total counter\n\
         kalinklo_decisions_lost_total {lost}\n"
    )))
}
