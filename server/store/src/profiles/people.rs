//! Who gets a letter, and who is behind an address.

use crate::db::Db;
use crate::error::StoreError;
use crate::outbox::Letter;
use crate::rows::Word;
use crate::schema::{accounts, memberships, workspaces};
use crate::write::Write;
use diesel::prelude::*;
use domain::{AccountId, Kind, Role, WorkspaceId};

/// The name of a workspace.
pub(super) fn name_of(db: &mut Db, workspace: WorkspaceId) -> QueryResult<String> {
    workspaces::table.find(workspace.to_string()).select(workspaces::name).first(db)
}

/// A letter to each approved owner of a workspace.
pub(super) fn to_owners(
    db: &mut Db,
    workspace: WorkspaceId,
    subject: &str,
    text: &str,
) -> QueryResult<Vec<Letter>> {
    let rows: Vec<(Word<AccountId>, String)> = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .filter(memberships::workspace.eq(workspace.to_string()))
        .filter(memberships::role.eq(Role::Owner.as_str()))
        .filter(accounts::status.eq("approved"))
        .order(accounts::id)
        .select((accounts::id, accounts::email))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(account, to)| Letter {
            account: Some(account.0),
            workspace: Some(workspace),
            ..Letter::plain(to, subject, text)
        })
        .collect())
}

/// Does `work` for the workspace of this kind that an owner with this mailbox has, and hands back which it was and the
/// letters to it. Where nobody has one, or it is the asker's own, the same is done for somebody else and taken back: what
/// it costs tells no more than the answer does. In a house without anybody else of the kind there is nothing to do.
pub(super) fn reaching(
    tx: &mut Write<'_>,
    mailbox: &str,
    kind: Kind,
    work: impl FnOnce(&mut Write<'_>, WorkspaceId) -> Result<Vec<Letter>, StoreError>,
) -> Result<Option<(WorkspaceId, Vec<Letter>)>, StoreError> {
    let own = tx.asker().actor.workspace().map(|it| it.1);
    let found = owned(tx.db, Some(mailbox), kind, own)?;
    let somebody = owned(tx.db, None, kind, own)?;
    match (found, somebody) {
        (Some(it), _) => Ok(Some((it, tx.whole(|tx| work(tx, it))?))),
        (None, Some(it)) => {
            tx.undone(|tx| {
                let letters = work(tx, it)?;
                tx.post(&letters)
            })?;
            Ok(None)
        }
        (None, None) => Ok(None),
    }
}

/// The first open workspace of this kind that an approved account owns: one with this mailbox, or any.
fn owned(
    db: &mut Db,
    mailbox: Option<&str>,
    kind: Kind,
    but: Option<WorkspaceId>,
) -> QueryResult<Option<WorkspaceId>> {
    let mut query = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .inner_join(workspaces::table.on(workspaces::id.eq(memberships::workspace)))
        .filter(accounts::status.eq("approved"))
        .filter(memberships::role.eq(Role::Owner.as_str()))
        .filter(workspaces::kind.eq(kind.as_str()))
        .filter(workspaces::closed_at.is_null())
        .order(memberships::id)
        .select(memberships::workspace)
        .into_boxed();
    if let Some(mailbox) = mailbox {
        query = query.filter(accounts::mailbox.eq(mailbox.to_owned()));
    }
    if let Some(but) = but {
        query = query.filter(workspaces::id.ne(but.to_string()));
    }
    let row: Option<Word<WorkspaceId>> = query.first(db).optional()?;
    Ok(row.map(|it| it.0))
}
