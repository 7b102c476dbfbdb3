//! What the schema and the trade offer in place of a word of a policy.

use cedar_policy::SchemaFragment;
use domain::records::{DraftState, RequestState};
use domain::{AccountStatus, Capability, Level, Role, Side};
use policy::source::{Detail, Form, Node, Source, Var};
use policy::{PolicyText, TASKS};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An action of the schema.
#[derive(Debug, Clone, Default)]
struct Offered {
    principals: BTreeSet<String>,
    resources: BTreeSet<String>,
    context: BTreeMap<String, String>,
    /// The groups that it names itself.
    groups: BTreeSet<String>,
}

/// Names and types of the schema, and the literal words that policies compare attributes with.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    /// For each entity type, its attributes with their types as text.
    entities: BTreeMap<String, BTreeMap<String, String>>,
    actions: BTreeMap<String, Offered>,
    words: BTreeMap<String, BTreeSet<String>>,
}

fn attributes(record: &Value) -> BTreeMap<String, String> {
    let Some(them) = record.get("attributes").and_then(Value::as_object) else { return BTreeMap::new() };
    let kind = |it: &Value| {
        let mut it = it.clone();
        if let Some(it) = it.as_object_mut() {
            it.remove("required");
        }
        it.to_string()
    };
    them.iter().map(|(name, it)| (name.clone(), kind(it))).collect()
}

fn names(it: &Value, of: &str) -> BTreeSet<String> {
    let them = it.get(of).and_then(Value::as_array).into_iter().flatten();
    them.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn groups(action: &Value) -> BTreeSet<String> {
    let them = action.get("memberOf").and_then(Value::as_array).into_iter().flatten();
    them.filter_map(|it| it.get("id")?.as_str()).map(str::to_owned).collect()
}

fn words<T: ToString>(them: &[T]) -> impl Iterator<Item = String> {
    them.iter().map(ToString::to_string)
}

impl Vocabulary {
    /// From the schema's text and all policies; `None` where the schema cannot be read.
    pub(super) fn of(schema: &str, texts: &[(&PolicyText, Source)]) -> Option<Self> {
        let (schema, _) = SchemaFragment::from_cedarschema_str(schema).ok()?;
        let schema = schema.to_json_value().ok()?;
        let all = schema.get("")?;
        let mut entities = BTreeMap::new();
        for (name, it) in all.get("entityTypes")?.as_object()? {
            entities.insert(name.clone(), it.get("shape").map(attributes).unwrap_or_default());
        }
        let mut actions = BTreeMap::new();
        for (name, it) in all.get("actions")?.as_object()? {
            let applies = it.get("appliesTo").cloned().unwrap_or_default();
            let offered = Offered {
                principals: names(&applies, "principalTypes"),
                resources: names(&applies, "resourceTypes"),
                context: applies.get("context").map(attributes).unwrap_or_default(),
                groups: groups(it),
            };
            actions.insert(name.clone(), offered);
        }
        let mut of = BTreeMap::<String, BTreeSet<String>>::new();
        let mut tell = |name: &str, them: &mut dyn Iterator<Item = String>| {
            of.entry(name.to_owned()).or_default().extend(them);
        };
        tell("account", &mut words(AccountStatus::ALL));
        tell("role", &mut words(Role::ALL));
        tell("capabilities", &mut words(Capability::ALL));
        tell("level", &mut words(&Level::ALL));
        tell("to", &mut words(&Level::ALL));
        tell("side", &mut words(Side::ALL));
        tell("task", &mut words(&TASKS));
        tell("state", &mut words(DraftState::ALL).chain(words(RequestState::ALL)));
        let mut found = Vec::new();
        for (_, source) in texts {
            for condition in &source.conditions {
                compared(&condition.body, &mut found);
            }
        }
        for (attribute, word) in found {
            tell(&attribute, &mut std::iter::once(word));
        }
        Some(Self { entities, actions, words: of })
    }

    /// The entity types that a scope lets through for a variable.
    pub(super) fn types<'a>(&'a self, var: Var, source: &'a Source) -> Vec<&'a str> {
        let is = match var {
            Var::Principal => &source.principal.is,
            _ => &source.resource.is,
        };
        if let Some((_, name)) = is {
            return vec![name];
        }
        let of =
            |it: &Offered| if var == Var::Principal { it.principals.clone() } else { it.resources.clone() };
        let found: BTreeSet<String> = self.actions.values().flat_map(of).collect();
        self.entities.keys().filter(|it| found.contains(*it)).map(String::as_str).collect()
    }

    /// Other attributes of the same type on what the variable may be.
    pub(super) fn instead_of(&self, var: Var, attribute: &str, source: &Source) -> BTreeSet<String> {
        let records: Vec<&BTreeMap<String, String>> = match var {
            Var::Context => self.actions.values().map(|it| &it.context).collect(),
            Var::Action => Vec::new(),
            _ => self.types(var, source).into_iter().filter_map(|it| self.entities.get(it)).collect(),
        };
        let mut others = BTreeSet::new();
        for record in records {
            if let Some(kind) = record.get(attribute) {
                others.extend(
                    record.iter().filter(|it| it.1 == kind && it.0 != attribute).map(|it| it.0.clone()),
                );
            }
        }
        others
    }

    /// Every attribute of what the variable may be, for `has`.
    pub(super) fn all_of(&self, var: Var, source: &Source) -> BTreeSet<String> {
        let of = |it: &str| self.entities.get(it).into_iter().flat_map(|it| it.keys().cloned());
        self.types(var, source).into_iter().flat_map(of).collect()
    }

    /// Whether an attribute of this name and type stands on the other of asker and thing too.
    pub(super) fn on_both(&self, attribute: &str, source: &Source) -> bool {
        let kinds = |var| {
            let types = self.types(var, source).into_iter();
            types.filter_map(|it| self.entities.get(it)?.get(attribute)).collect::<BTreeSet<_>>()
        };
        !kinds(Var::Principal).is_disjoint(&kinds(Var::Resource))
    }

    /// Other words that an attribute of this name may be.
    pub(super) fn words(&self, attribute: &str, word: &str) -> impl Iterator<Item = &String> {
        self.words.get(attribute).into_iter().flatten().filter(move |it| *it != word)
    }

    /// Whether this names a group of actions.
    pub(super) fn is_group(&self, action: &str) -> bool {
        self.actions.get(action).is_some_and(|it| it.principals.is_empty())
    }

    /// Every group of actions.
    pub(super) fn groups(&self) -> impl Iterator<Item = &String> {
        self.actions.iter().filter(|it| it.1.principals.is_empty()).map(|it| it.0)
    }

    /// Those of them that meet one of these actions.
    pub(super) fn met<'a>(&'a self, var: Var, source: &'a Source, actions: &[&str]) -> Vec<&'a str> {
        let of = |it: &'a Offered| if var == Var::Principal { &it.principals } else { &it.resources };
        let offered: BTreeSet<&String> =
            actions.iter().filter_map(|it| self.actions.get(*it)).flat_map(of).collect();
        self.types(var, source).into_iter().filter(|it| offered.iter().any(|one| one == it)).collect()
    }

    /// Every action or group with each group that it names itself.
    pub(super) fn memberships(&self) -> impl Iterator<Item = (&str, &str)> {
        self.actions
            .iter()
            .flat_map(|(name, it)| it.groups.iter().map(move |of| (name.as_str(), of.as_str())))
    }

    /// The actions that can be asked for and are this one, or below this group; `without` one membership, if any.
    pub(super) fn below<'a>(&'a self, named: &'a str, without: Option<(&str, &str)>) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::from([named]);
        loop {
            let more: Vec<&str> = self
                .memberships()
                .filter(|it| Some(*it) != without && found.contains(it.1) && !found.contains(it.0))
                .map(|it| it.0)
                .collect();
            if more.is_empty() {
                return found.into_iter().filter(|it| !self.is_group(it)).collect();
            }
            found.extend(more);
        }
    }

    /// The attributes of a type that a policy can be made to hang on, each with a value that Cedar can be given: truth, or
    /// a word that is known.
    pub(super) fn values(&self, kind: &str) -> Vec<(&str, String)> {
        let mut found = Vec::new();
        for (name, it) in self.entities.get(kind).into_iter().flatten() {
            if it.contains("\"Boolean\"") || it.contains("\"Bool\"") {
                found.extend(["true", "false"].map(|value| (name.as_str(), value.to_owned())));
            } else if !it.contains("\"Set\"") {
                let words = self.words.get(name).into_iter().flatten();
                found.extend(words.map(|word| (name.as_str(), format!("\"{word}\""))));
            }
        }
        found
    }

    /// The actions that can be asked for at all, and are done by one of these to one of these.
    pub(super) fn done<'a>(&'a self, source: &'a Source) -> impl Iterator<Item = &'a String> {
        let (by, to) = (self.types(Var::Principal, source), self.types(Var::Resource, source));
        let meets = |them: &BTreeSet<String>, those: &[&str]| those.iter().any(|it| them.contains(*it));
        self.actions
            .iter()
            .filter(move |it| meets(&it.1.principals, &by) && meets(&it.1.resources, &to))
            .map(|it| it.0)
    }
}

fn compared(node: &Node, to: &mut Vec<(String, String)>) {
    for clause in node.clauses() {
        if let Form::Clause(details) = &clause.form {
            to.extend(details.iter().filter_map(|it| match it {
                Detail::Word(attribute, word, _) => Some((attribute.clone(), word.clone())),
                _ => None,
            }));
        }
    }
}

/// A scope of these actions.
pub(super) fn in_list<'a>(actions: impl IntoIterator<Item = &'a str>) -> String {
    let them: Vec<String> = actions.into_iter().map(|it| format!("Action::\"{it}\"")).collect();
    format!("action in [{}]", them.join(", "))
}

/// The name in `Action::"ViewFolio"`.
pub(super) fn name_of(entity: &str) -> Option<&str> {
    entity.split('"').nth(1)
}
