//! What an agency prepares for somebody outside: an offer of a mandate to an artist, a question to another agency.
//! Prepared as a draft with its exact payload, confirmed by a person who was shown that payload (P7).
//!
//! Whether anybody here has the address makes no difference to what the agency sees: not when it is prepared, not when
//! it is confirmed, and not in the list, until the other side answers.

use super::terms::{self, MandateTerms, PartnershipTerms, Terms};
use super::{conflict, landed, people};
use crate::db::Db;
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
use domain::{Bounded, Day, Digest, DraftId, Kind, Moment, ProfileId, Version, WorkspaceId};
use policy::actions::{Confirm, DiscardDraft, PrepareMandate, PreparePartnership, ViewDraft};
use policy::{Permit, Unasked, facts};

/// How long a draft may wait for its confirmation.
pub const DRAFT_LIFE: i64 = 14 * Moment::DAY;

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
    /// When it was prepared.
    pub prepared_at: Moment,
    /// Until when it can be confirmed.
    pub expires_at: Moment,
    /// What the other side made of it, once it answered.
    pub answer: Option<&'static str>,
}

fn prepare(
    tx: &mut Write<'_>,
    facts: &facts::Workspace,
    kind: DraftKind,
    payload: &str,
    digest: Digest,
) -> Result<Change<DraftId>, StoreError> {
    let id: DraftId = tx.fresh();
    let by = tx.asker().actor.id().to_owned();
    diesel::insert_into(drafts::table)
        .values((
            drafts::id.eq(id.as_str()),
            drafts::owner_kind.eq(facts.kind.as_str()),
            drafts::owner.eq(facts.id.to_string()),
            drafts::kind.eq(kind.as_str()),
            drafts::payload.eq(payload),
            drafts::digest.eq(digest.to_string()),
            drafts::state.eq(DraftState::Prepared.as_str()),
            drafts::prepared_by.eq(by),
            drafts::prepared_at.eq(tx.now().0),
            drafts::expires_at.eq(tx.now().plus(DRAFT_LIFE).0),
            drafts::version.eq(1),
        ))
        .execute(tx.db)?;
    let event = Event::platform("draft", id, "prepared")
        .only(Audience::Agency)
        .with("after.kind", kind)
        .with_money(Audience::Agency, "payload", payload);
    Ok(Change::of(id, event))
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
            agency: facts.id,
            agency_name: people::name_of(tx.db, facts.id)?,
            artist_email: offer.email.to_string(),
            commission_bp: offer.commission_bp.clamp(0, 5000),
            kind: DraftKind::Mandate.to_string(),
            managed: false,
            mandate: tx.fresh(),
            start: offer.start,
            territory: offer.territory.to_string(),
        };
        let (payload, digest) = terms::canonical(&terms)?;
        prepare(tx, facts, DraftKind::Mandate, &payload, digest)
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
            asker: facts.id,
            asker_name: people::name_of(tx.db, facts.id)?,
            kind: DraftKind::Partnership.to_string(),
            partnership: tx.fresh(),
        };
        let (payload, digest) = terms::canonical(&terms)?;
        prepare(tx, facts, DraftKind::Partnership, &payload, digest)
    })
}

struct Draft {
    kind: DraftKind,
    state: DraftState,
    payload: String,
    digest: Digest,
    prepared_at: Moment,
    expires_at: Moment,
    version: Version,
}

fn draft(db: &mut Db, id: DraftId) -> Result<Draft, StoreError> {
    type Row = (Word<DraftKind>, Word<DraftState>, String, Word<Digest>, i64, i64, i64);
    let (kind, state, payload, digest, prepared, expires, version): Row = drafts::table
        .find(id.to_string())
        .select((
            drafts::kind,
            drafts::state,
            drafts::payload,
            drafts::digest,
            drafts::prepared_at,
            drafts::expires_at,
            drafts::version,
        ))
        .first(db)?;
    Ok(Draft {
        kind: kind.0,
        state: state.0,
        payload,
        digest: digest.0,
        prepared_at: Moment(prepared),
        expires_at: Moment(expires),
        version: Version(version),
    })
}

fn read_terms(draft: &Draft) -> Result<Terms, StoreError> {
    match draft.kind {
        DraftKind::Mandate => Ok(Terms::Mandate(terms::mandate(&draft.payload)?)),
        DraftKind::Partnership => Ok(Terms::Partnership(terms::partnership(&draft.payload)?)),
        _ => Err(StoreError::Absent),
    }
}

/// One offer, exactly as it is or was sent.
///
/// # Errors
/// Absent where the draft is of another kind, or the database's.
pub fn view(db: &mut Read<'_>, permit: &Permit<ViewDraft>) -> Result<Offer, StoreError> {
    let draft = draft(db.db, permit.on())?;
    let terms = read_terms(&draft)?;
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
        state: draft.state,
        terms,
        digest: draft.digest,
        prepared_at: draft.prepared_at,
        expires_at: draft.expires_at,
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

/// Throws a prepared offer away.
///
/// # Errors
/// Refused, stale, or the database's.
pub fn discard(store: &Store, permit: Permit<DiscardDraft>) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        decided(tx, facts, DraftState::Discarded)?;
        let event = Event::platform("draft", facts.id, "discarded").only(Audience::Agency).change(
            "state",
            facts.state,
            DraftState::Discarded,
        );
        Ok(Change::of((), event))
    })
}

fn decided(tx: &mut Write<'_>, facts: &facts::Draft, state: DraftState) -> Result<(), StoreError> {
    let by = tx.asker().actor.id().to_owned();
    let rows = diesel::update(
        drafts::table.filter(drafts::id.eq(facts.id.to_string())).filter(drafts::version.eq(facts.version.0)),
    )
    .set((
        drafts::state.eq(state.as_str()),
        drafts::decided_by.eq(Some(by)),
        drafts::decided_at.eq(Some(tx.now().0)),
        drafts::version.eq(facts.version.0 + 1),
    ))
    .execute(tx.db)?;
    landed(rows, facts.version)
}

/// Sends an offer whose digest a person was shown, once. The right to prepare it is asked again too. `address` is where
/// the house is reached, for links in letters.
///
/// # Errors
/// Refused (another digest is one), a conflict where the draft is too old, or the database's.
pub fn confirm(store: &Store, permit: Permit<Confirm>, address: &str) -> Result<(), StoreError> {
    let shown = permit.input().0;
    store.write(permit, |tx, facts| {
        let draft = draft(tx.db, facts.id)?;
        if draft.expires_at <= tx.now() {
            return conflict("This draft is older than 14 days. Prepare it anew.");
        }
        let letters = match read_terms(&draft)? {
            Terms::Mandate(terms) => {
                tx.also::<PrepareMandate>(facts.owner, Unasked)?;
                offer_mandate(tx, &terms, &draft, address)?
            }
            Terms::Partnership(terms) => {
                tx.also::<PreparePartnership>(facts.owner, Unasked)?;
                ask_partner(tx, &terms, &draft, address)?
            }
        };
        decided(tx, facts, DraftState::Confirmed)?;
        let event = Event::platform("draft", facts.id, "confirmed")
            .only(Audience::Agency)
            .confirmed(shown)
            .change("state", draft.state, DraftState::Confirmed)
            .with_money(Audience::Agency, "payload", &draft.payload);
        Ok(Change::of((), event).telling(letters))
    })
}

fn offer_mandate(
    tx: &mut Write<'_>,
    terms: &MandateTerms,
    draft: &Draft,
    address: &str,
) -> Result<Vec<Letter>, StoreError> {
    let mailbox = terms.artist_email.to_lowercase();
    let Some(artist) = people::owned_by(tx.db, &mailbox, Kind::Artist)? else { return Ok(Vec::new()) };
    let Some(profile) = profile_of(tx.db, artist)? else { return Ok(Vec::new()) };
    insert_mandate(tx.db, terms, draft, artist, profile, MandateState::Invited, tx.asker.now)?;
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
            start = terms.start,
            id = terms.mandate,
        ),
    )?)
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
    db: &mut Db,
    terms: &MandateTerms,
    draft: &Draft,
    artist: WorkspaceId,
    profile: ProfileId,
    state: MandateState,
    now: Moment,
) -> Result<(), StoreError> {
    let starts = (state == MandateState::Active).then_some(now.0);
    diesel::insert_into(mandates::table)
        .values((
            mandates::id.eq(terms.mandate.to_string()),
            mandates::artist.eq(artist.to_string()),
            mandates::agency.eq(terms.agency.to_string()),
            mandates::profile.eq(profile.to_string()),
            mandates::territory.eq(&terms.territory),
            mandates::commission_bp.eq(terms.commission_bp),
            mandates::payload.eq(&draft.payload),
            mandates::digest.eq(draft.digest.to_string()),
            mandates::state.eq(state.as_str()),
            mandates::offered_at.eq(now.0),
            mandates::starts_at.eq(starts),
            mandates::version.eq(1),
        ))
        .execute(db)?;
    Ok(())
}

/// The mandate of a managed profile: in force at once, since there is nobody yet to accept it (spec 10.16).
pub(super) fn managed_mandate(
    tx: &mut Write<'_>,
    terms: &MandateTerms,
    artist: WorkspaceId,
    profile: ProfileId,
) -> Result<(), StoreError> {
    let (payload, digest) = terms::canonical(terms)?;
    let now = tx.now();
    let draft = Draft {
        kind: DraftKind::Mandate,
        state: DraftState::Confirmed,
        payload,
        digest,
        prepared_at: now,
        expires_at: now,
        version: Version(1),
    };
    insert_mandate(tx.db, terms, &draft, artist, profile, MandateState::Active, now)
}

fn ask_partner(
    tx: &mut Write<'_>,
    terms: &PartnershipTerms,
    draft: &Draft,
    address: &str,
) -> Result<Vec<Letter>, StoreError> {
    let mailbox = terms.asked_email.to_lowercase();
    let asked = people::owned_by(tx.db, &mailbox, Kind::Agency)?;
    // to ask oneself is to ask nobody
    let Some(asked) = asked.filter(|it| *it != terms.asker) else { return Ok(Vec::new()) };
    diesel::insert_into(partnerships::table)
        .values((
            partnerships::id.eq(terms.partnership.to_string()),
            partnerships::asker.eq(terms.asker.to_string()),
            partnerships::asked.eq(asked.to_string()),
            partnerships::payload.eq(&draft.payload),
            partnerships::digest.eq(draft.digest.to_string()),
            partnerships::state.eq(PartnershipState::Asked.as_str()),
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
            id = terms.partnership,
        ),
    )?)
}
