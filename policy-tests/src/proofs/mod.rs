//! What is proved of the policies, over ALL requests: Cedar's symbolic compiler turns each claim into a formula, and a
//! solver shows that nothing satisfies its contrary.
//!
//! - [`Guarantees`]: what must never be and what must always be allowed, as Cedar, from `guarantees/*.cedar`
//! - [`all`]: every theorem; [`prove`] proves them of any policies of the schema
//! - [`differences`], [`differences_across`]: what a change of policies changes, with one request for each environment
//!
//! A claim that fails comes with a request that breaks it, put to the ordinary authorizer first, as a sentence and as a
//! case. Whatever is no clear answer is a failure. `docs/proofs.md` says what is not proved, and what is trusted.

mod across;
mod ask;
mod cache;
mod declared;
mod differences;
mod falls;
mod ground;
mod guarantees;
mod made;
mod options;
mod prover;
mod report;
pub mod solver;
mod substitute;
mod theorems;
mod told;
mod witness;

pub use across::{Across, differences_across};
pub use ask::Cells;
pub use differences::{Difference, differences};
pub use falls::Counted;
pub use guarantees::{Assumption, Guarantee, Guarantees, Must};
pub use options::Options;
pub use prover::Prover;
pub use report::{Report, Row, Verdict};
pub use solver::{Fault, Solver};
pub(crate) use theorems::BELTS;
pub use theorems::{Kind, Theorem, all, of};
pub use witness::Counterexample;

use cedar_policy::PolicySet;

/// Proves the theorems that `which` chooses, of policies of this schema (Cedar text). Ids of policies are their `@id`s.
///
/// # Errors
/// There is no solver, or the schema or a guarantee cannot be read. What the solver cannot tell is no error, but a
/// row of the report that is no proof.
pub fn prove(
    policies: &PolicySet,
    schema: &str,
    which: &dyn Fn(&Theorem) -> bool,
    options: Options,
) -> Result<Report, Fault> {
    Ok(Prover::new(schema, options)?.prove(policies, which))
}

/// Policies of one text under their own `@id`s, as [`prove`] wants them.
///
/// # Errors
/// The text is no policies, or one has no `@id`, or two have the same.
pub fn policies<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<PolicySet, Fault> {
    let mut all = PolicySet::new();
    for text in texts {
        let set: PolicySet = text.parse().map_err(|e| Fault::Unaskable(format!("{e}")))?;
        for it in set.policies() {
            let id = it.annotation("id").filter(|it| !it.is_empty());
            let id = id.ok_or_else(|| Fault::Unaskable(format!("a policy without `@id`: {it}")))?;
            let it = it.new_id(cedar_policy::PolicyId::new(id));
            all.add(it).map_err(|e| Fault::Unaskable(e.to_string()))?;
        }
    }
    Ok(all)
}
