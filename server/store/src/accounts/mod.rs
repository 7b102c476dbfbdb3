//! Who comes in: applications, sign-in links, sessions, second factors, teams, and what platform staff decide of them.

mod addresses;
mod admins;
mod application;
mod codes;
mod contact;
mod delays;
mod enrolment;
mod factor;
mod house;
mod invitations;
mod joining;
mod letters;
mod links;
mod own_profile;
mod review;
mod secrets;
mod sessions;
mod sign_up;
mod team;
#[cfg(test)]
pub(crate) mod tests;
mod verification;

pub use addresses::{Patience, address_right, address_try, address_waits};
pub use admins::{AdminMade, admin_create};
pub use application::{Application, apply_again, correct, view, withdraw};
pub use codes::{
    CodeRow, CodeTerms, IssuedCode, LONGEST_DAYS, MOST_USES, code_issue, code_revoke, code_view, codes,
};
pub use contact::{Contacted, contact_receive};
pub use enrolment::{FirstCode, enrolment, factor_begin, factor_confirm, recovery_renew};
pub use factor::{FactorState, Proof, factor_state, factor_try, factor_use, recovery_left};
pub use house::form_secret;
pub use invitations::{
    Invitation, OpenInvitation, invitation_seen, invitation_shown, invitation_withdraw, invitations_open,
    invite, invite_counsel,
};
pub use joining::{accept, join};
pub use links::{
    LINK_LIFE, Miss, SHORT_CODE_TRIES, Tried, code_redeem, link_plant, link_redeem, link_request, planted,
};
pub use review::{AccountPage, Reviewed, account_review, accounts, approve, reinstate, reject, suspend};
pub use secrets::{hash, hash_of_text, secret_text};
pub use sessions::{
    Issued, Membership, SESSION_LIFE, SessionRow, home, memberships, session_plant, session_revoke, sessions,
    sessions_revoke_others, sign_out,
};
pub use sign_up::{SignUpFault, Signing, sign_up};
pub use team::{MemberRow, leave, member_remove, members, money_set, role_set};
pub use verification::{
    WorkspaceMember, WorkspacePage, WorkspaceReviewed, revoke_verification, verify, workspace_review,
    workspaces,
};

use crate::error::StoreError;
use domain::Version;

/// Refuses what was typed on an older edition than the one the permit was given for.
fn shown_is(shown: Version, stands: Version) -> Result<(), StoreError> {
    crate::write::fresh_enough(shown, stands)
}

/// One row changed, or somebody was quicker.
fn changed(rows: usize, version: Version) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale { shown: version, stands: Version(version.0 + 1) }) }
}
