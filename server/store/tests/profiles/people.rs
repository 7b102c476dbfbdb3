//! A small world: two artists, two agencies, two presenters, each with an owner, and one assistant.

use crate::support::{Ground, NOW, Rows, asker_at, id};
use domain::{AccountId, Kind, MandateId, Moment, ProfileId, WorkspaceId};
use policy::actions::VerifyAudit;
use policy::facts::ThePlatform;
use policy::{Action, Actor, Asker, Facts, Permit, Unasked};
use std::sync::Arc;
use store::{Acting, Load, Store, StoreError};

pub(crate) const ANNA: u128 = 1;
pub(crate) const BELA: u128 = 2;
pub(crate) const AGENCY: u128 = 11;
pub(crate) const OTHER: u128 = 12;
pub(crate) const HALL: u128 = 21;
pub(crate) const SOCIETY: u128 = 22;
pub(crate) const ASSISTANT: u128 = 31;
/// The mandate of Anna with the agency.
pub(crate) const MANDATE: u128 = 500;

pub(crate) fn workspace(number: u128) -> WorkspaceId {
    id(100 + number)
}
pub(crate) fn profile(number: u128) -> ProfileId {
    id(200 + number)
}
pub(crate) fn account(number: u128) -> AccountId {
    id(300 + number)
}
pub(crate) fn mandate() -> MandateId {
    id(MANDATE)
}
/// The address of an owner.
pub(crate) fn address(number: u128) -> String {
    format!("{}@example.org", account(number))
}

/// Plants the world. Anna is represented by the agency and a private listing; Béla is on his own and private.
pub(crate) fn plant(ground: &Ground) {
    let mut rows = Rows::default();
    let kinds = [
        (ANNA, Kind::Artist, "represented"),
        (BELA, Kind::Artist, "solo"),
        (AGENCY, Kind::Agency, "house"),
        (OTHER, Kind::Agency, "studio"),
        (HALL, Kind::Presenter, "discovery"),
        (SOCIETY, Kind::Presenter, "season"),
    ];
    for (number, kind, plan) in kinds {
        rows.account(account(number), number, "approved", false);
        rows.workspace(workspace(number), kind, true, plan);
        rows.member(account(number), workspace(number), "owner", "", kind == Kind::Artist);
    }
    rows.account(account(ASSISTANT), ASSISTANT, "approved", false);
    rows.member(account(ASSISTANT), workspace(AGENCY), "assistant", "", false);
    rows.profile(profile(ANNA), workspace(ANNA), "anna example", "private_listing");
    rows.profile(profile(BELA), workspace(BELA), "bela sample", "workspace_private");
    rows.mandate(
        MANDATE,
        account(AGENCY),
        (workspace(ANNA), workspace(AGENCY), profile(ANNA)),
        "active",
        Some(NOW.0 - Moment::DAY),
        None,
    );
    rows.plant(ground);
}

/// A member of their workspace, an hour after the world began.
pub(crate) fn acting_at(store: &Store, number: u128, now: Moment) -> Arc<Asker> {
    let at = if number == ASSISTANT { workspace(AGENCY) } else { workspace(number) };
    store.asker(account(number), Acting::Workspace(at), id(1), now).unwrap()
}
pub(crate) fn acting(store: &Store, number: u128) -> Arc<Asker> {
    acting_at(store, number, NOW.plus(Moment::HOUR))
}

/// A permit for one of the people.
pub(crate) fn may<A: Action>(
    store: &Store,
    number: u128,
    on: <A::On as Facts>::Id,
    input: A::Input,
) -> Result<Permit<A>, StoreError>
where
    A::On: Load,
{
    store.read(&acting(store, number), |db| db.permit::<A>(on, input))
}

/// One more account of this person, a manager of that workspace.
pub(crate) fn another_account(ground: &Ground, person: u128, at: u128) -> Arc<Asker> {
    let other = account(50 + at);
    let mut rows = Rows::default();
    rows.account(other, person, "approved", false);
    rows.member(other, workspace(at), "manager", "", false);
    rows.plant(ground);
    ground.store.asker(other, Acting::Workspace(workspace(at)), id(1), NOW.plus(Moment::HOUR)).unwrap()
}

/// Whether every chain of the ledger holds, and how many entries there are.
pub(crate) fn entries(store: &Store) -> i64 {
    let operator = asker_at(Actor::Operator, NOW);
    let permit = store.read(&operator, |db| db.permit::<VerifyAudit>(ThePlatform, Unasked)).unwrap();
    let checked = store::ledger::verify(store, &permit, &[]).unwrap();
    assert_eq!(checked.broken, vec![]);
    i64::try_from(checked.entries).unwrap()
}

/// How many entries say this.
pub(crate) fn told(ground: &Ground, transition: &str) -> i64 {
    ground.number(&format!(
        "SELECT COUNT(*) FROM audit_values WHERE name = 'transition' AND value = '{transition}'"
    ))
}
/// How many letters wait for an owner.
pub(crate) fn letters(ground: &Ground, number: u128) -> i64 {
    ground.number(&format!("SELECT COUNT(*) FROM outbox WHERE recipient = '{}'", address(number)))
}
