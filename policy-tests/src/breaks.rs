//! Which practices a wrong answer breaks: those of the policies that speak otherwise than they should, whatever the file
//! of the case is about.

use crate::Answer;
use crate::matrix::differing;
use policy::PolicyText;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// It knows policies that are no longer there.
const REGISTER: &str = include_str!("../../site/data/practices.toml");

#[derive(Deserialize)]
struct Register {
    practice: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    policies: Vec<String>,
}

/// The practice of each policy.
#[derive(Debug, Clone, Default)]
pub struct Practices(BTreeMap<String, String>);

impl Practices {
    /// Those of these policies as they say themselves, and of others as the register says.
    #[must_use]
    pub fn of(texts: &[PolicyText]) -> Self {
        let mut all = BTreeMap::new();
        if let Ok(register) = toml::from_str::<Register>(REGISTER) {
            // the twelve practices; guarantees and refusals name policies a second time
            for it in register.practice.into_iter().filter(|it| it.id.starts_with('P')) {
                for policy in it.policies {
                    all.entry(policy).or_insert_with(|| it.id.clone());
                }
            }
        }
        all.extend(texts.iter().map(|it| (it.id.clone(), it.practice.clone())));
        Self(all)
    }

    /// The practices that are broken where the first answer was expected and the second came out; none where nobody knows.
    #[must_use]
    pub fn broken(&self, expected: &Answer, got: &Answer) -> Vec<String> {
        self.those(otherwise(expected, got))
    }

    pub(crate) fn those<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let found: BTreeSet<&String> = ids.into_iter().filter_map(|id| self.0.get(id)).collect();
        let mut found: Vec<String> = found.into_iter().cloned().collect();
        found.sort_by_key(|it| (it.len(), it.clone()));
        found
    }

    /// Where two pages of the matrix differ: section by section the practices of the policies that decide there, what is
    /// done to what, the situations, and the lines that are only in the one or the other; where no section differs, the lines.
    #[must_use]
    pub fn differences(&self, was: &str, is: &str) -> Vec<String> {
        let (before, after) = (sections(was), sections(is));
        let heads: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let mut told = Vec::new();
        for head in heads {
            let [before, after] = [&before, &after].map(|it| it.get(head).copied().unwrap_or_default());
            if before == after {
                continue;
            }
            let mut lines =
                vec![format!("this breaks {}: {head}", self.of_section(before, after).join(" or "))];
            lines.extend(situations(if after.is_empty() { before } else { after }));
            lines.extend(differing(before, after));
            told.push(lines.join("\n"));
        }
        if told.is_empty() { differing(was, is) } else { told }
    }

    /// Whose practices a section is no longer as before by: of the policies that can have turned the signs that turned;
    /// where none did, of those that are named only before or only after.
    fn of_section(&self, before: &str, after: &str) -> Vec<String> {
        let [gone, come] = [before, after].map(|it| self.named(it));
        let [forbade, forbids] = [before, after].map(|it| self.named(part(it, "forbidden by")));
        let [permitted, permits] = [before, after].map(|it| self.named(part(it, "allowed by")));
        let mut ids = BTreeSet::new();
        for turn in turned(before, after) {
            // a forbid that is gone is it; else one of them speaks of less, and what it covered is as it should be
            let (left, lost) = match turn {
                ('x', _) => (&forbade, forbade.difference(&forbids)),
                (_, 'x') => (&forbids, forbids.difference(&forbade)),
                (_, '+') => (&permits, permits.difference(&permitted)),
                _ => (&permitted, permitted.difference(&permits)),
            };
            let lost: BTreeSet<&str> = lost.copied().collect();
            ids.extend(if lost.is_empty() { left.iter().copied().collect() } else { lost });
        }
        if ids.is_empty() {
            ids = gone.symmetric_difference(&come).copied().collect();
        }
        self.those(if ids.is_empty() { gone.union(&come).copied().collect() } else { ids })
    }

    /// The policies that a section names.
    fn named<'a>(&self, section: &'a str) -> BTreeSet<&'a str> {
        let words = section.split(|it: char| it.is_whitespace() || it == ',');
        words.filter(|it| self.0.contains_key(*it)).collect()
    }
}

/// The policies that speak otherwise than they should.
fn otherwise<'a>(expected: &'a Answer, got: &'a Answer) -> BTreeSet<&'a str> {
    fn ids(it: &Answer) -> BTreeSet<&str> {
        it.by.iter().map(|it| &**it).collect()
    }
    if let Some(fault) = &got.fault {
        return fault.split('`').skip(1).step_by(2).collect();
    }
    let (was, is) = (ids(expected), ids(got));
    match (expected.allowed, got.allowed) {
        // behind a forbid that is gone stand permits that are as they should be
        (false, true) if !was.is_empty() => was,
        (false, true) => is,
        (true, false) if !is.is_empty() => is,
        (true, false) => was,
        _ => was.symmetric_difference(&is).copied().collect(),
    }
}

/// The lines of a section that begin with these words, to the next that is less deep.
fn part<'a>(section: &'a str, words: &str) -> &'a str {
    let Some(at) = section.find(&format!("  {words} ")) else { return "" };
    let rest = &section[at + 2..];
    // what is wrapped stands below the first id
    let more = rest.match_indices('\n').find(|it| !rest[it.0 + 1..].starts_with("          "));
    &rest[..more.map_or(rest.len(), |it| it.0)]
}

/// Each pair of signs of one asker in one situation that were not the same; none where the situations are others.
fn turned(before: &str, after: &str) -> BTreeSet<(char, char)> {
    if situations(before) != situations(after) {
        return BTreeSet::new();
    }
    let (was, is) = (cells(before), cells(after));
    let names: BTreeSet<&str> = was.keys().chain(is.keys()).map(String::as_str).collect();
    // an asker who is in no line of their own is one of those of a name with a star, or of everyone else
    let at = |of: &BTreeMap<String, String>, name: &str| -> String {
        let starred = of.iter().find(|it| it.0.strip_suffix('*').is_some_and(|head| name.starts_with(head)));
        let found = of.get(name).or(starred.map(|it| it.1)).or_else(|| of.get(ELSE));
        found.cloned().unwrap_or_default()
    };
    let mut turned = BTreeSet::new();
    // of whom one page tells together, and the other one by one, each is asked
    let parted = |of: &BTreeMap<String, String>, head: &str| {
        of.keys().any(|it| it.starts_with(head) && *it != format!("{head}*"))
    };
    let whole = |it: &&str| it.strip_suffix('*').is_none_or(|head| !parted(&was, head) && !parted(&is, head));
    for name in names.into_iter().filter(whole) {
        let (was, is) = (at(&was, name), at(&is, name));
        turned.extend(was.chars().zip(is.chars()).filter(|it| it.0 != it.1));
    }
    turned
}

const ELSE: &str = "everyone else";

/// The cells of a section's lines by who gets them.
fn cells(section: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut signs = String::new();
    for line in section.lines().filter(|it| it.starts_with("    ")) {
        let words = line.trim();
        let (head, names) = words.split_once("  ").unwrap_or(("", words));
        if !line.starts_with("     ") {
            signs = head.to_owned();
        }
        if !signs.is_empty() && signs.chars().all(|it| "+.x?".contains(it)) {
            let names = names.split(", ").map(|it| it.trim().trim_end_matches(','));
            all.extend(names.map(|it| (it.to_owned(), signs.clone())));
        }
    }
    all
}

/// The lines of a section that tell its columns: those between the policies and the dashes.
fn situations(section: &str) -> Vec<String> {
    let lines: Vec<&str> = section.lines().collect();
    let dashes = |it: &&str| !it.trim().is_empty() && it.trim().chars().all(|it| it == '-');
    let end = lines.iter().position(dashes).unwrap_or(0);
    let axis = |it: &&&str| it.strip_prefix("    ").is_some_and(|it| !it.starts_with(' '));
    lines[..end].iter().filter(axis).map(|it| (*it).to_owned()).collect()
}

/// What stands below each section's head.
fn sections(page: &str) -> BTreeMap<&str, &str> {
    let blocks = page.split("\n\n").map(|it| it.trim_start_matches('\n'));
    // the head of a practice stands above its first section
    let blocks = blocks.map(|it| match it.strip_prefix("== ") {
        Some(rest) => rest.split_once('\n').map_or("", |it| it.1.trim_start()),
        None => it,
    });
    blocks.filter_map(|it| it.find("\n  ").map(|at| (&it[..at], &it[at + 1..]))).collect()
}
