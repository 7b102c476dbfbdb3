//! The requests that wait for a side's answer: all of them counted, the newest shown.

use super::Named;
use super::requests::{RequestView, rows, with_names};
use crate::error::StoreError;
use crate::lists::{Cond, Page};
use crate::read::Read;
use crate::schema::requests;
use diesel::prelude::*;
use domain::records::{RequestState, Turn};
use policy::{Unasked, actions::ViewRequest};

/// Most that are counted.
pub const MOST: usize = 200;

/// Requests that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The newest.
    pub newest: Vec<(RequestView, Named)>,
    /// How many there are, up to [`MOST`].
    pub count: usize,
    /// Whether there are more than that.
    pub more: bool,
}

/// The requests that the asker may see and that wait for an answer of this turn's side: the newest `shown` of them.
///
/// # Errors
/// The database's.
pub fn open(db: &mut Read<'_>, turn: Turn, shown: usize) -> Result<Open, StoreError> {
    let states: Vec<&str> = [RequestState::Submitted, RequestState::Countered]
        .into_iter()
        .filter(|it| it.turn() == turn)
        .map(RequestState::as_str)
        .collect();
    let narrow =
        || -> Option<Cond<requests::table>> { Some(Box::new(requests::state.eq_any(states.clone()))) };
    let scope = db.scope::<ViewRequest>(&Unasked);
    let found = db.list(&scope, &Unasked, narrow, &Page::first(MOST))?;
    let views = rows(db, found.rows.get(..shown).unwrap_or(&found.rows))?;
    let newest = with_names(db, views, |it| it.engagement)?;
    Ok(Open { newest, count: found.rows.len(), more: found.next.is_some() })
}
