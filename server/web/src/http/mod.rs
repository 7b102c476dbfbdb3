//! One request as the house sees it: parsed, bounded, with its id, its moment and the address that counts.

pub mod address;
pub mod body;
pub mod cookies;
pub mod encoding;
pub mod faults;
pub mod fields;
pub mod json;
pub mod upload;

pub use body::Intake;
pub use faults::{Faults, Filled};
pub use fields::{Fields, Form, Query};
pub use upload::{Upload, Uploaded};

use crate::edge::Edge;
use crate::problem::Problem;
use crate::serve::Peer;
use bytes::Bytes;
use domain::{Moment, VisitId};
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::time::Duration;
use warp::http::{HeaderMap, Method, header};

/// A request. Its body is read once, and never beyond the route's limit.
pub struct Rq {
    /// The method; `HEAD` stays `HEAD` though a `GET` handler answers it.
    pub method: Method,
    /// The path as it came, percent-encoded.
    pub path: String,
    /// What follows `?`, percent-encoded; empty without it.
    pub raw_query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The other end of the connection.
    pub peer: Option<Peer>,
    /// The client's address: the peer's, or what trusted proxies say of it.
    pub client: Option<IpAddr>,
    /// Names this request in logs, refusals and the audit.
    pub id: VisitId,
    /// When it came.
    pub now: Moment,
    pub(crate) intake: Intake,
    pub(crate) body_limit: usize,
    pub(crate) body_time: Duration,
}

/// What warp collects of a request, before anything is made of it.
pub struct Raw {
    /// The method.
    pub method: Method,
    /// The path, percent-encoded.
    pub path: String,
    /// The query, percent-encoded.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The other end.
    pub peer: Option<Peer>,
    /// The body, not yet read.
    pub intake: Intake,
}

impl Rq {
    /// The request with its id, its moment and its client's address. Its body may not be read until a route says how
    /// much of it.
    #[must_use]
    pub fn of(raw: Raw, edge: &Edge) -> Self {
        let now = (edge.clock)();
        let client = address::client(&edge.proxies, raw.peer.map(|it| it.0.ip()), &raw.headers);
        Self {
            id: edge.chance.id(now),
            now,
            client,
            method: raw.method,
            path: raw.path,
            raw_query: raw.query,
            headers: raw.headers,
            peer: raw.peer,
            intake: raw.intake,
            body_limit: 0,
            body_time: edge.body_time,
        }
    }

    /// A header's text, where it stands once and is ASCII.
    #[must_use]
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        let mut all = self.headers.get_all(name).iter();
        all.next().filter(|_| all.next().is_none()).and_then(|it| it.to_str().ok())
    }

    /// A cookie's value; `None` also where two cookies share the name, since one of them was planted.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookies::find(&self.headers, name)
    }

    /// The token of `Authorization: Bearer` (RFC 6750 section 2.1).
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header(header::AUTHORIZATION)?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Whether the answer is for a program: problems become problem details (RFC 9457) instead of pages.
    #[must_use]
    pub fn accepts_json(&self) -> bool {
        is_api(&self.path)
    }

    /// Whether who asks reads pages, as browsers say of themselves (RFC 9110 section 12.5.1).
    #[must_use]
    pub fn reads_pages(&self) -> bool {
        self.header(header::ACCEPT).is_some_and(|it| it.to_ascii_lowercase().contains("text/html"))
    }

    /// The body, at most the route's limit.
    ///
    /// # Errors
    /// [`Problem::TooLarge`], [`Problem::Timeout`], or [`Problem::BadRequest`] where it breaks off.
    pub async fn bytes(&mut self) -> Result<Bytes, Problem> {
        self.intake.read(self.body_limit, self.body_time).await
    }

    /// The body as a form's fields.
    ///
    /// # Errors
    /// As [`Rq::bytes`]; [`Problem::Unsupported`] for another media type; see [`Fields::parse`].
    pub async fn form(&mut self) -> Result<Form, Problem> {
        let plain = self
            .header(header::CONTENT_TYPE)
            .is_some_and(|it| media_type(it).eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !plain {
            return Err(Problem::Unsupported("application/x-www-form-urlencoded"));
        }
        Fields::parse(&self.bytes().await?)
    }

    /// The body as JSON of the type `T`, which should deny unknown fields.
    ///
    /// # Errors
    /// As [`Rq::bytes`]; [`Problem::Unsupported`] for another media type; see [`json::read`].
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T, Problem> {
        if !self
            .header(header::CONTENT_TYPE)
            .is_some_and(|it| media_type(it).eq_ignore_ascii_case("application/json"))
        {
            return Err(Problem::Unsupported("application/json"));
        }
        json::read(&self.bytes().await?)
    }

    /// The body as text fields and at most one file.
    ///
    /// # Errors
    /// As [`Rq::bytes`]; [`Problem::Unsupported`] for another media type; see [`upload::read`].
    pub async fn upload(&mut self) -> Result<Uploaded, Problem> {
        let boundary = self.header(header::CONTENT_TYPE).and_then(|it| multer::parse_boundary(it).ok());
        // 1 to 70 characters (RFC 2046 section 5.1.1)
        let boundary = boundary.filter(|it| (1..=70).contains(&it.len()));
        let boundary = boundary.ok_or(Problem::Unsupported("multipart/form-data"))?;
        let bytes = self.bytes().await?;
        upload::read(bytes, boundary, self.body_limit.min(upload::FILE)).await
    }

    /// Refuses a query that asks for anything but these fields, or for one of them twice.
    ///
    /// # Errors
    /// See [`Fields::parse`]; [`Problem::Invalid`], naming each field that is not read here.
    pub fn asks_only(&self, fields: &[&str]) -> Result<(), Problem> {
        let mut query = self.query()?;
        for it in fields {
            query.maybe(it);
        }
        query.ended("Nothing here reads this field")
    }

    /// The query's fields.
    ///
    /// # Errors
    /// See [`Fields::parse`].
    pub fn query(&self) -> Result<Query, Problem> {
        Fields::parse(self.raw_query.as_bytes())
    }
}

/// The media type without its parameters.
fn media_type(header: &str) -> &str {
    header.split(';').next().unwrap_or_default().trim()
}

/// Whether a path belongs to programs rather than people.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/access/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_programs() {
        assert!(is_api("/api/v1/x") && is_api("/access/v1/evaluation"));
        assert!(!is_api("/api") && !is_api("/w/api/") && !is_api("/"));
        assert_eq!(media_type("application/json ; charset=utf-8"), "application/json");
    }
}
