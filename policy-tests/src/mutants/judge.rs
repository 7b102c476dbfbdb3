//! Who notices a mutant: a case, or the matrix.

use super::{Fate, Unable};
use crate::ask::Answer;
use crate::asked::{Asked, Environment, Ground, Outcome, Prepared, Said};
use crate::breaks::Practices;
use crate::cases::{Case, Cases};
use crate::matrix;
use crate::situations::{columns_by, rows};
use policy::{ActionName, Engine, EntityKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A policy as it was, and as it is now, if it still is.
pub(super) struct Replaced<'a> {
    pub(super) before: &'a Prepared,
    pub(super) after: Option<Prepared>,
    /// Whether it can only apply where it did before, so that where it did not nobody need ask.
    pub(super) shrinks: bool,
}

/// The policies that one mutant changes.
pub(super) struct Changed<'a>(pub(super) Vec<Replaced<'a>>);

impl Changed<'_> {
    /// The environments in which it can matter.
    pub(super) fn environments(&self) -> impl Iterator<Item = Environment> {
        let all: BTreeSet<Environment> = self.0.iter().flat_map(Replaced::environments).collect();
        all.into_iter()
    }

    /// Whether a changed scope lets through exactly what it let through before, since the schema knows nothing else there.
    /// True only of changes that speak of types and actions alone.
    pub(super) fn is_where_it_was(&self) -> bool {
        self.0.iter().all(|it| {
            let before = it.before;
            let same =
                |now: &Prepared| now.effect == before.effect && now.environments == before.environments;
            it.after.as_ref().is_some_and(same)
        })
    }

    pub(super) fn matters_in(&self, at: &Environment) -> bool {
        self.0.iter().any(|it| it.speaks_in(at))
    }

    /// What all say now; `None` where nothing is said differently.
    fn said(&self, asked: &Asked, said: &Said) -> Option<Said> {
        self.0.iter().fold(None, |now, it| it.said(asked, now.as_ref().unwrap_or(said)).or(now))
    }
}

impl Replaced<'_> {
    fn environments(&self) -> impl Iterator<Item = Environment> {
        let after = self.after.iter().flat_map(|it| &it.environments);
        self.before.environments.iter().chain(after).copied()
    }

    fn speaks_in(&self, at: &Environment) -> bool {
        self.before.environments.contains(at)
            || self.after.as_ref().is_some_and(|it| it.environments.contains(at))
    }

    fn said(&self, asked: &Asked, said: &Said) -> Option<Said> {
        let was = said.of(self.before);
        if self.shrinks && was == Outcome::Silent {
            return None;
        }
        let now = self.after.as_ref().map(|it| (it, asked.put_to(it)));
        let is = now.map_or(Outcome::Silent, |it| it.1);
        let turned = self.after.as_ref().is_some_and(|it| it.effect != self.before.effect);
        if was == is && !(turned && is == Outcome::Applies) {
            return None;
        }
        Some(said.instead(&self.before.id, now))
    }
}

fn said_by(all: &[Prepared], asked: &Asked) -> Said {
    let mut said = Said::default();
    for policy in all {
        said.add(policy, asked.put_to(policy));
    }
    said
}

/// The cases, prepared.
pub(super) struct Examples<'a> {
    all: Vec<(&'a Case, Asked, Said)>,
    at: HashMap<Environment, Vec<usize>>,
}

impl<'a> Examples<'a> {
    /// # Errors
    /// A case cannot be asked, or does not hold for the policies as they are.
    pub(super) fn of(
        engine: &Engine,
        ground: &Ground,
        policies: &[Prepared],
        cases: &'a Cases,
    ) -> Result<Self, Unable> {
        let mut it = Self { all: Vec::new(), at: HashMap::new() };
        for case in &cases.all {
            let asked = Asked::of(engine, ground, &case.asker, case.action, &case.on, &case.told)?;
            let Some(asked) = asked else { continue };
            let said = said_by(policies, &asked);
            if said.answer() != case.expected {
                return Err(Unable::Cases(format!("{}: {}: {}", case.file, case.name, said.answer())));
            }
            it.at.entry(asked.at).or_default().push(it.all.len());
            it.all.push((case, asked, said));
        }
        Ok(it)
    }

    /// The first case that ends differently.
    pub(super) fn notice(&self, changed: &Changed<'_>) -> Option<(&'a Case, Answer)> {
        let mut near: Vec<usize> =
            changed.environments().filter_map(|at| self.at.get(&at)).flatten().copied().collect();
        near.sort_unstable();
        near.into_iter().find_map(|at| {
            let (case, asked, said) = &self.all[at];
            let answer = changed.said(asked, said)?.answer();
            (answer != case.expected).then_some((*case, answer))
        })
    }
}

/// A part of the matrix: one action on one type of thing.
pub(super) type Section = (ActionName, EntityKind);

/// Every section of the matrix, in the order of actions.
pub(super) fn sections() -> Vec<Section> {
    let kinds = |action: ActionName| action.kinds().iter().map(move |kind| (action, *kind));
    policy::ALL.iter().copied().flat_map(kinds).collect()
}

/// How often each id stands above and below a section.
type Named = BTreeMap<Arc<str>, i64>;

fn count(answer: &Answer, by: i64, permits: &mut Named, forbids: &mut Named) {
    let to = if answer.allowed { permits } else { forbids };
    for id in &answer.by {
        *to.entry(id.clone()).or_default() += by;
    }
}

/// Which of the mutants a section of the matrix shows, and where.
///
/// # Errors
/// A row or a situation of the matrix is not written as it should be.
pub(super) fn shown(
    section: Section,
    engine: &Engine,
    ground: &Ground,
    policies: &[Prepared],
    practices: &Practices,
    changed: &[(usize, &Changed<'_>)],
) -> Result<Vec<(usize, Fate)>, Unable> {
    let (action, kind) = section;
    let here = |it: &Changed<'_>| it.environments().any(|at| (at.1, at.2) == section);
    let changed: Vec<_> = changed.iter().filter(|it| here(it.1)).collect();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let broken = |e: crate::fields::Mistake| Unable::Cases(e.0);
    // the axes that the page leaves out too: a test holds them to change nothing
    let (_, columns) = columns_by(action, kind, |_| true).map_err(broken)?;
    let mut cells = Vec::new();
    let (mut permits, mut forbids) = (Named::new(), Named::new());
    for row in rows().map_err(broken)? {
        for column in &columns {
            let asked = Asked::of(engine, ground, &row.asker, action, &column.on, &column.told)?;
            let Some(asked) = asked else { continue };
            let said = said_by(policies, &asked);
            let answer = said.answer();
            count(&answer, 1, &mut permits, &mut forbids);
            let place = (row.name, column.signs.iter().collect::<String>());
            cells.push((place, asked, said, answer));
        }
    }
    let mut found = Vec::new();
    for (index, it) in changed {
        let (mut more, mut less) = (permits.clone(), forbids.clone());
        let mut place = None;
        for ((row, signs), asked, said, before) in &cells {
            if !it.matters_in(&asked.at) {
                continue;
            }
            let Some(now) = it.said(asked, said) else { continue };
            let now = now.answer();
            if matrix::sign(&now) != matrix::sign(before) {
                let breaks = practices.broken(before, &now);
                place = Some((format!("{row} below {signs}: {now}, not {before}"), breaks));
                break;
            }
            count(before, -1, &mut more, &mut less);
            count(&now, 1, &mut more, &mut less);
        }
        let ids = |it: &Named| it.iter().filter(|it| *it.1 > 0).map(|it| it.0.clone()).collect::<Vec<_>>();
        let (was, is) = ((ids(&permits), ids(&forbids)), (ids(&more), ids(&less)));
        if place.is_none() && was != is {
            let named = |it: &(Vec<Arc<str>>, Vec<Arc<str>>)| -> BTreeSet<Arc<str>> {
                it.0.iter().chain(&it.1).cloned().collect()
            };
            let (was, is) = (named(&was), named(&is));
            let breaks = practices.those(was.symmetric_difference(&is).map(|it| &**it));
            place = Some(("the policies named above it".to_owned(), breaks));
        }
        if let Some((place, breaks)) = place {
            let place = format!("{} on {}: {place}", action.as_str(), kind.as_str());
            found.push((*index, Fate::Matrix { place, breaks }));
        }
    }
    Ok(found)
}
