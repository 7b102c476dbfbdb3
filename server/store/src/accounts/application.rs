//! One's own application: what an account may always see and change, wherever it stands at the gate.

use super::{changed, shown_is};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, memberships, workspaces};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::{Line, Prose};
use domain::people::Applicant;
use domain::{AccountId, AccountStatus, Moment, Role, Version, WorkspaceId};
use policy::{
    Permit,
    actions::{CorrectApplication, ViewApplication, WithdrawApplication},
};

/// An application as its applicant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The account.
    pub account: AccountId,
    /// The edition.
    pub version: Version,
    /// The person's name.
    pub name: String,
    /// The address as it was given.
    pub email: String,
    /// What they applied as.
    pub applicant: Applicant,
    /// In their own words.
    pub text: String,
    /// Where it stands.
    pub status: AccountStatus,
    /// Why it was rejected or suspended.
    pub reason: Option<String>,
    /// When it was made.
    pub made_at: Moment,
    /// When it was decided.
    pub decided_at: Option<Moment>,
    /// The workspace that was applied for and its name; none for counsel and invited colleagues.
    pub workspace: Option<(WorkspaceId, String)>,
}

type Row = (
    (Word<AccountId>, i64, String, String),
    (Word<Applicant>, String, Word<AccountStatus>, Option<String>, i64, Option<i64>),
);

/// One's own application.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewApplication>) -> Result<Application, StoreError> {
    load(db.db, permit.on())?.ok_or(StoreError::Absent)
}

pub(super) fn load(db: &mut crate::Db, account: AccountId) -> Result<Option<Application>, StoreError> {
    let row: Option<Row> = accounts::table
        .find(account.as_str())
        .select((
            (accounts::id, accounts::version, accounts::name, accounts::email),
            (
                accounts::applicant,
                accounts::application,
                accounts::status,
                accounts::reason,
                accounts::created_at,
                accounts::decided_at,
            ),
        ))
        .first(db)
        .optional()?;
    let Some(((id, version, name, email), (applicant, text, status, reason, made, decided))) = row else {
        return Ok(None);
    };
    Ok(Some(Application {
        account: id.0,
        version: Version(version),
        name,
        email,
        applicant: applicant.0,
        text,
        status: status.0,
        reason,
        made_at: Moment(made),
        decided_at: decided.map(Moment),
        workspace: own_workspace(db, account)?,
    }))
}

/// The workspace that was founded with the account: the first one that it owns.
fn own_workspace(db: &mut crate::Db, account: AccountId) -> QueryResult<Option<(WorkspaceId, String)>> {
    let row: Option<(Word<WorkspaceId>, String)> = memberships::table
        .inner_join(workspaces::table.on(workspaces::id.eq(memberships::workspace)))
        .filter(memberships::account.eq(account.to_string()))
        .filter(memberships::role.eq(Role::Owner.as_str()))
        .order(memberships::id)
        .select((workspaces::id, workspaces::name))
        .first(db)
        .optional()?;
    Ok(row.map(|it| (it.0.0, it.1)))
}

/// What an applicant may correct.
#[derive(Debug, Clone)]
struct Correction<'a> {
    name: &'a Line,
    workspace: Option<&'a Line>,
    text: &'a Prose,
}

/// Corrects a pending application. `shown` is the edition that the form was filled in on; `workspace` its name, where
/// one was applied for.
///
/// # Errors
/// Stale; a conflict where it is decided already; the database's.
pub fn correct(
    store: &Store,
    permit: Permit<CorrectApplication>,
    shown: Version,
    name: &Line,
    workspace: Option<&Line>,
    text: &Prose,
) -> Result<(), StoreError> {
    shown_is(shown, permit.version())?;
    store.write(permit, |tx, facts| {
        if facts.status != AccountStatus::Pending {
            return Err(StoreError::Conflict(
                "This application is decided and can no longer be corrected.".into(),
            ));
        }
        let events =
            put(tx, facts.id, facts.version, &Correction { name, workspace, text }, "corrected", None)?;
        events_of(events)
    })
}

/// Applies again after a rejection or a withdrawal, with what was corrected.
///
/// # Errors
/// Stale; a conflict where the account is neither; the database's.
pub fn apply_again(
    store: &Store,
    permit: Permit<CorrectApplication>,
    shown: Version,
    name: &Line,
    workspace: Option<&Line>,
    text: &Prose,
) -> Result<(), StoreError> {
    shown_is(shown, permit.version())?;
    store.write(permit, |tx, facts| {
        if !matches!(facts.status, AccountStatus::Rejected | AccountStatus::Withdrawn) {
            return Err(StoreError::Conflict("This account has an application already.".into()));
        }
        let it = Correction { name, workspace, text };
        let events = put(tx, facts.id, facts.version, &it, "applied", Some(facts.status))?;
        events_of(events)
    })
}

fn events_of(mut events: Vec<Event>) -> Result<Change<()>, StoreError> {
    if events.is_empty() {
        return Err(StoreError::Unrecorded);
    }
    let first = events.remove(0);
    Ok(Change::of((), first).and_all(events))
}

fn put(
    tx: &mut Write<'_>,
    account: AccountId,
    version: Version,
    it: &Correction<'_>,
    transition: &'static str,
    from: Option<AccountStatus>,
) -> Result<Vec<Event>, StoreError> {
    let before = load(tx.db, account)?.ok_or(StoreError::Absent)?;
    let row = accounts::table.filter(accounts::id.eq(account.as_str()).and(accounts::version.eq(version.0)));
    let rows = diesel::update(row)
        .set((
            accounts::name.eq(it.name.as_str()),
            accounts::application.eq(it.text.as_str()),
            accounts::status.eq(AccountStatus::Pending.as_str()),
            accounts::version.eq(version.0 + 1),
        ))
        .execute(tx.db)?;
    changed(rows, version)?;
    let mut event = Event::platform("account", account, transition)
        .change("name", &before.name, it.name)
        .change("application", &before.text, it.text);
    if let Some(from) = from {
        event = event.change("status", from, AccountStatus::Pending);
        diesel::update(accounts::table.find(account.as_str()))
            .set((
                accounts::reason.eq(None::<String>),
                accounts::decided_at.eq(None::<i64>),
                accounts::decided_by.eq(None::<String>),
            ))
            .execute(tx.db)?;
    }
    let mut events = vec![event];
    // a verified workspace has its name from the verification; only an admin's new look may follow a new name
    if let (Some(new), Some((id, old))) = (it.workspace, before.workspace)
        && new.as_str() != old
    {
        let open =
            workspaces::table.filter(workspaces::id.eq(id.to_string()).and(workspaces::verified.eq(false)));
        let rows = diesel::update(open)
            .set((
                workspaces::name.eq(new.as_str()),
                workspaces::name_key.eq(crate::profiles::folded_name(new.as_str())),
                workspaces::version.eq(workspaces::version + 1),
            ))
            .execute(tx.db)?;
        if rows == 1 {
            events.push(Event::platform("workspace", id, "renamed").change("name", old, new));
        }
    }
    Ok(events)
}

/// Withdraws a pending application. The person may apply again.
///
/// # Errors
/// Stale; a conflict where it is decided already; the database's.
pub fn withdraw(store: &Store, permit: Permit<WithdrawApplication>) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        if facts.status != AccountStatus::Pending {
            return Err(StoreError::Conflict(
                "This application is decided and can no longer be withdrawn.".into(),
            ));
        }
        let row = accounts::table
            .filter(accounts::id.eq(facts.id.to_string()).and(accounts::version.eq(facts.version.0)));
        let rows = diesel::update(row)
            .set((
                accounts::status.eq(AccountStatus::Withdrawn.as_str()),
                accounts::version.eq(facts.version.0 + 1),
            ))
            .execute(tx.db)?;
        changed(rows, facts.version)?;
        let event = Event::platform("account", facts.id, "withdrawn").change(
            "status",
            AccountStatus::Pending,
            AccountStatus::Withdrawn,
        );
        Ok(Change::of((), event))
    })
}
