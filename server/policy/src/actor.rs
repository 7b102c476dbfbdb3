//! Who asks: the principals, as plain values.

use crate::entity::{Attributes, EntityKind, Value};
use domain::{AccountId, AccountStatus, Capability, Kind, Moment, PersonId, Role, VisitId, WorkspaceId};

/// The tasks of automation; a task is a word of the program, never of a person.
pub const TASKS: [&str; 4] = ["credential", "timer", "housekeeping", "webhook"];

/// A member's account acting in one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The human being.
    pub person: PersonId,
    /// What they signed in with.
    pub account: AccountId,
    /// Where that account stands at the gate.
    pub status: AccountStatus,
    /// Their role here.
    pub role: Role,
    /// Where they act.
    pub workspace: WorkspaceId,
    /// Whether an admin verified the workspace.
    pub verified: bool,
    /// What the workspace's plan allows.
    pub capabilities: Vec<Capability>,
    /// What an owner granted this member beyond the role, as words.
    pub grants: Vec<String>,
    /// Whether an admin verified that this account is the artist.
    pub in_person: bool,
}

/// Counsel, or platform staff: a person without a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// The human being.
    pub person: PersonId,
    /// What they signed in with.
    pub account: AccountId,
    /// Where that account stands at the gate.
    pub status: AccountStatus,
}

/// A principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody signed in.
    Visitor,
    /// A member of a workspace of this kind.
    Member(Kind, Member),
    /// Counsel.
    Counsel(Staff),
    /// Platform staff.
    Admin(Staff),
    /// A job, webhook or machine credential: its task, and the workspace it belongs to.
    Automation(&'static str, Option<(Kind, WorkspaceId)>),
    /// A person at the machine's own command line.
    Operator,
}

/// An actor on one visit: everything a decision needs to know of the asking side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Who.
    pub actor: Actor,
    /// On which visit, for logs and the audit.
    pub visit: VisitId,
    /// When.
    pub now: Moment,
    /// When the second factor was last shown, if ever.
    pub factor_at: Option<Moment>,
}

impl Asker {
    /// Seconds since the second factor; the largest number where there was none.
    #[must_use]
    pub fn factor_age(&self) -> i64 {
        self.factor_at.map_or(i64::MAX, |at| self.now.age_of(at))
    }
}

impl Actor {
    /// The Cedar type.
    #[must_use]
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Visitor => EntityKind::Visitor,
            Self::Member(Kind::Artist, _) => EntityKind::ArtistMember,
            Self::Member(Kind::Agency, _) => EntityKind::AgencyMember,
            Self::Member(Kind::Presenter, _) => EntityKind::PresenterMember,
            Self::Counsel(_) => EntityKind::Counsel,
            Self::Admin(_) => EntityKind::Admin,
            Self::Automation(..) => EntityKind::Automation,
            Self::Operator => EntityKind::Operator,
        }
    }

    /// The Cedar id: the account's where there is one.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Visitor => "anyone",
            Self::Member(_, it) => it.account.as_str(),
            Self::Counsel(it) | Self::Admin(it) => it.account.as_str(),
            Self::Automation(task, _) => task,
            Self::Operator => "operator",
        }
    }

    /// The account, where one is signed in.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Member(_, it) => Some(it.account),
            Self::Counsel(it) | Self::Admin(it) => Some(it.account),
            Self::Visitor | Self::Automation(..) | Self::Operator => None,
        }
    }

    /// The person, where one is signed in.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Member(_, it) => Some(it.person),
            Self::Counsel(it) | Self::Admin(it) => Some(it.person),
            Self::Visitor | Self::Automation(..) | Self::Operator => None,
        }
    }

    /// The workspace they act in, with its kind.
    #[must_use]
    pub fn workspace(&self) -> Option<(Kind, WorkspaceId)> {
        match self {
            Self::Member(kind, it) => Some((*kind, it.workspace)),
            Self::Automation(_, workspace) => *workspace,
            Self::Visitor | Self::Counsel(_) | Self::Admin(_) | Self::Operator => None,
        }
    }

    /// The member, where they act in a workspace as one.
    #[must_use]
    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::Member(_, it) => Some(it),
            _ => None,
        }
    }

    pub(crate) fn attributes(&self) -> Attributes<'_> {
        use domain::Id as _;
        match self {
            Self::Visitor | Self::Operator => Vec::new(),
            Self::Member(kind, it) => {
                let mut all = vec![
                    ("person", Value::Ref(EntityKind::Person, *it.person.key())),
                    ("account", Value::Text(it.status.as_str())),
                    ("role", Value::Text(it.role.as_str())),
                    ("workspace", Value::Ref(workspace_kind(*kind), *it.workspace.key())),
                    ("verified", Value::Flag(it.verified)),
                    ("capabilities", Value::Texts(it.capabilities.iter().map(|it| it.as_str()).collect())),
                    ("grants", Value::Texts(it.grants.iter().map(String::as_str).collect())),
                ];
                if *kind == Kind::Artist {
                    all.push(("in_person", Value::Flag(it.in_person)));
                }
                all
            }
            Self::Counsel(it) | Self::Admin(it) => vec![
                ("person", Value::Ref(EntityKind::Person, *it.person.key())),
                ("account", Value::Text(it.status.as_str())),
            ],
            Self::Automation(task, owner) => {
                let mut all = vec![("task", Value::Text(task))];
                if let Some((kind, id)) = owner {
                    all.push((kind.side().as_str(), Value::Ref(workspace_kind(*kind), *id.key())));
                }
                all
            }
        }
    }
}

/// The Cedar type of a workspace of this kind.
#[must_use]
pub(crate) fn workspace_kind(kind: Kind) -> EntityKind {
    match kind {
        Kind::Artist => EntityKind::ArtistWorkspace,
        Kind::Agency => EntityKind::AgencyWorkspace,
        Kind::Presenter => EntityKind::PresenterWorkspace,
    }
}
