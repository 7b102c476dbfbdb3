//! Documents: uploaded for one's own side, shared by confirmation, opened to counsel, erased by their side.
//!
//! The content lies on a shelf by its digest, kept by the caller: put it there before [`upload`], which makes sure of it,
//! and take it away by [`super::contents::clear`] once [`erase`] or a failed upload leaves it to nobody.

use super::contents;
use super::letters::{self, Notice};
use super::parties::named_one;
use crate::drafts::{Confirming, Payload, Preparation, Prepared, Revises, only_one, prepare};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::{document_counsel, documents, engagement_counsel};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Line;
use domain::records::DocumentState;
use domain::{Digest, DocumentId, EngagementId, Id, Side, Version};
use policy::actions::{EraseDocument, PrepareDocument, PrepareShare, ShareWithCounsel};
use policy::{Permit, Unasked, facts};

/// A file that lies on the shelf and shall be a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// What people call it.
    pub title: Line,
    /// The file's name.
    pub file_name: String,
    /// Its media type, one of those that are served as themselves.
    pub media_type: String,
    /// Its length in bytes.
    pub bytes: i64,
    /// SHA-256 over the content.
    pub digest: Digest,
}

/// Records an upload for the asker's own side; nobody else sees it. `keep` makes sure that the content is on the shelf:
/// whoever erased the same content meanwhile has done so by then, and nobody can before this is recorded.
///
/// # Errors
/// Refused, stale, those of `keep`, or the database's.
pub fn upload<E: From<StoreError>>(
    store: &Store,
    permit: Permit<PrepareDocument>,
    file: &Upload,
    keep: impl FnOnce() -> Result<(), E>,
) -> Result<DocumentId, E> {
    store.write(permit, |tx, facts| {
        contents::lock(tx.db, &file.digest).map_err(StoreError::from)?;
        let side = own_side(tx)?;
        let document: DocumentId = tx.fresh();
        let now = tx.now();
        diesel::insert_into(documents::table)
            .values((
                documents::id.eq(document.as_str()),
                documents::engagement.eq(facts.id.as_str()),
                documents::artist.eq(facts.parties.artist.as_str()),
                documents::agency.eq(facts.parties.agency.map(|it| it.to_string())),
                documents::presenter.eq(facts.parties.presenter.as_str()),
                documents::side.eq(side.as_str()),
                documents::title.eq(file.title.as_str()),
                documents::file_name.eq(&file.file_name),
                documents::media_type.eq(&file.media_type),
                documents::bytes.eq(file.bytes),
                documents::digest.eq(file.digest.to_string()),
                documents::state.eq(DocumentState::Available.as_str()),
                documents::shared.eq(false),
                documents::author.eq(tx.asker.actor.id()),
                documents::added_at.eq(now.0),
                documents::version.eq(1),
            ))
            .execute(tx.db)
            .map_err(StoreError::from)?;
        keep()?;
        let event = Event::engagement(facts.id, "document", document, "added")
            .only(Audience::of(side))
            .with("after.title", file.title.as_str())
            .with("after.file_name", &file.file_name)
            .with("after.sha256", file.digest);
        Ok(Change::of(document, event))
    })
}

fn own_side(tx: &Write<'_>) -> Result<Side, StoreError> {
    tx.asker.actor.workspace().map(|it| it.0.side()).ok_or(StoreError::Absent)
}

/// Prepares to share a document with all parties.
///
/// # Errors
/// Refused, stale, a document that is shared or erased already, or the database's.
pub fn prepare_share(
    store: &Store,
    permit: Permit<PrepareShare>,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        let (engagement, document) = (engagement_of(tx, facts.id)?, facts.id);
        let (sha256, title, file_name) = shareable(tx, facts)?;
        let payload = Payload::Document { engagement, document, sha256, title, file_name };
        prepare(tx, Preparation::of(&payload, Some(engagement), Some(*document.key()), revises)?)
    })
}

/// Digest, title and file name of a document that can be shared now.
fn shareable(tx: &mut Write<'_>, facts: &facts::Document) -> Result<(Digest, String, String), StoreError> {
    let (digest, title, file_name, state): (Word<Digest>, String, String, Word<DocumentState>) =
        documents::table
            .find(facts.id.as_str())
            .select((documents::digest, documents::title, documents::file_name, documents::state))
            .first(tx.db)?;
    if facts.shared || state.0 != DocumentState::Available {
        return Err(StoreError::Conflict(
            "This document is shared already, or its content is erased.".into(),
        ));
    }
    Ok((digest.0, title, file_name))
}

pub(crate) fn perform(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let Payload::Document { engagement, document, sha256, title, .. } = payload else {
        return Err(StoreError::Corrupt("drafts.kind"));
    };
    let (_permit, facts) = tx.also::<PrepareShare>(document, Unasked)?;
    let (version, (digest, ..)) = (facts.version, shareable(tx, &facts)?);
    if digest != sha256 {
        return Err(StoreError::Conflict("The document is not the one that was shown.".into()));
    }
    let changed =
        diesel::update(documents::table.find(document.as_str()).filter(documents::version.eq(version.0)))
            .set((documents::shared.eq(true), documents::version.eq(version.0 + 1)))
            .execute(tx.db)?;
    only_one(changed, version)?;
    let named = named_one(tx.db, engagement)?;
    let who = named.of(it.workspace);
    let notice = Notice {
        subject: format!("[Document] {}, {}: {who}", named.name(Side::Artist), named.reference),
        said: format!("{who} shares a document on {}: {title}.", named.title),
        way: "Read it here",
        path: format!("/documents/{document}"),
    };
    let letters = letters::to_others(tx.db, it.origin, &named, Some(it.workspace), &notice)?;
    let event = it.event(engagement, "document", document, "shared", false).change("shared", false, true);
    Ok(Change::of(Some(engagement), event).telling(letters))
}

/// Opens a document of the asker's side to the counsel that this side invited. Returns to how many.
///
/// # Errors
/// Refused, stale, no counsel to open it to, or the database's.
pub fn share_with_counsel(store: &Store, permit: Permit<ShareWithCounsel>) -> Result<usize, StoreError> {
    store.write(permit, |tx, facts| {
        let engagement = engagement_of(tx, facts.id)?;
        let open: Vec<String> = document_counsel::table
            .filter(document_counsel::document.eq(facts.id.as_str()))
            .select(document_counsel::account)
            .load(tx.db)?;
        let counsel: Vec<String> = engagement_counsel::table
            .filter(engagement_counsel::engagement.eq(engagement.as_str()))
            .filter(engagement_counsel::side.eq(facts.side.as_str()))
            .filter(engagement_counsel::withdrawn_at.is_null())
            .filter(engagement_counsel::account.ne_all(&open))
            .select(engagement_counsel::account)
            .load(tx.db)?;
        if counsel.is_empty() {
            return Err(StoreError::Conflict(
                "Your side has no counsel on this engagement who does not see it already.".into(),
            ));
        }
        for account in &counsel {
            diesel::insert_into(document_counsel::table)
                .values((
                    document_counsel::document.eq(facts.id.as_str()),
                    document_counsel::account.eq(account),
                    document_counsel::engagement.eq(engagement.as_str()),
                    document_counsel::side.eq(facts.side.as_str()),
                ))
                .execute(tx.db)?;
        }
        bump(tx, facts.id, facts.version)?;
        let event = Event::engagement(engagement, "document", facts.id, "opened-to-counsel")
            .only(Audience::of(facts.side))
            .with("counsel", counsel.join(", "));
        Ok(Change::of(counsel.len(), event))
    })
}

fn bump(tx: &mut Write<'_>, document: DocumentId, version: Version) -> Result<(), StoreError> {
    let changed =
        diesel::update(documents::table.find(document.as_str()).filter(documents::version.eq(version.0)))
            .set(documents::version.eq(version.0 + 1))
            .execute(tx.db)?;
    only_one(changed, version)
}

fn engagement_of(tx: &mut Write<'_>, document: DocumentId) -> Result<EngagementId, StoreError> {
    let row: Word<EngagementId> =
        documents::table.find(document.as_str()).select(documents::engagement).first(tx.db)?;
    Ok(row.0)
}

/// Erases a document's content (spec R2); name, digest and history stay. Returns its digest, to be cleared from the shelf
/// unless another document has the same content.
///
/// # Errors
/// Refused, stale, or the database's.
pub fn erase(store: &Store, permit: Permit<EraseDocument>) -> Result<Digest, StoreError> {
    store.write(permit, |tx, facts| {
        let (engagement, digest, state): (Word<EngagementId>, Word<Digest>, Word<DocumentState>) =
            documents::table
                .find(facts.id.as_str())
                .select((documents::engagement, documents::digest, documents::state))
                .first(tx.db)?;
        if state.0 == DocumentState::Erased {
            return Err(StoreError::Conflict("The content of this document is erased already.".into()));
        }
        let changed = diesel::update(
            documents::table.find(facts.id.as_str()).filter(documents::version.eq(facts.version.0)),
        )
        .set((
            documents::state.eq(DocumentState::Erased.as_str()),
            documents::version.eq(facts.version.0 + 1),
        ))
        .execute(tx.db)?;
        only_one(changed, facts.version)?;
        let audience = if facts.shared { Audience::Parties } else { Audience::of(facts.side) };
        let event = Event::engagement(engagement.0, "document", facts.id, "erased").only(audience).change(
            "state",
            DocumentState::Available,
            DocumentState::Erased,
        );
        Ok(Change::of(digest.0, event))
    })
}
