//! Policies and schema with a few edits.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| policy_fuzz::policies(bytes));
