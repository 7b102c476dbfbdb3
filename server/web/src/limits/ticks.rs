//! Time that only goes forward, for limits; handed in like every clock.

use governor::clock::{Clock, DefaultClock, Reference};
use governor::nanos::Nanos;
use std::sync::Arc;
use std::time::Duration;

/// Tells how long it is since some moment that never changes.
#[derive(Clone)]
pub struct Ticks(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Ticks {
    /// Time as `tell` tells it.
    pub fn of(tell: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// The machine's steady clock, from now on. For the program's edge.
    #[must_use]
    pub fn steady() -> Self {
        let clock = DefaultClock::default();
        let start = clock.now();
        Self::of(move || Duration::from(clock.now().duration_since(start)))
    }
}

impl Clock for Ticks {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        // 584 years fit into the 64 bits of `Nanos`.
        Nanos::new(u64::try_from((self.0)().as_nanos()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_goes_forward() {
        let ticks = Ticks::steady();
        assert!(ticks.now() <= ticks.now());
    }
}
