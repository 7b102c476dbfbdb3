//! Pages of engagements: lists, one engagement, its records, its ledger; for parties and for counsel.

mod answers;
mod api;
mod chain;
mod documents;
mod holds;
mod messages;
mod own;
pub(super) mod parts;
mod requests;
mod show;
#[cfg(test)]
mod tests;

use crate::house::House;
use crate::routes::Route;

/// Every route of this room.
#[must_use]
pub(super) fn routes() -> Vec<Route<House>> {
    let rooms = [show::routes(), requests::routes(), answers::routes(), holds::routes(), messages::routes()];
    let more = [documents::routes(), own::routes(), chain::routes(), api::routes()];
    rooms.into_iter().chain(more).flatten().collect()
}
