//! Who gets a letter, and who is behind an address.

use crate::db::Db;
use crate::outbox::Letter;
use crate::rows::Word;
use crate::schema::{accounts, memberships, workspaces};
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

/// The first open workspace of this kind that an approved account with this mailbox owns.
pub(super) fn owned_by(db: &mut Db, mailbox: &str, kind: Kind) -> QueryResult<Option<WorkspaceId>> {
    let row: Option<Word<WorkspaceId>> = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .inner_join(workspaces::table.on(workspaces::id.eq(memberships::workspace)))
        .filter(accounts::mailbox.eq(mailbox))
        .filter(accounts::status.eq("approved"))
        .filter(memberships::role.eq(Role::Owner.as_str()))
        .filter(workspaces::kind.eq(kind.as_str()))
        .filter(workspaces::closed_at.is_null())
        .order(memberships::id)
        .select(memberships::workspace)
        .first(db)
        .optional()?;
    Ok(row.map(|it| it.0))
}
