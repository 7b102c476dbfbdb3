//! One question about two sets of policies in one environment, put to the solver, and its answer checked.

use super::cache::Verdicts;
use super::ground::{Ground, Half, Place, Spoken};
use super::solver::{Asking, By, Fault};
use super::witness::{Replay, decide};
use cedar_policy_symcc::{
    CompiledPolicy, CompiledPolicySet, Env, SymEnv, WellFormedAsserts, always_denies_asserts,
    disjoint_asserts, equivalent_asserts, implies_asserts, never_errors_asserts,
};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What is claimed of two sets of policies for all requests of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// No request is allowed by both.
    Disjoint,
    /// What the left allows, the right allows.
    Implies,
    /// Both allow the same.
    Equivalent,
}

/// How many questions there were, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Cells {
    /// All: each theorem in each environment, each policy where policies are asked one by one.
    pub all: usize,
    /// No policy of a side speaks in the environment, so there is nothing to ask.
    pub silent: usize,
    /// Folded to a constant while the question was made.
    pub folded: usize,
    /// Answered by the solver.
    pub solved: usize,
    /// Answered before, by the same digest.
    pub remembered: usize,
}

impl std::ops::AddAssign for Cells {
    fn add_assign(&mut self, it: Self) {
        self.all += it.all;
        self.silent += it.silent;
        self.folded += it.folded;
        self.solved += it.solved;
        self.remembered += it.remembered;
    }
}

/// A request and a store that break a claim, and what the ordinary authorizer says of them.
pub(crate) struct Broken {
    pub(crate) env: Env,
    pub(crate) left: Replay,
    pub(crate) right: Replay,
}

/// What became of a claim.
pub(crate) enum Answer {
    /// For all requests.
    Holds,
    /// No policy permits anything that the claim could speak of.
    Silent,
    /// Not for this one.
    Breaks(Box<Broken>),
}

/// Asks in one environment; compiles each set once.
pub(crate) struct Desk<'a, 's> {
    pub(crate) ground: &'a Ground,
    pub(crate) place: &'a Place,
    pub(crate) asking: &'a mut Asking<'s>,
    pub(crate) verdicts: &'a Verdicts,
    /// Policies that forbid what the program has no words for; they make examples readable, and prove nothing.
    pub(crate) words: &'a [Spoken],
    pub(crate) cells: Cells,
    world: OnceCell<SymEnv>,
    compiled: HashMap<String, Rc<CompiledPolicySet>>,
}

impl<'a, 's> Desk<'a, 's> {
    pub(crate) fn new(
        ground: &'a Ground,
        place: &'a Place,
        asking: &'a mut Asking<'s>,
        verdicts: &'a Verdicts,
        words: &'a [Spoken],
    ) -> Self {
        let (world, compiled) = (OnceCell::new(), HashMap::new());
        Self { ground, place, asking, verdicts, words, cells: Cells::default(), world, compiled }
    }

    fn world(&self) -> Result<SymEnv, Fault> {
        if let Some(it) = self.world.get() {
            return Ok(it.clone());
        }
        let world = self.ground.world(self.place)?;
        Ok(self.world.get_or_init(|| world).clone())
    }

    fn compile(&mut self, half: &Half) -> Result<Rc<CompiledPolicySet>, Fault> {
        if let Some(it) = self.compiled.get(&half.digest) {
            return Ok(it.clone());
        }
        let (env, schema) = (&self.place.env, &self.ground.schema);
        let it = CompiledPolicySet::compile_with_custom_symenv(&half.set()?, env, schema, self.world()?)?;
        let it = Rc::new(it);
        self.compiled.insert(half.digest.clone(), it.clone());
        Ok(it)
    }

    /// Whether the claim holds here for all requests; where it does not, an example that was replayed.
    pub(crate) fn claim(&mut self, claim: Claim, left: &Half, right: &Half) -> Result<Answer, Fault> {
        self.cells.all += 1;
        let silent = match claim {
            Claim::Disjoint => !left.permits || !right.permits,
            Claim::Implies => !left.permits,
            Claim::Equivalent => (!left.permits && !right.permits) || left.digest == right.digest,
        };
        if silent {
            self.cells.silent += 1;
            return Ok(Answer::Silent);
        }
        let digest = self.digest(&format!("{claim:?}"), &left.digest, &right.digest);
        if self.verdicts.holds(&digest) {
            self.cells.remembered += 1;
            return Ok(Answer::Holds);
        }
        let (a, b) = (self.compile(left)?, self.compile(right)?);
        let asserts = asserts(claim, &a, &b);
        if self.impossible(&asserts)? {
            self.verdicts.remember(digest);
            return Ok(Answer::Holds);
        }
        self.example(claim, left, right).map(|it| Answer::Breaks(Box::new(it)))
    }

    fn digest(&self, question: &str, left: &str, right: &str) -> String {
        self.verdicts.digest(&[&self.ground.digest, &self.place.name, question, left, right])
    }

    fn impossible(&mut self, asserts: &WellFormedAsserts<'_>) -> Result<bool, Fault> {
        let (impossible, by) = self.asking.impossible(asserts)?;
        match by {
            By::Folding => self.cells.folded += 1,
            By::Solving => self.cells.solved += 1,
        }
        Ok(impossible)
    }

    /// An example of what breaks the claim: in the program's own words where there is one.
    fn example(&mut self, claim: Claim, left: &Half, right: &Half) -> Result<Broken, Fault> {
        let place = self.place;
        let words: Vec<&Spoken> = self.words.iter().filter(|it| it.speaks_in(place)).collect();
        // who must allow, and who must (or must not) allow the same
        let tries: Vec<(Claim, &Half, &Half)> = match claim {
            Claim::Disjoint => vec![(Claim::Disjoint, right, left)],
            Claim::Implies => vec![(Claim::Implies, left, right)],
            Claim::Equivalent => vec![(Claim::Implies, left, right), (Claim::Implies, right, left)],
        };
        for plain in [false, true] {
            for (claim, from, to) in &tries {
                let worded = if plain { (*from).clone() } else { (*from).clone().and(words.iter().copied()) };
                let (a, b) = (self.compile(&worded)?, self.compile(to)?);
                let Some(env) = self.asking.example(&asserts(*claim, &a, &b))? else { continue };
                let (l, r) = (decide(&left.set()?, &env), decide(&right.set()?, &env));
                let broken = match claim {
                    Claim::Disjoint => l.allowed() && r.allowed(),
                    _ => l.allowed() != r.allowed(),
                };
                if !broken {
                    return Err(Fault::Failed("its example does not stand up to the authorizer".to_owned()));
                }
                return Ok(Broken { env, left: l, right: r });
            }
        }
        Err(Fault::Failed("it denies the claim and has no example".to_owned()))
    }

    /// Whether the policy can raise an error here; where it can, an example that was replayed.
    pub(crate) fn never_errors(&mut self, policy: &Spoken) -> Result<Answer, Fault> {
        self.cells.all += 1;
        let digest = self.digest("NeverErrors", &policy.text, "");
        if self.verdicts.holds(&digest) {
            self.cells.remembered += 1;
            return Ok(Answer::Holds);
        }
        let world = self.world()?;
        let (env, schema) = (&self.place.env, &self.ground.schema);
        let compiled = CompiledPolicy::compile_with_custom_symenv(&policy.policy, env, schema, world)?;
        let asserts = never_errors_asserts(&compiled);
        if self.impossible(&asserts)? {
            self.verdicts.remember(digest);
            return Ok(Answer::Holds);
        }
        let no = || Fault::Failed("it denies the claim and has no example".to_owned());
        let env = self.asking.example(&asserts)?.ok_or_else(no)?;
        let left = decide(&Half::of([policy]).set()?, &env);
        if left.errors.is_empty() {
            return Err(Fault::Failed("its example does not stand up to the authorizer".to_owned()));
        }
        Ok(Answer::Breaks(Box::new(Broken { env, right: left.clone(), left })))
    }

    /// Whether some request is allowed by `left`, and by `right` too where it is there. The example is replayed.
    pub(crate) fn possible(&mut self, left: &Half, right: Option<&Half>) -> Result<bool, Fault> {
        self.cells.all += 1;
        if !left.permits || right.is_some_and(|it| !it.permits) {
            self.cells.silent += 1;
            return Ok(false);
        }
        let digest = self.digest("Possible", &left.digest, right.map_or("", |it| &it.digest));
        if self.verdicts.holds(&digest) {
            self.cells.remembered += 1;
            return Ok(true);
        }
        let a = self.compile(left)?;
        let b = right.map(|it| self.compile(it)).transpose()?;
        let asserts = match &b {
            Some(b) => disjoint_asserts(&a, b),
            None => always_denies_asserts(&a),
        };
        if self.impossible(&asserts)? {
            return Ok(false);
        }
        let no = || Fault::Failed("it claims an example and has none".to_owned());
        let env = self.asking.example(&asserts)?.ok_or_else(no)?;
        let mut stands = decide(&left.set()?, &env).allowed();
        if let Some(right) = right {
            stands &= decide(&right.set()?, &env).allowed();
        }
        if !stands {
            return Err(Fault::Failed("its example does not stand up to the authorizer".to_owned()));
        }
        self.verdicts.remember(digest);
        Ok(true)
    }
}

fn asserts<'a>(
    claim: Claim,
    left: &'a CompiledPolicySet,
    right: &'a CompiledPolicySet,
) -> WellFormedAsserts<'a> {
    match claim {
        Claim::Disjoint => disjoint_asserts(left, right),
        Claim::Implies => implies_asserts(left, right),
        Claim::Equivalent => equivalent_asserts(left, right),
    }
}
