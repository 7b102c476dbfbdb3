//! Accounts on both databases. SQLite needs nothing; PostgreSQL is the server that `KALINKLO_TEST_POSTGRES` names.

// helpers here are only called by tests, where a panic is a failure told
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::needless_pass_by_value)]

mod ground;
mod people;

mod applications;
mod codes;
mod factors;
mod invitations;
mod links;
mod reviews;
mod security;
mod seeded;
mod teams;

pub(crate) use ground::Ground;
