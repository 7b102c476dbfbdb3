//! Engagements as their parties meet them, over HTTP: what each may see stays what it was when somebody who may not see it
//! prepares an answer.

mod days;
mod fees;
mod pages;
mod today;

use crate::support::db::Db;
use crate::support::program::Program;

/// A request with a fee that waits for the answer of the agency of `agency-owner`.
#[track_caller]
pub fn request_that_waits(demo: &Program, db: &mut Db) -> String {
    let agency = demo.world().persona("agency-owner").workspace.clone().unwrap();
    let sql = format!(
        "SELECT id AS text FROM requests WHERE agency = '{agency}' AND state = 'submitted' AND fee_minor IS NOT NULL \
         ORDER BY id"
    );
    let found = db.text(&sql);
    assert!(!found.is_empty(), "no request waits for the agency");
    found
}
