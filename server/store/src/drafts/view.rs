//! Drafts as their own workspace sees them.

use super::payload::Payload;
use crate::error::StoreError;
use crate::lists::{Page, PageOf};
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, drafts};
use diesel::prelude::*;
use domain::records::{DraftKind, DraftState};
use domain::{Digest, DraftId, EngagementId, Key, Moment, Version};
use policy::{Permit, Unasked, actions::ViewDraft};
use std::collections::HashMap;

/// One draft in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// The draft.
    pub id: DraftId,
    /// Its edition.
    pub version: Version,
    /// What it will do.
    pub kind: DraftKind,
    /// Where it stands.
    pub state: DraftState,
    /// On which engagement.
    pub engagement: Option<EngagementId>,
    /// What it is about.
    pub target: Option<Key>,
    /// The digest of its payload.
    pub digest: Digest,
    /// Who prepared it, by name; a machine by its task.
    pub prepared_by: String,
    /// When.
    pub prepared_at: Moment,
    /// Until when it may be confirmed.
    pub expires_at: Moment,
}

/// A draft with its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// What lists show of it.
    pub row: DraftRow,
    /// The canonical payload: exactly what a confirmation confirms.
    pub text: String,
    /// Who confirmed or discarded it, by name.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Moment>,
}

impl DraftView {
    /// The payload, where it is none of an offer.
    #[must_use]
    pub fn payload(&self) -> Option<Payload> {
        Payload::parse(&self.text).ok()
    }
}

type Raw = (
    (Word<DraftId>, i64, Word<DraftKind>, Word<DraftState>, Option<Word<EngagementId>>, Option<Word<Key>>),
    (Word<Digest>, String, i64, i64, Option<String>, Option<i64>, String),
);

/// Drafts with these permits, in their order.
fn view_rows<'a>(
    db: &mut Read<'_>,
    permits: impl IntoIterator<Item = &'a Permit<ViewDraft>>,
) -> Result<Vec<DraftView>, StoreError> {
    let ids: Vec<String> = permits.into_iter().map(|it| it.on().to_string()).collect();
    let rows: Vec<Raw> = drafts::table
        .filter(drafts::id.eq_any(&ids))
        .select((
            (drafts::id, drafts::version, drafts::kind, drafts::state, drafts::engagement, drafts::target),
            (
                drafts::digest,
                drafts::prepared_by,
                drafts::prepared_at,
                drafts::expires_at,
                drafts::decided_by,
                drafts::decided_at,
                drafts::payload,
            ),
        ))
        .load(db.db)?;
    let people: Vec<&str> =
        rows.iter().flat_map(|it| [Some(it.1.1.as_str()), it.1.4.as_deref()]).flatten().collect();
    let names: HashMap<String, String> = accounts::table
        .filter(accounts::id.eq_any(people))
        .select((accounts::id, accounts::name))
        .load::<(String, String)>(db.db)?
        .into_iter()
        .collect();
    let named = |it: String| names.get(&it).cloned().unwrap_or(it);
    let mut views: Vec<DraftView> = rows
        .into_iter()
        .map(
            |(
                (id, version, kind, state, engagement, target),
                (digest, by, at, ends, decider, decided, text),
            )| {
                DraftView {
                    row: DraftRow {
                        id: id.0,
                        version: Version(version),
                        kind: kind.0,
                        state: state.0,
                        engagement: engagement.map(|it| it.0),
                        target: target.map(|it| it.0),
                        digest: digest.0,
                        prepared_by: named(by),
                        prepared_at: Moment(at),
                        expires_at: Moment(ends),
                    },
                    text,
                    decided_by: decider.map(named),
                    decided_at: decided.map(Moment),
                }
            },
        )
        .collect();
    views.sort_by_key(|it| ids.iter().position(|id| *id == it.row.id.to_string()));
    Ok(views)
}

/// One draft.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewDraft>) -> Result<DraftView, StoreError> {
    view_rows(db, [permit])?.pop().ok_or(StoreError::Absent)
}

/// The drafts of the asker's workspace that wait, newest first.
///
/// # Errors
/// The database's.
pub fn list(db: &mut Read<'_>, page: &Page) -> Result<(Vec<DraftView>, Option<String>), StoreError> {
    let scope = db.scope::<ViewDraft>(&Unasked);
    let found: PageOf<ViewDraft> =
        db.list(&scope, &Unasked, || Some(Box::new(drafts::state.eq(DraftState::Prepared.as_str()))), page)?;
    Ok((view_rows(db, &found.rows)?, found.next))
}

/// The drafts of the asker's workspace that wait on one engagement.
///
/// # Errors
/// The database's.
pub fn on_engagement(db: &mut Read<'_>, engagement: EngagementId) -> Result<Vec<DraftView>, StoreError> {
    let scope = db.scope::<ViewDraft>(&Unasked);
    let narrow = || -> Option<crate::lists::Cond<drafts::table>> {
        let here = drafts::engagement
            .is_not_null()
            .and(drafts::engagement.assume_not_null().eq(engagement.to_string()));
        Some(Box::new(here.and(drafts::state.eq(DraftState::Prepared.as_str()))))
    };
    let found = db.list(&scope, &Unasked, narrow, &Page::first(100))?;
    view_rows(db, &found.rows)
}
