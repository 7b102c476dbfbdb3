//! The properties that the targets hold, as the tests have them, and bytes as choices.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/fuzz/properties.rs"]
mod properties;

use policy_tests::world::Choices;

macro_rules! targets { ($($name:ident),+ $(,)?) => { $(
    #[doc = concat!("Holds `", stringify!($name), "` for these bytes; panics where it does not hold.")]
    pub fn $name(bytes: &[u8]) {
        properties::$name(&mut Choices::of(bytes.to_vec()));
    }
)+ } }
targets!(policies, case_files, facts, explanations);
