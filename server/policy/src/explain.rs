//! Why, and why not: every policy that speaks of a question, clause by clause as it is written, and what single change
//! would turn the answer.

mod clauses;
mod near;
mod words;

pub use clauses::{Clause, Form, Place, Verdict};
pub use near::{Change, MOST_CHANGES, MOST_NEAR, MOST_TRIES, Near};

use crate::action::Action;
use crate::actor::Asker;
use crate::bundle::PolicyText;
use crate::engine::{Engine, Why};
use crate::facts::Facts;
use clauses::Trial;
use std::collections::HashSet;

/// One policy that speaks of this environment.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Rule {
    /// The policy.
    pub policy: PolicyText,
    /// Whether it applied.
    pub verdict: Verdict,
    /// Its scope and its conditions, in the order of the text; all must hold for it to apply.
    pub clauses: Vec<Clause>,
}

/// The whole answer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Explained {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The deciding policies' ids.
    pub by: Vec<String>,
    /// What went wrong, when something did.
    pub fault: Option<String>,
    /// Every policy of the environment, those that decided first.
    pub rules: Vec<Rule>,
    /// How many policies speak of other questions only.
    pub silent: usize,
    /// What would turn the answer.
    pub near: Vec<Near>,
    /// The digest of the policies that were asked.
    pub policies: domain::Digest,
}

impl Explained {
    /// The answer as a sentence: what the deciding policy says of itself.
    #[must_use]
    pub fn sentence(&self) -> &str {
        let decided = self.rules.iter().find(|it| self.by.contains(&it.policy.id));
        match decided {
            Some(it) => &it.policy.says,
            None if self.fault.is_some() => "A policy could not be evaluated, and so it is refused.",
            None => "No policy allows it.",
        }
    }
}

impl Engine {
    /// Decides as [`Engine::decide`] and says why, policy by policy and clause by clause. Makes no permit and no line of
    /// the log.
    #[must_use]
    pub fn explain<A: Action>(&self, asker: &Asker, on: &A::On, input: &A::Input) -> Explained {
        let (allowed, by, fault) = match self.answer::<A>(asker, on, input) {
            Ok(by) => (true, by, None),
            Err(Why::NothingAllows) => (false, Vec::new(), None),
            Err(Why::Forbidden(by)) => (false, by, None),
            Err(Why::Faulty(text)) => (false, Vec::new(), Some(text)),
        };
        let by: Vec<String> = by.iter().map(ToString::to_string).collect();
        let mut rules = self.rules::<A>(asker, on, input);
        rules.sort_by_key(|it| !by.contains(&it.policy.id));
        let near =
            if fault.is_none() { self.near::<A>(asker, on, input, allowed, &rules) } else { Vec::new() };
        let silent = self.texts.len() - rules.len();
        Explained { allowed, by, fault, rules, silent, near, policies: self.digest() }
    }

    /// The policies that speak of this environment, each as it is written.
    fn rules<A: Action>(&self, asker: &Asker, on: &A::On, input: &A::Input) -> Vec<Rule> {
        let at = (asker.actor.kind(), A::NAME, on.kind());
        let (Some(slice), Ok(trial)) = (self.slices.get(&at), Trial::of::<A>(self, asker, on, input)) else {
            return Vec::new();
        };
        let speak: HashSet<String> = slice.residuals.policies().map(|it| it.id().to_string()).collect();
        self.texts.iter().filter(|it| speak.contains(&it.id)).map(|it| trial.rule(it)).collect()
    }
}
