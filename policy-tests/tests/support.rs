//! What all tests share: the engine, and how hard to try.

use policy::{Bundle, Engine};
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRng, TestRunner};
use std::sync::LazyLock;

/// The policies as they are built in.
pub(crate) static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::load(&Bundle::embedded()).expect("the policies load"));

/// How many cases a property tries: `KALINKLO_LONG=1` tries fifty times as many.
pub(crate) fn times(quick: u32) -> u32 {
    if std::env::var_os("KALINKLO_LONG").is_some_and(|it| it == "1") { quick * 50 } else { quick }
}

/// The seed of everything random: `KALINKLO_SEED`, or always the same.
pub(crate) fn seed() -> u64 {
    std::env::var("KALINKLO_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(7)
}

/// A runner that tries the same cases on every day and machine.
pub(crate) fn runner(quick: u32) -> TestRunner {
    let config = Config {
        cases: times(quick),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed()),
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
