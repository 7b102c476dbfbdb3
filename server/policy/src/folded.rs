//! Slices in which the asker is known already: for pages of many rows, where that pays.
//!
//! Partial evaluation once more, with the asker's id and attributes told, leaves fewer and shorter rules, and rows are
//! decided without the asker's entity. It costs about as much as forty rows, so the result is kept. It stays true as
//! long as the policies do: the key holds every attribute of the asker, and nothing of the context is folded in.

use crate::engine::{Environment, residuals};
use crate::entity::Attributes;
use crate::slice::Slice;
use cedar_policy::{EntityUid, Schema};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How many are kept; each is a few kilobytes.
const MOST: usize = 2_000;

type Key = (Environment, String);

/// What was folded so far.
#[derive(Default)]
pub(crate) struct Folds {
    kept: Mutex<HashMap<Key, Arc<Slice>>>,
}

impl Folds {
    /// The slice with the asker folded in; the slice itself where that cannot be done, which decides just the same.
    pub(crate) fn of(
        &self,
        slice: &Arc<Slice>,
        at: Environment,
        action: &EntityUid,
        id: &str,
        attributes: &Attributes<'_>,
        schema: &Schema,
    ) -> Arc<Slice> {
        let key = (at, format!("{id} {attributes:?}"));
        if let Some(kept) = self.kept.lock().ok().and_then(|it| it.get(&key).cloned()) {
            return kept;
        }
        let folded =
            residuals(&slice.residuals, at, action, Some((id, attributes)), schema).and_then(Slice::of);
        let Ok(folded) = folded.map(Arc::new) else { return slice.clone() };
        if let Ok(mut kept) = self.kept.lock() {
            // all at once is simple, and who still reads pages is back after one page
            if kept.len() >= MOST {
                kept.clear();
            }
            kept.insert(key, folded.clone());
        }
        folded
    }
}
