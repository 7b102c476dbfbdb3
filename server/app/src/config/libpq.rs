//! Where libpq would go for an address, and whether its words could be read on the way there.
//!
//! Read as libpq reads it (PostgreSQL manual, sections 34.1.1.2 and 34.15): a list of hosts, `host` and `hostaddr` among the
//! parameters, and what the environment says where the address does not. Whatever is named anywhere counts.

use super::checks::{Wrong, is_loopback, wrong};
use store::db::Address;
use web::http::encoding;

/// Modes in which libpq rather fails than speaks in the open.
const SAFE: &[&str] = &["require", "verify-ca", "verify-full"];

/// Stops an address under which words to another machine would, or might, be plain. `tls` is whether this build has it, `env`
/// the environment.
pub(super) fn private(
    database: &Address,
    tls: bool,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Wrong> {
    let Address::Postgres(url) = database else { return Ok(()) };
    let parts = Parts::of(url.split_once("://").map_or("", |it| it.1));
    let env = |name: &str| env(name).filter(|it| !it.is_empty());
    if parts.are_local(&env) {
        return Ok(());
    }
    if !tls {
        return Err(wrong(
            "database",
            "the server is, or may be, on another machine, and this build speaks to PostgreSQL without TLS",
            "Build with `cargo build --release --features pg-tls`, or reach the server through a local socket or tunnel.",
        ));
    }
    let mode = parts.last("sslmode").or_else(|| env("PGSSLMODE")).unwrap_or_else(|| "prefer".into());
    if SAFE.contains(&mode.as_str()) {
        return Ok(());
    }
    Err(wrong(
        "database",
        "the server is, or may be, on another machine, and the address lets it be spoken to without TLS",
        "Add ?sslmode=verify-full, and sslrootcert=FILE where its certificate is of an authority of your own.",
    ))
}

/// What matters of an address.
struct Parts {
    hosts: Vec<String>,
    parameters: Vec<(String, String)>,
}

impl Parts {
    /// Of what follows `postgres://`.
    fn of(after: &str) -> Self {
        // the first `@` ends the user's part, unless a `/` comes before it
        let from = after.find(['@', '/']).filter(|it| after[*it..].starts_with('@')).map_or(0, |it| it + 1);
        let rest = &after[from..];
        let (mut hosts, mut at) = (Vec::new(), rest);
        loop {
            let (host, next) = match at.strip_prefix('[').and_then(|it| it.split_once(']')) {
                Some((host, next)) => (host, next),
                None => at.split_at(at.find([':', '/', '?', ',']).unwrap_or(at.len())),
            };
            hosts.push(plain(host));
            at = &next[next.find(['/', '?', ',']).unwrap_or(next.len())..];
            match at.strip_prefix(',') {
                Some(another) => at = another,
                None => break,
            }
        }
        let query = at.split_once('?').map_or("", |it| it.1);
        let parameters = query.split('&').map(|it| {
            let (name, value) = it.split_once('=').unwrap_or((it, ""));
            (plain(name), plain(value))
        });
        Self { hosts, parameters: parameters.collect() }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.parameters.iter().filter(move |it| it.0 == name).map(|it| it.1.as_str())
    }

    fn last(&self, name: &str) -> Option<String> {
        self.all(name).last().map(str::to_owned)
    }

    fn are_local(&self, env: &dyn Fn(&str) -> Option<String>) -> bool {
        let list = |it: &str| it.split(',').map(|it| it.trim().to_owned()).collect::<Vec<_>>();
        let mut named = self.hosts.clone();
        named.extend(self.all("host").chain(self.all("hostaddr")).flat_map(list));
        let says = |parameter: &str| self.all(parameter).any(|it| !it.is_empty());
        // a service names a host in a file that is not read here
        if says("service") || env("PGSERVICE").is_some() {
            return false;
        }
        if !says("host") && self.hosts.iter().all(String::is_empty) {
            named.extend(env("PGHOST").iter().flat_map(|it| list(it)));
        }
        if !says("hostaddr") {
            named.extend(env("PGHOSTADDR").iter().flat_map(|it| list(it)));
        }
        // nothing named, a folder and an abstract name are sockets of this machine
        named.iter().all(|it| it.is_empty() || it.starts_with(['/', '@']) || is_loopback(it))
    }
}

/// Percent-decoded; what cannot be stands for itself, and then names no machine of ours.
fn plain(text: &str) -> String {
    encoding::decode(text.as_bytes(), false).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_private(url: &str, tls: bool, env: &[(&str, &str)]) -> bool {
        let Ok(address) = Address::parse(url) else { panic!("{url}") };
        let env = |name: &str| env.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        private(&address, tls, &env).is_ok()
    }

    #[test]
    fn every_host_that_libpq_would_use_is_on_this_machine() {
        for url in [
            "postgres://",
            "postgres:///x",
            "postgres://u:p@/x",
            "postgres://localhost/x",
            "postgres://u@127.0.0.1:5432,localhost:5433/x",
            "postgres://[::1]:5,[::1]/x",
            "postgres://%2Fvar%2Frun%2Fpostgresql/x",
            "postgres:///x?host=/run/postgresql",
            "postgres://u@localhost/x?hostaddr=127.0.0.2&sslmode=disable",
        ] {
            assert!(is_private(url, false, &[]), "{url}");
        }
        for url in [
            "postgres://db.example/x",
            "postgres://u:p@db.example",
            "postgres://db.example?sslmode=disable",
            "postgres://localhost,db.example/x",
            "postgres://localhost:1,db.example:2/x",
            "postgres://[::1],[2001:db8::1]/x",
            "postgres://localhost/x?host=db.example",
            "postgres://localhost/x?host=127.0.0.1,db.example",
            "postgres:///x?h%6Fst=db.example",
            "postgres://localhost/x?hostaddr=192.0.2.1",
            "postgres://localhost/x?hostaddr=127.0.0.1,192.0.2.1",
            "postgres://u@db.example:5432@localhost/x",
            "postgres://localhost?u=@db.example/x",
            "postgres://localhost/x?service=remote",
            "postgres://localhost.db.example/x",
            "postgres://127.0.0.1.db.example/x",
            "postgres://%6cocalhost%2edb.example/x",
        ] {
            assert!(!is_private(url, false, &[]), "{url}");
        }
    }

    #[test]
    fn the_environment_names_hosts_where_the_address_does_not() {
        let table: &[(&str, &[(&str, &str)], bool)] = &[
            ("postgres:///x", &[("PGHOST", "/run/postgresql")], true),
            ("postgres:///x", &[("PGHOST", "")], true),
            ("postgres:///x", &[("PGHOST", "db.example")], false),
            ("postgres:///x", &[("PGHOST", "localhost,db.example")], false),
            ("postgres://:5433/x", &[("PGHOST", "db.example")], false),
            ("postgres://localhost/x", &[("PGHOST", "db.example")], true),
            ("postgres:///x?host=localhost", &[("PGHOST", "db.example")], true),
            ("postgres://localhost/x", &[("PGHOSTADDR", "192.0.2.1")], false),
            ("postgres://localhost/x?hostaddr=127.0.0.1", &[("PGHOSTADDR", "192.0.2.1")], true),
            ("postgres://localhost/x", &[("PGSERVICE", "remote")], false),
        ];
        for (url, env, right) in table {
            assert_eq!(is_private(url, false, env), *right, "{url} {env:?}");
        }
    }

    #[test]
    fn with_tls_another_machine_is_spoken_to_by_nothing_else() {
        let far = "postgres://u@db.example/x";
        let table: &[(&str, &[(&str, &str)], bool)] = &[
            ("", &[], false),
            ("?sslmode=disable", &[], false),
            ("?sslmode=prefer", &[("PGSSLMODE", "verify-full")], false),
            ("?sslmode=require&sslmode=allow", &[], false),
            ("?sslmode=require", &[], true),
            ("?sslmode=verify-ca", &[], true),
            ("?sslmode=verify-full", &[], true),
            ("", &[("PGSSLMODE", "verify-full")], true),
        ];
        for (query, env, right) in table {
            assert_eq!(is_private(&format!("{far}{query}"), true, env), *right, "{query} {env:?}");
        }
        assert!(is_private("postgres://localhost/x", true, &[]));
        assert!(!is_private(&format!("{far}?sslmode=verify-full"), false, &[]), "without TLS it stays plain");
    }
}
