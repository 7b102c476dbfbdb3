//! Counsel of a party on one engagement: who they are, inviting them, taking that back, ending it. Accepting is the accounts' business.

use crate::accounts::invite_counsel;
use crate::drafts::only_one;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::lists::Cond;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, engagement_counsel, invitations};
use crate::write::Change;
use diesel::prelude::*;
use domain::bounded::Email;
use domain::{AccountId, EngagementId, InvitationId, Moment, Side, WorkspaceId};
use policy::actions::{
    InviteCounsel, ViewAgencyCounsel, ViewArtistCounsel, ViewPresenterCounsel, WithdrawCounsel,
};
use policy::{Permit, Unasked};

/// Counsel in force. The other sides' are counted, never named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounselView {
    /// Of which side.
    pub side: Side,
    /// The account and the name, where it is the asker's own side's.
    pub who: Option<(AccountId, String)>,
    /// Since when.
    pub invited_at: Moment,
}

/// Counsel in force on one engagement, which the asker may see.
pub(crate) fn on(db: &mut Read<'_>, engagement: EngagementId) -> Result<Vec<CounselView>, StoreError> {
    let account = db.asker.actor.account();
    let rows: Vec<(Word<AccountId>, String, Word<Side>, i64)> = engagement_counsel::table
        .inner_join(accounts::table.on(accounts::id.eq(engagement_counsel::account)))
        .filter(engagement_counsel::engagement.eq(engagement.as_str()))
        .filter(engagement_counsel::withdrawn_at.is_null())
        .order((engagement_counsel::side, engagement_counsel::invited_at, engagement_counsel::account))
        .select((
            engagement_counsel::account,
            accounts::name,
            engagement_counsel::side,
            engagement_counsel::invited_at,
        ))
        .load(db.db)?;
    // most engagements have no counsel: only a side that has some is asked about
    let mut named = Vec::new();
    for side in Side::ALL.iter().filter(|it| rows.iter().any(|row| row.2.0 == **it)) {
        let may = match side {
            Side::Artist => db.may::<ViewArtistCounsel>(engagement, &Unasked)?,
            Side::Agency => db.may::<ViewAgencyCounsel>(engagement, &Unasked)?,
            Side::Presenter => db.may::<ViewPresenterCounsel>(engagement, &Unasked)?,
        };
        named.extend(may.then_some(*side));
    }
    Ok(rows
        .into_iter()
        .map(|(id, name, side, at)| CounselView {
            side: side.0,
            // counsel knows who they are themselves
            who: (named.contains(&side.0) || account == Some(id.0)).then_some((id.0, name)),
            invited_at: Moment(at),
        })
        .collect())
}

/// Invites counsel of the asker's own side by mail. Accepting is the accounts' business; until then nothing is open.
///
/// # Errors
/// Refused, or the database's.
pub fn invite(
    store: &Store,
    permit: Permit<InviteCounsel>,
    email: &Email,
    origin: &str,
) -> Result<InvitationId, StoreError> {
    store.write(permit, |tx, facts| {
        let (kind, _) = tx.asker.actor.workspace().ok_or(StoreError::Absent)?;
        let (id, event, letter) = invite_counsel(tx, facts.id, kind.side(), email, origin)?;
        Ok(Change::of(id, event).telling([letter]))
    })
}

/// Counsel whom the asker's own workspace invited and who has not come yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedView {
    /// The invitation.
    pub id: InvitationId,
    /// The mailbox it went to.
    pub mailbox: String,
    /// Until when its link opens anything.
    pub expires_at: Moment,
}

/// The open invitations of counsel that the asker's own workspace sent, oldest first. What other sides sent is told to
/// nobody here.
///
/// # Errors
/// Absent where the asker acts in no workspace, or the database's.
pub fn invited(db: &mut Read<'_>, permit: &Permit<InviteCounsel>) -> Result<Vec<InvitedView>, StoreError> {
    let (_, own) = db.asker.actor.workspace().ok_or(StoreError::Absent)?;
    let rows: Vec<(Word<InvitationId>, String, i64)> = invitations::table
        .filter(open(permit.on(), own, db.now()))
        .order(invitations::id)
        .select((invitations::id, invitations::mailbox, invitations::expires_at))
        .load(db.db)?;
    let row = |(id, mailbox, expires): (Word<InvitationId>, String, i64)| InvitedView {
        id: id.0,
        mailbox,
        expires_at: Moment(expires),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Of this engagement, sent by this workspace, and its link still opens something.
fn open(engagement: EngagementId, own: WorkspaceId, now: Moment) -> Cond<invitations::table> {
    let of = invitations::engagement
        .is_not_null()
        .and(invitations::engagement.assume_not_null().eq(engagement.to_string()));
    let unused = invitations::used_at.is_null().and(invitations::expires_at.gt(now.0));
    Box::new(of.and(invitations::workspace.eq(own.to_string())).and(unused))
}

/// Takes an invitation back that nobody took up. Its link then answers as one that ran out; nobody gets a letter.
///
/// # Errors
/// Refused; absent where it is not of this engagement and this workspace, or not open; or the database's.
pub fn take_back(
    store: &Store,
    permit: Permit<WithdrawCounsel>,
    invitation: InvitationId,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let (kind, own) = tx.asker.actor.workspace().ok_or(StoreError::Absent)?;
        let found = invitations::table.find(invitation.as_str()).filter(open(facts.id, own, tx.now()));
        let mailbox: String =
            found.select(invitations::mailbox).first(tx.db).optional()?.ok_or(StoreError::Absent)?;
        // the engagement is locked by now, as it is for whoever takes the invitation up
        let unused = invitations::table.find(invitation.as_str()).filter(invitations::used_at.is_null());
        let changed = diesel::update(unused).set(invitations::used_at.eq(Some(tx.now().0))).execute(tx.db)?;
        if changed == 0 {
            return Err(StoreError::Absent);
        }
        let event = Event::engagement(facts.id, "invitation", invitation, "counsel-invitation-taken-back")
            .only(Audience::of(kind.side()))
            .with("before.mailbox", mailbox);
        Ok(Change::of((), event))
    })
}

/// Ends the access of counsel whom the asker's own side invited. They lose the engagement and every document of it at
/// once.
///
/// # Errors
/// Refused, nobody of this side's, or the database's.
pub fn withdraw(
    store: &Store,
    permit: Permit<WithdrawCounsel>,
    account: AccountId,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let (kind, _) = tx.asker.actor.workspace().ok_or(StoreError::Absent)?;
        let side = kind.side();
        let at = engagement_counsel::table
            .find((facts.id.as_str(), account.as_str()))
            .filter(engagement_counsel::side.eq(side.as_str()))
            .filter(engagement_counsel::withdrawn_at.is_null());
        let changed =
            diesel::update(at).set(engagement_counsel::withdrawn_at.eq(tx.now().0)).execute(tx.db)?;
        only_one(changed, facts.version)?;
        let event = Event::engagement(facts.id, "counsel", facts.id, "withdrawn")
            .with("side", side)
            .with_for(Audience::of(side), "account", account);
        Ok(Change::of((), event))
    })
}
