//! What is offered, word for word: canonical JSON (keys in order, no spaces) and its SHA-256.

use crate::error::StoreError;
use domain::{Day, Digest, MandateId, PartnershipId, WorkspaceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The terms of a representation. The fields stand in the order of their names, which makes the text canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandateTerms {
    /// The agency's workspace.
    pub agency: WorkspaceId,
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
}

/// What one agency asks another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnershipTerms {
    /// Who is asked: an owner's address.
    pub asked_email: String,
    /// The asking agency.
    pub asker: WorkspaceId,
    /// Its name when it asked.
    pub asker_name: String,
    /// `partnership`.
    pub kind: String,
    /// The partnership's id, minted with the question.
    pub partnership: PartnershipId,
}

/// Either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// A representation.
    Mandate(MandateTerms),
    /// A partnership.
    Partnership(PartnershipTerms),
}

pub(super) fn canonical(terms: &impl Serialize) -> Result<(String, Digest), StoreError> {
    let text = serde_json::to_string(terms).map_err(|_| StoreError::Corrupt("terms"))?;
    let digest = Digest(Sha256::digest(&text).into());
    Ok((text, digest))
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

    #[test]
    fn the_text_of_terms_is_canonical() {
        let asked = PartnershipTerms {
            asked_email: "a@b.example".into(),
            asker: "0123456789012345678901".parse().unwrap(),
            asker_name: "Example".into(),
            kind: "partnership".into(),
            partnership: "0123456789012345678902".parse().unwrap(),
        };
        let (text, digest) = canonical(&asked).unwrap();
        let sorted: std::collections::BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&sorted).unwrap(), text);
        assert_eq!(partnership(&text).unwrap(), asked);
        assert_eq!(digest.to_string().len(), 64);
    }
}
