//! A sketch as rows, and who asks in it.

use super::sketch::Sketch;
use crate::support::rows::key;
use crate::support::{Ground, NOW, Rows, Seeded, Sql, asker, id};
use domain::people::Plan;
use domain::records::{DraftKind, DraftState, HoldState, MandateState, PartnershipState, RequestState};
use domain::*;
use policy::{Actor, Asker};
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::sync::Arc;
use store::Acting;

/// The ids of all rows in the order of their lists, and everybody who asks.
pub(crate) struct World {
    pub(crate) askers: Vec<Arc<Asker>>,
    pub(crate) profiles: Vec<ProfileId>,
    pub(crate) mandates: Vec<MandateId>,
    pub(crate) partnerships: Vec<PartnershipId>,
    pub(crate) enquiries: Vec<EnquiryId>,
    pub(crate) engagements: Vec<EngagementId>,
    pub(crate) requests: Vec<RequestId>,
    pub(crate) holds: Vec<HoldId>,
    pub(crate) messages: Vec<MessageId>,
    pub(crate) documents: Vec<DocumentId>,
    pub(crate) drafts: Vec<DraftId>,
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) workspaces: Vec<WorkspaceId>,
    pub(crate) codes: Vec<CodeId>,
}

/// The tables of a world, those that are referred to last.
const TABLES: [&str; 19] = [
    "document_counsel",
    "documents",
    "messages",
    "holds",
    "requests",
    "drafts",
    "enquiries",
    "engagement_counsel",
    "engagements",
    "stealth_invitations",
    "partnerships",
    "mandates",
    "profiles",
    "access_codes",
    "memberships",
    "workspaces",
    "sessions",
    "invitations",
    "accounts",
];
const KINDS: [Kind; 8] = [
    Kind::Artist,
    Kind::Artist,
    Kind::Artist,
    Kind::Agency,
    Kind::Agency,
    Kind::Agency,
    Kind::Presenter,
    Kind::Presenter,
];
/// Equal names, one that begins another, one beyond ASCII, one in another case.
const NAMES: [&str; 4] = ["Abel", "Abel Braun", "Čapek", "abel"];
const SIDES: [Side; 3] = [Side::Artist, Side::Agency, Side::Presenter];

fn newest_first<I: Ord>(mut them: Vec<I>) -> Vec<I> {
    them.sort_by(|a, b| b.cmp(a));
    them
}
fn cycle<T: Copy>(them: &[T], at: u8) -> T {
    them[usize::from(at) % them.len()]
}

impl World {
    /// Empties the tables and writes the sketch.
    pub(crate) fn plant(ground: &Ground, sketch: &Sketch) -> Self {
        ground.run(&TABLES.map(|it| format!("DELETE FROM {it};")).concat());
        let mut mint = Seeded(5);
        let mut fresh = move || {
            // ids in no order of time, so that the order of a list is not the order of its making
            let mut bytes = [0; 16];
            mint.fill(&mut bytes);
            u128::from_le_bytes(bytes)
        };
        let mut rows = Rows::default();
        let accounts: Vec<AccountId> = (0..12).map(|_| id(fresh())).collect();
        let workspaces: Vec<WorkspaceId> = (0..8).map(|_| id(fresh())).collect();
        let profiles: Vec<ProfileId> = (0..3).map(|_| id(fresh())).collect();
        let mut world = Self {
            askers: Vec::new(),
            profiles: profiles.clone(),
            mandates: Vec::new(),
            partnerships: Vec::new(),
            enquiries: Vec::new(),
            engagements: Vec::new(),
            requests: Vec::new(),
            holds: Vec::new(),
            messages: Vec::new(),
            documents: Vec::new(),
            drafts: Vec::new(),
            accounts: newest_first(accounts.clone()),
            workspaces: newest_first(workspaces.clone()),
            codes: Vec::new(),
        };
        let statuses = sketch.members.iter().map(|it| it.0).chain(sketch.staff.iter().map(|it| it.0));
        for (n, (account, status)) in accounts.iter().zip(statuses).enumerate() {
            let person = if n == 10 && sketch.same_person { 0 } else { n as u128 };
            rows.account(
                *account,
                1000 + person,
                cycle(people::AccountStatus::ALL, status).as_str(),
                n >= 10,
            );
        }
        for (n, workspace) in workspaces.iter().enumerate() {
            let (verified, larger, _) = sketch.workspaces[n];
            let plan = Plan::of(KINDS[n])[usize::from(larger)];
            rows.workspace(*workspace, KINDS[n], verified, plan.as_str());
            let (_, role, money, in_person) = sketch.members[n];
            let grants = if money { "money" } else { "" };
            let role = cycle(Role::ALL, role);
            let in_person = in_person && role == Role::Owner && KINDS[n] == Kind::Artist;
            rows.member(accounts[n], *workspace, role.as_str(), grants, in_person);
        }
        let mut named = Vec::new();
        for (n, (level, opted_in, discoverable, claimed, name)) in sketch.profiles.iter().enumerate() {
            let level = if *claimed { cycle(&Level::ALL, *level) } else { Level::WorkspacePrivate };
            let flags = (*opted_in && level == Level::Public, *discoverable && *claimed, *claimed);
            rows.profile_with(profiles[n], workspaces[n], cycle(&NAMES, *name), level.as_str(), flags);
            named.push((cycle(&NAMES, *name), profiles[n]));
        }
        named.sort_unstable();
        world.profiles = named.into_iter().map(|it| it.1).collect();
        for (artist, agency, state, starts, ends) in &sketch.mandates {
            let state = cycle(MandateState::ALL, *state);
            let at = |it: u8| [None, Some(NOW.0 - 1), Some(NOW.0), Some(NOW.0 + 1)][usize::from(it)];
            let begun = matches!(state, MandateState::Active | MandateState::Ending);
            let over = matches!(state, MandateState::Ending | MandateState::Ended);
            let starts = at(*starts).or(begun.then_some(NOW.0 - 1));
            let ends = at(*ends).or(over.then_some(NOW.0 + 1));
            let number = fresh();
            rows.mandate(
                number,
                accounts[3 + agency],
                (workspaces[*artist], workspaces[3 + agency], profiles[*artist]),
                state.as_str(),
                starts,
                ends,
            );
            world.mandates.push(id(number));
        }
        for (a, b, state) in sketch.partnerships.iter().filter(|it| it.0 != it.1) {
            let it: PartnershipId = id(fresh());
            rows.add(
                "partnerships",
                vec![
                    ("id", key(it)),
                    ("asker", key(workspaces[3 + a])),
                    ("asked", key(workspaces[3 + b])),
                    ("payload", "{}".into()),
                    ("digest", "".into()),
                    ("state", cycle(PartnershipState::ALL, *state).as_str().into()),
                    ("offered_by", key(accounts[3 + a])),
                    ("created_at", NOW.0.into()),
                    ("version", Sql::N(1)),
                ],
            );
            world.partnerships.push(it);
        }
        for (artist, presenter) in sketch.invitations.iter().collect::<BTreeSet<_>>() {
            rows.add(
                "stealth_invitations",
                vec![
                    ("profile", key(profiles[*artist])),
                    ("presenter", key(workspaces[6 + presenter])),
                    ("inviter", key(workspaces[*artist])),
                    ("created_at", NOW.0.into()),
                ],
            );
        }
        world.dealings(sketch, &mut rows, &mut fresh, (&accounts, &workspaces, &profiles));
        rows.plant(ground);
        world.sort();
        world.ask(ground, sketch, &accounts, &workspaces);
        let closed = sketch.workspaces.iter().zip(&workspaces).filter(|it| it.0.2);
        for (_, workspace) in closed {
            ground.run(&format!("UPDATE workspaces SET closed_at = {} WHERE id = '{workspace}'", NOW.0));
        }
        world
    }

    /// Engagements, their records, drafts, enquiries and codes.
    fn dealings(
        &mut self,
        sketch: &Sketch,
        rows: &mut Rows,
        fresh: &mut impl FnMut() -> u128,
        (accounts, workspaces, profiles): (&[AccountId], &[WorkspaceId], &[ProfileId]),
    ) {
        let mut on = Vec::new();
        for (artist, agency, presenter) in &sketch.engagements {
            let it: EngagementId = id(fresh());
            let agency = agency.map(|it| workspaces[3 + it]);
            rows.engagement(it, (workspaces[*artist], profiles[*artist]), agency, workspaces[6 + presenter]);
            on.push((it, workspaces[*artist], agency, workspaces[6 + presenter]));
            self.engagements.push(it);
        }
        // nobody is on an agency's side where there is no agency
        let side_of = |side: u8, agency: Option<WorkspaceId>| match cycle(&SIDES, side) {
            Side::Agency if agency.is_none() => Side::Artist,
            side => side,
        };
        let mut invited = BTreeMap::new();
        for (engagement, counsel, side, withdrawn) in &sketch.counsel {
            let Some((it, _, agency, _)) = on.get(*engagement) else { continue };
            let side = side_of(*side, *agency);
            if let Entry::Vacant(place) = invited.entry((*it, *counsel)) {
                place.insert(side);
                rows.add(
                    "engagement_counsel",
                    vec![
                        ("engagement", key(*it)),
                        ("account", key(accounts[8 + counsel])),
                        ("side", side.as_str().into()),
                        ("invited_at", NOW.0.into()),
                        ("withdrawn_at", withdrawn.then_some(NOW.0).into()),
                    ],
                );
            }
        }
        for (engagement, what, state, side, shared, opened) in &sketch.records {
            let Some((engagement, artist, agency, presenter)) = on.get(*engagement) else { continue };
            let parties = |it: Sql| {
                vec![
                    ("id", it),
                    ("engagement", key(*engagement)),
                    ("artist", key(*artist)),
                    ("agency", agency.map(|it| it.to_string()).into()),
                    ("presenter", key(*presenter)),
                ]
            };
            let days = [
                ("first_day", Sql::from("2027-05-01")),
                ("last_day", "2027-05-02".into()),
                ("version", Sql::N(1)),
            ];
            let mut request = |rows: &mut Rows, world: &mut Self, state: u8| {
                let it: RequestId = id(fresh());
                let mut row = parties(key(it));
                row.extend(days.clone());
                row.extend([
                    ("state", cycle(RequestState::ALL, state).as_str().into()),
                    ("venue", "".into()),
                    ("programme", "".into()),
                    ("offered_by", key(accounts[6])),
                    ("submitted_at", NOW.0.into()),
                ]);
                rows.add("requests", row);
                world.requests.push(it);
                it
            };
            match what {
                0 => drop(request(rows, self, *state)),
                1 => {
                    let of = request(rows, self, 1);
                    let it: HoldId = id(fresh());
                    let mut row = parties(key(it));
                    row.extend(days.clone());
                    row.extend([
                        ("request", key(of)),
                        ("state", cycle(HoldState::ALL, *state).as_str().into()),
                        ("granted_at", NOW.0.into()),
                        ("expires_at", NOW.0.into()),
                    ]);
                    rows.add("holds", row);
                    self.holds.push(it);
                }
                2 => {
                    let it: MessageId = id(fresh());
                    let mut row = parties(key(it));
                    row.extend([
                        ("side", side_of(*side, *agency).as_str().into()),
                        ("author", key(accounts[0])),
                        ("body", "".into()),
                        ("sent_at", NOW.0.into()),
                    ]);
                    rows.add("messages", row);
                    self.messages.push(it);
                }
                _ => {
                    let it: DocumentId = id(fresh());
                    let mut row = parties(key(it));
                    // a side opens its documents to its own counsel
                    let opened = opened.and_then(|it| Some((it, *invited.get(&(*engagement, it))?)));
                    let side = opened.map_or(side_of(*side, *agency), |it| it.1);
                    row.extend([
                        ("side", side.as_str().into()),
                        ("title", "".into()),
                        ("file_name", "".into()),
                        ("media_type", "".into()),
                        ("bytes", Sql::N(0)),
                        ("digest", "".into()),
                        ("state", "available".into()),
                        ("shared", (*shared).into()),
                        ("author", key(accounts[0])),
                        ("added_at", NOW.0.into()),
                        ("version", Sql::N(1)),
                    ]);
                    rows.add("documents", row);
                    if let Some((counsel, side)) = opened {
                        rows.add(
                            "document_counsel",
                            vec![
                                ("document", key(it)),
                                ("account", key(accounts[8 + counsel])),
                                ("engagement", key(*engagement)),
                                ("side", side.as_str().into()),
                            ],
                        );
                    }
                    self.documents.push(it);
                }
            }
        }
        for (owner, kind, state) in &sketch.drafts {
            let it: DraftId = id(fresh());
            rows.add(
                "drafts",
                vec![
                    ("id", key(it)),
                    ("owner_kind", KINDS[*owner].as_str().into()),
                    ("owner", key(workspaces[*owner])),
                    ("kind", cycle(DraftKind::ALL, *kind).as_str().into()),
                    ("payload", "{}".into()),
                    ("digest", "".into()),
                    ("state", cycle(DraftState::ALL, *state).as_str().into()),
                    ("prepared_by", key(accounts[0])),
                    ("prepared_at", NOW.0.into()),
                    ("expires_at", NOW.0.into()),
                    ("version", Sql::N(1)),
                ],
            );
            self.drafts.push(it);
        }
        for (artist, agency, state) in &sketch.enquiries {
            let it: EnquiryId = id(fresh());
            rows.add(
                "enquiries",
                vec![
                    ("id", key(it)),
                    ("artist", artist.map(|it| workspaces[it].to_string()).into()),
                    // an agency gets an enquiry that names an artist of its own
                    (
                        "agency",
                        agency.filter(|_| artist.is_some()).map(|it| workspaces[3 + it].to_string()).into(),
                    ),
                    ("artist_text", "".into()),
                    ("organisation", "".into()),
                    ("name", "".into()),
                    ("email", "".into()),
                    ("message", "".into()),
                    ("state", cycle(&["unverified_sender", "answered", "dismissed"], *state).into()),
                    ("received_at", NOW.0.into()),
                    ("version", Sql::N(1)),
                ],
            );
            self.enquiries.push(it);
        }
        for revoked in &sketch.codes {
            let it: CodeId = id(fresh());
            rows.add(
                "access_codes",
                vec![
                    ("id", key(it)),
                    ("hash", Sql::Bytes(it.as_str().as_bytes().to_vec())),
                    ("kind", "artist".into()),
                    ("uses", Sql::N(1)),
                    ("expires_at", NOW.0.into()),
                    ("note", "".into()),
                    ("verifies", false.into()),
                    ("issuer", key(accounts[10])),
                    ("created_at", NOW.0.into()),
                    ("revoked_at", revoked.then_some(NOW.0).into()),
                    ("version", Sql::N(1)),
                ],
            );
            self.codes.push(it);
        }
    }

    /// Puts the ids into the order of their lists.
    fn sort(&mut self) {
        self.mandates = newest_first(std::mem::take(&mut self.mandates));
        self.partnerships = newest_first(std::mem::take(&mut self.partnerships));
        self.enquiries = newest_first(std::mem::take(&mut self.enquiries));
        self.engagements = newest_first(std::mem::take(&mut self.engagements));
        self.requests = newest_first(std::mem::take(&mut self.requests));
        self.holds = newest_first(std::mem::take(&mut self.holds));
        self.messages = newest_first(std::mem::take(&mut self.messages));
        self.documents = newest_first(std::mem::take(&mut self.documents));
        self.drafts = newest_first(std::mem::take(&mut self.drafts));
        self.codes = newest_first(std::mem::take(&mut self.codes));
    }

    /// One of every kind of principal: visitor, each member, counsel, admins, jobs, credentials, the operator.
    fn ask(&mut self, ground: &Ground, sketch: &Sketch, accounts: &[AccountId], workspaces: &[WorkspaceId]) {
        let mut ask = |account: usize, acting, factor: u8| {
            let it =
                ground.store.asker(accounts[account], acting, id(1), NOW).expect("they have that capacity");
            let factor_at = [None, Some(NOW.plus(-Moment::MINUTE)), Some(NOW.plus(-13 * Moment::HOUR))];
            self.askers.push(Arc::new(Asker { factor_at: factor_at[usize::from(factor)], ..(*it).clone() }));
        };
        for (n, workspace) in workspaces.iter().enumerate() {
            ask(n, Acting::Workspace(*workspace), 0);
        }
        ask(8, Acting::Counsel, 0);
        ask(9, Acting::Counsel, 0);
        ask(10, Acting::Admin, sketch.staff[2].1);
        ask(11, Acting::Admin, sketch.staff[3].1);
        self.askers.extend(
            [
                Actor::Visitor,
                Actor::Operator,
                Actor::Automation("housekeeping", None),
                Actor::Automation("credential", Some((Kind::Artist, workspaces[0]))),
                Actor::Automation("credential", Some((Kind::Agency, workspaces[3]))),
                Actor::Automation("credential", Some((Kind::Presenter, workspaces[6]))),
            ]
            .map(asker),
        );
    }
}
