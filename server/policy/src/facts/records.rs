//! Facts of the records of an engagement, of drafts, and of what workspaces keep for themselves.

use super::{Facts, Mandate, Parties, agency, keys, person, presenter};
use crate::actor::workspace_kind;
use crate::entity::{EntityKind, Value};
use domain::records::DraftKind;
use domain::*;

macro_rules! records { ($($(#[$doc:meta])* $Name:ident, $Id:ty;)+) => { $(
    facts! {
        $(#[$doc])*
        $Name, $Id {
            /// Its engagement's parties.
            parties: Parties,
            /// Where it stands, as a word.
            state: &'static str,
        } |it| {
            let mut all = Vec::with_capacity(4);
            it.parties.push(&mut all);
            all.push(("state", Value::Text(it.state)));
            all
        }
    }
)+ } }
records! {
    /// A quote.
    Quote, QuoteId;
    /// An invoice.
    Invoice, InvoiceId;
    /// A settlement.
    Settlement, SettlementId;
}
facts! {
    /// A request.
    Request, RequestId {
        /// Its engagement's parties.
        parties: Parties,
        /// Who sent the terms that wait for an answer.
        offered_by: PersonId,
        /// Where it stands, as a word.
        state: &'static str,
    } |it| {
        let mut all = Vec::with_capacity(5);
        it.parties.push(&mut all);
        all.push(("offered_by", person(it.offered_by)));
        all.push(("state", Value::Text(it.state)));
        all
    }
}
facts! {
    /// A hold.
    Hold, HoldId {
        /// Its engagement's parties.
        parties: Parties,
        /// Where it stands.
        state: records::HoldState,
        /// Whether a person confirmed the expiry that a timer may carry out.
        deadline_confirmed: bool,
    } |it| {
        let mut all = Vec::with_capacity(5);
        it.parties.push(&mut all);
        all.push(("state", Value::Text(it.state.as_str())));
        all.push(("deadline_confirmed", Value::Flag(it.deadline_confirmed)));
        all
    }
}
facts! {
    /// A contract.
    Contract, ContractId {
        /// Its engagement's parties.
        parties: Parties,
        /// Where it stands, as a word.
        state: &'static str,
        /// The acting counsel, when invited and not withdrawn.
        counsel: Vec<AccountId>,
    } |it| {
        let mut all = Vec::with_capacity(5);
        it.parties.push(&mut all);
        all.push(("state", Value::Text(it.state)));
        all.push(("counsel", Value::Refs(EntityKind::Counsel, keys(&it.counsel))));
        all
    }
}
facts! {
    /// A message.
    Message, MessageId {
        /// Its engagement's parties.
        parties: Parties,
    } |it| { let mut all = Vec::with_capacity(3); it.parties.push(&mut all); all }
}
facts! {
    /// A document.
    Document, DocumentId {
        /// Its engagement's parties.
        parties: Parties,
        /// Whose it is.
        side: Side,
        /// Whether all parties see it.
        shared: bool,
        /// The acting counsel, when its side opened it to them.
        counsel: Vec<AccountId>,
    } |it| {
        let mut all = Vec::with_capacity(6);
        it.parties.push(&mut all);
        all.push(("side", Value::Text(it.side.as_str())));
        all.push(("shared", Value::Flag(it.shared)));
        all.push(("counsel", Value::Refs(EntityKind::Counsel, keys(&it.counsel))));
        all
    }
}
facts! {
    /// A prepared payload, and whose it is.
    Draft, DraftId {
        /// The kind of the workspace that prepared it.
        owner_kind: Kind,
        /// The workspace that prepared it.
        owner: WorkspaceId,
        /// What it will do.
        kind: DraftKind,
        /// Where it stands.
        state: records::DraftState,
        /// The digest of its payload.
        digest_text: String,
    } |it| vec![
        (it.owner_kind.side().as_str(), Value::Ref(workspace_kind(it.owner_kind), *it.owner.key())),
        ("kind", Value::Text(it.kind.as_str())),
        ("state", Value::Text(it.state.as_str())),
        ("digest", Value::Text(&it.digest_text)),
    ]
}
facts! {
    /// A season plan.
    SeasonPlan, SeasonPlanId {
        /// Whose.
        presenter: WorkspaceId,
    } |it| vec![("presenter", presenter(it.presenter))]
}
facts! {
    /// A shortlist.
    Shortlist, ShortlistId {
        /// Whose.
        presenter: WorkspaceId,
    } |it| vec![("presenter", presenter(it.presenter))]
}
facts! {
    /// An agency's portal settings.
    Portal, PortalId {
        /// Whose.
        agency: WorkspaceId,
    } |it| vec![("agency", agency(it.agency))]
}

/// What a timer may let lapse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lapsing {
    /// A hold whose expiry was fixed when it was granted.
    Hold(Hold),
    /// A mandate whose end was fixed by notice.
    Mandate(Mandate),
}
/// The id of what a timer may let lapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LapsingId {
    /// A hold.
    Hold(HoldId),
    /// A mandate.
    Mandate(MandateId),
}
impl std::fmt::Display for LapsingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hold(it) => it.fmt(f),
            Self::Mandate(it) => it.fmt(f),
        }
    }
}
impl Facts for Lapsing {
    type Id = LapsingId;
    const KINDS: &'static [EntityKind] = &[EntityKind::Hold, EntityKind::Mandate];
    fn id(&self) -> LapsingId {
        match self {
            Self::Hold(it) => LapsingId::Hold(it.id),
            Self::Mandate(it) => LapsingId::Mandate(it.id),
        }
    }
    fn version(&self) -> Version {
        match self {
            Self::Hold(it) => it.version,
            Self::Mandate(it) => it.version,
        }
    }
    fn kind(&self) -> EntityKind {
        match self {
            Self::Hold(_) => EntityKind::Hold,
            Self::Mandate(_) => EntityKind::Mandate,
        }
    }
    fn attributes(&self) -> Vec<(&'static str, Value<'_>)> {
        match self {
            Self::Hold(it) => it.attributes(),
            Self::Mandate(it) => it.attributes(),
        }
    }
}
