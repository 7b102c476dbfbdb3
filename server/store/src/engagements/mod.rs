//! Engagements and their records (spec P4–P9): requests, answers, holds, messages, documents, notes, counsel, enquiries.

pub mod answers;
pub mod contents;
pub mod counsel;
pub mod documents;
pub mod documents_view;
pub mod enquiries;
pub mod enquiries_view;
pub mod holds;
pub mod holds_view;
pub(crate) mod letters;
pub mod messages;
pub mod notes;
pub mod open;
mod parties;
pub mod ranks;
pub mod requests;
pub mod search;
pub mod triage;
pub mod view;
pub mod warnings;

pub use parties::{Named, Party};
