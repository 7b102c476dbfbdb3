//! Profiles and who sees them: the artist's page, levels, representation, partners, invitations, managed profiles.
//!
//! What an asking side typed and what exists behind it are kept apart: an offer or invitation to an address answers the
//! same whether or not anybody here has it, and the asker's lists show the address until the other side answers.

mod begin;
mod edit;
pub(crate) mod ends;
mod invitations;
mod listing;
pub mod managed;
pub mod mandates;
mod names;
pub mod offers;
pub mod partnerships;
mod people;
mod terms;
mod viewers;
mod visibility;

pub(crate) use begin::{NewProfile, begin};
pub use edit::{Contact, Note, ProfileText, contact, edit, edit_contact, edit_notes, notes};
pub use invitations::{Ask, asks, invite, revoke};
pub(crate) use listing::at_address;
pub use listing::{
    Agency, Card, CardsPage, Folio, Listing, Own, cards, find_folio, folio, folio_parts, folios, found,
    listing, own, own_id, roster,
};
pub(crate) use names::pattern as search_pattern;
pub use names::{folded as folded_name, sorting as sorting_name};
pub use terms::{MandateTerms, PartnershipTerms, Terms};
pub use viewers::{Seen, Viewer, viewers};
pub(crate) use visibility::consents_end;
pub use visibility::{allow_discovery, opt_in, opt_out, set_level, stop_discovery};

use crate::error::StoreError;
use domain::Version;

/// One row was to change: none did, so somebody was faster.
fn landed(rows: usize, shown: Version) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale { shown, stands: Version(shown.0 + 1) }) }
}

fn conflict<T>(sentence: &str) -> Result<T, StoreError> {
    Err(StoreError::Conflict(sentence.to_owned()))
}
