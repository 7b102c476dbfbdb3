//! What each policy is needed for: the theorems that are proved where it speaks, and those that fall without it.

use super::ground::{Ground, Place, Spoken};
use super::prover::Prover;
use super::report::{Report, Verdict};
use super::solver::Fault;
use cedar_policy::PolicySet;
use std::collections::{BTreeMap, BTreeSet};

/// Names of theorems, each with a number of environments.
pub type Counted = BTreeMap<String, usize>;

impl Prover {
    /// In how many environments a policy's scope speaks, and in how many of them each theorem is proved.
    #[must_use]
    pub fn speaking(&self, policy: &cedar_policy::Policy, report: &Report) -> (usize, Counted) {
        let spoken = Spoken::of(policy.clone());
        let here = |ground: &Ground| -> BTreeSet<String> {
            ground.places.iter().filter(|it| spoken.speaks_in(it)).map(|it| it.name.clone()).collect()
        };
        let shipped = here(&self.shipped);
        let mut proved = Counted::new();
        for row in report.theorems.iter().filter(|it| it.verdict == Verdict::Proved && it.about.is_none()) {
            if shipped.contains(&row.environment) {
                *proved.entry(row.name.clone()).or_default() += 1;
            }
        }
        (shipped.len(), proved)
    }

    /// The theorems that no longer hold without a policy, with the number of environments in which each does not. Only
    /// theorems about single environments are asked, and only where the policy speaks: elsewhere nothing changed.
    ///
    /// # Errors
    /// The solver fails, or the policies are no set without it.
    pub fn falls(
        &mut self,
        policies: &PolicySet,
        without: &cedar_policy::PolicyId,
    ) -> Result<Counted, Fault> {
        let others = policies.policies().filter(|it| it.id() != without).cloned();
        let others = PolicySet::from_policies(others).map_err(|e| Fault::Unaskable(e.to_string()))?;
        let Some(spoken) = policies.policy(without).map(|it| Spoken::of(it.clone())) else {
            return Err(Fault::Unaskable(format!("no policy `{without}`")));
        };
        let narrow = |ground: &mut Ground| -> Vec<Place> {
            let (here, there) =
                std::mem::take(&mut ground.places).into_iter().partition(|it| spoken.speaks_in(it));
            ground.places = here;
            there
        };
        let elsewhere = [narrow(&mut self.shipped), narrow(&mut self.extended)];
        let report = self.prove(&others, &|it| it.kind.is_of_environments());
        for (ground, places) in [&mut self.shipped, &mut self.extended].into_iter().zip(elsewhere) {
            ground.places.extend(places);
            ground.places.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let mut fallen = Counted::new();
        for row in report.broken() {
            if let Some(fault) = &row.fault {
                return Err(Fault::Failed(format!("{} in {}: {fault}", row.name, row.environment)));
            }
            *fallen.entry(row.name.clone()).or_default() += 1;
        }
        Ok(fallen)
    }
}
