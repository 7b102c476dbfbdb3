//! Internal notes on an engagement: one a workspace, seen by nobody else.

use crate::drafts::only_one;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::pools::Store;
use crate::read::Read;
use crate::schema::engagement_notes;
use crate::write::{Change, fresh_enough};
use diesel::prelude::*;
use domain::{Version, bounded::Prose};
use policy::Permit;
use policy::actions::{EditNotes, ViewNotes};

/// The note of the asker's own workspace, and its edition; 0 where there is none yet.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewNotes>) -> Result<(String, Version), StoreError> {
    let (_, own) = db.asker.actor.workspace().ok_or(StoreError::Absent)?;
    let row: Option<(String, i64)> = engagement_notes::table
        .find((permit.on().as_str(), own.as_str()))
        .select((engagement_notes::note, engagement_notes::version))
        .first(db.db)
        .optional()?;
    Ok(row.map_or((String::new(), Version(0)), |(note, version)| (note, Version(version))))
}

/// Writes the note of the asker's own workspace; `None` empties it. `shown` is the edition that was shown.
///
/// # Errors
/// Refused, stale, or the database's.
pub fn edit(
    store: &Store,
    permit: Permit<EditNotes>,
    note: Option<&Prose>,
    shown: Version,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let (kind, own) = tx.asker.actor.workspace().ok_or(StoreError::Absent)?;
        let text = note.map_or("", Prose::as_str);
        let key = (facts.id.as_str(), own.as_str());
        let before: Option<(String, i64)> = engagement_notes::table
            .find(key)
            .select((engagement_notes::note, engagement_notes::version))
            .first(tx.db)
            .optional()?;
        fresh_enough(shown, Version(before.as_ref().map_or(0, |it| it.1)))?;
        if before.is_some() {
            let at = engagement_notes::table.find(key).filter(engagement_notes::version.eq(shown.0));
            let changed = diesel::update(at)
                .set((engagement_notes::note.eq(text), engagement_notes::version.eq(shown.0 + 1)))
                .execute(tx.db)?;
            only_one(changed, shown)?;
        } else {
            diesel::insert_into(engagement_notes::table)
                .values((
                    engagement_notes::engagement.eq(facts.id.as_str()),
                    engagement_notes::workspace.eq(own.as_str()),
                    engagement_notes::note.eq(text),
                    engagement_notes::version.eq(1),
                ))
                .execute(tx.db)?;
        }
        let event = Event::engagement(facts.id, "note", own, "written")
            .only(Audience::of(kind.side()))
            .change("note", before.map(|it| it.0).unwrap_or_default(), text);
        Ok(Change::of((), event))
    })
}
