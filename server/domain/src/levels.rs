//! The four visibility levels of an artist, and who may set them is the policies' business, not this module's.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How far a profile is seen, ordered from closed to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The artist and the agencies that represent them.
    WorkspacePrivate,
    /// Also verified presenters that were invited.
    Stealth,
    /// Also every verified presenter, and partner agencies.
    PrivateListing,
    /// Also the whole world, by the folio.
    Public,
}

impl Level {
    /// All, from open to closed.
    pub const ALL: [Level; 4] = [Self::Public, Self::PrivateListing, Self::Stealth, Self::WorkspacePrivate];

    /// The name that policies, rows and the interface use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::PrivateListing => "private_listing",
            Self::Stealth => "stealth",
            Self::WorkspacePrivate => "workspace_private",
        }
    }

    /// The name on pages.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::PrivateListing => "Private listing",
            Self::Stealth => "Stealth roster",
            Self::WorkspacePrivate => "Workspace-private",
        }
    }
}
crate::people::text_enum!(Level);
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl FromStr for Level {
    type Err = crate::people::Unknown;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or(crate::people::Unknown)
    }
}
