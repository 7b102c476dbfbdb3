//! The words of the house: ids, values, states and transitions. Pure: no input or output, no clock, no Cedar, no SQL.

pub mod bounded;
pub mod digest;
pub mod ids;
pub mod levels;
pub mod people;
pub mod records;
pub mod time;

pub use bounded::{Bounded, Fault};
pub use digest::Digest;
pub use ids::*;
pub use levels::Level;
pub use people::{AccountStatus, Capability, Kind, Plan, Role, Side};
pub use time::{Day, Mint, Moment};

/// The edition of a row that a decision was made on. Starts at 1, grows by one with each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Version(pub i64);
