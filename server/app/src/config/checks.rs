//! Settings that cannot work, and where they stand.

use crate::Stop;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A setting that cannot work.
pub(super) struct Wrong {
    pub(super) what: &'static str,
    why: String,
    how: &'static str,
}

pub(super) fn wrong(what: &'static str, why: &str, how: &'static str) -> Wrong {
    Wrong { what, why: why.to_owned(), how }
}

/// The file as it is written, to say where a setting stands.
pub(super) struct Written {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Wrong {
    /// Said with its place, where the file gave it and not a flag or the environment.
    pub(super) fn stop(self, given: bool, file: Option<&Written>) -> Stop {
        let Self { what, why, how } = self;
        let names = |line: &str| {
            line.trim_start().strip_prefix(what).is_some_and(|it| it.trim_start().starts_with('='))
        };
        let place = file.filter(|_| !given).and_then(|it| {
            let line = it.text.lines().position(names)? + 1;
            Some(format!(", as {} says in line {line}", it.path.display()))
        });
        Stop(format!("`{what}` cannot work{}: {why}\n  {how}", place.unwrap_or_default()))
    }
}

/// The host of `host:port` or `[address]:port` (RFC 3986 section 3.2).
fn without_port(host: &str) -> &str {
    let (rest, end) = host.strip_prefix('[').map_or((host, ':'), |it| (it, ']'));
    rest.split(end).next().unwrap_or_default()
}

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Without TLS the session's cookie has a plain name and travels in the open: on this machine alone.
pub(super) fn private_without_tls(origin: Option<&str>, tls: bool, listen: SocketAddr) -> Result<(), Wrong> {
    let host = origin.and_then(|it| it.split_once("://")).map(|it| it.1).unwrap_or_default();
    let host = without_port(host);
    let at_home = host.is_empty() || is_loopback(host);
    if tls || at_home && listen.ip().is_loopback() {
        return Ok(());
    }
    Err(wrong(
        "origin",
        "without TLS, sessions would travel in the open to other machines",
        "Write the https:// address that a proxy serves, or listen on 127.0.0.1 and leave it out.",
    ))
}

pub(super) fn origin(what: &'static str, text: &str) -> Result<String, Wrong> {
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host)
            if !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(wrong(
            what,
            &format!("`{text}` is not an origin"),
            "Write scheme and host alone, like https://artists.example.",
        )),
    }
}

/// A connector that is not on the public list of subprocessors does not start.
pub(super) fn published(connector: &str, setting: &'static str, wanted: bool) -> Result<(), Wrong> {
    #[derive(Deserialize)]
    struct List {
        subprocessor: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        connector: String,
    }
    const LIST: &str = include_str!("../../../../site/data/subprocessors.toml");
    if !wanted {
        return Ok(());
    }
    const ADD: &str =
        "Add its entry to site/data/subprocessors.toml and publish it before the connector goes live.";
    let list: List = toml::from_str(LIST).map_err(|it| wrong(setting, &it.to_string(), ADD))?;
    if list.subprocessor.iter().any(|it| it.connector == connector) {
        Ok(())
    } else {
        let why = format!("`{connector}` is not on the public list of subprocessors");
        Err(wrong(setting, &why, ADD))
    }
}
