//! The profile that an artist's workspace begins with.

use crate::error::StoreError;
use crate::ledger::Event;
use crate::schema::{profiles, slugs};
use crate::write::Write;
use diesel::prelude::*;
use domain::{Level, Mint, ProfileId, WorkspaceId};

/// Begins an empty, workspace-private profile for a new artist. Its address ends in random letters, so that none tells
/// whether another artist of the name is here.
pub(super) fn begin(tx: &mut Write<'_>, workspace: WorkspaceId, name: &str) -> Result<Event, StoreError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let id: ProfileId = tx.fresh();
    let mut random = [0u8; 8];
    tx.store.with_mint(|it| it.fill(&mut random));
    let tail: String = random.iter().map(|it| char::from(LETTERS[usize::from(it & 31)])).collect();
    let slug = format!("artist-{tail}");
    let key = name.to_lowercase();
    diesel::insert_into(slugs::table)
        .values((slugs::slug.eq(&slug), slugs::profile.eq(id.as_str())))
        .execute(tx.db)?;
    diesel::insert_into(profiles::table)
        .values((
            profiles::id.eq(id.as_str()),
            profiles::workspace.eq(workspace.as_str()),
            profiles::slug.eq(&slug),
            profiles::name.eq(name),
            profiles::sort_name.eq(&key),
            profiles::name_key.eq(&key),
            profiles::discipline.eq(""),
            profiles::biography.eq(""),
            profiles::based_in.eq(""),
            profiles::level.eq(Level::WorkspacePrivate.as_str()),
            profiles::created_at.eq(tx.now().0),
            profiles::version.eq(1),
        ))
        .execute(tx.db)?;
    Ok(Event::platform("profile", id, "begun")
        .with("after.name", name)
        .with("after.level", Level::WorkspacePrivate))
}
