//! What a change of policies changes: for each environment one request that is decided otherwise, over all requests.

use super::ask::{Answer, Claim, Desk};
use super::ground::{Half, Place, Spoken, spoken};
use super::options::Options;
use super::prover::Prover;
use super::solver::{Asking, Fault};
use super::told::Told;
use super::witness::Replay;
use cedar_policy::PolicySet;

/// One environment in which two sets of policies differ, with one request that shows it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Difference {
    /// Principal type, action and resource type.
    pub environment: String,
    /// Whether the old policies allow the request.
    pub from: bool,
    /// Whether the new ones do.
    pub to: bool,
    /// Who may do what now, or no longer, and why.
    pub sentence: String,
    /// The policies that decided it, and those that decide it now.
    pub by: (Vec<String>, Vec<String>),
    /// A case for `cases/*.toml` with the new decision, where the program has words for the facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The facts, attribute by attribute.
    pub facts: String,
}

/// What changes between two sets of policies of one schema: newly allowed first, then newly denied, by environment.
/// At most one request for each direction and environment; none at all is a proof that nothing changes.
///
/// # Errors
/// There is no solver, or a question could not be answered: then nobody knows, and nothing is said.
pub fn differences(
    old: &PolicySet,
    new: &PolicySet,
    schema: &str,
    options: Options,
) -> Result<Vec<Difference>, Fault> {
    Prover::new(schema, options)?.differences(old, new)
}

impl Prover {
    /// As [`differences`], for who compares often.
    ///
    /// # Errors
    /// A question could not be answered.
    pub fn differences(&self, old: &PolicySet, new: &PolicySet) -> Result<Vec<Difference>, Fault> {
        let (old, new) = (spoken(old), spoken(new));
        let jobs: Vec<&Place> = self.shipped.places.iter().collect();
        let found = self.options.solver.each(&jobs, |asking, place| self.differ(asking, place, &old, &new));
        self.verdicts.save();
        let mut all = Vec::new();
        for it in found {
            all.extend(it?);
        }
        all.sort_by_key(|it| it.from);
        Ok(all)
    }

    fn differ(
        &self,
        asking: &mut Asking<'_>,
        place: &Place,
        old: &[Spoken],
        new: &[Spoken],
    ) -> Result<Vec<Difference>, Fault> {
        let here = |them: &'_ [Spoken]| Half::of(them.iter().filter(|it| it.speaks_in(place)));
        let (old, new) = (here(old), here(new));
        let mut desk = Desk::new(&self.shipped, place, asking, &self.verdicts, &self.guarantees.words);
        both_ways(&mut desk, &old, &new)
    }
}

/// One request that is newly allowed, and one that is newly denied, where there are any.
pub(super) fn both_ways(desk: &mut Desk<'_, '_>, old: &Half, new: &Half) -> Result<Vec<Difference>, Fault> {
    let mut all = Vec::new();
    if old.digest == new.digest {
        return Ok(all);
    }
    // who is allowed by the left and not by the right
    for (from, left, right) in [(false, new, old), (true, old, new)] {
        if let Answer::Breaks(broken) = desk.claim(Claim::Implies, left, right)? {
            let (before, now) =
                if from { (&broken.left, &broken.right) } else { (&broken.right, &broken.left) };
            all.push(difference(&desk.place.name, from, before, now, Told::of(&broken.env)));
        }
    }
    Ok(all)
}

fn difference(
    environment: &str,
    from: bool,
    before: &Replay,
    now: &Replay,
    told: Option<Told>,
) -> Difference {
    let (who, what) = told.as_ref().map(|it| (it.who(), it.what())).unwrap_or_default();
    let may = if from { "may no longer" } else { "may now" };
    let sentence = format!("{who} {may} {what}, {}; before it was so {}.", now.since(), before.since());
    Difference {
        environment: environment.to_owned(),
        from,
        to: !from,
        sentence,
        by: (before.by.clone(), now.by.clone()),
        case: told.as_ref().and_then(|it| it.case("changed by this change", !from)),
        facts: told.map(|it| it.facts()).unwrap_or_default(),
    }
}
