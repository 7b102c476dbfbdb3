//! Platform staff are made at the machine's own command line and nowhere else.

use super::sign_up::{Fresh, insert_account, known};
use super::{letters, links, sessions};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::schema::{accounts, factors, recovery_codes};
use crate::write::Change;
use diesel::prelude::*;
use domain::bounded::{Email, Line};
use domain::people::Applicant;
use domain::{AccountId, AccountStatus};
use policy::{Permit, actions::CreateAdmin};

/// An admin who was just made.
#[derive(Debug)]
pub struct AdminMade {
    /// The account.
    pub account: AccountId,
    /// The address of a sign-in link, for any browser, once, for fifteen minutes.
    pub link: String,
    /// Whether the account was there already.
    pub was_known: bool,
}

/// Makes the account of this address an approved admin; makes the account where there is none. An admin who is made
/// again enrols a second factor anew, which is the way back for one who lost it, and all their sessions end.
///
/// # Errors
/// The database's.
pub fn admin_create(
    store: &Store,
    permit: Permit<CreateAdmin>,
    email: &Email,
    name: &Line,
    origin: &str,
) -> Result<AdminMade, StoreError> {
    store.write(permit, |tx, _| {
        let before = known(tx.db, email)?;
        let (account, made) = match &before {
            Some((id, _)) => (*id, None),
            None => {
                let fresh = Fresh {
                    email,
                    mailbox: email.mailbox(),
                    name: name.as_str(),
                    applicant: Applicant::Staff,
                    application: "Made at the command line.",
                    status: AccountStatus::Approved,
                    by: None,
                };
                let (id, event) = insert_account(tx, &fresh)?;
                (id, Some(event))
            }
        };
        crate::db::lock(tx.db, "accounts", "id", account.as_str())?;
        let (status, admin): (String, bool) = accounts::table
            .find(account.as_str())
            .select((accounts::status, accounts::is_admin))
            .first(tx.db)?;
        diesel::update(accounts::table.find(account.as_str()))
            .set((
                accounts::is_admin.eq(true),
                accounts::status.eq(AccountStatus::Approved.as_str()),
                accounts::decided_at.eq(Some(tx.now().0)),
                accounts::version.eq(accounts::version + 1),
            ))
            .execute(tx.db)?;
        diesel::delete(factors::table.find(account.as_str())).execute(tx.db)?;
        diesel::delete(recovery_codes::table.filter(recovery_codes::account.eq(account.as_str())))
            .execute(tx.db)?;
        sessions::end_all(tx.db, account)?;
        let until = tx.now().plus(links::LINK_LIFE);
        let token = links::hand_over(tx.db, tx.store, account, &email.mailbox(), tx.now(), until)?;
        let event = Event::platform("account", account, "made-admin").change("admin", admin, true).change(
            "status",
            status,
            AccountStatus::Approved,
        );
        let letter = letters::made_admin(email.as_str(), &token, until, origin);
        let link = format!("{origin}/sign-in/link?token={token}");
        let made_admin = AdminMade { account, link, was_known: before.is_some() };
        Ok(Change::of(made_admin, event).and_all(made).telling([letter]))
    })
}
