//! How hard to try, and with what.

use super::cache::Verdicts;
use super::solver::Solver;
use std::path::PathBuf;

/// How to prove.
#[derive(Debug, Clone)]
pub struct Options {
    /// The solver.
    pub solver: Solver,
    /// The folder of verdicts reached before; none asks everything anew.
    pub cache: Option<PathBuf>,
    /// Whether to stop at the first theorem that does not hold, for who only asks whether one breaks.
    pub stop_at_first: bool,
}

impl Default for Options {
    /// The solver and the cache of this machine; every theorem.
    fn default() -> Self {
        Self { solver: Solver::default(), cache: Verdicts::folder(), stop_at_first: false }
    }
}
