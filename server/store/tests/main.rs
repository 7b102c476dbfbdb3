//! The store against both databases. SQLite needs nothing; PostgreSQL is the server that `KALINKLO_TEST_POSTGRES` names,
//! whose user may make databases. Without it those tests fail, unless `KALINKLO_WITHOUT_POSTGRES=1` leaves them out.
// helpers here are only called by tests, where a panic is a failure told
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod constraints;
mod decisions;
mod engagements;
mod ledger;
mod lists;
mod migrations;
mod outbox;
mod policies;
mod pools;
mod support;
mod tampering;
mod writes;
