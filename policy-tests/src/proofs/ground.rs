//! Where proofs stand: a schema, and every environment (principal type × action × resource type) that it allows.

use super::declared::Declared;
use super::solver::Fault;
use cedar_policy::{
    ActionConstraint, Effect, EntityTypeName, EntityUid, Policy, PolicySet, PrincipalConstraint, RequestEnv,
    ResourceConstraint, Schema,
};
use cedar_policy_symcc::{CompiledSchema, SymEnv};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

/// One environment of a schema.
pub(crate) struct Place {
    pub(crate) env: RequestEnv,
    /// `ArtistMember ViewListing Profile`
    pub(crate) name: String,
    /// The action and every group that it is in.
    groups: HashSet<EntityUid>,
}

impl Place {
    /// The name of its action.
    pub(crate) fn action(&self) -> String {
        self.env.action().id().unescaped().to_owned()
    }
    /// Whether it is this action's.
    pub(crate) fn of_action(&self, name: &str) -> bool {
        self.env.action().id().unescaped() == name
    }
    /// Whether the action is in the same groups here and there.
    pub(crate) fn same_groups(&self, other: &Self) -> bool {
        self.groups == other.groups
    }
    /// Whether this type of principal asks.
    pub(crate) fn of_principal(&self, name: &str) -> bool {
        self.env.principal().to_string() == name
    }
    /// Whether it is done to this type of thing.
    pub(crate) fn of_resource(&self, name: &str) -> bool {
        self.env.resource().to_string() == name
    }
}

/// The beginnings of the names of actions that are made up.
const MADE_UP: [&str; 2] = ["Unheard", "MoveFunds"];
/// The group whose members a policy permits by the group alone.
const BY_GROUP: &str = "OwnApplication";
/// Groups of which policies ask for what only some things have: their made-up actions are done to what their own are.
const OF_THE_THING: [&str; 1] = ["Commit"];

/// A schema with its environments, in the order of their names.
pub(crate) struct Ground {
    pub(crate) schema: Schema,
    pub(crate) places: Vec<Place>,
    compiled: CompiledSchema,
    /// SHA-256 of its text, in hexadecimal.
    pub(crate) digest: String,
}

impl Ground {
    /// Reads a schema's text.
    pub(crate) fn of(text: &str) -> Result<Self, Fault> {
        let schema = Schema::from_cedarschema_str(text).map_err(|e| unread(&e))?.0;
        Self::read(schema, hex(text))
    }

    fn read(schema: Schema, digest: String) -> Result<Self, Fault> {
        let actions = schema.action_entities().map_err(|e| unread(&e))?;
        let mut places: Vec<Place> = schema
            .request_envs()
            .map(|env| {
                let name =
                    format!("{} {} {}", env.principal(), env.action().id().unescaped(), env.resource());
                let above = actions.ancestors(env.action()).into_iter().flatten();
                let groups = above.chain([env.action()]).cloned().collect();
                Place { env, name, groups }
            })
            .collect();
        places.sort_by(|a, b| a.name.cmp(&b.name));
        places.dedup_by(|a, b| a.name == b.name);
        let compiled = CompiledSchema::new(&schema)?;
        Ok(Self { schema, places, compiled, digest })
    }

    /// The schema with actions that no policy has heard of, one in no group and one in every group but the one whose members
    /// a policy permits by the group alone. All stand below the first, so that who speaks of that one speaks of all.
    pub(crate) fn extended(text: &str) -> Result<Self, Fault> {
        let (shipped, declared) = (Self::of(text)?, Declared::of(text)?);
        let mut everyone = BTreeSet::new();
        let mut everything = BTreeSet::new();
        for place in &shipped.places {
            everyone.insert(place.env.principal().to_string());
            everything.insert(place.env.resource().to_string());
        }
        let mut made = Vec::new();
        for stem in MADE_UP {
            let mut add = |name: &str, groups: &[&str], what: &BTreeSet<String>, told: Map<String, Value>| {
                let groups: Vec<Value> = groups.iter().map(|it| json!({ "id": it })).collect();
                let context = json!({ "type": "Record", "attributes": told });
                let to = json!({ "principalTypes": everyone, "resourceTypes": what, "context": context });
                made.push((format!("{stem}{name}"), json!({ "memberOf": groups, "appliesTo": to })));
            };
            add("", &[], &everything, Map::new());
            for group in declared.groups().into_iter().filter(|it| *it != BY_GROUP) {
                let own = declared.resources(group);
                let what = if OF_THE_THING.contains(&group) { &own } else { &everything };
                add(group, &[group, stem], what, declared.context(group));
            }
        }
        let all = declared.and(made);
        let digest = hex(&all.to_string());
        Self::read(Schema::from_json_value(all).map_err(|e| unread(&e))?, digest)
    }

    /// The environment of this name.
    pub(crate) fn place(&self, name: &str) -> Option<&Place> {
        self.places.iter().find(|it| it.name == name)
    }

    /// The symbolic world of one environment.
    pub(crate) fn world(&self, place: &Place) -> Result<SymEnv, Fault> {
        Ok(self.compiled.sym_env(&place.env)?)
    }
}

fn unread(e: &dyn std::fmt::Display) -> Fault {
    Fault::Unaskable(format!("the schema: {e}"))
}

/// SHA-256 of a text, in hexadecimal.
pub(crate) fn hex(text: &str) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// A policy with what is asked of it often.
#[derive(Debug, Clone)]
pub(crate) struct Spoken {
    pub(crate) policy: Policy,
    pub(crate) id: String,
    pub(crate) effect: Effect,
    /// Its source; where it was made here, what it was made of and how.
    pub(crate) text: String,
    scope: Scope,
}

/// The part in brackets: what of it can be told without evaluating. `None` admits everything.
#[derive(Debug, Clone)]
struct Scope {
    principal: Option<EntityTypeName>,
    actions: Option<Vec<EntityUid>>,
    resource: Option<EntityTypeName>,
}

impl Spoken {
    pub(crate) fn of(policy: Policy) -> Self {
        let text = policy.to_cedar().unwrap_or_else(|| policy.to_string());
        Self::made(policy, text)
    }

    /// A policy made of another; the text tells which, and how.
    pub(crate) fn made(policy: Policy, text: String) -> Self {
        let scope = Scope {
            principal: match policy.principal_constraint() {
                PrincipalConstraint::Is(it) | PrincipalConstraint::IsIn(it, _) => Some(it),
                PrincipalConstraint::Eq(it) => Some(it.type_name().clone()),
                PrincipalConstraint::Any | PrincipalConstraint::In(_) => None,
            },
            actions: match policy.action_constraint() {
                ActionConstraint::Any => None,
                ActionConstraint::Eq(it) => Some(vec![it]),
                ActionConstraint::In(them) => Some(them),
            },
            resource: match policy.resource_constraint() {
                ResourceConstraint::Is(it) | ResourceConstraint::IsIn(it, _) => Some(it),
                ResourceConstraint::Eq(it) => Some(it.type_name().clone()),
                ResourceConstraint::Any | ResourceConstraint::In(_) => None,
            },
        };
        Self { id: policy.id().to_string(), effect: policy.effect(), text, scope, policy }
    }

    /// Whether its scope admits the environment. When in doubt, it does.
    pub(crate) fn speaks_in(&self, place: &Place) -> bool {
        let Scope { principal, actions, resource } = &self.scope;
        principal.as_ref().is_none_or(|it| it == place.env.principal())
            && resource.as_ref().is_none_or(|it| it == place.env.resource())
            && actions.as_ref().is_none_or(|them| them.iter().any(|it| place.groups.contains(it)))
    }

    /// The same conditions, permitting.
    pub(crate) fn permitting(&self) -> Result<Self, Fault> {
        if self.effect == Effect::Permit {
            return Ok(self.clone());
        }
        let no = |e: &dyn std::fmt::Display| Fault::Unaskable(format!("`{}`: {e}", self.id));
        let mut json = self.policy.to_json().map_err(|e| no(&e))?;
        if let Some(effect) = json.get_mut("effect") {
            *effect = "permit".into();
        }
        let policy = Policy::from_json(Some(self.policy.id().clone()), json).map_err(|e| no(&e))?;
        Ok(Self::made(policy, format!("permitting {}", self.text)))
    }
}

/// All policies of a set, in the order of ids.
pub(crate) fn spoken(policies: &PolicySet) -> Vec<Spoken> {
    let mut all: Vec<Spoken> = policies.policies().cloned().map(Spoken::of).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// One side of a question: a few policies, and the digest of their texts.
#[derive(Debug, Clone)]
pub(crate) struct Half {
    policies: Vec<Policy>,
    pub(crate) digest: String,
    pub(crate) permits: bool,
}

impl Half {
    pub(crate) fn of<'a>(them: impl IntoIterator<Item = &'a Spoken>) -> Self {
        let (mut policies, mut text, mut permits) = (Vec::new(), String::new(), false);
        for it in them {
            policies.push(it.policy.clone());
            let _ = writeln!(text, "{}\n{}", it.id, it.text);
            permits |= it.effect == Effect::Permit;
        }
        Self { policies, digest: hex(&text), permits }
    }

    /// With more policies.
    pub(crate) fn and<'a>(mut self, them: impl IntoIterator<Item = &'a Spoken>) -> Self {
        let more = Self::of(them);
        self.policies.extend(more.policies);
        self.digest = hex(&format!("{} {}", self.digest, more.digest));
        self.permits |= more.permits;
        self
    }

    /// As Cedar takes them.
    pub(crate) fn set(&self) -> Result<PolicySet, Fault> {
        let set = PolicySet::from_policies(self.policies.iter().cloned());
        set.map_err(|e| Fault::Unaskable(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::{BY_GROUP, Ground, MADE_UP};
    use policy::Bundle;
    use std::collections::BTreeSet;

    fn schema() -> String {
        Bundle::embedded().schema.1
    }

    /// What is done to anything by an action of this name.
    fn things(ground: &Ground, action: &str) -> BTreeSet<String> {
        let places = ground.places.iter().filter(|it| it.of_action(action));
        places.map(|it| it.env.resource().to_string()).collect()
    }

    fn stands_in(ground: &Ground, action: &str, group: &str) -> bool {
        let mut places = ground.places.iter().filter(|it| it.of_action(action)).peekable();
        places.peek().is_some() && places.all(|it| it.groups.iter().any(|it| it.id().unescaped() == group))
    }

    #[test]
    fn every_group_gets_actions_that_nobody_has_heard_of() {
        let more = format!("{}\naction Billing in [Gated];\n", schema());
        let ground = Ground::extended(&more).unwrap();
        let groups: Vec<String> =
            ground.schema.action_groups().map(|it| it.id().unescaped().to_owned()).collect();
        let groups: Vec<&String> = groups.iter().filter(|it| !MADE_UP.contains(&it.as_str())).collect();
        assert!(groups.len() >= 10, "{groups:?}");
        for stem in MADE_UP {
            for group in &groups {
                let made = format!("{stem}{group}");
                if *group == BY_GROUP {
                    assert!(things(&ground, &made).is_empty(), "{made}");
                    continue;
                }
                // a guarantee that names the stem speaks of it
                assert!(stands_in(&ground, &made, group) && stands_in(&ground, &made, stem), "{made}");
            }
        }
    }

    #[test]
    fn they_are_done_to_all_that_their_group_is_done_to() {
        let ground = Ground::extended(&schema()).unwrap();
        for group in ground.schema.action_groups().map(|it| it.id().unescaped().to_owned()) {
            if group == BY_GROUP || MADE_UP.contains(&group.as_str()) {
                continue;
            }
            let real =
                ground.places.iter().filter(|it| MADE_UP.iter().all(|stem| !it.action().starts_with(stem)));
            let real = real.filter(|it| it.groups.iter().any(|it| *it.id().unescaped() == *group));
            let real: BTreeSet<String> = real.map(|it| it.env.resource().to_string()).collect();
            let made = things(&ground, &format!("Unheard{group}"));
            assert!(real.is_subset(&made) && !real.is_empty(), "{group}: {:?}", real.difference(&made));
        }
        assert!(things(&ground, "UnheardCommit").contains("Enquiry"));
    }
}
