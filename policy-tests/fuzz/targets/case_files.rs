//! Case files with a few edits.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| policy_fuzz::case_files(bytes));
