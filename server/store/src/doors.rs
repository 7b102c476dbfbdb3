//! From a session's secret to an asker: what has to be known before anything can be decided.

use crate::db::Db;
use crate::error::StoreError;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, memberships, sessions, workspaces};
use diesel::prelude::*;
use domain::{AccountId, AccountStatus, Kind, Moment, PersonId, Plan, Role, SessionId, VisitId, WorkspaceId};
use policy::{Actor, Asker, Member, Staff};
use std::sync::Arc;

/// In which capacity a signed-in person asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acting {
    /// As a member of this workspace; the path of a page names it.
    Workspace(WorkspaceId),
    /// As counsel.
    Counsel,
    /// As platform staff.
    Admin,
    /// With their own account alone: in any workspace of theirs, else as counsel or staff.
    Account,
}

/// The session that came with a request.
#[derive(Debug, Clone)]
pub struct Doors {
    /// The session, as lists show it.
    pub session: SessionId,
    /// The account.
    pub account: AccountId,
    /// The human being.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Where the account stands.
    pub status: AccountStatus,
    /// Whether it is platform staff.
    pub is_admin: bool,
    /// What form tokens of this session are made from.
    pub form_secret: Vec<u8>,
    /// When the second factor was last shown.
    pub factor_at: Option<Moment>,
    /// When the session was last seen, so that it is not written on each request.
    pub seen_at: Moment,
}

/// Sessions end after this much silence.
pub(crate) const SESSION_IDLE: i64 = 12 * Moment::HOUR;

impl Store {
    /// Resolves a session by the hash of its secret, asks in the capacity that `choose` names, and runs `f`, all in one
    /// snapshot. `None`: no such session.
    ///
    /// # Errors
    /// [`StoreError::Absent`] where the person has no such capacity; those of `choose` and `f`.
    pub fn enter<T, E: From<StoreError>>(
        &self,
        token: &[u8; 32],
        visit: VisitId,
        now: Moment,
        choose: impl FnOnce(&Doors) -> Result<Acting, E>,
        f: impl FnOnce(&Doors, &mut Read<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let mut connection = self.reader()?;
        self.snapshot(&mut connection, |db| {
            let Some(doors) = session(db, token, now).map_err(StoreError::from)? else { return Ok(None) };
            let acting = choose(&doors)?;
            let actor = capacity(db, &doors, acting)?;
            let asker = Arc::new(Asker { actor, visit, now, factor_at: doors.factor_at });
            f(&doors, &mut Read::new(db, self, asker)).map(Some)
        })
    }

    /// Whose session it is; nobody's where it has ended.
    ///
    /// # Errors
    /// The database's.
    pub fn session_account(&self, token: &[u8; 32], now: Moment) -> Result<Option<AccountId>, StoreError> {
        Ok(session(&mut *self.reader()?, token, now)?.map(|it| it.account))
    }

    /// Notes that a session was seen, so that its idle time begins anew.
    ///
    /// # Errors
    /// The database's.
    pub fn session_touch(&self, token: &[u8; 32], now: Moment) -> Result<(), StoreError> {
        self.change(|db| {
            diesel::update(sessions::table.filter(sessions::token.eq(token.as_slice())))
                .set(sessions::seen_at.eq(now.0))
                .execute(db)?;
            Ok(())
        })
    }

    /// An asker for an account, as the command line and workers resolve one for explanations.
    ///
    /// # Errors
    /// Absent, or the database's.
    pub fn asker(
        &self,
        account: AccountId,
        acting: Acting,
        visit: VisitId,
        now: Moment,
    ) -> Result<Arc<Asker>, StoreError> {
        let mut db = self.reader()?;
        let actor = actor(&mut db, self, account, acting, now)?;
        Ok(Arc::new(Asker { actor, visit, now, factor_at: None }))
    }
}

/// Who an account is in this capacity.
pub(crate) fn actor(
    db: &mut Db,
    store: &Store,
    account: AccountId,
    acting: Acting,
    now: Moment,
) -> Result<Actor, StoreError> {
    let row = account_row(db, account)?.ok_or(StoreError::Absent)?;
    let doors = Doors {
        session: store.fresh(now),
        account,
        person: row.0,
        name: row.1,
        status: row.2,
        is_admin: row.3,
        form_secret: Vec::new(),
        factor_at: None,
        seen_at: now,
    };
    capacity(db, &doors, acting)
}

type AccountRow = (PersonId, String, AccountStatus, bool);

fn account_row(db: &mut Db, account: AccountId) -> QueryResult<Option<AccountRow>> {
    let row: Option<(Word<PersonId>, String, Word<AccountStatus>, bool)> = accounts::table
        .find(account.as_str())
        .select((accounts::person, accounts::name, accounts::status, accounts::is_admin))
        .first(db)
        .optional()?;
    Ok(row.map(|(person, name, status, is_admin)| (person.0, name, status.0, is_admin)))
}

fn session(db: &mut Db, token: &[u8; 32], now: Moment) -> QueryResult<Option<Doors>> {
    type Row = (
        (Word<SessionId>, Word<AccountId>, Vec<u8>, i64, Option<i64>),
        (Word<PersonId>, String, Word<AccountStatus>, bool),
    );
    let row: Option<Row> = sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account)))
        .filter(sessions::token.eq(token.as_slice()))
        .filter(sessions::expires_at.gt(now.0))
        .filter(sessions::seen_at.gt(now.0 - SESSION_IDLE))
        .select((
            (sessions::id, sessions::account, sessions::form_secret, sessions::seen_at, sessions::factor_at),
            (accounts::person, accounts::name, accounts::status, accounts::is_admin),
        ))
        .first(db)
        .optional()?;
    Ok(row.map(|((session, account, form_secret, seen, factor), (person, name, status, is_admin))| Doors {
        session: session.0,
        account: account.0,
        person: person.0,
        name,
        status: status.0,
        is_admin,
        form_secret,
        factor_at: factor.map(Moment),
        seen_at: Moment(seen),
    }))
}

fn capacity(db: &mut Db, doors: &Doors, acting: Acting) -> Result<Actor, StoreError> {
    let staff = || Staff { person: doors.person, account: doors.account, status: doors.status };
    match acting {
        Acting::Workspace(workspace) => member(db, doors.account, Some(workspace))?.ok_or(StoreError::Absent),
        Acting::Admin if doors.is_admin => Ok(Actor::Admin(staff())),
        Acting::Admin => Err(StoreError::Absent),
        Acting::Counsel => Ok(Actor::Counsel(staff())),
        Acting::Account if doors.is_admin => Ok(Actor::Admin(staff())),
        Acting::Account => Ok(member(db, doors.account, None)?.unwrap_or_else(|| Actor::Counsel(staff()))),
    }
}

/// The account as a member: of this workspace, or of its first one.
fn member(db: &mut Db, account: AccountId, workspace: Option<WorkspaceId>) -> QueryResult<Option<Actor>> {
    type Row = (
        (Word<PersonId>, Word<AccountStatus>),
        (Word<Role>, String, bool),
        (Word<WorkspaceId>, Word<Kind>, bool, Word<Plan>),
    );
    let mut query = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .inner_join(workspaces::table.on(workspaces::id.eq(memberships::workspace)))
        .filter(memberships::account.eq(account.as_str()))
        .filter(workspaces::closed_at.is_null())
        .order(memberships::id)
        .select((
            (accounts::person, accounts::status),
            (memberships::role, memberships::grants, memberships::in_person),
            (workspaces::id, workspaces::kind, workspaces::verified, workspaces::plan),
        ))
        .into_boxed();
    if let Some(it) = workspace {
        query = query.filter(memberships::workspace.eq(it.to_string()));
    }
    let row: Option<Row> = query.first(db).optional()?;
    Ok(row.map(|((person, status), (role, grants, in_person), (workspace, kind, verified, plan))| {
        let member = Member {
            person: person.0,
            account,
            status: status.0,
            role: role.0,
            workspace: workspace.0,
            verified,
            capabilities: plan.0.capabilities().to_vec(),
            grants: grants.split_whitespace().map(str::to_owned).collect(),
            in_person,
        };
        Actor::Member(kind.0, member)
    }))
}

/// The same asker as the rows of this transaction tell it: a right that was taken away a moment ago is gone.
pub(crate) fn again(db: &mut Db, asker: &Arc<Asker>) -> Result<Arc<Asker>, StoreError> {
    let actor = match &asker.actor {
        Actor::Visitor | Actor::Automation(..) | Actor::Operator => return Ok(asker.clone()),
        Actor::Member(_, it) => {
            crate::db::lock(db, "accounts", "id", it.account.as_str())?;
            member(db, it.account, Some(it.workspace))?.ok_or(StoreError::Absent)?
        }
        Actor::Counsel(it) | Actor::Admin(it) => {
            crate::db::lock(db, "accounts", "id", it.account.as_str())?;
            let (person, _, status, is_admin) = account_row(db, it.account)?.ok_or(StoreError::Absent)?;
            let staff = Staff { person, account: it.account, status };
            match asker.actor {
                Actor::Admin(_) if is_admin => Actor::Admin(staff),
                Actor::Admin(_) => return Err(StoreError::Absent),
                _ => Actor::Counsel(staff),
            }
        }
    };
    Ok(Arc::new(Asker { actor, visit: asker.visit, now: asker.now, factor_at: asker.factor_at }))
}

impl Read<'_> {
    /// The name of the workspace that the asker acts in; empty where they act in none.
    ///
    /// # Errors
    /// The database's.
    pub fn own_workspace_name(&mut self) -> Result<String, StoreError> {
        let Some((_, workspace)) = self.asker.actor.workspace() else { return Ok(String::new()) };
        Ok(workspaces::table.find(workspace.to_string()).select(workspaces::name).first(self.db)?)
    }
}
