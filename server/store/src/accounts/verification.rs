//! What platform staff say of workspaces: verified, with a note, and which member is the artist in person.

use super::{changed, letters, shown_is, sign_up::to_owners};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::lists::{Cond, Page};
use crate::pools::Store;
use crate::profiles::consents_end;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, memberships, workspaces};
use crate::write::Change;
use diesel::prelude::*;
use domain::bounded::Prose;
use domain::{AccountStatus, Kind, MembershipId, Moment, Plan, Role, Version, WorkspaceId};
use policy::{
    Factor, Permit,
    actions::{ReviewWorkspace, RevokeVerification, VerifyWorkspace},
};

/// A workspace as platform staff see it: who its members are, never what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceReviewed {
    /// Its id.
    pub id: WorkspaceId,
    /// The edition.
    pub version: Version,
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Whether it is verified.
    pub verified: bool,
    /// The note of its last verification or revocation.
    pub note: Option<String>,
    /// Its plan.
    pub plan: Plan,
    /// Since when it is there.
    pub created_at: Moment,
    /// Its members.
    pub members: Vec<WorkspaceMember>,
}

/// A member of a workspace under review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceMember {
    /// The membership.
    pub id: MembershipId,
    /// The person's name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// Where their account stands.
    pub status: AccountStatus,
    /// Whether they are the artist in person.
    pub in_person: bool,
}

/// A page of workspaces.
#[derive(Debug)]
pub struct WorkspacePage {
    /// The workspaces, newest first.
    pub rows: Vec<WorkspaceReviewed>,
    /// The key to go on after.
    pub next: Option<String>,
}

/// Workspaces of one kind, verified or not, newest first.
///
/// # Errors
/// The database's.
pub fn workspaces(
    db: &mut Read<'_>,
    kind: Kind,
    verified: bool,
    page: &Page,
) -> Result<WorkspacePage, StoreError> {
    let scope = db.scope::<ReviewWorkspace>(&Factor);
    let narrow = || {
        let it: Cond<workspaces::table> =
            Box::new(workspaces::kind.eq(kind.as_str()).and(workspaces::verified.eq(verified)));
        Some(it)
    };
    let list = db.list(&scope, &Factor, narrow, page)?;
    let rows = list.rows.iter().map(|it| workspace_review(db, it)).collect::<Result<_, _>>()?;
    Ok(WorkspacePage { rows, next: list.next })
}

/// One workspace.
///
/// # Errors
/// Absent, or the database's.
pub fn workspace_review(
    db: &mut Read<'_>,
    permit: &Permit<ReviewWorkspace>,
) -> Result<WorkspaceReviewed, StoreError> {
    type Row = (i64, Word<Kind>, String, bool, Option<String>, Word<Plan>, i64);
    type MemberRow = (Word<MembershipId>, String, String, Word<Role>, Word<AccountStatus>, bool);
    let id = permit.on();
    let row: Option<Row> = workspaces::table
        .find(id.to_string())
        .select((
            workspaces::version,
            workspaces::kind,
            workspaces::name,
            workspaces::verified,
            workspaces::verify_note,
            workspaces::plan,
            workspaces::created_at,
        ))
        .first(db.db)
        .optional()?;
    let (version, kind, name, verified, note, plan, created) = row.ok_or(StoreError::Absent)?;
    let members: Vec<MemberRow> = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .filter(memberships::workspace.eq(id.to_string()))
        .order(memberships::id)
        .limit(200)
        .select((
            memberships::id,
            accounts::name,
            accounts::email,
            memberships::role,
            accounts::status,
            memberships::in_person,
        ))
        .load(db.db)?;
    let member = |(id, name, email, role, status, in_person): MemberRow| WorkspaceMember {
        id: id.0,
        name,
        email,
        role: role.0,
        status: status.0,
        in_person,
    };
    Ok(WorkspaceReviewed {
        id,
        version: Version(version),
        kind: kind.0,
        name,
        verified,
        note,
        plan: plan.0,
        created_at: Moment(created),
        members: members.into_iter().map(member).collect(),
    })
}

/// Verifies a workspace with a note. For an artist's workspace `in_person` may name the member who is the artist;
/// nobody else is in person then, and without a name nobody is. What the one before agreed to ends with it. A verified workspace may be verified again, with
/// another note or another person.
///
/// # Errors
/// Stale; a conflict where `in_person` is no owner of an artist's workspace; the database's.
pub fn verify(
    store: &Store,
    permit: Permit<VerifyWorkspace>,
    shown: Version,
    note: &Prose,
    in_person: Option<MembershipId>,
    origin: &str,
) -> Result<(), StoreError> {
    shown_is(shown, permit.version())?;
    store.write(permit, |tx, on| {
        let rows = set_verified(tx.db, on.id, on.version, true, note)?;
        changed(rows, on.version)?;
        let mut event = Event::platform("workspace", on.id, "verified")
            .change("verified", on.verified, true)
            .with("after.note", note);
        let before = in_person_of(tx.db, on.id)?;
        let cleared = clear_in_person(tx.db, on.id, in_person)?;
        if !before.is_empty() {
            let named: Vec<_> = before.iter().map(MembershipId::to_string).collect();
            event = event.with("before.in-person", named.join(" ")).with("in-person-cleared", cleared);
        }
        if let Some(member) = in_person {
            if on.kind != Kind::Artist {
                return Err(not_an_artist());
            }
            let theirs = memberships::id
                .eq(member.to_string())
                .and(memberships::workspace.eq(on.id.to_string()))
                .and(memberships::role.eq(Role::Owner.as_str()));
            let rows = diesel::update(memberships::table.filter(theirs))
                .set((memberships::in_person.eq(true), memberships::version.eq(memberships::version + 1)))
                .execute(tx.db)?;
            if rows == 0 {
                return Err(not_an_artist());
            }
            event = event.with("after.in-person", member);
        }
        let ended = if cleared > 0 { consents_end(tx.db, on.id)? } else { None };
        let name = name_of(tx.db, on.id)?;
        let letters = if on.verified {
            Vec::new()
        } else {
            to_owners(tx.db, on.id, |to| letters::verified(to, &name, origin))?
        };
        Ok(Change::of((), event).and_all(ended).telling(letters))
    })
}

/// The members who are the artist in person now.
fn in_person_of(db: &mut crate::Db, id: WorkspaceId) -> QueryResult<Vec<MembershipId>> {
    let rows: Vec<Word<MembershipId>> = memberships::table
        .filter(memberships::workspace.eq(id.to_string()).and(memberships::in_person.eq(true)))
        .order(memberships::id)
        .select(memberships::id)
        .load(db)?;
    Ok(rows.into_iter().map(|it| it.0).collect())
}

/// Nobody but `except` is the artist in person any more; says of how many that was taken.
fn clear_in_person(db: &mut crate::Db, id: WorkspaceId, except: Option<MembershipId>) -> QueryResult<usize> {
    let others = memberships::workspace
        .eq(id.to_string())
        .and(memberships::in_person.eq(true))
        .and(memberships::id.ne(except.map(|it| it.to_string()).unwrap_or_default()));
    diesel::update(memberships::table.filter(others))
        .set((memberships::in_person.eq(false), memberships::version.eq(memberships::version + 1)))
        .execute(db)
}

fn not_an_artist() -> StoreError {
    StoreError::Conflict("Only an owner of an artist’s workspace can be the artist.".into())
}

/// Takes a verification back with a reason. Nobody is the artist in person any more until somebody looks again, and what
/// they agreed to ends.
///
/// # Errors
/// Stale; a conflict where it is not verified; the database's.
pub fn revoke_verification(
    store: &Store,
    permit: Permit<RevokeVerification>,
    shown: Version,
    reason: &Prose,
    origin: &str,
) -> Result<(), StoreError> {
    shown_is(shown, permit.version())?;
    store.write(permit, |tx, on| {
        if !on.verified {
            return Err(StoreError::Conflict("This workspace is not verified.".into()));
        }
        let rows = set_verified(tx.db, on.id, on.version, false, reason)?;
        changed(rows, on.version)?;
        let cleared = clear_in_person(tx.db, on.id, None)?;
        let ended = if cleared > 0 { consents_end(tx.db, on.id)? } else { None };
        let name = name_of(tx.db, on.id)?;
        let letters = to_owners(tx.db, on.id, |to| letters::unverified(to, &name, reason.as_str(), origin))?;
        let event = Event::platform("workspace", on.id, "verification-revoked")
            .change("verified", true, false)
            .with("reason", reason)
            .with("in-person-cleared", cleared);
        Ok(Change::of((), event).and_all(ended).telling(letters))
    })
}

fn set_verified(
    db: &mut crate::Db,
    id: WorkspaceId,
    version: Version,
    verified: bool,
    note: &Prose,
) -> QueryResult<usize> {
    let row =
        workspaces::table.filter(workspaces::id.eq(id.to_string()).and(workspaces::version.eq(version.0)));
    diesel::update(row)
        .set((
            workspaces::verified.eq(verified),
            workspaces::verify_note.eq(Some(note.as_str())),
            workspaces::version.eq(version.0 + 1),
        ))
        .execute(db)
}

pub(super) fn name_of(db: &mut crate::Db, id: WorkspaceId) -> QueryResult<String> {
    workspaces::table.find(id.to_string()).select(workspaces::name).first(db)
}
