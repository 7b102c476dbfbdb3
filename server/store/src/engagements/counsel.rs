//! Counsel of a party on one engagement: who they are, inviting them, ending it. Accepting is the accounts' business.

use crate::accounts::invite_counsel;
use crate::drafts::only_one;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, engagement_counsel};
use crate::write::Change;
use diesel::prelude::*;
use domain::bounded::Email;
use domain::{AccountId, EngagementId, InvitationId, Moment, Side};
use policy::Permit;
use policy::actions::{InviteCounsel, WithdrawCounsel};

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
    let own = db.asker.actor.workspace().map(|it| it.0.side());
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
    Ok(rows
        .into_iter()
        .map(|(id, name, side, at)| CounselView {
            side: side.0,
            who: (own == Some(side.0) || account == Some(id.0)).then_some((id.0, name)),
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
