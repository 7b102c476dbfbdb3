//! The security-event table: refusals, failed sign-ins, probes. Bounded by retention (R3), apart from the ledger.

use crate::error::StoreError;
use crate::pools::Store;
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

    /// The newest events, for the admin's page.
    ///
    /// # Errors
    /// The database's.
    pub fn security_events(
        &self,
        _permit: &Permit<ViewSecurity>,
        most: i64,
    ) -> Result<Vec<SecurityEvent>, StoreError> {
        type Row = (i64, String, String, Option<String>, String, String, String);
        let mut db = self.reader()?;
        let rows: Vec<Row> = security_events::table
            .order((security_events::at.desc(), security_events::id.desc()))
            .limit(most)
            .select((
                security_events::at,
                security_events::visit,
                security_events::kind,
                security_events::account,
                security_events::address,
                security_events::action,
                security_events::detail,
            ))
            .load(&mut *db)?;
        rows.into_iter()
            .map(|(at, visit, kind, account, address, action, detail)| {
                Ok(SecurityEvent {
                    at: Moment(at),
                    visit: visit.parse().map_err(|_| StoreError::Corrupt("security_events.visit"))?,
                    kind,
                    account: account.and_then(|it| it.parse().ok()),
                    address,
                    action,
                    detail,
                })
            })
            .collect()
    }
}
