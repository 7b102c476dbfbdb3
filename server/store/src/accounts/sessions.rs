//! Sessions: a secret in a cookie, its hash in a row. They end after twelve hours of silence and after thirty days.

use super::secrets::hash;
use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, memberships, sessions, workspaces};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::{AccountId, Kind, MembershipId, Moment, Role, SessionId, WorkspaceId};
use policy::{
    Permit,
    actions::{ManageSessions, PlantDemo, SignOut},
};

/// A session lasts thirty days at most.
pub const SESSION_LIFE: i64 = 30 * Moment::DAY;

/// A session that was just opened or renewed. The secret goes into the cookie and is kept nowhere.
#[derive(Debug)]
pub struct Issued {
    /// The session, as lists show it.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// The secret.
    pub secret: [u8; 32],
}

/// A session in its owner's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// What the browser said of itself.
    pub agent: String,
    /// When it was opened.
    pub created_at: Moment,
    /// When it was last used, to the minute.
    pub seen_at: Moment,
}

/// One of a person's workspaces, for the switcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The membership.
    pub id: MembershipId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The person's role in it.
    pub role: Role,
}

/// Opens a session.
pub(super) fn open(
    tx: &mut Write<'_>,
    account: AccountId,
    agent: &str,
    factor_at: Option<Moment>,
) -> Result<Issued, StoreError> {
    let (id, secret, now) = (tx.fresh::<SessionId>(), tx.secret(), tx.now());
    // the browser chooses what it says of itself
    let agent: String = agent.chars().filter(|it| !it.is_control()).take(200).collect();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id.as_str()),
            sessions::token.eq(hash(&secret).to_vec()),
            sessions::account.eq(account.as_str()),
            sessions::form_secret.eq(tx.secret().to_vec()),
            sessions::agent.eq(agent),
            sessions::created_at.eq(now.0),
            sessions::seen_at.eq(now.0),
            sessions::expires_at.eq(now.plus(SESSION_LIFE).0),
            sessions::factor_at.eq(factor_at.map(|it| it.0)),
        ))
        .execute(tx.db)?;
    Ok(Issued { id, account, secret })
}

/// Gives a session a new secret and notes the second factor: whoever held the old cookie holds nothing.
pub(super) fn renew(
    tx: &mut Write<'_>,
    account: AccountId,
    session: SessionId,
) -> Result<Issued, StoreError> {
    let (secret, now) = (tx.secret(), tx.now());
    let mine =
        sessions::table.filter(sessions::id.eq(session.as_str()).and(sessions::account.eq(account.as_str())));
    let rows = diesel::update(mine)
        .set((
            sessions::token.eq(hash(&secret).to_vec()),
            sessions::form_secret.eq(tx.secret().to_vec()),
            sessions::seen_at.eq(now.0),
            sessions::factor_at.eq(Some(now.0)),
        ))
        .execute(tx.db)?;
    if rows == 1 { Ok(Issued { id: session, account, secret }) } else { Err(StoreError::Absent) }
}

/// Forgets that sessions of this account showed the second factor.
pub(super) fn forget_factors(db: &mut Db, account: AccountId) -> Result<(), StoreError> {
    diesel::update(sessions::table.filter(sessions::account.eq(account.as_str())))
        .set(sessions::factor_at.eq(None::<i64>))
        .execute(db)?;
    Ok(())
}

/// Ends the session whose secret has this hash, if there is one.
pub(super) fn end(db: &mut Db, token: &[u8; 32]) -> Result<(), StoreError> {
    diesel::delete(sessions::table.filter(sessions::token.eq(token.to_vec()))).execute(db)?;
    Ok(())
}

/// Ends every session of an account; gives their number.
pub(super) fn end_all(db: &mut Db, account: AccountId) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::account.eq(account.to_string()))).execute(db)?)
}

/// The mailbox of an account.
pub(super) fn mailbox(db: &mut Db, account: AccountId) -> Result<Option<String>, StoreError> {
    Ok(accounts::table.find(account.as_str()).select(accounts::mailbox).first(db).optional()?)
}

/// One's own sessions, the last used first.
///
/// # Errors
/// The database's.
pub fn sessions(db: &mut Read<'_>, permit: &Permit<ManageSessions>) -> Result<Vec<SessionRow>, StoreError> {
    let now = db.now().0;
    let rows: Vec<(Word<SessionId>, String, i64, i64)> = sessions::table
        .filter(sessions::account.eq(permit.on().to_string()))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::seen_at.gt(now - crate::doors::SESSION_IDLE))
        .order((sessions::seen_at.desc(), sessions::id.desc()))
        .limit(200)
        .select((sessions::id, sessions::agent, sessions::created_at, sessions::seen_at))
        .load(db.db)?;
    let row = |(id, agent, created, seen): (Word<SessionId>, String, i64, i64)| SessionRow {
        id: id.0,
        agent,
        created_at: Moment(created),
        seen_at: Moment(seen),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Ends one of one's own sessions.
///
/// # Errors
/// Absent where it is not one's own; the database's.
pub fn session_revoke(
    store: &Store,
    permit: Permit<ManageSessions>,
    session: SessionId,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let mine = sessions::id.eq(session.to_string()).and(sessions::account.eq(facts.id.to_string()));
        if diesel::delete(sessions::table.filter(mine)).execute(tx.db)? == 0 {
            return Err(StoreError::Absent);
        }
        Ok(Change::of((), Event::platform("session", session, "ended").with("account", facts.id)))
    })
}

/// Ends all of one's own sessions but this one; gives their number.
///
/// # Errors
/// The database's.
pub fn sessions_revoke_others(
    store: &Store,
    permit: Permit<ManageSessions>,
    keep: SessionId,
) -> Result<usize, StoreError> {
    store.write(permit, |tx, facts| {
        let others = sessions::account.eq(facts.id.to_string()).and(sessions::id.ne(keep.to_string()));
        let count = diesel::delete(sessions::table.filter(others)).execute(tx.db)?;
        let event = Event::platform("account", facts.id, "sessions-ended").with("count", count);
        Ok(Change::of(count, event))
    })
}

/// Ends the session that asks.
///
/// # Errors
/// The database's.
pub fn sign_out(store: &Store, permit: Permit<SignOut>, session: SessionId) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let mine = sessions::id.eq(session.to_string()).and(sessions::account.eq(facts.id.to_string()));
        diesel::delete(sessions::table.filter(mine)).execute(tx.db)?;
        Ok(Change::of((), Event::platform("session", session, "signed-out").with("account", facts.id)))
    })
}

/// Opens a session for a persona of the demonstration world; `with_factor` as if a second factor had just been shown.
///
/// # Errors
/// Absent, or the database's.
pub fn session_plant(
    store: &Store,
    permit: Permit<PlantDemo>,
    account: AccountId,
    agent: &str,
    with_factor: bool,
) -> Result<Issued, StoreError> {
    store.write(permit, |tx, _| {
        mailbox(tx.db, account)?.ok_or(StoreError::Absent)?;
        let factor = with_factor.then_some(tx.now());
        let issued = open(tx, account, agent, factor)?;
        let event = Event::platform("session", issued.id, "planted").with("account", account);
        Ok(Change::of(issued, event))
    })
}

/// One's own workspaces, for the switcher.
///
/// # Errors
/// The database's.
pub fn memberships(
    db: &mut Read<'_>,
    permit: &Permit<ManageSessions>,
) -> Result<Vec<Membership>, StoreError> {
    type Row = (Word<MembershipId>, Word<WorkspaceId>, Word<Kind>, String, Word<Role>);
    let rows: Vec<Row> = memberships::table
        .inner_join(workspaces::table.on(workspaces::id.eq(memberships::workspace)))
        .filter(memberships::account.eq(permit.on().to_string()))
        .filter(workspaces::closed_at.is_null())
        .order(memberships::id)
        .limit(500)
        .select((memberships::id, workspaces::id, workspaces::kind, workspaces::name, memberships::role))
        .load(db.db)?;
    let row = |(id, workspace, kind, name, role): Row| Membership {
        id: id.0,
        workspace: workspace.0,
        kind: kind.0,
        name,
        role: role.0,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The path of the page on which a person begins: waiting, platform, their first workspace, or counsel's queue.
///
/// # Errors
/// The database's.
pub fn home(store: &Store, issued: &Issued) -> Result<String, StoreError> {
    let mut db = store.reader()?;
    let (status, admin): (String, bool) = accounts::table
        .find(issued.account.as_str())
        .select((accounts::status, accounts::is_admin))
        .first(&mut *db)?;
    if status != domain::AccountStatus::Approved.as_str() {
        return Ok("/waiting".into());
    }
    if admin {
        return Ok("/admin".into());
    }
    let first: Option<String> = memberships::table
        .inner_join(workspaces::table.on(workspaces::id.eq(memberships::workspace)))
        .filter(memberships::account.eq(issued.account.to_string()))
        .filter(workspaces::closed_at.is_null())
        .order(memberships::id)
        .select(workspaces::id)
        .first(&mut *db)
        .optional()?;
    Ok(first.map_or_else(|| "/counsel".into(), |it| format!("/w/{it}")))
}
