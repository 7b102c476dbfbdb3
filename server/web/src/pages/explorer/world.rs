//! The fictional world of the explorer: the made-up artists, agencies and presenters of the public site, as policies see
//! them. Nothing here comes from a database. The names of the demonstration are not used: a crawler looks for those.

use domain::records::{DraftKind, DraftState, HoldState, MandateState, PartnershipState};
use domain::time::key_of;
use domain::{
    AccountStatus, Capability, Id, Kind, Level, Moment, PersonId, Role, Side, Version, VisitId, WorkspaceId,
};
use policy::facts::{self, Parties};
use policy::{Actor, Asker, Member, Staff, Thing};
use std::sync::Arc;

/// Who may ask: a key for addresses, and a label.
const EVERYBODY: &[(&str, &str)] = &[
    ("visitor", "A visitor, signed out"),
    ("artist", "Ilka Thornwald, artist in person"),
    ("artist-other", "Benedek Ashgrove, artist in person"),
    ("artist-pending", "An artist who waits for approval"),
    ("agency-owner", "Owner of the agency Harbour & Finch Artists"),
    ("agency-assistant", "Assistant at Harbour & Finch Artists"),
    ("agency-partner", "Manager of its partner agency Quill & Lantern"),
    ("agency-other", "Owner of another agency, Linden Row Management"),
    ("presenter-discovery", "Owner of the presenter Philharmonie Nordhaven, with discovery"),
    ("presenter-season", "Owner of the presenter Festival Valdemare, without discovery"),
    ("presenter-unverified", "Owner of an unverified presenter, Halle am Wehr"),
    ("counsel", "Counsel invited to the Nordhaven engagement"),
    ("counsel-other", "Counsel invited to nothing here"),
    ("admin", "Platform staff who showed a second factor just now"),
    ("admin-stale", "Platform staff without a second factor"),
    ("machine", "A machine credential of Harbour & Finch Artists"),
    ("timer", "The timer"),
    ("housekeeping", "The platform’s own jobs"),
];

/// What there is: a key for addresses, and a label.
const EVERYTHING: &[(&str, &str)] = &[
    ("profile-public", "Profile of Ilka Thornwald: public, opted in"),
    ("profile-listed", "Profile of Benedek Ashgrove: private listing"),
    ("profile-stealth", "Profile of Sunniva Calder: stealth roster"),
    ("profile-private", "Profile of Noor Estevane: workspace private"),
    ("engagement", "The engagement of Ilka Thornwald at Philharmonie Nordhaven"),
    ("request", "The request for the Nordhaven engagement"),
    ("hold", "The hold for the Nordhaven engagement"),
    ("quote", "The quote for the Nordhaven engagement"),
    ("contract", "The contract of the Nordhaven engagement"),
    ("invoice", "The invoice of the Nordhaven engagement"),
    ("settlement", "The settlement of the Nordhaven engagement"),
    ("message", "A message on the Nordhaven engagement"),
    ("document", "A document of the agency, not shared"),
    ("ledger", "The ledger of the Nordhaven engagement"),
    ("ledger-fee", "A field of that ledger for the artist’s office, about money"),
    ("draft", "A draft that Harbour & Finch Artists prepared"),
    ("mandate", "A mandate that Harbour & Finch Artists offers Benedek Ashgrove"),
    ("partnership", "The partnership of Harbour & Finch Artists and Quill & Lantern"),
    ("enquiry", "An enquiry that names Ilka Thornwald"),
    ("enquiry-nobody", "An enquiry that names nobody here"),
    ("workspace-artist", "Workspace of Ilka Thornwald"),
    ("workspace-agency", "Workspace of Harbour & Finch Artists"),
    ("workspace-presenter", "Workspace of Halle am Wehr"),
    ("season-plan", "Season plan of Philharmonie Nordhaven"),
    ("shortlist", "Shortlist of Philharmonie Nordhaven"),
    ("portal", "Portal settings of Harbour & Finch Artists"),
    ("account-pending", "An account that waits for approval"),
    ("code", "A reviewed-access code"),
    ("platform", "The platform"),
];

const THORNWALD: u128 = 11;
const ASHGROVE: u128 = 12;
const CALDER: u128 = 13;
const ESTEVANE: u128 = 14;
const WAITING: u128 = 15;
const HARBOUR: u128 = 21;
const QUILL: u128 = 22;
const LINDEN: u128 = 23;
const NORDHAVEN: u128 = 31;
const VALDEMARE: u128 = 32;
const WEHR: u128 = 33;
const COUNSEL: u128 = 107;

const VERSION: Version = Version(1);

fn id<I: Id>(number: u128) -> I {
    I::from_key(key_of(number))
}

/// The world on one visit.
pub(super) struct World {
    visit: VisitId,
    now: Moment,
}

impl World {
    pub(super) fn new(visit: VisitId, now: Moment) -> Self {
        Self { visit, now }
    }

    pub(super) fn everybody(&self) -> Vec<(&'static str, &'static str)> {
        EVERYBODY.to_vec()
    }
    pub(super) fn everything(&self) -> Vec<(&'static str, &'static str)> {
        EVERYTHING.to_vec()
    }
    pub(super) fn who(&self, key: &str) -> &'static str {
        label(EVERYBODY, key)
    }
    pub(super) fn what(&self, key: &str) -> &'static str {
        label(EVERYTHING, key)
    }
    pub(super) fn has_thing(&self, key: &str) -> bool {
        EVERYTHING.iter().any(|it| it.0 == key)
    }

    pub(super) fn asker(&self, key: &str) -> Option<Arc<Asker>> {
        let member = |kind, workspace, account: u128, role| (kind, plain(workspace, account, role));
        let as_member = |(kind, it): (Kind, Member)| Actor::Member(kind, it);
        let in_person = |(kind, it): (Kind, Member)| (kind, Member { in_person: true, ..it });
        let staff = |account| Staff {
            person: id(account + 1_000),
            account: id(account),
            status: AccountStatus::Approved,
        };
        let (actor, factor) = match key {
            "visitor" => (Actor::Visitor, false),
            "artist" => (as_member(in_person(member(Kind::Artist, THORNWALD, 101, Role::Owner))), false),
            "artist-other" => (as_member(in_person(member(Kind::Artist, ASHGROVE, 102, Role::Owner))), false),
            "artist-pending" => {
                let (kind, it) = member(Kind::Artist, WAITING, 103, Role::Owner);
                let waiting = Member { status: AccountStatus::Pending, verified: false, ..it };
                (Actor::Member(kind, waiting), false)
            }
            "agency-owner" => (as_member(member(Kind::Agency, HARBOUR, 104, Role::Owner)), false),
            "agency-assistant" => (as_member(member(Kind::Agency, HARBOUR, 105, Role::Assistant)), false),
            "agency-partner" => (as_member(member(Kind::Agency, QUILL, 106, Role::Manager)), false),
            "agency-other" => (as_member(member(Kind::Agency, LINDEN, 108, Role::Owner)), false),
            "presenter-discovery" => {
                let (kind, it) = member(Kind::Presenter, NORDHAVEN, 109, Role::Owner);
                (Actor::Member(kind, Member { capabilities: vec![Capability::Discovery], ..it }), false)
            }
            "presenter-season" => (as_member(member(Kind::Presenter, VALDEMARE, 110, Role::Owner)), false),
            "presenter-unverified" => {
                let (kind, it) = member(Kind::Presenter, WEHR, 111, Role::Owner);
                (Actor::Member(kind, Member { verified: false, ..it }), false)
            }
            "counsel" => (Actor::Counsel(staff(COUNSEL)), false),
            "counsel-other" => (Actor::Counsel(staff(112)), false),
            "admin" => (Actor::Admin(staff(113)), true),
            "admin-stale" => (Actor::Admin(staff(113)), false),
            "machine" => (Actor::Automation("credential", Some((Kind::Agency, id(HARBOUR)))), false),
            "timer" => (Actor::Automation("timer", None), false),
            "housekeeping" => (Actor::Automation("housekeeping", None), false),
            _ => return None,
        };
        let factor_at = factor.then_some(self.now);
        Some(Arc::new(Asker { actor, visit: self.visit, now: self.now, factor_at }))
    }

    /// What has this key, as this asker's relations make it: a set holds only whoever asks, as where rows are read.
    pub(super) fn thing(&self, key: &str, asker: &Asker) -> Option<Thing> {
        let own = asker.actor.workspace().map(|it| it.1);
        let among = |them: &[u128]| -> Vec<WorkspaceId> {
            own.into_iter().filter(|own| them.iter().any(|it| id::<WorkspaceId>(*it) == *own)).collect()
        };
        let counsel = || asker.actor.account().into_iter().filter(|it| *it == id(COUNSEL)).collect();
        let (version, state) = (VERSION, "open");
        let parties = Parties { artist: id(THORNWALD), agency: Some(id(HARBOUR)), presenter: id(NORDHAVEN) };
        let profile = |at: u128, level, agency: u128, partners: &[u128], invited: &[u128]| facts::Profile {
            id: id(at + 200),
            version,
            workspace: id(at),
            verified: true,
            level,
            opted_in: level == Level::Public,
            discoverable: true,
            claimed: true,
            claim: String::new(),
            agencies: among(&[agency]),
            partners: among(partners),
            invited: among(invited),
        };
        let workspace = |at: u128, kind, verified| {
            // each of these has one person here, or two
            let persons: &[u128] = match at {
                THORNWALD => &[1_101],
                HARBOUR => &[1_104, 1_105],
                _ => &[1_111],
            };
            let is_here = |it: &PersonId| persons.iter().any(|at| id::<PersonId>(*at) == *it);
            let persons = asker.actor.person().into_iter().filter(is_here).collect();
            facts::Workspace { id: id(at), version, kind, verified, persons }
        };
        let enquiry = |at, artist, agency| facts::Enquiry {
            id: id(at),
            version,
            artist,
            agency,
            state: "new".into(),
            digest_text: "0".repeat(64),
        };
        Some(match key {
            "profile-public" => profile(THORNWALD, Level::Public, HARBOUR, &[QUILL], &[]).into(),
            "profile-listed" => profile(ASHGROVE, Level::PrivateListing, LINDEN, &[], &[]).into(),
            "profile-stealth" => profile(CALDER, Level::Stealth, HARBOUR, &[QUILL], &[VALDEMARE]).into(),
            "profile-private" => {
                profile(ESTEVANE, Level::WorkspacePrivate, QUILL, &[HARBOUR], &[NORDHAVEN]).into()
            }
            "engagement" => facts::Engagement { id: id(300), version, parties, counsel: counsel() }.into(),
            "request" => {
                let offered_by = id(1_109);
                facts::Request { id: id(301), version, parties, offered_by, state: "submitted" }.into()
            }
            "hold" => {
                let state = HoldState::Active;
                facts::Hold { id: id(302), version, parties, state, deadline_confirmed: true }.into()
            }
            "quote" => facts::Quote { id: id(303), version, parties, state }.into(),
            "contract" => facts::Contract { id: id(304), version, parties, state, counsel: counsel() }.into(),
            "invoice" => facts::Invoice { id: id(305), version, parties, state }.into(),
            "settlement" => facts::Settlement { id: id(306), version, parties, state }.into(),
            "message" => facts::Message { id: id(307), version, parties }.into(),
            "document" => {
                let (side, shared, counsel) = (Side::Agency, false, Vec::new());
                facts::Document { id: id(308), version, parties, side, shared, counsel }.into()
            }
            "ledger" => facts::AuditChain { id: id(300), version, parties, counsel: counsel() }.into(),
            "ledger-fee" => {
                let (audience, money) = ("office".to_owned(), true);
                facts::AuditField { id: id(309), version, parties, counsel: counsel(), audience, money }
                    .into()
            }
            "draft" => facts::Draft {
                id: id(310),
                version,
                owner_kind: Kind::Agency,
                owner: id(HARBOUR),
                kind: DraftKind::Message,
                state: DraftState::Prepared,
                digest_text: "0".repeat(64),
            }
            .into(),
            "mandate" => facts::Mandate {
                id: id(311),
                version,
                artist: id(ASHGROVE),
                agency: id(HARBOUR),
                offered_by: id(1_104),
                state: MandateState::Invited,
                digest_text: "0".repeat(64),
                deadline_confirmed: false,
            }
            .into(),
            "partnership" => facts::Partnership {
                id: id(312),
                version,
                asker: id(HARBOUR),
                asked: id(QUILL),
                offered_by: id(1_104),
                state: PartnershipState::Active,
                digest_text: "0".repeat(64),
            }
            .into(),
            "enquiry" => enquiry(313, Some(id(THORNWALD)), Some(id(HARBOUR))).into(),
            "enquiry-nobody" => enquiry(314, None, None).into(),
            "workspace-artist" => workspace(THORNWALD, Kind::Artist, true).into(),
            "workspace-agency" => workspace(HARBOUR, Kind::Agency, true).into(),
            "workspace-presenter" => workspace(WEHR, Kind::Presenter, false).into(),
            "season-plan" => facts::SeasonPlan { id: id(315), version, presenter: id(NORDHAVEN) }.into(),
            "shortlist" => facts::Shortlist { id: id(316), version, presenter: id(NORDHAVEN) }.into(),
            "portal" => facts::Portal { id: id(317), version, agency: id(HARBOUR) }.into(),
            "account-pending" => {
                let (id, person, status) = (id(103), id(1_103), AccountStatus::Pending);
                facts::Account { id, version, person, status, enrolled: false, colleagues: Vec::new() }.into()
            }
            "code" => {
                let (issuer, issuer_in_office) = (id(1_113), true);
                facts::AccessCode { id: id(318), version, issuer, issuer_in_office, revoked: false }.into()
            }
            "platform" => facts::Platform.into(),
            _ => return None,
        })
    }
}

fn label(of: &[(&'static str, &'static str)], key: &str) -> &'static str {
    of.iter().find(|it| it.0 == key).map_or("", |it| it.1)
}

/// An approved member of a verified workspace, not in person.
fn plain(workspace: u128, account: u128, role: Role) -> Member {
    Member {
        person: id(account + 1_000),
        account: id(account),
        status: AccountStatus::Approved,
        role,
        workspace: id(workspace),
        verified: true,
        capabilities: Vec::new(),
        grants: Vec::new(),
        in_person: false,
    }
}

#[cfg(test)]
mod tests {
    use super::{EVERYBODY, EVERYTHING, World, id};
    use policy::{ALL, Bundle, Engine, ask};
    use std::collections::BTreeSet;

    #[test]
    fn every_question_of_this_world_can_be_put_and_is_answered_by_the_engine() {
        let engine = Engine::load(&Bundle::embedded()).unwrap();
        let world = World::new(id(1), domain::Moment(1_800_000_000_000_000));
        let (mut allowed, mut refused) = (0, 0);
        let mut types = BTreeSet::new();
        for (who, _) in EVERYBODY {
            let asker = world.asker(who).unwrap_or_else(|| panic!("{who}"));
            for (what, _) in EVERYTHING {
                let thing = world.thing(what, &asker).unwrap_or_else(|| panic!("{what}"));
                types.insert(thing.kind());
                for action in ALL.iter().copied().filter(|it| it.kinds().contains(&thing.kind())) {
                    let on = thing.clone().under(action);
                    let told = store::explorer::told(&on, domain::Level::Stealth);
                    let answer = ask::ask_whole(&engine, &asker, action, &on, &told).unwrap();
                    let fault = answer.fault.as_deref().unwrap_or_default();
                    // the schema has no such environment, or the facts are as it says
                    assert!(fault.is_empty() || fault.contains("is not valid for"), "{who} {what}: {fault}");
                    let decided = ask::ask(&engine, &asker, action, &on, &told).unwrap();
                    assert_eq!(answer.allowed, decided.allowed);
                    *(if decided.allowed { &mut allowed } else { &mut refused }) += 1;
                }
            }
        }
        assert!(allowed > 100 && refused > 1_000, "{allowed} allowed, {refused} refused");
        assert!(types.len() > 20, "only {types:?}");
        assert!(world.asker("nobody").is_none() && !world.has_thing("nothing"));
    }
}
