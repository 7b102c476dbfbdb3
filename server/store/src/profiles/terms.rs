//! What is offered, word for word. Drafts keep it in its one canonical spelling.

use crate::error::StoreError;
use domain::{Day, MandateId, PartnershipId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// The terms of a representation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandateTerms {
    /// Its name when the offer was made.
    pub agency_name: String,
    /// To whom it is offered; empty for a managed profile.
    pub artist_email: String,
    /// Commission in basis points of the gross fee.
    pub commission_bp: i64,
    /// `mandate`.
    pub kind: String,
    /// Whether the agency keeps the profile for an artist without an account.
    pub managed: bool,
    /// The mandate's id, minted with the offer.
    pub mandate: MandateId,
    /// The first day; it begins at midnight UTC, and never before it is accepted.
    pub start: Day,
    /// Where it holds.
    pub territory: String,
    /// The agency's workspace, which acts.
    pub workspace: WorkspaceId,
}

/// What one agency asks another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnershipTerms {
    /// Who is asked: an owner's address.
    pub asked_email: String,
    /// Its name when it asked.
    pub asker_name: String,
    /// `partnership`.
    pub kind: String,
    /// The partnership's id, minted with the question.
    pub partnership: PartnershipId,
    /// The asking agency's workspace, which acts.
    pub workspace: WorkspaceId,
}

/// Either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// A representation.
    Mandate(MandateTerms),
    /// A partnership.
    Partnership(PartnershipTerms),
}

pub(super) fn mandate(payload: &str) -> Result<MandateTerms, StoreError> {
    serde_json::from_str(payload).map_err(|_| StoreError::Corrupt("mandates.payload"))
}

pub(super) fn partnership(payload: &str) -> Result<PartnershipTerms, StoreError> {
    serde_json::from_str(payload).map_err(|_| StoreError::Corrupt("partnerships.payload"))
}

/// `12.5 %`.
#[must_use]
pub(super) fn percent(basis_points: i64) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    match part {
        0 => format!("{whole} %"),
        it if it % 10 == 0 => format!("{whole}.{} %", it / 10),
        it => format!("{whole}.{it:02} %"),
    }
}

impl MandateTerms {
    /// The commission in words: `12.5 %`.
    #[must_use]
    pub fn commission(&self) -> String {
        percent(self.commission_bp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents() {
        assert_eq!([0, 1500, 1250, 1205, 5].map(percent), ["0 %", "15 %", "12.5 %", "12.05 %", "0.05 %"]);
    }
}
