//! What tests stand on: the program, a database, a client that hides nothing, pages as data.

pub mod db;
pub mod http;
pub mod loopback;
pub mod mail;
pub mod page;
pub mod postgres;
pub mod program;
pub mod recorded;
pub mod routes;
pub mod world;

/// Writes a test twice: on SQLite and on PostgreSQL, each with a world of its own.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::$name(&crate::support::program::Program::demo()); })+ }
        mod postgres {
            $(#[test] fn $name() {
                let database = crate::support::postgres::Database::new(crate::support::postgres::Server::Fast);
                let demo = crate::support::program::Demo::default().database(database.url()).start();
                super::$name(&demo);
                // The program lets go of its database before that goes away.
                drop(demo);
            })+
        }
    };
}
pub(crate) use on_both;
