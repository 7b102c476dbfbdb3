//! P6, last row: an engagement is its artist's, its agency's, its presenter's and their counsel's, and nobody else's.

use crate::things::Thing;
use domain::records::RequestState;
use domain::{AccountId, Kind, Side, WorkspaceId};
use policy::ActionName;
use policy::facts::Parties;

/// On which side a workspace of this kind stands, if on any.
fn side(kind: Kind, workspace: WorkspaceId, parties: &Parties) -> Option<Side> {
    let (side, there) = match kind {
        Kind::Artist => (Side::Artist, Some(parties.artist)),
        Kind::Agency => (Side::Agency, parties.agency),
        Kind::Presenter => (Side::Presenter, Some(parties.presenter)),
    };
    (there == Some(workspace)).then_some(side)
}

fn parties(on: &Thing) -> Option<&Parties> {
    match on {
        Thing::Engagement(it) => Some(&it.parties),
        Thing::Request(it) => Some(&it.parties),
        Thing::Hold(it) => Some(&it.parties),
        Thing::Quote(it) => Some(&it.parties),
        Thing::Contract(it) => Some(&it.parties),
        Thing::Invoice(it) => Some(&it.parties),
        Thing::Settlement(it) => Some(&it.parties),
        Thing::Message(it) => Some(&it.parties),
        Thing::Document(it) => Some(&it.parties),
        Thing::AuditChain(it) => Some(&it.parties),
        Thing::AuditField(it) => Some(&it.parties),
        _ => None,
    }
}

/// What a party may. Whether an assistant may is asked before.
pub(super) fn party(kind: Kind, workspace: WorkspaceId, action: ActionName, on: &Thing) -> bool {
    use ActionName as A;
    let Some(side) = parties(on).and_then(|it| side(kind, workspace, it)) else { return false };
    // domain §2: an artist's or an agency's, who are the office
    let office = side != Side::Presenter;
    match action {
        A::ViewEngagement | A::ViewFee | A::ViewNotes | A::EditNotes => true,
        // the agency's share is no business of the presenter's (P8: "fields not theirs: commission")
        A::ViewCommission => office,
        A::PrepareMessage | A::PrepareDocument | A::InviteCounsel | A::WithdrawCounsel => true,
        // §10.8: counsel is "invited by a party", and is that party's own
        A::ViewArtistCounsel => side == Side::Artist,
        A::ViewAgencyCounsel => side == Side::Agency,
        A::ViewPresenterCounsel => side == Side::Presenter,
        A::ViewRequest | A::ViewHold | A::ViewQuote | A::ViewContract | A::ViewInvoice => true,
        A::ViewSettlement | A::ViewMessage | A::ViewAuditChain => true,
        // domain §2: the office answers a request; "countered (either)": then it is the presenter's turn
        A::PrepareAnswer => office != countered(on),
        // whoever sent it takes it back: a request and a hold's release are the presenter's, a hold the office's
        A::PrepareWithdrawRequest | A::PrepareRelease => !office,
        A::PrepareHold => office && !countered(on),
        A::PrepareWithdrawHold => office,
        // S2: a document is its side's until that side shared it
        A::ViewDocument => matches!(on, Thing::Document(it) if it.shared || it.side == side),
        A::PrepareShare | A::ShareWithCounsel | A::EraseDocument => {
            matches!(on, Thing::Document(it) if it.side == side)
        }
        A::ReadAuditField => matches!(on, Thing::AuditField(it) if open_to(&it.audience, side)),
        _ => false,
    }
}

/// Whether other terms wait for the presenter's answer.
fn countered(on: &Thing) -> bool {
    matches!(on, Thing::Request(it) if it.state == RequestState::Countered.as_str())
}

/// §10.14: each field has an audience.
fn open_to(audience: &str, side: Side) -> bool {
    match audience {
        "parties" | "contract" => true,
        "office" => side != Side::Presenter,
        one => one == side.as_str(),
    }
}

/// §10.8: the contract, the documents opened to them, the ledger's entries on the contract; and that there is an
/// engagement. "No messages, invoices, settlement, commission."
pub(super) fn counsel(account: AccountId, action: ActionName, on: &Thing) -> bool {
    use ActionName as A;
    match (action, on) {
        (A::ViewEngagement, Thing::Engagement(it)) => it.counsel.contains(&account),
        (A::ViewContract, Thing::Contract(it)) => it.counsel.contains(&account),
        (A::ViewDocument, Thing::Document(it)) => it.counsel.contains(&account),
        (A::ViewAuditChain, Thing::AuditChain(it)) => it.counsel.contains(&account),
        (A::ReadAuditField, Thing::AuditField(it)) => {
            it.counsel.contains(&account) && it.audience == "contract"
        }
        _ => false,
    }
}

/// §1: automation "may prepare, never confirm": a credential of a party drafts messages and answers.
pub(super) fn credential(kind: Kind, workspace: WorkspaceId, action: ActionName, on: &Thing) -> bool {
    let Some(side) = parties(on).and_then(|it| side(kind, workspace, it)) else { return false };
    match action {
        ActionName::PrepareMessage => true,
        ActionName::PrepareAnswer | ActionName::PrepareHold => side != Side::Presenter && !countered(on),
        _ => false,
    }
}
