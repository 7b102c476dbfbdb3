//! The folio: an artist's public page, while the artist wishes. No cookie, asked again on every request; an address that
//! is not public answers byte for byte as one that never was.

use super::profiles::Text;
use crate::house::House;
use crate::http::encoding::encode;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Link, Page};
use domain::Digest;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use store::{StoreError, profiles};
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

/// Folios in one file of the sitemap. The protocol (sitemaps.org, 0.9) bears 50,000; fewer keep each answer quick.
const PART: usize = 10_000;
/// Files that an index of sitemaps may name, by the same protocol.
const PARTS: usize = 50_000;

/// The routes of this room.
#[must_use]
pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/folio/{slug}", "ViewFolio", "Profile", Most::Visitor, |call| Box::pin(show(call)))
            .reads_any(),
        Route::get("/folio/sitemap.xml", "ViewFolio", "Profile", Most::Visitor, |call| {
            Box::pin(sitemap(call))
        })
        .reads(&["after"]),
    ]
}

#[derive(Serialize)]
struct View {
    listing: Text,
    request: &'static str,
    address: String,
}

/// Caches may keep it and must ask each time (RFC 9111 section 5.2.2.4).
fn asked_each_time(call: &Call<House>, mut answer: Response, bytes: &[u8]) -> Response {
    let tag = format!("\"{}\"", &Digest(Sha256::digest(bytes).into()).to_string()[..32]);
    let known = call.rq.header(header::IF_NONE_MATCH).is_some_and(|it| {
        it.split(',').map(|it| it.trim().trim_start_matches("W/")).any(|it| it == tag || it == "*")
    });
    if known {
        answer = reply::text("");
        answer.headers_mut().remove(header::CONTENT_TYPE);
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    answer
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let slug = call.holes.text("slug").to_owned();
    let found = call
        .public(move |house, asker| {
            let folio = house.store.read(asker, |db| {
                let permit = profiles::find_folio(db, &slug)?;
                profiles::folio(db, &permit)
            });
            match folio {
                Ok(it) => Ok(it),
                Err(StoreError::Refused(_) | StoreError::Absent) => Err(Problem::NotFound),
                Err(e) => Err(e.into()),
            }
        })
        .await?;
    let mut page = Page::new(format!("{}, {}", found.listing.name, found.listing.discipline));
    page.fictional = call.app.settings.fictional;
    page.indexed = !page.fictional;
    page.you = vec![
        Link::to("/artists/", "Artists"),
        Link::to("/security/", "Security"),
        Link::to("/sign-in", "Sign in"),
    ];
    let view = View {
        request: "/request-a-hold/",
        address: format!("{}/folio/{}", call.app.settings.address, found.slug),
        listing: Text::of(&found.listing),
    };
    let body = call.app.views.render("pages/folio/folio.html", &page, &view)?;
    let answer = reply::html(body.clone());
    Ok(asked_each_time(&call, answer, body.as_bytes()))
}

/// One file while one holds all folios, else an index of files: `after` says after which place a file begins, and is empty
/// for the first.
async fn sitemap(call: Call<House>) -> Result<Response, Problem> {
    let after = call.rq.query()?.maybe("after");
    let (parts, slugs) = call
        .public(move |house, asker| {
            Ok(house.store.read(asker, |db| {
                let parts =
                    if after.is_none() { profiles::folio_parts(db, PART, PARTS - 1)? } else { Vec::new() };
                let slugs = if parts.is_empty() {
                    profiles::folios(db, after.filter(|it| !it.is_empty()), PART)?
                } else {
                    Vec::new()
                };
                Ok::<_, StoreError>((parts, slugs))
            })?)
        })
        .await?;
    let address = &call.app.settings.address;
    let out = if parts.is_empty() {
        let places = slugs.iter().map(|it| format!("{address}/folio/{it}"));
        listed("urlset", "url", places)
    } else {
        let begins = std::iter::once("").chain(parts.iter().map(String::as_str));
        listed(
            "sitemapindex",
            "sitemap",
            begins.map(|it| format!("{address}/folio/sitemap.xml?after={}", encode(it))),
        )
    };
    let answer = reply::body(StatusCode::OK, "application/xml; charset=utf-8", out.clone());
    Ok(asked_each_time(&call, answer, out.as_bytes()))
}

/// A file of the sitemap protocol that lists these addresses.
fn listed(root: &str, item: &str, places: impl Iterator<Item = String>) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
    );
    for place in places {
        // what is percent-encoded holds nothing else that XML reads
        let _ = writeln!(out, "<{item}><loc>{}</loc></{item}>", place.replace('&', "&amp;"));
    }
    let _ = writeln!(out, "</{root}>");
    out
}
