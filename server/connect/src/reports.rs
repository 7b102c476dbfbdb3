//! Error reports to Sentry, only where an address is configured (spec S5), and nothing personal in them.
//!
//! What leaves is built anew from an allow list of parts, and each text in it goes through [`crate::scrub`]: a new
//! field of a new version of the client cannot leave by being forgotten here.

use crate::scrub;
use domain::VisitId;
use sentry::protocol::{Context, Event, Exception, Frame, Request, Stacktrace, Values};
use std::borrow::Cow;

/// Headers that say nothing about a person.
const HEADERS: &[&str] = &["accept", "content-length", "content-type"];
/// Tags of our own.
const TAGS: &[&str] = &["method", "request", "route", "status"];

/// The address of the report's receiver cannot be read. The text is not repeated, since it holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("SENTRY_DSN is not of the form https://KEY@HOST/PROJECT")]
pub struct BadDsn;

/// Reports are sent while this lives; dropping it sends what is left, for at most two seconds.
#[must_use = "reports stop when this is dropped"]
pub struct Reports {
    _guard: sentry::ClientInitGuard,
}

impl Reports {
    /// Starts reporting of panics and of what [`report`] is given. `None` when there is no DSN: then nothing is sent
    /// and no connection is ever opened.
    ///
    /// # Errors
    /// The DSN does not parse.
    pub fn start(dsn: Option<&str>, release: &str, environment: &str) -> Result<Option<Self>, BadDsn> {
        let Some(dsn) = dsn.map(str::trim).filter(|it| !it.is_empty()) else { return Ok(None) };
        // Parsed first: the client's own way of setting it panics.
        dsn.parse::<sentry::types::Dsn>().map_err(|_| BadDsn)?;
        let options = sentry::ClientOptions::new()
            .dsn(dsn)
            .release(Cow::Owned(release.to_owned()))
            .environment(Cow::Owned(environment.to_owned()))
            .send_default_pii(false)
            .attach_stacktrace(true)
            .max_breadcrumbs(0)
            .server_name("kalinklo")
            .before_send(|event| Some(clean(event)));
        Ok(Some(Self { _guard: sentry::init(options) }))
    }
}

/// Reports an error that a visit met. Does nothing without [`Reports`]. `route` is the template, never the path.
pub fn report(error: &(dyn std::error::Error + 'static), visit: Option<VisitId>, route: Option<&str>) {
    sentry::with_scope(
        |scope| {
            if let Some(visit) = visit {
                scope.set_tag("request", visit);
            }
            if let Some(route) = route {
                scope.set_tag("route", route);
            }
        },
        || {
            sentry::capture_error(error);
        },
    );
}

/// The event with what is allowed to leave, and nothing else.
fn clean(event: Event<'static>) -> Event<'static> {
    let exceptions = event.exception.values.into_iter().map(exception).collect();
    let contexts =
        event.contexts.into_iter().filter(|(_, it)| matches!(it, Context::Os(_) | Context::Runtime(_)));
    let tags = event.tags.into_iter().filter(|(name, _)| TAGS.contains(&name.as_str()));
    Event {
        event_id: event.event_id,
        level: event.level,
        timestamp: event.timestamp,
        platform: event.platform,
        release: event.release,
        environment: event.environment,
        sdk: event.sdk,
        message: event.message.map(|it| scrub::text(&it)),
        exception: Values { values: exceptions },
        request: event.request.map(request),
        contexts: contexts.collect(),
        tags: tags.map(|(name, value)| (name.clone(), tag(&name, &value))).collect(),
        ..Event::default()
    }
}

fn tag(name: &str, value: &str) -> String {
    let is_id = name == "request" && value.parse::<VisitId>().is_ok();
    if is_id { value.to_owned() } else { scrub::text(value) }
}

fn exception(it: Exception) -> Exception {
    Exception {
        ty: scrub::text(&it.ty),
        value: it.value.map(|it| scrub::text(&it)),
        stacktrace: it.stacktrace.map(|it| Stacktrace {
            frames: it.frames.into_iter().map(frame).collect(),
            ..Stacktrace::default()
        }),
        ..Exception::default()
    }
}

/// Where it happened; never the values of variables.
fn frame(it: Frame) -> Frame {
    Frame {
        function: it.function,
        module: it.module,
        filename: it.filename,
        lineno: it.lineno,
        colno: it.colno,
        in_app: it.in_app,
        ..Frame::default()
    }
}

/// Method and harmless headers. The address goes: its path holds ids, slugs and sign-in secrets; the `route` tag says
/// which page it was.
fn request(it: Request) -> Request {
    let headers =
        it.headers.into_iter().filter(|(name, _)| HEADERS.contains(&name.to_ascii_lowercase().as_str()));
    Request {
        method: it.method,
        headers: headers.map(|(name, value)| (name, scrub::text(&value))).collect(),
        ..Request::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    #[test]
    fn no_address_no_reports_and_a_bad_one_is_said() {
        assert!(Reports::start(None, "r", "test").unwrap().is_none());
        assert!(Reports::start(Some("  "), "r", "test").unwrap().is_none());
        let error = Reports::start(Some("https://key:hunter2@"), "r", "test").err().unwrap();
        assert!(!error.to_string().contains("hunter2"));
    }

    /// Reads one HTTP request whole and answers it.
    fn take(mut stream: TcpStream) -> String {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let (mut got, mut part) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut part).unwrap();
            got.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&got).into_owned();
            let Some(head) = text.find("\r\n\r\n") else { continue };
            let head_text = text[..head].to_ascii_lowercase();
            let length =
                head_text.lines().find_map(|it| it.strip_prefix("content-length: ")?.parse::<usize>().ok());
            let is_whole = length.map_or(text.ends_with("0\r\n\r\n"), |it| got.len() >= head + 4 + it);
            if is_whole || read == 0 {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
                    .unwrap();
                return text;
            }
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error(
        "cannot write for anna.PLANTED@example.org with password=PLANTED at postgres://u:PLANTED@db.example/k"
    )]
    struct Planted;

    #[test]
    fn what_leaves_holds_no_planted_secret() {
        let ingest = TcpListener::bind("127.0.0.1:0").unwrap();
        let dsn = format!("http://public@{}/42", ingest.local_addr().unwrap());
        let got = std::thread::spawn(move || take(ingest.accept().unwrap().0));
        let reports = Reports::start(Some(&dsn), "kalinklo@0.1.0", "test").unwrap().unwrap();
        sentry::configure_scope(|scope| {
            scope.set_user(Some(sentry::User {
                email: Some("PLANTED@example.org".into()),
                ..Default::default()
            }));
            scope.set_extra("form", "PLANTED".into());
            scope.set_tag("artist", "PLANTED");
            scope.add_event_processor(|mut event| {
                event.request = Some(Request {
                    method: Some("POST".into()),
                    url: "http://u:PLANTED@host/sign-in/PLANTED?token=PLANTED".parse().ok(),
                    cookies: Some("__Host-k=PLANTED".into()),
                    data: Some("email=PLANTED".into()),
                    query_string: Some("token=PLANTED".into()),
                    headers: [
                        ("Authorization", "Bearer PLANTED"),
                        ("Referer", "/PLANTED"),
                        ("Content-Type", "text/plain"),
                    ]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
                    env: [("REMOTE_ADDR".to_owned(), "192.0.2.77".to_owned())].into(),
                });
                event.culprit = Some("PLANTED".into());
                event.server_name = Some("PLANTED".into());
                if let Some(it) = event.exception.values.first_mut() {
                    let mut frame = Frame { function: Some("kalinklo::write".into()), ..Frame::default() };
                    frame.vars.insert("fee".into(), "PLANTED".into());
                    it.stacktrace = Some(Stacktrace { frames: vec![frame], ..Stacktrace::default() });
                }
                Some(event)
            });
        });
        sentry::add_breadcrumb(sentry::Breadcrumb { message: Some("PLANTED".into()), ..Default::default() });
        let visit: VisitId = "0123456789ABCDEFGHIJKL".parse().unwrap();
        report(&Planted, Some(visit), Some("/w/{workspace}/today"));
        drop(reports);
        let got = got.join().unwrap();
        assert!(got.starts_with("POST /api/42/envelope/ "), "{got}");
        assert!(!got.contains("PLANTED") && !got.contains("192.0.2.77") && !got.contains("anna"), "{got}");
        for kept in [
            "cannot write for [address] with password=[scrubbed] at postgres://[scrubbed]@db.example/k",
            "0123456789ABCDEFGHIJKL",
            "/w/{workspace}/today",
            "kalinklo::write",
            "kalinklo@0.1.0",
            "text/plain",
        ] {
            assert!(got.contains(kept), "{kept} is missing in {got}");
        }
    }
}
