//! Messages from the public contact form.

use super::letters;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::schema::support_messages;
use crate::write::Change;
use diesel::prelude::*;
use domain::bounded::{Bounded, Email, Prose};
use domain::{EnquiryId, Id};
use policy::{Permit, actions::Contact};

/// What somebody wrote.
#[derive(Debug, Clone)]
pub struct Contacted {
    /// Who, as typed.
    pub name: Bounded<120>,
    /// Where an answer goes, as typed.
    pub email: Email,
    /// What about.
    pub subject: Bounded<160>,
    /// The message.
    pub message: Prose,
}

/// Keeps a message and mails it to the operator; no mail goes to the typed address. Gives the message's reference.
///
/// # Errors
/// [`StoreError::Spent`] where it was sent already; the database's.
pub fn contact_receive(
    store: &Store,
    permit: Permit<Contact>,
    it: &Contacted,
    operator: &str,
) -> Result<String, StoreError> {
    store.write(permit, |tx, _| {
        let id: EnquiryId = tx.fresh();
        diesel::insert_into(support_messages::table)
            .values((
                support_messages::id.eq(id.key().as_str()),
                support_messages::name.eq(it.name.as_str()),
                support_messages::email.eq(it.email.as_str()),
                support_messages::subject.eq(it.subject.as_str()),
                support_messages::message.eq(it.message.as_str()),
                support_messages::received_at.eq(tx.now().0),
            ))
            .execute(tx.db)?;
        let letter = letters::contact(
            operator,
            it.name.as_str(),
            it.email.as_str(),
            it.subject.as_str(),
            it.message.as_str(),
        );
        // what was written is in its row alone: a stranger's words are not the ledger's
        Ok(Change::of(id.to_string(), Event::platform("support-message", id, "received")).telling([letter]))
    })
}
