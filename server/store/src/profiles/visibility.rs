//! The switches of who sees a profile. Who may turn them, policies decide; what follows from turning them stands here.

use super::{conflict, landed};
use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::profiles;
use crate::write::{Change, Write, fresh_enough};
use diesel::prelude::*;
use domain::{Level, ProfileId, Version, WorkspaceId};
use policy::actions::{AllowDiscovery, OptIn, OptOut, SetLevel, StopDiscovery};
use policy::{Permit, facts};

/// Level, opted in, discoverable.
type Switches = (Level, bool, bool);

fn turn(
    tx: &mut Write<'_>,
    facts: &facts::Profile,
    to: Switches,
    transition: &'static str,
) -> Result<Change<()>, StoreError> {
    let (level, opted_in, discoverable) = to;
    let rows = diesel::update(
        profiles::table
            .filter(profiles::id.eq(facts.id.to_string()))
            .filter(profiles::version.eq(facts.version.0)),
    )
    .set((
        profiles::level.eq(level.as_str()),
        profiles::opted_in.eq(opted_in),
        profiles::discoverable.eq(discoverable),
        profiles::version.eq(facts.version.0 + 1),
    ))
    .execute(tx.db)?;
    landed(rows, facts.version)?;
    let event = Event::platform("profile", facts.id, transition)
        .change("level", facts.level, level)
        .change("opted-in", facts.opted_in, opted_in)
        .change("discoverable", facts.discoverable, discoverable);
    Ok(Change::of((), event))
}

/// Ends what the artist in person agreed to, since nobody is that artist any more: the folio leaves the public and the
/// profile is not found, until whoever is named next agrees anew. Gives what the ledger says of it, where there was
/// anything to end.
pub(crate) fn consents_end(db: &mut Db, workspace: WorkspaceId) -> Result<Option<Event>, StoreError> {
    let agreed = profiles::table
        .filter(profiles::workspace.eq(workspace.to_string()))
        .filter(profiles::opted_in.or(profiles::discoverable));
    let row: Option<(Word<ProfileId>, bool, bool, i64)> = agreed
        .select((profiles::id, profiles::opted_in, profiles::discoverable, profiles::version))
        .first(db)
        .optional()?;
    let Some((id, opted_in, discoverable, version)) = row else { return Ok(None) };
    let rows = diesel::update(
        profiles::table.filter(profiles::id.eq(id.0.to_string())).filter(profiles::version.eq(version)),
    )
    .set((profiles::opted_in.eq(false), profiles::discoverable.eq(false), profiles::version.eq(version + 1)))
    .execute(db)?;
    landed(rows, Version(version))?;
    let event = Event::platform("profile", id.0, "consents-ended")
        .change("opted-in", opted_in, false)
        .change("discoverable", discoverable, false);
    Ok(Some(event))
}

/// Sets the level that the permit tells. Lowering from public takes the opt-in back; raising to public never gives it.
///
/// # Errors
/// Stale, refused, a conflict where the level stands already, or the database's.
pub fn set_level(store: &Store, permit: Permit<SetLevel>, shown: Version) -> Result<(), StoreError> {
    let to = *permit.input();
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        if to == facts.level {
            return conflict("The profile is at this level already.");
        }
        turn(tx, facts, (to, facts.opted_in && to == Level::Public, facts.discoverable), "level-set")
    })
}

/// The artist in person goes public: the level becomes public where it is not.
///
/// # Errors
/// Stale, refused, a conflict while the workspace is not verified, or the database's.
pub fn opt_in(store: &Store, permit: Permit<OptIn>, shown: Version) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        if !facts.verified {
            return conflict("Your workspace is not verified yet. You can go public once it is.");
        }
        if facts.opted_in {
            return conflict("Your folio is public already.");
        }
        if facts.level != Level::Public {
            let _ = tx.also::<SetLevel>(facts.id, Level::Public)?;
        }
        turn(tx, facts, (Level::Public, true, facts.discoverable), "opted-in")
    })
}

/// Takes the folio out of public, on the next request. The level stays as it is set, and counts as private listing.
///
/// # Errors
/// Stale, refused, a conflict where it is not public, or the database's.
pub fn opt_out(store: &Store, permit: Permit<OptOut>, shown: Version) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        if !facts.opted_in {
            return conflict("The folio is not public.");
        }
        turn(tx, facts, (facts.level, false, facts.discoverable), "opted-out")
    })
}

/// The artist in person agrees to be found.
///
/// # Errors
/// Stale, refused, a conflict where it is so already, or the database's.
pub fn allow_discovery(
    store: &Store,
    permit: Permit<AllowDiscovery>,
    shown: Version,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        if facts.discoverable {
            return conflict("You can be found already.");
        }
        turn(tx, facts, (facts.level, facts.opted_in, true), "discovery-allowed")
    })
}

/// Takes the profile out of discovery.
///
/// # Errors
/// Stale, refused, a conflict where it is so already, or the database's.
pub fn stop_discovery(
    store: &Store,
    permit: Permit<StopDiscovery>,
    shown: Version,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        if !facts.discoverable {
            return conflict("The profile is not found by discovery.");
        }
        turn(tx, facts, (facts.level, facts.opted_in, false), "discovery-stopped")
    })
}
