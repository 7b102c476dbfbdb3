//! Who is who: kinds of workspace, roles, states of an account, plans.

use std::str::FromStr;

/// A word that is none of those expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the words expected here")]
pub struct Unknown;

/// Marker that an enum is written as one word in rows and policies; see [`TextEnum`].
macro_rules! text_enum {
    ($Name:ident) => {
        impl $crate::people::TextEnum for $Name {
            fn text(&self) -> &'static str {
                self.as_str()
            }
        }
    };
}
pub(crate) use text_enum;

/// An enum that is stored and compared as one word.
pub trait TextEnum: FromStr + Copy {
    /// The word.
    fn text(&self) -> &'static str;
}

/// Declares an enum of words: the name in rows and policies beside each variant.
macro_rules! words {
    ($(#[$doc:meta])* $Name:ident { $($(#[$vdoc:meta])* $Variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $Name { $($(#[$vdoc])* #[serde(rename = $word)] $Variant),+ }
        impl $Name {
            /// All, in the order of the declaration.
            pub const ALL: &'static [$Name] = &[$(Self::$Variant),+];
            /// The word in rows, policies and the interface.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$Variant => $word),+ } }
        }
        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl std::str::FromStr for $Name {
            type Err = $crate::people::Unknown;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($word => Ok(Self::$Variant),)+ _ => Err($crate::people::Unknown) }
            }
        }
        $crate::people::text_enum!($Name);
    };
}
pub(crate) use words;

words! {
    /// What a workspace is.
    Kind {
        /// An artist's own workspace.
        Artist = "artist",
        /// An agency that represents artists.
        Agency = "agency",
        /// A presenter or orchestra that engages them.
        Presenter = "presenter",
    }
}

words! {
    /// What an applicant applies as.
    Applicant {
        /// An artist.
        Artist = "artist",
        /// An agency.
        Agency = "agency",
        /// A presenter.
        Presenter = "presenter",
        /// Counsel, by invitation only.
        Counsel = "counsel",
        /// Platform staff, made at the command line only.
        Staff = "staff",
    }
}

words! {
    /// A member's role in a workspace, from most to least.
    Role {
        /// Invites, closes, confirms.
        Owner = "owner",
        /// Confirms.
        Manager = "manager",
        /// Prepares, never confirms.
        Assistant = "assistant",
    }
}

words! {
    /// Where an account stands at the gate.
    AccountStatus {
        /// Signed up; a person has not looked yet.
        Pending = "pending",
        /// A person, or a reviewed-access code of theirs, approved it.
        Approved = "approved",
        /// A person said no, with a reason.
        Rejected = "rejected",
        /// Was approved, is stopped for now.
        Suspended = "suspended",
        /// The applicant withdrew; they may apply again.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What a workspace pays for. Plans decide capabilities, never privacy.
    Plan {
        /// Artist without an agency.
        Solo = "solo",
        /// Artist with an agency.
        Represented = "represented",
        /// Small agency.
        Studio = "studio",
        /// Large agency.
        House = "house",
        /// Presenter without discovery.
        Season = "season",
        /// Presenter with discovery.
        Discovery = "discovery",
    }
}

words! {
    /// What a plan allows, as policies read it.
    Capability {
        /// Finding discoverable artists.
        Discovery = "discovery",
    }
}

words! {
    /// A party's side on an engagement.
    Side {
        /// The artist.
        Artist = "artist",
        /// The agency on record.
        Agency = "agency",
        /// The presenter.
        Presenter = "presenter",
    }
}

impl Plan {
    /// What the plan allows.
    #[must_use]
    pub fn capabilities(self) -> &'static [Capability] {
        match self {
            Self::Discovery => &[Capability::Discovery],
            Self::Solo | Self::Represented | Self::Studio | Self::House | Self::Season => &[],
        }
    }

    /// The plans a workspace of this kind may have; the first is what it starts with.
    #[must_use]
    pub fn of(kind: Kind) -> [Plan; 2] {
        match kind {
            Kind::Artist => [Self::Solo, Self::Represented],
            Kind::Agency => [Self::Studio, Self::House],
            Kind::Presenter => [Self::Season, Self::Discovery],
        }
    }
}

impl Role {
    /// Whether money is open to this role only by an owner's grant; the policies say what follows from it.
    #[must_use]
    pub fn needs_grants(self) -> bool {
        self == Self::Assistant
    }

    /// Whether whoever has it can be the artist in person, as the database holds it too (spec 10.2).
    #[must_use]
    pub fn can_be_the_artist(self) -> bool {
        self == Self::Owner
    }

    /// The role with its article, as letters write it.
    #[must_use]
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Owner => "an owner",
            Self::Manager => "a manager",
            Self::Assistant => "an assistant",
        }
    }
}

impl Kind {
    /// The side that a workspace of this kind has on an engagement.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::Artist => Side::Artist,
            Self::Agency => Side::Agency,
            Self::Presenter => Side::Presenter,
        }
    }

    /// The applicant's word for the same.
    #[must_use]
    pub fn applicant(self) -> Applicant {
        match self {
            Self::Artist => Applicant::Artist,
            Self::Agency => Applicant::Agency,
            Self::Presenter => Applicant::Presenter,
        }
    }
}

impl Applicant {
    /// The kind of workspace this applicant gets; counsel and staff get none.
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Artist => Some(Kind::Artist),
            Self::Agency => Some(Kind::Agency),
            Self::Presenter => Some(Kind::Presenter),
            Self::Counsel | Self::Staff => None,
        }
    }
}
