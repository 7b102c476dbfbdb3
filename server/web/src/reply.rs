//! Answers that went well.

use bytes::Bytes;
use serde::Serialize;
use warp::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, LOCATION, SET_COOKIE};
use warp::http::{HeaderValue, StatusCode};
use warp::reply::Response;

/// Media type of pages.
pub const HTML: &str = "text/html; charset=utf-8";

/// An answer with this status, media type and body.
#[must_use]
pub fn body(status: StatusCode, media_type: &'static str, bytes: impl Into<Bytes>) -> Response {
    let mut answer = Response::new(bytes.into().into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// A page.
#[must_use]
pub fn html(page: String) -> Response {
    body(StatusCode::OK, HTML, page)
}

/// Plain text.
#[must_use]
pub fn text(text: impl Into<Bytes>) -> Response {
    body(StatusCode::OK, "text/plain; charset=utf-8", text)
}

/// JSON (RFC 8259).
///
/// # Errors
/// [`crate::Problem::Broken`] where the value cannot be written as JSON, which is our fault.
pub fn json(value: &impl Serialize) -> Result<Response, crate::Problem> {
    let bytes = serde_json::to_vec(value).map_err(|it| crate::Problem::Broken(it.to_string()))?;
    Ok(body(StatusCode::OK, "application/json", bytes))
}

/// "See other" (RFC 9110 section 15.4.4), what follows every form that was done. `there` is a path of ours.
#[must_use]
pub fn see_other(there: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, there)
}

pub(crate) fn redirect(status: StatusCode, there: &str) -> Response {
    let mut answer = Response::new(Bytes::new().into());
    *answer.status_mut() = status;
    // A path that is no header value (a line end in it) goes nowhere rather than somewhere else.
    let there = HeaderValue::from_str(there).unwrap_or(HeaderValue::from_static("/"));
    answer.headers_mut().insert(LOCATION, there);
    answer
}

/// A file to keep. The name is written twice: ASCII for all, UTF-8 for those who read it (RFC 6266 section 4.3).
#[must_use]
pub fn download(media_type: &'static str, file_name: &str, bytes: impl Into<Bytes>) -> Response {
    let ascii: String = file_name
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() || "-_. ".contains(it) { it } else { '_' })
        .collect();
    let encoded = crate::http::encoding::encode(file_name);
    let mut answer = body(StatusCode::OK, media_type, bytes);
    let disposition = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    answer.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    answer
}

/// Adds a cookie; several may stand beside each other.
#[must_use]
pub fn with_cookie(mut answer: Response, cookie: HeaderValue) -> Response {
    answer.headers_mut().append(SET_COOKIE, cookie);
    answer
}

/// Sets one header.
#[must_use]
pub fn with(mut answer: Response, name: HeaderName, value: HeaderValue) -> Response {
    answer.headers_mut().insert(name, value);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        let answer = download("text/csv", "Köln \"x\"\r\n; a.csv", "1");
        let value = answer.headers()[CONTENT_DISPOSITION].to_str().unwrap();
        assert!(
            value.starts_with("attachment; filename=\"K_ln _x____ a.csv\"; filename*=UTF-8''K%C3%B6ln"),
            "{value}"
        );
        assert_eq!(value.matches('"').count(), 2);
    }

    #[test]
    fn a_broken_path_goes_home() {
        assert_eq!(see_other("/w/1\r\nx: y").headers()[LOCATION], "/");
        assert_eq!(see_other("/w/1").headers()[LOCATION], "/w/1");
    }
}
