//! Invitations: of colleagues into a workspace, of counsel to an engagement. A secret in a mail, its hash in a row.

use super::secrets::{hash, secret_text};
use super::{letters, verification::name_of};
use crate::db::Db;
use crate::doors::{self, Acting};
use crate::error::StoreError;
use crate::facts::Load;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, engagement_counsel, invitations, workspaces};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Email;
use domain::{AccountId, EngagementId, InvitationId, Kind, Moment, Role, Side, WorkspaceId};
use policy::{
    Action, Asker, Facts, Permit, Unasked,
    actions::{AcceptInvitation, InviteCounsel, InviteMember, SignUp},
};
use std::sync::Arc;

/// How long an invitation lasts.
const LIFE: i64 = 14 * Moment::DAY;
/// The word for counsel where a role stands.
const COUNSEL: &str = "counsel";

/// An invitation as whoever holds its secret sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The inviting workspace.
    pub workspace: WorkspaceId,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub workspace_name: String,
    /// The role; none for counsel.
    pub role: Option<Role>,
    /// The engagement, for counsel.
    pub engagement: Option<EngagementId>,
    /// The mailbox it is for.
    pub mailbox: String,
    /// Who invited.
    pub by: String,
    /// When.
    pub created_at: Moment,
    /// Until when.
    pub expires_at: Moment,
    /// Whether the mailbox has an account already.
    pub has_account: bool,
}

/// An invitation that nobody took up yet, as the owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The mailbox it is for.
    pub mailbox: String,
    /// The role.
    pub role: Role,
    /// Until when.
    pub expires_at: Moment,
}

struct Fresh<'a> {
    workspace: WorkspaceId,
    engagement: Option<EngagementId>,
    email: &'a Email,
    role: &'a str,
}

fn insert(tx: &mut Write<'_>, it: &Fresh<'_>) -> Result<(InvitationId, String), StoreError> {
    let by = tx.asker().actor.account().ok_or(StoreError::Absent)?;
    let (id, secret, now) = (tx.fresh::<InvitationId>(), tx.secret(), tx.now());
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(id.as_str()),
            invitations::workspace.eq(it.workspace.as_str()),
            invitations::engagement.eq(it.engagement.as_ref().map(ToString::to_string)),
            invitations::mailbox.eq(it.email.mailbox()),
            invitations::role.eq(it.role),
            invitations::token.eq(hash(&secret).to_vec()),
            invitations::invited_by.eq(by.as_str()),
            invitations::created_at.eq(now.0),
            invitations::expires_at.eq(now.plus(LIFE).0),
        ))
        .execute(tx.db)?;
    Ok((id, secret_text(&secret)))
}

fn name_of_asker(tx: &mut Write<'_>) -> Result<String, StoreError> {
    let by = tx.asker().actor.account().ok_or(StoreError::Absent)?;
    Ok(accounts::table.find(by.as_str()).select(accounts::name).first(tx.db)?)
}

/// Invites a colleague. The answer is the same whether the address has an account or not.
///
/// # Errors
/// The database's.
pub fn invite(
    store: &Store,
    permit: Permit<InviteMember>,
    email: &Email,
    role: Role,
    origin: &str,
) -> Result<InvitationId, StoreError> {
    store.write(permit, |tx, on| {
        let fresh = Fresh { workspace: on.id, engagement: None, email, role: role.as_str() };
        let (id, token) = insert(tx, &fresh)?;
        let (by, name) = (name_of_asker(tx)?, name_of(tx.db, on.id)?);
        let letter = letters::invited(email.as_str(), &by, &name, role, &token, origin);
        let event = Event::platform("invitation", id, "invited")
            .with("workspace-inviting", on.id)
            .with("after.role", role)
            .with("after.mailbox", email.mailbox());
        Ok(Change::of(id, event).telling([letter]))
    })
}

/// Invites counsel to an engagement, inside the write of whoever may (`InviteCounsel`): gives the invitation, what the
/// ledger shall say, and the letter. `side` is the side of the acting workspace.
///
/// # Errors
/// Absent where the asker acts in no workspace; a conflict where this side has them as counsel already; the database's.
pub fn invite_counsel(
    tx: &mut Write<'_>,
    engagement: EngagementId,
    side: Side,
    email: &Email,
    origin: &str,
) -> Result<(InvitationId, Event, Letter), StoreError> {
    let (_, workspace) = tx.asker().actor.workspace().ok_or(StoreError::Absent)?;
    // of the own side, whose counsel it sees by name; what other sides have is told to nobody
    let there: Option<(String, i64)> = engagement_counsel::table
        .inner_join(accounts::table.on(accounts::id.eq(engagement_counsel::account)))
        .filter(engagement_counsel::engagement.eq(engagement.to_string()))
        .filter(engagement_counsel::side.eq(side.as_str()))
        .filter(engagement_counsel::withdrawn_at.is_null())
        .filter(accounts::mailbox.eq(email.mailbox()))
        .select((accounts::name, engagement_counsel::invited_at))
        .first(tx.db)
        .optional()?;
    if let Some((name, since)) = there {
        return Err(StoreError::Conflict(format!(
            "{name} is your counsel on this engagement already, invited {}.",
            letters::said(Moment(since))
        )));
    }
    let fresh = Fresh { workspace, engagement: Some(engagement), email, role: COUNSEL };
    let (id, token) = insert(tx, &fresh)?;
    let (by, name) = (name_of_asker(tx)?, name_of(tx.db, workspace)?);
    let letter = letters::invited_counsel(email.as_str(), &by, &name, &token, origin);
    let event = Event::engagement(engagement, "invitation", id, "counsel-invited")
        .only(Audience::of(side))
        .with("after.mailbox", email.mailbox());
    Ok((id, event, letter))
}

/// What waits to be taken up, newest first.
///
/// # Errors
/// The database's.
pub fn invitations_open(
    db: &mut Read<'_>,
    permit: &Permit<InviteMember>,
) -> Result<Vec<OpenInvitation>, StoreError> {
    let rows: Vec<(Word<InvitationId>, String, Word<Role>, i64)> = invitations::table
        .filter(invitations::workspace.eq(permit.on().to_string()))
        .filter(invitations::role.ne(COUNSEL))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(db.now().0))
        .order(invitations::id.desc())
        .limit(200)
        .select((invitations::id, invitations::mailbox, invitations::role, invitations::expires_at))
        .load(db.db)?;
    let row = |(id, mailbox, role, expires): (Word<InvitationId>, String, Word<Role>, i64)| OpenInvitation {
        id: id.0,
        mailbox,
        role: role.0,
        expires_at: Moment(expires),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Withdraws an invitation that nobody took up.
///
/// # Errors
/// Absent where it is not this workspace's or not open; the database's.
pub fn invitation_withdraw(
    store: &Store,
    permit: Permit<InviteMember>,
    id: InvitationId,
) -> Result<(), StoreError> {
    store.write(permit, |tx, on| {
        let open = invitations::id
            .eq(id.to_string())
            .and(invitations::workspace.eq(on.id.to_string()))
            .and(invitations::used_at.is_null());
        let rows = diesel::update(invitations::table.filter(open))
            .set(invitations::used_at.eq(Some(tx.now().0)))
            .execute(tx.db)?;
        if rows == 0 {
            return Err(StoreError::Absent);
        }
        Ok(Change::of((), Event::platform("invitation", id, "withdrawn")))
    })
}

/// The open invitation whose secret has this hash, for a visitor: holding it is the right to see it.
///
/// # Errors
/// The database's.
pub fn invitation_shown(
    db: &mut Read<'_>,
    _permit: &Permit<SignUp>,
    token: &[u8; 32],
) -> Result<Option<Invitation>, StoreError> {
    find(db.db, db.store, &db.asker, token, false)
}

/// The same for somebody signed in, and whether it is for them.
///
/// # Errors
/// The database's.
pub fn invitation_seen(
    db: &mut Read<'_>,
    permit: &Permit<AcceptInvitation>,
    token: &[u8; 32],
) -> Result<Option<(Invitation, bool)>, StoreError> {
    let mine: String =
        accounts::table.find(permit.on().to_string()).select(accounts::mailbox).first(db.db)?;
    Ok(find(db.db, db.store, &db.asker, token, false)?.map(|it| {
        let for_them = it.mailbox == mine;
        (it, for_them)
    }))
}

/// The open invitation whose secret has this hash, for `asker`, with what it opens locked where a change follows. It
/// stands as long as whoever invited might still do so: a right that ended ends what was offered by it.
pub(super) fn find(
    db: &mut Db,
    store: &Store,
    asker: &Asker,
    token: &[u8; 32],
    locked: bool,
) -> Result<Option<Invitation>, StoreError> {
    type Row = (
        (Word<InvitationId>, Word<WorkspaceId>, Word<Kind>, String),
        (String, Option<String>, String, Word<AccountId>),
        (i64, i64),
    );
    let row: Option<Row> = invitations::table
        .inner_join(workspaces::table.on(workspaces::id.eq(invitations::workspace)))
        .filter(invitations::token.eq(token.to_vec()))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(asker.now.0))
        .select((
            (invitations::id, invitations::workspace, workspaces::kind, workspaces::name),
            (invitations::role, invitations::engagement, invitations::mailbox, invitations::invited_by),
            (invitations::created_at, invitations::expires_at),
        ))
        .first(db)
        .optional()?;
    let Some(((id, workspace, kind, name), (role, engagement, mailbox, by), (created, expires))) = row else {
        return Ok(None);
    };
    let role = match role.as_str() {
        COUNSEL => None,
        it => Some(it.parse().map_err(|_| StoreError::Corrupt("invitations.role"))?),
    };
    let engagement = engagement
        .map(|it| it.parse().map_err(|_| StoreError::Corrupt("invitations.engagement")))
        .transpose()?;
    let inviter = Inviter { store, account: by.0, workspace: workspace.0, asker, locked };
    let stands = match engagement {
        Some(it) => inviter.may::<InviteCounsel>(db, it)?,
        None => inviter.may::<InviteMember>(db, workspace.0)?,
    };
    if !stands {
        return Ok(None);
    }
    let by = accounts::table.find(by.0.to_string()).select(accounts::name).first(db)?;
    let count: i64 = accounts::table.filter(accounts::mailbox.eq(&mailbox)).count().get_result(db)?;
    Ok(Some(Invitation {
        id: id.0,
        workspace: workspace.0,
        kind: kind.0,
        workspace_name: name,
        role,
        engagement,
        mailbox,
        by,
        created_at: Moment(created),
        expires_at: Moment(expires),
        has_account: count > 0,
    }))
}

/// Who invited, when somebody else asks.
struct Inviter<'a> {
    store: &'a Store,
    account: AccountId,
    workspace: WorkspaceId,
    asker: &'a Asker,
    locked: bool,
}
impl Inviter<'_> {
    /// Whether they may still do what they did when they invited.
    fn may<A: Action<Input = Unasked>>(
        &self,
        db: &mut Db,
        id: <A::On as Facts>::Id,
    ) -> Result<bool, StoreError>
    where
        A::On: Load,
    {
        let Asker { visit, now, .. } = *self.asker;
        // before their membership is read: whoever changes it holds the same lock
        if self.locked {
            A::On::lock(db, id)?;
        }
        let acting = Acting::Workspace(self.workspace);
        let actor = match doors::actor(db, self.store, self.account, acting, now) {
            Ok(it) => it,
            // no member, or of a workspace that was closed
            Err(StoreError::Absent) => return Ok(false),
            Err(e) => return Err(e),
        };
        let inviter = Arc::new(Asker { actor, visit, now, factor_at: None });
        let facts = A::On::load(db, id, &inviter, self.locked)?;
        Ok(facts.is_some_and(|it| self.store.engine().may::<A>(&inviter, &it, &Unasked)))
    }
}

/// Marks an invitation used; a conflict where somebody was quicker.
pub(super) fn spend(tx: &mut Write<'_>, id: InvitationId) -> Result<(), StoreError> {
    let open = invitations::id.eq(id.to_string()).and(invitations::used_at.is_null());
    let rows = diesel::update(invitations::table.filter(open))
        .set(invitations::used_at.eq(Some(tx.now().0)))
        .execute(tx.db)?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Spent) }
}
