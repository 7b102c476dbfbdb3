//! What only a solver can say: that a theorem fell, or that nothing changed at all.

use cedar_policy::{PolicySet, RequestEnv};

/// Whether two sets of policies decide alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Equal {
    /// Every request of the environment, under these assumptions about stored facts.
    Proved(Vec<String>),
    /// Not this one.
    Differs(String),
}

/// Somebody who proves. A fault is never a proof.
pub trait Prover: Sync {
    /// The name of a theorem of this environment that does not hold for these policies.
    ///
    /// # Errors
    /// The solver failed.
    fn theorem(&self, at: &RequestEnv, policies: &PolicySet) -> Result<Option<String>, String>;

    /// Whether both decide every request of this environment alike.
    ///
    /// # Errors
    /// The solver failed.
    fn equal(&self, at: &RequestEnv, before: &PolicySet, after: &PolicySet) -> Result<Equal, String>;
}
