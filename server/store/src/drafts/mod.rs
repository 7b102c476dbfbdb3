//! The drafts room.
