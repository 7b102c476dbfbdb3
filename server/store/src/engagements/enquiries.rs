//! Enquiries from the public form. Nobody has checked who wrote them; no mail goes to the typed address before a person
//! answers (spec 10.12). What names nobody here is the platform's; see `triage`.

use super::letters::{self, Notice};
use super::requests::agency_in_force;
use crate::drafts::{Confirming, Payload, Preparation, Prepared, Revises, only_one, prepare};
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::profiles::at_address;
use crate::schema::enquiries;
use crate::write::{Change, Write, fresh_enough};
use diesel::prelude::*;
use domain::bounded::{Bounded, Email, Line, Prose};
use domain::records::EnquiryState;
use domain::{Day, EngagementId, EnquiryId, Id, ProfileId, Version, WorkspaceId};
use policy::actions::{DismissEnquiry, Enquire, PrepareEnquiryAnswer, ViewFolio};
use policy::{Permit, Unasked};

/// What a stranger typed, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enquiry {
    /// The artist as typed: a folio's address or slug, or free text.
    pub artist: Line,
    /// The day asked for.
    pub day: Option<Day>,
    /// Their hall, orchestra or festival.
    pub organisation: Line,
    /// Their name.
    pub name: Bounded<120>,
    /// Where to answer.
    pub email: Email,
    /// What they have in mind.
    pub message: Prose,
}

/// The slug in what was typed: `…/folio/anna-example`, or the slug itself.
fn slug(typed: &str) -> Option<String> {
    let text = typed.trim().trim_end_matches('/');
    let text = text.rsplit_once("/folio/").map_or(text, |it| it.1);
    let plain = !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain.then(|| text.to_owned())
}

/// Takes an enquiry. One that names a published folio goes to that artist's office, any other to the platform's triage;
/// the answer is the same.
///
/// # Errors
/// Refused, spent, or the database's.
pub fn enquire(
    store: &Store,
    permit: Permit<Enquire>,
    it: &Enquiry,
    origin: &str,
) -> Result<EnquiryId, StoreError> {
    store.write(permit, |tx, _| {
        let id: EnquiryId = tx.fresh();
        let now = tx.now();
        let found = published(tx, it.artist.as_str())?;
        let agency = match found {
            Some((profile, _)) => agency_in_force(tx.db, profile, now)?.map(|it| it.0),
            None => None,
        };
        let artist = found.map(|it| it.1);
        diesel::insert_into(enquiries::table)
            .values((
                enquiries::id.eq(id.as_str()),
                enquiries::artist.eq(artist.map(|it| it.to_string())),
                enquiries::agency.eq(agency.map(|it| it.to_string())),
                enquiries::artist_text.eq(it.artist.as_str()),
                enquiries::day.eq(it.day.map(|it| it.to_string())),
                enquiries::organisation.eq(it.organisation.as_str()),
                enquiries::name.eq(it.name.as_str()),
                enquiries::email.eq(it.email.as_str()),
                enquiries::message.eq(it.message.as_str()),
                enquiries::state.eq(EnquiryState::Unverified.as_str()),
                enquiries::received_at.eq(now.0),
                enquiries::version.eq(1),
            ))
            .execute(tx.db)?;
        let office: Vec<WorkspaceId> = [artist, agency].into_iter().flatten().collect();
        let letters = office_letters(tx, origin, id, &office, it)?;
        let event = Event::platform("enquiry", id, "received").with("after.state", EnquiryState::Unverified);
        Ok(Change::of(id, event).telling(letters))
    })
}

/// The published artist that was named: only while the whole world may see the folio.
fn published(tx: &mut Write<'_>, typed: &str) -> Result<Option<(ProfileId, WorkspaceId)>, StoreError> {
    let Some(slug) = slug(typed) else { return Ok(None) };
    let profile = at_address(tx.db, tx.store, tx.now(), &slug)?;
    match tx.also::<ViewFolio>(profile, Unasked) {
        Ok((_, facts)) => Ok(Some((profile, facts.workspace))),
        Err(StoreError::Refused(_) | StoreError::Absent) => Ok(None),
        Err(other) => Err(other),
    }
}

fn office_letters(
    tx: &mut Write<'_>,
    origin: &str,
    id: EnquiryId,
    office: &[WorkspaceId],
    it: &Enquiry,
) -> Result<Vec<Letter>, StoreError> {
    let notice = Notice {
        subject: format!("[Enquiry] {}", it.organisation),
        said: format!(
            "{} of {} wrote by the public form. Nobody has checked who they are. Nothing is held and nothing was \
             answered.",
            it.name, it.organisation
        ),
        way: "Read it here",
        path: format!("/enquiries/{id}"),
    };
    let people = letters::members(tx.db, office)?;
    Ok(people
        .into_iter()
        .map(|(account, workspace, email, name)| {
            let address = format!("{origin}/w/{workspace}{}", notice.path);
            let text = letters::text(&name, &notice, &address);
            Letter {
                account: Some(account),
                workspace: Some(workspace),
                ..Letter::plain(email, notice.subject.clone(), text)
            }
        })
        .collect())
}

/// Prepares an answer by mail, or changes one that waits.
///
/// # Errors
/// Refused, stale, an enquiry that is settled, or the database's.
pub fn prepare_answer(
    store: &Store,
    permit: Permit<PrepareEnquiryAnswer>,
    subject: &Line,
    text: &Prose,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    store.write(permit, |tx, facts| {
        waiting(&facts.state)?;
        let to: String = enquiries::table.find(facts.id.as_str()).select(enquiries::email).first(tx.db)?;
        let payload = Payload::EnquiryAnswer {
            enquiry: facts.id,
            version: facts.version,
            to,
            subject: subject.as_str().to_owned(),
            text: text.as_str().to_owned(),
        };
        prepare(tx, Preparation::of(&payload, None, Some(*facts.id.key()), revises)?)
    })
}

pub(super) fn waiting(state: &str) -> Result<(), StoreError> {
    if state == EnquiryState::Unverified.as_str() {
        Ok(())
    } else {
        Err(StoreError::Conflict("This enquiry was answered or put aside already.".into()))
    }
}

pub(crate) fn perform(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let Payload::EnquiryAnswer { enquiry, version, to, subject, text } = payload else {
        return Err(StoreError::Corrupt("drafts.kind"));
    };
    let (_, facts) = tx.also::<PrepareEnquiryAnswer>(enquiry, Unasked)?;
    fresh_enough(version, facts.version)?;
    waiting(&facts.state)?;
    let typed: String = enquiries::table.find(enquiry.as_str()).select(enquiries::email).first(tx.db)?;
    if typed != to {
        return Err(StoreError::Corrupt("enquiries.email"));
    }
    settle(tx, enquiry, version, EnquiryState::Answered, Some(&text))?;
    let letter = Letter { workspace: Some(it.workspace), ..Letter::plain(to, subject, text) };
    let event = it.platform_event("enquiry", enquiry, "answered").change(
        "state",
        EnquiryState::Unverified,
        EnquiryState::Answered,
    );
    Ok(Change::of(None, event).telling([letter]))
}

pub(super) fn settle(
    tx: &mut Write<'_>,
    enquiry: EnquiryId,
    version: Version,
    state: EnquiryState,
    answer: Option<&str>,
) -> Result<(), StoreError> {
    let changed =
        diesel::update(enquiries::table.find(enquiry.as_str()).filter(enquiries::version.eq(version.0)))
            .set((
                enquiries::state.eq(state.as_str()),
                enquiries::answer.eq(answer),
                enquiries::version.eq(version.0 + 1),
            ))
            .execute(tx.db)?;
    only_one(changed, version)
}

/// Puts an enquiry aside; its sender hears nothing.
///
/// # Errors
/// Refused, stale, an enquiry that is settled, or the database's.
pub fn dismiss(store: &Store, permit: Permit<DismissEnquiry>) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| Ok(Change::of((), put_aside(tx, facts, "dismissed")?)))
}

/// Puts an enquiry aside that waits, and tells the ledger.
pub(super) fn put_aside(
    tx: &mut Write<'_>,
    facts: &policy::facts::Enquiry,
    transition: &'static str,
) -> Result<Event, StoreError> {
    waiting(&facts.state)?;
    settle(tx, facts.id, facts.version, EnquiryState::Dismissed, None)?;
    Ok(Event::platform("enquiry", facts.id, transition).only(Audience::Office).change(
        "state",
        EnquiryState::Unverified,
        EnquiryState::Dismissed,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_found_in_what_people_paste() {
        for typed in ["anna-example", "https://x.example/folio/anna-example/", "/folio/anna-example"] {
            assert_eq!(slug(typed).as_deref(), Some("anna-example"), "{typed}");
        }
        for typed in ["Anna Example", "", "/folio/", "a/b", "https://x.example/folio/a?b=c"] {
            assert_eq!(slug(typed), None, "{typed}");
        }
    }
}
