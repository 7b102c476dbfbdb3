//! What a draft will do, word for word. The payload of a confirmation is one of these with the acting workspace added.

use crate::error::StoreError;
use domain::records::DraftKind;
use domain::{
    Day, Digest, DocumentId, EngagementId, EnquiryId, HoldId, MandateId, Moment, PartnershipId, ProfileId,
    RequestId, Version, bounded::Money,
};
use serde::{Deserialize, Serialize};

/// What is asked for, or proposed instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The first day.
    pub first_day: Day,
    /// The last day, not before the first.
    pub last_day: Day,
    /// Where.
    pub venue: String,
    /// What is played.
    pub programme: String,
    /// The fee, gross, where one is named.
    pub fee: Option<Money>,
}

impl Terms {
    /// Most days that one request or hold spans.
    pub const DAYS: usize = 60;
}

/// The payloads of engagements, enquiries and ends, tagged by their kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// Send a request to the artist's office.
    Request {
        /// Whom it asks for.
        profile: ProfileId,
        /// The name of the project.
        title: String,
        /// What is asked for.
        terms: Terms,
    },
    /// Propose other terms.
    Counter {
        /// On this engagement.
        engagement: EngagementId,
        /// In answer to this request.
        request: RequestId,
        /// As it stood.
        version: Version,
        /// What is proposed.
        terms: Terms,
        /// In words.
        note: String,
    },
    /// Decline a request, or the terms proposed instead.
    Decline {
        /// On this engagement.
        engagement: EngagementId,
        /// This request.
        request: RequestId,
        /// As it stood.
        version: Version,
        /// In words for the other side.
        reason: String,
    },
    /// Take a request back.
    WithdrawRequest {
        /// On this engagement.
        engagement: EngagementId,
        /// This request.
        request: RequestId,
        /// As it stood.
        version: Version,
        /// In words for the other side.
        reason: String,
    },
    /// Accept a request and grant a hold. Its rank on each day is the next free one at the moment of the grant.
    Hold {
        /// On this engagement.
        engagement: EngagementId,
        /// This request.
        request: RequestId,
        /// As it stood.
        version: Version,
        /// The first day held.
        first_day: Day,
        /// The last day held.
        last_day: Day,
        /// When the hold lapses by itself unless it was released before.
        expires_at: Moment,
    },
    /// Give a hold back.
    Release {
        /// On this engagement.
        engagement: EngagementId,
        /// This hold.
        hold: HoldId,
        /// As it stood.
        version: Version,
    },
    /// Take a hold back.
    Withdrawal {
        /// On this engagement.
        engagement: EngagementId,
        /// This hold.
        hold: HoldId,
        /// As it stood.
        version: Version,
        /// In words for the presenter.
        reason: String,
    },
    /// Write to the other parties.
    Message {
        /// On this engagement.
        engagement: EngagementId,
        /// The text.
        body: String,
    },
    /// Share a document with the other parties.
    Document {
        /// On this engagement.
        engagement: EngagementId,
        /// This document.
        document: DocumentId,
        /// With exactly this content.
        sha256: Digest,
        /// Its title.
        title: String,
        /// Its file's name.
        file_name: String,
    },
    /// Give notice on a mandate, or end it at once.
    EndMandate {
        /// This mandate.
        mandate: MandateId,
        /// As it stood.
        version: Version,
        /// The agency's name.
        agency: String,
        /// The artist's name.
        artist: String,
        /// Which of the two is told.
        to: String,
        /// The last day, which ends at midnight UTC; none where it ends at once.
        last_day: Option<Day>,
        /// What follows, in words for both.
        follows: String,
    },
    /// End a partnership of agencies.
    EndPartnership {
        /// This partnership.
        partnership: PartnershipId,
        /// As it stood.
        version: Version,
        /// The agency that ends it, by name.
        from: String,
        /// The agency that is told, by name.
        to: String,
        /// What follows, in words for both.
        follows: String,
    },
    /// Answer an enquiry by mail.
    EnquiryAnswer {
        /// This enquiry.
        enquiry: EnquiryId,
        /// As it stood.
        version: Version,
        /// To this address.
        to: String,
        /// The mail's subject.
        subject: String,
        /// The mail's text.
        text: String,
    },
}

impl Payload {
    /// The draft's kind.
    #[must_use]
    pub fn kind(&self) -> DraftKind {
        match self {
            Self::Request { .. } => DraftKind::Request,
            Self::Counter { .. } => DraftKind::Counter,
            Self::Decline { .. } => DraftKind::Decline,
            Self::WithdrawRequest { .. } => DraftKind::WithdrawRequest,
            Self::Hold { .. } => DraftKind::Hold,
            Self::Release { .. } => DraftKind::Release,
            Self::Withdrawal { .. } => DraftKind::Withdrawal,
            Self::Message { .. } => DraftKind::Message,
            Self::Document { .. } => DraftKind::Document,
            Self::EnquiryAnswer { .. } => DraftKind::EnquiryAnswer,
            Self::EndMandate { .. } => DraftKind::EndMandate,
            Self::EndPartnership { .. } => DraftKind::EndPartnership,
        }
    }

    /// Reads a stored payload.
    ///
    /// # Errors
    /// It is none of these.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(|_| StoreError::Corrupt("drafts.payload"))
    }

    /// Whether it names a sum, so that its record in the ledger is money too.
    #[must_use]
    pub fn speaks_of_money(&self) -> bool {
        match self {
            Self::Request { terms, .. } | Self::Counter { terms, .. } => terms.fee.is_some(),
            _ => false,
        }
    }
}
