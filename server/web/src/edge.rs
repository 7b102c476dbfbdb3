//! What every request needs before anybody knows who asks: clock, chance, limits, proxies, origin, site, faces.

use crate::assets::Pages;
use crate::http::Rq;
use crate::limits::Limits;
use crate::problem::{Faces, Problem};
use crate::routes::Asked;
use domain::{Mint, Moment};
use ipnet::IpNet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Tells the present moment; the program hands in the machine's clock, tests a fixed one.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// The program's one mint, shared by all requests.
pub struct Chance(Mutex<Box<dyn Mint>>);

/// Lets a boxed mint use the methods that want a sized one.
struct Borrowed<'a>(&'a mut dyn Mint);
impl Mint for Borrowed<'_> {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

impl Chance {
    /// Shares `mint`.
    #[must_use]
    pub fn new(mint: Box<dyn Mint>) -> Self {
        Self(Mutex::new(mint))
    }

    /// Uses the mint for a moment. A panic elsewhere does not spoil it: filling bytes leaves no half state.
    pub fn with<T>(&self, act: impl FnOnce(&mut dyn Mint) -> T) -> T {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(held.as_mut())
    }

    /// A fresh id, ordered by `now`.
    pub fn id<I: domain::Id>(&self, now: Moment) -> I {
        self.with(|mint| Borrowed(mint).id(now))
    }

    /// A secret of 32 random bytes.
    pub fn secret(&self) -> [u8; 32] {
        self.with(|mint| Borrowed(mint).secret())
    }
}

/// The token that opens operational addresses (`Authorization: Bearer`, RFC 6750 section 2.1).
#[derive(Clone)]
pub struct OpsToken(String);

impl OpsToken {
    /// A token of at least 16 characters; `None` where it is shorter, since it could be guessed.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (text.len() >= 16).then(|| Self(text.to_owned()))
    }

    /// Compares in a time that does not depend on where the texts differ.
    #[must_use]
    pub fn admits(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

/// Everything at the boundary that does not depend on who asks.
pub struct Edge {
    /// The present moment.
    pub clock: Clock,
    /// Ids and secrets.
    pub chance: Chance,
    /// Rate limits, asked before anything else.
    pub limits: Limits,
    /// Proxies whose `X-Forwarded-For` is believed; empty believes nobody.
    pub proxies: Vec<IpNet>,
    /// Where the server is reached, `https://artists.example`, without a final slash; `None` takes the `Host` header.
    pub origin: Option<String>,
    /// Where the static pages live if not here; only their public forms may post to us.
    pub site_origin: Option<String>,
    /// Whether people reach us by TLS: HSTS and `__Host-` cookies depend on it.
    pub tls: bool,
    /// Opens operational addresses; `None` keeps them closed for everyone.
    pub ops_token: Option<OpsToken>,
    /// The static site.
    pub pages: Arc<dyn Pages>,
    /// Error pages, rendered at start so that they cannot fail when needed.
    pub faces: Faces,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a whole request may take.
    pub request_time: Duration,
}

impl Edge {
    /// Whether the operations token was shown.
    #[must_use]
    pub fn opened_by(&self, rq: &Rq) -> bool {
        match (&self.ops_token, rq.bearer()) {
            (Some(token), Some(shown)) => token.admits(shown),
            _ => false,
        }
    }
}

/// What the application's state must show to the boundary.
pub trait AppState: Send + Sync + 'static {
    /// The boundary's own parts.
    fn edge(&self) -> &Edge;

    /// A key for limits by actor, from the request alone and without any look-up (a hash of the session secret, say).
    fn actor_key(&self, rq: &Rq) -> Option<[u8; 32]>;

    /// Records a refusal that was not recorded yet, and gives the answer to it. Whatever refuses, wherever it stands, leaves
    /// the house through here once; pages of signed-in people have recorded theirs before, with the account.
    fn refused(self: &Arc<Self>, asked: &Asked, actor: Option<[u8; 32]>) -> Problem;

    /// Records that a limit was met: by an actor, or by an address where `actor` is none. Called once a window for each of
    /// them, not once a request.
    fn limited(self: &Arc<Self>, asked: &Asked, actor: Option<[u8; 32]>);

    /// The application as it is now. Each request takes it once, at its beginning, and keeps it to its end.
    #[must_use]
    fn current(self: &Arc<Self>) -> Arc<Self> {
        Arc::clone(self)
    }
}
