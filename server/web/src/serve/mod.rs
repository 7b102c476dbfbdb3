//! The accept loop: warp's routes under hyper's HTTP/1 with every limit that warp's own server leaves out.
//!
//! Slow or endless headers, idle connections and readers that never read are cut off; at most `connections` are open
//! and the rest wait in the listener's queue, at most `of_one` of them from one address; at the stop signal open requests finish until a deadline.

mod panic;
mod patience;
mod places;
mod unread;

pub use panic::no_panic;
pub use patience::Patient;
pub use unread::Unread;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use places::Places;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use unread::{Ours, Told, Turn};
use warp::filters::BoxedFilter;
use warp::http::{StatusCode, Uri};
use warp::reply::Response;

/// The other end of the connection, put into each request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Bounds of the loop.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// From the first chance to send until the end of the headers; also how long an idle connection may stay.
    pub header_time: Duration,
    /// How long a peer may leave us unable to write.
    pub write_time: Duration,
    /// Open connections; more wait.
    pub connections: usize,
    /// Open connections from one address (an IPv6 network of /64 as one); more are turned away. Proxies are counted with all
    /// alone, since many people stand behind them.
    pub of_one: usize,
    /// Trusted proxies.
    pub proxies: Vec<IpNet>,
    /// From the stop signal until open requests are cut off.
    pub drain: Duration,
    /// Bytes of all headers together.
    pub header_bytes: usize,
    /// Count of headers.
    pub headers: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            write_time: Duration::from_secs(30),
            connections: 2000,
            of_one: 128,
            proxies: Vec::new(),
            drain: Duration::from_secs(20),
            header_bytes: 16 * 1024,
            headers: 64,
        }
    }
}

/// How the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every open request was answered.
    Whole,
    /// The deadline came first; what was open then is cut off.
    Cut,
}

/// Serves `routes` on `listener` until `stop` is ready, then drains. `unread` answers where no request came of what was
/// sent, and where an answer broke.
pub async fn serve(
    listener: TcpListener,
    routes: BoxedFilter<(Response,)>,
    bounds: Bounds,
    unread: Unread,
    stop: impl Future<Output = ()>,
) -> Drained {
    let slots = Arc::new(Semaphore::new(bounds.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let places = Places::new(bounds.of_one, bounds.proxies);
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(bounds.header_time)
        .max_headers(bounds.headers)
        .max_header_size(bounds.header_bytes);
    let (cut, cut_off) = tokio::sync::watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => match slot { Ok(slot) => slot, Err(_) => break },
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(it) => it,
                Err(fault) => {
                    // Out of descriptors or a peer that left: both pass, so wait a little and go on.
                    tracing::warn!(%fault, "could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Some(place) = places.take(peer.ip()) else {
            // said where the peer's window takes it at once: nobody waits for who takes too much
            let _ = stream.try_write(&unread::turned_away(&unread));
            continue;
        };
        // Without this small answers wait for the peer's delayed acknowledgement; a failure costs only time.
        let _ = stream.set_nodelay(true);
        let inner = TowerToHyperService::new(warp::service(routes.clone()));
        let (turn, words) = (Turn::default(), Arc::clone(&unread));
        let stream = Ours::new(Patient::new(stream, bounds.write_time), turn.clone(), Arc::clone(&unread));
        let service = hyper::service::service_fn(move |mut rq: hyper::Request<hyper::body::Incoming>| {
            turn.asked();
            rq.extensions_mut().insert(Peer(peer));
            // CONNECT names a host and no path (RFC 9110 section 9.3.6), and warp takes a path for granted; we are no
            // proxy, so it is an unknown path, with its limits, its line in the log and its answer
            if rq.uri().path_and_query().is_none() {
                *rq.uri_mut() = Uri::from_static("/:");
            }
            let answer = hyper::service::Service::call(&inner, rq);
            let (turn, words) = (turn.clone(), Arc::clone(&words));
            async move {
                let answer: Response = match no_panic(answer).await {
                    Ok(Ok(answer)) => answer,
                    Ok(Err(never)) => match never {},
                    Err(_) => words(StatusCode::INTERNAL_SERVER_ERROR).into(),
                };
                Ok::<_, Infallible>(answer.map(|body| Told::new(body, turn)))
            }
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        let mut cut_off = cut_off.clone();
        tokio::spawn(async move {
            let (_slot, _place) = (slot, place);
            tokio::select! {
                ended = connection => if let Err(fault) = ended {
                    tracing::debug!(%fault, "connection ended early");
                },
                _ = cut_off.wait_for(|it| *it) => {}
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => Drained::Whole,
        () = tokio::time::sleep(bounds.drain) => {
            cut.send_replace(true);
            Drained::Cut
        }
    }
}

#[cfg(test)]
mod tests;
