//! Judging: the validator first, then cases, the matrix; then whether anything changed at all, and
//! where something did, whether a theorem notices.

use super::equivalent::equivalent;
use super::judge::{Changed, Examples, Replaced, sections, shown};
use super::{Change, Fate, Judged, Mutant, Report, Unable};
use crate::asked::{Environment, Ground, Prepared};
use crate::breaks::Practices;
use crate::cases::Cases;
use crate::proofs::solver::Asking;
use crate::proofs::{Fault, Prover, Theorem, Verdict};
use crate::threads::each;
use cedar_policy::{PolicySet, ValidationMode, Validator};
use policy::{Bundle, Engine};
use std::collections::{BTreeSet, HashMap};

/// Judges these mutants of a bundle's policies by its cases and the matrix, and what is left by theorems and the solver. Without
/// a prover whatever neither notices is said to survive.
///
/// # Errors
/// The policies do not load, a case does not hold for them as they are, or the solver fails.
pub fn run(
    bundle: &Bundle,
    cases: &Cases,
    mutants: Vec<Mutant>,
    prover: Option<&Prover>,
) -> Result<Report, Unable> {
    let engine = Engine::load(bundle).map_err(|e| Unable::Policies(e.to_string()))?;
    let ground = Ground::of(&bundle.schema.1)?;
    let prepare = |it: &policy::PolicyText| {
        ground.prepare(&it.id, &it.source).ok_or_else(|| Unable::Form(it.id.clone()))
    };
    let policies = engine.texts().iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
    let by_id: HashMap<&str, &Prepared> = policies.iter().map(|it| (&*it.id, it)).collect();
    let validator = Validator::new(ground.schema.clone());
    let replaced = |change, (id, source): &(String, Option<String>)| {
        let shrinks = matches!(change, Change::Narrow | Change::Group);
        let before = by_id.get(id.as_str()).copied();
        let before = before.ok_or("no such policy")?;
        let Some(source) = source else { return Ok(Replaced { before, after: None, shrinks }) };
        let after = ground.prepare(id, source);
        let after = after.ok_or("it cannot be read")?;
        let report = validator.validate(after.set(), ValidationMode::Strict);
        // a warning stops the start as well as an error does
        let mut faults = report
            .validation_errors()
            .map(ToString::to_string)
            .chain(report.validation_warnings().map(ToString::to_string));
        match faults.next() {
            Some(fault) => Err(fault),
            None => Ok(Replaced { before, after: Some(after), shrinks }),
        }
    };
    let read = each(&mutants, |_, mutant| {
        mutant.after.iter().map(|it| replaced(mutant.change, it)).collect::<Result<_, _>>().map(Changed)
    });

    let practices = Practices::of(engine.texts());
    let examples = Examples::of(&engine, &ground, &policies, cases)?;
    let mut fates: Vec<Option<Fate>> = each(&read, |_, it| match it {
        Err(fault) => Some(Fate::Validator(fault.clone())),
        Ok(changed) => examples.notice(changed).map(|(case, got)| Fate::Case {
            file: case.file.clone(),
            name: case.name.clone(),
            action: case.action.as_str().to_owned(),
            expected: case.expected.to_string(),
            got: got.to_string(),
            breaks: practices.broken(&case.expected, &got),
        }),
    });

    for ((mutant, read), fate) in mutants.iter().zip(&read).zip(&mut fates) {
        let of_scope = matches!(mutant.change, Change::Principal | Change::Action | Change::Resource)
            || (mutant.change == Change::Narrow && !mutant.now.contains(" has "));
        if of_scope && read.as_ref().is_ok_and(Changed::is_where_it_was) {
            fate.get_or_insert(Fate::Schema);
        }
    }

    let left: Vec<(usize, &Changed<'_>)> = left(&read, &fates);
    let found =
        each(&sections(), |_, section| shown(*section, &engine, &ground, &policies, &practices, &left));
    for found in found {
        for (at, shown) in found? {
            fates[at].get_or_insert(shown);
        }
    }

    if let Some(prover) = prover {
        let left = self::left(&read, &fates);
        let answers = prover.options.solver.each(&left, |asking, (at, changed)| {
            Ok::<_, Unable>((*at, alike(asking, prover, &ground, &policies, changed)?))
        });
        prover.verdicts.save();
        for answer in answers {
            let (at, environments) = answer?;
            if let Some(environments) = environments {
                fates[at] = Some(Fate::Equivalent { environments });
            }
        }
        // what decides something otherwise: few, so one after the other, each by all processes of the solver
        for (at, changed) in self::left(&read, &fates) {
            // the guarantees name groups too: where the schema lost a member, no theorem could be asked as before
            let by_theorems = mutants[at].change != Change::Group;
            fates[at] = Some(told_apart(prover, &policies, &practices, changed, by_theorems)?);
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
    read: &'b [Result<Changed<'a>, String>],
    fates: &[Option<Fate>],
) -> Vec<(usize, &'b Changed<'a>)> {
    let open = read.iter().zip(fates).enumerate().filter(|it| it.1.1.is_none());
    open.filter_map(|(at, (it, _))| Some((at, it.as_ref().ok()?))).collect()
}

/// Policies as they were, and as they are now.
struct Sets<'a>(Vec<&'a Prepared>, Vec<&'a Prepared>);

impl<'a> Sets<'a> {
    /// All, or those of one environment.
    fn of(policies: &'a [Prepared], changed: &'a Changed<'_>, at: Option<&Environment>) -> Self {
        let here = |it: &&Prepared| at.is_none_or(|at| it.environments.contains(at));
        let kept = |it: &&Prepared| changed.0.iter().all(|one| one.before.id != it.id);
        let others = policies.iter().filter(kept).filter(here);
        let now = changed.0.iter().filter_map(|it| it.after.as_ref()).filter(here);
        Self(policies.iter().filter(here).collect(), others.chain(now).collect())
    }

    fn made(&self) -> Result<(PolicySet, PolicySet), Unable> {
        let made = |them: &[&Prepared]| {
            PolicySet::from_policies(them.iter().map(|it| it.policy.clone()))
                .map_err(|e| Unable::Policies(e.to_string()))
        };
        Ok((made(&self.0)?, made(&self.1)?))
    }

    /// Both, word for word.
    fn texts(&self) -> [String; 2] {
        [&self.0, &self.1].map(|them| them.iter().map(|it| format!("{}\n{}\n", it.id, it.policy)).collect())
    }
}

/// In how many environments every request is decided as before, where it is so in all that the change touches. What was
/// shown before is not asked again.
fn alike(
    asking: &mut Asking<'_>,
    prover: &Prover,
    ground: &Ground,
    policies: &[Prepared],
    changed: &Changed<'_>,
) -> Result<Option<usize>, Unable> {
    let environments: BTreeSet<Environment> = changed.environments().collect();
    for at in &environments {
        let sets = Sets::of(policies, changed, Some(at));
        let [was, is] = sets.texts();
        let digest = prover.verdicts.digest(&["alike", &prover.shipped.digest, &place(at), &was, &is]);
        if prover.verdicts.holds(&digest) {
            continue;
        }
        let (before, after) = sets.made()?;
        let unknown = || Unable::Solver(Fault::Unaskable("no such environment".into()));
        let env = ground.request_env(at).ok_or_else(unknown)?;
        if !equivalent(asking, &ground.schema, env, &before, &after)? {
            return Ok(None);
        }
        prover.verdicts.remember(digest);
    }
    Ok(Some(environments.len()))
}

/// An environment as theorems name it.
fn place(at: &Environment) -> String {
    format!("{} {} {}", at.0.as_str(), at.1.as_str(), at.2.as_str())
}

/// A theorem that broke, or else a request that is decided otherwise.
fn told_apart(
    prover: &Prover,
    policies: &[Prepared],
    practices: &Practices,
    changed: &Changed<'_>,
    by_theorems: bool,
) -> Result<Fate, Unable> {
    let (before, after) = Sets::of(policies, changed, None).made()?;
    let places: BTreeSet<String> = changed.environments().map(|it| place(&it)).collect();
    let which = |it: &Theorem| by_theorems && it.is_of_policies();
    let report = prover.prove_where(&after, &which, &|it| places.contains(it));
    if let Some(row) = report.broken().next() {
        return Ok(match row.verdict {
            Verdict::Failed => {
                return Err(Fault::Failed(format!("{} in {}", row.name, row.environment)).into());
            }
            _ => Fate::Theorem {
                name: row.name.clone(),
                environment: row.environment.clone(),
                breaks: row.breaks(practices),
            },
        });
    }
    let found = prover.differences(&before, &after)?;
    // the prover holds words to those that the program has: then only a store with other words tells them apart
    let found = found
        .into_iter()
        .next()
        .ok_or_else(|| Fault::Failed("no word that the program has differs".into()))?;
    let case = found.case.map(|it| format!("\n{it}")).unwrap_or_default();
    Ok(Fate::Survives(format!("{}{case}", found.sentence)))
}
