//! The platform's answer to an enquiry that names nobody here: prepared as an exact text, shown, and sent to the address
//! that was typed once a person confirmed what they were shown (spec P7); or put aside with a reason.

use super::enquiries::{put_aside, settle, waiting};
use crate::drafts::{Payload, canonical, digest_of, only_one};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, enquiries};
use crate::write::Change;
use diesel::prelude::*;
use domain::bounded::{Line, Prose};
use domain::records::EnquiryState;
use domain::{AccountId, Digest, Version};
use policy::Permit;
use policy::actions::{SendTriageAnswer, TriageEnquiry};

/// An answer that was prepared, exactly as it would be or was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriageAnswer {
    /// To the address that was typed.
    pub to: String,
    /// The mail's subject.
    pub subject: String,
    /// The mail's text.
    pub text: String,
    /// The digest of exactly that.
    pub digest: Digest,
    /// Who prepared it, by name.
    pub prepared_by: String,
}

/// The answer that was prepared, where one was.
///
/// # Errors
/// The database's.
pub fn answer(db: &mut Read<'_>, permit: &Permit<TriageEnquiry>) -> Result<Option<TriageAnswer>, StoreError> {
    let row: (Option<String>, String, Option<Word<AccountId>>) = enquiries::table
        .find(permit.on().to_string())
        .select((enquiries::prepared, enquiries::digest, enquiries::prepared_by))
        .first(db.db)?;
    let (Some(text), digest, Some(by)) = row else { return Ok(None) };
    let Payload::EnquiryAnswer { to, subject, text, .. } = Payload::parse(&text)? else {
        return Err(StoreError::Corrupt("enquiries.prepared"));
    };
    let digest = digest.parse().map_err(|_| StoreError::Corrupt("enquiries.digest"))?;
    let prepared_by = accounts::table.find(by.0.to_string()).select(accounts::name).first(db.db)?;
    Ok(Some(TriageAnswer { to, subject, text, digest, prepared_by }))
}

/// Prepares an answer by mail; another that was prepared and not sent is replaced, and what was shown of it is void.
///
/// # Errors
/// Refused; stale where the enquiry is no longer at the edition that was shown; an enquiry that is settled; the
/// database's.
pub fn prepare(
    store: &Store,
    permit: Permit<TriageEnquiry>,
    shown: Version,
    subject: &Line,
    text: &Prose,
) -> Result<Digest, StoreError> {
    crate::write::fresh_enough(shown, permit.version())?;
    store.write(permit, |tx, facts| {
        waiting(&facts.state)?;
        let to: String = enquiries::table.find(facts.id.as_str()).select(enquiries::email).first(tx.db)?;
        let version = Version(facts.version.0 + 1);
        let payload = Payload::EnquiryAnswer {
            enquiry: facts.id,
            version,
            to,
            subject: subject.as_str().to_owned(),
            text: text.as_str().to_owned(),
        };
        let text = canonical(&payload)?;
        let digest = digest_of(&text);
        let by = tx.asker().actor.account().ok_or(StoreError::Absent)?;
        let changed = diesel::update(
            enquiries::table.find(facts.id.as_str()).filter(enquiries::version.eq(facts.version.0)),
        )
        .set((
            enquiries::prepared.eq(Some(text)),
            enquiries::digest.eq(digest.to_string()),
            enquiries::prepared_by.eq(Some(by.to_string())),
            enquiries::version.eq(version.0),
        ))
        .execute(tx.db)?;
        only_one(changed, facts.version)?;
        let event = Event::platform("enquiry", facts.id, "answer-prepared").only(Audience::Office).change(
            "digest",
            &facts.digest_text,
            digest,
        );
        Ok(Change::of(digest, event))
    })
}

/// Sends the prepared answer whose digest a person was shown, once.
///
/// # Errors
/// Refused (another digest is one), an enquiry that is settled, or the database's.
pub fn send(store: &Store, permit: Permit<SendTriageAnswer>) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        waiting(&facts.state)?;
        let (prepared, typed): (Option<String>, String) = enquiries::table
            .find(facts.id.as_str())
            .select((enquiries::prepared, enquiries::email))
            .first(tx.db)?;
        let prepared = prepared.ok_or(StoreError::Absent)?;
        let Payload::EnquiryAnswer { enquiry, version, to, subject, text } = Payload::parse(&prepared)?
        else {
            return Err(StoreError::Corrupt("enquiries.prepared"));
        };
        if digest_of(&prepared) != shown || (enquiry, version) != (facts.id, facts.version) || to != typed {
            return Err(StoreError::Corrupt("enquiries.prepared"));
        }
        settle(tx, facts.id, facts.version, EnquiryState::Answered, Some(&text))?;
        let event = Event::platform("enquiry", facts.id, "answered")
            .only(Audience::Office)
            .confirmed(shown)
            .with("payload", &prepared)
            .change("state", EnquiryState::Unverified, EnquiryState::Answered);
        Ok(Change::of((), event).telling([Letter::plain(to, subject, text)]))
    })
}

/// Puts an enquiry aside with a reason, which the ledger keeps; its sender hears nothing.
///
/// # Errors
/// Refused, stale as in [`prepare`], an enquiry that is settled, or the database's.
pub fn dismiss(
    store: &Store,
    permit: Permit<TriageEnquiry>,
    shown: Version,
    reason: &Prose,
) -> Result<(), StoreError> {
    crate::write::fresh_enough(shown, permit.version())?;
    store.write(permit, |tx, facts| {
        let event = put_aside(tx, facts, "dismissed")?.with("reason", reason);
        Ok(Change::of((), event))
    })
}
