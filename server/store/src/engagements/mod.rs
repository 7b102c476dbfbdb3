//! The engagements room.
