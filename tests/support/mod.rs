//! What tests stand on: the program, a database, a client that hides nothing, pages as data.

pub mod http;
pub mod loopback;
pub mod page;
pub mod postgres;
pub mod program;
pub mod world;
