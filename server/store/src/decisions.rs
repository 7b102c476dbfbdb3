//! The decision log: every decision, off the hot path. A bounded queue, a thread of its own, batches of rows; when the
//! queue is full decisions are counted as lost, and the count is a metric.

use crate::db::each;
use crate::pools::Store;
use crate::schema::decisions;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use diesel::prelude::*;
use policy::{Actor, ContextValue, Decided, Decisions};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const QUEUE: usize = 16_384;
const BATCH: usize = 500;

/// The log's front: cheap, never blocks.
pub struct DecisionLog {
    queue: Sender<Decided>,
    behind: Receiver<Decided>,
    lost: AtomicU64,
    written: AtomicU64,
    /// Taken from the queue, and on their way into the database.
    under_way: AtomicU64,
}

/// One logged decision.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct DecisionRow {
    /// When, in microseconds.
    pub at: i64,
    /// On which visit.
    pub visit: String,
    /// Who: type and id.
    pub actor: String,
    /// Acting where.
    pub workspace: Option<String>,
    /// What.
    pub action: String,
    /// On what: type and id.
    pub thing: String,
    /// What was told with the request, as `NAME=VALUE`, a space between them.
    pub told: String,
    /// Whether it was allowed.
    pub allowed: bool,
    /// By which policies.
    pub decided_by: String,
    /// Under which policies' digest.
    pub policies: String,
    /// How many more things of one list of a visitor were decided alike.
    pub more: i64,
}

impl Default for DecisionLog {
    fn default() -> Self {
        let (queue, behind) = bounded(QUEUE);
        Self {
            queue,
            behind,
            lost: AtomicU64::new(0),
            written: AtomicU64::new(0),
            under_way: AtomicU64::new(0),
        }
    }
}

impl Decisions for DecisionLog {
    fn note(&self, decided: Decided) {
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.queue.try_send(decided) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl DecisionLog {
    /// Decisions that found the queue full, or whose batch the database refused.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Decisions written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Decisions that are neither written nor lost yet.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.behind.len() as u64 + self.under_way.load(Ordering::Relaxed)
    }

    /// Waits up to `wait` for decisions and writes what is there, one batch. Returns how many were written.
    pub fn write_some(&self, store: &Store, wait: Duration) -> usize {
        let Ok(first) = self.behind.recv_timeout(wait) else { return 0 };
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match self.behind.try_recv() {
                Ok(it) => batch.push(it),
                Err(_) => break,
            }
        }
        let count = batch.len();
        self.under_way.fetch_add(count as u64, Ordering::Relaxed);
        let rows: Vec<_> = gathered(batch)
            .into_iter()
            .map(|(it, more)| {
                (
                    decisions::at.eq(it.asker.now.0),
                    decisions::visit.eq(it.asker.visit.to_string()),
                    decisions::actor.eq(format!(
                        "{}/{}",
                        it.asker.actor.kind().as_str(),
                        it.asker.actor.id()
                    )),
                    decisions::workspace.eq(it.asker.actor.workspace().map(|it| it.1.to_string())),
                    decisions::action.eq(it.action.as_str()),
                    decisions::thing.eq(format!("{}/{}", it.kind.as_str(), it.on)),
                    decisions::told.eq(told(&it.told)),
                    decisions::allowed.eq(it.allowed),
                    decisions::decided_by.eq(it.by.join(" ")),
                    decisions::policies.eq(it.policies.to_string()[..16].to_owned()),
                    decisions::more.eq(more),
                )
            })
            .collect();
        let done = store.change(|db| {
            each!(db, it => diesel::insert_into(decisions::table).values(rows).execute(it))?;
            Ok(())
        });
        match done {
            Ok(()) => {
                self.written.fetch_add(count as u64, Ordering::Relaxed);
            }
            Err(e) => {
                tracing::warn!(error = %e, count, "decisions were not logged");
                self.lost.fetch_add(count as u64, Ordering::Relaxed);
            }
        }
        self.under_way.fetch_sub(count as u64, Ordering::Relaxed);
        count
    }

    /// Writes everything that waits; at shut-down, and in tests. What the database refuses first is the last that is tried:
    /// each further batch would wait as long in vain.
    pub fn flush(&self, store: &Store) {
        let lost = self.lost();
        while self.lost() == lost && self.write_some(store, Duration::ZERO) > 0 {}
    }
}

/// Each with how many follow it that differ in the thing alone, where nobody is signed in: a visitor's list may be as long as
/// the public is large, and everybody may ask for it again and again.
fn gathered(batch: Vec<Decided>) -> Vec<(Decided, i64)> {
    let mut rows: Vec<(Decided, i64)> = Vec::with_capacity(batch.len());
    for it in batch {
        match rows.last_mut() {
            Some((first, more)) if is_of_the_same_list(first, &it) => *more += 1,
            _ => rows.push((it, 0)),
        }
    }
    rows
}

fn is_of_the_same_list(first: &Decided, it: &Decided) -> bool {
    matches!(it.asker.actor, Actor::Visitor)
        && (first.asker.visit, first.action, first.kind) == (it.asker.visit, it.action, it.kind)
        && (first.allowed, &first.by, &first.policies) == (it.allowed, &it.by, &it.policies)
        && first.told == it.told
}

/// Words, numbers and digests: none of them holds a space.
fn told(pairs: &[(&str, ContextValue)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

/// The log as the engine takes it.
impl DecisionLog {
    /// Itself behind the engine's interface.
    #[must_use]
    pub fn sink(self: &Arc<Self>) -> Arc<dyn Decisions> {
        self.clone()
    }
}
