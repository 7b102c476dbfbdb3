//! Invitations of presenters to a stealth roster.
//!
//! What was typed is kept in `presenter_asks`, and that alone is what the inviting side sees; only where an owner of a
//! presenter has the address does an invitation follow from it.

use super::{conflict, people};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{presenter_asks, profiles, stealth_invitations};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Email;
use domain::{Kind, Moment, WorkspaceId};
use policy::Permit;
use policy::actions::{InvitePresenter, RevokeInvitation};

/// An invitation as the inviting side sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The address that was typed, in lower case.
    pub mailbox: String,
    /// When.
    pub at: Moment,
}

/// The invitations to this profile. Whoever may revoke one may see them.
///
/// # Errors
/// The database's.
pub fn asks(db: &mut Read<'_>, permit: &Permit<RevokeInvitation>) -> Result<Vec<Ask>, StoreError> {
    let rows: Vec<(String, i64)> = presenter_asks::table
        .filter(presenter_asks::profile.eq(permit.on().to_string()))
        .order((presenter_asks::created_at, presenter_asks::mailbox))
        .select((presenter_asks::mailbox, presenter_asks::created_at))
        .load(db.db)?;
    Ok(rows.into_iter().map(|(mailbox, at)| Ask { mailbox, at: Moment(at) }).collect())
}

/// Invites the presenter of which this is an owner's address. Answers the same whether or not there is one. `address`
/// is where the house is reached, for the link in the letter.
///
/// # Errors
/// Refused, a conflict where the address was invited already, or the database's.
pub fn invite(
    store: &Store,
    permit: Permit<InvitePresenter>,
    email: &Email,
    address: &str,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let (profile, mailbox) = (facts.id.to_string(), email.mailbox());
        let Some((_, inviter)) = tx.asker().actor.workspace() else { return Err(StoreError::Absent) };
        let known: i64 = presenter_asks::table.find((&profile, &mailbox)).count().get_result(tx.db)?;
        if known > 0 {
            return conflict("This address was invited already.");
        }
        diesel::insert_into(presenter_asks::table)
            .values((
                presenter_asks::profile.eq(&profile),
                presenter_asks::mailbox.eq(&mailbox),
                presenter_asks::inviter.eq(inviter.to_string()),
                presenter_asks::created_at.eq(tx.now().0),
            ))
            .execute(tx.db)?;
        let mut event = Event::platform("profile", facts.id, "presenter-invited")
            .only(Audience::Office)
            .with("after.mailbox", &mailbox);
        let reached = people::reaching(tx, &mailbox, Kind::Presenter, |tx, presenter| {
            opened(tx, (&profile, &mailbox), inviter, presenter, address)
        })?;
        let mut letters = Vec::new();
        if let Some((presenter, to_them)) = reached {
            event = event.with("after.presenter", presenter);
            letters = to_them;
        }
        Ok(Change::of((), event).telling(letters))
    })
}

/// Opens the listing to a presenter, for the sake of this `(profile, mailbox)`; the letters that say so.
fn opened(
    tx: &mut Write<'_>,
    asked: (&str, &str),
    inviter: WorkspaceId,
    presenter: WorkspaceId,
    address: &str,
) -> Result<Vec<Letter>, StoreError> {
    let (profile, _) = asked;
    diesel::update(presenter_asks::table.find(asked))
        .set(presenter_asks::presenter.eq(presenter.to_string()))
        .execute(tx.db)?;
    let there: i64 =
        stealth_invitations::table.find((profile, presenter.to_string())).count().get_result(tx.db)?;
    if there == 0 {
        diesel::insert_into(stealth_invitations::table)
            .values((
                stealth_invitations::profile.eq(profile),
                stealth_invitations::presenter.eq(presenter.to_string()),
                stealth_invitations::inviter.eq(inviter.to_string()),
                stealth_invitations::created_at.eq(tx.now().0),
            ))
            .execute(tx.db)?;
    }
    let name: String = profiles::table.find(profile).select(profiles::name).first(tx.db)?;
    let inviter_name = people::name_of(tx.db, inviter)?;
    let subject = format!("[Invitation] {name}: a listing is open to you");
    let text = format!(
        "{inviter_name} has opened the listing of {name} to you.\n\n\
         It is part of a stealth roster: only those who were invited can see it.\n\n\
         {address}/w/{presenter}/listings/{profile}\n\n\
         Nothing follows from opening it.\n"
    );
    Ok(people::to_owners(tx.db, presenter, &subject, &text)?)
}

/// Takes an invitation back: the listing is closed to that presenter on the next request.
///
/// # Errors
/// Refused, a conflict where there is none, or the database's.
pub fn revoke(store: &Store, permit: Permit<RevokeInvitation>, mailbox: &str) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let profile = facts.id.to_string();
        let row: Option<Option<Word<WorkspaceId>>> = presenter_asks::table
            .find((&profile, mailbox))
            .select(presenter_asks::presenter)
            .first(tx.db)
            .optional()?;
        let Some(presenter) = row else { return conflict("This invitation was taken back already.") };
        diesel::delete(presenter_asks::table.find((&profile, mailbox))).execute(tx.db)?;
        let mut event = Event::platform("profile", facts.id, "invitation-revoked")
            .only(Audience::Office)
            .with("before.mailbox", mailbox);
        if let Some(Word(presenter)) = presenter {
            // another owner of the same presenter may have been asked too
            let others: i64 = presenter_asks::table
                .filter(presenter_asks::profile.eq(&profile))
                .filter(presenter_asks::presenter.eq(presenter.to_string()))
                .count()
                .get_result(tx.db)?;
            if others == 0 {
                diesel::delete(stealth_invitations::table.find((&profile, presenter.to_string())))
                    .execute(tx.db)?;
                event = event.with("before.presenter", presenter);
            }
        }
        Ok(Change::of((), event))
    })
}
