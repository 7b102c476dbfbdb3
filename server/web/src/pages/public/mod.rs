//! Forms that strangers send, from static pages without cookies.

mod contact;
pub(crate) mod two_step;

use crate::house::House;
use crate::routes::Route;

pub(super) fn routes() -> Vec<Route<House>> {
    contact::routes()
}
