//! What an agency prepares for somebody outside: an offer of a mandate to an artist, a question to another agency.
//! Prepared as a draft with its exact payload, confirmed by a person who was shown that payload (P7).
//!
//! Whether anybody here has the address makes no difference to what the agency sees: not when it is prepared, not when
//! it is confirmed, and not in the list, until the other side answers.

use super::people;
use super::terms::{self, MandateTerms, PartnershipTerms, Terms};
use crate::db::Db;
use crate::drafts::{self as rows, Confirming, Preparation, canonical, digest_of};
use crate::engagements::letters::days;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::lists::{Cond, Page};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{drafts, mandates, partnerships, profiles};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Email;
use domain::records::{DraftKind, DraftState, MandateState, PartnershipState};
use domain::{Bounded, Day, Digest, DraftId, EngagementId, Kind, Moment, ProfileId, WorkspaceId};
use policy::actions::{PrepareMandate, PreparePartnership, ViewDraft};
use policy::{Permit, Unasked};

/// What an agency offers an artist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateOffer {
    /// The artist's address.
    pub email: Email,
    /// Where it shall hold.
    pub territory: Bounded<120>,
    /// Commission in basis points, 0 to 5000.
    pub commission_bp: i64,
    /// The first day.
    pub start: Day,
}

/// A prepared or sent offer, as the agency that made it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The draft.
    pub id: DraftId,
    /// Where the draft stands.
    pub state: DraftState,
    /// What it says.
    pub terms: Terms,
    /// The digest of exactly that.
    pub digest: Digest,
    /// Who prepared it, by name.
    pub prepared_by: String,
    /// When it was prepared.
    pub prepared_at: Moment,
    /// Until when it can be confirmed.
    pub expires_at: Moment,
    /// What the other side made of it, once it answered.
    pub answer: Option<&'static str>,
}

fn preparation(kind: DraftKind, terms: &impl serde::Serialize) -> Result<Preparation, StoreError> {
    let payload = serde_json::to_value(terms).map_err(|_| StoreError::Corrupt("terms"))?;
    Ok(Preparation { kind, engagement: None, target: None, payload, revises: None })
}

/// Prepares an offer of a mandate. Nobody outside the agency sees it yet.
///
/// # Errors
/// Refused, or the database's.
pub fn prepare_mandate(
    store: &Store,
    permit: Permit<PrepareMandate>,
    offer: &MandateOffer,
) -> Result<DraftId, StoreError> {
    store.write(permit, |tx, facts| {
        let terms = MandateTerms {
            agency_name: people::name_of(tx.db, facts.id)?,
            artist_email: offer.email.to_string(),
            commission_bp: offer.commission_bp.clamp(0, 5000),
            kind: DraftKind::Mandate.to_string(),
            managed: false,
            mandate: tx.fresh(),
            start: offer.start,
            territory: offer.territory.to_string(),
            workspace: facts.id,
        };
        Ok(rows::prepare(tx, preparation(DraftKind::Mandate, &terms)?)?.map(|it| it.draft))
    })
}

/// Prepares the question to another agency whether it will be a partner.
///
/// # Errors
/// Refused, or the database's.
pub fn prepare_partnership(
    store: &Store,
    permit: Permit<PreparePartnership>,
    email: &Email,
) -> Result<DraftId, StoreError> {
    store.write(permit, |tx, facts| {
        let terms = PartnershipTerms {
            asked_email: email.to_string(),
            asker_name: people::name_of(tx.db, facts.id)?,
            kind: DraftKind::Partnership.to_string(),
            partnership: tx.fresh(),
            workspace: facts.id,
        };
        Ok(rows::prepare(tx, preparation(DraftKind::Partnership, &terms)?)?.map(|it| it.draft))
    })
}

fn read_terms(kind: DraftKind, text: &str) -> Result<Terms, StoreError> {
    match kind {
        DraftKind::Mandate => Ok(Terms::Mandate(terms::mandate(text)?)),
        DraftKind::Partnership => Ok(Terms::Partnership(terms::partnership(text)?)),
        _ => Err(StoreError::Absent),
    }
}

/// One offer, exactly as it is or was sent.
///
/// # Errors
/// Absent where the draft is of another kind, or the database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewDraft>) -> Result<Offer, StoreError> {
    let draft = rows::view(db, permit)?;
    let terms = read_terms(draft.row.kind, &draft.text)?;
    let answer = match &terms {
        Terms::Mandate(it) => {
            let state: Option<Word<MandateState>> = mandates::table
                .find(it.mandate.to_string())
                .select(mandates::state)
                .first(db.db)
                .optional()?;
            match state.map(|it| it.0) {
                None | Some(MandateState::Invited) => None,
                Some(MandateState::Declined) => Some("declined"),
                Some(MandateState::Active | MandateState::Ending | MandateState::Ended) => Some("accepted"),
            }
        }
        Terms::Partnership(it) => {
            let row: Option<(Word<PartnershipState>, i64)> = partnerships::table
                .find(it.partnership.to_string())
                .select((partnerships::state, partnerships::version))
                .first(db.db)
                .optional()?;
            match row.map(|it| it.0.0) {
                None | Some(PartnershipState::Asked) => None,
                Some(PartnershipState::Active | PartnershipState::Ended) => Some("answered"),
            }
        }
    };
    Ok(Offer {
        id: permit.on(),
        state: draft.row.state,
        terms,
        digest: draft.row.digest,
        prepared_by: draft.row.prepared_by,
        prepared_at: draft.row.prepared_at,
        expires_at: draft.row.expires_at,
        answer,
    })
}

/// The agency's offers of one kind that were not thrown away, newest first.
///
/// # Errors
/// The database's.
pub fn list(
    db: &mut Read<'_>,
    kind: DraftKind,
    page: &Page,
) -> Result<(Vec<Offer>, Option<String>), StoreError> {
    let scope = db.scope::<ViewDraft>(&Unasked);
    let narrow = || -> Option<Cond<drafts::table>> {
        Some(Box::new(drafts::kind.eq(kind.as_str()).and(drafts::state.ne(DraftState::Discarded.as_str()))))
    };
    let found = db.list(&scope, &Unasked, narrow, page)?;
    let rows = found.rows.iter().map(|it| view(db, it)).collect::<Result<_, _>>()?;
    Ok((rows, found.next))
}

/// What a confirmed offer does; the right to prepare it is asked again.
pub(crate) fn perform(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let (transition, letters) = match read_terms(it.kind, &it.text)? {
        Terms::Mandate(terms) => {
            let _ = tx.also::<PrepareMandate>(it.workspace, Unasked)?;
            ("mandate-offered", offer_mandate(tx, &terms, it)?)
        }
        Terms::Partnership(terms) => {
            let _ = tx.also::<PreparePartnership>(it.workspace, Unasked)?;
            ("partnership-asked", ask_partner(tx, &terms, it)?)
        }
    };
    let event = Event::platform("draft", it.draft, transition)
        .only(Audience::of(it.side))
        .confirmed(it.digest)
        .with_money(Audience::of(it.side), "payload", &it.text);
    Ok(Change::of(None, event).telling(letters))
}

fn offer_mandate(
    tx: &mut Write<'_>,
    terms: &MandateTerms,
    it: &Confirming<'_>,
) -> Result<Vec<Letter>, StoreError> {
    let mailbox = terms.artist_email.to_lowercase();
    let reached = people::reaching(tx, &mailbox, Kind::Artist, |tx, artist| {
        let Some(profile) = profile_of(tx.db, artist)? else { return Ok(Vec::new()) };
        insert_mandate(tx, terms, &it.text, artist, profile, MandateState::Invited)?;
        let address = it.origin;
        Ok(people::to_owners(
            tx.db,
            artist,
            &format!("[Mandate] {} offers to represent you", terms.agency_name),
            &format!(
                "{agency} offers you a mandate for {territory}, from {start}. The terms are in your workspace, where \
                 you accept or decline them:\n\n{address}/w/{artist}/mandates/{id}\n\n\
                 Nothing begins before you accept.\n",
                agency = terms.agency_name,
                territory = terms.territory,
                start = days(terms.start, terms.start),
                id = terms.mandate,
            ),
        )?)
    })?;
    Ok(reached.map(|it| it.1).unwrap_or_default())
}

fn profile_of(db: &mut Db, artist: WorkspaceId) -> QueryResult<Option<ProfileId>> {
    let row: Option<Word<ProfileId>> = profiles::table
        .filter(profiles::workspace.eq(artist.to_string()))
        .select(profiles::id)
        .first(db)
        .optional()?;
    Ok(row.map(|it| it.0))
}

fn insert_mandate(
    tx: &mut Write<'_>,
    terms: &MandateTerms,
    text: &str,
    artist: WorkspaceId,
    profile: ProfileId,
    state: MandateState,
) -> Result<(), StoreError> {
    let now = tx.now();
    let starts = (state == MandateState::Active).then_some(now.0);
    diesel::insert_into(mandates::table)
        .values((
            mandates::id.eq(terms.mandate.to_string()),
            mandates::artist.eq(artist.to_string()),
            mandates::agency.eq(terms.workspace.to_string()),
            mandates::profile.eq(profile.to_string()),
            mandates::territory.eq(&terms.territory),
            mandates::commission_bp.eq(terms.commission_bp),
            mandates::payload.eq(text),
            mandates::digest.eq(digest_of(text).to_string()),
            mandates::state.eq(state.as_str()),
            mandates::offered_by.eq(tx.asker.actor.id()),
            mandates::offered_at.eq(now.0),
            mandates::starts_at.eq(starts),
            mandates::version.eq(1),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The mandate of a managed profile: in force at once, since there is nobody yet to accept it (spec 10.16).
pub(super) fn managed_mandate(
    tx: &mut Write<'_>,
    terms: &MandateTerms,
    artist: WorkspaceId,
    profile: ProfileId,
) -> Result<(), StoreError> {
    let text = canonical(terms)?;
    insert_mandate(tx, terms, &text, artist, profile, MandateState::Active)
}

fn ask_partner(
    tx: &mut Write<'_>,
    terms: &PartnershipTerms,
    it: &Confirming<'_>,
) -> Result<Vec<Letter>, StoreError> {
    let mailbox = terms.asked_email.to_lowercase();
    // to ask oneself is to ask nobody
    let reached = people::reaching(tx, &mailbox, Kind::Agency, |tx, asked| {
        diesel::insert_into(partnerships::table)
            .values((
                partnerships::id.eq(terms.partnership.to_string()),
                partnerships::asker.eq(it.workspace.to_string()),
                partnerships::asked.eq(asked.to_string()),
                partnerships::payload.eq(&it.text),
                partnerships::digest.eq(it.digest.to_string()),
                partnerships::state.eq(PartnershipState::Asked.as_str()),
                partnerships::offered_by.eq(tx.asker.actor.id()),
                partnerships::created_at.eq(tx.now().0),
                partnerships::version.eq(1),
            ))
            .execute(tx.db)?;
        Ok(people::to_owners(
            tx.db,
            asked,
            &format!("[Partners] {} asks to be your partner", terms.asker_name),
            &format!(
                "{asker} asks your agency to be partners. Partners see the listings of each other's artists that are \
                 not stealth or private, and nothing else.\n\n\
                 Accept or decline here:\n\n{address}/w/{asked}/partners/{id}\n",
                asker = terms.asker_name,
                address = it.origin,
                id = terms.partnership,
            ),
        )?)
    })?;
    Ok(reached.map(|it| it.1).unwrap_or_default())
}
