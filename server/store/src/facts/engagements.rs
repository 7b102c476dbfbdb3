//! Facts of engagements, their records, drafts, and the ledger's chains and fields.

use super::{Load, texts};
use crate::db::{Db, lock};
use crate::rows::Word;
use crate::schema::{
    accounts, audit_entries, audit_values, document_counsel, documents, drafts, engagement_counsel,
    engagements, holds, messages, requests,
};
use diesel::prelude::*;
use domain::records::{DraftKind, DraftState, HoldState, RequestState};
use domain::{
    AccountId, DocumentId, DraftId, EngagementId, HoldId, Kind, MandateId, MessageId, PersonId, RequestId,
    Side, Version, WorkspaceId,
};
use policy::facts::{Lapsing, LapsingId, Parties};
use policy::{Actor, Asker, facts};
use std::sync::Arc;

type PartyRow = (Word<WorkspaceId>, Option<Word<WorkspaceId>>, Word<WorkspaceId>);

fn parties((artist, agency, presenter): PartyRow) -> Parties {
    Parties { artist: artist.0, agency: agency.map(|it| it.0), presenter: presenter.0 }
}

/// Of these engagements, those on which the asking counsel is invited and not withdrawn.
fn counselled(
    db: &mut Db,
    ids: &[EngagementId],
    asker: &Asker,
) -> QueryResult<Vec<(EngagementId, AccountId)>> {
    let Actor::Counsel(staff) = &asker.actor else { return Ok(Vec::new()) };
    let rows: Vec<Word<EngagementId>> = engagement_counsel::table
        .filter(engagement_counsel::account.eq(staff.account.to_string()))
        .filter(engagement_counsel::engagement.eq_any(texts(ids)))
        .filter(engagement_counsel::withdrawn_at.is_null())
        .select(engagement_counsel::engagement)
        .load(db)?;
    Ok(rows.into_iter().map(|it| (it.0, staff.account)).collect())
}

/// An engagement and its ledger have the same facts.
macro_rules! engaged { ($($Facts:ident),+) => { $(
    impl Load for facts::$Facts {
        fn load_many(db: &mut Db, ids: &[EngagementId], asker: &Arc<Asker>) -> QueryResult<Vec<Self>> {
            let counsel = counselled(db, ids, asker)?;
            let rows: Vec<(Word<EngagementId>, i64, PartyRow)> = engagements::table
                .filter(engagements::id.eq_any(texts(ids)))
                .select((
                    engagements::id,
                    engagements::version,
                    (engagements::artist, engagements::agency, engagements::presenter),
                ))
                .load(db)?;
            let of = |id| counsel.iter().filter(|it| it.0 == id).map(|it| it.1).collect();
            Ok(rows
                .into_iter()
                .map(|(id, version, them)| Self {
                    id: id.0,
                    version: Version(version),
                    parties: parties(them),
                    counsel: of(id.0),
                })
                .collect())
        }
        fn lock(db: &mut Db, id: EngagementId) -> QueryResult<()> {
            lock(db, "engagements", "id", id.as_str())
        }
    }
)+ } }
engaged! { Engagement, AuditChain }

impl Load for facts::Request {
    fn load_many(db: &mut Db, ids: &[RequestId], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        let rows: Vec<(Word<RequestId>, i64, Word<RequestState>, Word<PersonId>, PartyRow)> = requests::table
            .inner_join(accounts::table.on(accounts::id.eq(requests::offered_by)))
            .filter(requests::id.eq_any(texts(ids)))
            .select((
                requests::id,
                requests::version,
                requests::state,
                accounts::person,
                (requests::artist, requests::agency, requests::presenter),
            ))
            .load(db)?;
        Ok(rows
            .into_iter()
            .map(|(id, version, state, offered_by, them)| Self {
                id: id.0,
                version: Version(version),
                parties: parties(them),
                offered_by: offered_by.0,
                state: state.0.as_str(),
            })
            .collect())
    }
    fn lock(db: &mut Db, id: RequestId) -> QueryResult<()> {
        lock(db, "requests", "id", id.as_str())
    }
}

impl Load for facts::Hold {
    fn load_many(db: &mut Db, ids: &[HoldId], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        let rows: Vec<(Word<HoldId>, i64, Word<HoldState>, PartyRow)> = holds::table
            .filter(holds::id.eq_any(texts(ids)))
            .select((
                holds::id,
                holds::version,
                holds::state,
                (holds::artist, holds::agency, holds::presenter),
            ))
            .load(db)?;
        Ok(rows
            .into_iter()
            .map(|(id, version, state, them)| Self {
                id: id.0,
                version: Version(version),
                parties: parties(them),
                state: state.0,
                // the expiry is part of the confirmed payload that granted the hold
                deadline_confirmed: state.0 == HoldState::Active,
            })
            .collect())
    }
    fn lock(db: &mut Db, id: HoldId) -> QueryResult<()> {
        lock(db, "holds", "id", id.as_str())
    }
}

impl Load for Lapsing {
    fn load_many(db: &mut Db, ids: &[LapsingId], asker: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        let holds: Vec<HoldId> =
            ids.iter().filter_map(|it| if let LapsingId::Hold(it) = it { Some(*it) } else { None }).collect();
        let mandates: Vec<MandateId> = ids
            .iter()
            .filter_map(|it| if let LapsingId::Mandate(it) = it { Some(*it) } else { None })
            .collect();
        let mut all: Vec<Self> =
            facts::Hold::load_many(db, &holds, asker)?.into_iter().map(Self::Hold).collect();
        all.extend(facts::Mandate::load_many(db, &mandates, asker)?.into_iter().map(Self::Mandate));
        Ok(all)
    }
    fn lock(db: &mut Db, id: LapsingId) -> QueryResult<()> {
        match id {
            LapsingId::Hold(it) => facts::Hold::lock(db, it),
            LapsingId::Mandate(it) => facts::Mandate::lock(db, it),
        }
    }
}

impl Load for facts::Message {
    fn load_many(db: &mut Db, ids: &[MessageId], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        let rows: Vec<(Word<MessageId>, PartyRow)> = messages::table
            .filter(messages::id.eq_any(texts(ids)))
            .select((messages::id, (messages::artist, messages::agency, messages::presenter)))
            .load(db)?;
        // a message never changes once sent
        Ok(rows
            .into_iter()
            .map(|(id, them)| Self { id: id.0, version: Version(1), parties: parties(them) })
            .collect())
    }
    fn lock(db: &mut Db, id: MessageId) -> QueryResult<()> {
        lock(db, "messages", "id", id.as_str())
    }
}

impl Load for facts::Document {
    fn load_many(db: &mut Db, ids: &[DocumentId], asker: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        type Row = (Word<DocumentId>, i64, Word<EngagementId>, Word<Side>, bool, PartyRow);
        let rows: Vec<Row> = documents::table
            .filter(documents::id.eq_any(texts(ids)))
            .select((
                documents::id,
                documents::version,
                documents::engagement,
                documents::side,
                documents::shared,
                (documents::artist, documents::agency, documents::presenter),
            ))
            .load(db)?;
        let mut open: Vec<(Word<DocumentId>, Word<AccountId>)> = Vec::new();
        if let Actor::Counsel(staff) = &asker.actor {
            let on: Vec<EngagementId> = rows.iter().map(|it| it.2.0).collect();
            let invited = counselled(db, &on, asker)?;
            open = document_counsel::table
                .filter(document_counsel::account.eq(staff.account.to_string()))
                .filter(document_counsel::document.eq_any(texts(ids)))
                .select((document_counsel::document, document_counsel::account))
                .load(db)?;
            // withdrawn from the engagement, withdrawn from its documents
            open.retain(|it| {
                rows.iter().any(|row| row.0 == it.0 && invited.iter().any(|on| on.0 == row.2.0))
            });
        }
        Ok(rows
            .into_iter()
            .map(|(id, version, _, side, shared, them)| Self {
                id: id.0,
                version: Version(version),
                parties: parties(them),
                side: side.0,
                shared,
                counsel: open.iter().filter(|it| it.0 == id).map(|it| it.1.0).collect(),
            })
            .collect())
    }
    fn lock(db: &mut Db, id: DocumentId) -> QueryResult<()> {
        lock(db, "documents", "id", id.as_str())
    }
}

impl Load for facts::Draft {
    fn load_many(db: &mut Db, ids: &[DraftId], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        type Row =
            (Word<DraftId>, i64, Word<Kind>, Word<WorkspaceId>, Word<DraftKind>, Word<DraftState>, String);
        let rows: Vec<Row> = drafts::table
            .filter(drafts::id.eq_any(texts(ids)))
            .select((
                drafts::id,
                drafts::version,
                drafts::owner_kind,
                drafts::owner,
                drafts::kind,
                drafts::state,
                drafts::digest,
            ))
            .load(db)?;
        Ok(rows
            .into_iter()
            .map(|(id, version, owner_kind, owner, kind, state, digest_text)| Self {
                id: id.0,
                version: Version(version),
                owner_kind: owner_kind.0,
                owner: owner.0,
                kind: kind.0,
                state: state.0,
                digest_text,
            })
            .collect())
    }
    fn lock(db: &mut Db, id: DraftId) -> QueryResult<()> {
        lock(db, "drafts", "id", id.as_str())
    }
}

/// The fields of these entries of one engagement's ledger, by entry and name.
pub(crate) fn field_facts(
    db: &mut Db,
    chain: &facts::AuditChain,
    from: i64,
    most: i64,
) -> QueryResult<Vec<(String, facts::AuditField)>> {
    let rows: Vec<(Word<domain::EntryId>, String, String, bool)> = audit_values::table
        .inner_join(audit_entries::table.on(audit_entries::id.eq(audit_values::entry)))
        .filter(audit_entries::chain.eq(chain.id.to_string()))
        .filter(audit_entries::seq.gt(from).and(audit_entries::seq.le(from.saturating_add(most))))
        .order((audit_entries::seq, audit_values::name))
        .select((audit_values::entry, audit_values::name, audit_values::audience, audit_values::money))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(entry, name, audience, money)| {
            let facts = facts::AuditField {
                id: entry.0,
                version: Version(1),
                parties: chain.parties,
                counsel: chain.counsel.clone(),
                audience,
                money,
            };
            (name, facts)
        })
        .collect())
}
