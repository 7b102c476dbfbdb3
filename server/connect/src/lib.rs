//! The outside world: mail, documents, error reports and logs. One trait each where there is a choice, real adapters.
//!
//! Nothing here decides who may do what, and nothing personal leaves by a log line or an error report.

pub mod documents;
pub mod logs;
pub mod mail;
pub mod reports;
pub mod scrub;
