//! A request that breaks a claim: put to the ordinary authorizer, told as a sentence, written down as a case.

use super::ask::Broken;
use super::theorems::{Inside, Kind, Theorem};
use super::told::Told;
use crate::breaks::Practices;
use cedar_policy::{Authorizer, Decision, PolicySet};
use cedar_policy_symcc::Env;
use std::fmt;

/// What the ordinary authorizer says of a request, over the policies as they are and not their translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replay {
    decision: Decision,
    /// The deciding policies, sorted.
    pub(crate) by: Vec<String>,
    /// What could not be evaluated.
    pub(crate) errors: Vec<String>,
}

impl Replay {
    /// As the engine has it: what cannot be evaluated is refused.
    pub(crate) fn allowed(&self) -> bool {
        self.decision == Decision::Allow && self.errors.is_empty()
    }

    /// Why it was decided so.
    pub(crate) fn since(&self) -> String {
        let names = || self.by.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        let policies = if self.by.len() == 1 { "policy" } else { "policies" };
        match (self.allowed(), self.by.is_empty()) {
            _ if !self.errors.is_empty() => {
                format!("since it cannot be evaluated: {}", self.errors.join("; "))
            }
            (true, true) => "since nothing stands against it".to_owned(),
            (false, true) => "since no policy allows it".to_owned(),
            (true, false) => format!("since {policies} {} allows it", names()),
            (false, false) => format!("since {policies} {} forbids it", names()),
        }
    }
}

/// Puts a request to the ordinary authorizer.
pub(crate) fn decide(policies: &PolicySet, env: &Env) -> Replay {
    let answer = Authorizer::new().is_authorized(&env.request, policies, &env.entities);
    let mut by: Vec<String> = answer.diagnostics().reason().map(ToString::to_string).collect();
    by.sort();
    let mut errors: Vec<String> = answer.diagnostics().errors().map(ToString::to_string).collect();
    errors.sort();
    Replay { decision: answer.decision(), by, errors }
}

/// One request that shows that a claim does not hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Counterexample {
    /// Who may do what, why, and what that breaks.
    pub sentence: String,
    /// Whether the policies allow it.
    pub allowed: bool,
    /// The policies that decide it.
    pub by: Vec<String>,
    /// Where the policies of this program decide it otherwise: those that do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub built_in: Vec<String>,
    /// A case for `cases/*.toml` with the decision that should be; none where the facts are of a world that the program
    /// has no words for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The facts: asker, thing and context, attribute by attribute.
    pub facts: String,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\n{}", self.sentence, self.case.as_deref().unwrap_or(&self.facts))
    }
}

impl Counterexample {
    /// Tells how the policies of this program decide it, where that is otherwise, and whose practice it touches.
    fn beside(mut self, built_in: &Replay) -> Self {
        if built_in.allowed() != self.allowed && !built_in.by.is_empty() {
            self.built_in.clone_from(&built_in.by);
            let practices = Practices::of(&[]).those(built_in.by.iter().map(String::as_str)).join(", ");
            let since = built_in.since();
            self.sentence = format!(
                "{} The built-in policies decide otherwise, {since}: this touches {practices}.",
                self.sentence
            );
        }
        self
    }
}

/// Tells what broke a theorem. `left` and `right` of the broken claim are as [`super::prover`] put them.
pub(crate) fn tell(theorem: &Theorem, broken: &Broken, built_in: &PolicySet) -> Counterexample {
    let mut told = Told::of(&broken.env);
    if let Inside::Profile(left, right) = &theorem.inside {
        // whatever the example says of these, other values were put for them
        for it in left.iter().chain(right) {
            told = told.map(|told| told.without(it.attribute()));
        }
    }
    let who_what = |may: &str| match &told {
        Some(it) => format!("{} {may} {}", it.who(), it.what()),
        None => format!("Somebody {may} something"),
    };
    // whose decision is told: that of the policies in question
    let (subject, should) = match theorem.kind {
        Kind::Never => (&broken.left, Some(false)),
        Kind::Always => (&broken.right, Some(true)),
        Kind::Silent => (&broken.left, Some(false)),
        _ => (&broken.left, None),
    };
    let may = if subject.allowed() { "may" } else { "may not" };
    let what = match theorem.kind {
        Kind::Narrower | Kind::Same => {
            let (yes, no) = sides(&theorem.inside, broken.left.allowed());
            format!("{} where {yes}, and not where {no}", who_what("may"))
        }
        Kind::Prepared | Kind::Listed => {
            let made = if theorem.kind == Kind::Listed { "the list" } else { "the engine" };
            let says = |it: bool| if it { "allow it" } else { "do not" };
            let says_made = if broken.right.allowed() { "does" } else { "does not" };
            format!(
                "{}: the policies as written {}, and {made} {says_made}",
                who_what("asks to"),
                says(broken.left.allowed())
            )
        }
        Kind::Sound => {
            format!("{}, and that cannot be evaluated: {}", who_what("asks to"), subject.errors.join("; "))
        }
        _ => format!("{}, {}", who_what(may), subject.since()),
    };
    let sentence = format!("{what}; this breaks {}: {}", theorem.guarantee, theorem.says);
    let case = should.and_then(|it| told.as_ref()?.case(&theorem.name, it));
    let facts = told.map(|it| it.facts()).unwrap_or_default();
    let (allowed, by) = (subject.allowed(), subject.by.clone());
    let example = Counterexample { sentence, allowed, by, built_in: Vec::new(), case, facts };
    match theorem.kind {
        // one request and one decision: the others relate two of them
        Kind::Never | Kind::Always => example.beside(&decide(built_in, &broken.env)),
        _ => example,
    }
}

fn sides(inside: &Inside, left: bool) -> (String, String) {
    let list = |puts: &[super::substitute::Put]| {
        puts.iter().map(super::substitute::Put::told).collect::<Vec<_>>().join(" and ")
    };
    let (a, b) = match inside {
        Inside::Profile(a, b) => (list(a), list(b)),
        _ => ("the plan has it".to_owned(), "the plan has it not".to_owned()),
    };
    if left { (a, b) } else { (b, a) }
}
