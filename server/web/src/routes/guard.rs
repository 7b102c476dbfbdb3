//! The cross-site guard: a change is taken only from our own pages.
//!
//! Browsers say where a request comes from in `Sec-Fetch-Site` (W3C Fetch Metadata) or, the older ones, in `Origin`.
//! A request with neither does not come from a browser of this decade; it carries nobody's cookies against their will,
//! and the form token is asked of it all the same.

use super::Rate;
use crate::edge::Edge;
use crate::http::Rq;
use warp::http::{HeaderName, Method, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request may go on. Reading methods always may.
pub(super) fn admits(rq: &Rq, rate: Rate, edge: &Edge) -> bool {
    if matches!(rq.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    // A header that stands twice or is unreadable is present but says nothing: then nobody is believed.
    let present = |name: &HeaderName| rq.headers.contains_key(name);
    let (site, origin) = (rq.header(SEC_FETCH_SITE), rq.header(header::ORIGIN));
    let from_pages =
        rate == Rate::PublicForm && edge.site_origin.is_some() && origin == edge.site_origin.as_deref();
    if from_pages {
        return true;
    }
    if present(&SEC_FETCH_SITE) {
        return matches!(site, Some("same-origin" | "none"));
    }
    if present(&header::ORIGIN) {
        return origin.is_some_and(|it| own(rq, it, edge));
    }
    true
}

/// Whether an origin is our own: the configured one, else the one that the `Host` header names.
fn own(rq: &Rq, origin: &str, edge: &Edge) -> bool {
    match &edge.origin {
        Some(ours) => origin.eq_ignore_ascii_case(ours),
        None => {
            let scheme = if edge.tls { "https://" } else { "http://" };
            let host = rq.header(header::HOST);
            origin
                .strip_prefix(scheme)
                .is_some_and(|it| host.is_some_and(|host| host.eq_ignore_ascii_case(it)))
        }
    }
}
