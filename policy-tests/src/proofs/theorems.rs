//! What is claimed of the policies: the guarantees, and what can only be said of the policies as a whole.

use super::guarantees::{Guarantees, Must};
use super::solver::Fault;
use super::substitute::Put;
use serde_json::json;

/// What kind of claim a theorem makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No request that the guarantee describes is allowed.
    Never,
    /// Every request that the guarantee describes is allowed.
    Always,
    /// What is allowed with one value of an attribute is allowed with another.
    Narrower,
    /// With one value of an attribute exactly the same is allowed as with another.
    Same,
    /// No policy can raise an error.
    Sound,
    /// Something can happen at all: a policy can match, a forbid can win.
    Possible,
    /// Where no policy permits, nothing is allowed.
    Silent,
    /// What the engine decides by allows exactly what the policies as written allow.
    Prepared,
    /// What a list shows is exactly what is allowed one by one.
    Listed,
}

impl Kind {
    /// Whether it is claimed of each environment by itself, and not of the policies as a whole.
    #[must_use]
    pub fn is_of_environments(self) -> bool {
        matches!(self, Self::Never | Self::Always | Self::Narrower | Self::Same)
    }
}

/// One claim, true of all requests or false.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Theorem {
    /// Its name, by which the register and the command line know it.
    pub name: String,
    /// The entry of the register that it belongs to.
    pub guarantee: String,
    /// What is claimed, as a sentence.
    pub says: String,
    /// What kind of claim it is.
    pub kind: Kind,
    /// Ids of the assumptions that it needs.
    pub assumptions: Vec<String>,
    #[serde(skip)]
    pub(crate) inside: Inside,
}

impl Theorem {
    /// Whether it tells what the policies decide; others tell that the engine and its lists decide what the policies say,
    /// whatever these say.
    pub(crate) fn is_of_policies(&self) -> bool {
        !matches!(self.inside, Inside::Engine | Inside::Lists)
    }
}

/// What the prover needs to know beside.
#[derive(Debug, Clone)]
pub(crate) enum Inside {
    /// The guarantee of this index.
    Guarantee(usize),
    /// On `Profile` alone: what is put on the left, and on the right.
    Profile(Vec<Put>, Vec<Put>),
    /// Each capability, in every environment but the one that the plan is for.
    Plan,
    NoErrors,
    PoliciesMatch,
    ForbidsWin,
    GuaranteesMatch,
    NothingPermits,
    Engine,
    Lists,
}

/// Forbids that no permit of today runs into: they stand in the way of a permit that somebody may add. That each still
/// has nothing to do is itself proved, so that this list can only shrink.
pub(crate) const BELTS: &[&str] = &["artist-sees-no-artist", "commit-needs-a-person"];

/// Every theorem, those of the guarantees first.
///
/// # Errors
/// The guarantees that are built in cannot be read.
pub fn all() -> Result<Vec<Theorem>, Fault> {
    Ok(of(&Guarantees::embedded()?))
}

/// Every theorem, with these guarantees.
#[must_use]
pub fn of(guarantees: &Guarantees) -> Vec<Theorem> {
    let mut all: Vec<Theorem> = guarantees
        .all
        .iter()
        .enumerate()
        .map(|(at, it)| Theorem {
            name: it.id.clone(),
            guarantee: it.of.clone(),
            says: it.says.clone(),
            kind: match it.must {
                Must::Never => Kind::Never,
                Must::Always => Kind::Always,
            },
            assumptions: it.assumes.clone(),
            inside: Inside::Guarantee(at),
        })
        .collect();
    let level = |it: &str| Put::Attribute("level", json!(it));
    let put = |name: &'static str, it: bool| Put::Attribute(name, json!(it));
    let profile = |name: &str, kind: Kind, left: Vec<Put>, right: Vec<Put>, says: &str| {
        theorem(name, "P6", kind, Inside::Profile(left, right), says)
    };
    let narrower = |name: &str, tight: &str, open: &str, says: &str| {
        profile(name, Kind::Narrower, vec![level(tight)], vec![level(open)], says)
    };
    all.extend([
        narrower(
            "level-private-within-stealth",
            "workspace_private",
            "stealth",
            "Whatever is allowed while a profile is workspace-private is allowed on the stealth roster too.",
        ),
        narrower(
            "level-stealth-within-listing",
            "stealth",
            "private_listing",
            "Whatever is allowed on the stealth roster is allowed at the private listing too.",
        ),
        narrower(
            "level-listing-within-public",
            "private_listing",
            "public",
            "Whatever is allowed at the private listing is allowed while a profile is public too.",
        ),
        profile(
            "level-public-without-opt-in",
            Kind::Same,
            vec![level("public"), put("opted_in", false)],
            vec![level("private_listing")],
            "Public without the artist's opt-in counts as a private listing, opted in or not.",
        ),
        profile(
            "level-unverified-is-private",
            Kind::Same,
            vec![put("verified", false)],
            vec![put("verified", false), level("workspace_private")],
            "While the artist's workspace is unverified, every level counts as workspace-private.",
        ),
        profile(
            "level-unclaimed-is-private",
            Kind::Same,
            vec![put("claimed", false)],
            vec![put("claimed", false), level("workspace_private")],
            "While no artist has claimed a managed profile, every level counts as workspace-private.",
        ),
        theorem(
            "plan-changes-discovery-alone",
            "P5",
            Kind::Same,
            Inside::Plan,
            "A plan changes what a presenter may find, and nothing else of what anyone may do or see.",
        ),
        theorem(
            "no-policy-errors",
            "P9",
            Kind::Sound,
            Inside::NoErrors,
            "No policy can raise an error, whatever is asked.",
        ),
        theorem(
            "silence-denies",
            "P9",
            Kind::Silent,
            Inside::NothingPermits,
            "Where no policy permits an action, it is denied, whoever asks.",
        ),
        theorem(
            "forbids-win",
            "P9",
            Kind::Possible,
            Inside::ForbidsWin,
            "Every forbid wins over a permit in some request; those kept against later permits are named and win none.",
        ),
        theorem(
            "policies-match",
            "P9",
            Kind::Possible,
            Inside::PoliciesMatch,
            "Every policy applies to some request: none is dead.",
        ),
        theorem(
            "guarantees-match",
            "P9",
            Kind::Possible,
            Inside::GuaranteesMatch,
            "Every guarantee describes some request: no proof is empty.",
        ),
        theorem(
            "engine-decides-as-written",
            "P9",
            Kind::Prepared,
            Inside::Engine,
            "What the engine evaluates in each environment allows exactly what the policies as written allow.",
        ),
        theorem(
            "lists-show-what-is-decided",
            "P9",
            Kind::Listed,
            Inside::Lists,
            "A list's filter, filled in and in normal form, selects exactly the rows that the policies allow one by one.",
        ),
    ]);
    all
}

fn theorem(name: &str, guarantee: &str, kind: Kind, inside: Inside, says: &str) -> Theorem {
    Theorem {
        name: name.to_owned(),
        guarantee: guarantee.to_owned(),
        says: says.to_owned(),
        kind,
        assumptions: Vec::new(),
        inside,
    }
}
