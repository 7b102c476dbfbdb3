//! Structured logs: one JSON object a line, to standard error, without personal data (spec R4).
//!
//! Two things keep it out. A field is written only when its name is in [`KEPT`]: fields are numbers, routes as
//! templates, states, our own ids of visits and letters; never names, addresses, paths as typed or accounts. And each
//! text that is written, messages included, goes through [`crate::scrub`]. Messages are literals: what varies is a
//! field. `RUST_LOG` filters as `tracing-subscriber`'s `EnvFilter` documents, for example `info,web=debug`.

use crate::scrub;
use serde_json::{Map, Value};
use std::io::Write;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The filter where `RUST_LOG` says nothing.
pub const DEFAULT_FILTER: &str = "info";

/// The fields that a line may hold, apart from time, level, target and message. Adding a name here is a decision
/// about personal data (spec R4).
pub const KEPT: &[&str] = &[
    "action",
    "attempt",
    "backend",
    "bytes",
    "count",
    "database",
    "decision",
    "depth",
    "error",
    "file",
    "job",
    "kind",
    "letter",
    "line",
    "listen",
    "limit",
    "method",
    "micros",
    "migration",
    "outcome",
    "policies",
    "request",
    "route",
    "size",
    "state",
    "status",
    "table",
    "version",
    "worker",
];

/// Fields whose values are ids of our own, which look like secrets to the scrubber: let through when they are an id's
/// 22 characters, else withheld.
const IDS: &[&str] = &["letter", "request"];

/// The filter does not parse.
#[derive(Debug, thiserror::Error)]
#[error("RUST_LOG cannot be read: {0}")]
pub struct BadFilter(String);

fn parsed(filter: &str) -> Result<EnvFilter, BadFilter> {
    EnvFilter::builder().parse(filter).map_err(|it| BadFilter(it.to_string()))
}

/// Whether [`start`] could read this filter.
///
/// # Errors
/// The filter does not parse.
pub fn readable(filter: &str) -> Result<(), BadFilter> {
    parsed(filter).map(drop)
}

/// Starts logging to standard error for the whole process; `filter` is `RUST_LOG`'s value or [`DEFAULT_FILTER`]. A panic
/// becomes a line like every other, scrubbed: what it says may hold anything.
///
/// # Errors
/// The filter does not parse. A second start keeps the first one's settings and is no error.
pub fn start(filter: &str) -> Result<(), BadFilter> {
    let filter = parsed(filter)?;
    // Fails only where a subscriber stands already, as in a test binary.
    let _ = tracing_subscriber::registry().with(filter).with(lines(std::io::stderr, SystemTime)).try_init();
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

fn panicked(it: &std::panic::PanicHookInfo<'_>) {
    let (file, line) = it.location().map_or(("", 0), |it| (it.file(), it.line()));
    tracing::error!(file, line, error = it.payload_as_str().unwrap_or_default(), "panicked");
}

/// The layer that writes the lines; `to` and `clock` are arguments so that tests can look.
pub fn lines<W, T>(to: W, clock: T) -> Lines<W, T>
where
    W: for<'a> MakeWriter<'a> + 'static,
    T: FormatTime + 'static,
{
    Lines { to, clock }
}

/// A `tracing` layer that writes kept fields alone; see [`lines`].
pub struct Lines<W, T> {
    to: W,
    clock: T,
}

/// The kept fields of a span, kept beside it.
struct Fields(Map<String, Value>);

impl<S, W, T> Layer<S> for Lines<W, T>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
    T: FormatTime + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let mut fields = Map::new();
        attributes.record(&mut Keep(&mut fields));
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().insert(Fields(fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        if let Some(Fields(fields)) = span.extensions_mut().get_mut() {
            values.record(&mut Keep(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let mut time = String::new();
        // A clock that cannot be read leaves the time empty; the line is still worth having.
        let _ = self.clock.format_time(&mut Writer::new(&mut time));
        let mut line = Map::new();
        line.insert("time".into(), Value::String(time));
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("target".into(), event.metadata().target().into());
        let spans =
            ctx.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root);
        for span in spans {
            if let Some(Fields(fields)) = span.extensions().get() {
                line.extend(fields.clone());
            }
        }
        event.record(&mut Keep(&mut line));
        let mut line = Value::Object(line).to_string();
        line.push('\n');
        // Where standard error is closed there is nobody to tell.
        let _ = self.to.make_writer_for(event.metadata()).write_all(line.as_bytes());
    }
}

struct Keep<'m>(&'m mut Map<String, Value>);

impl Keep<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let name = field.name();
        if name == "message" || KEPT.contains(&name) {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn put_text(&mut self, field: &Field, text: &str) {
        if !IDS.contains(&field.name()) {
            self.put(field, scrub::text(text));
        } else if text.parse::<domain::ids::Key>().is_ok() {
            self.put(field, text);
        }
    }
}

impl Visit for Keep<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value);
    }
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put_text(field, &value.to_string());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.put_text(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    struct Noon;
    impl FormatTime for Noon {
        fn format_time(&self, to: &mut Writer<'_>) -> std::fmt::Result {
            to.write_str("2026-11-24T12:00:00Z")
        }
    }

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);
    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(by: impl FnOnce()) -> String {
        let paper = Paper::default();
        let kept = paper.clone();
        let subscriber = tracing_subscriber::registry().with(lines(move || paper.clone(), Noon));
        tracing::subscriber::with_default(subscriber, by);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_is_json_with_the_fields_of_its_spans() {
        let got = written(|| {
            let span = tracing::info_span!(
                "visit",
                request = "0123456789ABCDEFGHIJKL",
                route = tracing::field::Empty
            );
            let _in = span.enter();
            span.record("route", "/w/{workspace}/today");
            tracing::info!(status = 200, micros = 812, "answered");
        });
        assert_eq!(
            got,
            concat!(
                r#"{"time":"2026-11-24T12:00:00Z","level":"INFO","target":"connect::logs::tests","#,
                r#""request":"0123456789ABCDEFGHIJKL","route":"/w/{workspace}/today","#,
                r#""message":"answered","status":200,"micros":812}"#,
                "\n"
            )
        );
    }

    #[test]
    fn personal_data_is_withheld() {
        let got = written(|| {
            let span = tracing::info_span!("visit", account = "Anna PLANTED", request = "/sign-in/PLANTED");
            let _in = span.enter();
            span.record("account", "PLANTED again");
            let error = std::io::Error::other("cannot reach anna.PLANTED@example.org");
            tracing::error!(email = "PLANTED@example.org", address = %"192.0.2.7", name = ?"PLANTED", error = &error as &dyn std::error::Error, "failed");
            tracing::warn!("a message with token=PLANTED and PLANTED@example.org");
            tracing::warn!(error = "Cookie: k=PLANTED", path = "/artists/PLANTED", "refused");
        });
        assert_eq!(got.lines().count(), 3, "{got}");
        assert!(!got.contains("PLANTED") && !got.contains("192.0.2.7"), "{got}");
        assert!(got.contains("cannot reach [address]") && got.contains("token=[scrubbed]"), "{got}");
    }

    #[test]
    fn a_panic_is_a_scrubbed_line() {
        let got = written(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(panicked));
            let _ = std::panic::catch_unwind(|| panic!("no room for anna.PLANTED@example.org"));
            std::panic::set_hook(before);
        });
        let line: Value = serde_json::from_str(&got).unwrap();
        assert_eq!((&line["level"], &line["message"]), (&"ERROR".into(), &"panicked".into()), "{got}");
        assert_eq!(line["error"], "no room for [address]", "{got}");
        assert!(line["file"].as_str().is_some_and(|it| it.ends_with("logs.rs")), "{got}");
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_said() {
        assert!(start("web=loud").unwrap_err().to_string().starts_with("RUST_LOG cannot be read"));
    }
}
