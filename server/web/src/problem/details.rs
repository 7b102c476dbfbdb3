//! Problem details for programs (RFC 9457).

use super::Face;
use crate::reply;
use domain::VisitId;
use serde::Serialize;
use warp::reply::Response;

#[derive(Serialize)]
struct Details<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Detail<'a>>,
}

#[derive(Serialize)]
struct Detail<'a> {
    field: &'a str,
    detail: &'a str,
}

/// The answer; `instance` is the request's id.
pub(super) fn answer(face: &Face, id: VisitId) -> Response {
    let errors = face.faults.list().iter().map(|it| Detail { field: &it.field, detail: &it.text }).collect();
    let details = Details {
        r#type: format!("urn:kalinklo:problem:{}", face.kind),
        title: face.title,
        status: face.status.as_u16(),
        detail: &face.lead,
        instance: id.as_str(),
        errors,
    };
    // Strings and numbers only, so writing them cannot fail; an empty body would still carry the status.
    let bytes = serde_json::to_vec(&details).unwrap_or_default();
    reply::body(face.status, "application/problem+json", bytes)
}
