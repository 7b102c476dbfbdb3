//! Deadlines that took effect or are near: worked through in their order, each by itself, so that one that cannot be done
//! stops no other.

use crate::error::StoreError;

/// How many are looked up at once.
pub(crate) const PAGE: i64 = 100;

/// Does what is due until `most` are done or nothing is left, and says how many were done. `due` gives up to [`PAGE`]
/// behind the one named, in their order; `act` does one. Whoever is passed over (refused, changed, gone) is left behind,
/// however many they are, and asked again the next time.
pub(crate) fn each<K>(
    most: i64,
    due: impl Fn(Option<&K>) -> Result<Vec<K>, StoreError>,
    act: impl Fn(&K) -> Result<(), StoreError>,
) -> Result<usize, StoreError> {
    let (mut done, mut behind) = (0, None);
    loop {
        let page = due(behind.as_ref())?;
        for it in &page {
            if i64::try_from(done).is_ok_and(|it| it >= most) {
                return Ok(done);
            }
            match act(it) {
                Ok(()) => done += 1,
                // somebody ended it, another server was quicker, or it may not be
                Err(
                    StoreError::Stale { .. }
                    | StoreError::Refused(_)
                    | StoreError::Absent
                    | StoreError::Conflict(_),
                ) => {}
                Err(StoreError::Corrupt(what)) => tracing::error!(what, "a deadline cannot be read"),
                Err(other) => return Err(other),
            }
        }
        if i64::try_from(page.len()).is_ok_and(|it| it < PAGE) {
            return Ok(done);
        }
        behind = page.into_iter().next_back();
    }
}
