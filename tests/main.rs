//! Tests of the whole house from outside: the running program, its pages in a browser, and the repository's text.
//!
//! One binary. `support` starts things and speaks to them; `browser` drives Chromium; `tidy` reads the sources.
//! README.md beside this file describes the world that other people's test programs read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it met by panicking; helpers outside `#[test]` functions do too"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test looks at the clock to give up, and to compare two answers in one run"
)]
#![allow(
    unreachable_pub,
    dead_code,
    reason = "helpers are written once, whole, for all the rooms of this binary"
)]

mod boundaries;
mod browser;
mod crash;
mod crawler;
mod documents;
mod engagements;
mod explorer;
mod input;
mod interference;
mod journeys;
mod letters;
mod oracle;
mod profiles;
mod reload;
mod reviewers;
mod serve;
mod staff;
mod support;
mod tidy;
