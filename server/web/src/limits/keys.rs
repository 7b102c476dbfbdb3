//! Where limits keep what they count: a bounded number of keys, and a few more for all who come when there is no room.
//!
//! Who is known keeps what is theirs, however many come after them; memory does not grow with the number of those.

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Address(IpAddr),
    Actor([u8; 32]),
    Shared(u8),
    Nowhere,
}

/// How many keys are shared by those who come when memory is full.
pub const SHARED: usize = 256;

/// So that requests of different people seldom wait for each other.
const SHARDS: usize = 64;

type Shard = HashMap<Key, Nanos>;

/// Keys with the moments at which their allowance is full again.
pub(super) struct Keys {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    held: AtomicUsize,
    most: usize,
}

impl Keys {
    /// Room for so many.
    pub(super) fn new(most: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            held: AtomicUsize::new(0),
            most,
        }
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        let at = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        open(&self.shards[at])
    }

    /// Measures the key where it is known, or where there is room for it. Counted before it is put there, so that many at
    /// once cannot go beyond the bound together.
    fn measure<T, E>(
        &self,
        key: &Key,
        f: &impl Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    ) -> Option<Result<T, E>> {
        let mut shard = self.shard(key);
        if let Some(it) = shard.get_mut(key) {
            return Some(f(Some(*it)).map(|(told, next)| {
                *it = next;
                told
            }));
        }
        let counted = usize::from(key.takes_room());
        if self.held.fetch_add(counted, Ordering::Relaxed) >= self.most && counted > 0 {
            self.held.fetch_sub(counted, Ordering::Relaxed);
            return None;
        }
        let told = f(None).map(|(told, next)| {
            shard.insert(*key, next);
            told
        });
        if told.is_err() {
            self.held.fetch_sub(counted, Ordering::Relaxed);
        }
        Some(told)
    }
}

impl Key {
    /// Whether there could be any number of its kind.
    fn takes_room(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Actor(_))
    }
}

/// Numbers have no invariant that a panic elsewhere could break.
fn open(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StateStore for Keys {
    type Key = Key;

    fn measure_and_replace<T, F, E>(&self, key: &Key, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // a key that is shared always has room
        let told = self.measure(key, &f).or_else(|| self.measure(&shared(key), &f));
        told.unwrap_or_else(|| f(None).map(|it| it.0))
    }
}

impl ShrinkableKeyedStateStore<Key> for Keys {
    fn retain_recent(&self, drop_below: Nanos) {
        for shard in &self.shards {
            let mut shard = open(shard);
            let mut free = 0;
            shard.retain(|key, full_at| {
                let stays = *full_at > drop_below;
                free += usize::from(!stays && key.takes_room());
                stays
            });
            self.held.fetch_sub(free, Ordering::Relaxed);
        }
    }

    fn shrink_to_fit(&self) {
        for shard in &self.shards {
            open(shard).shrink_to_fit();
        }
    }

    /// But for those that are shared, which are few.
    fn len(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One of a few keys for all who come when memory is full: an attacker with many addresses shares them with strangers,
/// but cannot make us forget anybody or grow without end.
fn shared(key: &Key) -> Key {
    let digest = match key {
        Key::Address(IpAddr::V4(it)) => Sha256::digest(it.octets()),
        Key::Address(IpAddr::V6(it)) => Sha256::digest(it.octets()),
        Key::Actor(it) => Sha256::digest(it),
        Key::Shared(it) => return Key::Shared(*it),
        Key::Nowhere => return Key::Nowhere,
    };
    Key::Shared(digest[0])
}
