//! What only a solver can say: that nothing changed at all.

use crate::proofs::Fault;
use crate::proofs::solver::Asking;
use cedar_policy::{PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::{CompiledPolicySet, equivalent_asserts};

/// Whether two sets of policies decide every request of an environment alike. No assumption is made about what is
/// stored, but that it conforms to the schema.
///
/// # Errors
/// Anything but a clear answer of the solver.
pub(super) fn equivalent(
    asking: &mut Asking<'_>,
    schema: &Schema,
    at: &RequestEnv,
    before: &PolicySet,
    after: &PolicySet,
) -> Result<bool, Fault> {
    let compiled = |them| CompiledPolicySet::compile(them, at, schema).map_err(Fault::from);
    let (was, is) = (compiled(before)?, compiled(after)?);
    Ok(asking.impossible(&equivalent_asserts(&was, &is))?.0)
}
