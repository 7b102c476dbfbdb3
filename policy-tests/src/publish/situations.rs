//! The situations of the matrix in words, and many of them told as few.

use std::collections::BTreeSet;

/// An axis in words: what stands before its values, and each sign's value. An axis that is a yes or a no has no
/// word before, and its values are whole.
type Words = (&'static str, &'static str, &'static [(char, &'static str)]);

const WORDS: &[Words] = &[
    (
        "parties",
        "parties",
        &[('o', "all those asking"), ('n', "the same without an agency"), ('x', "others")],
    ),
    ("counsel", "", &[('+', "counsel invited"), ('-', "counsel not invited")]),
    (
        "level",
        "level",
        &[('P', "public"), ('L', "private listing"), ('S', "stealth roster"), ('W', "workspace-private")],
    ),
    (
        "to",
        "to",
        &[('P', "public"), ('L', "private listing"), ('S', "stealth roster"), ('W', "workspace-private")],
    ),
    ("opted in", "", &[('+', "opted in"), ('-', "not opted in")]),
    ("verified", "", &[('+', "verified"), ('-', "unverified")]),
    ("discoverable", "", &[('+', "discoverable"), ('-', "not discoverable")]),
    ("claimed", "", &[('+', "claimed"), ('-', "unclaimed")]),
    ("confirmed", "", &[('+', "deadline confirmed"), ('-', "deadline not confirmed")]),
    ("person", "person", &[('o', "oneself"), ('x', "another")]),
    ("sent by", "sent by", &[('o', "oneself"), ('x', "another")]),
    ("terms", "terms", &[('r', "as requested"), ('c', "countered")]),
    ("enrolled", "", &[('+', "factor enrolled"), ('-', "no factor enrolled")]),
    ("issuer", "", &[('+', "its issuer still staff"), ('-', "its issuer staff no longer")]),
    ("revoked", "", &[('+', "revoked"), ('-', "not revoked")]),
    ("colleague", "", &[('+', "a colleague"), ('-', "no colleague")]),
    ("is member", "", &[('+', "a member here"), ('-', "no member here")]),
    (
        "owner",
        "owner",
        &[('a', "the artist"), ('g', "the agency"), ('p', "the presenter"), ('x', "another agency")],
    ),
    ("prepared", "", &[('+', "prepared"), ('-', "already confirmed")]),
    (
        "audience",
        "audience",
        &[
            ('e', "all parties"),
            ('c', "the contract’s"),
            ('f', "artist and agency"),
            ('a', "artist"),
            ('g', "agency"),
            ('p', "presenter"),
        ],
    ),
    ("side", "side", &[('a', "artist"), ('g', "agency"), ('p', "presenter")]),
    ("shared", "", &[('+', "shared"), ('-', "not shared")]),
    ("money", "", &[('+', "of money"), ('-', "not of money")]),
    (
        "agencies",
        "agencies",
        &[('>', "agency asked partner"), ('<', "partner asked agency"), ('x', "two others")],
    ),
    (
        "names",
        "names",
        &[('o', "artist and agency"), ('n', "the artist alone"), ('x', "others"), ('-', "nobody here")],
    ),
    ("answer", "", &[('+', "answer prepared"), ('-', "no answer prepared")]),
    ("workspace", "workspace", &[('o', "one’s own"), ('x', "another’s")]),
    ("presenter", "presenter", &[('o', "one’s own"), ('x', "another’s")]),
    ("agency", "agency", &[('o', "one’s own"), ('x', "another’s")]),
    ("shown", "shown", &[('=', "as it stands"), ('#', "something else")]),
    ("claim", "claim", &[('=', "the one sent"), ('#', "another")]),
    ("overdue", "deadline", &[('+', "reached"), ('-', "not reached"), ('<', "more than seven days away")]),
];

/// A region of situations: for each axis the signs that it may have, as places in [`Axes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    sides: Vec<BTreeSet<usize>>,
}

/// The axes of a section: each one's name and its signs, in the order of their first occurrence.
#[derive(Debug)]
pub(super) struct Axes {
    all: Vec<(&'static str, Vec<char>)>,
}

impl Axes {
    /// Of the columns of a section, each with a sign for each axis.
    pub(super) fn of(names: &[&'static str], columns: &[Vec<char>]) -> Self {
        let mut all: Vec<(&'static str, Vec<char>)> = names.iter().map(|it| (*it, Vec::new())).collect();
        for column in columns {
            for (axis, sign) in all.iter_mut().zip(column) {
                if !axis.1.contains(sign) {
                    axis.1.push(*sign);
                }
            }
        }
        Self { all }
    }

    /// The one situation of a column.
    pub(super) fn single(&self, column: &[char]) -> Region {
        let place = |(axis, sign): (&(&str, Vec<char>), &char)| axis.1.iter().position(|it| it == sign);
        Region { sides: self.all.iter().zip(column).map(|it| place(it).into_iter().collect()).collect() }
    }

    /// In words: `parties all those asking, deadline confirmed`; empty where it is every situation.
    pub(super) fn say(&self, it: &Region) -> String {
        let mut said = Vec::new();
        for ((name, signs), side) in self.all.iter().zip(&it.sides) {
            if side.len() == signs.len() {
                continue;
            }
            let words = WORDS.iter().find(|it| it.0 == *name);
            let word = |at: &usize| {
                let sign = signs.get(*at).copied().unwrap_or('?');
                let known = words.and_then(|it| it.2.iter().find(|it| it.0 == sign));
                known.map_or_else(|| format!("{name} {sign}"), |it| it.1.to_owned())
            };
            let values: Vec<String> = side.iter().map(word).collect();
            let before = words.map(|it| it.1).filter(|it| !it.is_empty());
            said.push(
                before
                    .into_iter()
                    .map(str::to_owned)
                    .chain([values.join(" or ")])
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }
        said.join(", ")
    }

    /// Signs that have no words yet, as `axis sign`.
    pub(super) fn unknown(&self) -> Vec<String> {
        let known = |name: &str, sign: char| {
            WORDS.iter().any(|it| it.0 == name && it.2.iter().any(|it| it.0 == sign))
        };
        let signs = self.all.iter().flat_map(|(name, signs)| signs.iter().map(move |it| (*name, *it)));
        signs.filter(|it| !known(it.0, it.1)).map(|it| format!("{} {}", it.0, it.1)).collect()
    }
}

/// The same situations as fewer regions: two that differ on one axis alone become one, until none do.
pub(super) fn joined(mut all: Vec<Region>) -> Vec<Region> {
    loop {
        let mut pairs = (0..all.len()).flat_map(|a| (a + 1..all.len()).map(move |b| (a, b)));
        let pair = pairs.find_map(|(a, b)| {
            let differing: Vec<usize> =
                (0..all[a].sides.len()).filter(|at| all[a].sides[*at] != all[b].sides[*at]).collect();
            match differing.as_slice() {
                [] => Some((a, b, None)),
                [one] => Some((a, b, Some(*one))),
                _ => None,
            }
        });
        let Some((a, b, axis)) = pair else { return all };
        let gone = all.remove(b);
        if let Some(axis) = axis {
            let more = gone.sides.into_iter().nth(axis).unwrap_or_default();
            all[a].sides[axis].extend(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Axes, joined};

    fn axes() -> (Axes, Vec<Vec<char>>) {
        let columns: Vec<Vec<char>> =
            ["+P", "+L", "+S", "-P", "-L", "-S"].iter().map(|it| it.chars().collect()).collect();
        (Axes::of(&["verified", "level"], &columns), columns)
    }

    #[track_caller]
    fn check(which: &[usize], said: &[&str]) {
        let (axes, columns) = axes();
        let regions = joined(which.iter().map(|at| axes.single(&columns[*at])).collect());
        assert_eq!(regions.iter().map(|it| axes.say(it)).collect::<Vec<_>>(), said);
    }

    #[test]
    fn situations_are_told_as_few() {
        check(&[0, 1, 2, 3, 4, 5], &[""]);
        check(&[0, 1, 2], &["verified"]);
        check(&[0, 3], &["level public"]);
        check(&[0, 1, 3, 4], &["level public or private listing"]);
        check(&[1], &["verified, level private listing"]);
        check(&[0, 1, 2, 3], &["verified", "unverified, level public"]);
    }

    #[test]
    fn a_sign_without_words_is_named() {
        let axes = Axes::of(&["verified", "mood"], &[vec!['+', 'g']]);
        assert_eq!(axes.unknown(), ["mood g"]);
    }
}
