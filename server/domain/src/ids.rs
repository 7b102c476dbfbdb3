//! Typed ids. A raw text from an address is parsed once, at the edge, into one of these.
//!
//! An id is a version 7 UUID (RFC 9562 section 5.7) written in 22 characters of an alphabet that needs no escaping in
//! addresses and whose byte order is the order of time. 22 bytes stay inline in Cedar's small strings.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

const ALPHABET: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
const LENGTH: usize = 22;

/// Why a text is not an id. Says nothing about whether a thing exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: 22 characters of 0-9, A-Z, _, a-z, ~ expected")]
pub struct NotAnId;

/// The 22 bytes of an id, always valid ASCII of the alphabet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; LENGTH]);

impl Key {
    /// The key of a UUID.
    #[must_use]
    pub fn of(id: Uuid) -> Self {
        let mut rest = id.as_u128();
        let mut text = [b'0'; LENGTH];
        for at in (0..LENGTH).rev() {
            text[at] = ALPHABET[(rest & 63) as usize];
            rest >>= 6;
        }
        Self(text)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII, so this cannot fail; the empty text would be refused everywhere.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Key {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NotAnId)?;
        if bytes.iter().all(|it| ALPHABET.contains(it)) { Ok(Self(bytes)) } else { Err(NotAnId) }
    }
}
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What every typed id can do.
pub trait Id:
    Copy + Eq + Ord + std::hash::Hash + fmt::Display + fmt::Debug + FromStr<Err = NotAnId> + Send + Sync + 'static
{
    /// The id as text of 22 characters.
    fn key(&self) -> &Key;
    /// An id that was parsed or minted as another one of the same thing.
    fn from_key(key: Key) -> Self;
}

macro_rules! ids { ($($(#[$doc:meta])* $Id:ident)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(transparent)]
    pub struct $Id(Key);
    impl $Id {
        /// The id as text of 22 characters.
        #[must_use]
        pub fn as_str(&self) -> &str { self.0.as_str() }
    }
    impl Id for $Id {
        fn key(&self) -> &Key { &self.0 }
        fn from_key(key: Key) -> Self { Self(key) }
    }
    impl fmt::Debug for $Id { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) } }
    impl fmt::Display for $Id { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) } }
    impl FromStr for $Id { type Err = NotAnId; fn from_str(s: &str) -> Result<Self, NotAnId> { s.parse().map(Self) } }
)* } }

ids! {
    /// A human being, who may hold several accounts; two-person rules compare these.
    PersonId
    /// What a person signs in with.
    AccountId
    /// A session as its owner sees it in a list (never the secret).
    SessionId
    /// A workspace of any kind.
    WorkspaceId
    /// A membership of an account in a workspace.
    MembershipId
    /// An artist's profile.
    ProfileId
    /// A representation of an artist by an agency.
    MandateId
    /// A partnership of two agencies.
    PartnershipId
    /// An engagement: the unit of tenancy.
    EngagementId
    /// A request on an engagement.
    RequestId
    /// A request from the public form, before an office took it up.
    EnquiryId
    /// A hold on an artist's dates.
    HoldId
    /// A message on an engagement.
    MessageId
    /// A document on an engagement.
    DocumentId
    /// A prepared payload that waits for a person's confirmation.
    DraftId
    /// A reviewed-access code.
    CodeId
    /// An invitation of a colleague or counsel.
    InvitationId
    /// One visit, for logs, refusals and the audit.
    VisitId
    /// A message in the outbox.
    LetterId
    /// An audit entry.
    EntryId
    /// A quote.
    QuoteId
    /// A contract.
    ContractId
    /// An invoice.
    InvoiceId
    /// A settlement.
    SettlementId
    /// A presenter's season plan.
    SeasonPlanId
    /// A presenter's shortlist.
    ShortlistId
    /// An agency's portal.
    PortalId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_the_order_of_time_and_come_back() {
        let (early, late) = (Key::of(Uuid::from_u128(1 << 80)), Key::of(Uuid::from_u128(2 << 80)));
        assert!(early < late);
        assert_eq!(early.as_str().parse::<Key>(), Ok(early));
        assert_eq!(early.as_str().len(), LENGTH);
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in ["", "1", "0123456789012345678901/", "012345678901234567890é", "0123456789012345678901 "]
        {
            assert_eq!(text.parse::<AccountId>(), Err(NotAnId), "{text}");
        }
    }
}
