//! The pages of accounts and of platform staff, asked as people ask them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod boundaries;
mod inputs;
mod journeys;
mod patience;
pub(crate) mod people;
mod races;
mod staff;
