//! What only a solver can say: that nothing changed at all, or which request tells a mutant from the policy.

use crate::proofs::solver::{Asking, Fault};
use cedar_policy::{Authorizer, Decision, PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::{CompiledPolicySet, Env, equivalent_asserts};

/// Whether two sets of policies decide every request of an environment alike: `None` where they do, else a request that
/// they decide differently. No assumption is made about what is stored, but that it conforms to the schema.
///
/// # Errors
/// Anything but a clear answer of the solver.
pub(super) fn difference(
    asking: &mut Asking<'_>,
    schema: &Schema,
    at: &RequestEnv,
    before: &PolicySet,
    after: &PolicySet,
) -> Result<Option<String>, Fault> {
    let compiled = |them| CompiledPolicySet::compile(them, at, schema).map_err(Fault::from);
    let (was, is) = (compiled(before)?, compiled(after)?);
    let asserts = equivalent_asserts(&was, &is);
    if asking.impossible(&asserts)?.0 {
        return Ok(None);
    }
    let example = asking.example(&asserts)?;
    let example = example.ok_or_else(|| Fault::Failed("it found a request, and then none".into()))?;
    let (was, is) = (decides(&example, before), decides(&example, after));
    if was == is {
        return Err(Fault::Failed(format!("its request is decided alike by both: {example}")));
    }
    Ok(Some(format!("{was:?} becomes {is:?} for {}", told(&example))))
}

fn decides(example: &Env, policies: &PolicySet) -> Decision {
    Authorizer::new().is_authorized(&example.request, policies, &example.entities).decision()
}

/// The request and the entities in it, in one line.
fn told(example: &Env) -> String {
    example.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
