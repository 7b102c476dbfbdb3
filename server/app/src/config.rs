//! Configuration: flags before environment before `kalinklo.toml`. What cannot work stops the start and says what is
//! wrong, where, and what to do.

mod checks;
mod libpq;

use crate::Stop;
use checks::{Written, Wrong, origin, private_without_tls, published, wrong};
use clap::Args;
use domain::bounded::Email;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use store::db::Address;
use web::edge::OpsToken;
use web::limits::Allowances;
use web::view::Zone;

/// What flags and environment give.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Given {
    /// The configuration file (default: kalinklo.toml, where it exists)
    #[arg(long, value_name = "FILE", env = "KALINKLO_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen (default: 127.0.0.1:7400)
    #[arg(long, value_name = "ADDRESS:PORT", env = "KALINKLO_LISTEN")]
    pub(crate) listen: Option<String>,
    /// The folder for database, documents and mail (default: kalinklo-data)
    #[arg(long, value_name = "DIR", env = "KALINKLO_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// The database: `postgres://…` or a file (default: kalinklo.db in the data folder)
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// The address people use, `https://artists.example`; with https, cookies and HSTS are for TLS
    #[arg(long, value_name = "URL", env = "KALINKLO_ORIGIN")]
    pub(crate) origin: Option<String>,
    /// Where the static pages live, if elsewhere
    #[arg(long, value_name = "URL", env = "KALINKLO_SITE_ORIGIN")]
    pub(crate) site_origin: Option<String>,
    /// Proxies whose X-Forwarded-For is believed, as networks, separated by commas
    #[arg(long, value_name = "NETWORKS", env = "KALINKLO_TRUSTED_PROXIES", value_delimiter = ',')]
    pub(crate) trusted_proxies: Option<Vec<String>>,
    /// Opens /api/version and /metrics, at least 16 characters; without it they answer 404 to everyone
    #[arg(long, value_name = "TOKEN", env = "KALINKLO_OPS_TOKEN", hide_env_values = true)]
    pub(crate) ops_token: Option<String>,
    /// Mail by SMTP, `smtps://user:password@host`; without it mail is written to a folder
    #[arg(long, value_name = "URL", env = "KALINKLO_SMTP", hide_env_values = true)]
    pub(crate) smtp: Option<String>,
    /// The sender of mail (default: no-reply@kalinklo.example)
    #[arg(long, value_name = "EMAIL", env = "KALINKLO_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,
    /// Where messages to the platform go (default: office@kalinklo.example)
    #[arg(long, value_name = "EMAIL", env = "KALINKLO_OPERATOR_MAIL")]
    pub(crate) operator_mail: Option<String>,
    /// Reports faults to Sentry, scrubbed; off without it
    #[arg(long, value_name = "DSN", env = "SENTRY_DSN", hide_env_values = true)]
    pub(crate) sentry_dsn: Option<String>,
    /// The clock that pages show (default: Europe/Vienna)
    #[arg(long, value_name = "ZONE", env = "KALINKLO_ZONE")]
    pub(crate) zone: Option<String>,
    /// Connections for reading (default: 8)
    #[arg(long, value_name = "COUNT", env = "KALINKLO_READERS")]
    pub(crate) readers: Option<u32>,
}

/// What the file may hold: the same names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileGiven {
    listen: Option<String>,
    data: Option<PathBuf>,
    database: Option<String>,
    origin: Option<String>,
    site_origin: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    ops_token: Option<String>,
    smtp: Option<String>,
    mail_from: Option<String>,
    operator_mail: Option<String>,
    sentry_dsn: Option<String>,
    zone: Option<String>,
    readers: Option<u32>,
    limits: Option<Allowances>,
}

/// Configuration that can work.
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) data: PathBuf,
    pub(crate) database: Address,
    pub(crate) origin: Option<String>,
    pub(crate) site_origin: Option<String>,
    pub(crate) tls: bool,
    pub(crate) proxies: Vec<IpNet>,
    pub(crate) ops_token: Option<OpsToken>,
    pub(crate) smtp: Option<String>,
    pub(crate) mail_from: Email,
    pub(crate) operator_mail: Email,
    pub(crate) sentry_dsn: Option<String>,
    pub(crate) zone: Zone,
    pub(crate) readers: u32,
    pub(crate) limits: Allowances,
}

impl Config {
    /// What works and is hardly meant, with what to do; no start is stopped by it.
    pub(crate) fn advice(&self) -> Option<String> {
        // we speak no TLS ourselves, so that an https address is a proxy's
        (self.tls && self.proxies.is_empty()).then(|| {
            "`origin` is served by a proxy, and `trusted-proxies` names none: all people have the proxy's address, share one \
             limit, and are turned away together.\n  Set `trusted-proxies` to the networks of the proxy, like 127.0.0.1 \
             where it runs on this machine."
                .to_owned()
        })
    }
}

const DEFAULT_FILE: &str = "kalinklo.toml";

impl Given {
    /// Reads the file, merges, and checks everything that can be checked without starting.
    pub(crate) fn config(self) -> Result<Config, Stop> {
        let (file, written) = self.file()?;
        let given = self.clone();
        self.merged(file).map_err(|it| {
            let by_hand = given.gives(it.what);
            it.stop(by_hand, written.as_ref())
        })
    }

    /// Whether a flag or the environment gives this setting.
    fn gives(&self, what: &str) -> bool {
        match what {
            "listen" => self.listen.is_some(),
            "database" => self.database.is_some(),
            "origin" => self.origin.is_some(),
            "site-origin" => self.site_origin.is_some(),
            "trusted-proxies" => self.trusted_proxies.is_some(),
            "ops-token" => self.ops_token.is_some(),
            "smtp" => self.smtp.is_some(),
            "mail-from" => self.mail_from.is_some(),
            "operator-mail" => self.operator_mail.is_some(),
            "sentry-dsn" => self.sentry_dsn.is_some(),
            "zone" => self.zone.is_some(),
            "readers" => self.readers.is_some(),
            _ => false,
        }
    }

    fn merged(self, file: FileGiven) -> Result<Config, Wrong> {
        let listen = self.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:7400".into());
        let listen: SocketAddr = listen.parse().map_err(|_| {
            wrong(
                "listen",
                &format!("`{listen}` is not an address and port"),
                "Write it like 127.0.0.1:7400 or [::1]:7400.",
            )
        })?;
        let data = self.data.or(file.data).unwrap_or_else(|| "kalinklo-data".into());
        let database = match self.database.or(file.database) {
            Some(it) => Address::parse(&it).map_err(|it| {
                wrong(
                    "database",
                    &it.to_string(),
                    "Write postgres://USER:PASSWORD@HOST/NAME, or the name of a file.",
                )
            })?,
            None => Address::Sqlite(data.join("kalinklo.db").display().to_string()),
        };
        libpq::private(&database, store::db::TLS, &|it| std::env::var(it).ok())?;
        let (origin, tls) = match self.origin.or(file.origin) {
            None => (None, false),
            Some(it) => {
                let it = origin("origin", &it)?;
                let tls = it.starts_with("https://");
                (Some(it), tls)
            }
        };
        private_without_tls(origin.as_deref(), tls, listen)?;
        let site_origin =
            self.site_origin.or(file.site_origin).map(|it| checks::origin("site-origin", &it)).transpose()?;
        let proxies = self.trusted_proxies.or(file.trusted_proxies).unwrap_or_default();
        let proxies = proxies
            .iter()
            .map(|it| {
                let it = it.trim();
                it.parse::<IpNet>().or_else(|_| it.parse::<std::net::IpAddr>().map(IpNet::from)).map_err(
                    |_| {
                        wrong(
                            "trusted-proxies",
                            &format!("`{it}` is not a network"),
                            "Write networks like 10.0.0.0/8, separated by commas.",
                        )
                    },
                )
            })
            .collect::<Result<Vec<_>, _>>()?;
        let ops_token = match self.ops_token.or(file.ops_token) {
            None => None,
            Some(it) => Some(OpsToken::new(&it).ok_or_else(|| {
                wrong("ops-token", "it has fewer than 16 characters", "Make one with `openssl rand -hex 16`.")
            })?),
        };
        let mail = |what: &'static str, it: Option<String>, default: &str| {
            let text = it.unwrap_or_else(|| default.to_owned());
            Email::parse(&text).map_err(|_| {
                wrong(
                    what,
                    &format!("`{text}` is not an e-mail address"),
                    "Write it like office@example.org.",
                )
            })
        };
        let mail_from = mail("mail-from", self.mail_from.or(file.mail_from), "no-reply@kalinklo.example")?;
        let operator_mail =
            mail("operator-mail", self.operator_mail.or(file.operator_mail), "office@kalinklo.example")?;
        let zone = self.zone.or(file.zone).unwrap_or_else(|| "Europe/Vienna".into());
        let zone = Zone::named(&zone).ok_or_else(|| {
            wrong(
                "zone",
                &format!("there is no time zone `{zone}`"),
                "Write a name of the IANA database, like Europe/Vienna.",
            )
        })?;
        let (smtp, sentry_dsn) = (self.smtp.or(file.smtp), self.sentry_dsn.or(file.sentry_dsn));
        let sentry_dsn = sentry_dsn.filter(|it| !it.trim().is_empty());
        published("smtp", "smtp", smtp.is_some())?;
        published("sentry", "sentry-dsn", sentry_dsn.is_some())?;
        let readers = self.readers.or(file.readers).unwrap_or(8);
        if readers == 0 || readers > 256 {
            return Err(wrong("readers", "the count is not between 1 and 256", "8 serves most houses."));
        }
        let limits = file.limits.unwrap_or_default();
        Ok(Config {
            listen,
            data,
            database,
            origin,
            site_origin,
            tls,
            proxies,
            ops_token,
            smtp,
            mail_from,
            operator_mail,
            sentry_dsn,
            zone,
            readers,
            limits,
        })
    }

    fn file(&self) -> Result<(FileGiven, Option<Written>), Stop> {
        let path = match &self.config {
            Some(path) => path.clone(),
            None if Path::new(DEFAULT_FILE).exists() => DEFAULT_FILE.into(),
            None => return Ok((FileGiven::default(), None)),
        };
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Stop(format!("the configuration file {} cannot be read: {e}\n  Name another with --config, or make it readable.", path.display()))
        })?;
        let given = toml::from_str(&text).map_err(|e| {
            Stop(format!("{}: {e}\n  A commented sample stands in kalinklo.sample.toml.", path.display()))
        })?;
        Ok((given, Some(Written { path, text })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(f: impl FnOnce(&mut Given)) -> Result<Config, Stop> {
        let mut given = Given { config: Some("/dev/null".into()), ..Given::default() };
        f(&mut given);
        given.config()
    }

    #[test]
    fn what_cannot_work_is_named_with_what_to_do() {
        let cases: &[(&str, fn(&mut Given))] = &[
            ("listen", |it| it.listen = Some("7400".into())),
            ("ops-token", |it| it.ops_token = Some("short".into())),
            ("origin", |it| it.origin = Some("artists.example".into())),
            ("trusted-proxies", |it| it.trusted_proxies = Some(vec!["ten".into()])),
            ("zone", |it| it.zone = Some("Middle/Earth".into())),
            ("mail-from", |it| it.mail_from = Some("nobody".into())),
            ("readers", |it| it.readers = Some(0)),
            ("database", |it| it.database = Some("postgres://u:secret-word@db.example/x".into())),
            ("database", |it| {
                it.database = Some("postgres://u:secret-word@localhost/x?host=db.example".into());
            }),
            ("database", |it| it.database = Some("mysql://u:secret-word@localhost/x".into())),
            ("database", |it| it.database = Some(String::new())),
            ("origin", |it| it.origin = Some("http://artists.example".into())),
            ("origin", |it| it.listen = Some("0.0.0.0:7400".into())),
            ("origin", |it| {
                it.listen = Some("[::]:7400".into());
                it.origin = Some("http://localhost:7400".into());
            }),
        ];
        for (what, change) in cases {
            let Err(Stop(why)) = with(change) else { panic!("{what} was taken") };
            assert!(why.starts_with(&format!("`{what}` cannot work")), "{why}");
            assert!(why.contains("\n  "), "says what to do: {why}");
            assert!(!why.contains("secret-word"), "{why}");
        }
    }

    #[test]
    fn flags_win_over_the_file_and_unknown_keys_stop() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("k.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nzone = \"Europe/Berlin\"\n").unwrap();
        let given =
            Given { config: Some(file.clone()), listen: Some("127.0.0.1:2".into()), ..Given::default() };
        let config = given.config().map_err(|e| e.0).unwrap();
        assert_eq!((config.listen.port(), config.zone.city()), (2, "Berlin"));
        std::fs::write(&file, "\nlissten = \"x\"\n").unwrap();
        let Err(Stop(why)) = (Given { config: Some(file), ..Given::default() }).config() else {
            panic!("taken")
        };
        assert!(why.contains("line 2") && why.contains("lissten"), "{why}");
    }

    /// The sample with nothing commented out is a configuration that works, names every setting, and shows the defaults.
    #[test]
    fn the_sample_works_as_it_stands() {
        let sample = include_str!("../../../kalinklo.sample.toml");
        let is_setting = |it: &&str| {
            it.starts_with('[') || it.split_once(" = ").is_some_and(|(name, _)| !name.contains(' '))
        };
        let lines = sample.lines().filter_map(|it| it.strip_prefix("# ")).filter(is_setting);
        let text = lines.collect::<Vec<_>>().join("\n");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("k.toml");
        std::fs::write(&file, &text).unwrap();
        let given = Given { config: Some(file), ..Given::default() };
        let config = given.config().unwrap_or_else(|e| panic!("{}: {text}", e.0));
        let plain = with(|_| ()).unwrap_or_else(|e| panic!("{}", e.0));
        assert!(
            config.smtp.is_some() && config.sentry_dsn.is_some() && config.tls && config.ops_token.is_some()
        );
        assert_eq!((config.listen, &config.data, config.readers), (plain.listen, &plain.data, plain.readers));
        assert_eq!((config.zone.city(), &config.limits), (plain.zone.city(), &plain.limits));
        let table: toml::Table = toml::from_str(&text).unwrap();
        let named: std::collections::BTreeSet<&str> = table.keys().map(String::as_str).collect();
        let command = Given::augment_args(clap::Command::new("kalinklo"));
        let flags = command.get_arguments().filter_map(clap::Arg::get_long).filter(|it| *it != "config");
        assert_eq!(named, flags.chain(["limits"]).collect());
    }

    #[test]
    fn loopback_postgres_needs_no_tls() {
        for url in ["postgres://a:b@127.0.0.1:5432/x", "postgres://localhost/x", "postgresql://[::1]:5/x"] {
            assert!(with(|it| it.database = Some(url.into())).is_ok(), "{url}");
        }
        let behind_a_proxy = with(|it| {
            it.listen = Some("0.0.0.0:7400".into());
            it.origin = Some("https://artists.example/".into());
        });
        assert!(behind_a_proxy.is_ok_and(|it| it.tls));
        for url in ["http://localhost:7400", "http://127.0.0.1:1", "http://[::1]"] {
            assert!(with(|it| it.origin = Some(url.into())).is_ok_and(|it| !it.tls), "{url}");
        }
    }
}
