//! What the policies are held to. One binary; each module is one kind of promise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

mod across;
mod cases;
mod explain;
mod files;
mod fuzz;
mod gates;
mod matrix;
mod mutants;
mod oracle;
mod peers;
mod proofs;
mod properties;
mod publish;
mod reviewed;
mod solver;
mod vetting;
