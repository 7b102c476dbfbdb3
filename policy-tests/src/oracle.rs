//! Every right told a second time, in plain Rust, from the requirements alone: the table of practice 6, the sentences of
//! practices 1 to 10, and the fine points. No policy was copied to write it and no Cedar runs in it: where it and the
//! policies differ, one of them is wrong.
//!
//! A requirement is named where it is used: `P4` is a practice, `§10.7` a fine point, `B2` a refusal.

mod engagements;
mod houses;
mod staff;
mod visibility;

pub use visibility::{Sees, effective, sees};

use crate::things::{Thing, Told};
use domain::records::DraftState;
use domain::{AccountStatus, Kind, PersonId, Role};
use policy::{ActionName, Actor, Asker, Member};

/// Whether the asker may do it to the thing.
#[must_use]
pub fn may(asker: &Asker, action: ActionName, on: &Thing, told: &Told) -> bool {
    let status = match &asker.actor {
        Actor::Member(_, it) => Some(it.status),
        Actor::Counsel(it) | Actor::Admin(it) => Some(it.status),
        Actor::Visitor | Actor::Automation(..) | Actor::Operator => None,
    };
    // P1: an account that is not approved reaches its application and what the whole world sees
    if status.is_some_and(|it| it != AccountStatus::Approved) && !before_approval(action) {
        return false;
    }
    if let (ActionName::ViewFolio, Thing::Profile(profile)) = (action, on) {
        return sees(&asker.actor, profile).folio;
    }
    // P7: a confirmation carries the digest of what was shown, whoever confirms
    if confirms(action) && !shown(on, told) {
        return false;
    }
    match &asker.actor {
        Actor::Visitor => at_the_door(action, on),
        Actor::Member(kind, it) => member(*kind, it, &asker.actor, action, on, told),
        Actor::Counsel(it) => {
            own_account(it.person, action, on) || engagements::counsel(it.account, action, on)
        }
        Actor::Admin(it) => own_account(it.person, action, on) || staff::admin(it, asker, action, on),
        Actor::Automation(task, owner) => staff::automation(task, *owner, action, on, told),
        Actor::Operator => staff::operator(action),
    }
}

/// P1: "its waiting page, its own application (correct it, withdraw it), sign-out"; P2: a folio is everybody's.
fn before_approval(action: ActionName) -> bool {
    use ActionName::{CorrectApplication, SignOut, ViewApplication, ViewFolio, WithdrawApplication};
    matches!(action, ViewApplication | CorrectApplication | WithdrawApplication | SignOut | ViewFolio)
}

/// P12 names the public submissions; signing in and up are §6.
fn at_the_door(action: ActionName, on: &Thing) -> bool {
    use ActionName::{Contact, Enquire, SignIn, SignUp, UseCode};
    match (action, on) {
        // P1: "revocable", and issued by an admin: whoever is one no longer vouches for nobody
        (UseCode, Thing::AccessCode(it)) => it.issuer_in_office && !it.revoked,
        _ => matches!(action, SignUp | SignIn | Enquire | Contact),
    }
}

/// P7 and §10.13: what binds or reaches the other side.
fn confirms(action: ActionName) -> bool {
    use ActionName::{
        AcceptMandate, AcceptPartnership, Confirm, DeclineMandate, DeclinePartnership, SendTriageAnswer,
    };
    matches!(
        action,
        AcceptMandate | DeclineMandate | AcceptPartnership | DeclinePartnership | Confirm | SendTriageAnswer
    )
}

fn shown(on: &Thing, told: &Told) -> bool {
    let stands = match on {
        Thing::Draft(it) => &it.digest_text,
        Thing::Enquiry(it) => &it.digest_text,
        Thing::Mandate(it) => &it.digest_text,
        Thing::Partnership(it) => &it.digest_text,
        _ => return false,
    };
    told.digest.is_some_and(|it| it.to_string() == *stands)
}

/// §1: an assistant prepares. What shows, hides or shapes the workspace, its profile or its portal, lets somebody in or
/// puts somebody out, or takes a document away is not preparing.
fn decides(action: ActionName) -> bool {
    use ActionName::{
        AllowDiscovery, ClaimProfile, CreateManagedProfile, EditPortal, EditProfile, EditWorkspace,
        EraseDocument, InviteCounsel, InviteMember, InvitePresenter, ManageTeam, OptIn, OptOut,
        RevokeInvitation, SetLevel, ShareWithCounsel, StopDiscovery, WithdrawCounsel,
    };
    confirms(action)
        || matches!(
            action,
            EditProfile
                | OptIn
                | OptOut
                | AllowDiscovery
                | StopDiscovery
                | InvitePresenter
                | RevokeInvitation
                | SetLevel
                | ClaimProfile
                | InviteCounsel
                | WithdrawCounsel
                | ShareWithCounsel
                | EraseDocument
                | InviteMember
                | ManageTeam
                | EditWorkspace
                | CreateManagedProfile
                | EditPortal
        )
}

/// §10.7: "Assistants see no fee, commission, bank data or export unless an owner grants it."
fn money(action: ActionName, on: &Thing) -> bool {
    use ActionName::{
        ExportWorkspace, ViewCommission, ViewDraftSums, ViewFee, ViewInvoice, ViewMandateTerms, ViewQuote,
        ViewSettlement,
    };
    let amount = matches!(on, Thing::AuditField(it) if it.money);
    amount
        || matches!(
            action,
            ViewFee
                | ViewCommission
                | ViewQuote
                | ViewInvoice
                | ViewSettlement
                | ViewMandateTerms
                | ViewDraftSums
                | ExportWorkspace
        )
}

/// One's own application, sessions and invitations: by person, for one may hold several accounts (§10.6).
fn own_account(person: PersonId, action: ActionName, on: &Thing) -> bool {
    use ActionName::{AcceptInvitation, ManageSessions};
    let Thing::Account(account) = on else { return false };
    let own = matches!(action, ManageSessions | AcceptInvitation)
        || (before_approval(action) && action != ActionName::ViewFolio);
    own && account.person == person
}

/// §10.6: "Two-person and two-sided rules compare persons": whoever sent the terms is not the one who takes them.
fn own_offer(person: PersonId, action: ActionName, on: &Thing) -> bool {
    use ActionName::{AcceptMandate, AcceptPartnership, PrepareAnswer, PrepareHold};
    let by = match (action, on) {
        (AcceptMandate, Thing::Mandate(it)) => it.offered_by,
        (AcceptPartnership, Thing::Partnership(it)) => it.offered_by,
        (PrepareAnswer | PrepareHold, Thing::Request(it)) => it.offered_by,
        _ => return false,
    };
    by == person
}

fn member(kind: Kind, it: &Member, actor: &Actor, action: ActionName, on: &Thing, told: &Told) -> bool {
    if own_account(it.person, action, on) {
        return true;
    }
    if it.role == Role::Assistant {
        let granted = it.grants.iter().any(|it| it == "money");
        if decides(action) || (money(action, on) && !granted) {
            return false;
        }
    }
    if own_offer(it.person, action, on) {
        return false;
    }
    match on {
        Thing::Profile(profile) => houses::profile(kind, it, actor, action, profile, told),
        Thing::Mandate(mandate) => houses::mandate(kind, it, action, mandate),
        Thing::Partnership(pair) => houses::partnership(kind, it, action, pair),
        Thing::Enquiry(enquiry) => houses::enquiry(kind, it, action, enquiry),
        Thing::Workspace(workspace) => houses::workspace(kind, it, action, workspace),
        Thing::SeasonPlan(plan) => kind == Kind::Presenter && plan.presenter == it.workspace,
        Thing::Shortlist(list) => kind == Kind::Presenter && list.presenter == it.workspace,
        Thing::Portal(portal) => kind == Kind::Agency && portal.agency == it.workspace,
        // P7: what a workspace prepared is its own, and a draft is confirmed or discarded once
        Thing::Draft(draft) => {
            let open = draft.state == DraftState::Prepared
                || matches!(action, ActionName::ViewDraft | ActionName::ViewDraftSums);
            (draft.owner_kind, draft.owner) == (kind, it.workspace) && open
        }
        _ => engagements::party(kind, it.workspace, action, on),
    }
}
