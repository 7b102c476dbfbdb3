//! Taking an invitation up: with an account that is approved, or with a new one that waits for an admin.

use super::invitations::{Invitation, find, spend};
use super::sign_up::{Fresh, insert_account, insert_member, known};
use super::{letters, sessions};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::pools::Store;
use crate::schema::{engagement_counsel, memberships};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::{Email, Line};
use domain::people::Applicant;
use domain::{AccountId, AccountStatus, EngagementId, Moment};
use policy::{
    Permit,
    actions::{AcceptInvitation, SignUp},
};

/// Takes an invitation up with one's own, approved account.
///
/// # Errors
/// Absent where there is no such open invitation, whoever invited may no longer do so, or it is for another address; the
/// database's.
pub fn accept(
    store: &Store,
    permit: Permit<AcceptInvitation>,
    token: &[u8; 32],
) -> Result<Invitation, StoreError> {
    store.write(permit, |tx, on| {
        let it = find(tx.db, tx.store, &tx.asker, token, true)?.ok_or(StoreError::Absent)?;
        if sessions::mailbox(tx.db, on.id)?.as_deref() != Some(&it.mailbox) {
            return Err(StoreError::Absent);
        }
        let events = taken_up(tx, &it, on.id)?;
        let event = Event::platform("invitation", it.id, "accepted").with("account", on.id);
        Ok(Change::of(it, event).and_all(events))
    })
}

/// Takes an invitation up with a new account, which is pending until an admin approves it.
///
/// # Errors
/// Absent where there is no such open invitation or whoever invited may no longer do so; a conflict where its address
/// has an account; the database's.
pub fn join(
    store: &Store,
    permit: Permit<SignUp>,
    token: &[u8; 32],
    name: &Line,
    origin: &str,
) -> Result<(), StoreError> {
    store.write(permit, |tx, _| {
        let it = find(tx.db, tx.store, &tx.asker, token, true)?.ok_or(StoreError::Absent)?;
        let email = Email::parse(&it.mailbox).map_err(|_| StoreError::Corrupt("invitations.mailbox"))?;
        if known(tx.db, &email)?.is_some() {
            return Err(StoreError::Conflict("This address has an account. Sign in with it first.".into()));
        }
        let application = match it.role {
            Some(role) => format!("Invited to {} as {role} by {}.", it.workspace_name, it.by),
            None => format!("Invited as counsel by {} of {}.", it.by, it.workspace_name),
        };
        let fresh = Fresh {
            email: &email,
            mailbox: email.mailbox(),
            name: name.as_str(),
            applicant: if it.role.is_some() { it.kind.applicant() } else { Applicant::Counsel },
            application: &application,
            status: AccountStatus::Pending,
            by: None,
        };
        let (account, applied) = insert_account(tx, &fresh)?;
        let events = taken_up(tx, &it, account)?;
        let event = Event::platform("invitation", it.id, "accepted").with("account", account);
        let letter = letters::applied(email.as_str(), name.as_str(), false, origin);
        Ok(Change::of((), event).and(applied).and_all(events).telling([letter]))
    })
}

/// Since when an account is counsel on an engagement, of whichever side.
fn since(
    tx: &mut Write<'_>,
    engagement: EngagementId,
    account: AccountId,
) -> Result<Option<String>, StoreError> {
    let invited: Option<i64> = engagement_counsel::table
        .find((engagement.as_str(), account.as_str()))
        .filter(engagement_counsel::withdrawn_at.is_null())
        .select(engagement_counsel::invited_at)
        .first(tx.db)
        .optional()?;
    Ok(invited.map(|it| letters::said(Moment(it))))
}

/// What an invitation opens: a membership, or one engagement as counsel of the inviting side.
fn taken_up(tx: &mut Write<'_>, it: &Invitation, account: AccountId) -> Result<Vec<Event>, StoreError> {
    spend(tx, it.id)?;
    match (it.role, it.engagement) {
        (Some(role), _) => {
            let there: i64 = memberships::table
                .filter(memberships::account.eq(account.to_string()))
                .filter(memberships::workspace.eq(it.workspace.to_string()))
                .count()
                .get_result(tx.db)?;
            if there > 0 {
                return Err(StoreError::Conflict("You are a member of this workspace already.".into()));
            }
            Ok(vec![insert_member(tx, account, it.workspace, role)?])
        }
        (None, Some(engagement)) => {
            let side = it.kind.side();
            if let Some(since) = since(tx, engagement, account)? {
                return Err(StoreError::Conflict(format!(
                    "You are counsel on this engagement already, since {since}. This invitation opens nothing more."
                )));
            }
            // whoever was counsel before and was withdrawn comes back by a new invitation
            diesel::delete(
                engagement_counsel::table
                    .filter(engagement_counsel::engagement.eq(engagement.to_string()))
                    .filter(engagement_counsel::account.eq(account.to_string()))
                    .filter(engagement_counsel::withdrawn_at.is_not_null()),
            )
            .execute(tx.db)?;
            diesel::insert_into(engagement_counsel::table)
                .values((
                    engagement_counsel::engagement.eq(engagement.as_str()),
                    engagement_counsel::account.eq(account.as_str()),
                    engagement_counsel::side.eq(side.as_str()),
                    engagement_counsel::invited_at.eq(it.created_at.0),
                ))
                .execute(tx.db)?;
            let event = Event::engagement(engagement, "counsel", account, "counsel-joined")
                .only(Audience::of(side))
                .with("side", side);
            Ok(vec![event])
        }
        (None, None) => Err(StoreError::Corrupt("invitations.engagement")),
    }
}
