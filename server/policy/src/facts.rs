//! What policies may know of a thing: plain values, private fields of other floors never. One struct a Cedar type.

use crate::actor::workspace_kind;
use crate::entity::{Attributes, EntityKind, Value};
use domain::*;

/// Something policies decide about.
pub trait Facts: Send + Sync {
    /// Its typed id.
    type Id: Copy + Eq + std::fmt::Display + Send + Sync + 'static;
    /// The Cedar types it may have.
    const KINDS: &'static [EntityKind];
    /// Its id.
    fn id(&self) -> Self::Id;
    /// The edition the facts were read at.
    fn version(&self) -> Version;
    /// Its Cedar type.
    fn kind(&self) -> EntityKind {
        Self::KINDS[0]
    }
    /// Its attributes, all that the schema demands.
    fn attributes(&self) -> Vec<(&'static str, Value<'_>)>;
}

fn artist(id: WorkspaceId) -> Value<'static> {
    Value::Ref(EntityKind::ArtistWorkspace, *id.key())
}
fn agency(id: WorkspaceId) -> Value<'static> {
    Value::Ref(EntityKind::AgencyWorkspace, *id.key())
}
fn presenter(id: WorkspaceId) -> Value<'static> {
    Value::Ref(EntityKind::PresenterWorkspace, *id.key())
}
fn person(id: PersonId) -> Value<'static> {
    Value::Ref(EntityKind::Person, *id.key())
}
fn keys<I: Id>(them: &[I]) -> Vec<Key> {
    them.iter().map(|it| *it.key()).collect()
}

/// The parties on record of an engagement: its tenancy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parties {
    /// The artist's workspace.
    pub artist: WorkspaceId,
    /// The agency on record, if any.
    pub agency: Option<WorkspaceId>,
    /// The presenter's workspace.
    pub presenter: WorkspaceId,
}

impl Parties {
    fn push(&self, to: &mut Attributes<'_>) {
        to.push(("artist", artist(self.artist)));
        if let Some(id) = self.agency {
            to.push(("agency", agency(id)));
        }
        to.push(("presenter", presenter(self.presenter)));
    }

    /// The side on which this workspace stands, if on any.
    #[must_use]
    pub fn side_of(&self, workspace: WorkspaceId) -> Option<Side> {
        if workspace == self.artist {
            Some(Side::Artist)
        } else if Some(workspace) == self.agency {
            Some(Side::Agency)
        } else if workspace == self.presenter {
            Some(Side::Presenter)
        } else {
            None
        }
    }

    /// The workspaces on record, with their sides.
    pub fn all(&self) -> impl Iterator<Item = (Side, WorkspaceId)> {
        [
            Some((Side::Artist, self.artist)),
            self.agency.map(|it| (Side::Agency, it)),
            Some((Side::Presenter, self.presenter)),
        ]
        .into_iter()
        .flatten()
    }
}

/// The platform itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform;
/// The id of the one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThePlatform;
impl std::fmt::Display for ThePlatform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("platform")
    }
}
impl Facts for Platform {
    type Id = ThePlatform;
    const KINDS: &'static [EntityKind] = &[EntityKind::Platform];
    fn id(&self) -> ThePlatform {
        ThePlatform
    }
    fn version(&self) -> Version {
        Version(0)
    }
    fn attributes(&self) -> Vec<(&'static str, Value<'_>)> {
        Vec::new()
    }
}

macro_rules! facts {
    ($(#[$doc:meta])* $Name:ident, $Id:ty { $($(#[$fdoc:meta])* $field:ident: $Type:ty),* $(,)? } |$it:ident| $attributes:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $Name {
            /// Its id.
            pub id: $Id,
            /// The edition read.
            pub version: Version,
            $($(#[$fdoc])* pub $field: $Type,)*
        }
        impl Facts for $Name {
            type Id = $Id;
            const KINDS: &'static [EntityKind] = &[EntityKind::$Name];
            fn id(&self) -> $Id { self.id }
            fn version(&self) -> Version { self.version }
            fn attributes(&self) -> Vec<(&'static str, Value<'_>)> { let $it = self; $attributes }
        }
    };
}

/// A workspace, of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The edition read.
    pub version: Version,
    /// What it is.
    pub kind: Kind,
    /// Whether an admin verified it.
    pub verified: bool,
    /// The acting person, when they are a member here.
    pub persons: Vec<PersonId>,
}
impl Facts for Workspace {
    type Id = WorkspaceId;
    const KINDS: &'static [EntityKind] =
        &[EntityKind::ArtistWorkspace, EntityKind::AgencyWorkspace, EntityKind::PresenterWorkspace];
    fn id(&self) -> WorkspaceId {
        self.id
    }
    fn version(&self) -> Version {
        self.version
    }
    fn kind(&self) -> EntityKind {
        workspace_kind(self.kind)
    }
    fn attributes(&self) -> Vec<(&'static str, Value<'_>)> {
        vec![
            ("verified", Value::Flag(self.verified)),
            ("persons", Value::Refs(EntityKind::Person, keys(&self.persons))),
        ]
    }
}

facts! {
    /// An account and its application.
    Account, AccountId {
        /// The human being.
        person: PersonId,
        /// Where it stands.
        status: AccountStatus,
        /// Whether a second factor was set up and confirmed.
        enrolled: bool,
        /// The acting admin's person, when both are members of one workspace.
        colleagues: Vec<PersonId>,
    } |it| vec![
        ("person", person(it.person)),
        ("status", Value::Text(it.status.as_str())),
        ("enrolled", Value::Flag(it.enrolled)),
        ("colleagues", Value::Refs(EntityKind::Person, keys(&it.colleagues))),
    ]
}
facts! {
    /// A reviewed-access code.
    AccessCode, CodeId {
        /// Who issued it.
        issuer: PersonId,
        /// Whether they are still platform staff, with an approved account.
        issuer_in_office: bool,
        /// Whether it was revoked.
        revoked: bool,
    } |it| vec![
        ("issuer", person(it.issuer)),
        ("issuer_in_office", Value::Flag(it.issuer_in_office)),
        ("revoked", Value::Flag(it.revoked)),
    ]
}
facts! {
    /// An artist's profile. The sets hold at most the acting workspace.
    Profile, ProfileId {
        /// The artist's workspace.
        workspace: WorkspaceId,
        /// Whether that workspace is verified.
        verified: bool,
        /// The level that was set.
        level: Level,
        /// Whether the artist in person opted in to be public.
        opted_in: bool,
        /// Whether the artist in person agreed to be found.
        discoverable: bool,
        /// Whether an artist holds it, or only an agency manages it.
        claimed: bool,
        /// The digest of an open claim, or empty.
        claim: String,
        /// Agencies with a mandate in force.
        agencies: Vec<WorkspaceId>,
        /// Partner agencies of those.
        partners: Vec<WorkspaceId>,
        /// Presenters invited to the stealth roster.
        invited: Vec<WorkspaceId>,
    } |it| vec![
        ("workspace", artist(it.workspace)),
        ("verified", Value::Flag(it.verified)),
        ("level", Value::Text(it.level.as_str())),
        ("opted_in", Value::Flag(it.opted_in)),
        ("discoverable", Value::Flag(it.discoverable)),
        ("claimed", Value::Flag(it.claimed)),
        ("claim", Value::Text(&it.claim)),
        ("agencies", Value::Refs(EntityKind::AgencyWorkspace, keys(&it.agencies))),
        ("partners", Value::Refs(EntityKind::AgencyWorkspace, keys(&it.partners))),
        ("invited", Value::Refs(EntityKind::PresenterWorkspace, keys(&it.invited))),
    ]
}
facts! {
    /// A representation.
    Mandate, MandateId {
        /// The artist.
        artist: WorkspaceId,
        /// The agency.
        agency: WorkspaceId,
        /// Who sent the offer.
        offered_by: PersonId,
        /// Where it stands.
        state: domain::records::MandateState,
        /// The digest of its terms, as text.
        digest_text: String,
        /// Whether a person confirmed the end that a timer may carry out.
        deadline_confirmed: bool,
    } |it| vec![
        ("artist", artist(it.artist)),
        ("agency", agency(it.agency)),
        ("offered_by", person(it.offered_by)),
        ("state", Value::Text(it.state.as_str())),
        ("digest", Value::Text(&it.digest_text)),
        ("deadline_confirmed", Value::Flag(it.deadline_confirmed)),
    ]
}
facts! {
    /// A partnership of agencies.
    Partnership, PartnershipId {
        /// Who asked.
        asker: WorkspaceId,
        /// Who was asked.
        asked: WorkspaceId,
        /// The person who asked.
        offered_by: PersonId,
        /// Where it stands.
        state: domain::records::PartnershipState,
        /// The digest of what was asked.
        digest_text: String,
    } |it| vec![
        ("asker", agency(it.asker)),
        ("asked", agency(it.asked)),
        ("offered_by", person(it.offered_by)),
        ("state", Value::Text(it.state.as_str())),
        ("digest", Value::Text(&it.digest_text)),
    ]
}
facts! {
    /// A request from the public form.
    Enquiry, EnquiryId {
        /// The artist it names, if one is here.
        artist: Option<WorkspaceId>,
        /// The agency that represented the artist when it came, while it still does.
        agency: Option<WorkspaceId>,
        /// Where it stands, as a word.
        state: String,
        /// The digest of the answer that the platform prepared, or empty.
        digest_text: String,
    } |it| {
        let mut all = Vec::new();
        if let Some(id) = it.artist { all.push(("artist", artist(id))); }
        if let Some(id) = it.agency { all.push(("agency", agency(id))); }
        all.push(("state", Value::Text(&it.state)));
        all.push(("digest", Value::Text(&it.digest_text)));
        all
    }
}
facts! {
    /// An engagement.
    Engagement, EngagementId {
        /// Its parties.
        parties: Parties,
        /// The acting counsel, when invited and not withdrawn.
        counsel: Vec<AccountId>,
    } |it| {
        let mut all = Vec::with_capacity(4);
        it.parties.push(&mut all);
        all.push(("counsel", Value::Refs(EntityKind::Counsel, keys(&it.counsel))));
        all
    }
}
facts! {
    /// The ledger of one engagement.
    AuditChain, EngagementId {
        /// Its parties.
        parties: Parties,
        /// The acting counsel, when invited and not withdrawn.
        counsel: Vec<AccountId>,
    } |it| {
        let mut all = Vec::with_capacity(4);
        it.parties.push(&mut all);
        all.push(("counsel", Value::Refs(EntityKind::Counsel, keys(&it.counsel))));
        all
    }
}
facts! {
    /// One field of one ledger entry.
    AuditField, EntryId {
        /// The engagement's parties.
        parties: Parties,
        /// The acting counsel, when invited and not withdrawn.
        counsel: Vec<AccountId>,
        /// For whom: parties, contract, office, artist, agency, presenter.
        audience: String,
        /// Whether it speaks of fee or commission.
        money: bool,
    } |it| {
        let mut all = Vec::with_capacity(6);
        it.parties.push(&mut all);
        all.push(("counsel", Value::Refs(EntityKind::Counsel, keys(&it.counsel))));
        all.push(("audience", Value::Text(&it.audience)));
        all.push(("money", Value::Flag(it.money)));
        all
    }
}

mod records;
pub use records::*;
