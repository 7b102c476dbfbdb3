//! Which policies decide: the program's own, or those that were activated on this database.
//!
//! A [`Store`] is bound to one engine for as long as it lives, so that whoever holds one meets one set of policies from
//! beginning to end. [`Store::current`] gives one that is bound to what decides now; a change takes up what is active in
//! its own transaction.

use crate::db::Db;
use crate::error::StoreError;
use crate::lists;
use crate::policies;
use crate::pools::Store;
use domain::Digest;
use parking_lot::{Mutex, RwLock};
use policy::{Bundle, Engine};
use std::sync::Arc;

/// Which policies decide here, and whether they are those that should.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InForce {
    /// Those that decide.
    pub digest: Digest,
    /// Those that this program brings.
    pub built_in: Digest,
    /// Those that are active on this database and cannot decide here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Policies that are active and cannot decide here.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// Which.
    pub digest: Digest,
    /// Why not.
    pub why: String,
}

/// The engine that decides, shared by all stores of one database.
pub(crate) struct Standing {
    built_in: Arc<Engine>,
    /// What staged policies must have been proved to keep.
    guarantees: Digest,
    now: RwLock<Now>,
    /// Held while a set is prepared, so that one activation is prepared once.
    preparing: Mutex<()>,
}

#[derive(Clone)]
struct Now {
    engine: Arc<Engine>,
    /// The activation that was looked at last; 0 before the first.
    seq: i64,
    fault: Option<Fault>,
}

impl Standing {
    pub(crate) fn new(built_in: Arc<Engine>, guarantees: Digest) -> Self {
        let now = Now { engine: built_in.clone(), seq: 0, fault: None };
        Self { built_in, guarantees, now: RwLock::new(now), preparing: Mutex::new(()) }
    }

    pub(crate) fn guarantees(&self) -> Digest {
        self.guarantees
    }

    pub(crate) fn built_in(&self) -> &Arc<Engine> {
        &self.built_in
    }

    pub(crate) fn engine(&self) -> Arc<Engine> {
        self.now.read().engine.clone()
    }

    pub(crate) fn in_force(&self) -> InForce {
        let now = self.now.read();
        InForce { digest: now.engine.digest(), built_in: self.built_in.digest(), fault: now.fault.clone() }
    }

    /// Takes up what was activated since the last look, whole or not at all. A set that cannot decide here leaves those
    /// before it in force, and is told in the log once.
    pub(crate) fn follow(&self, db: &mut Db) -> Result<(), StoreError> {
        // never back: who looked a moment earlier may come a moment later
        let news = |seq: i64| seq > self.now.read().seq;
        let (seq, wanted) = policies::active(db)?;
        if !news(seq) {
            return Ok(());
        }
        let _alone = self.preparing.lock();
        if !news(seq) {
            return Ok(());
        }
        let before = self.engine();
        let found = match wanted {
            None => Ok(self.built_in.clone()),
            Some(it) if it == before.digest() => Ok(before.clone()),
            Some(it) if it == self.built_in.digest() => Ok(self.built_in.clone()),
            Some(it) => policies::load(db, self, it)?.map(Arc::new).map_err(|why| Fault { digest: it, why }),
        };
        let now = match found {
            Ok(engine) => {
                tracing::info!(policies = %engine.digest(), activation = seq, "these policies decide now");
                Now { engine, seq, fault: None }
            }
            Err(fault) => {
                let decides = before.digest();
                tracing::error!(policies = %fault.digest, activation = seq, %decides, error = %fault.why, "the active policies cannot decide here; those before decide on");
                Now { engine: before, seq, fault: Some(fault) }
            }
        };
        *self.now.write() = now;
        Ok(())
    }
}

/// The engine of a bundle, where it can decide here: it loads, and each of its lists becomes a query.
pub(crate) fn prepared(built_in: &Engine, bundle: &Bundle) -> Result<Engine, String> {
    let engine = built_in.successor(bundle).map_err(|e| e.to_string())?;
    lists::translatable(&engine)?;
    Ok(engine)
}

impl Store {
    /// The same store, bound to the policies that decide now. Whoever does one piece of work takes it once, at the
    /// beginning.
    #[must_use]
    pub fn current(&self) -> Self {
        self.bound(self.standing().engine())
    }

    /// Whether [`Store::current`] would be bound to the same policies.
    #[must_use]
    pub fn is_current(&self) -> bool {
        Arc::ptr_eq(self.engine(), &self.standing().now.read().engine)
    }

    /// Which policies decide here, and whether they are those that should.
    #[must_use]
    pub fn in_force(&self) -> InForce {
        self.standing().in_force()
    }

    /// Looks what is active on the database, and takes it up. Costs one small query where nothing is new.
    ///
    /// # Errors
    /// The database's; then nothing has changed, and the next look may find it. A set that cannot decide here is no
    /// error: see [`InForce::fault`].
    pub fn follow(&self) -> Result<(), StoreError> {
        let mut db = self.reader()?;
        self.standing().follow(&mut db)
    }

    /// Whether this bundle could decide here.
    ///
    /// # Errors
    /// Why not, with file and line where a place is known.
    pub fn fits(&self, bundle: &Bundle) -> Result<(), String> {
        prepared(self.standing().built_in(), bundle).map(drop)
    }
}
