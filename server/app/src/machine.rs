//! The machine's clock and randomness; everything else gets them as arguments.

use domain::{Mint, Moment};
use std::sync::Arc;
use web::Clock;

/// The present moment.
#[allow(clippy::disallowed_methods)] // the one place
pub(crate) fn now() -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// The machine's clock, as the boundary takes it.
pub(crate) fn clock() -> Clock {
    Arc::new(now)
}

/// The operating system's randomness.
pub(crate) struct Os;
impl Mint for Os {
    fn fill(&mut self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // without randomness every secret would be guessable: stop rather than go on
            std::process::abort();
        }
    }
}

/// Randomness that repeats itself, for worlds that can be made again: `splitmix64` from a seed. Never for secrets that
/// guard anything.
pub(crate) struct Seeded(pub(crate) u64);
impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^ (it >> 31)
    }
    /// A number below `end`; 0 where `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }
}
impl Mint for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}
