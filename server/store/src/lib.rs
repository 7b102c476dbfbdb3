//! The only floor that touches rows. It takes permits and scopes, never bare ids of tenants' things.
//!
//! ```text
//! store.read(&asker, |db| …)             one snapshot: decide, then fetch what was permitted
//! store.write(permit, |tx, facts| …)     decide again inside, then change + ledger entry + letters in one transaction
//! ```

pub mod accounts;
pub mod db;
mod deadlines;
mod decisions;
mod doors;
pub mod drafts;
pub mod engagements;
mod error;
pub mod explorer;
mod facts;
mod forms;
mod housekeeping;
pub mod ledger;
mod lists;
mod outbox;
pub mod plant;
pub mod policies;
mod pools;
pub mod profiles;
mod read;
mod reviews;
mod rows;
pub mod schema;
mod security;
mod standing;
mod statements;
mod write;

pub use db::Db;
pub use decisions::{DecisionLog, DecisionRow};
pub use doors::{Acting, Doors};
pub use error::StoreError;
pub use facts::Load;
pub use housekeeping::{EVENTS, LETTERS};
pub use ledger::{Audience, Event, Field};
pub use lists::{ListText, Page, PageOf, Part, Row, To, list_text};
pub use outbox::{Letter, Mail};
pub use pools::{Options, Store};
pub use read::Read;
pub use reviews::{Principals, Things};
pub use rows::Word;
pub use security::{SecurityEvent, security_day, security_events};
pub use standing::{Fault, InForce};
pub use statements::statements;
pub use write::{Change, Write};
