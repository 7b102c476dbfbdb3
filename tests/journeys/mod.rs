//! What people come for, in a real browser, with JavaScript off as well as on.

mod arrival;
mod engagement;
mod look;
mod visibility;
