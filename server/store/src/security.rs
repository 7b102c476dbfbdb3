//! The security-event table: refusals, failed sign-ins, probes. Bounded by retention (R3), apart from the ledger.

use crate::error::StoreError;
use crate::lists::{MultiBackend, Page, Part};
use crate::pools::Store;
use crate::read::Read;
use crate::schema::security_events;
use diesel::prelude::*;
use domain::{AccountId, Id, Moment, VisitId};
use policy::{Permit, actions::ViewSecurity};

/// Something a security-minded person wants to know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityEvent {
    /// When.
    pub at: Moment,
    /// On which visit.
    pub visit: VisitId,
    /// What kind: `refused`, `probing` (refused so often that they are slowed), `limited` (beyond a rate limit), `sign-in-failed`,
    /// `factor-failed`.
    pub kind: String,
    /// Whose account, where one is known.
    pub account: Option<AccountId>,
    /// From which address.
    pub address: String,
    /// What was asked: an action or a route.
    pub action: String,
    /// What else: the thing's id as it was asked for.
    pub detail: String,
}

impl SecurityEvent {
    /// Every kind.
    pub const KINDS: [&'static str; 5] = ["refused", "probing", "limited", "sign-in-failed", "factor-failed"];
}

impl Store {
    /// Notes an event. No permit: it is what is written when there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn security_note(&self, event: &SecurityEvent) -> Result<(), StoreError> {
        self.security_notes(std::slice::from_ref(event))
    }

    /// Notes events together, all of them or none.
    ///
    /// # Errors
    /// As [`Store::security_note`].
    pub fn security_notes(&self, events: &[SecurityEvent]) -> Result<(), StoreError> {
        // a person chooses what is asked for: bounded here once, for every caller
        let bounded = |it: &str| it.chars().filter(|it| !it.is_control()).take(200).collect::<String>();
        self.change(|db| {
            for event in events {
                let id: VisitId = self.fresh(event.at);
                diesel::insert_into(security_events::table)
                    .values((
                        security_events::id.eq(id.key().as_str()),
                        security_events::at.eq(event.at.0),
                        security_events::visit.eq(event.visit.as_str()),
                        security_events::kind.eq(bounded(&event.kind)),
                        security_events::account.eq(event.account.as_ref().map(ToString::to_string)),
                        security_events::address.eq(bounded(&event.address)),
                        security_events::action.eq(bounded(&event.action)),
                        security_events::detail.eq(bounded(&event.detail)),
                    ))
                    .execute(db)?;
            }
            Ok(())
        })
    }
}

/// A page of events, the newest first, of this kind where one is named.
///
/// # Errors
/// The database's.
pub fn security_events(
    db: &mut Read<'_>,
    _permit: &Permit<ViewSecurity>,
    kind: Option<&str>,
    page: &Page,
) -> Result<Part<SecurityEvent>, StoreError> {
    type Row = ((String, i64), String, String, Option<String>, String, String, String);
    let limit = page.limit.clamp(1, 200);
    let mut asked = security_events::table.into_boxed::<MultiBackend>();
    if let Some(kind) = kind {
        asked = asked.filter(security_events::kind.eq(kind.to_owned()));
    }
    if let Some(after) = page.key() {
        asked = asked.filter(security_events::id.lt(after));
    }
    let mut rows: Vec<Row> = asked
        // ids are in order of time
        .order(security_events::id.desc())
        .limit(i64::try_from(limit).unwrap_or(200) + 1)
        .select((
            (security_events::id, security_events::at),
            security_events::visit,
            security_events::kind,
            security_events::account,
            security_events::address,
            security_events::action,
            security_events::detail,
        ))
        .load(db.db)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|it| it.0.0.clone());
    let rows = rows.into_iter().map(|((_, at), visit, kind, account, address, action, detail)| {
        Ok(SecurityEvent {
            at: Moment(at),
            visit: visit.parse().map_err(|_| StoreError::Corrupt("security_events.visit"))?,
            kind,
            account: account.and_then(|it| it.parse().ok()),
            address,
            action,
            detail,
        })
    });
    Ok(Part { rows: rows.collect::<Result<_, StoreError>>()?, next })
}

/// How many events of each kind there were in the last day, in the order of [`SecurityEvent::KINDS`].
///
/// # Errors
/// The database's.
pub fn security_day(
    db: &mut Read<'_>,
    _permit: &Permit<ViewSecurity>,
) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let since = db.now().plus(-Moment::DAY).0;
    let counted: Vec<(String, i64)> = security_events::table
        .filter(security_events::at.gt(since))
        .group_by(security_events::kind)
        .select((security_events::kind, diesel::dsl::count_star()))
        .load(db.db)?;
    let of = |kind: &str| counted.iter().find(|it| it.0 == kind).map_or(0, |it| it.1);
    Ok(SecurityEvent::KINDS.iter().map(|it| (*it, of(it))).collect())
}
