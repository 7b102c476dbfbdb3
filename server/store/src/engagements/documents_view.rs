//! Documents as those see them who may: their own side, all parties once shared, counsel once opened to them.

use super::Named;
use super::parties::named_one;
use crate::error::StoreError;
use crate::lists::{Cond, Page, Part};
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, documents};
use diesel::prelude::*;
use domain::records::DocumentState;
use domain::{Digest, DocumentId, EngagementId, Moment, Side, Version};
use policy::{Permit, Unasked, actions::ViewDocument};

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// The document.
    pub id: DocumentId,
    /// Its edition.
    pub version: Version,
    /// On which engagement.
    pub engagement: EngagementId,
    /// Whose it is.
    pub side: Side,
    /// What people call it.
    pub title: String,
    /// The file's name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its length in bytes.
    pub bytes: i64,
    /// SHA-256 over the content: where it lies on the shelf.
    pub digest: Digest,
    /// Whether the content is still there.
    pub state: DocumentState,
    /// Whether all parties see it.
    pub shared: bool,
    /// Who added it.
    pub author: String,
    /// When.
    pub added_at: Moment,
}

type Raw = (
    (Word<DocumentId>, i64, Word<EngagementId>, Word<Side>, String, String, String),
    (i64, Word<Digest>, Word<DocumentState>, bool, String, i64),
);

fn rows(db: &mut Read<'_>, permits: &[Permit<ViewDocument>]) -> Result<Vec<DocumentView>, StoreError> {
    let ids: Vec<String> = permits.iter().map(|it| it.on().to_string()).collect();
    let raw: Vec<Raw> = documents::table
        .inner_join(accounts::table.on(accounts::id.eq(documents::author)))
        .filter(documents::id.eq_any(&ids))
        .order(documents::id.desc())
        .select((
            (
                documents::id,
                documents::version,
                documents::engagement,
                documents::side,
                documents::title,
                documents::file_name,
                documents::media_type,
            ),
            (
                documents::bytes,
                documents::digest,
                documents::state,
                documents::shared,
                accounts::name,
                documents::added_at,
            ),
        ))
        .load(db.db)?;
    Ok(raw
        .into_iter()
        .map(
            |(
                (id, version, engagement, side, title, file_name, media_type),
                (bytes, digest, state, shared, author, at),
            )| DocumentView {
                id: id.0,
                version: Version(version),
                engagement: engagement.0,
                side: side.0,
                title,
                file_name,
                media_type,
                bytes,
                digest: digest.0,
                state: state.0,
                shared,
                author,
                added_at: Moment(at),
            },
        )
        .collect())
}

/// One document with its engagement's names.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: Permit<ViewDocument>) -> Result<(DocumentView, Named), StoreError> {
    let document = rows(db, &[permit])?.pop().ok_or(StoreError::Absent)?;
    let named = named_one(db.db, document.engagement)?;
    Ok((document, named))
}

/// The documents of one engagement that the asker may see, newest first.
pub(crate) fn on(
    db: &mut Read<'_>,
    engagement: EngagementId,
    page: &Page,
) -> Result<Part<DocumentView>, StoreError> {
    let scope = db.scope::<ViewDocument>(&Unasked);
    let narrow = || -> Option<Cond<documents::table>> {
        Some(Box::new(documents::engagement.eq(engagement.to_string())))
    };
    let found = db.list(&scope, &Unasked, narrow, page)?;
    Ok(Part { rows: rows(db, &found.rows)?, next: found.next })
}
