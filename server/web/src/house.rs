//! The application's state as pages see it: the boundary, the store, the views, the shelf, and lanes for blocking work.

use crate::edge::{AppState, Edge};
use crate::http::{Rq, cookies};
use crate::limits::Class;
use crate::problem::Problem;
use crate::routes::Asked;
use crate::view::{Views, Zone};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::documents::Shelf;
use domain::AccountId;
use sha2::{Digest as _, Sha256};
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use store::{DecisionLog, SecurityEvent, Store, StoreError, statements};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

/// The plain name of the session's cookie; over TLS it gets the `__Host-` prefix.
pub const SESSION: &str = "kalinklo";

/// What the operator chose, where pages depend on it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether the world is made up, which every page then says.
    pub fictional: bool,
    /// Where messages to the platform go.
    pub operator_mail: String,
    /// The address in links of mails: `https://artists.example`, without a final slash.
    pub address: String,
    /// The clock that pages show.
    pub zone: Zone,
    /// The program's version.
    pub version: &'static str,
}

/// Everything a page needs. A request has one of its own, so that all it shows is decided by one set of policies, also
/// while another is taken up; see [`AppState::current`].
pub struct House {
    /// The database and the engine.
    pub store: Store,
    parts: Arc<Parts>,
}

/// A refusal that waits to be recorded, the session of somebody of whom no more is known, and its place.
type Waiting = (SecurityEvent, Option<[u8; 32]>, OwnedSemaphorePermit);

/// What is the same for every request.
pub struct Parts {
    /// The boundary.
    pub edge: Edge,
    /// The templates.
    pub views: Views,
    /// The contents of documents.
    pub shelf: Arc<dyn Shelf>,
    /// What the operator chose.
    pub settings: Settings,
    /// The decision log.
    pub decisions: Arc<DecisionLog>,
    /// How many statements requests have put to the database.
    pub(crate) statements: AtomicU64,
    /// How many refusals were not recorded, for want of room or because the database was unwilling.
    pub(crate) refusals_lost: AtomicU64,
    lanes: Arc<Semaphore>,
    notes: Arc<Semaphore>,
    waiting: std::sync::Mutex<Vec<Waiting>>,
    /// Whoever records refusals holds it.
    pen: Mutex<()>,
}

impl Deref for House {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// The policies that a fresh code of the second factor satisfies.
const FACTOR: [&str; 3] = ["factor-of-today", "factor-of-now", "factor-guards-itself"];
/// What is said where a thing was changed after a form about it was shown, and no more can be said.
pub(crate) const OVERTAKEN: &str =
    "Somebody changed it after this page was shown. Look at it again before you go on.";
/// How long a request waits for its lane.
const PATIENCE: Duration = Duration::from_secs(5);
/// Refusals that may wait to be recorded; beyond it they are only counted.
const NOTES: u32 = 256;

impl House {
    /// Puts the parts together; `lanes` is the number of the store's connections for reading.
    #[must_use]
    pub fn new(
        edge: Edge,
        store: Store,
        views: Views,
        shelf: Arc<dyn Shelf>,
        settings: Settings,
        decisions: Arc<DecisionLog>,
        lanes: usize,
    ) -> Self {
        let (lanes, notes) =
            (Arc::new(Semaphore::new(lanes.max(1))), Arc::new(Semaphore::new(NOTES as usize)));
        Self {
            store,
            parts: Arc::new(Parts {
                edge,
                views,
                shelf,
                settings,
                decisions,
                statements: AtomicU64::new(0),
                refusals_lost: AtomicU64::new(0),
                lanes,
                notes,
                waiting: std::sync::Mutex::default(),
                pen: Mutex::new(()),
            }),
        }
    }

    /// Runs blocking work off the asynchronous threads, as many at once as there are connections.
    ///
    /// # Errors
    /// [`Problem::Busy`] where no lane is free in time; those of `f`.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        f: impl FnOnce(&House) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let lane = tokio::time::timeout(PATIENCE, self.lanes.clone().acquire_owned()).await;
        let Ok(Ok(lane)) = lane else { return Err(Problem::Busy) };
        let house = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let before = statements();
            let done = f(&house);
            house.statements.fetch_add(statements() - before, Ordering::Relaxed);
            drop(lane);
            done
        });
        done.await.unwrap_or_else(|_| Err(Problem::Broken("a piece of work panicked".into())))
    }

    /// Records a refusal with its actor, beside the answer. Who gathers too many is slowed, and that is recorded too; it
    /// happens alike for what is foreign and for what is not there. Gives the answer.
    pub(crate) fn refusal(
        self: &Arc<Self>,
        asked: &Asked,
        account: Option<AccountId>,
        actor: Option<[u8; 32]>,
    ) -> Problem {
        // by account where it is known: who signs in anew is the same person
        let actor = account.map(|it| Sha256::digest(it.as_str()).into()).or(actor);
        let slowed = actor.map_or(Ok(()), |it| self.edge.limits.actor(Class::Probe, it));
        self.note(SecurityEvent {
            at: asked.at,
            visit: asked.id,
            kind: if slowed.is_ok() { "refused" } else { "probing" }.into(),
            account,
            address: asked.address.clone(),
            action: asked.method.to_string(),
            detail: asked.path.clone(),
        });
        match slowed {
            Ok(()) => Problem::Recorded,
            Err(wait) => wait.into(),
        }
    }

    /// Records a security event beside the answer, so that recording costs every refusal the same: nothing.
    pub fn note(self: &Arc<Self>, event: SecurityEvent) {
        self.note_of(event, None);
    }

    /// The same for somebody of whom only the session's hash is known: whose it is, is looked up beside the answer too.
    fn note_of(self: &Arc<Self>, event: SecurityEvent, session: Option<[u8; 32]>) {
        let visit = event.visit;
        let Ok(room) = self.notes.clone().try_acquire_owned() else {
            self.lost(1);
            tracing::warn!(request = %visit, "too many refusals at once: one was not recorded");
            return;
        };
        self.waiting().push((event, session, room));
        let house = Arc::clone(self);
        tokio::spawn(async move {
            // one writes at a time, and takes all that wait by then: however many come at once, they hold one thread that
            // answers need, and the database takes them together
            let _pen = house.pen.lock().await;
            let waiting = std::mem::take(&mut *house.waiting());
            let (events, rooms): (Vec<_>, Vec<_>) =
                waiting.into_iter().map(|(event, session, room)| ((event, session), room)).unzip();
            if events.is_empty() {
                return;
            }
            let (count, store) = (events.len(), house.store.patient());
            let done = tokio::task::spawn_blocking(move || {
                let known = events.into_iter().map(|(mut event, session)| {
                    if let Some(session) = session {
                        event.account = store.session_account(&session, event.at)?;
                    }
                    Ok::<_, StoreError>(event)
                });
                store.security_notes(&known.collect::<Result<Vec<_>, _>>()?)
            });
            if !matches!(done.await, Ok(Ok(()))) {
                house.lost(count as u64);
                tracing::warn!(count, "refusals were not recorded: the database did not take them");
            }
            // only now may others wait in their places
            drop(rooms);
        });
    }

    /// Counts security events that were not recorded, for `/metrics`.
    pub fn lost(&self, count: u64) {
        self.refusals_lost.fetch_add(count, Ordering::Relaxed);
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        // a list of events cannot be left half changed
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every refusal so far is recorded, or counted as lost.
    pub async fn recorded(&self) {
        let _ = self.notes.acquire_many(NOTES).await;
    }

    /// How many refusals are neither recorded nor counted as lost yet.
    #[must_use]
    pub fn unrecorded(&self) -> usize {
        (NOTES as usize).saturating_sub(self.notes.available_permits())
    }
}

impl AppState for House {
    fn edge(&self) -> &Edge {
        &self.edge
    }
    fn actor_key(&self, rq: &Rq) -> Option<[u8; 32]> {
        session_hash(rq, self.edge.tls)
    }
    fn refused(self: &Arc<Self>, asked: &Asked, actor: Option<[u8; 32]>) -> Problem {
        self.refusal(asked, None, actor)
    }
    fn limited(self: &Arc<Self>, asked: &Asked, actor: Option<[u8; 32]>) {
        let event = SecurityEvent {
            at: asked.at,
            visit: asked.id,
            kind: "limited".into(),
            account: None,
            address: asked.address.clone(),
            action: asked.method.to_string(),
            detail: asked.path.clone(),
        };
        self.note_of(event, actor);
    }
    fn current(self: &Arc<Self>) -> Arc<Self> {
        if self.store.is_current() {
            return Arc::clone(self);
        }
        Arc::new(Self { store: self.store.current(), parts: Arc::clone(&self.parts) })
    }
}

/// The hash under which a session's secret is stored; `None` without a well-formed cookie.
#[must_use]
pub fn session_hash(rq: &Rq, tls: bool) -> Option<[u8; 32]> {
    let secret = URL_SAFE_NO_PAD.decode(rq.cookie(&cookies::name(SESSION, tls))?).ok()?;
    (secret.len() == 32).then(|| Sha256::digest(&secret).into())
}

/// The cookie's text for a session's secret.
#[must_use]
pub fn session_text(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(secret)
}

impl From<StoreError> for Problem {
    fn from(it: StoreError) -> Self {
        match it {
            StoreError::Refused(refused) => {
                if let policy::Why::Forbidden(by) = &refused.why {
                    // the account is told to come back with a factor, or to wait; nothing is said of the thing
                    if by.iter().all(|it| FACTOR.contains(&&**it)) {
                        return Self::StepUp;
                    }
                    if by.iter().any(|it| &**it == "gate") {
                        return Self::Waiting;
                    }
                }
                if let policy::Why::Faulty(text) = &refused.why {
                    tracing::error!(action = refused.action.as_str(), error = %text, "a decision could not be made");
                }
                Self::Refused
            }
            StoreError::Absent => Self::Refused,
            StoreError::Stale { .. } => Self::Stale(OVERTAKEN.into()),
            StoreError::Conflict(sentence) => Self::Stale(sentence),
            StoreError::Spent => Self::Sent,
            StoreError::Busy => Self::Busy,
            StoreError::Unsure => Self::Unsure,
            StoreError::Corrupt(_) | StoreError::Unrecorded | StoreError::Database(_) => {
                Self::Broken(it.to_string())
            }
        }
    }
}
