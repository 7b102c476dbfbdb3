//! The profiles room.
