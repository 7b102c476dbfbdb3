//! The site: the real one as it stands, the rules of Zola that it relies on, and what a fault in it looks like.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod html;
mod policies;
mod real;
mod rules;
mod words;
