//! What platform staff decide of accounts: approve, reject, suspend, reinstate.

use super::application::load;
use super::{Application, changed, letters, sessions, shown_is};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::lists::Page;
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{access_codes, accounts};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Prose;
use domain::{AccountId, AccountStatus, Version};
use policy::{
    Action, Factor, Permit,
    actions::{ApproveAccount, ReinstateAccount, RejectAccount, ReviewAccount, SuspendAccount},
    facts,
};

/// An account as platform staff see it: the application, never what its workspaces hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// The application.
    pub application: Application,
    /// Whether it is platform staff itself.
    pub is_admin: bool,
    /// Who decided last.
    pub decided_by: Option<String>,
    /// The note of the code by which it came.
    pub code: Option<String>,
}

/// A page of accounts.
#[derive(Debug)]
pub struct AccountPage {
    /// The accounts, newest first.
    pub rows: Vec<Reviewed>,
    /// The key to go on after.
    pub next: Option<String>,
}

/// Accounts with this status, newest first.
///
/// # Errors
/// The database's.
pub fn accounts(db: &mut Read<'_>, status: AccountStatus, page: &Page) -> Result<AccountPage, StoreError> {
    let scope = db.scope::<ReviewAccount>(&Factor);
    let narrow = || {
        let it: crate::lists::Cond<accounts::table> = Box::new(accounts::status.eq(status.as_str()));
        Some(it)
    };
    let list = db.list(&scope, &Factor, narrow, page)?;
    let rows = list.rows.iter().map(|it| account_review(db, it)).collect::<Result<_, _>>()?;
    Ok(AccountPage { rows, next: list.next })
}

/// One account.
///
/// # Errors
/// Absent, or the database's.
pub fn account_review(db: &mut Read<'_>, permit: &Permit<ReviewAccount>) -> Result<Reviewed, StoreError> {
    let application = load(db.db, permit.on())?.ok_or(StoreError::Absent)?;
    let (is_admin, by, code): (bool, Option<String>, Option<String>) = accounts::table
        .find(permit.on().to_string())
        .select((accounts::is_admin, accounts::decided_by, accounts::access_code))
        .first(db.db)?;
    let decided_by = match by {
        Some(it) => accounts::table.find(it).select(accounts::name).first(db.db).optional()?,
        None => None,
    };
    let code = match code {
        Some(it) => access_codes::table.find(it).select(access_codes::note).first(db.db).optional()?,
        None => None,
    };
    Ok(Reviewed { application, is_admin, decided_by, code })
}

struct Step<'a> {
    from: AccountStatus,
    to: AccountStatus,
    transition: &'static str,
    /// What the person is told, in the letter and on their page.
    reason: Option<&'a str>,
    /// What stands in the ledger alone.
    note: Option<&'a str>,
    wrong: &'static str,
}

/// Moves an account, as it was `shown`, one step and tells its person.
fn step<A: Action<On = facts::Account>>(
    store: &Store,
    permit: Permit<A>,
    shown: Version,
    it: &Step<'_>,
    letter: impl FnOnce(&str, &str) -> Letter,
    then: impl FnOnce(&mut Write<'_>, AccountId) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    shown_is(shown, permit.version())?;
    store.write(permit, |tx, on| {
        if on.status != it.from {
            return Err(StoreError::Conflict(it.wrong.into()));
        }
        let by = tx.asker().actor.account().map(|it| it.to_string());
        let row = accounts::table
            .filter(accounts::id.eq(on.id.to_string()).and(accounts::version.eq(on.version.0)));
        let rows = diesel::update(row)
            .set((
                accounts::status.eq(it.to.as_str()),
                accounts::reason.eq(it.reason),
                accounts::decided_at.eq(Some(tx.now().0)),
                accounts::decided_by.eq(by),
                accounts::version.eq(on.version.0 + 1),
            ))
            .execute(tx.db)?;
        changed(rows, on.version)?;
        then(tx, on.id)?;
        let (name, email, _id): (String, String, Word<AccountId>) = accounts::table
            .find(on.id.to_string())
            .select((accounts::name, accounts::email, accounts::id))
            .first(tx.db)?;
        let mut event = Event::platform("account", on.id, it.transition).change("status", it.from, it.to);
        if let Some(reason) = it.reason {
            event = event.with("reason", reason);
        }
        if let Some(note) = it.note {
            event = event.with("note", note);
        }
        Ok(Change::of((), event).telling([letter(&email, &name)]))
    })
}

/// Approves a pending account. `shown` is the edition of the application that was read; a `note` says why, for the
/// ledger alone.
///
/// # Errors
/// A conflict where it is decided already; stale; the database's.
pub fn approve(
    store: &Store,
    permit: Permit<ApproveAccount>,
    shown: Version,
    note: Option<&Prose>,
    origin: &str,
) -> Result<(), StoreError> {
    let it = Step {
        from: AccountStatus::Pending,
        to: AccountStatus::Approved,
        transition: "approved",
        reason: None,
        note: note.map(Prose::as_str),
        wrong: "This account does not wait for a decision any more.",
    };
    step(store, permit, shown, &it, |to, name| letters::approved(to, name, origin), |_, _| Ok(()))
}

/// Rejects a pending account with a reason, which the person is told.
///
/// # Errors
/// As [`approve`].
pub fn reject(
    store: &Store,
    permit: Permit<RejectAccount>,
    shown: Version,
    reason: &Prose,
    origin: &str,
) -> Result<(), StoreError> {
    let it = Step {
        from: AccountStatus::Pending,
        to: AccountStatus::Rejected,
        transition: "rejected",
        reason: Some(reason.as_str()),
        note: None,
        wrong: "This account does not wait for a decision any more.",
    };
    step(
        store,
        permit,
        shown,
        &it,
        |to, name| letters::rejected(to, name, reason.as_str(), origin),
        |_, _| Ok(()),
    )
}

/// Suspends an approved account with a reason and ends its sessions.
///
/// # Errors
/// A conflict where it is not approved; stale; the database's.
pub fn suspend(
    store: &Store,
    permit: Permit<SuspendAccount>,
    shown: Version,
    reason: &Prose,
    origin: &str,
) -> Result<(), StoreError> {
    let it = Step {
        from: AccountStatus::Approved,
        to: AccountStatus::Suspended,
        transition: "suspended",
        reason: Some(reason.as_str()),
        note: None,
        wrong: "Only an approved account can be suspended.",
    };
    let letter = |to: &str, name: &str| letters::suspended(to, name, reason.as_str(), origin);
    step(store, permit, shown, &it, letter, |tx, id| sessions::end_all(tx.db, id).map(|_| ()))
}

/// Opens a suspended account again with a reason, which the person is told.
///
/// # Errors
/// A conflict where it is not suspended; stale; the database's.
pub fn reinstate(
    store: &Store,
    permit: Permit<ReinstateAccount>,
    shown: Version,
    reason: &Prose,
    origin: &str,
) -> Result<(), StoreError> {
    let it = Step {
        from: AccountStatus::Suspended,
        to: AccountStatus::Approved,
        transition: "reinstated",
        reason: Some(reason.as_str()),
        note: None,
        wrong: "Only a suspended account can be opened again.",
    };
    let letter = |to: &str, name: &str| letters::reinstated(to, name, reason.as_str(), origin);
    step(store, permit, shown, &it, letter, |_, _| Ok(()))
}
