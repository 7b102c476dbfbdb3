//! Near misses: what single fact, or what two, would turn the answer. Found by trying: one fact that a clause speaks of
//! is told the other way, and the engine decides again. Who asks is never changed, and nobody is invented.

use super::Rule;
use super::clauses::{Clause, Form, Verdict};
use super::words::{self, Whose};
use crate::action::{Action, Input, Told, context};
use crate::actor::Asker;
use crate::engine::{Engine, Environment, faulty};
use crate::entity::{self, Attributes, Value};
use crate::facts::Facts;
use crate::slice::Ready;
use crate::source::{Detail, Form as Written, Source, Var};
use domain::{Id as _, Key};
use std::collections::BTreeSet;

/// At most so many facts are told the other way.
pub const MOST_CHANGES: usize = 32;
/// At most so many decisions are made for them.
pub const MOST_TRIES: usize = 2_000;
/// At most so many near misses are told.
pub const MOST_NEAR: usize = 8;

/// One fact that would be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// In words, as after "if": `the acting workspace were verified`.
    pub words: String,
    /// The clause that speaks of it.
    pub clause: String,
    /// Whether that clause would hold.
    pub holds: bool,
    /// The policy in which it stands.
    pub policy: String,
}

/// What would turn the answer: all of these together, and none of them alone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Near {
    /// What would have to be otherwise: one fact or two.
    pub changes: Vec<Change>,
    /// Whether it would then be allowed.
    pub allowed: bool,
    /// Whose decision that would be.
    pub by: Vec<String>,
}

impl Near {
    /// As a sentence: `Allowed if the acting workspace were verified.`
    #[must_use]
    pub fn sentence(&self) -> String {
        let verb = if self.allowed { "Allowed" } else { "Refused" };
        let facts: Vec<&str> = self.changes.iter().map(|it| it.words.as_str()).collect();
        format!("{verb} if {}.", facts.join(" and "))
    }
}

/// What a fact is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Set<'a> {
    Value(Value<'a>),
    Told(Told),
    Gone,
}

/// A fact that could be otherwise, in one way or in several that read alike.
struct Turn<'a> {
    change: Change,
    whose: Whose,
    name: String,
    /// Each must turn the answer.
    ways: Vec<Set<'a>>,
}

/// The facts of a question as they would be.
#[derive(Clone)]
struct World<'a> {
    who: Attributes<'a>,
    thing: Attributes<'a>,
    told: Vec<(&'static str, Told)>,
}

impl<'a> World<'a> {
    fn with(&self, option: &Turn<'a>, way: &Set<'a>) -> Self {
        let mut it = self.clone();
        let set = |to: &mut Attributes<'a>| match (to.iter().position(|at| at.0 == option.name), way) {
            (Some(at), Set::Value(value)) => to[at].1 = value.clone(),
            (Some(at), Set::Gone) => drop(to.remove(at)),
            // what is missing can only be a party
            (None, Set::Value(value)) => {
                let side = domain::Side::ALL.iter().find(|it| it.as_str() == option.name);
                to.extend(side.map(|it| (it.as_str(), value.clone())));
            }
            _ => {}
        };
        match (option.whose, way) {
            (Whose::Asker(_), _) => set(&mut it.who),
            (Whose::Thing(_), _) => set(&mut it.thing),
            (Whose::Told, Set::Told(value)) => {
                it.told.iter_mut().filter(|at| at.0 == option.name).for_each(|at| at.1 = value.clone());
            }
            (Whose::Told, _) => {}
        }
        it
    }
}

impl Engine {
    /// What would turn the answer: single facts, or where there is none, two. In the order of the rules and their clauses.
    pub(super) fn near<A: Action>(
        &self,
        asker: &Asker,
        on: &A::On,
        input: &A::Input,
        allowed: bool,
        rules: &[Rule],
    ) -> Vec<Near> {
        let at = (asker.actor.kind(), A::NAME, on.kind());
        let world = World { who: asker.actor.attributes(), thing: on.attributes(), told: input.pairs(asker) };
        let sources: Vec<Option<Source>> = rules.iter().map(|it| Source::read(&it.policy.source)).collect();
        let options = options(&world, asker, at, rules, &sources);
        let id = on.id().to_string();
        let mut tries = 0;
        let mut decide = |world: &World<'_>| -> Option<(bool, Vec<String>)> {
            tries += 1;
            if tries > MOST_TRIES { None } else { self.imagined(at, asker.actor.id(), &id, world) }
        };
        let turned = |it: &Option<(bool, Vec<String>)>| it.as_ref().is_some_and(|it| it.0 != allowed);
        let mut all = Vec::new();
        for option in &options {
            let answers: Vec<_> = option.ways.iter().map(|way| decide(&world.with(option, way))).collect();
            if !answers.is_empty() && answers.iter().all(turned) {
                let by = answers.into_iter().flatten().next().map(|it| it.1).unwrap_or_default();
                all.push(Near { changes: vec![option.change.clone()], allowed: !allowed, by });
            }
        }
        if all.is_empty() && !allowed {
            for (n, one) in options.iter().enumerate() {
                for two in options.iter().skip(n + 1) {
                    if (one.whose, &one.name) == (two.whose, &two.name) || all.len() >= MOST_NEAR {
                        continue;
                    }
                    let worlds = one.ways.iter().flat_map(|way| {
                        let world = world.with(one, way);
                        two.ways.iter().map(move |way| world.with(two, way)).collect::<Vec<_>>()
                    });
                    let answers: Vec<_> = worlds.map(|it| decide(&it)).collect();
                    if !answers.is_empty() && answers.iter().all(turned) {
                        let by = answers.into_iter().flatten().next().map(|it| it.1).unwrap_or_default();
                        let changes = vec![one.change.clone(), two.change.clone()];
                        all.push(Near { changes, allowed: true, by });
                    }
                }
            }
        }
        all.truncate(MOST_NEAR);
        all
    }

    /// What the engine says of facts that are not so; `None` where it cannot say.
    fn imagined(
        &self,
        at: Environment,
        who: &str,
        on: &str,
        world: &World<'_>,
    ) -> Option<(bool, Vec<String>)> {
        use crate::engine::Why;
        let decided = || {
            let slice = self.slices.get(&at).ok_or(Why::NothingAllows)?;
            let action = self.action_uids.get(&at.1).ok_or(Why::NothingAllows)?;
            let told = context(world.told.clone()).map_err(Why::Faulty)?;
            let who = entity::build(at.0, who, &world.who).map_err(faulty)?;
            let thing = entity::build(at.2, on, &world.thing).map_err(faulty)?;
            Ready::new(slice.clone(), who, action.clone(), told).answer_on(thing)
        };
        let texts = |by: Vec<std::sync::Arc<str>>| by.iter().map(ToString::to_string).collect();
        match decided() {
            Ok(by) => Some((true, texts(by))),
            Err(Why::Forbidden(by)) => Some((false, texts(by))),
            Err(Why::NothingAllows) => Some((false, Vec::new())),
            Err(Why::Faulty(_)) => None,
        }
    }
}

/// Every fact that a clause speaks of, told the other way.
fn options<'a>(
    world: &World<'a>,
    asker: &'a Asker,
    at: Environment,
    rules: &[Rule],
    sources: &'a [Option<Source>],
) -> Vec<Turn<'a>> {
    let known = Known { world, asker, at };
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for (rule, source) in rules.iter().zip(sources) {
        let Some(source) = source else { continue };
        let written = source.conditions.iter().flat_map(|it| it.body.clauses());
        let shown = rule.clauses.iter().filter(|it| matches!(it.form, Form::When | Form::Unless));
        for (node, clause) in written.zip(shown.flat_map(Clause::leaves)) {
            let Written::Clause(details) = &node.form else { continue };
            let holds = match clause.verdict {
                Verdict::Holds => false,
                Verdict::Fails => true,
                Verdict::Errs | Verdict::Skipped => continue,
            };
            let Some((whose, name, ways, words)) = known.otherwise(details, holds) else { continue };
            if all.len() >= MOST_CHANGES || !seen.insert(format!("{whose:?} {name} {ways:?}")) {
                continue;
            }
            let change = Change { words, clause: clause.text.clone(), holds, policy: rule.policy.id.clone() };
            all.push(Turn { change, whose, name, ways });
        }
    }
    all
}

type Otherwise<'a> = (Whose, String, Vec<Set<'a>>, String);

/// What is known of a question.
struct Known<'w, 'a> {
    world: &'w World<'a>,
    asker: &'a Asker,
    at: Environment,
}

impl<'a> Known<'_, 'a> {
    fn whose(&self, var: Var) -> Option<Whose> {
        match var {
            Var::Principal => Some(Whose::Asker(self.at.0)),
            Var::Resource => Some(Whose::Thing(self.at.2)),
            Var::Context => Some(Whose::Told),
            Var::Action => None,
        }
    }

    fn value(&self, var: Var, name: &str) -> Option<&Value<'a>> {
        let from = match var {
            Var::Principal => &self.world.who,
            Var::Resource => &self.world.thing,
            Var::Context | Var::Action => return None,
        };
        from.iter().find(|it| it.0 == name).map(|it| &it.1)
    }

    fn told(&self, name: &str) -> Option<&Told> {
        self.world.told.iter().find(|it| it.0 == name).map(|it| &it.1)
    }

    /// The asker's own key for an attribute of theirs, or for themselves.
    fn own(&self, with: &Detail) -> Option<Key> {
        match with {
            Detail::Bare(Var::Principal, _) => self.asker.actor.account().map(|it| *it.key()),
            Detail::Attribute(Var::Principal, name, _) => match self.value(Var::Principal, name)? {
                Value::Ref(_, key) => Some(*key),
                _ => None,
            },
            _ => None,
        }
    }

    /// The fact of a clause told so that it `holds`, or does not.
    fn otherwise(&self, details: &'a [Detail], holds: bool) -> Option<Otherwise<'a>> {
        let plain = |var: Var, name: &str, set: Set<'a>| {
            let whose = self.whose(var)?;
            let words = words::of(whose, name)?;
            let text = if holds { words.yes } else { words.no };
            Some((whose, name.to_owned(), vec![set], text.to_owned()))
        };
        match details {
            [Detail::Attribute(var, name, _)] => match self.value(*var, name)? {
                Value::Flag(_) => plain(*var, name, Set::Value(Value::Flag(holds))),
                _ => None,
            },
            [Detail::Attribute(Var::Principal, name, _), Detail::Word(_, word, _)] => {
                let Value::Texts(them) = self.value(Var::Principal, name)? else { return None };
                let mut them = them.clone();
                them.retain(|it| it != word);
                if holds {
                    them.push(word);
                }
                let (whose, name, ways, text) = plain(Var::Principal, name, Set::Value(Value::Texts(them)))?;
                Some((whose, name, ways, text.replace("{}", &words::read(word))))
            }
            [Detail::Attribute(Var::Resource, name, _), with] => {
                let Value::Refs(kind, them) = self.value(Var::Resource, name)? else { return None };
                let own = self.own(with)?;
                let mut them = them.clone();
                them.retain(|it| *it != own);
                if holds {
                    them.push(own);
                }
                plain(Var::Resource, name, Set::Value(Value::Refs(*kind, them)))
            }
            [Detail::Has(Var::Resource, name, _)] if !holds => plain(Var::Resource, name, Set::Gone),
            [Detail::Has(Var::Resource, name, _)] => {
                let (kind, key) = self.asker.actor.workspace()?;
                let own = Value::Ref(crate::actor::workspace_kind(kind), *key.key());
                if kind.side().as_str() == name { plain(Var::Resource, name, Set::Value(own)) } else { None }
            }
            [Detail::Sign(sign, _), one, two] => self.compared(sign, one, two, holds),
            _ => None,
        }
    }

    fn compared(&self, sign: &str, one: &'a Detail, two: &'a Detail, holds: bool) -> Option<Otherwise<'a>> {
        let equal = (sign == "==") == holds;
        match (one, two) {
            (Detail::Attribute(Var::Context, name, _), Detail::Number(number, _)) => {
                let now = match (sign, holds) {
                    ("<=", true) | (">=", true) | (">", false) | ("<", false) => *number,
                    ("<=", false) | (">", true) => number.saturating_add(1),
                    (">=", false) | ("<", true) => number.saturating_sub(1),
                    _ => return None,
                };
                let words = words::number(name, *number, now);
                Some((Whose::Told, name.clone(), vec![Set::Told(Told::Number(now))], words))
            }
            (Detail::Attribute(var, name, _), Detail::Word(_, word, _))
            | (Detail::Word(_, word, _), Detail::Attribute(var, name, _))
                if matches!(sign, "==" | "!=") =>
            {
                self.worded(*var, name, word, equal)
            }
            // what is told is compared with what stands
            (Detail::Attribute(Var::Resource, name, _), Detail::Attribute(Var::Context, told, _))
            | (Detail::Attribute(Var::Context, told, _), Detail::Attribute(Var::Resource, name, _)) => {
                let Value::Text(stands) = self.value(Var::Resource, name)? else { return None };
                self.told(told)?;
                let words = words::of(Whose::Told, told)?;
                let text = if equal { (*stands).to_owned() } else { format!("not {stands}") };
                let said = if equal { words.yes } else { words.no };
                Some((Whose::Told, told.clone(), vec![Set::Told(Told::Text(text))], said.to_owned()))
            }
            (Detail::Attribute(Var::Resource, name, _), with @ Detail::Attribute(Var::Principal, ..))
            | (with @ Detail::Attribute(Var::Principal, ..), Detail::Attribute(Var::Resource, name, _))
                if equal =>
            {
                // unequal would take somebody else
                let Value::Ref(kind, _) = self.value(Var::Resource, name)? else { return None };
                let own = match with {
                    Detail::Attribute(_, name, _) => self.value(Var::Principal, name)?.clone(),
                    _ => return None,
                };
                if !matches!(&own, Value::Ref(it, _) if it == kind) {
                    return None;
                }
                let whose = Whose::Thing(self.at.2);
                let words = words::of(whose, name)?;
                Some((whose, name.clone(), vec![Set::Value(own)], words.yes.to_owned()))
            }
            _ => None,
        }
    }

    /// An attribute that is to be this word, or any other.
    fn worded(&self, var: Var, name: &str, word: &'a str, equal: bool) -> Option<Otherwise<'a>> {
        let whose = self.whose(var)?;
        // which job it is, is who asks
        if matches!(whose, Whose::Asker(_)) && name == "task" {
            return None;
        }
        let words = words::of(whose, name)?;
        let mut ways: Vec<&'a str> = if equal {
            vec![word]
        } else {
            let others = words::vocabulary(whose, name);
            others.into_iter().filter(|it| *it != word).collect()
        };
        if ways.is_empty() {
            ways.push("another");
        }
        let set = |it: &'a str| match whose {
            Whose::Told => Set::Told(Told::Text(it.to_owned())),
            _ => Set::Value(Value::Text(it)),
        };
        match whose {
            Whose::Told => drop(self.told(name)?),
            _ => matches!(self.value(var, name)?, Value::Text(_)).then_some(())?,
        }
        let text = if equal { words.yes } else { words.no };
        let text = text.replace("{}", &words::read(word));
        Some((whose, name.to_owned(), ways.into_iter().map(set).collect(), text))
    }
}
