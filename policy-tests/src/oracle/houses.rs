//! What is a workspace's own: profiles and who represents them, partners, enquiries, the workspace itself.

use super::sees;
use crate::things::Told;
use domain::{Kind, Level, Role};
use policy::facts::{Enquiry, Mandate, Partnership, Profile, Workspace};
use policy::{ActionName, Actor, Member};

pub(super) fn profile(
    kind: Kind,
    it: &Member,
    actor: &Actor,
    action: ActionName,
    on: &Profile,
    told: &Told,
) -> bool {
    use ActionName as A;
    let own = kind == Kind::Artist && on.workspace == it.workspace;
    // P4: "the artists it represents"; the set holds the agencies whose mandate is in force
    let represents = kind == Kind::Agency && on.agencies.contains(&it.workspace);
    // §10.2: an account flagged so at verification, never a manager's or an assistant's
    let in_person = own && it.in_person && it.role == Role::Owner;
    let sees = sees(actor, on);
    match action {
        A::ViewListing => sees.listing,
        A::FindListing => sees.found,
        A::ViewProfile | A::ViewAvailability => sees.everything,
        // P6: a listing has no contact and no calendar, so these are for those who see everything
        A::ViewContact | A::EditAvailability | A::EditProfile => own || represents,
        // what an agency notes for itself is not the artist's either
        A::ViewInternalNotes | A::EditInternalNotes => represents,
        // P2, §10.16: by the artist in person, and not before the profile was claimed
        A::OptIn | A::AllowDiscovery => in_person && on.claimed,
        A::OptOut | A::StopDiscovery => own || represents,
        A::InvitePresenter => (own || represents) && on.claimed,
        A::RevokeInvitation => own || represents,
        // §10.2: the artist in person any; the agency in force none above private listing
        A::SetLevel => on.claimed && (in_person || (represents && told.to != Some(Level::Public))),
        // §10.16: claimable by the artist who holds the claim, once
        A::ClaimProfile => {
            kind == Kind::Artist
                && !on.claimed
                && !on.claim.is_empty()
                && told.claim.as_deref() == Some(on.claim.as_str())
        }
        // P5 and B2: whoever sees the folio or the listing may ask, an unverified presenter too
        A::PrepareRequest => kind == Kind::Presenter && (sees.folio || sees.listing),
        _ => false,
    }
}

/// P4 and domain §2: invited by the agency, taken or declined by the artist, ended by either.
pub(super) fn mandate(kind: Kind, it: &Member, action: ActionName, on: &Mandate) -> bool {
    use ActionName::{AcceptMandate, DeclineMandate};
    match kind {
        Kind::Artist => on.artist == it.workspace,
        Kind::Agency => on.agency == it.workspace && !matches!(action, AcceptMandate | DeclineMandate),
        Kind::Presenter => false,
    }
}

/// P6: "both agencies accepted": one asked, so the other answers; either ends it.
pub(super) fn partnership(kind: Kind, it: &Member, action: ActionName, on: &Partnership) -> bool {
    let asked = on.asked == it.workspace;
    let either = asked || on.asker == it.workspace;
    let answers = matches!(action, ActionName::AcceptPartnership | ActionName::DeclinePartnership);
    kind == Kind::Agency && if answers { asked } else { either }
}

/// §10.12: a request from the public form is the named artist's, and the agency's that stood for them and still does (P4).
pub(super) fn enquiry(kind: Kind, it: &Member, action: ActionName, on: &Enquiry) -> bool {
    let named = match kind {
        Kind::Artist => on.artist,
        Kind::Agency => on.agency,
        Kind::Presenter => None,
    };
    action != ActionName::TriageEnquiry && named == Some(it.workspace)
}

/// P9: a workspace is its members'; §10.7: only owners let somebody in.
pub(super) fn workspace(kind: Kind, it: &Member, action: ActionName, on: &Workspace) -> bool {
    use ActionName as A;
    if (kind, it.workspace) != (on.kind, on.id) {
        return false;
    }
    match action {
        A::ViewWorkspace | A::EditWorkspace | A::ExportWorkspace | A::LeaveWorkspace => true,
        A::InviteMember | A::ManageTeam => it.role == Role::Owner,
        // P4 and §10.16: an agency asks artists and other agencies, and keeps profiles for artists without account
        A::PrepareMandate | A::PreparePartnership | A::CreateManagedProfile => kind == Kind::Agency,
        _ => false,
    }
}
