//! Sets of policies that are made of others, to be compared with them.

use super::ask::{Answer, Claim, Desk};
use super::ground::{Half, Spoken};
use super::solver::Fault;
use super::substitute::{Put, capabilities, substitute};
use super::theorems::Inside;
use cedar_policy::{Policy, PolicyId};

/// The same policies with one value and with another.
pub(crate) type Pair = (Vec<Spoken>, Vec<Spoken>);

/// The pairs of policies that a theorem relates.
pub(crate) fn pairs(policies: &[Spoken], inside: &Inside) -> Result<Vec<Pair>, Fault> {
    let pair = |left: &[Put], right: &[Put]| Ok((substitute(policies, left)?, substitute(policies, right)?));
    match inside {
        Inside::Profile(left, right) => Ok(vec![pair(left, right)?]),
        Inside::Plan => {
            let one = |it: String| pair(&[Put::Capability(it.clone(), true)], &[Put::Capability(it, false)]);
            capabilities(policies)?.into_iter().map(one).collect()
        }
        _ => Ok(Vec::new()),
    }
}

/// Relates each pair in one environment.
pub(crate) fn relate(
    desk: &mut Desk<'_, '_>,
    claim: Claim,
    pairs: &Result<Vec<Pair>, Fault>,
    here: &[usize],
) -> Result<Answer, Fault> {
    let mut all = Answer::Silent;
    for (left, right) in pairs.as_ref().map_err(Clone::clone)? {
        let half = |them: &[Spoken]| Half::of(here.iter().map(|at| &them[*at]));
        match desk.claim(claim, &half(left), &half(right))? {
            Answer::Silent => {}
            Answer::Holds => all = Answer::Holds,
            broken => return Ok(broken),
        }
    }
    Ok(all)
}

/// Policies made of conditions, as they are evaluated.
pub(crate) fn half_of<'a>(
    them: impl IntoIterator<Item = (cedar_policy::Effect, &'a str, Option<&'a str>)>,
) -> Result<Half, Fault> {
    let mut all = Vec::new();
    for (effect, id, when) in them {
        let when = when.map(|it| format!(" when {{ {it} }}")).unwrap_or_default();
        let text = format!("{effect}(principal, action, resource){when};");
        let policy = Policy::parse(Some(PolicyId::new(id)), &text);
        all.push(Spoken::of(
            policy.map_err(|e| Fault::Unaskable(format!("`{id}` as it is evaluated: {e}")))?,
        ));
    }
    Ok(Half::of(&all))
}
