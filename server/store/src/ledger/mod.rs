//! The ledger: entries chained per engagement and for the platform, final from the first one.

mod append;
mod download;
mod heads;
mod leaf;
mod read;
mod verify;

pub(crate) use append::{Stamp, append};
pub use download::{Downloaded, download, verify_download};
pub use heads::Head;
pub use leaf::{Leaf, PLATFORM, leaf_hash, salted};
pub use read::{EntryView, FieldView, chain_head, entries};
pub use verify::{Broken, Checked, verify, verify_chain};

use domain::EngagementId;

/// For whom a field of an entry is; who that is, policies decide (`ReadAuditField`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Every party of the engagement.
    Parties,
    /// Every party, and counsel.
    Contract,
    /// Artist and agency.
    Office,
    /// The artist alone.
    Artist,
    /// The agency alone.
    Agency,
    /// The presenter alone.
    Presenter,
}
impl Audience {
    /// The word in rows and policies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parties => "parties",
            Self::Contract => "contract",
            Self::Office => "office",
            Self::Artist => "artist",
            Self::Agency => "agency",
            Self::Presenter => "presenter",
        }
    }
    /// The audience of one side alone.
    #[must_use]
    pub fn of(side: domain::Side) -> Self {
        match side {
            domain::Side::Artist => Self::Artist,
            domain::Side::Agency => Self::Agency,
            domain::Side::Presenter => Self::Presenter,
        }
    }
}

/// One field of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name: `before.state`, `after.state`, `payload`.
    pub name: String,
    /// Its value as text.
    pub value: String,
    /// For whom.
    pub audience: Audience,
    /// Whether it speaks of fee or commission.
    pub money: bool,
}

/// What the ledger shall say of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// On the chain of this engagement, or the platform's.
    pub engagement: Option<EngagementId>,
    /// The kind of thing: `request`, `hold`, `profile`.
    pub entity: &'static str,
    /// Its id.
    pub id: String,
    /// What happened: `submitted`, `granted`, `level-set`.
    pub transition: &'static str,
    /// For whom the common fields (actor, transition, entity) are.
    pub audience: Audience,
    /// The digest that the person confirmed, where one was shown.
    pub confirmed: Option<domain::Digest>,
    /// Further fields: what was before, what is after, the payload.
    pub fields: Vec<Field>,
}

// values are small and mostly made for the call; taking them by value keeps callers free of `&`
#[allow(clippy::needless_pass_by_value)]
impl Event {
    /// An event on the platform's chain.
    #[must_use]
    pub fn platform(entity: &'static str, id: impl ToString, transition: &'static str) -> Self {
        Self {
            engagement: None,
            entity,
            id: id.to_string(),
            transition,
            audience: Audience::Parties,
            confirmed: None,
            fields: Vec::new(),
        }
    }
    /// An event on an engagement's chain, for every party.
    #[must_use]
    pub fn engagement(
        engagement: EngagementId,
        entity: &'static str,
        id: impl ToString,
        transition: &'static str,
    ) -> Self {
        Self { engagement: Some(engagement), ..Self::platform(entity, id, transition) }
    }
    /// For this audience alone.
    #[must_use]
    pub fn only(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }
    /// With the digest that the person confirmed.
    #[must_use]
    pub fn confirmed(mut self, digest: domain::Digest) -> Self {
        self.confirmed = Some(digest);
        self
    }
    /// With a field for the event's own audience.
    #[must_use]
    pub fn with(self, name: impl Into<String>, value: impl ToString) -> Self {
        let audience = self.audience;
        self.with_for(audience, name, value)
    }
    /// With a field for another audience.
    #[must_use]
    pub fn with_for(mut self, audience: Audience, name: impl Into<String>, value: impl ToString) -> Self {
        self.fields.push(Field { name: name.into(), value: value.to_string(), audience, money: false });
        self
    }
    /// With a field that speaks of money.
    #[must_use]
    pub fn with_money(mut self, audience: Audience, name: impl Into<String>, value: impl ToString) -> Self {
        self.fields.push(Field { name: name.into(), value: value.to_string(), audience, money: true });
        self
    }
    /// With what was and what is, where they differ.
    #[must_use]
    pub fn change(self, name: &str, before: impl ToString, after: impl ToString) -> Self {
        let (before, after) = (before.to_string(), after.to_string());
        if before == after {
            return self;
        }
        self.with(format!("before.{name}"), before).with(format!("after.{name}"), after)
    }
    /// The same of what speaks of money.
    #[must_use]
    pub fn change_money(self, name: &str, before: impl ToString, after: impl ToString) -> Self {
        let (before, after, audience) = (before.to_string(), after.to_string(), self.audience);
        if before == after {
            return self;
        }
        self.with_money(audience, format!("before.{name}"), before).with_money(
            audience,
            format!("after.{name}"),
            after,
        )
    }
}
