//! A world as small numbers, so that it can be drawn at random and made smaller.

use proptest::collection::vec;
use proptest::prelude::*;

/// Artists are workspaces 0 to 2, agencies 3 to 5, presenters 6 and 7.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    /// Verified, the larger plan, closed.
    pub(crate) workspaces: Vec<(bool, bool, bool)>,
    /// Of each workspace's member: status, role, granted money, in person.
    pub(crate) members: Vec<(u8, u8, bool, bool)>,
    /// Counsel twice, admins twice: status, second factor (none, fresh, old).
    pub(crate) staff: Vec<(u8, u8)>,
    /// Whether the first admin is the person behind the first artist.
    pub(crate) same_person: bool,
    /// Of each artist: level, opted in, discoverable, claimed, name.
    pub(crate) profiles: Vec<(u8, bool, bool, bool, u8)>,
    /// Artist, agency, state, start, end.
    pub(crate) mandates: Vec<(usize, usize, u8, u8, u8)>,
    /// Asker, asked, state.
    pub(crate) partnerships: Vec<(usize, usize, u8)>,
    /// Artist, presenter.
    pub(crate) invitations: Vec<(usize, usize)>,
    /// Artist, agency, presenter.
    pub(crate) engagements: Vec<(usize, Option<usize>, usize)>,
    /// Engagement, counsel, side, withdrawn.
    pub(crate) counsel: Vec<(usize, usize, u8, bool)>,
    /// Engagement, what (request, hold, message, else document), state, side, shared, opened to counsel.
    pub(crate) records: Vec<(usize, u8, u8, u8, bool, Option<usize>)>,
    /// Owner, kind, state.
    pub(crate) drafts: Vec<(usize, u8, u8)>,
    /// Artist, agency, state.
    pub(crate) enquiries: Vec<(Option<usize>, Option<usize>, u8)>,
    /// Revoked.
    pub(crate) codes: Vec<bool>,
}

/// Any world. Most accounts are approved, most workspaces verified: refusals at the gate would hide the rest.
pub(crate) fn any() -> impl Strategy<Value = Sketch> {
    let mostly = prop::bool::weighted(0.8);
    let flag = prop::bool::ANY;
    let rarely = prop::bool::weighted(0.05);
    let status = prop_oneof![6 => Just(1u8), 1 => 0u8..5];
    let people = (
        vec((mostly, flag, rarely), 8),
        vec((status.clone(), 0u8..3, flag, flag), 8),
        vec((status, 0u8..3), 4),
        flag,
    );
    let seen = (
        vec((0u8..4, flag, flag, mostly, 0u8..4), 3),
        vec((0usize..3, 0usize..3, 0u8..5, 0u8..4, 0u8..4), 0..7),
        vec((0usize..3, 0usize..3, 0u8..3), 0..4),
        vec((0usize..3, 0usize..2), 0..4),
    );
    let work = (
        vec((0usize..3, prop::option::of(0usize..3), 0usize..2), 0..5),
        vec((0usize..5, 0usize..2, 0u8..3, flag), 0..5),
        vec((0usize..5, 0u8..6, 0u8..5, 0u8..3, flag, prop::option::of(0usize..2)), 0..10),
        vec((0usize..8, 0u8..9, 0u8..3), 0..5),
        vec((prop::option::of(0usize..3), prop::option::of(0usize..3), 0u8..3), 0..5),
        vec(flag, 0..3),
    );
    (people, seen, work).prop_map(|(people, seen, work)| Sketch {
        workspaces: people.0,
        members: people.1,
        staff: people.2,
        same_person: people.3,
        profiles: seen.0,
        mandates: seen.1,
        partnerships: seen.2,
        invitations: seen.3,
        engagements: work.0,
        counsel: work.1,
        records: work.2,
        drafts: work.3,
        enquiries: work.4,
        codes: work.5,
    })
}

/// One world in which everybody has something to list.
pub(crate) fn full() -> Sketch {
    Sketch {
        workspaces: vec![(true, true, false); 8],
        members: vec![(1, 0, true, true); 8],
        staff: vec![(1, 1); 4],
        same_person: false,
        profiles: vec![(0, true, true, true, 0), (1, false, true, true, 1), (2, false, false, true, 1)],
        mandates: vec![(0, 0, 1, 1, 0), (1, 0, 2, 1, 3), (2, 1, 1, 2, 0), (1, 2, 0, 0, 0)],
        partnerships: vec![(0, 1, 1), (2, 0, 1)],
        invitations: vec![(2, 0), (2, 1)],
        engagements: vec![(0, Some(0), 0), (1, None, 1), (2, Some(1), 0), (0, Some(2), 1)],
        counsel: vec![(0, 0, 0, false), (1, 1, 2, false), (2, 0, 1, true)],
        records: (0..16).map(|n| (n % 4, (n / 4) as u8, 0, (n % 3) as u8, n % 2 == 0, Some(n % 2))).collect(),
        drafts: (0..8).map(|n| (n, n as u8, 0)).collect(),
        enquiries: vec![(Some(0), Some(0), 0), (Some(1), None, 0), (None, None, 0), (None, Some(1), 1)],
        codes: vec![true, false],
    }
}
