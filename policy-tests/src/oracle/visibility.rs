//! Practice 6 (and fine points 1 to 5, 7 and 16): who sees what of one artist.

use domain::{AccountStatus, Capability, Kind, Level, WorkspaceId};
use policy::facts::Profile;
use policy::{Actor, Member};

/// What one viewer gets of one artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sees {
    /// The public page.
    pub folio: bool,
    /// The listing, by its address.
    pub listing: bool,
    /// The listing, in lists and searches.
    pub found: bool,
    /// The profile, its level, its availability.
    pub everything: bool,
}

/// How far the profile really goes, whatever level is set.
#[must_use]
pub fn effective(profile: &Profile) -> Level {
    // an unverified workspace is private for others (fine point 1), and so is a profile that no artist holds (16)
    if !profile.verified || !profile.claimed {
        return Level::WorkspacePrivate;
    }
    match profile.level {
        Level::Public if !profile.opted_in => Level::PrivateListing,
        level => level,
    }
}

/// The union of the rows of the table that apply to the viewer.
#[must_use]
pub fn sees(viewer: &Actor, profile: &Profile) -> Sees {
    let level = effective(profile);
    let nobody_in_particular = Sees { folio: level == Level::Public, ..Sees::default() };
    match viewer {
        // the machine's operator works below the platform and looks at no pages
        Actor::Operator => Sees::default(),
        Actor::Member(kind, member) if member.status == AccountStatus::Approved => {
            let more = if represents(*kind, member, profile) {
                Sees { listing: true, found: true, everything: true, ..Sees::default() }
            } else {
                outsider(*kind, member, profile, level)
            };
            Sees { folio: nobody_in_particular.folio, ..more }
        }
        _ => nobody_in_particular,
    }
}

/// The artist's own workspace, or an agency whose mandate is in force.
fn represents(kind: Kind, member: &Member, profile: &Profile) -> bool {
    match kind {
        Kind::Artist => member.workspace == profile.workspace,
        Kind::Agency => profile.agencies.contains(&member.workspace),
        Kind::Presenter => false,
    }
}

fn outsider(kind: Kind, member: &Member, profile: &Profile, level: Level) -> Sees {
    if !member.verified {
        return Sees::default();
    }
    let among = |them: &[WorkspaceId]| them.contains(&member.workspace);
    let listed = matches!(level, Level::Public | Level::PrivateListing);
    match kind {
        Kind::Artist => Sees::default(),
        Kind::Agency => {
            let listing = listed && among(&profile.partners);
            Sees { listing, found: listing && profile.discoverable, ..Sees::default() }
        }
        Kind::Presenter => Sees {
            listing: listed || (level == Level::Stealth && among(&profile.invited)),
            found: listed && profile.discoverable && member.capabilities.contains(&Capability::Discovery),
            ..Sees::default()
        },
    }
}
