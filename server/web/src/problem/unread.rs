//! What is said where there is no request to answer, or where even the error page could not be made.

use crate::edge::AppState;
use crate::serve::Unread;
use crate::{headers, reply};
use std::sync::Arc;
use warp::http::{HeaderMap, StatusCode, header};
use warp::reply::Response;

/// A whole answer but for its status, the companions included.
pub struct LastWords {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its page.
    pub page: String,
    status: StatusCode,
}

impl From<LastWords> for Response {
    fn from(it: LastWords) -> Self {
        let mut answer = reply::body(it.status, reply::HTML, it.page);
        *answer.headers_mut() = it.headers;
        answer
    }
}

/// Says it under an id of its own, which the log names too.
#[must_use]
pub fn unread<A: AppState>(app: Arc<A>) -> Unread {
    Arc::new(move |status| {
        let edge = app.edge();
        let id = edge.chance.id((edge.clock)());
        let (title, lead) = match status.as_u16() {
            400..=413 => {
                ("This request cannot be read", "What was sent is not HTTP as this server speaks it.")
            }
            414..=499 => {
                ("This request is too long", "Its address or its headers have more than is taken here.")
            }
            503 => (
                "Too many connections from one address",
                "Yours, and those of whoever shares it, are all taken. Try again in a few seconds.",
            ),
            _ => ("Something went wrong here", "It is our fault and it is noted. Try again."),
        };
        tracing::info!(request = %id, status = status.as_u16(), "answered without a request");
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1>\
             <p>{lead}</p><p>Reference: {id}</p></html>"
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(reply::HTML));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        headers::apply(&mut headers, edge.tls, Some(id));
        LastWords { headers, page, status }
    })
}
