//! The static site from memory: pages, styles, fonts, pictures (RFC 9110 sections 8.8, 12.5.3, 13; RFC 9111).

mod coding;

pub use coding::{Coding, best};

use crate::reply;
use bytes::Bytes;
use warp::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
};
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

/// One file of the site, in every form it is kept in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Content.
    pub bytes: Bytes,
    /// Media type, with charset where it is text.
    pub media_type: &'static str,
    /// Entity tag with its quotation marks.
    pub etag: String,
    /// What the query `h=` must be for the answer to be kept for ever.
    pub hash: String,
    /// Whether the file's own name holds its digest, so that any query may be kept for ever.
    pub immutable: bool,
    /// Compressed by brotli, where that is smaller.
    pub br: Option<Bytes>,
    /// Compressed by gzip, where that is smaller.
    pub gzip: Option<Bytes>,
}

/// The static site.
pub trait Pages: Send + Sync {
    /// The file at a path, `/pricing/` or `/css/base.css`.
    fn leaf(&self, path: &str) -> Option<Leaf>;
    /// The page for unknown paths.
    fn not_found(&self) -> Bytes;
    /// The address under which a file may be kept for ever, `/css/base.css?h=…`.
    fn address(&self, file: &str) -> Option<String>;
}

impl Pages for site_builder::Site {
    fn leaf(&self, path: &str) -> Option<Leaf> {
        self.get(path).map(|it| Leaf {
            bytes: it.bytes.clone(),
            media_type: it.media_type,
            etag: it.etag.clone(),
            hash: it.hash.clone(),
            immutable: it.immutable,
            br: it.br.clone(),
            gzip: it.gzip.clone(),
        })
    }
    fn not_found(&self) -> Bytes {
        self.not_found().bytes.clone()
    }
    fn address(&self, file: &str) -> Option<String> {
        self.address(file)
    }
}

/// A page without a name in its address must be asked for again; one with the digest of its content never changes.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Answers from the site; `None` where it has no such file. A folder without its slash is sent to the one with it.
#[must_use]
pub fn answer(pages: &dyn Pages, path: &str, raw_query: &str, headers: &HeaderMap) -> Option<Response> {
    let Some(leaf) = pages.leaf(path) else {
        let folder = format!("{path}/");
        // Two leading slashes would name another host.
        let ours = path.starts_with('/') && !path.starts_with("//") && !path.ends_with('/');
        return (ours && pages.leaf(&folder).is_some())
            .then(|| reply::redirect(StatusCode::PERMANENT_REDIRECT, &folder));
    };
    let coding = best(headers, leaf.br.is_some(), leaf.gzip.is_some());
    // Each coding is another representation and has a tag of its own (RFC 9110 section 8.8.3.3).
    let tag = match coding {
        Coding::Identity => leaf.etag.clone(),
        other => format!("{}-{}\"", leaf.etag.trim_end_matches('"'), other.name()),
    };
    let keep = leaf.immutable || raw_query.strip_prefix("h=").is_some_and(|it| it == leaf.hash);
    let varies = leaf.br.is_some() || leaf.gzip.is_some();
    let mut answer = if unchanged(headers, &tag) {
        let mut answer = Response::new(Bytes::new().into());
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        answer
    } else {
        let bytes = match coding {
            Coding::Brotli => leaf.br,
            Coding::Gzip => leaf.gzip,
            Coding::Identity => None,
        };
        let mut answer = reply::body(StatusCode::OK, leaf.media_type, bytes.unwrap_or(leaf.bytes));
        if coding != Coding::Identity {
            answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        answer
    };
    let out = answer.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(ETAG, tag);
    }
    out.insert(CACHE_CONTROL, if keep { FOR_EVER } else { ASK_AGAIN });
    if varies {
        out.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    Some(answer)
}

/// Whether the client has this already (weak comparison, RFC 9110 section 13.1.2).
fn unchanged(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .map(|it| it.trim().trim_start_matches("W/"))
        .any(|it| it == "*" || it == tag)
}

/// The codings that the client takes, as one header.
fn accepted(headers: &HeaderMap) -> String {
    let all: Vec<&str> = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|it| it.to_str().ok()).collect();
    all.join(",")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A site of three files.
    pub(crate) struct Small;
    impl Pages for Small {
        fn leaf(&self, path: &str) -> Option<Leaf> {
            let leaf = |bytes: &'static str, media_type| Leaf {
                bytes: Bytes::from_static(bytes.as_bytes()),
                media_type,
                etag: "\"t1\"".into(),
                hash: if path.starts_with("/css/") { "abc".into() } else { "def".into() },
                immutable: false,
                br: Some(Bytes::from_static(b"br")),
                gzip: Some(Bytes::from_static(b"gz")),
            };
            match path {
                "/" | "/pricing/" => Some(leaf("<h1>page</h1>", reply::HTML)),
                "/css/base.css" => Some(leaf("a{}", "text/css; charset=utf-8")),
                _ => None,
            }
        }
        fn not_found(&self) -> Bytes {
            Bytes::from_static(b"<h1>No such page</h1>")
        }
        fn address(&self, file: &str) -> Option<String> {
            (file == "css/base.css").then(|| "/css/base.css?h=abc".into())
        }
    }

    fn ask(path: &str, query: &str, lines: &[(&'static str, &str)]) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        answer(&Small, path, query, &headers).unwrap()
    }

    #[test]
    fn the_real_site_is_served_and_its_styles_are_found() {
        let site = site_builder::Site::build(site_builder::Source::embedded()).unwrap();
        assert_eq!(answer(&site, "/", "", &HeaderMap::new()).unwrap().status(), StatusCode::OK);
        assert!(!Pages::not_found(&site).is_empty());
        for file in crate::view::STYLES {
            let address = Pages::address(&site, file).unwrap();
            let (path, query) = address.split_once('?').unwrap();
            let answer = answer(&site, path, query, &HeaderMap::new()).unwrap();
            assert_eq!(answer.headers()[CACHE_CONTROL], FOR_EVER, "{address}");
        }
        let faces = crate::view::Views::new(&site).unwrap().faces().unwrap();
        assert!(faces.refused("r").contains("/css/base.css?h="));
    }

    #[test]
    fn each_coding_has_its_own_tag() {
        let plain = ask("/", "", &[]);
        assert_eq!(
            (&plain.headers()[ETAG], &plain.headers()[VARY]),
            (&"\"t1\"".parse().unwrap(), &"Accept-Encoding".parse().unwrap())
        );
        let packed = ask("/", "", &[("accept-encoding", "gzip;q=0.5, br")]);
        assert_eq!(
            (&packed.headers()[ETAG], &packed.headers()[CONTENT_ENCODING]),
            (&"\"t1-br\"".parse().unwrap(), &"br".parse().unwrap())
        );
        let again = ask("/", "", &[("accept-encoding", "br"), ("if-none-match", "\"x\", W/\"t1-br\"")]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(again.headers().contains_key(ETAG) && again.headers().contains_key(VARY));
        assert_eq!(ask("/", "", &[("if-none-match", "\"t1-br\"")]).status(), StatusCode::OK);
    }

    #[test]
    fn only_the_address_with_the_right_digest_is_kept_for_ever() {
        assert_eq!(ask("/css/base.css", "h=abc", &[]).headers()[CACHE_CONTROL], FOR_EVER);
        assert_eq!(ask("/css/base.css", "h=old", &[]).headers()[CACHE_CONTROL], ASK_AGAIN);
        assert_eq!(ask("/css/base.css", "", &[]).headers()[CACHE_CONTROL], ASK_AGAIN);
        assert_eq!(ask("/", "h=abc", &[]).headers()[CACHE_CONTROL], ASK_AGAIN);
    }

    #[test]
    fn a_folder_gets_its_slash_and_the_unknown_nothing() {
        let there = ask("/pricing", "", &[]);
        assert_eq!(there.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(there.headers()["location"], "/pricing/");
        for path in ["/none", "//pricing", "", "*", "/../pricing"] {
            assert!(answer(&Small, path, "", &HeaderMap::new()).is_none(), "{path}");
        }
    }
}
