//! Planting a made-up world: rows in bulk, and ledger entries as the people of that world would have left them. For an
//! operator at the command line alone, on a database of their own; no route leads here.

use crate::db::{self, Db, Kind, each};
use crate::error::StoreError;
use crate::ledger::{self, Event, Stamp};
use crate::pools::Store;
use crate::schema::{accounts, workspaces};
use diesel::prelude::*;
use domain::{Id, Moment};
use policy::{Asker, Permit, actions::PlantDemo};
use std::sync::Arc;

/// Rows that travel in one statement.
const CHUNK: usize = 500;

macro_rules! rows { ($($(#[$doc:meta])* $Row:ident, $insert:ident, $table:ident { $($field:ident: $Type:ty),+ $(,)? })+) => { $(
    $(#[$doc])*
    #[derive(Debug, Clone, Insertable)]
    #[diesel(table_name = crate::schema::$table)]
    #[allow(missing_docs)] // the columns of `schema/migrations`, named alike
    pub struct $Row { $(pub $field: $Type),+ }
    impl Plant<'_> {
        $(#[$doc])*
        ///
        /// # Errors
        /// The database's.
        pub fn $insert(&mut self, rows: Vec<$Row>) -> Result<(), StoreError> {
            for chunk in rows.chunks(CHUNK) {
                each!(&mut *self.db, it => {
                    diesel::insert_into(crate::schema::$table::table).values(chunk).execute(it)
                })?;
            }
            Ok(())
        }
    }
)+ } }

rows! {
    /// Accounts.
    AccountRow, accounts, accounts {
        id: String, person: String, email: String, mailbox: String, name: String, status: &'static str,
        applicant: &'static str, application: String, is_admin: bool, created_at: i64, version: i64,
    }
    /// Workspaces.
    WorkspaceRow, workspaces, workspaces {
        id: String, kind: &'static str, name: String, name_key: String, verified: bool, plan: &'static str, created_at: i64, version: i64,
    }
    /// Memberships.
    MembershipRow, memberships, memberships {
        id: String, account: String, workspace: String, role: &'static str, grants: &'static str, in_person: bool,
        created_at: i64, version: i64,
    }
    /// Sessions.
    SessionRow, sessions, sessions {
        id: String, token: Vec<u8>, account: String, form_secret: Vec<u8>, agent: &'static str, created_at: i64,
        seen_at: i64, expires_at: i64, factor_at: Option<i64>,
    }
    /// Second factors.
    FactorRow, factors, factors { account: String, secret: Vec<u8>, confirmed_at: Option<i64>, last_step: i64 }
    /// Recovery codes of second factors.
    RecoveryRow, recovery_codes, recovery_codes { account: String, hash: Vec<u8> }
    /// Profiles.
    ProfileRow, profiles, profiles {
        id: String, workspace: String, slug: String, name: String, sort_name: String, name_key: String,
        discipline: &'static str, biography: String, based_in: &'static str, contact_email: String,
        contact_phone: String, level: &'static str, opted_in: bool, discoverable: bool, claimed: bool,
        created_at: i64, version: i64,
    }
    /// Addresses of folios.
    SlugRow, slugs, slugs { slug: String, profile: String }
    /// Mandates.
    MandateRow, mandates, mandates {
        id: String, artist: String, agency: String, profile: String, territory: &'static str, commission_bp: i64,
        payload: String, digest: String, state: &'static str, offered_by: String, offered_at: i64, starts_at: Option<i64>,
        ends_at: Option<i64>, version: i64,
    }
    /// Partnerships.
    PartnershipRow, partnerships, partnerships {
        id: String, asker: String, asked: String, payload: String, digest: String, state: &'static str,
        offered_by: String, created_at: i64, version: i64,
    }
    /// Invitations to stealth rosters.
    StealthRow, stealth_invitations, stealth_invitations {
        profile: String, presenter: String, inviter: String, created_at: i64,
    }
    /// What was typed to invite presenters.
    AskRow, asks, presenter_asks {
        profile: String, mailbox: String, inviter: String, presenter: Option<String>, created_at: i64,
    }
    /// Engagements.
    EngagementRow, engagements, engagements {
        id: String, reference: String, title: String, title_key: String, artist: String, profile: String, agency: Option<String>,
        presenter: String, commission_bp: Option<i64>, created_at: i64, version: i64,
    }
    /// Counsel on engagements.
    CounselRow, engagement_counsel, engagement_counsel {
        engagement: String, account: String, side: &'static str, invited_at: i64,
    }
    /// Requests.
    RequestRow, requests, requests {
        id: String, engagement: String, artist: String, agency: Option<String>, presenter: String,
        state: &'static str, first_day: String, last_day: String, venue: String, programme: String,
        fee_minor: Option<i64>, currency: Option<&'static str>, offered_by: String, submitted_at: i64,
        answered_at: Option<i64>, version: i64,
    }
    /// Holds.
    HoldRow, holds, holds {
        id: String, engagement: String, request: String, artist: String, agency: Option<String>, presenter: String,
        state: &'static str, first_day: String, last_day: String, granted_at: i64, expires_at: i64,
        warn_at: Option<i64>, version: i64,
    }
    /// Ranks of holds, by day.
    HoldDayRow, hold_days, hold_days { hold: String, artist: String, day: String, rank: i64 }
    /// Messages.
    MessageRow, messages, messages {
        id: String, engagement: String, artist: String, agency: Option<String>, presenter: String,
        side: &'static str, author: String, body: String, sent_at: i64,
    }
    /// Documents.
    DocumentRow, documents, documents {
        id: String, engagement: String, artist: String, agency: Option<String>, presenter: String,
        side: &'static str, title: String, file_name: String, media_type: &'static str, bytes: i64, digest: String,
        state: &'static str, shared: bool, author: String, added_at: i64, version: i64,
    }
    /// Documents open to counsel.
    DocumentCounselRow, document_counsel, document_counsel {
        document: String, account: String, engagement: String, side: &'static str,
    }
    /// Drafts.
    DraftRow, drafts, drafts {
        id: String, owner_kind: &'static str, owner: String, kind: &'static str, engagement: Option<String>,
        target: Option<String>, payload: String, digest: String, state: &'static str, prepared_by: String,
        prepared_at: i64, expires_at: i64, version: i64,
    }
    /// Enquiries.
    EnquiryRow, enquiries, enquiries {
        id: String, artist: Option<String>, agency: Option<String>, artist_text: String, day: Option<String>,
        organisation: String, name: String, email: String, message: String, state: &'static str, received_at: i64,
        version: i64,
    }
}

/// A transaction in which a world is planted.
pub struct Plant<'a> {
    db: &'a mut Db,
    store: &'a Store,
}

impl Plant<'_> {
    /// A fresh id.
    pub fn fresh<I: Id>(&self, now: Moment) -> I {
        self.store.fresh(now)
    }

    /// A ledger entry as this person would have left it, by this action and these policies.
    ///
    /// # Errors
    /// The database's.
    pub fn record(
        &mut self,
        asker: &Arc<Asker>,
        action: &'static str,
        by: &[&str],
        event: Event,
    ) -> Result<(), StoreError> {
        let by = by.iter().map(|it| (*it).to_owned()).collect();
        let stamp = Stamp { asker: asker.clone(), action, by, policies: self.store.engine().digest() };
        ledger::append(self.db, self.store, &stamp, event).map(|_| ())
    }
}

impl Store {
    /// Plants in one transaction.
    ///
    /// # Errors
    /// Those of `f`, or the database's.
    pub fn plant<T>(
        &self,
        _permit: &Permit<PlantDemo>,
        f: impl FnOnce(&mut Plant<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writer()?;
        db::transaction(&mut connection, Kind::Change, |db| f(&mut Plant { db, store: self }))
    }

    /// Whether nobody and nothing is here yet.
    ///
    /// # Errors
    /// The database's.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        let mut db = self.reader()?;
        let any: Option<String> =
            workspaces::table.select(workspaces::id).limit(1).first(&mut *db).optional()?;
        let anyone: Option<String> =
            accounts::table.select(accounts::id).limit(1).first(&mut *db).optional()?;
        Ok(any.is_none() && anyone.is_none())
    }

    /// Whether there is platform staff; the first start says how to make the first one.
    ///
    /// # Errors
    /// The database's.
    pub fn has_admin(&self) -> Result<bool, StoreError> {
        let mut db = self.reader()?;
        Ok(diesel::select(diesel::dsl::exists(accounts::table.filter(accounts::is_admin.eq(true))))
            .get_result(&mut *db)?)
    }
}
