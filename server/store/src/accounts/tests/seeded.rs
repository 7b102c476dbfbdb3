//! Time and randomness of the tests of accounts, in the store and on its pages: both grounds include this file.

use domain::{Mint, Moment};

/// The instant at which every test begins.
pub(crate) const NOW: Moment = Moment(1_800_000_000_000_000);

/// Randomness that repeats (the splitmix64 sequence). Ids, which take ten bytes, count up, so that rows made at one
/// instant stand in the order in which they were made.
pub(crate) struct Seeded(pub(crate) u64, pub(crate) u32);
impl Mint for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        if bytes.len() == 10 {
            self.1 += 1;
            bytes.fill(0);
            bytes[4..8].copy_from_slice(&self.1.to_be_bytes());
            return;
        }
        for chunk in bytes.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut it = self.0;
            it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(it ^ (it >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}
