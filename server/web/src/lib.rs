//! The floor that knows HTTP: the hardened loop, requests and their parsing, problems, limits, routes, views, assets.

pub mod assets;
pub mod change;
pub mod csrf;
pub mod edge;
mod frame;
pub mod headers;
pub mod house;
pub mod http;
pub mod limits;
pub mod pages;
pub mod problem;
pub mod reply;
pub mod routes;
pub mod serve;
pub mod totp;
pub mod view;
pub mod visit;

pub use change::{Sent, Sheet};
pub use edge::{AppState, Chance, Clock, Edge};
pub use house::{House, Settings};
pub use http::Rq;
pub use problem::Problem;
pub use routes::{Answer, Call, Handler, Holes, Most, Rate, Route, Table};
pub use visit::{As, Visit};
pub use warp::reply::Response;
