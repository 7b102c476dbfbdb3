//! The tables as Diesel sees them, by noun; a test holds them to both databases.

// what `diesel::table!` writes has no documentation; the tables are described in the migrations
#[allow(missing_docs)]
mod engagement;
#[allow(missing_docs)]
mod ledger;
#[allow(missing_docs)]
mod people;
#[allow(missing_docs)]
mod post;
#[allow(missing_docs)]
mod profile;
#[allow(missing_docs)]
mod watch;
#[allow(missing_docs)]
mod workspace;

pub use engagement::*;
pub use ledger::*;
pub use people::*;
pub use post::*;
pub use profile::*;
pub use watch::*;
pub use workspace::*;

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    workspaces,
    memberships,
    sessions,
    sign_in_links,
    delays,
    factors,
    recovery_codes,
    access_codes,
    invitations,
    profiles,
    slugs,
    profile_notes,
    mandates,
    partnerships,
    stealth_invitations,
    presenter_asks,
    engagements,
    engagement_counsel,
    engagement_notes,
    requests,
    holds,
    hold_days,
    messages,
    documents,
    document_counsel,
    drafts,
    enquiries,
    support_messages,
    outbox,
    audit_chains,
    audit_entries,
    audit_values,
    security_events,
    decisions,
    spent_forms,
    settings,
    policy_sets,
    policy_proofs,
    policy_activations,
);
