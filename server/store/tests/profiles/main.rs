//! Profiles, mandates, partners, invitations and managed profiles, on both databases.
// helpers here are only called by tests, where a panic is a failure told
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod lists;
mod managed;
mod mandates;
mod people;
mod switches;
// helpers that other tests use stand there too
#[allow(dead_code, unused_imports)]
#[path = "../support/mod.rs"]
mod support;
