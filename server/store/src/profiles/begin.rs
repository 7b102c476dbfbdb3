//! A new profile: with a workspace at sign-up, or kept by an agency.

use super::names;
use crate::db::Db;
use crate::error::StoreError;
use crate::pools::Store;
use crate::schema::{profiles, slugs};
use diesel::prelude::*;
use domain::{Level, Moment, ProfileId, WorkspaceId};

/// What a profile starts with. It is never seen by anybody new: represented artists begin as a private listing, all
/// others workspace-private (spec P6).
pub(crate) struct NewProfile<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) name: &'a str,
    pub(crate) discipline: &'a str,
    pub(crate) biography: &'a str,
    pub(crate) based_in: &'a str,
    pub(crate) level: Level,
    pub(crate) claimed: bool,
}

/// Writes the row and gives it an address that nobody had before. The caller records the event.
pub(crate) fn begin(
    db: &mut Db,
    store: &Store,
    now: Moment,
    new: &NewProfile<'_>,
) -> Result<ProfileId, StoreError> {
    let id: ProfileId = store.fresh(now);
    let mut slug = store.with_mint(|it| names::address(new.name, it));
    // an address is never given twice, not even after its profile is gone
    while slugs::table.find(&slug).count().get_result::<i64>(db)? > 0 {
        slug = store.with_mint(|it| names::address(new.name, it));
    }
    diesel::insert_into(slugs::table)
        .values((slugs::slug.eq(&slug), slugs::profile.eq(id.as_str())))
        .execute(db)?;
    diesel::insert_into(profiles::table)
        .values((
            (
                profiles::id.eq(id.as_str()),
                profiles::workspace.eq(new.workspace.as_str()),
                profiles::slug.eq(&slug),
                profiles::name.eq(new.name),
                profiles::sort_name.eq(names::sorting(new.name, new.discipline)),
                profiles::name_key.eq(names::folded(new.name)),
            ),
            (
                profiles::discipline.eq(new.discipline),
                profiles::biography.eq(new.biography),
                profiles::based_in.eq(new.based_in),
                profiles::contact_email.eq(""),
                profiles::contact_phone.eq(""),
                profiles::level.eq(new.level.as_str()),
                profiles::opted_in.eq(false),
                profiles::discoverable.eq(false),
                profiles::verified.eq(false),
                profiles::claimed.eq(new.claimed),
                profiles::claim.eq(""),
                profiles::created_at.eq(now.0),
                profiles::version.eq(1),
            ),
        ))
        .execute(db)?;
    Ok(id)
}
