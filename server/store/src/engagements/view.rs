//! The engagement page's whole model: every part holds only what its own right permits.

use super::counsel::{self, CounselView, InvitedView};
use super::documents_view::{self, DocumentView};
use super::holds_view::{self, HoldView};
use super::messages::{self, MessageView};
use super::parties::named_one;
use super::requests::{self, RequestView, with_names};
use super::{Named, notes};
use crate::drafts::{self, DraftView};
use crate::error::StoreError;
use crate::lists::{Page, Part};
use crate::read::Read;
use crate::schema::engagements;
use diesel::prelude::*;
use domain::records::{EngagementState, HoldState, RequestState, Turn};
use domain::{EngagementId, Moment, Version};
use policy::actions::{
    EditNotes, InviteCounsel, PrepareDocument, PrepareMessage, ViewAuditChain, ViewCommission,
    ViewEngagement, ViewFee, ViewNotes, WithdrawCounsel,
};
use policy::{Permit, Unasked};
use std::collections::HashMap;

/// What the asker may do on the engagement itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)]
pub struct May {
    /// Prepare a message.
    pub write: bool,
    /// Add and share documents.
    pub add: bool,
    /// Write the own side's notes.
    pub note: bool,
    /// Invite counsel.
    pub invite: bool,
    /// End counsel's access.
    pub withdraw: bool,
    /// See the fee.
    pub fee: bool,
    /// Read the ledger.
    pub ledger: bool,
}

/// An engagement as this asker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngagementView {
    /// The engagement.
    pub id: EngagementId,
    /// Its edition.
    pub version: Version,
    /// Its names.
    pub named: Named,
    /// When it began.
    pub created_at: Moment,
    /// How far it is, as the asker's records tell.
    pub state: EngagementState,
    /// Whose move is next, as the asker's records tell.
    pub turn: Turn,
    /// Newest first.
    pub requests: Vec<RequestView>,
    /// Newest first.
    pub holds: Vec<HoldView>,
    /// Newest first.
    pub messages: Part<MessageView>,
    /// Newest first.
    pub documents: Part<DocumentView>,
    /// The own workspace's drafts that wait.
    pub drafts: Vec<DraftView>,
    /// Counsel in force.
    pub counsel: Vec<CounselView>,
    /// Counsel whom the own workspace invited and who has not come yet, where the asker may invite.
    pub invited: Vec<InvitedView>,
    /// The agency's commission in hundredths of a per cent, where the asker may see it.
    pub commission_bp: Option<i64>,
    /// The own workspace's note and its edition, where the asker may see it.
    pub notes: Option<(String, Version)>,
    /// What the asker may do.
    pub may: May,
}

/// How far, and whose move.
#[must_use]
pub fn derived(requests: &[RequestView], holds: &[HoldView]) -> (EngagementState, Turn) {
    let held = holds.iter().any(|it| it.state == HoldState::Active);
    let state = if held { EngagementState::Held } else { EngagementState::Inquiry };
    let turn = if requests.iter().any(|it| it.state == RequestState::Submitted) {
        Turn::Office
    } else if held || requests.iter().any(|it| it.state == RequestState::Countered) {
        Turn::Presenter
    } else {
        Turn::Nobody
    };
    (state, turn)
}

/// Where what grows on an engagement begins: after which key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct After {
    /// Of the messages.
    pub messages: Option<String>,
    /// Of the documents.
    pub documents: Option<String>,
}

/// Messages or documents on one page.
const ROWS: usize = 50;

/// One engagement.
///
/// # Errors
/// The database's.
pub fn view(
    db: &mut Read<'_>,
    permit: &Permit<ViewEngagement>,
    after: After,
) -> Result<EngagementView, StoreError> {
    let id = permit.on();
    let (version, created, commission): (i64, i64, Option<i64>) = engagements::table
        .find(id.as_str())
        .select((engagements::version, engagements::created_at, engagements::commission_bp))
        .first(db.db)?;
    let requests = requests::on(db, &[id])?;
    let holds = holds_view::on(db, &[id])?;
    let (state, turn) = derived(&requests, &holds);
    let commission_open = db.may::<ViewCommission>(id, &Unasked)?;
    let notes = if db.may::<ViewNotes>(id, &Unasked)? {
        let permit = db.permit::<ViewNotes>(id, Unasked)?;
        Some(notes::view(db, &permit)?)
    } else {
        None
    };
    let may = May {
        write: db.may::<PrepareMessage>(id, &Unasked)?,
        add: db.may::<PrepareDocument>(id, &Unasked)?,
        note: db.may::<EditNotes>(id, &Unasked)?,
        invite: db.may::<InviteCounsel>(id, &Unasked)?,
        withdraw: db.may::<WithdrawCounsel>(id, &Unasked)?,
        fee: db.may::<ViewFee>(id, &Unasked)?,
        ledger: db.may::<ViewAuditChain>(id, &Unasked)?,
    };
    let invited = if may.invite {
        let permit = db.permit::<InviteCounsel>(id, Unasked)?;
        counsel::invited(db, &permit)?
    } else {
        Vec::new()
    };
    Ok(EngagementView {
        id,
        version: Version(version),
        named: named_one(db.db, id)?,
        created_at: Moment(created),
        state,
        turn,
        requests,
        holds,
        messages: messages::on(db, id, &Page { after: after.messages, limit: ROWS })?,
        documents: documents_view::on(db, id, &Page { after: after.documents, limit: ROWS })?,
        drafts: drafts::on_engagement(db, id)?,
        counsel: counsel::on(db, id)?,
        invited,
        commission_bp: commission.filter(|_| commission_open),
        notes,
        may,
    })
}

/// The names on an engagement, for pages about one of its parts.
///
/// # Errors
/// The database's.
pub fn names(db: &mut Read<'_>, permit: &Permit<ViewEngagement>) -> Result<Named, StoreError> {
    named_one(db.db, permit.on())
}

/// An engagement in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngagementRow {
    /// The engagement.
    pub id: EngagementId,
    /// How far it is.
    pub state: EngagementState,
    /// Whose move is next.
    pub turn: Turn,
    /// The first request's days, where the asker may see it.
    pub days: Option<(domain::Day, domain::Day)>,
}

/// The engagements that the asker may see, newest first.
///
/// # Errors
/// The database's.
pub fn list(
    db: &mut Read<'_>,
    page: &Page,
) -> Result<(Vec<(EngagementRow, Named)>, Option<String>), StoreError> {
    let scope = db.scope::<ViewEngagement>(&Unasked);
    let found = db.list(&scope, &Unasked, || None, page)?;
    Ok((rows(db, &found.rows)?, found.next))
}

/// Engagements with these permits, in their order. What hangs on them is asked once for all.
pub(crate) fn rows(
    db: &mut Read<'_>,
    permits: &[Permit<ViewEngagement>],
) -> Result<Vec<(EngagementRow, Named)>, StoreError> {
    let ids: Vec<EngagementId> = permits.iter().map(Permit::on).collect();
    let (mut requests, mut holds) = (HashMap::new(), HashMap::new());
    for it in requests::on(db, &ids)? {
        requests.entry(it.engagement).or_insert_with(Vec::new).push(it);
    }
    for it in holds_view::on(db, &ids)? {
        holds.entry(it.engagement).or_insert_with(Vec::new).push(it);
    }
    let row = |id: EngagementId| {
        let requests = requests.get(&id).map(Vec::as_slice).unwrap_or_default();
        let (state, turn) = derived(requests, holds.get(&id).map(Vec::as_slice).unwrap_or_default());
        let days = requests.first().map(|it| (it.first_day, it.last_day));
        EngagementRow { id, state, turn, days }
    };
    let rows = ids.into_iter().map(row).collect();
    with_names(db, rows, |it| it.id)
}
