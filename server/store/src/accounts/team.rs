//! The members of a workspace. Owners decide; the last one stays.

use super::{changed, letters, verification::name_of};
use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::profiles::consents_end;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, memberships};
use crate::write::Change;
use diesel::prelude::*;
use domain::{AccountId, AccountStatus, MembershipId, Role, Version, WorkspaceId};
use policy::{
    Permit,
    actions::{LeaveWorkspace, ManageTeam, ViewWorkspace},
};

/// The word in a member's grants that opens fees and commission to an assistant.
const MONEY: &str = "money";

/// A member as colleagues see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// The membership.
    pub id: MembershipId,
    /// The edition.
    pub version: Version,
    /// The account.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// Whether an owner opened fees and commission to them.
    pub money: bool,
    /// Whether they are the artist in person.
    pub in_person: bool,
    /// Where their account stands.
    pub status: AccountStatus,
}

type Row = (
    (Word<MembershipId>, i64, Word<WorkspaceId>, Word<AccountId>),
    (Word<Role>, String, bool),
    (String, String, Word<AccountStatus>),
);

fn rows(db: &mut Db, workspace: WorkspaceId, one: Option<MembershipId>) -> QueryResult<Vec<MemberRow>> {
    let mut query = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .filter(memberships::workspace.eq(workspace.to_string()))
        .order(memberships::id)
        .select((
            (memberships::id, memberships::version, memberships::workspace, memberships::account),
            (memberships::role, memberships::grants, memberships::in_person),
            (accounts::name, accounts::email, accounts::status),
        ))
        .limit(500)
        .into_boxed();
    if let Some(it) = one {
        query = query.filter(memberships::id.eq(it.to_string()));
    }
    let all: Vec<Row> = query.load(db)?;
    Ok(all
        .into_iter()
        .map(|((id, version, _, account), (role, grants, in_person), (name, email, status))| MemberRow {
            id: id.0,
            version: Version(version),
            account: account.0,
            name,
            email,
            role: role.0,
            money: grants.split_whitespace().any(|it| it == MONEY),
            in_person,
            status: status.0,
        })
        .collect())
}

/// The members of a workspace, the first first.
///
/// # Errors
/// The database's.
pub fn members(db: &mut Read<'_>, permit: &Permit<ViewWorkspace>) -> Result<Vec<MemberRow>, StoreError> {
    Ok(rows(db.db, permit.on(), None)?)
}

fn member(db: &mut Db, workspace: WorkspaceId, id: MembershipId) -> Result<MemberRow, StoreError> {
    rows(db, workspace, Some(id))?.pop().ok_or(StoreError::Absent)
}

/// Refuses a change that left the workspace without an approved owner.
fn still_owned(db: &mut Db, workspace: WorkspaceId) -> Result<(), StoreError> {
    let owners: i64 = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .filter(memberships::workspace.eq(workspace.to_string()))
        .filter(memberships::role.eq(Role::Owner.as_str()))
        .filter(accounts::status.eq(AccountStatus::Approved.as_str()))
        .count()
        .get_result(db)?;
    if owners > 0 {
        return Ok(());
    }
    Err(StoreError::Conflict(
        "A workspace keeps at least one owner. Make somebody else an owner first.".into(),
    ))
}

/// Holds the artist in person as an owner of their own workspace, whoever asks; `role` is the one they shall have, none
/// where they shall be out. They may leave, as anybody may.
fn stays_the_artist(it: &MemberRow, role: Option<Role>) -> Result<(), StoreError> {
    if it.in_person && !role.is_some_and(Role::can_be_the_artist) {
        return Err(StoreError::Conflict(
            "The artist in person stays an owner of their own workspace, until they leave it themselves."
                .into(),
        ));
    }
    Ok(())
}

/// Gives a member another role. Leaving assistant takes the `money` grant with it, which only assistants need.
///
/// # Errors
/// Absent where they are no member here; stale; a conflict for the last owner; the database's.
pub fn role_set(
    store: &Store,
    permit: Permit<ManageTeam>,
    id: MembershipId,
    shown: Version,
    role: Role,
) -> Result<(), StoreError> {
    store.write(permit, |tx, on| {
        let before = member(tx.db, on.id, id)?;
        stays_the_artist(&before, Some(role))?;
        let grants = if role.needs_grants() && before.money { MONEY } else { "" };
        let row = memberships::table
            .filter(memberships::id.eq(id.to_string()).and(memberships::version.eq(shown.0)));
        let count = diesel::update(row)
            .set((
                memberships::role.eq(role.as_str()),
                memberships::grants.eq(grants),
                memberships::version.eq(shown.0 + 1),
            ))
            .execute(tx.db)?;
        changed(count, shown)?;
        still_owned(tx.db, on.id)?;
        let event = Event::platform("membership", id, "role-set")
            .with("account", before.account)
            .change("role", before.role, role)
            .change("money", before.money, !grants.is_empty());
        Ok(Change::of((), event))
    })
}

/// Opens fees and commission to an assistant, or closes them again.
///
/// # Errors
/// Absent where they are no member here; stale; a conflict for other roles; the database's.
pub fn money_set(
    store: &Store,
    permit: Permit<ManageTeam>,
    id: MembershipId,
    shown: Version,
    money: bool,
) -> Result<(), StoreError> {
    store.write(permit, |tx, on| {
        let before = member(tx.db, on.id, id)?;
        if !before.role.needs_grants() {
            return Err(StoreError::Conflict(
                "Only an assistant needs to be shown fees and commission.".into(),
            ));
        }
        let row = memberships::table
            .filter(memberships::id.eq(id.to_string()).and(memberships::version.eq(shown.0)));
        let grants = if money { MONEY } else { "" };
        let count = diesel::update(row)
            .set((memberships::grants.eq(grants), memberships::version.eq(shown.0 + 1)))
            .execute(tx.db)?;
        changed(count, shown)?;
        let transition = if money { "money-granted" } else { "money-withdrawn" };
        let event = Event::platform("membership", id, transition).with("account", before.account).change(
            "money",
            before.money,
            money,
        );
        Ok(Change::of((), event))
    })
}

/// Takes a member out of the workspace and tells them.
///
/// # Errors
/// Absent where they are no member here; stale; a conflict for the last owner; the database's.
pub fn member_remove(
    store: &Store,
    permit: Permit<ManageTeam>,
    id: MembershipId,
    shown: Version,
) -> Result<(), StoreError> {
    store.write(permit, |tx, on| {
        let before = member(tx.db, on.id, id)?;
        stays_the_artist(&before, None)?;
        let row = memberships::table
            .filter(memberships::id.eq(id.to_string()).and(memberships::version.eq(shown.0)));
        changed(diesel::delete(row).execute(tx.db)?, shown)?;
        still_owned(tx.db, on.id)?;
        let name = name_of(tx.db, on.id)?;
        let event = Event::platform("membership", id, "removed")
            .with("account", before.account)
            .with("before.role", before.role);
        Ok(Change::of((), event).telling([letters::removed(&before.email, &name)]))
    })
}

/// Leaves the workspace in which one acts. What the artist in person agreed to ends with it.
///
/// # Errors
/// A conflict for the last owner; the database's.
pub fn leave(store: &Store, permit: Permit<LeaveWorkspace>) -> Result<(), StoreError> {
    store.write(permit, |tx, on| {
        let account = tx.asker().actor.account().ok_or(StoreError::Absent)?;
        let mine = rows(tx.db, on.id, None)?.into_iter().find(|it| it.account == account);
        let mine = mine.ok_or(StoreError::Absent)?;
        diesel::delete(memberships::table.find(mine.id.to_string())).execute(tx.db)?;
        still_owned(tx.db, on.id)?;
        let ended = if mine.in_person { consents_end(tx.db, on.id)? } else { None };
        let event = Event::platform("membership", mine.id, "left")
            .with("account", account)
            .with("before.role", mine.role);
        Ok(Change::of((), event).and_all(ended))
    })
}
