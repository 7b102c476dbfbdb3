//! Judging: the validator first, then cases, the matrix, theorems, and last the question whether anything changed at all.

use super::asked::{Ground, Prepared};
use super::equivalent::{Equal, Prover};
use super::judge::{Changed, Examples, each, sections, shown};
use super::{Change, Environment, Fate, Judged, Mutant, Report, Unable};
use crate::cases::Cases;
use cedar_policy::{PolicySet, ValidationMode, Validator};
use policy::{Bundle, Engine};
use std::collections::HashMap;

/// Judges these mutants of a bundle's policies by its cases and the matrix, and what is left by the prover. Without a
/// prover whatever neither notices is said to survive.
///
/// # Errors
/// The policies do not load, a case does not hold for them as they are, or the prover fails.
pub fn run(
    bundle: &Bundle,
    cases: &Cases,
    mutants: Vec<Mutant>,
    prover: Option<&dyn Prover>,
) -> Result<Report, Unable> {
    let engine = Engine::load(bundle).map_err(|e| Unable::Policies(e.to_string()))?;
    let ground = Ground::of(&bundle.schema.1)?;
    let prepare = |it: &policy::PolicyText| {
        ground.prepare(&it.id, &it.source).ok_or_else(|| Unable::Form(it.id.clone()))
    };
    let policies = engine.texts().iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
    let by_id: HashMap<&str, &Prepared> = policies.iter().map(|it| (&*it.id, it)).collect();
    let validator = Validator::new(ground.schema.clone());

    let read = each(&mutants, |_, mutant| {
        let before = by_id.get(mutant.policy.as_str()).copied();
        let before = before.ok_or_else(|| Fate::Validator("no such policy".into()))?;
        let Some(source) = &mutant.source else { return Ok(Changed { before, after: None }) };
        let after = ground.prepare(&mutant.policy, source);
        let after = after.ok_or_else(|| Fate::Validator("it cannot be read".into()))?;
        let report = validator.validate(after.set(), ValidationMode::Strict);
        // a warning stops the start as well as an error does
        let mut faults = report
            .validation_errors()
            .map(ToString::to_string)
            .chain(report.validation_warnings().map(ToString::to_string));
        match faults.next() {
            Some(fault) => Err(Fate::Validator(fault)),
            None => Ok(Changed { before, after: Some(after) }),
        }
    });

    let examples = Examples::of(&engine, &ground, &policies, cases)?;
    let mut fates: Vec<Option<Fate>> = each(&read, |_, it| match it {
        Err(fate) => Some(fate.clone()),
        Ok(changed) => examples.notice(changed).map(|(case, got)| Fate::Case {
            file: case.file.clone(),
            name: case.name.clone(),
            action: case.action.as_str().to_owned(),
            expected: case.expected.to_string(),
            got: got.to_string(),
        }),
    });

    for ((mutant, read), fate) in mutants.iter().zip(&read).zip(&mut fates) {
        let of_scope = matches!(mutant.change, Change::Principal | Change::Action | Change::Resource);
        if of_scope && read.as_ref().is_ok_and(Changed::is_where_it_was) {
            fate.get_or_insert(Fate::Schema);
        }
    }

    let left: Vec<(usize, &Changed<'_>)> = left(&read, &fates);
    let found = each(&sections(), |_, section| shown(*section, &engine, &ground, &policies, &left));
    for found in found {
        for (at, place) in found? {
            fates[at].get_or_insert(Fate::Matrix(place));
        }
    }

    if let Some(prover) = prover {
        let left = self::left(&read, &fates);
        let asked = each(&left, |_, (at, changed)| {
            let mut environments: Vec<Environment> = changed.environments().collect();
            environments.sort_unstable();
            let sets = Sets { policies: &policies, changed };
            Ok::<_, Unable>((*at, theorem_or_equal(prover, &ground, &environments, &sets)?))
        });
        for it in asked {
            let (at, fate) = it?;
            fates[at] = Some(fate);
        }
    }
    let unasked = || Fate::Survives("the solver was not asked".into());
    let judged = mutants
        .into_iter()
        .zip(fates)
        .map(|(mutant, fate)| Judged { mutant, fate: fate.unwrap_or_else(unasked) })
        .collect();
    Ok(Report { policies: policies.len(), mutants: judged })
}

fn left<'a, 'b>(
    read: &'b [Result<Changed<'a>, Fate>],
    fates: &[Option<Fate>],
) -> Vec<(usize, &'b Changed<'a>)> {
    let open = read.iter().zip(fates).enumerate().filter(|it| it.1.1.is_none());
    open.filter_map(|(at, (it, _))| Some((at, it.as_ref().ok()?))).collect()
}

/// The policies of one environment, before and after.
struct Sets<'a> {
    policies: &'a [Prepared],
    changed: &'a Changed<'a>,
}

impl Sets<'_> {
    fn at(&self, environment: &Environment) -> Option<(PolicySet, PolicySet)> {
        let here = |it: &&Prepared| it.environments.contains(environment);
        let before = self.policies.iter().filter(here).map(|it| it.policy.clone());
        let others = self.policies.iter().filter(|it| it.id != self.changed.before.id).filter(here);
        let after = others.chain(self.changed.after.as_ref().filter(here)).map(|it| it.policy.clone());
        Some((PolicySet::from_policies(before).ok()?, PolicySet::from_policies(after).ok()?))
    }
}

fn theorem_or_equal(
    prover: &dyn Prover,
    ground: &Ground,
    environments: &[Environment],
    sets: &Sets<'_>,
) -> Result<Fate, Unable> {
    let mut pairs = Vec::new();
    for at in environments {
        let pair = sets.at(at).ok_or_else(|| Unable::Solver("two policies with one id".into()))?;
        let env = ground.request_env(at).ok_or_else(|| Unable::Solver("no such environment".into()))?;
        pairs.push((env, pair));
    }
    for (env, (_, after)) in &pairs {
        if let Some(theorem) = prover.theorem(env, after).map_err(Unable::Solver)? {
            return Ok(Fate::Theorem(theorem));
        }
    }
    let mut under = Vec::new();
    for (env, (before, after)) in &pairs {
        match prover.equal(env, before, after).map_err(Unable::Solver)? {
            Equal::Proved(assumptions) => {
                under.extend(assumptions);
            }
            Equal::Differs(witness) => return Ok(Fate::Survives(witness)),
        }
    }
    under.sort();
    under.dedup();
    Ok(Fate::Equivalent { environments: pairs.len(), under })
}
