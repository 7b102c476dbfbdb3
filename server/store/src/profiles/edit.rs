//! Writing a profile: what it says, how its office is reached, and what an agency notes for itself.

use super::{landed, names};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::pools::Store;
use crate::read::Read;
use crate::schema::{profile_notes, profiles};
use crate::write::{Change, fresh_enough};
use diesel::prelude::*;
use domain::bounded::Email;
use domain::{Bounded, ProfileId, Version};
use policy::actions::{EditInternalNotes, EditProfile, ViewContact, ViewInternalNotes};
use policy::{Permit, Unasked};

/// What a profile says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileText {
    /// The artist's name.
    pub name: Bounded<120>,
    /// Conductor, soprano, string quartet.
    pub discipline: Bounded<80>,
    /// A short biography; may be missing.
    pub biography: Option<Bounded<4000>>,
    /// Where the artist is based.
    pub based_in: Option<Bounded<120>>,
}

/// How the artist's office is reached; empty where nothing is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Queryable)]
pub struct Contact {
    /// A mail address.
    pub email: String,
    /// A telephone number.
    pub phone: String,
}

/// An agency's own note on an artist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text; empty where there is none yet.
    pub text: String,
    /// Its edition; 0 where there is none yet.
    pub version: Version,
}

/// Writes what the profile says. `shown` is the edition that the form showed.
///
/// # Errors
/// Stale, refused, or the database's.
pub fn edit(
    store: &Store,
    permit: Permit<EditProfile>,
    shown: Version,
    to: &ProfileText,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        let was: (String, String, String, String) = profiles::table
            .find(facts.id.to_string())
            .select((profiles::name, profiles::discipline, profiles::biography, profiles::based_in))
            .first(tx.db)?;
        let (name, discipline) = (to.name.as_str(), to.discipline.as_str());
        let biography = to.biography.as_ref().map_or("", Bounded::as_str);
        let based_in = to.based_in.as_ref().map_or("", Bounded::as_str);
        let rows = diesel::update(
            profiles::table
                .filter(profiles::id.eq(facts.id.to_string()))
                .filter(profiles::version.eq(shown.0)),
        )
        .set((
            profiles::name.eq(name),
            profiles::sort_name.eq(names::sorting(name, discipline)),
            profiles::name_key.eq(names::folded(name)),
            profiles::discipline.eq(discipline),
            profiles::biography.eq(biography),
            profiles::based_in.eq(based_in),
            profiles::version.eq(shown.0 + 1),
        ))
        .execute(tx.db)?;
        landed(rows, shown)?;
        let event = Event::platform("profile", facts.id, "edited")
            .change("name", was.0, name)
            .change("discipline", was.1, discipline)
            .change("biography", was.2, biography)
            .change("based-in", was.3, based_in);
        Ok(Change::of((), event))
    })
}

/// How the office is reached.
///
/// # Errors
/// The database's.
pub fn contact(db: &mut Read<'_>, permit: &Permit<ViewContact>) -> Result<Contact, StoreError> {
    Ok(profiles::table
        .find(permit.on().to_string())
        .select((profiles::contact_email, profiles::contact_phone))
        .first(db.db)?)
}

/// Writes how the office is reached. Needs the right to see it too.
///
/// # Errors
/// Stale, refused, or the database's.
pub fn edit_contact(
    store: &Store,
    permit: Permit<EditProfile>,
    shown: Version,
    email: Option<&Email>,
    phone: Option<&Bounded<40>>,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        let _ = tx.also::<ViewContact>(facts.id, Unasked)?;
        let was: Contact = profiles::table
            .find(facts.id.to_string())
            .select((profiles::contact_email, profiles::contact_phone))
            .first(tx.db)?;
        let (email, phone) = (email.map_or("", Email::as_str), phone.map_or("", Bounded::as_str));
        let rows = diesel::update(
            profiles::table
                .filter(profiles::id.eq(facts.id.to_string()))
                .filter(profiles::version.eq(shown.0)),
        )
        .set((
            profiles::contact_email.eq(email),
            profiles::contact_phone.eq(phone),
            profiles::version.eq(shown.0 + 1),
        ))
        .execute(tx.db)?;
        landed(rows, shown)?;
        let event = Event::platform("profile", facts.id, "contact-edited")
            .only(Audience::Office)
            .change("email", was.email, email)
            .change("phone", was.phone, phone);
        Ok(Change::of((), event))
    })
}

/// The acting agency's own note on an artist.
///
/// # Errors
/// The database's.
pub fn notes(db: &mut Read<'_>, permit: &Permit<ViewInternalNotes>) -> Result<Note, StoreError> {
    let Some((_, agency)) = permit.asker().actor.workspace() else { return Err(StoreError::Absent) };
    note(db.db, permit.on(), agency)
}

fn note(db: &mut crate::db::Db, profile: ProfileId, agency: domain::WorkspaceId) -> Result<Note, StoreError> {
    let row: Option<(String, i64)> = profile_notes::table
        .find((profile.to_string(), agency.to_string()))
        .select((profile_notes::note, profile_notes::version))
        .first(db)
        .optional()?;
    Ok(row.map_or(Note { text: String::new(), version: Version(0) }, |(text, version)| Note {
        text,
        version: Version(version),
    }))
}

/// Writes the acting agency's own note. `shown` is the note's edition that the form showed, 0 for none.
///
/// # Errors
/// Stale, refused, or the database's.
pub fn edit_notes(
    store: &Store,
    permit: Permit<EditInternalNotes>,
    shown: Version,
    text: Option<&Bounded<4000>>,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        let Some((_, agency)) = tx.asker().actor.workspace() else { return Err(StoreError::Absent) };
        let was = note(tx.db, facts.id, agency)?;
        fresh_enough(shown, was.version)?;
        let text = text.map_or("", Bounded::as_str);
        if was.version.0 == 0 {
            diesel::insert_into(profile_notes::table)
                .values((
                    profile_notes::profile.eq(facts.id.to_string()),
                    profile_notes::agency.eq(agency.to_string()),
                    profile_notes::note.eq(text),
                    profile_notes::version.eq(1),
                ))
                .execute(tx.db)?;
        } else {
            let rows = diesel::update(
                profile_notes::table
                    .filter(profile_notes::profile.eq(facts.id.to_string()))
                    .filter(profile_notes::agency.eq(agency.to_string()))
                    .filter(profile_notes::version.eq(shown.0)),
            )
            .set((profile_notes::note.eq(text), profile_notes::version.eq(shown.0 + 1)))
            .execute(tx.db)?;
            landed(rows, shown)?;
        }
        let event = Event::platform("profile", facts.id, "noted")
            .only(Audience::Agency)
            .change("note", was.text, text);
        Ok(Change::of((), event))
    })
}
