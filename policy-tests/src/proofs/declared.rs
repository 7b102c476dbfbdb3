//! What a schema declares, as data: the attributes of every type, and each action with its groups and its context. From it
//! it is told where the facts of two schemas are not the same, and what the members of a group have in common.

use super::ground::Place;
use super::solver::Fault;
use cedar_policy::SchemaFragment;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Types that no schema declares.
const BUILT_IN: [&str; 7] = ["String", "Long", "Bool", "decimal", "ipaddr", "datetime", "duration"];

/// A schema's declarations, without what is only said of them.
pub(crate) struct Declared {
    types: BTreeMap<String, Value>,
    actions: BTreeMap<String, Value>,
    whole: Value,
}

/// Where the facts of two schemas are not the same, in one environment.
#[derive(Debug, Default)]
pub(crate) struct Unlike {
    /// The attributes.
    pub(crate) names: BTreeSet<String>,
    /// Whether the old schema has room for facts that the new one has not.
    pub(crate) old_has_more: bool,
    /// Whether the new one has.
    pub(crate) new_has_more: bool,
    /// Attribute by attribute, in words.
    pub(crate) told: Vec<String>,
}

impl Declared {
    pub(crate) fn of(text: &str) -> Result<Self, Fault> {
        let no = |e: &dyn std::fmt::Display| Fault::Unaskable(format!("the schema: {e}"));
        let (schema, _) = SchemaFragment::from_cedarschema_str(text).map_err(|e| no(&e))?;
        let mut whole = schema.to_json_value().map_err(|e| no(&e))?;
        bare(&mut whole, true);
        let (mut types, mut actions) = (BTreeMap::new(), BTreeMap::new());
        for (space, them) in whole.as_object().into_iter().flatten() {
            let named =
                |name: &String| if space.is_empty() { name.clone() } else { format!("{space}::{name}") };
            let all = |key: &str| them[key].as_object().cloned().unwrap_or_default();
            types.extend(
                all("entityTypes").into_iter().chain(all("commonTypes")).map(|it| (named(&it.0), it.1)),
            );
            actions.extend(all("actions"));
        }
        Ok(Self { types, actions, whole })
    }

    /// The types of facts that a request of this environment can reach; all where a name is not plain.
    fn reached(&self, place: &Place) -> BTreeSet<&str> {
        let (who, what) = (place.env.principal().to_string(), place.env.resource().to_string());
        let mut open: Vec<String> = vec![who, what];
        open.extend(
            self.actions.get(&place.action()).into_iter().flat_map(|it| named(&it["appliesTo"]["context"])),
        );
        let mut reached = BTreeSet::new();
        while let Some(name) = open.pop() {
            if BUILT_IN.contains(&name.trim_start_matches("__cedar::")) {
                continue;
            }
            let Some((known, declared)) = self.types.get_key_value(&name) else {
                return self.types.keys().map(String::as_str).collect();
            };
            if reached.insert(known.as_str()) {
                open.extend(named(declared));
            }
        }
        reached
    }

    /// Where facts of this environment are not those of another schema, which both know it.
    ///
    /// # Errors
    /// They are not the same in more than attributes, as where a type stands in others: in words.
    pub(crate) fn unlike(&self, new: &Self, place: &Place) -> Result<Unlike, String> {
        let mut unlike = Unlike::default();
        let mut types = self.reached(place);
        types.extend(new.reached(place));
        // a type that only one schema knows is reached by an attribute that only that one has
        for name in types {
            if let (Some(was), Some(is)) = (self.types.get(name), new.types.get(name)) {
                unlike.compare(name, "shape", was, is)?;
            }
        }
        let action = place.action();
        let context = |it: &Self| it.actions.get(&action).map_or(Value::Null, |it| it["appliesTo"].clone());
        let (mut was, mut is) = (context(self), context(new));
        for it in [&mut was, &mut is] {
            *it = json!({ "context": it["context"] });
        }
        unlike.compare(&format!("the context of {action}"), "context", &was, &is)?;
        Ok(unlike)
    }

    /// The groups, which are actions that are done to nothing.
    pub(crate) fn groups(&self) -> Vec<&str> {
        self.actions.iter().filter(|it| !is_done(it.1)).map(|it| it.0.as_str()).collect()
    }

    /// The actions of a group, those of groups within it too.
    fn members(&self, group: &str) -> Vec<&Value> {
        let within = |it: &Value| {
            let above = it["memberOf"].as_array().into_iter().flatten();
            above.filter_map(|it| it["id"].as_str()).any(|it| it == group)
        };
        let mut all = Vec::new();
        for (name, it) in self.actions.iter().filter(|it| within(it.1)) {
            all.push(it);
            all.extend(self.members(name));
        }
        all.retain(|it| is_done(it));
        all
    }

    /// What every action of a group is told.
    pub(crate) fn context(&self, group: &str) -> Map<String, Value> {
        let told = self.members(group).into_iter().map(|it| attributes(&it["appliesTo"], "context"));
        let common = |mut left: Map<String, Value>, right: Map<String, Value>| {
            left.retain(|name, it| right.get(name) == Some(it));
            left
        };
        told.reduce(common).unwrap_or_default()
    }

    /// What the actions of a group are done to.
    pub(crate) fn resources(&self, group: &str) -> BTreeSet<String> {
        let them = self.members(group);
        let names =
            them.iter().flat_map(|it| it["appliesTo"]["resourceTypes"].as_array().into_iter().flatten());
        names.filter_map(|it| it.as_str().map(str::to_owned)).collect()
    }

    /// The schema with more actions, as JSON.
    pub(crate) fn and(&self, actions: impl IntoIterator<Item = (String, Value)>) -> Value {
        let mut whole = self.whole.clone();
        if let Some(them) = whole[""]["actions"].as_object_mut() {
            them.extend(actions);
        }
        whole
    }
}

impl Unlike {
    fn compare(&mut self, name: &str, at: &str, was: &Value, is: &Value) -> Result<(), String> {
        let (before, after) = (attributes(was, at), attributes(is, at));
        if beside(was, at) != beside(is, at) {
            return Err(format!("{name} is declared otherwise"));
        }
        let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for attribute in all {
            let needed = |it: &Value| it["required"].as_bool().unwrap_or(true);
            let of_type = |it: &Value| {
                let mut it = it.clone();
                it.as_object_mut().map(|it| it.remove("required"));
                it
            };
            let (old, new, how) = match (before.get(attribute), after.get(attribute)) {
                (Some(was), Some(is)) if of_type(was) != of_type(is) => (true, true, "is of another type"),
                (Some(was), Some(is)) => match (needed(was), needed(is)) {
                    (true, false) => (false, true, "need not be there any more"),
                    (false, true) => (true, false, "must be there now"),
                    _ => continue,
                },
                (Some(_), None) => (true, false, "is in the old schema alone"),
                (None, _) => (false, true, "is in the new schema alone"),
            };
            self.names.insert(attribute.clone());
            self.old_has_more |= old;
            self.new_has_more |= new;
            self.told.push(format!("`{attribute}` of {name} {how}"));
        }
        Ok(())
    }
}

/// Whether an action is done to anything: a group is not.
fn is_done(action: &Value) -> bool {
    action["appliesTo"]["resourceTypes"].as_array().is_some_and(|it| !it.is_empty())
}

/// The attributes of a record, each with its type.
fn attributes(of: &Value, at: &str) -> Map<String, Value> {
    of[at]["attributes"].as_object().cloned().unwrap_or_default()
}

/// What is declared beside attributes; where there are none, a record of none.
fn beside(of: &Value, at: &str) -> (Value, Map<String, Value>) {
    let mut of = of.clone();
    let record = of.as_object_mut().and_then(|it| it.remove(at));
    let mut record = record.and_then(|it| it.as_object().cloned()).unwrap_or_default();
    record.remove("attributes");
    if record.get("type").is_some_and(|it| it == "Record") {
        record.remove("type");
    }
    (of, record)
}

/// Every type that is named.
fn named(it: &Value) -> Vec<String> {
    match it {
        Value::Object(it) => {
            let own = it.get("name").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(it.values().flat_map(named)).collect()
        }
        Value::Array(them) => them.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}

/// Takes out what only people read. Below some keys stand names, and any of them may be called like it.
fn bare(it: &mut Value, names: bool) {
    match it {
        Value::Object(it) => {
            if !names {
                it.remove("annotations");
            }
            for (key, it) in it.iter_mut() {
                let below = ["attributes", "entityTypes", "commonTypes", "actions"].contains(&key.as_str());
                bare(it, below && !names);
            }
        }
        Value::Array(them) => them.iter_mut().for_each(|it| bare(it, false)),
        _ => {}
    }
}
