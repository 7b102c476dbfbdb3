//! The folio: an artist's public page, while the artist wishes. No cookie, asked again on every request; an address that
//! is not public answers byte for byte as one that never was.

use super::profiles::Text;
use crate::house::House;
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

/// Addresses that a sitemap may hold (sitemaps.org protocol 0.9).
const MOST: usize = 50_000;

/// The routes of this room.
#[must_use]
pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/folio/{slug}", "ViewFolio", "Profile", Most::Visitor, |call| Box::pin(show(call)))
            .reads_any(),
        Route::get("/folio/sitemap.xml", "ViewFolio", "Profile", Most::Visitor, |call| {
            Box::pin(sitemap(call))
        }),
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

async fn sitemap(call: Call<House>) -> Result<Response, Problem> {
    let slugs =
        call.public(|house, asker| Ok(house.store.read(asker, |db| profiles::folios(db, MOST))?)).await?;
    let address = &call.app.settings.address;
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for slug in slugs {
        // an address has letters, digits and hyphens alone, so nothing needs escaping but what the operator set
        let _ = writeln!(out, "<url><loc>{}/folio/{slug}</loc></url>", address.replace('&', "&amp;"));
    }
    out.push_str("</urlset>\n");
    let answer = reply::body(StatusCode::OK, "application/xml; charset=utf-8", out.clone());
    Ok(asked_each_time(&call, answer, out.as_bytes()))
}
