//! Which clauses of which policies the cases try, both ways.

use crate::ask;
use crate::cases::Cases;
use policy::{Engine, Rule, Verdict};
use std::collections::BTreeMap;
use std::fmt;

/// One clause of a policy, as it is left for an environment, and how the cases tried it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// In some case it held, and the whole policy applied.
    pub holds: bool,
    /// In some case it failed, and nothing else kept the policy from applying.
    pub fails_alone: bool,
}

/// A clause that the cases do not try both ways.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The policy.
    pub policy: String,
    /// The clause.
    pub clause: String,
    /// What no case shows.
    pub missing: &'static str,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: no case where {}: {}", self.policy, self.missing, self.clause)
    }
}

/// Every clause that some case reaches, by policy and text.
#[must_use]
pub fn clauses(engine: &Engine, cases: &Cases) -> BTreeMap<(String, String), Tried> {
    let mut all: BTreeMap<(String, String), Tried> = BTreeMap::new();
    for case in &cases.all {
        let Ok(said) = ask::explain(engine, &case.asker, case.action, &case.on, &case.told) else { continue };
        for rule in &said.rules {
            for (at, clause) in rule.clauses.iter().enumerate() {
                let tried = all.entry((rule.policy.id.clone(), clause.text.clone())).or_default();
                tried.holds |= rule.verdict == Verdict::Holds;
                tried.fails_alone |= clause.verdict == Verdict::Fails && alone(rule, at);
            }
        }
    }
    all
}

/// A clause after `has` cannot be evaluated where `has` fails; that is no second reason.
fn alone(rule: &Rule, at: usize) -> bool {
    rule.clauses.iter().enumerate().all(|(other, it)| other == at || it.verdict != Verdict::Fails)
}

/// Every clause that the cases do not try both ways.
#[must_use]
pub fn gaps(engine: &Engine, cases: &Cases) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for ((policy, clause), tried) in clauses(engine, cases) {
        if !tried.holds {
            gaps.push(Gap {
                policy: policy.clone(),
                clause: clause.clone(),
                missing: "the whole policy applies by",
            });
        }
        if !tried.fails_alone {
            gaps.push(Gap { policy, clause, missing: "this alone fails" });
        }
    }
    gaps
}
