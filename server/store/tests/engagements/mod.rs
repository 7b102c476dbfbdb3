//! Engagements end to end: what is prepared, confirmed, refused, recorded, and told to whom.

mod answering;
mod chains;
mod papers;
mod preparing;
mod ranking;
mod searching;
mod strangers;
mod triage;
mod warning;

use crate::support::rows::Rows;
use crate::support::{Ground, NOW, asker_at, id};
use domain::bounded::{Currency, Line, Money, Prose};
use domain::records::DraftKind;
use domain::{
    AccountId, AccountStatus, Day, Digest, DraftId, EngagementId, HoldId, Kind, Moment, ProfileId, RequestId,
    Role, WorkspaceId,
};
use policy::actions::{self, Confirm, PrepareAnswer, PrepareHold, PrepareRequest, VerifyAudit, ViewDraft};
use policy::{Action, Actor, Asker, Facts, Member, Permit, Shown, Unasked};
use std::sync::Arc;
use store::drafts::{self, Confirmed, DraftView, Prepared};
use store::engagements::{holds, requests};
use store::{Load, Store, StoreError};

pub(super) const ORIGIN: &str = "https://house.example";

/// A member of the world: account and person have one number, the workspace another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who(pub(super) u128, pub(super) Kind, pub(super) u128, pub(super) Role);

pub(super) const ARTIST: Who = Who(1, Kind::Artist, 101, Role::Owner);
pub(super) const AGENCY: Who = Who(2, Kind::Agency, 102, Role::Owner);
pub(super) const ASSISTANT: Who = Who(3, Kind::Agency, 102, Role::Assistant);
pub(super) const PRESENTER: Who = Who(4, Kind::Presenter, 104, Role::Owner);
pub(super) const RIVAL: Who = Who(5, Kind::Presenter, 105, Role::Manager);
pub(super) const OTHER_AGENCY: Who = Who(6, Kind::Agency, 106, Role::Owner);
pub(super) const OTHER_ARTIST: Who = Who(7, Kind::Artist, 107, Role::Owner);
pub(super) const ALL: [Who; 7] = [ARTIST, AGENCY, ASSISTANT, PRESENTER, RIVAL, OTHER_AGENCY, OTHER_ARTIST];
pub(super) const PROFILE: u128 = 201;

impl Who {
    pub(super) fn account(self) -> AccountId {
        id(self.0)
    }
    pub(super) fn house(self) -> WorkspaceId {
        id(self.2)
    }
    pub(super) fn at(self, now: Moment) -> Arc<Asker> {
        let member = Member {
            person: id(self.0),
            account: self.account(),
            status: AccountStatus::Approved,
            role: self.3,
            workspace: self.house(),
            verified: true,
            capabilities: Vec::new(),
            grants: Vec::new(),
            in_person: false,
        };
        asker_at(Actor::Member(self.1, member), now)
    }
    pub(super) fn asks(self) -> Arc<Asker> {
        self.at(NOW)
    }
}

/// Plants the world: an artist with a private listing, represented by an agency, and those around them.
pub(super) fn world(ground: &Ground) {
    let mut rows = Rows::default();
    for who in ALL {
        rows.account(who.account(), who.0, "approved", false);
        let plan = match who.1 {
            Kind::Artist => "represented",
            Kind::Agency => "house",
            Kind::Presenter => "season",
        };
        if who.3 != Role::Assistant {
            rows.workspace(who.house(), who.1, true, plan);
        }
        rows.member(who.account(), who.house(), who.3.as_str(), "", false);
    }
    rows.profile(id(PROFILE), ARTIST.house(), "Ilka Thornwald", "private_listing");
    let parties = (ARTIST.house(), AGENCY.house(), id::<ProfileId>(PROFILE));
    rows.mandate(301, AGENCY.account(), parties, "active", Some(NOW.0 - 5), None);
    rows.plant(ground);
}

pub(super) fn permit<A: Action>(
    store: &Store,
    asker: &Arc<Asker>,
    on: <A::On as Facts>::Id,
    input: A::Input,
) -> Result<Permit<A>, StoreError>
where
    A::On: Load,
{
    store.read(asker, |db| db.permit::<A>(on, input))
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) fn asked(first: &str, last: &str) -> requests::Asked {
    requests::Asked {
        title: Line::line("a title", "Summer nights").unwrap(),
        first_day: day(first),
        last_day: day(last),
        venue: Line::line("a venue", "Great Hall").unwrap(),
        programme: Prose::prose("a programme", "Berlioz\nRavel").unwrap(),
        fee: requests::Fee::Named(Some(Money { minor: 1_250_000, currency: Currency::Eur })),
    }
}

pub(super) fn prose(text: &str) -> Prose {
    Prose::prose("a text", text).unwrap()
}

pub(super) fn see(store: &Store, who: Who, draft: DraftId) -> Result<DraftView, StoreError> {
    store.read(&who.asks(), |db| {
        let permit = db.permit::<ViewDraft>(draft, Unasked)?;
        drafts::view(db, &permit)
    })
}

pub(super) fn confirm_shown(
    store: &Store,
    asker: &Arc<Asker>,
    draft: DraftId,
    digest: Digest,
) -> Result<Confirmed, StoreError> {
    let permit = permit::<Confirm>(store, asker, draft, Shown(digest))?;
    drafts::confirm(store, permit, ORIGIN)
}

pub(super) fn confirm(store: &Store, who: Who, it: Prepared) -> Result<Confirmed, StoreError> {
    confirm_shown(store, &who.asks(), it.draft, it.digest)
}

/// A request that was sent: its engagement and itself.
pub(super) fn requested(ground: &Ground, who: Who, first: &str, last: &str) -> (EngagementId, RequestId) {
    let store = &ground.store;
    let permit = permit::<PrepareRequest>(store, &who.asks(), id(PROFILE), Unasked).unwrap();
    let prepared = requests::prepare_request(store, permit, &asked(first, last), None).unwrap();
    let done = confirm(store, who, prepared).unwrap();
    assert_eq!(done.kind, DraftKind::Request);
    let engagement = done.engagement.unwrap();
    let found = store.read(&who.asks(), |db| requests::list(db, &store::Page::first(50))).unwrap().0;
    let request = found.iter().find(|it| it.0.engagement == engagement).unwrap().0.id;
    (engagement, request)
}

/// A hold that was prepared and not yet confirmed.
pub(super) fn hold_prepared(ground: &Ground, request: RequestId, days: i64) -> Prepared {
    let store = &ground.store;
    let permit = permit::<PrepareHold>(store, &AGENCY.asks(), request, Unasked).unwrap();
    holds::prepare_hold(store, permit, NOW.plus(days * Moment::DAY), None).unwrap()
}

/// A hold that was granted.
pub(super) fn held(ground: &Ground, who: Who, first: &str, last: &str) -> (EngagementId, HoldId) {
    let (engagement, request) = requested(ground, who, first, last);
    confirm(&ground.store, AGENCY, hold_prepared(ground, request, 14)).unwrap();
    let found = ground
        .store
        .read(&who.asks(), |db| store::engagements::holds_view::list(db, &store::Page::first(50)));
    let hold = found.unwrap().0.iter().find(|it| it.0.engagement == engagement).unwrap().0.id;
    (engagement, hold)
}

pub(super) fn rank(ground: &Ground, hold: HoldId) -> i64 {
    ground.number(&format!("SELECT COALESCE(MAX(rank), 0) FROM hold_days WHERE hold = '{hold}'"))
}

/// Every chain holds.
pub(super) fn chains_hold(ground: &Ground) {
    let operator = asker_at(Actor::Operator, NOW);
    let permit =
        ground.store.engine().decide::<VerifyAudit>(&operator, &policy::facts::Platform, Unasked).unwrap();
    let found = store::ledger::verify(&ground.store, &permit, &[]).unwrap();
    assert!(found.broken.is_empty() && found.entries > 0, "{found:?}");
}

#[allow(clippy::needless_pass_by_value)] // takes the answer as it comes
pub(super) fn is_refused<T>(it: Result<T, StoreError>) -> bool {
    matches!(it, Err(StoreError::Refused(_) | StoreError::Absent))
}

pub(super) fn sees(store: &Store, who: Who, engagement: EngagementId) -> bool {
    store.read(&who.asks(), |db| db.may::<actions::ViewEngagement>(engagement, &Unasked)).unwrap()
}
