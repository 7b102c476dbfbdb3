//! Signing up makes a pending account. A reviewed-access code approves it at once.

use super::{codes, letters, own_profile};
use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::outbox::Letter;
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::{accounts, memberships, workspaces};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::{Email, Line, Prose};
use domain::people::Applicant;
use domain::{
    AccountId, AccountStatus, CodeId, Fault, Kind, MembershipId, PersonId, Plan, Role, WorkspaceId,
};
use policy::{Permit, actions::SignUp};

/// What an applicant fills in.
#[derive(Debug, Clone)]
pub struct Signing {
    /// What the workspace shall be.
    pub kind: Kind,
    /// The person's name.
    pub name: Line,
    /// The workspace's name: the artist's, the agency's, the presenter's.
    pub workspace: Line,
    /// Where they read their mail.
    pub email: Email,
    /// In their own words.
    pub application: Prose,
    /// A reviewed-access code, where they have one.
    pub code: Option<String>,
}

/// Why nobody was signed up.
#[derive(Debug)]
pub enum SignUpFault {
    /// The code does not open anything; the sentence is for the field.
    Code(Fault),
    /// The store's.
    Store(StoreError),
}
impl From<StoreError> for SignUpFault {
    fn from(it: StoreError) -> Self {
        Self::Store(it)
    }
}
impl From<diesel::result::Error> for SignUpFault {
    fn from(it: diesel::result::Error) -> Self {
        Self::Store(it.into())
    }
}

/// Takes an application. Nothing in the answer tells whether the address has an account already: a letter to that
/// address does. What is made for a new address is made for a known one too and taken back, so that one costs what the
/// other does; a code is used either way.
///
/// # Errors
/// What is wrong with the code, which is asked before the address is looked at; the store's.
pub fn sign_up(store: &Store, permit: Permit<SignUp>, it: &Signing, origin: &str) -> Result<(), SignUpFault> {
    store.write(permit, |tx, _| {
        let code = match it.code.as_deref() {
            Some(text) => Some(codes::find(tx.db, text, it.kind, tx.now())?.map_err(SignUpFault::Code)?),
            None => None,
        };
        // a use is a use whoever has the address: what is left of a code tells its holder nothing
        if let Some(code) = &code {
            codes::usable(tx, code)?.map_err(SignUpFault::Code)?;
            codes::spend(tx.db, code, tx.now())?.map_err(SignUpFault::Code)?;
        }
        let Some((id, email)) = known(tx.db, &it.email)? else {
            return tx.whole(|tx| made(tx, it, code.as_ref(), it.email.mailbox(), origin));
        };
        // a mailbox that nobody can have: the right one is taken
        let nobodys = tx.fresh::<AccountId>().to_string();
        tx.taken_back(|tx| made(tx, it, code.as_ref(), nobodys, origin))?;
        let event = naming(Event::platform("account", id, "applied-again"), code.as_ref());
        Ok(Change::of((), event).telling([letters::applied_again(&email, origin)]))
    })
}

/// The event, which names the code that was used and its issuer.
fn naming(event: Event, code: Option<&codes::Held>) -> Event {
    match code {
        Some(code) => event.with("code", code.id).with("code-issuer", code.issuer),
        None => event,
    }
}

/// Makes the account with its workspace.
fn made(
    tx: &mut Write<'_>,
    it: &Signing,
    code: Option<&codes::Held>,
    mailbox: String,
    origin: &str,
) -> Result<Change<()>, SignUpFault> {
    let account = Fresh {
        email: &it.email,
        mailbox,
        name: it.name.as_str(),
        applicant: it.kind.applicant(),
        application: it.application.as_str(),
        status: if code.is_some() { AccountStatus::Approved } else { AccountStatus::Pending },
        by: code.map(|it| (it.id, it.issuer)),
    };
    let (account, event) = insert_account(tx, &account)?;
    let event = naming(event, code);
    let verified = code.is_some_and(|it| it.verifies);
    let (workspace, founded) = insert_workspace(tx, it.kind, it.workspace.as_str(), verified)?;
    let joined = insert_member(tx, account, workspace, Role::Owner)?;
    let profile = match it.kind {
        Kind::Artist => Some(own_profile::begin(tx, workspace, it.workspace.as_str())?),
        Kind::Agency | Kind::Presenter => None,
    };
    let letter = letters::applied(it.email.as_str(), it.name.as_str(), code.is_some(), origin);
    Ok(Change::of((), event).and(founded).and(joined).and_all(profile).telling([letter]))
}

/// The account of a mailbox, and the address as it was given.
pub(super) fn known(db: &mut Db, email: &Email) -> Result<Option<(AccountId, String)>, StoreError> {
    let row: Option<(crate::Word<AccountId>, String)> = accounts::table
        .filter(accounts::mailbox.eq(email.mailbox()))
        .select((accounts::id, accounts::email))
        .first(db)
        .optional()?;
    Ok(row.map(|it| (it.0.0, it.1)))
}

/// An account to make.
pub(super) struct Fresh<'a> {
    pub(super) email: &'a Email,
    /// Whom mail to that address reaches; no two accounts have the same.
    pub(super) mailbox: String,
    pub(super) name: &'a str,
    pub(super) applicant: Applicant,
    pub(super) application: &'a str,
    pub(super) status: AccountStatus,
    /// The code that approved it, and the code's issuer.
    pub(super) by: Option<(CodeId, AccountId)>,
}

pub(super) fn insert_account(tx: &mut Write<'_>, it: &Fresh<'_>) -> Result<(AccountId, Event), StoreError> {
    let (id, person, now) = (tx.fresh::<AccountId>(), tx.fresh::<PersonId>(), tx.now());
    let decided = (it.status == AccountStatus::Approved).then_some(now.0);
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id.as_str()),
            accounts::person.eq(person.as_str()),
            accounts::email.eq(it.email.as_str()),
            accounts::mailbox.eq(&it.mailbox),
            accounts::name.eq(it.name),
            accounts::status.eq(it.status.as_str()),
            accounts::applicant.eq(it.applicant.as_str()),
            accounts::application.eq(it.application),
            accounts::is_admin.eq(false),
            accounts::created_at.eq(now.0),
            accounts::decided_at.eq(decided),
            accounts::decided_by.eq(it.by.map(|it| it.1.to_string())),
            accounts::access_code.eq(it.by.map(|it| it.0.to_string())),
            accounts::version.eq(1),
        ))
        .execute(tx.db)?;
    let event = Event::platform("account", id, "applied")
        .with("after.name", it.name)
        .with("after.email", it.email)
        .with("after.applicant", it.applicant)
        .with("after.application", it.application)
        .with("after.status", it.status);
    Ok((id, event))
}

pub(super) fn insert_workspace(
    tx: &mut Write<'_>,
    kind: Kind,
    name: &str,
    verified: bool,
) -> Result<(WorkspaceId, Event), StoreError> {
    let (id, plan) = (tx.fresh::<WorkspaceId>(), Plan::of(kind)[0]);
    diesel::insert_into(workspaces::table)
        .values((
            workspaces::id.eq(id.as_str()),
            workspaces::kind.eq(kind.as_str()),
            workspaces::name.eq(name),
            workspaces::name_key.eq(crate::profiles::folded_name(name)),
            workspaces::verified.eq(verified),
            workspaces::plan.eq(plan.as_str()),
            workspaces::created_at.eq(tx.now().0),
            workspaces::version.eq(1),
        ))
        .execute(tx.db)?;
    let event = Event::platform("workspace", id, "founded")
        .with("after.kind", kind)
        .with("after.name", name)
        .with("after.plan", plan)
        .with("after.verified", verified);
    Ok((id, event))
}

pub(super) fn insert_member(
    tx: &mut Write<'_>,
    account: AccountId,
    workspace: WorkspaceId,
    role: Role,
) -> Result<Event, StoreError> {
    let id: MembershipId = tx.fresh();
    diesel::insert_into(memberships::table)
        .values((
            memberships::id.eq(id.as_str()),
            memberships::account.eq(account.as_str()),
            memberships::workspace.eq(workspace.as_str()),
            memberships::role.eq(role.as_str()),
            memberships::grants.eq(""),
            memberships::in_person.eq(false),
            memberships::created_at.eq(tx.now().0),
            memberships::version.eq(1),
        ))
        .execute(tx.db)?;
    Ok(Event::platform("membership", id, "joined")
        .with("account", account)
        .with("workspace-joined", workspace)
        .with("after.role", role))
}

/// Letters to the owners of a workspace whose accounts are approved, each made by `write`.
pub(super) fn to_owners(
    db: &mut Db,
    workspace: WorkspaceId,
    write: impl Fn(&str) -> Letter,
) -> Result<Vec<Letter>, StoreError> {
    let owners: Vec<(Word<AccountId>, String)> = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .filter(memberships::workspace.eq(workspace.to_string()))
        .filter(memberships::role.eq(Role::Owner.as_str()))
        .filter(accounts::status.eq(AccountStatus::Approved.as_str()))
        .order(memberships::id)
        .select((accounts::id, accounts::email))
        .load(db)?;
    let letter = |(account, to): &(Word<AccountId>, String)| Letter {
        account: Some(account.0),
        workspace: Some(workspace),
        ..write(to)
    };
    Ok(owners.iter().map(letter).collect())
}
