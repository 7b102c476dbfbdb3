//! Differences between policies of two schemas: each asked as its own schema has it.

use super::ask::Desk;
use super::cache::Verdicts;
use super::declared::Declared;
use super::differences::{Difference, both_ways};
use super::ground::{Ground, Half, Place, Spoken, spoken};
use super::guarantees::Guarantees;
use super::options::Options;
use super::solver::{Asking, Fault};
use cedar_policy::{Policy, PolicySet};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What changes between two sets of policies where each has a schema of its own.
#[derive(Debug, Default, serde::Serialize)]
pub struct Across {
    /// As between policies of one schema: newly allowed first.
    pub differences: Vec<Difference>,
    /// In how many environments both sets were asked.
    pub compared: usize,
    /// The other environments, and why nothing can be said of a change there.
    pub apart: BTreeMap<String, String>,
}

/// One side: its policies and its schema.
struct Side {
    policies: Vec<Spoken>,
    ground: Ground,
    declared: Declared,
}

impl Side {
    fn of((policies, schema): (&PolicySet, &str)) -> Result<Self, Fault> {
        Ok(Self { policies: spoken(policies), ground: Ground::of(schema)?, declared: Declared::of(schema)? })
    }

    /// Whether a policy that speaks there asks for one of these attributes.
    fn asks_for(&self, names: &BTreeSet<String>, place: &Place) -> Result<bool, Fault> {
        for it in self.policies.iter().filter(|it| it.speaks_in(place)) {
            if finds(&parts(it)?["conditions"], &|it| {
                it["attr"].as_str().is_some_and(|it| names.contains(it))
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Compares policies of the old schema with policies of the new one, environment by environment. Each set is asked as its
/// own schema has it: with the groups that the action has there, and where only one schema knows an environment, the other
/// allows nothing in it. Where the facts are not the same, those of the schema that has room for both are asked, and where
/// that could deceive, the environment is told apart.
///
/// # Errors
/// A schema cannot be read, there is no solver, or it could not answer a question. A policy that asks for what the other
/// schema does not have is no error: its environment is told apart.
pub fn differences_across(
    old: (&PolicySet, &str),
    new: (&PolicySet, &str),
    options: &Options,
) -> Result<Across, Fault> {
    let words = Guarantees::embedded()?.words;
    let verdicts = Verdicts::of(options.cache.as_deref(), &options.solver.version()?);
    let (before, now) = (Side::of(old)?, Side::of(new)?);
    let names: BTreeSet<&String> =
        [&before, &now].into_iter().flat_map(|it| &it.ground.places).map(|it| &it.name).collect();
    let jobs: Vec<&String> = names.into_iter().collect();
    let compare = |asking: &mut Asking<'_>, name: &&String| {
        let none = || Half::of([]);
        let (then, place) = (before.ground.place(name), now.ground.place(name));
        let (ground, at, left, right, only) = match (then, place) {
            (Some(then), Some(place)) => {
                let (ground, at) = ground(&before, &now, then, place)?;
                (ground, at, half(&before, then, place)?, half(&now, place, then)?, None)
            }
            (Some(then), None) => (&before.ground, then, half(&before, then, then)?, none(), Some("old")),
            (None, Some(place)) => (&now.ground, place, none(), half(&now, place, place)?, Some("new")),
            (None, None) => return Ok::<_, Fault>(Vec::new()),
        };
        let mut desk = Desk::new(ground, at, asking, &verdicts, &words);
        let mut found = both_ways(&mut desk, &left, &right)?;
        for (it, only) in found.iter_mut().flat_map(|it| only.map(|only| (it, only))) {
            it.sentence = format!("{} Only the {only} schema knows of it.", it.sentence);
        }
        Ok(found)
    };
    let answers = options.solver.each(&jobs, compare);
    verdicts.save();
    let mut across = Across::default();
    for (name, answer) in jobs.into_iter().zip(answers) {
        match answer {
            Ok(found) => {
                across.compared += 1;
                across.differences.extend(found);
            }
            Err(fault) if !fault.is_the_solvers() => {
                across.apart.insert(name.clone(), fault.to_string());
            }
            Err(fault) => return Err(fault),
        }
    }
    across.differences.sort_by_key(|it| it.from);
    Ok(across)
}

/// The schema whose facts are asked: the new one, where no policy asks for what the two have otherwise; else the one that
/// has room for the facts of both, where the policies of the other ask for nothing of that.
fn ground<'a>(
    old: &'a Side,
    new: &'a Side,
    then: &'a Place,
    now: &'a Place,
) -> Result<(&'a Ground, &'a Place), Fault> {
    let apart = |why: &str| Fault::Unaskable(format!("the facts are not the same: {why}"));
    let unlike = old.declared.unlike(&new.declared, now).map_err(|why| apart(&why))?;
    let (then_asks, now_asks) = (old.asks_for(&unlike.names, then)?, new.asks_for(&unlike.names, now)?);
    if !then_asks && (!now_asks || !unlike.old_has_more) {
        Ok((&new.ground, now))
    } else if !now_asks && !unlike.new_has_more {
        Ok((&old.ground, then))
    } else {
        Err(apart(&unlike.told.join(", ")))
    }
}

/// The policies that speak in an environment, with the action's name for the list of actions that they stand in: the
/// other schema need not know the others.
fn half(side: &Side, own: &Place, other: &Place) -> Result<Half, Fault> {
    let mut all = Vec::new();
    for it in side.policies.iter().filter(|it| it.speaks_in(own)) {
        let mut text = parts(it)?;
        if !own.same_groups(other) && finds(&text["conditions"], &asks_for_groups) {
            return Err(no(it, &"it asks in which groups the action is, and they are not the same"));
        }
        let action = own.env.action();
        let id = action.id().unescaped();
        text["action"] =
            json!({ "op": "==", "entity": { "type": action.type_name().to_string(), "id": id } });
        let policy = Policy::from_json(Some(it.policy.id().clone()), text).map_err(|e| no(it, &e))?;
        all.push(Spoken::of(policy));
    }
    Ok(Half::of(&all))
}

fn no(it: &Spoken, e: &dyn std::fmt::Display) -> Fault {
    Fault::Unaskable(format!("`{}`: {e}", it.id))
}

fn parts(it: &Spoken) -> Result<Value, Fault> {
    it.policy.to_json().map_err(|e| no(it, &e))
}

/// `action in …`, and `action is … in …`: comparing it with one action is nothing that groups could change.
fn asks_for_groups(it: &Value) -> bool {
    let action = |it: &Value| finds(it, &|it| it["Var"] == "action");
    action(&it["in"]) || (it["is"]["in"].is_object() && action(&it["is"]))
}

/// Whether a part of a condition is so.
fn finds(condition: &Value, so: &dyn Fn(&Value) -> bool) -> bool {
    match condition {
        Value::Object(it) => so(condition) || it.values().any(|it| finds(it, so)),
        Value::Array(them) => them.iter().any(|it| finds(it, so)),
        _ => false,
    }
}
