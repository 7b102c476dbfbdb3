//! What decides in one environment: a few residual policies, and a question put to them.

use crate::engine::{LoadError, Why, faulty, unprepared};
use crate::entity::{self, Attributes, EntityKind};
use crate::facts::Facts;
use crate::scope;
use cedar_policy::{
    Context, Effect, Entities, Entity, EntityUid, EvalResult, Expression, PolicySet, Request, eval_expression,
};
use std::collections::HashSet;
use std::sync::Arc;

struct Rule {
    id: Arc<str>,
    effect: Effect,
    when: Condition,
    /// Whether it asks anything of the thing; what does not is asked once for all rows of a page.
    of_the_thing: bool,
}
enum Condition {
    Always,
    If(Expression),
}

pub(crate) struct Slice {
    rules: Vec<Rule>,
    /// Every word of the rules, sorted. An attribute whose name is none of them is not built: no rule can ask for it,
    /// and if one did, that would be an error, and so a refusal.
    words: Vec<String>,
    /// Whether any rule reads an attribute of the asker.
    asks_the_asker: bool,
    /// Whether any rule asks which thing it is, beside its attributes.
    asks_which: bool,
    /// The residuals as policies; lists are translated from them, and tests ask them in Cedar's own way.
    pub(crate) residuals: PolicySet,
}

/// Ids of policies.
type Ids = Vec<Arc<str>>;

/// How many unlike things of a page are remembered; comparing more would cost what it saves.
const MOST_ALIKE: usize = 12;

/// What was asked of the things of a page, and answered.
pub(crate) type Seen<'r> = Vec<(Attributes<'r>, Result<Ids, Why>)>;

/// One side of a question made ready: who asks for what.
pub(crate) struct Ready {
    slice: Arc<Slice>,
    who: Entity,
    action: EntityUid,
    told: Context,
    /// What is decided already, by the rules that ask nothing of the thing.
    ahead: Option<(Ids, Ids)>,
}

impl Ready {
    pub(crate) fn new(slice: Arc<Slice>, who: Entity, action: EntityUid, told: Context) -> Self {
        Self { slice, who, action, told, ahead: None }
    }

    /// Asks the rules that ask nothing of the thing, once for all things of this kind.
    pub(crate) fn ahead(mut self, kind: EntityKind) -> Result<Self, Why> {
        // any id of the type serves: no rule here looks at it
        let request = self.request(entity::uid(kind, "").map_err(faulty)?)?;
        let world = Entities::from_entities([self.who.clone()], None).map_err(faulty)?;
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for rule in self.slice.rules.iter().filter(|it| !it.of_the_thing) {
            rule.ask(&request, &world, &mut yes, &mut no)?;
        }
        self.ahead = Some((yes, no));
        Ok(self)
    }

    fn request(&self, on: EntityUid) -> Result<Request, Why> {
        Request::new(self.who.uid(), self.action.clone(), on, self.told.clone(), None).map_err(faulty)
    }

    /// The answer for one thing, without the attribute that is left out, if any is.
    pub(crate) fn ask(&self, on: &impl Facts, left_out: Option<&str>) -> Result<Ids, Why> {
        let mut attributes = self.attributes(on);
        attributes.retain(|it| Some(it.0) != left_out);
        self.answer(on, &attributes)
    }

    /// The answer for one of many things. Things that are alike in everything that any rule asks of them have the same
    /// answer: rows of a page often are, and then Cedar is asked once. `seen` lives as long as the page.
    pub(crate) fn ask_among<'r>(&self, on: &'r impl Facts, seen: &mut Seen<'r>) -> Result<Ids, Why> {
        let attributes = self.attributes(on);
        if self.slice.asks_which {
            return self.answer(on, &attributes);
        }
        if let Some((_, answer)) = seen.iter().find(|it| it.0 == attributes) {
            return answer.clone();
        }
        let answer = self.answer(on, &attributes);
        if seen.len() < MOST_ALIKE {
            seen.push((attributes, answer.clone()));
        }
        answer
    }

    fn attributes<'r>(&self, on: &'r impl Facts) -> Attributes<'r> {
        let mut attributes = on.attributes();
        attributes.retain(|it| self.slice.names(it.0));
        attributes
    }

    fn answer(&self, on: &impl Facts, attributes: &Attributes<'_>) -> Result<Ids, Why> {
        self.answer_on(entity::build(on.kind(), &on.id().to_string(), attributes).map_err(faulty)?)
    }

    /// The answer for a thing that is an entity already.
    pub(crate) fn answer_on(&self, thing: Entity) -> Result<Ids, Why> {
        let request = self.request(thing.uid())?;
        let who = self.slice.asks_the_asker.then(|| self.who.clone());
        let world = Entities::from_entities(who.into_iter().chain([thing]), None).map_err(faulty)?;
        let (mut yes, mut no) = self.ahead.clone().unwrap_or_default();
        for rule in self.slice.rules.iter().filter(|it| self.ahead.is_none() || it.of_the_thing) {
            rule.ask(&request, &world, &mut yes, &mut no)?;
        }
        if !no.is_empty() {
            no.sort();
            Err(Why::Forbidden(no))
        } else if yes.is_empty() {
            Err(Why::NothingAllows)
        } else {
            yes.sort();
            Ok(yes)
        }
    }
}

impl Slice {
    pub(crate) fn of(residuals: PolicySet) -> Result<Self, LoadError> {
        let (mut rules, mut words, mut asks_which) = (Vec::new(), HashSet::new(), false);
        for policy in residuals.policies() {
            let text = scope::condition_text(policy).map_err(unprepared)?;
            let tokens: HashSet<&str> = text.iter().flat_map(|it| tokens(it)).collect();
            asks_which |= text.iter().any(|it| names_the_thing(it));
            let of_the_thing = tokens.contains("resource");
            words.extend(tokens.into_iter().map(str::to_owned));
            let when = match &text {
                None => Condition::Always,
                Some(text) => Condition::If(
                    text.parse().map_err(|e| unprepared(format!("`{}`: {e}: {text}", policy.id())))?,
                ),
            };
            let id = Arc::from(policy.id().to_string().as_str());
            rules.push(Rule { id, effect: policy.effect(), when, of_the_thing });
        }
        let mut words: Vec<String> = words.into_iter().collect();
        words.sort();
        let asks_the_asker = words.iter().any(|it| it == "principal");
        Ok(Self { rules, words, asks_the_asker, asks_which, residuals })
    }

    pub(crate) fn names(&self, attribute: &str) -> bool {
        self.words.binary_search_by(|it| it.as_str().cmp(attribute)).is_ok()
    }
}

/// Whether a condition speaks of the thing itself, and not only of its attributes. When in doubt, it does.
fn names_the_thing(text: &str) -> bool {
    let after = text.match_indices("resource").map(|it| &text[it.0 + it.1.len()..]);
    after.into_iter().any(|it| !it.starts_with('.') && !it.starts_with(" has "))
}

/// The words of a condition: names of variables and attributes, and whatever stands in quotes beside them.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !(it.is_alphanumeric() || it == '_')).filter(|it| !it.is_empty())
}

impl Rule {
    /// Notes the rule's id on its side where it applies. What cannot be evaluated is a refusal, whatever else is said.
    fn ask(&self, request: &Request, world: &Entities, yes: &mut Ids, no: &mut Ids) -> Result<(), Why> {
        let applies = match &self.when {
            Condition::Always => true,
            Condition::If(when) => match eval_expression(request, world, when) {
                Ok(EvalResult::Bool(it)) => it,
                Ok(_) => return Err(Why::Faulty(format!("`{}` is not a yes or no", self.id))),
                Err(e) => return Err(Why::Faulty(format!("`{}`: {e}", self.id))),
            },
        };
        if applies {
            match self.effect {
                Effect::Permit => yes.push(self.id.clone()),
                Effect::Forbid => no.push(self.id.clone()),
            }
        }
        Ok(())
    }
}
