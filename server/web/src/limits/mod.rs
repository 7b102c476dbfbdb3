//! Rate limits (spec P12): the generic cell rate algorithm, keyed by address and by actor, asked before any look-up.
//!
//! Every class can be configured and none can be switched off. Keys are held in memory of one server; growing delays
//! at sign-in, which must hold across servers, are the store's.

mod keys;
mod ticks;

pub use keys::SHARED;
pub use ticks::Ticks;

use crate::http::address;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};
use keys::{Key, Keys};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Every request, by address.
    Read,
    /// What changes something, by actor (by address where nobody is signed in).
    Mutation,
    /// Forms that strangers may send, by address.
    PublicForm,
    /// Sign-in, by address.
    SignIn,
    /// Refusals, by actor: who asks again and again for what is not theirs is slowed.
    Probe,
}

/// So many at once, refilled evenly over a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// How many at once.
    pub burst: NonZeroU32,
    /// Seconds in which `burst` is refilled.
    pub seconds: NonZeroU32,
}

impl Allowance {
    /// `burst` in `seconds`; zeroes count as one.
    #[must_use]
    pub const fn of(burst: u32, seconds: u32) -> Self {
        const fn least_one(it: u32) -> NonZeroU32 {
            match NonZeroU32::new(it) {
                Some(it) => it,
                None => NonZeroU32::MIN,
            }
        }
        Self { burst: least_one(burst), seconds: least_one(seconds) }
    }

    fn quota(self) -> Quota {
        let refill = Duration::from_secs(u64::from(self.seconds.get())) / self.burst.get();
        // A refill faster than the clock can tell apart is one a nanosecond.
        Quota::with_period(refill.max(Duration::from_nanos(1)))
            .unwrap_or_else(|| Quota::per_second(self.burst))
            .allow_burst(self.burst)
    }
}

/// Configuration of all limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Allowances {
    /// Every request, by address.
    pub read: Allowance,
    /// Changes, by actor.
    pub mutation: Allowance,
    /// Public forms, by address.
    pub public_form: Allowance,
    /// Sign-in, by address.
    pub sign_in: Allowance,
    /// Refusals, by actor.
    pub probe: Allowance,
    /// Failed sign-ins, by address: `burst` of them cost nothing, the next waits `seconds`, and each more twice as long. Kept
    /// in the database.
    pub sign_in_failed: Allowance,
    /// Most keys a class remembers; beyond it those who are new share [`SHARED`] ones.
    pub keys: NonZeroU32,
}

impl Default for Allowances {
    fn default() -> Self {
        Self {
            read: Allowance::of(1200, 60),
            mutation: Allowance::of(120, 60),
            public_form: Allowance::of(10, 600),
            sign_in: Allowance::of(20, 600),
            probe: Allowance::of(60, 600),
            sign_in_failed: Allowance::of(10, 30),
            keys: Allowance::of(200_000, 1).burst,
        }
    }
}

impl Key {
    fn of(address: Option<IpAddr>) -> Self {
        address.map_or(Self::Nowhere, |it| Self::Address(address::limit_key(it)))
    }
}

/// How often it is recorded that one and the same met a limit.
const NEWS: Allowance = Allowance::of(1, 600);

type Limiter = RateLimiter<Key, Keys, Ticks, NoOpMiddleware<Nanos>>;

/// The limiters of this server.
pub struct Limits {
    read: Limiter,
    mutation: Limiter,
    public_form: Limiter,
    sign_in: Limiter,
    probe: Limiter,
    news: Limiter,
    sign_in_failed: Allowance,
    ticks: Ticks,
    keys: usize,
    /// The second of the last sweep for want of room.
    swept: AtomicU64,
}

/// Too many; come again after so many seconds, rounded up and at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub u64);

impl Limits {
    /// Limits as configured, in the time that `ticks` tells.
    #[must_use]
    pub fn new(allowed: &Allowances, ticks: &Ticks) -> Self {
        let keys = usize::try_from(allowed.keys.get()).unwrap_or(usize::MAX);
        let limiter = |it: Allowance| Limiter::new(it.quota(), Keys::new(keys), ticks.clone());
        Self {
            read: limiter(allowed.read),
            mutation: limiter(allowed.mutation),
            public_form: limiter(allowed.public_form),
            sign_in: limiter(allowed.sign_in),
            probe: limiter(allowed.probe),
            news: limiter(NEWS),
            sign_in_failed: allowed.sign_in_failed,
            ticks: ticks.clone(),
            keys,
            swept: AtomicU64::new(0),
        }
    }

    /// What failed sign-ins of one address may cost, which the store counts.
    pub(crate) fn sign_in_failed(&self) -> Allowance {
        self.sign_in_failed
    }

    /// Counts one from an address (an IPv6 network of /64 as one). An unknown address is one key for all.
    ///
    /// # Errors
    /// Too many: how long to wait.
    pub fn address(&self, class: Class, from: Option<IpAddr>) -> Result<(), Wait> {
        self.count(self.of(class), Key::of(from))
    }

    /// Counts one by an actor.
    ///
    /// # Errors
    /// Too many: how long to wait.
    pub fn actor(&self, class: Class, actor: [u8; 32]) -> Result<(), Wait> {
        self.count(self.of(class), Key::Actor(actor))
    }

    /// Whether it is to be recorded that this actor, or without one this address, met a limit: once in ten minutes.
    pub fn is_news(&self, actor: Option<[u8; 32]>, from: Option<IpAddr>) -> bool {
        self.count(&self.news, actor.map_or_else(|| Key::of(from), Key::Actor)).is_ok()
    }

    fn count(&self, limiter: &Limiter, key: Key) -> Result<(), Wait> {
        if limiter.len() >= self.keys {
            self.make_room(limiter);
        }
        limiter.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(self.ticks.now());
            Wait(wait.as_secs() + u64::from(wait.subsec_nanos() > 0).max(u64::from(wait.is_zero())))
        })
    }

    /// Forgets who has not come for so long that their allowance is full again; at most once a second, however many come.
    fn make_room(&self, limiter: &Limiter) {
        let second = Duration::from(self.ticks.now()).as_secs();
        let last = self.swept.load(Ordering::Relaxed);
        if second > last
            && self.swept.compare_exchange(last, second, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            limiter.retain_recent();
        }
    }

    fn of(&self, class: Class) -> &Limiter {
        match class {
            Class::Read => &self.read,
            Class::Mutation => &self.mutation,
            Class::PublicForm => &self.public_form,
            Class::SignIn => &self.sign_in,
            Class::Probe => &self.probe,
        }
    }

    fn all(&self) -> [&Limiter; 6] {
        [&self.read, &self.mutation, &self.public_form, &self.sign_in, &self.probe, &self.news]
    }

    /// Forgets keys whose allowance is full again; to be called once a minute.
    pub fn sweep(&self) {
        for limiter in self.all() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// Keys held, of all classes together, but for those that are shared.
    #[must_use]
    pub fn held(&self) -> usize {
        self.all().iter().map(|it| it.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn limits(allowed: &Allowances) -> (Limits, Arc<AtomicU64>) {
        let seconds = Arc::new(AtomicU64::new(1));
        let told = Arc::clone(&seconds);
        let ticks = Ticks::of(move || Duration::from_secs(told.load(Ordering::Relaxed)));
        (Limits::new(allowed, &ticks), seconds)
    }

    #[test]
    fn so_many_at_once_then_a_wait_then_again() {
        let allowed = Allowances { public_form: Allowance::of(3, 60), ..Allowances::default() };
        let (limits, seconds) = limits(&allowed);
        let (one, other) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        for _ in 0..3 {
            assert_eq!(limits.address(Class::PublicForm, one), Ok(()));
        }
        assert_eq!(limits.address(Class::PublicForm, one), Err(Wait(20)));
        assert_eq!(limits.address(Class::PublicForm, other), Ok(()));
        assert_eq!(limits.address(Class::SignIn, one), Ok(()));
        seconds.fetch_add(20, Ordering::Relaxed);
        assert_eq!(limits.address(Class::PublicForm, one), Ok(()));
        assert_eq!(limits.address(Class::PublicForm, one), Err(Wait(20)));
    }

    #[test]
    fn a_network_counts_as_one_and_nobody_counts_too() {
        let allowed = Allowances { sign_in: Allowance::of(1, 60), ..Allowances::default() };
        let (limits, _) = limits(&allowed);
        assert!(limits.address(Class::SignIn, "2001:db8::1".parse().ok()).is_ok());
        assert!(limits.address(Class::SignIn, "2001:db8::2".parse().ok()).is_err());
        assert!(limits.address(Class::SignIn, None).is_ok());
        assert!(limits.address(Class::SignIn, None).is_err());
        assert!(limits.actor(Class::SignIn, [1; 32]).is_ok());
    }

    #[test]
    fn memory_is_bounded_and_swept() {
        let allowed = Allowances { keys: Allowance::of(100, 1).burst, ..Allowances::default() };
        let (limits, seconds) = limits(&allowed);
        for it in 0..10_000_u32 {
            let _ = limits.address(Class::Read, Some(IpAddr::from(it.to_be_bytes())));
        }
        assert!(limits.held() <= 100, "{}", limits.held());
        seconds.fetch_add(3600, Ordering::Relaxed);
        limits.sweep();
        assert_eq!(limits.held(), 0);
    }

    /// Whoever was known before memory was full keeps an allowance of their own; who is new shares, and does once there is
    /// room again.
    #[test]
    fn many_addresses_take_nothing_from_those_who_are_known() {
        let keys = Allowance::of(100, 1).burst;
        let allowed = Allowances { keys, read: Allowance::of(3, 3600), ..Allowances::default() };
        let (limits, seconds) = limits(&allowed);
        let (known, later) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        assert!(limits.address(Class::Read, known).is_ok());
        for it in 0..10_000_u32 {
            let _ = limits.address(Class::Read, Some(IpAddr::from((it | 0x0A00_0000).to_be_bytes())));
        }
        assert!(limits.held() <= 100, "{}", limits.held());
        let tried = |from| [(); 3].map(|()| limits.address(Class::Read, from).is_ok());
        assert_eq!(tried(known), [true, true, false], "one of three was spent before");
        assert_eq!(tried(later), [false; 3], "the shared ones are spent");
        // an hour later all are full again, and their places free
        seconds.fetch_add(3600, Ordering::Relaxed);
        assert_eq!(tried(later), [true; 3]);
        assert!(limits.held() < 100, "{}", limits.held());
    }

    /// A network of one person's is one key: sixty-four bits of addresses fill nothing.
    #[test]
    fn one_network_fills_no_memory() {
        let (limits, _) = limits(&Allowances::default());
        for it in 0..1000_u128 {
            let from = std::net::Ipv6Addr::from((0x2001_0db8 << 96) | it);
            let _ = limits.address(Class::Read, Some(from.into()));
        }
        assert_eq!(limits.held(), 1);
    }

    #[test]
    fn that_a_limit_was_met_is_news_once_a_window_for_each() {
        let (limits, seconds) = limits(&Allowances::default());
        let (one, other) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        let news = |at: &[(Option<[u8; 32]>, Option<IpAddr>)]| {
            at.iter().map(|it| limits.is_news(it.0, it.1)).collect::<Vec<_>>()
        };
        let all = [(None, one), (None, other), (Some([1; 32]), one), (Some([2; 32]), one)];
        assert_eq!(news(&all), [true; 4]);
        assert_eq!(news(&all), [false; 4]);
        seconds.fetch_add(600, Ordering::Relaxed);
        assert_eq!(news(&all), [true; 4]);
    }

    #[test]
    fn a_limit_cannot_be_switched_off() {
        assert_eq!(Allowance::of(0, 0), Allowance::of(1, 1));
        assert!(serde_json::from_str::<Allowance>("{\"burst\":0,\"seconds\":1}").is_err());
        let (limits, _) = limits(&Allowances { read: Allowance::of(u32::MAX, 1), ..Allowances::default() });
        assert!(limits.address(Class::Read, None).is_ok());
    }
}
