//! The profile that an artist's workspace begins with.

use crate::error::StoreError;
use crate::ledger::Event;
use crate::profiles::{self, NewProfile};
use crate::write::Write;
use domain::{Level, WorkspaceId};

/// Begins an empty, workspace-private profile for a new artist.
pub(super) fn begin(tx: &mut Write<'_>, workspace: WorkspaceId, name: &str) -> Result<Event, StoreError> {
    let level = Level::WorkspacePrivate;
    let new =
        NewProfile { workspace, name, discipline: "", biography: "", based_in: "", level, claimed: true };
    let now = tx.now();
    let id = profiles::begin(tx.db, tx.store, now, &new)?;
    Ok(Event::platform("profile", id, "begun").with("after.name", name).with("after.level", level))
}
