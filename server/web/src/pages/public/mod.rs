//! Forms that strangers send, from static pages without cookies.

mod contact;
mod request_hold;
pub(crate) mod two_step;

use crate::house::House;
use crate::routes::Route;

pub(super) fn routes() -> Vec<Route<House>> {
    let mut all = contact::routes();
    all.extend(request_hold::routes());
    all
}
