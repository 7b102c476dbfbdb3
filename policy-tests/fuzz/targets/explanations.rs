//! Requests to explain.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| policy_fuzz::explanations(bytes));
