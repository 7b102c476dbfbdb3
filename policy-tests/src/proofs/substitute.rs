//! Policies with a value put for what a request would tell: how a claim about two requests becomes one about two sets.

use super::ground::Spoken;
use super::solver::Fault;
use cedar_policy::Policy;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is put for what.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Put {
    /// `resource.ATTRIBUTE` becomes this value.
    Attribute(&'static str, Value),
    /// `principal.capabilities.contains("NAME")` becomes yes or no.
    Capability(String, bool),
}

impl Put {
    /// In words, for sentences.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Attribute(name, value) => format!("`resource.{name}` is {value}"),
            Self::Capability(name, true) => format!("the plan has `{name}`"),
            Self::Capability(name, false) => format!("the plan has no `{name}`"),
        }
    }

    /// The attribute's name.
    pub(crate) fn attribute(&self) -> &str {
        match self {
            Self::Attribute(name, _) => name,
            Self::Capability(..) => "capabilities",
        }
    }

    fn matches(&self, e: &Value) -> Option<Value> {
        match self {
            Self::Attribute(name, value) => {
                (*e == attribute("resource", name)).then(|| json!({ "Value": value }))
            }
            Self::Capability(name, value) => (*e == contains(name)).then(|| json!({ "Value": value })),
        }
    }
}

fn attribute(var: &str, name: &str) -> Value {
    json!({ ".": { "left": { "Var": var }, "attr": name } })
}

fn contains(name: &str) -> Value {
    json!({ "contains": { "left": attribute("principal", "capabilities"), "right": { "Value": name } } })
}

/// Every policy with the values put in, in the same order.
///
/// # Errors
/// A policy asks for the attribute in another way than can be replaced, so that nothing could be claimed of it.
pub(crate) fn substitute(policies: &[Spoken], puts: &[Put]) -> Result<Vec<Spoken>, Fault> {
    policies
        .iter()
        .map(|it| {
            let mut json = json_of(it)?;
            let mut changed = false;
            replace(&mut json, puts, &mut changed);
            if let Some(put) = puts.iter().find(|put| left_over(&json, put)) {
                let attribute = put.attribute();
                let what =
                    format!("`{}` asks for `{attribute}` in a way that no value can be put for", it.id);
                return Err(Fault::Unaskable(what));
            }
            if !changed {
                return Ok(it.clone());
            }
            let policy = Policy::from_json(Some(it.policy.id().clone()), json);
            let policy = policy.map_err(|e| Fault::Unaskable(format!("`{}`: {e}", it.id)))?;
            Ok(Spoken::made(policy, format!("{puts:?} in {}", it.text)))
        })
        .collect()
}

/// The capabilities that policies ask for.
pub(crate) fn capabilities(policies: &[Spoken]) -> Result<BTreeSet<String>, Fault> {
    let mut all = BTreeSet::new();
    for it in policies {
        each(&json_of(it)?, &mut |e| {
            let word = e.pointer("/contains/right/Value").and_then(Value::as_str);
            if let Some(word) = word.filter(|it| *e == contains(it)) {
                all.insert(word.to_owned());
            }
        });
    }
    Ok(all)
}

fn json_of(it: &Spoken) -> Result<Value, Fault> {
    it.policy.to_json().map_err(|e| Fault::Unaskable(format!("`{}`: {e}", it.id)))
}

fn each(e: &Value, to: &mut dyn FnMut(&Value)) {
    to(e);
    match e {
        Value::Array(them) => them.iter().for_each(|it| each(it, to)),
        Value::Object(them) => them.values().for_each(|it| each(it, to)),
        _ => {}
    }
}

fn replace(e: &mut Value, puts: &[Put], changed: &mut bool) {
    if let Some(value) = puts.iter().find_map(|it| it.matches(e)) {
        *e = value;
        *changed = true;
        return;
    }
    match e {
        Value::Array(them) => them.iter_mut().for_each(|it| replace(it, puts, changed)),
        Value::Object(them) => them.values_mut().for_each(|it| replace(it, puts, changed)),
        _ => {}
    }
}

/// Whether the attribute is still read: of something that is not plainly the resource or the principal, say. Another
/// capability of the same set may stay.
fn left_over(json: &Value, put: &Put) -> bool {
    let (mut reads, mut known) = (0, 0);
    each(json, &mut |e| {
        if e.pointer("/./attr").and_then(Value::as_str) == Some(put.attribute()) {
            // `principal.level` is another attribute than `resource.level`
            let elsewhere =
                matches!(put, Put::Attribute(..)) && *e == attribute("principal", put.attribute());
            reads += usize::from(!elsewhere);
        }
        if let Some(word) = e.pointer("/contains/right/Value").and_then(Value::as_str) {
            known += usize::from(matches!(put, Put::Capability(..)) && *e == contains(word));
        }
    });
    reads > known
}
