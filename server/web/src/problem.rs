//! Every way a request can go wrong, and the one place that says what people and programs see of it.

mod details;
mod faces;
mod unread;

pub use faces::{Face, Faces, marks};
pub use unread::{LastWords, unread};

use crate::edge::Edge;
use crate::http::Faults;
use crate::reply;
use domain::VisitId;
use warp::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

/// A request that did not go well.
#[derive(Debug)]
pub enum Problem {
    /// Not theirs, or not there: one answer for both (spec P9), recorded before it leaves the house. 403.
    Refused,
    /// The same answer, already recorded with its actor. 403.
    Recorded,
    /// No such path; also what operational paths say without the token (spec P10). 404.
    NotFound,
    /// Nobody is signed in: pages go to sign-in, programs get 401.
    SignIn,
    /// The account is not approved: pages go to the waiting page, programs get 403.
    Waiting,
    /// The second factor is missing or too old: pages go to step-up, programs get 401 (RFC 9470 section 3).
    StepUp,
    /// A form that another site sent. 403.
    CrossSite,
    /// The path is known, this method is not; holds the `Allow` list. 405.
    MethodNotAllowed(String),
    /// The body, or the file in it, has more than `limit` bytes. 413.
    TooLarge {
        /// Bytes that would have been taken.
        limit: usize,
    },
    /// The body did not arrive in time. 408.
    Timeout,
    /// Another media type than the one wanted, which is named. 415.
    Unsupported(&'static str),
    /// Fields that must be corrected, where the form itself cannot be shown again. 422.
    Invalid(Faults),
    /// The form again, rendered whole, with what was typed and what is wrong. 422.
    Again {
        /// The page.
        page: String,
        /// Whether it was changed after the form was shown, which is why it comes again. 409 then.
        overtaken: bool,
    },
    /// The request cannot be read; the sentence says why. 400.
    BadRequest(String),
    /// More than is allowed. 429.
    TooMany {
        /// Seconds until the next may come, rounded up.
        retry_after: u64,
    },
    /// Somebody changed the thing in between; the sentence says what changed. 409.
    Stale(String),
    /// The same, with what was typed, field by field, so that it is not lost. 409.
    Unsaved(String, Vec<(String, String)>),
    /// This very form was taken before. 409.
    Sent,
    /// We cannot serve this now; trying again helps. 503.
    Busy,
    /// A change was cut off on its way: it was done, or not, or will be. 503.
    Unsure,
    /// Our fault; the cause goes to the log under the request's id and nowhere else. 500.
    Broken(String),
}

/// What went wrong on our side, as fault reports carry it; scrubbed before it leaves.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Fault(String);

impl Problem {
    /// The answer, without the companions that every answer gets. `api` asks for problem details (RFC 9457).
    #[must_use]
    pub fn answer(self, id: VisitId, api: bool, edge: &Edge) -> Response {
        let face = match self {
            Self::NotFound => return not_found(edge),
            Self::SignIn if !api => return reply::see_other("/sign-in"),
            Self::Waiting if !api => return reply::see_other("/waiting"),
            Self::StepUp if !api => return reply::see_other("/admin/step-up"),
            Self::Again { page, overtaken } => {
                let status = if overtaken { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
                return reply::body(status, reply::HTML, page);
            }
            other => other.face(id),
        };
        let mut answer = if api {
            details::answer(&face, id)
        } else if face.kind == "refused" {
            reply::body(face.status, reply::HTML, edge.faces.refused(id.as_str()))
        } else {
            reply::body(face.status, reply::HTML, edge.faces.problem(&face, id.as_str()))
        };
        answer.headers_mut().extend(face.headers);
        answer
    }

    fn face(self, id: VisitId) -> Face {
        match self {
            Self::Refused | Self::Recorded | Self::NotFound => Face::new(
                StatusCode::FORBIDDEN,
                "refused",
                "This is not yours, or it does not exist",
                "We give the same answer in both cases, so that no one can learn what others have here.",
            ),
            Self::SignIn => {
                Face::new(StatusCode::UNAUTHORIZED, "sign-in", "Sign in first", "This needs a credential.")
                    .with(WWW_AUTHENTICATE, "Bearer realm=\"kalinklo\"")
            }
            Self::Waiting => Face::new(
                StatusCode::FORBIDDEN,
                "waiting",
                "Your account is not approved yet",
                "A person looks at each application. You will have a mail when yours is decided.",
            ),
            Self::StepUp => Face::new(
                StatusCode::UNAUTHORIZED,
                "step-up",
                "Your second factor is needed",
                "Give a fresh code and try again.",
            )
            .with(WWW_AUTHENTICATE, "Bearer realm=\"kalinklo\", error=\"insufficient_user_authentication\""),
            Self::CrossSite => Face::new(
                StatusCode::FORBIDDEN,
                "cross-site",
                "This form came from another site",
                "Nothing was changed. Open the page here and send the form from it.",
            ),
            Self::MethodNotAllowed(allow) => Face::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This address does not take that",
                "The address is right, the method is not.",
            )
            .with(ALLOW, &allow),
            Self::TooLarge { limit } => Face::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "This is too large",
                &format!("At most {} can be sent here. Nothing was changed.", size(limit)),
            ),
            Self::Timeout => Face::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                "What you sent did not arrive in time",
                "Nothing was changed. Try again on a steadier line.",
            ),
            Self::Unsupported(wanted) => Face::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "This cannot be read here",
                &format!("Send it as {wanted}. Nothing was changed."),
            ),
            Self::Invalid(faults) => Face::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                "Something must be corrected",
                "Nothing was changed.",
            )
            .listing(faults),
            // A page is answered before; a program that somehow gets here learns the status at least.
            Self::Again { .. } => {
                Face::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Something must be corrected", "")
            }
            Self::BadRequest(why) => {
                Face::new(StatusCode::BAD_REQUEST, "bad-request", "This request cannot be read", &why)
            }
            Self::TooMany { retry_after } => Face::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many",
                "That was too much at once",
                &format!("Try again in {}.", seconds(retry_after)),
            )
            .with(RETRY_AFTER, &retry_after.to_string()),
            Self::Stale(what) => {
                Face::new(StatusCode::CONFLICT, "stale", "Somebody changed this in the meantime", &what)
            }
            Self::Unsaved(what, typed) => Face { typed, ..Self::Stale(what).face(id) },
            Self::Sent => Face::new(
                StatusCode::CONFLICT,
                "sent-already",
                "This form was sent already",
                "What it asked for was done the first time, and nothing was done twice. Go back to see it.",
            ),
            Self::Busy => Face::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "We cannot do this just now",
                "Nothing was changed. Try again in a few seconds.",
            )
            .with(RETRY_AFTER, "5"),
            Self::Unsure => Face::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unsure",
                "We do not know whether this was done",
                "It took longer than we wait, and may be done by now or in a moment. Look before you send it again.",
            )
            .with(RETRY_AFTER, "5"),
            Self::Broken(cause) => {
                let fault = Fault(cause);
                tracing::error!(request = %id, error = %fault, "a request failed through our fault");
                connect::reports::report(&fault, Some(id), None);
                Face::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "broken",
                    "Something went wrong here",
                    "It is our fault and it is noted. The reference below finds it.",
                )
            }
        }
    }
}

/// The same bytes for every unknown path, people and programs alike, so that an operational path cannot be told apart.
fn not_found(edge: &Edge) -> Response {
    reply::body(StatusCode::NOT_FOUND, reply::HTML, edge.pages.not_found())
}

fn size(bytes: usize) -> String {
    match bytes {
        0 => "nothing".into(),
        1..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

fn seconds(count: u64) -> String {
    match count {
        0 | 1 => "a second".into(),
        2..120 => format!("{count} seconds"),
        _ => format!("{} minutes", count.div_ceil(60)),
    }
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

impl Face {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, lead: &str) -> Self {
        Self {
            status,
            kind,
            title,
            lead: lead.to_owned(),
            faults: Faults::default(),
            typed: Vec::new(),
            headers: HeaderMap::new(),
        }
    }
    fn with(mut self, name: warp::http::HeaderName, value: &str) -> Self {
        self.headers.insert(name, header_value(value));
        self
    }
    fn listing(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_waits_in_words() {
        assert_eq!(
            (size(0), size(512), size(65_536)),
            ("nothing".into(), "512 bytes".into(), "64 KiB".into())
        );
        assert_eq!(
            (seconds(1), seconds(30), seconds(121)),
            ("a second".into(), "30 seconds".into(), "3 minutes".into())
        );
        assert_eq!(size(10 * 1_048_576), "10 MiB");
    }
}
