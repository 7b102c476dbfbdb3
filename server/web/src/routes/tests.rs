//! One small application, asked without a socket: what the table, the guard and the limits answer.

use super::*;
use crate::assets::tests::Small;
use crate::edge::{Chance, Edge, OpsToken};
use crate::headers::{CONTENT_SECURITY_POLICY, REQUEST_ID};
use crate::http::{Intake, Raw};
use crate::limits::{Allowance, Allowances, Limits, Ticks};
use crate::reply;
use crate::serve::Peer;
use crate::view::Views;
use bytes::Bytes;
use domain::{Mint, Moment};
use http_body_util::BodyExt;
use std::time::Duration;
use warp::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// Counts up: ids differ and tests repeat.
struct Counting(u8);
impl Mint for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 = self.0.wrapping_add(1);
        bytes.fill(self.0);
    }
}

pub(crate) struct Tiny(Edge);
impl AppState for Tiny {
    fn edge(&self) -> &Edge {
        &self.0
    }
    fn actor_key(&self, rq: &Rq) -> Option<[u8; 32]> {
        rq.cookie("session").map(|it| [it.len() as u8; 32])
    }
    fn refused(self: &Arc<Self>, _: &Asked, _: Option<[u8; 32]>) -> Problem {
        Problem::Recorded
    }
    fn limited(self: &Arc<Self>, _: &Asked, _: Option<[u8; 32]>) {}
}

pub(crate) const OPS: &str = "a token of some length";

pub(crate) fn app(allowed: &Allowances, shape: impl FnOnce(&mut Edge)) -> Arc<Tiny> {
    let mut edge = Edge {
        clock: Arc::new(|| Moment(1_795_000_000_000_000)),
        chance: Chance::new(Box::new(Counting(0))),
        limits: Limits::new(allowed, &Ticks::of(|| Duration::from_secs(9))),
        proxies: Vec::new(),
        origin: Some("http://house.test".into()),
        site_origin: Some("https://pages.test".into()),
        tls: false,
        ops_token: OpsToken::new(OPS),
        pages: Arc::new(Small),
        faces: Views::new(&Small).unwrap().faces().unwrap(),
        body_time: Duration::from_secs(2),
        request_time: Duration::from_secs(5),
    };
    shape(&mut edge);
    Arc::new(Tiny(edge))
}

async fn echo(mut call: Call<Tiny>) -> Result<Response, Problem> {
    let mut form = call.rq.form().await?;
    let said = form.text("said");
    form.finish()?;
    Ok(reply::text(said))
}

async fn slow(_: Call<Tiny>) -> Result<Response, Problem> {
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(reply::text("slow"))
}

pub(crate) fn table() -> Arc<Table<Tiny>> {
    let refuse: Handler<Tiny> = |_| Box::pin(async { Err(Problem::Refused) });
    let fine: Handler<Tiny> = |_| Box::pin(async { Ok(reply::text("fine")) });
    let echo: Handler<Tiny> = |call| Box::pin(echo(call));
    let routes = vec![
        Route::get("/hello/{name}", "", "", Most::Visitor, |call| {
            Box::pin(async move { Ok(reply::text(call.holes.text("name").to_owned())) })
        }),
        Route::get("/w/{workspace}/today", "ViewWorkspace", "Workspace", Most::Member, refuse),
        Route::get("/api/w/{workspace}", "ViewWorkspace", "Workspace", Most::Member, refuse),
        Route::get("/panic", "", "", Most::Visitor, |_| Box::pin(async { panic!("secret words") })),
        Route::get("/slow", "", "", Most::Visitor, |call| Box::pin(slow(call))),
        Route::post("/slow", "Say", "Platform", Most::Visitor, |call| Box::pin(slow(call))),
        Route::get("/me", "", "", Most::Member, |_| Box::pin(async { Err(Problem::SignIn) })),
        Route::get("/api/me", "", "", Most::Member, |_| Box::pin(async { Err(Problem::SignIn) })),
        Route::post("/echo", "Say", "Platform", Most::Visitor, echo),
        Route::post("/api/request-hold", "Ask", "Platform", Most::Visitor, echo)
            .rate(Rate::PublicForm)
            .body(100),
        Route::get("/metrics", "", "", Most::Ops, fine),
        Route::get("/api/version", "", "", Most::Ops, fine),
    ];
    Arc::new(Table::new(routes).unwrap())
}

struct Said {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn ask(app: &Arc<Tiny>, line: &str, lines: &[(&'static str, &str)], body: &str) -> Said {
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    for (name, value) in lines {
        headers.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    let raw = Raw {
        method: method.parse().unwrap(),
        path: path.into(),
        query: query.into(),
        headers,
        peer: Some(Peer("192.0.2.1:4000".parse().unwrap())),
        intake: Intake::ready(Bytes::from(body.to_owned())),
    };
    let (parts, body) = answer(&table(), Arc::clone(app), raw).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Said { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

fn plain() -> Arc<Tiny> {
    app(&Allowances::default(), |_| ())
}

#[tokio::test]
async fn paths_methods_and_holes() {
    let app = plain();
    let said = ask(&app, "GET /hello/A%20b", &[], "").await;
    assert_eq!((said.status, said.body.as_str()), (StatusCode::OK, "A b"));
    assert_eq!(ask(&app, "HEAD /hello/x", &[], "").await.status, StatusCode::OK);
    for unknown in ["/hello/", "/hello", "/hello/a/b", "/hello//", "/none", "*", ""] {
        assert_eq!(
            ask(&app, &format!("GET {unknown}"), &[], "").await.status,
            StatusCode::NOT_FOUND,
            "{unknown}"
        );
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let said = ask(&app, &format!("{method} /hello/x"), &[], "").await;
        assert_eq!(
            (said.status, &said.headers["allow"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD".parse().unwrap())
        );
    }
    assert_eq!(ask(&app, "GET /echo", &[], "").await.headers["allow"], "POST");
    assert_eq!(ask(&app, "POST /pricing/", &[], "").await.headers["allow"], "GET, HEAD");
    assert_eq!(ask(&app, "GET /pricing/", &[], "").await.body, "<h1>page</h1>");
}

#[tokio::test]
async fn operational_paths_are_unknown_without_the_token() {
    let app = plain();
    let bearer = format!("Bearer {OPS}");
    let but_id = |mut it: HeaderMap| {
        it.remove(REQUEST_ID);
        it
    };
    for method in ["GET", "POST", "HEAD", "OPTIONS", "DELETE"] {
        let unknown = ask(&app, &format!("{method} /no-such-path"), &[], "x=1").await;
        for path in ["/metrics", "/api/version", "/metrics?x=1"] {
            for token in ["", "Bearer wrong", "Basic YTpi", &bearer[..bearer.len() - 1]] {
                let said = ask(&app, &format!("{method} {path}"), &[("authorization", token)], "x=1").await;
                assert_eq!(
                    (said.status, &said.body),
                    (StatusCode::NOT_FOUND, &unknown.body),
                    "{method} {path}"
                );
                assert_eq!(but_id(said.headers), but_id(unknown.headers.clone()), "{method} {path}");
            }
        }
    }
    let open = [("authorization", bearer.as_str())];
    assert_eq!(ask(&app, "GET /metrics", &open, "").await.body, "fine");
    assert_eq!(ask(&app, "POST /metrics", &open, "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let closed = self::app(&Allowances::default(), |edge| edge.ops_token = None);
    assert_eq!(ask(&closed, "GET /metrics", &open, "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refusal_is_the_same_for_every_id() {
    let app = plain();
    for path in ["/w/{}/today", "/api/w/{}"] {
        let mut first: Option<(HeaderMap, usize)> = None;
        for id in ["0123456789012345678901", "x", "%ff", "%2e%2e", "a%20b", "%00"] {
            let said = ask(&app, &format!("GET {}", path.replace("{}", id)), &[], "").await;
            let id = said.headers[REQUEST_ID].to_str().unwrap().to_owned();
            assert!(said.status == StatusCode::FORBIDDEN && said.body.contains(&id), "{path}");
            let mut headers = said.headers;
            headers.remove(REQUEST_ID);
            let seen = (headers, said.body.len());
            assert_eq!(first.get_or_insert_with(|| seen.clone()), &seen);
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_companions() {
    let app = plain();
    let lines = [
        "GET /",
        "GET /css/base.css?h=abc",
        "GET /hello/x",
        "GET /none",
        "POST /hello/x",
        "GET /w/x/today",
        "GET /panic",
        "GET /api/w/x",
        "GET /me",
        "POST /echo",
        "GET /metrics",
        "GET /pricing",
    ];
    for line in lines {
        let said = ask(&app, line, &[], "bad=1").await;
        for (name, value) in [
            ("content-security-policy", CONTENT_SECURITY_POLICY),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(said.headers[name], value, "{line}");
        }
        let kept = said.headers["cache-control"].to_str().unwrap();
        assert_eq!(kept.contains("no-store"), !matches!(line, "GET /" | "GET /css/base.css?h=abc"), "{line}");
        assert!(
            said.headers.contains_key(REQUEST_ID) && said.headers.contains_key("permissions-policy"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_panic_is_a_page_with_a_reference_and_nothing_else() {
    let said = ask(&plain(), "GET /panic", &[], "").await;
    assert_eq!(said.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(said.body.contains(said.headers[REQUEST_ID].to_str().unwrap()) && !said.body.contains("secret"));
}

#[tokio::test]
async fn programs_get_problem_details() {
    let app = plain();
    let said = ask(&app, "GET /api/me", &[], "").await;
    assert_eq!(
        (said.status, said.headers.contains_key("www-authenticate")),
        (StatusCode::UNAUTHORIZED, true)
    );
    assert_eq!(ask(&app, "GET /me", &[], "").await.headers["location"], "/sign-in");
    let said = ask(&app, "POST /api/request-hold", &[], "said=1&more=2&said=3").await;
    assert_eq!(said.headers["content-type"], "application/problem+json");
    let details: serde_json::Value = serde_json::from_str(&said.body).unwrap();
    assert_eq!(details["status"], 422);
    assert_eq!(details["instance"], said.headers[REQUEST_ID].to_str().unwrap());
    assert_eq!(details["errors"][0]["field"], "said");
    assert_eq!(details["errors"][1]["field"], "more");
}

#[tokio::test]
async fn bodies_are_bounded_and_of_one_type() {
    let app = plain();
    let long = format!("said={}", "x".repeat(FORM));
    assert_eq!(ask(&app, "POST /echo", &[], &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(ask(&app, "POST /echo", &[], &long[..FORM]).await.status, StatusCode::OK);
    let json = [("content-type", "application/json")];
    assert_eq!(ask(&app, "POST /echo", &json, "{}").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let said = ask(&app, "POST /echo", &[], "said=%ff").await;
    assert!(said.status == StatusCode::UNPROCESSABLE_ENTITY && said.body.contains("<strong>said</strong>"));
}

#[tokio::test]
async fn changes_come_from_our_own_pages_only() {
    let app = plain();
    let from = async |path: &str, lines: &[(&'static str, &str)]| {
        ask(&app, &format!("POST {path}"), lines, "said=1").await.status == StatusCode::OK
    };
    assert!(from("/echo", &[("sec-fetch-site", "same-origin")]).await);
    assert!(from("/echo", &[("sec-fetch-site", "none")]).await);
    assert!(from("/echo", &[("origin", "http://house.test")]).await);
    assert!(from("/echo", &[]).await, "not a browser");
    for site in ["cross-site", "same-site", "", "SAME-ORIGIN"] {
        assert!(!from("/echo", &[("sec-fetch-site", site), ("origin", "http://house.test")]).await, "{site}");
    }
    for origin in [
        "https://evil.test",
        "null",
        "http://house.test.evil.test",
        "https://pages.test",
        "https://house.test",
    ] {
        assert!(!from("/echo", &[("origin", origin)]).await, "{origin}");
    }
    let pages = [("origin", "https://pages.test"), ("sec-fetch-site", "cross-site")];
    assert!(from("/api/request-hold", &pages).await, "a public form on a static page");
    assert!(!from("/echo", &pages).await);
    assert!(!from("/api/request-hold", &[("origin", "https://evil.test")]).await);
    let unnamed = self::app(&Allowances::default(), |edge| edge.origin = None);
    let own = [("origin", "http://127.0.0.1:7400"), ("host", "127.0.0.1:7400")];
    assert_eq!(ask(&unnamed, "POST /echo", &own, "said=1").await.status, StatusCode::OK);
    let other = [("origin", "http://127.0.0.1:7401"), ("host", "127.0.0.1:7400")];
    assert_eq!(ask(&unnamed, "POST /echo", &other, "said=1").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn limits_come_first_by_address_and_by_actor() {
    let allowed = Allowances {
        read: Allowance::of(6, 60),
        mutation: Allowance::of(2, 60),
        public_form: Allowance::of(1, 600),
        ..Allowances::default()
    };
    let few = app(&allowed, |_| ());
    let one = [("cookie", "session=a")];
    assert_eq!(ask(&few, "POST /echo", &one, "said=1").await.status, StatusCode::OK);
    assert_eq!(ask(&few, "POST /echo", &one, "said=1").await.status, StatusCode::OK);
    let said = ask(&few, "POST /echo", &one, "said=1").await;
    assert_eq!(
        (said.status, &said.headers["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"30".parse().unwrap())
    );
    assert_eq!(ask(&few, "POST /echo", &[("cookie", "session=ab")], "said=1").await.status, StatusCode::OK);
    assert_eq!(ask(&few, "POST /api/request-hold", &[], "said=1").await.status, StatusCode::OK);
    let said = ask(&few, "POST /api/request-hold", &[], "said=1").await;
    assert_eq!(
        (said.status, &said.headers["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"600".parse().unwrap())
    );
    // The seventh request of this address, whatever it asks for.
    for line in ["GET /none", "GET /metrics", "GET /", "GET /w/x/today"] {
        assert_eq!(ask(&few, line, &[], "").await.status, StatusCode::TOO_MANY_REQUESTS, "{line}");
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let app = app(&Allowances::default(), |edge| edge.request_time = Duration::from_millis(20));
    // who only reads changed nothing; what somebody sent may be done while we answer
    for (line, said, unsaid) in [
        ("GET /slow", "Nothing was changed", "We do not know"),
        ("POST /slow", "Look before you send it again", "Nothing was changed"),
    ] {
        for accept in ["text/html", "application/json"] {
            let given = ask(&app, line, &[("accept", accept), ("sec-fetch-site", "same-origin")], "").await;
            assert_eq!(
                (given.status, given.headers.contains_key("retry-after")),
                (StatusCode::SERVICE_UNAVAILABLE, true)
            );
            assert!(given.body.contains(said) && !given.body.contains(unsaid), "{line}: {}", given.body);
        }
    }
}

#[test]
fn a_table_that_contradicts_itself_is_refused() {
    let fine: Handler<Tiny> = |_| Box::pin(async { Ok(reply::text("fine")) });
    let get = |path, most| Route::get(path, "", "", most, fine);
    let fault = |routes| Table::new(routes).err().map(|it| it.to_string()).unwrap_or_default();
    assert_eq!(fault(vec![get("/a", Most::Member), get("/a", Most::Admin)]), "two routes answer GET /a");
    assert!(
        fault(vec![get("/a", Most::Ops), Route::post("/a", "", "", Most::Member, fine)])
            .contains("operational")
    );
    assert!(fault(vec![get("/a/x{b}", Most::Member)]).contains("whole segment"));
    assert!(fault(vec![get("/a/{b}", Most::Member), get("/a/{c}", Most::Member)]).contains("/a/{c}"));
}

#[test]
fn the_table_is_listed() {
    let listed = routes_json(table().routes());
    let route = listed.as_array().unwrap().iter().find(|it| it["path"] == "/api/request-hold").unwrap();
    assert_eq!(
        route,
        &serde_json::json!({ "method": "POST", "path": "/api/request-hold", "action": "Ask", "resource_type": "Platform",
            "who_may": "visitor", "body_limit": 100, "rate_limit": "public_form", "query": [] })
    );
}
