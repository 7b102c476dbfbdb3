//! Enquiries as the office that they name sees them, or the platform's triage where they name nobody here.

use crate::error::StoreError;
use crate::lists::{Cond, Page};
use crate::read::Read;
use crate::rows::Word;
use crate::schema::enquiries;
use diesel::prelude::*;
use domain::records::EnquiryState;
use domain::{Day, EnquiryId, Moment, Version};
use policy::actions::{TriageEnquiry, ViewEnquiry};
use policy::{Factor, Permit, Unasked};

/// An enquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnquiryView {
    /// The enquiry.
    pub id: EnquiryId,
    /// Its edition.
    pub version: Version,
    /// The artist as typed.
    pub artist: String,
    /// The day asked for.
    pub day: Option<Day>,
    /// Their hall, orchestra or festival.
    pub organisation: String,
    /// Their name, unchecked.
    pub name: String,
    /// Where to answer, unchecked.
    pub email: String,
    /// What they have in mind.
    pub message: String,
    /// Where it stands.
    pub state: EnquiryState,
    /// The answer that was sent.
    pub answer: Option<String>,
    /// When it came.
    pub received_at: Moment,
}

type Raw = (
    (Word<EnquiryId>, i64, String, Option<Word<Day>>, String, String),
    (String, String, Word<EnquiryState>, Option<String>, i64),
);

fn rows(db: &mut Read<'_>, ids: &[EnquiryId]) -> Result<Vec<EnquiryView>, StoreError> {
    let raw: Vec<Raw> = enquiries::table
        .filter(enquiries::id.eq_any(crate::facts::texts(ids)))
        .order(enquiries::id.desc())
        .select((
            (
                enquiries::id,
                enquiries::version,
                enquiries::artist_text,
                enquiries::day,
                enquiries::organisation,
                enquiries::name,
            ),
            (
                enquiries::email,
                enquiries::message,
                enquiries::state,
                enquiries::answer,
                enquiries::received_at,
            ),
        ))
        .load(db.db)?;
    Ok(raw
        .into_iter()
        .map(|((id, version, artist, day, organisation, name), (email, message, state, answer, at))| {
            EnquiryView {
                id: id.0,
                version: Version(version),
                artist,
                day: day.map(|it| it.0),
                organisation,
                name,
                email,
                message,
                state: state.0,
                answer,
                received_at: Moment(at),
            }
        })
        .collect())
}

/// One enquiry.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewEnquiry>) -> Result<EnquiryView, StoreError> {
    rows(db, &[permit.on()])?.pop().ok_or(StoreError::Absent)
}

/// The enquiries that the asker's office may see, newest first.
///
/// # Errors
/// The database's.
pub fn list(db: &mut Read<'_>, page: &Page) -> Result<(Vec<EnquiryView>, Option<String>), StoreError> {
    let scope = db.scope::<ViewEnquiry>(&Unasked);
    let found = db.list(&scope, &Unasked, || None, page)?;
    let ids: Vec<EnquiryId> = found.rows.iter().map(Permit::on).collect();
    Ok((rows(db, &ids)?, found.next))
}

/// One enquiry that waits for the platform.
///
/// # Errors
/// The database's.
pub fn triage_view(db: &mut Read<'_>, permit: &Permit<TriageEnquiry>) -> Result<EnquiryView, StoreError> {
    rows(db, &[permit.on()])?.pop().ok_or(StoreError::Absent)
}

/// The enquiries that wait for the platform, newest first.
///
/// # Errors
/// The database's.
pub fn triage_list(db: &mut Read<'_>, page: &Page) -> Result<(Vec<EnquiryView>, Option<String>), StoreError> {
    let scope = db.scope::<TriageEnquiry>(&Factor);
    let narrow = || -> Option<Cond<enquiries::table>> {
        Some(Box::new(enquiries::state.eq(EnquiryState::Unverified.as_str())))
    };
    let found = db.list(&scope, &Factor, narrow, page)?;
    let ids: Vec<EnquiryId> = found.rows.iter().map(Permit::on).collect();
    Ok((rows(db, &ids)?, found.next))
}
