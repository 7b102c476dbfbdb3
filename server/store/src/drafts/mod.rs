//! Drafts (spec P7): prepared with an exact payload, shown, and then confirmed by a person or thrown away.
//!
//! ```text
//! prepare(tx, Preparation) ─► a row: canonical payload, its SHA-256
//! Permit<Confirm> told Shown(digest) ─► confirm: decide again, decide what it does again, do it, record the payload
//! ```

mod canonical;
mod confirm;
mod discard;
mod payload;
mod prepare;
mod view;

pub use canonical::{canonical, digest_of};
pub(crate) use confirm::Confirming;
pub use confirm::{Confirmed, confirm};
pub use discard::discard;
pub use payload::{Payload, Terms};
pub(crate) use prepare::{Preparation, prepare};
pub use prepare::{Prepared, Revises};
pub(crate) use prepare::{fee, only_one};
pub use view::{DraftRow, DraftView, list, on_engagement, view};
