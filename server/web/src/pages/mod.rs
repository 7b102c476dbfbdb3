//! The pages, a folder a room. Each room lists its routes; this is where they become one table.

mod accounts;
mod admin;
mod drafts;
mod engagements;
mod enquiries;
mod explorer;
mod folio;
mod ops;
mod profiles;
mod public;
mod today;

use crate::house::House;
use crate::routes::Route;

/// Every route of the house.
#[must_use]
pub fn routes() -> Vec<Route<House>> {
    let mut all = ops::routes();
    all.extend(today::routes());
    all.extend(profiles::routes());
    all.extend(folio::routes());
    all.extend(explorer::routes());
    all.extend(accounts::routes());
    all.extend(admin::routes());
    all.extend(public::routes());
    all.extend(engagements::routes());
    all.extend(drafts::routes());
    all.extend(enquiries::routes());
    all
}
