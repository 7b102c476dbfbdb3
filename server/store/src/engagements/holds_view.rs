//! Holds as their parties see them. Which holds those are is the policies' list: a presenter's own, an office's own
//! engagements; nobody is shown another presenter's.

use super::Named;
use super::ranks;
use super::requests::with_names;
use crate::error::StoreError;
use crate::lists::{Cond, Page};
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{hold_days, holds};
use diesel::prelude::*;
use domain::records::HoldState;
use domain::{Day, EngagementId, HoldId, Moment, RequestId, Version, WorkspaceId};
use policy::{Permit, Unasked, actions::ViewHold};

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldView {
    /// The hold.
    pub id: HoldId,
    /// Its edition.
    pub version: Version,
    /// On which engagement.
    pub engagement: EngagementId,
    /// Granted on which request.
    pub request: RequestId,
    /// Where it stands.
    pub state: HoldState,
    /// The first day.
    pub first_day: Day,
    /// The last day.
    pub last_day: Day,
    /// Its ranks day by day; none once it is over.
    pub ranks: Vec<(Day, i64)>,
    /// When it was granted.
    pub granted_at: Moment,
    /// When it lapses.
    pub expires_at: Moment,
    /// Why it was taken back.
    pub reason: Option<String>,
}

impl HoldView {
    /// The worst rank, which is the one shown; 0 once it is over.
    #[must_use]
    pub fn rank(&self) -> i64 {
        ranks::worst(&self.ranks)
    }
}

type Raw = (
    (Word<HoldId>, i64, Word<EngagementId>, Word<RequestId>, Word<HoldState>),
    (Word<Day>, Word<Day>, i64, i64, Option<String>),
);

/// Holds with these permits, in their order.
pub(crate) fn rows(db: &mut Read<'_>, permits: &[Permit<ViewHold>]) -> Result<Vec<HoldView>, StoreError> {
    let ids: Vec<String> = permits.iter().map(|it| it.on().to_string()).collect();
    let raw: Vec<Raw> = holds::table
        .filter(holds::id.eq_any(&ids))
        .select((
            (holds::id, holds::version, holds::engagement, holds::request, holds::state),
            (holds::first_day, holds::last_day, holds::granted_at, holds::expires_at, holds::reason),
        ))
        .load(db.db)?;
    let days: Vec<(Word<HoldId>, Word<Day>, i64)> = hold_days::table
        .filter(hold_days::hold.eq_any(&ids))
        .order((hold_days::hold, hold_days::day))
        .select((hold_days::hold, hold_days::day, hold_days::rank))
        .load(db.db)?;
    let mut views: Vec<HoldView> = raw
        .into_iter()
        .map(|((id, version, engagement, request, state), (first, last, granted, expires, reason))| {
            HoldView {
                id: id.0,
                version: Version(version),
                engagement: engagement.0,
                request: request.0,
                state: state.0,
                first_day: first.0,
                last_day: last.0,
                ranks: days.iter().filter(|it| it.0 == id).map(|it| (it.1.0, it.2)).collect(),
                granted_at: Moment(granted),
                expires_at: Moment(expires),
                reason,
            }
        })
        .collect();
    views.sort_by_key(|it| ids.iter().position(|id| *id == it.id.to_string()));
    Ok(views)
}

/// One hold with its engagement's names.
///
/// # Errors
/// The database's.
pub fn view(db: &mut Read<'_>, permit: Permit<ViewHold>) -> Result<(HoldView, Named), StoreError> {
    let hold = rows(db, &[permit])?.pop().ok_or(StoreError::Absent)?;
    let named = super::parties::named_one(db.db, hold.engagement)?;
    Ok((hold, named))
}

/// The holds that the asker may see, newest first.
///
/// # Errors
/// The database's.
pub fn list(db: &mut Read<'_>, page: &Page) -> Result<(Vec<(HoldView, Named)>, Option<String>), StoreError> {
    let scope = db.scope::<ViewHold>(&Unasked);
    let found = db.list(&scope, &Unasked, || None, page)?;
    let views = rows(db, &found.rows)?;
    Ok((with_names(db, views, |it| it.engagement)?, found.next))
}

/// The holds of these engagements that the asker may see, newest first.
pub(crate) fn on(db: &mut Read<'_>, engagements: &[EngagementId]) -> Result<Vec<HoldView>, StoreError> {
    let scope = db.scope::<ViewHold>(&Unasked);
    let narrow = || -> Option<Cond<holds::table>> {
        Some(Box::new(holds::engagement.eq_any(crate::facts::texts(engagements))))
    };
    let permits = db.list_all(&scope, &Unasked, narrow)?;
    rows(db, &permits)
}

/// The holds in force that the asker may see and that lapse until `until`, the next one first; at most 200.
///
/// # Errors
/// The database's.
pub fn ending(db: &mut Read<'_>, until: Moment) -> Result<Vec<(HoldView, Named)>, StoreError> {
    let scope = db.scope::<ViewHold>(&Unasked);
    let narrow = || -> Option<Cond<holds::table>> {
        Some(Box::new(holds::state.eq(HoldState::Active.as_str()).and(holds::expires_at.le(until.0))))
    };
    let found = db.list(&scope, &Unasked, narrow, &Page::first(200))?;
    let mut views = rows(db, &found.rows)?;
    views.sort_by_key(|it| (it.expires_at, it.id));
    with_names(db, views, |it| it.engagement)
}

/// The other holds in force on these days of the same artist that the asker may see: an office all of its own, a
/// presenter none but its own. In the order of ranks.
///
/// # Errors
/// The database's.
pub fn beside(db: &mut Read<'_>, hold: &HoldView) -> Result<Vec<(HoldView, Named)>, StoreError> {
    let artist: Word<WorkspaceId> = holds::table.find(hold.id.as_str()).select(holds::artist).first(db.db)?;
    let scope = db.scope::<ViewHold>(&Unasked);
    let narrow = || -> Option<Cond<holds::table>> {
        Some(Box::new(
            holds::artist
                .eq(artist.0.to_string())
                .and(holds::state.eq(HoldState::Active.as_str()))
                .and(holds::first_day.le(hold.last_day.to_string()))
                .and(holds::last_day.ge(hold.first_day.to_string()))
                .and(holds::id.ne(hold.id.to_string())),
        ))
    };
    let found = db.list(&scope, &Unasked, narrow, &Page::first(100))?;
    let mut views = rows(db, &found.rows)?;
    views.sort_by_key(HoldView::rank);
    with_names(db, views, |it| it.engagement)
}
