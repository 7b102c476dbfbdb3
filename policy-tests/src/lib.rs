//! What the policies are held to, beside what is proved of them.
//!
//! - [`cases`]: examples in `cases/*.toml`, each with its decision AND the ids of the policies that decide it
//! - [`proofs`]: theorems over ALL requests
//! - [`matrix`]: every principal × action × situation on one page, `expected/matrix.txt`
//! - [`oracle`]: every right told a second time in plain Rust, from the requirements and not from the policies
//! - [`mutants`]: every policy weakened in every single way, and who notices
//! - [`publish`]: what the public site shows of all this
//! - [`vetting`]: all of it that a set of policies must pass before it may decide anywhere
//! - [`world`]: askers and things drawn at random, for properties
//!
//! The library knows no test harness, so that the program runs the same cases over any policies it is given.

mod asked;
pub mod breaks;
pub mod cases;
pub mod cast;
pub mod coverage;
pub mod fields;
pub mod matrix;
pub mod mutants;
pub mod oracle;
pub mod people;
pub mod proofs;
pub mod publish;
pub mod situations;
pub mod things;
pub mod threads;
pub mod vetting;
pub mod world;

pub use breaks::Practices;
pub use cases::{Case, Cases, Failure, Report};
pub use cast::Cast;
pub use policy::ask::{self, Answer, Unaskable, ask};
pub use things::{Thing, Told};
