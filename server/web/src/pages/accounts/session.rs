//! The session's cookie.

use crate::house::{House, SESSION, session_hash, session_text};
use crate::http::cookies;
use crate::reply;
use crate::routes::Call;
use store::accounts::{Issued, SESSION_LIFE};
use warp::http::header;
use warp::reply::Response;

/// The answer with a session's cookie on it; `None` takes the cookie away.
pub(crate) fn cookie(answer: Response, house: &House, issued: Option<&Issued>) -> Response {
    let tls = house.edge.tls;
    let (value, seconds) = match issued {
        Some(it) => (session_text(&it.secret), SESSION_LIFE.unsigned_abs() / 1_000_000),
        None => (String::new(), 0),
    };
    match cookies::set(&cookies::name(SESSION, tls), &value, seconds, tls) {
        Some(cookie) => reply::with_cookie(answer, cookie),
        None => answer,
    }
}

/// The hash of the session that came with the request: it ends when another begins.
pub(crate) fn old_session(call: &Call<House>) -> Option<[u8; 32]> {
    session_hash(&call.rq, call.app.edge.tls)
}

/// What the browser says of itself, for the list of one's own sessions.
pub(crate) fn agent(call: &Call<House>) -> String {
    call.rq.header(header::USER_AGENT).unwrap_or("a browser that does not say").to_owned()
}
