//! Askers and things drawn from a small world, so that they meet often.
//!
//! A draw is a sequence of choices. Choices come from bytes (so that a property's test can shrink them towards zero,
//! the plainest world) or, without end, from a seed.

use crate::fields::{digest, id};
use crate::people::asker;
use crate::things::{Thing, Told};
use domain::records::{DraftKind, DraftState, HoldState, MandateState, PartnershipState, RequestState};
use domain::{AccountStatus, Capability, Id, Kind, Level, Role, Side, Version};
use policy::facts::{self, Parties};
use policy::{Actor, Asker, EntityKind, Member, Staff, TASKS};
use std::sync::Arc;

/// A source of choices.
#[derive(Debug, Clone)]
pub struct Choices {
    bytes: std::vec::IntoIter<u8>,
    seed: Option<u64>,
}

impl Choices {
    /// These bytes, and zeros after them.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into_iter(), seed: None }
    }

    /// An endless sequence (SplitMix64).
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { bytes: Vec::new().into_iter(), seed: Some(seed) }
    }

    /// One of the first `n` numbers; `n` is between 1 and 256.
    pub fn below(&mut self, n: usize) -> usize {
        let byte = match (self.bytes.next(), &mut self.seed) {
            (Some(byte), _) => usize::from(byte),
            (None, None) => 0,
            (None, Some(seed)) => {
                *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = *seed;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                usize::from((z >> 56) as u8)
            }
        };
        byte % n
    }

    /// One of these.
    pub fn of_these<T: Copy>(&mut self, them: &[T]) -> T {
        them[self.below(them.len())]
    }

    /// Yes or no.
    pub fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    /// One of two or three ids of this kind: `presenter-a`, `presenter-b`.
    pub fn id<I: Id>(&mut self, kind: &str) -> I {
        id(&format!("{kind}-{}", self.of_these(&["a", "b"])))
    }

    /// None, one or both of the ids of this kind.
    pub fn ids<I: Id>(&mut self, kind: &str) -> Vec<I> {
        ["a", "b"].into_iter().filter(|_| self.coin()).map(|it| id(&format!("{kind}-{it}"))).collect()
    }
}

/// The types of principals.
pub const PRINCIPALS: [EntityKind; 8] = [
    EntityKind::Visitor,
    EntityKind::ArtistMember,
    EntityKind::AgencyMember,
    EntityKind::PresenterMember,
    EntityKind::Counsel,
    EntityKind::Admin,
    EntityKind::Automation,
    EntityKind::Operator,
];

/// An asker of this type; mostly approved.
pub fn draw_asker(kind: EntityKind, from: &mut Choices) -> Arc<Asker> {
    let status = if from.below(4) > 0 { AccountStatus::Approved } else { from.of_these(AccountStatus::ALL) };
    let staff = Staff { person: from.id("person"), account: from.id("account"), status };
    let member = |kind: Kind, from: &mut Choices| {
        Actor::Member(
            kind,
            Member {
                person: staff.person,
                account: staff.account,
                status,
                role: from.of_these(Role::ALL),
                workspace: from.id(kind.as_str()),
                verified: from.coin(),
                capabilities: if from.coin() { vec![Capability::Discovery] } else { Vec::new() },
                grants: if from.coin() { vec!["money".to_owned()] } else { Vec::new() },
                in_person: from.coin(),
            },
        )
    };
    let actor = match kind {
        EntityKind::ArtistMember => member(Kind::Artist, from),
        EntityKind::AgencyMember => member(Kind::Agency, from),
        EntityKind::PresenterMember => member(Kind::Presenter, from),
        EntityKind::Counsel => Actor::Counsel(staff),
        EntityKind::Admin => Actor::Admin(staff),
        EntityKind::Operator => Actor::Operator,
        EntityKind::Automation => {
            let owner = from.of_these(&[None, Some(Kind::Artist), Some(Kind::Agency), Some(Kind::Presenter)]);
            Actor::Automation(from.of_these(&TASKS), owner.map(|it| (it, from.id(it.as_str()))))
        }
        _ => Actor::Visitor,
    };
    let factor_age = from.of_these(&[Some(60), Some(300), Some(301), Some(43_200), Some(43_201), None]);
    asker(actor, factor_age)
}

/// What may be told: always something for every action.
pub fn draw_told(from: &mut Choices) -> Told {
    Told {
        digest: Some(digest(from.of_these(&["terms", "other terms"]))),
        to: Some(from.of_these(&Level::ALL)),
        claim: Some(from.of_these(&["", "claim", "other claim"]).to_owned()),
        overdue: Some(from.of_these(&[-1, 0, 1, i64::MIN, i64::MAX])),
    }
}

fn draw_parties(from: &mut Choices) -> Parties {
    let agency = if from.below(4) > 0 { Some(from.id("agency")) } else { None };
    Parties { artist: from.id("artist"), agency, presenter: from.id("presenter") }
}

/// A profile; its sets hold what a loader may bring.
pub fn draw_profile(from: &mut Choices) -> facts::Profile {
    facts::Profile {
        id: from.id("profile"),
        version: Version(1),
        workspace: from.id("artist"),
        verified: from.below(4) > 0,
        level: from.of_these(&Level::ALL),
        opted_in: from.coin(),
        discoverable: from.coin(),
        claimed: from.below(4) > 0,
        claim: from.of_these(&["", "claim"]).to_owned(),
        agencies: from.ids("agency"),
        partners: from.ids("agency"),
        invited: from.ids("presenter"),
    }
}

fn draw_terms(from: &mut Choices) -> String {
    digest(from.of_these(&["terms", "other terms"])).to_string()
}

/// A thing of the type that the name of its Cedar type says; `None` for a type that is only ever a principal.
pub fn draw_thing(kind: EntityKind, from: &mut Choices) -> Option<Thing> {
    let version = Version(1);
    let state = "open";
    Some(match kind {
        EntityKind::Platform => facts::Platform.into(),
        EntityKind::Account => {
            let (id, person) = (from.id("account"), from.id("person"));
            let (status, enrolled) = (from.of_these(AccountStatus::ALL), from.coin());
            let colleagues = from.ids("person");
            facts::Account { id, version, person, status, enrolled, colleagues }.into()
        }
        EntityKind::AccessCode => {
            let (id, issuer) = (from.id("code"), from.id("person"));
            let (issuer_in_office, revoked) = (from.coin(), from.coin());
            facts::AccessCode { id, version, issuer, issuer_in_office, revoked }.into()
        }
        EntityKind::Profile => draw_profile(from).into(),
        EntityKind::Mandate => facts::Mandate {
            id: from.id("mandate"),
            version,
            artist: from.id("artist"),
            agency: from.id("agency"),
            offered_by: from.id("person"),
            state: from.of_these(MandateState::ALL),
            digest_text: draw_terms(from),
            deadline_confirmed: from.coin(),
        }
        .into(),
        EntityKind::Partnership => facts::Partnership {
            id: from.id("partnership"),
            version,
            asker: from.id("agency"),
            asked: from.id("agency"),
            offered_by: from.id("person"),
            state: from.of_these(PartnershipState::ALL),
            digest_text: draw_terms(from),
        }
        .into(),
        EntityKind::Enquiry => facts::Enquiry {
            id: from.id("enquiry"),
            version,
            artist: if from.coin() { Some(from.id("artist")) } else { None },
            agency: if from.coin() { Some(from.id("agency")) } else { None },
            state: "new".to_owned(),
            digest_text: if from.coin() { draw_terms(from) } else { String::new() },
        }
        .into(),
        EntityKind::Draft => {
            let owner_kind = from.of_these(Kind::ALL);
            facts::Draft {
                id: from.id("draft"),
                version,
                owner_kind,
                owner: from.id(owner_kind.as_str()),
                kind: from.of_these(DraftKind::ALL),
                state: from.of_these(DraftState::ALL),
                digest_text: draw_terms(from),
            }
            .into()
        }
        EntityKind::ArtistWorkspace => draw_workspace(Kind::Artist, from),
        EntityKind::AgencyWorkspace => draw_workspace(Kind::Agency, from),
        EntityKind::PresenterWorkspace => draw_workspace(Kind::Presenter, from),
        EntityKind::SeasonPlan => {
            facts::SeasonPlan { id: from.id("plan"), version, presenter: from.id("presenter") }.into()
        }
        EntityKind::Shortlist => {
            facts::Shortlist { id: from.id("shortlist"), version, presenter: from.id("presenter") }.into()
        }
        EntityKind::Portal => {
            facts::Portal { id: from.id("portal"), version, agency: from.id("agency") }.into()
        }
        EntityKind::Engagement => {
            let (id, parties) = (from.id("engagement"), draw_parties(from));
            facts::Engagement { id, version, parties, counsel: from.ids("account") }.into()
        }
        EntityKind::AuditChain => {
            let (id, parties) = (from.id("engagement"), draw_parties(from));
            facts::AuditChain { id, version, parties, counsel: from.ids("account") }.into()
        }
        EntityKind::Request => {
            let (state, offered_by) = (from.of_these(RequestState::ALL).as_str(), from.id("person"));
            facts::Request { id: from.id("request"), version, parties: draw_parties(from), offered_by, state }
                .into()
        }
        EntityKind::Quote => {
            facts::Quote { id: from.id("quote"), version, parties: draw_parties(from), state }.into()
        }
        EntityKind::Invoice => {
            facts::Invoice { id: from.id("invoice"), version, parties: draw_parties(from), state }.into()
        }
        EntityKind::Settlement => {
            facts::Settlement { id: from.id("settlement"), version, parties: draw_parties(from), state }
                .into()
        }
        EntityKind::Message => {
            facts::Message { id: from.id("message"), version, parties: draw_parties(from) }.into()
        }
        EntityKind::Contract => {
            let (id, parties) = (from.id("contract"), draw_parties(from));
            facts::Contract { id, version, parties, state, counsel: from.ids("account") }.into()
        }
        EntityKind::Hold => {
            let (id, parties) = (from.id("hold"), draw_parties(from));
            let state = from.of_these(HoldState::ALL);
            facts::Hold { id, version, parties, state, deadline_confirmed: from.coin() }.into()
        }
        EntityKind::Document => {
            let (id, parties) = (from.id("document"), draw_parties(from));
            let (side, shared) = (from.of_these(Side::ALL), from.coin());
            facts::Document { id, version, parties, side, shared, counsel: from.ids("account") }.into()
        }
        EntityKind::AuditField => {
            let (id, parties) = (from.id("entry"), draw_parties(from));
            let audience =
                from.of_these(&["parties", "contract", "office", "artist", "agency", "presenter"]).to_owned();
            let counsel = from.ids("account");
            facts::AuditField { id, version, parties, counsel, audience, money: from.coin() }.into()
        }
        _ => return None,
    })
}

fn draw_workspace(kind: Kind, from: &mut Choices) -> Thing {
    let (id, verified) = (from.id(kind.as_str()), from.coin());
    facts::Workspace { id, version: Version(1), kind, verified, persons: from.ids("person") }.into()
}
