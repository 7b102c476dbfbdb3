//! Wiring: the engine, the store, the boundary, the pages and the workers become one running server.

use crate::config::Config;
use crate::machine::{Os, clock, now};
use crate::{Stop, workers};
use connect::documents;
use connect::mail::{Folder, Post, Sender, Smtp};
use connect::reports::Reports;
use policy::facts::Platform;
use policy::{Action, Actor, Asker, Bundle, Engine, Permit, Unasked};
use policy_tests::proofs::Guarantees;
use site_builder::{Site, Source};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::db::{self, Address, Db, Use};
use store::{DecisionLog, Options, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use web::edge::{Chance, Edge};
use web::limits::{Allowances, Limits, Ticks};
use web::routes::Table;
use web::serve::Bounds;
use web::view::Views;
use web::{House, Settings};

/// The database with its engine and its decision log.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) decisions: Arc<DecisionLog>,
}

/// Opens the database under the policies that are active there, else the built-in ones; brings it up to date.
pub(crate) fn open(database: &Address, readers: u32, mint: Box<dyn domain::Mint>) -> Result<Opened, Stop> {
    opened(database, readers, mint, Store::open)
}

/// The same for questions, which make no database and bring none up to date.
pub(crate) fn open_to_ask(database: &Address) -> Result<Opened, Stop> {
    must_stand(database)?;
    open(database, 2, Box::new(Os))
}

/// The same for the commands that set the policies right: where the active ones cannot decide, the built-in ones do.
pub(crate) fn open_to_mend(database: &Address) -> Result<Opened, Stop> {
    must_stand(database)?;
    opened(database, 2, Box::new(Os), Store::open_to_mend)
}

/// A connection of a command's own.
pub(crate) fn connected(database: &Address, how: Use) -> Result<Db, Stop> {
    db::connect(database, how)
        .map_err(|_| Stop(format!("cannot open {database}\n  Check `database` and that the server runs.")))
}

/// Stops where no database of this release stands there.
fn must_stand(database: &Address) -> Result<(), Stop> {
    let none = || {
        Stop(format!(
            "there is no database of this program: {database}\n  Name the one that is meant with --database or --data; `kalinklo migrate` makes one."
        ))
    };
    // SQLite would make the file that it is asked to open
    if matches!(database, Address::Sqlite(file) if !Path::new(file).is_file()) {
        return Err(none());
    }
    let mut db = connected(database, Use::Read)?;
    if !db::has_tables(&mut db) {
        return Err(none());
    }
    must_be_current(&mut db, database)
}

/// Stops where the database is not of this release.
pub(crate) fn must_be_current(db: &mut Db, database: &Address) -> Result<(), Stop> {
    match db::is_current(db).map_err(Stop)? {
        true => Ok(()),
        false => Err(Stop(format!(
            "{database} is of an earlier release\n  `kalinklo migrate` brings it up to date."
        ))),
    }
}

fn opened(
    database: &Address,
    readers: u32,
    mint: Box<dyn domain::Mint>,
    open: fn(&Address, Arc<Engine>, Box<dyn domain::Mint>, Options) -> Result<Store, String>,
) -> Result<Opened, Stop> {
    if let Address::Sqlite(file) = database
        && let Some(folder) = Path::new(file).parent().filter(|it| !it.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|e| {
            Stop(format!("the folder {} cannot be made: {e}\n  Name another with --data.", folder.display()))
        })?;
    }
    let decisions = Arc::new(DecisionLog::default());
    let engine = Engine::load(&Bundle::embedded()).map_err(Stop::because)?.noting(decisions.sink());
    let options = Options { readers, guarantees: Guarantees::digest(), ..Options::default() };
    let store = open(database, Arc::new(engine), mint, options).map_err(Stop)?;
    Ok(Opened { store, decisions })
}

/// The asker that the command line is.
pub(crate) fn operator(store: &Store) -> Arc<Asker> {
    let now = now();
    Arc::new(Asker { actor: Actor::Operator, visit: store.fresh(now), now, factor_at: None })
}

/// What the command line may do on this machine.
pub(crate) fn permitted<A>(store: &Store) -> Result<Permit<A>, Stop>
where
    A: Action<On = Platform, Input = Unasked>,
{
    store.engine().decide::<A>(&operator(store), &Platform, Unasked).map_err(Stop::because)
}

/// Who writes our letters.
fn sender(config: &Config) -> Sender {
    Sender { name: "Kalinklo Artists".into(), address: config.mail_from.clone() }
}

/// The mail server, where one is configured.
pub(crate) fn smtp(config: &Config) -> Result<Option<Smtp>, Stop> {
    let smtp = config.smtp.as_ref().map(|url| Smtp::new(url, sender(config))).transpose();
    smtp.map_err(|e| {
        Stop(format!("`smtp` cannot work: {e}\n  Write it like smtps://user:password@mail.example.org."))
    })
}

/// Fault reports, off without a DSN; `environment` is what they are told to come from.
pub(crate) fn reports(dsn: Option<&str>, environment: &str) -> Result<Option<Reports>, Stop> {
    Reports::start(dsn, env!("CARGO_PKG_VERSION"), environment).map_err(|e| {
        Stop(format!(
            "`sentry-dsn` cannot work: {e}\n  Copy it from the project's settings, or leave it out."
        ))
    })
}

/// The outbox's transport.
pub(crate) fn post(config: &Config, echo: bool) -> Result<Arc<dyn Post>, Stop> {
    if let Some(smtp) = smtp(config)? {
        return Ok(Arc::new(smtp));
    }
    let folder = config.data.join("mail");
    let echo: Option<Box<dyn std::io::Write + Send>> =
        if echo { Some(Box::new(std::io::stderr())) } else { None };
    let folder = Folder::new(&folder, sender(config), echo).map_err(|e| {
        Stop(format!(
            "the mail folder {} cannot be used: {e}\n  Name another folder with --data.",
            folder.display()
        ))
    })?;
    Ok(Arc::new(folder))
}

/// A server that is ready to listen.
pub(crate) struct Server {
    pub(crate) house: Arc<House>,
    pub(crate) post: Arc<dyn Post>,
    pub(crate) listen: SocketAddr,
}

/// Puts the house together.
pub(crate) fn assemble(config: &Config, opened: Opened, fictional: bool, echo: bool) -> Result<Server, Stop> {
    let site = Arc::new(Site::build(Source::embedded()).map_err(Stop::because)?);
    let views = Views::new(&*site).map_err(Stop::because)?;
    let edge = Edge {
        clock: clock(),
        chance: Chance::new(Box::new(Os)),
        limits: Limits::new(&config.limits, &Ticks::steady()),
        proxies: config.proxies.clone(),
        origin: config.origin.clone(),
        site_origin: config.site_origin.clone(),
        tls: config.tls,
        ops_token: config.ops_token.clone(),
        pages: site,
        faces: views.faces().map_err(Stop::because)?,
        body_time: Duration::from_secs(15),
        request_time: Duration::from_secs(30),
    };
    let shelf = documents::Folder::new(&config.data.join("documents")).map_err(|e| {
        Stop(format!("the documents folder cannot be used: {e}\n  Name another folder with --data."))
    })?;
    let settings = Settings {
        fictional,
        operator_mail: config.operator_mail.to_string(),
        address: config.origin.clone().unwrap_or_else(|| format!("http://{}", config.listen)),
        zone: config.zone.clone(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let post = post(config, echo)?;
    let lanes = usize::try_from(config.readers).unwrap_or(8);
    let house = House::new(edge, opened.store, views, Arc::new(shelf), settings, opened.decisions, lanes);
    Ok(Server { house: Arc::new(house), post, listen: config.listen })
}

/// Limits wide enough for test programs that come from one address.
pub(crate) fn wide() -> Allowances {
    use web::limits::Allowance;
    let wide = Allowance::of(1_000_000, 60);
    Allowances {
        read: wide,
        mutation: wide,
        public_form: wide,
        sign_in: wide,
        probe: wide,
        sign_in_failed: wide,
        ..Allowances::default()
    }
}

/// Binds the address, or says what to do about it.
pub(crate) async fn bind(listen: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(listen).await.map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => Stop(format!(
            "something listens on {listen} already\n  Choose another address with --listen, or --listen {}:0 for a free port.",
            listen.ip()
        )),
        _ => Stop(format!("cannot listen on {listen}: {e}\n  Choose another address with --listen.")),
    })
}

/// How long workers may take to finish what they hold, then refusals to be recorded, then decisions to be logged: a
/// database that takes nothing must not keep the program from stopping.
const LAST_WORK: Duration = Duration::from_secs(4);
const LAST_NOTES: Duration = Duration::from_secs(4);
const LAST_DECISIONS: Duration = Duration::from_secs(2);

/// Serves until the signal, then drains.
pub(crate) async fn run(
    server: Server,
    listener: TcpListener,
    signal: impl Future<Output = ()>,
) -> Result<(), Stop> {
    let table = Table::new(web::pages::routes()).map_err(Stop::because)?;
    let filter = web::routes::filter(Arc::new(table), Arc::clone(&server.house));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let hands = workers::start(&server.house, &server.post, &stopped);
    let unread = web::problem::unread(Arc::clone(&server.house));
    tracing::info!(listen = %server.listen, version = server.house.settings.version, "serving");
    let mut bounds = Bounds { proxies: server.house.edge.proxies.clone(), ..Bounds::default() };
    if server.house.settings.fictional {
        // test programs come from one address
        bounds.of_one = bounds.connections;
    }
    let drained = web::serve::serve(listener, filter, bounds, unread, signal).await;
    tracing::info!(outcome = ?drained, "stopped taking requests");
    let decisions = Arc::clone(&server.house.decisions);
    let before = decisions.lost();
    // workers finish what they hold; they look at this between two pieces of work
    let _ = stop.send(true);
    let finished = tokio::time::timeout(LAST_WORK, async {
        for hand in hands {
            let _ = hand.await;
        }
    });
    if finished.await.is_err() {
        tracing::warn!("work under way was left; whoever starts next does it");
    }
    // refusals are recorded beside their answers
    if tokio::time::timeout(LAST_NOTES, server.house.recorded()).await.is_err() {
        tracing::error!(
            count = server.house.unrecorded(),
            "stopped with refusals that the database did not take"
        );
    }
    let house = Arc::clone(&server.house);
    let logged = tokio::task::spawn_blocking(move || house.decisions.flush(&house.store));
    let _ = tokio::time::timeout(LAST_DECISIONS, logged).await;
    let lost = decisions.waiting() + decisions.lost().saturating_sub(before);
    if lost > 0 {
        tracing::error!(
            count = lost,
            "stopped with decisions that the database did not take; the decision log lacks them"
        );
    }
    Ok(())
}

/// A signal to stop, heard from this call on: whoever is told that we serve may stop us in the next moment, and requests
/// are drained then too. Needs the runtime.
pub(crate) fn signalled() -> impl Future<Output = ()> {
    // without a handler the default action stops the program, which is what a signal asks for
    let [term, int] = [SignalKind::terminate(), SignalKind::interrupt()].map(|it| signal(it).ok());
    async move {
        tokio::select! { () = heard(term) => {}, () = heard(int) => {} }
    }
}

async fn heard(it: Option<Signal>) {
    match it {
        Some(mut it) => drop(it.recv().await),
        None => std::future::pending().await,
    }
}

/// Runs `work` to its end on a runtime of its own. What threads hold then is left to the end of the program: one may wait
/// for a lock that nobody frees.
pub(crate) fn to_the_end<T>(runtime: tokio::runtime::Runtime, work: impl Future<Output = T>) -> T {
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// The asynchronous runtime.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(64)
        .build()
        .map_err(|e| Stop(format!("the runtime cannot start: {e}")))
}
