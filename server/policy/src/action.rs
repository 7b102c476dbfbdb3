//! One Rust name for each Cedar action: what it is done to, and what must be told to ask for it.

use crate::actor::Asker;
use crate::entity::EntityKind;
use crate::facts::{self, Facts};
use cedar_policy::{Context, RestrictedExpression};
use domain::{Digest, Level};

/// What is told with a request, beside who and what.
pub trait Input: Clone + Send + Sync + 'static {
    /// The attributes of the Cedar context.
    fn pairs(&self, asker: &Asker) -> Vec<(&'static str, Told)>;
    /// Their names.
    const NAMES: &'static [&'static str];
    /// Whether there is nothing to tell, so that a prepared empty context serves.
    const EMPTY: bool = Self::NAMES.is_empty();
}

/// A context value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A word.
    Text(String),
    /// A number.
    Number(i64),
}
impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(it) => f.write_str(it),
            Self::Number(it) => it.fmt(f),
        }
    }
}

/// Nothing to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unasked;
impl Input for Unasked {
    const NAMES: &'static [&'static str] = &[];
    fn pairs(&self, _: &Asker) -> Vec<(&'static str, Told)> {
        Vec::new()
    }
}
/// The age of the asker's second factor, taken from the asker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factor;
impl Input for Factor {
    const NAMES: &'static [&'static str] = &["factor_age"];
    fn pairs(&self, asker: &Asker) -> Vec<(&'static str, Told)> {
        vec![("factor_age", Told::Number(asker.factor_age()))]
    }
}
/// The digest of the payload that the person was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown(pub Digest);
impl Input for Shown {
    const NAMES: &'static [&'static str] = &["digest"];
    fn pairs(&self, _: &Asker) -> Vec<(&'static str, Told)> {
        vec![("digest", Told::Text(self.0.to_string()))]
    }
}
/// The digest of the payload that staff were shown, and the age of their second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffShown(pub Digest);
impl Input for StaffShown {
    const NAMES: &'static [&'static str] = &["digest", "factor_age"];
    fn pairs(&self, asker: &Asker) -> Vec<(&'static str, Told)> {
        [Shown(self.0).pairs(asker), Factor.pairs(asker)].concat()
    }
}
impl Input for Level {
    const NAMES: &'static [&'static str] = &["to"];
    fn pairs(&self, _: &Asker) -> Vec<(&'static str, Told)> {
        vec![("to", Told::Text(self.as_str().to_owned()))]
    }
}
/// The digest of the claim that the artist holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim(pub String);
impl Input for Claim {
    const NAMES: &'static [&'static str] = &["claim"];
    fn pairs(&self, _: &Asker) -> Vec<(&'static str, Told)> {
        vec![("claim", Told::Text(self.0.clone()))]
    }
}
/// Whole seconds since the deadline; negative before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue(pub i64);
impl Input for Overdue {
    const NAMES: &'static [&'static str] = &["overdue"];
    fn pairs(&self, _: &Asker) -> Vec<(&'static str, Told)> {
        vec![("overdue", Told::Number(self.0))]
    }
}

/// The Cedar context of an input.
pub(crate) fn context(pairs: Vec<(&'static str, Told)>) -> Result<Context, String> {
    let pairs = pairs.into_iter().map(|(name, it)| {
        let value = match it {
            Told::Text(it) => RestrictedExpression::new_string(it),
            Told::Number(it) => RestrictedExpression::new_long(it),
        };
        (name.to_owned(), value)
    });
    Context::from_pairs(pairs).map_err(|e| e.to_string())
}

/// A right of its own.
pub trait Action: sealed::Sealed + Send + Sync + 'static {
    /// What policies must know of the thing.
    type On: Facts + Clone + 'static;
    /// What is told with the request.
    type Input: Input;
    /// Which action of [`ActionName`].
    const NAME: ActionName;
}
/// An action whose lists are made by scope: translated at start, or the program does not start.
pub trait Listable: Action {}

/// Work that is done for an action known only by its name, once its types are known; see [`ActionName::visit`].
pub trait Visit {
    /// What the work gives.
    type Out;
    /// The work.
    fn visit<A: Action>(self) -> Self::Out;
}
/// The same for actions that have lists; see [`ActionName::visit_listed`].
pub trait VisitListed {
    /// What the work gives.
    type Out;
    /// The work.
    fn visit<A: Listable>(self) -> Self::Out;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! actions { ($($Name:ident on $On:ident $(tells $Input:ident)? $(; $listed:ident)?),+ $(,)?) => {
    /// The actions as types. None can be made; they only name rights.
    pub mod actions {
        use super::{Action, ActionName, Listable, sealed, facts};
        #[allow(unused_imports)]
        use super::{Claim, Factor, Overdue, Shown, StaffShown, Unasked};
        #[allow(unused_imports)]
        use domain::Level;
        $(
            /// The Cedar action of this name; its meaning stands in `schema/kalinklo.cedarschema` and the policies.
            pub enum $Name {}
            impl sealed::Sealed for $Name {}
            impl Action for $Name {
                type On = facts::$On;
                type Input = actions!(@input $($Input)?);
                const NAME: ActionName = ActionName::$Name;
            }
            actions!(@listed $Name $($listed)?);
        )+
    }
    /// Every action, as a value.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum ActionName { $(#[allow(missing_docs)] $Name),+ }
    impl ActionName {
        /// The name in the schema.
        #[must_use]
        pub const fn as_str(self) -> &'static str { match self { $(Self::$Name => stringify!($Name)),+ } }
        /// The action of this name.
        #[must_use]
        pub fn named(name: &str) -> Option<Self> { ALL.iter().copied().find(|it| it.as_str() == name) }
        /// Does the work with this action's types.
        pub fn visit<V: Visit>(self, work: V) -> V::Out {
            match self { $(Self::$Name => work.visit::<actions::$Name>()),+ }
        }
        /// The types of things that it is done to.
        #[must_use]
        pub fn kinds(self) -> &'static [EntityKind] {
            match self { $(Self::$Name => <<actions::$Name as Action>::On as Facts>::KINDS),+ }
        }
        /// What is told with a request, by name.
        #[must_use]
        pub fn tells(self) -> &'static [&'static str] {
            match self { $(Self::$Name => <<actions::$Name as Action>::Input as Input>::NAMES),+ }
        }
        /// Whether its lists are made by scope.
        #[must_use]
        pub fn is_listed(self) -> bool { LISTED.contains(&self) }
        /// Does the work with this action's types where it has lists.
        pub fn visit_listed<V: VisitListed>(self, work: V) -> Option<V::Out> {
            match self { $(Self::$Name => actions!(@visit work $Name $($listed)?)),+ }
        }
    }
    /// Every action this program knows; a test holds it to the schema.
    pub const ALL: &[ActionName] = &[$(ActionName::$Name),+];
    /// Every action whose lists are made by scope.
    pub(crate) const LISTED: &[ActionName] = &[$($(actions!(@name $Name $listed),)?)+];
};
    (@input) => { Unasked };
    (@input $Input:ident) => { $Input };
    (@listed $Name:ident) => {};
    (@listed $Name:ident listed) => { impl Listable for $Name {} };
    (@visit $work:ident $Name:ident) => { { drop($work); None } };
    (@visit $work:ident $Name:ident listed) => { Some($work.visit::<actions::$Name>()) };
    (@name $Name:ident listed) => { ActionName::$Name };
}
actions! {
    ViewFolio on Profile; listed,
    SignUp on Platform, SignIn on Platform, Enquire on Platform, Contact on Platform,
    UseCode on AccessCode,
    ViewApplication on Account, CorrectApplication on Account, WithdrawApplication on Account, SignOut on Account,
    ManageSessions on Account, AcceptInvitation on Account,
    UseFactor on Account, ManageFactor on Account tells Factor,
    ViewListing on Profile, FindListing on Profile; listed, ViewProfile on Profile; listed,
    ViewAvailability on Profile, ViewContact on Profile, ViewInternalNotes on Profile,
    EditProfile on Profile, OptIn on Profile, OptOut on Profile, AllowDiscovery on Profile,
    StopDiscovery on Profile, InvitePresenter on Profile, RevokeInvitation on Profile,
    SetLevel on Profile tells Level, ClaimProfile on Profile tells Claim,
    EditAvailability on Profile, EditInternalNotes on Profile, PrepareRequest on Profile,
    ViewMandate on Mandate; listed, ViewMandateTerms on Mandate, AcceptMandate on Mandate tells Shown, DeclineMandate on Mandate tells Shown,
    PrepareNotice on Mandate,
    ViewPartnership on Partnership; listed, AcceptPartnership on Partnership tells Shown,
    DeclinePartnership on Partnership tells Shown, PrepareEndPartnership on Partnership,
    ViewEnquiry on Enquiry; listed, PrepareEnquiryAnswer on Enquiry, DismissEnquiry on Enquiry,
    TriageEnquiry on Enquiry tells Factor; listed, SendTriageAnswer on Enquiry tells StaffShown,
    ViewEngagement on Engagement; listed, ViewFee on Engagement, ViewCommission on Engagement,
    ViewNotes on Engagement, EditNotes on Engagement, PrepareMessage on Engagement, PrepareDocument on Engagement,
    InviteCounsel on Engagement, WithdrawCounsel on Engagement,
    ViewArtistCounsel on Engagement, ViewAgencyCounsel on Engagement, ViewPresenterCounsel on Engagement,
    ViewRequest on Request; listed, PrepareAnswer on Request, PrepareHold on Request, PrepareWithdrawRequest on Request,
    ViewHold on Hold; listed, PrepareRelease on Hold, PrepareWithdrawHold on Hold,
    ViewQuote on Quote, ViewContract on Contract, ViewInvoice on Invoice, ViewSettlement on Settlement,
    ViewMessage on Message; listed, ViewDocument on Document; listed,
    PrepareShare on Document, ShareWithCounsel on Document, EraseDocument on Document,
    ViewAuditChain on AuditChain, ReadAuditField on AuditField,
    ViewDraft on Draft; listed, ViewDraftSums on Draft, DiscardDraft on Draft, Confirm on Draft tells Shown,
    ViewWorkspace on Workspace, InviteMember on Workspace, ManageTeam on Workspace, EditWorkspace on Workspace,
    ExportWorkspace on Workspace, LeaveWorkspace on Workspace,
    PrepareMandate on Workspace, PreparePartnership on Workspace, CreateManagedProfile on Workspace,
    ViewSeasonPlan on SeasonPlan, EditSeasonPlan on SeasonPlan, ViewShortlist on Shortlist,
    EditShortlist on Shortlist, ViewPortal on Portal, EditPortal on Portal,
    ReviewAccount on Account tells Factor; listed, ApproveAccount on Account tells Factor,
    RejectAccount on Account tells Factor, ReinstateAccount on Account tells Factor,
    SuspendAccount on Account tells Factor,
    ReviewWorkspace on Workspace tells Factor; listed, VerifyWorkspace on Workspace tells Factor,
    RevokeVerification on Workspace tells Factor,
    ViewPlatform on Platform tells Factor, ViewSecurity on Platform tells Factor,
    ViewPlatformAudit on Platform tells Factor, ExplainDecision on Platform tells Factor,
    IssueCode on Platform tells Factor, ViewCode on AccessCode tells Factor; listed,
    RevokeCode on AccessCode tells Factor,
    CreateAdmin on Platform, MigrateDatabase on Platform, VerifyAudit on Platform, ExplainLocally on Platform,
    PlantDemo on Platform,
    StagePolicies on Platform, ActivatePolicies on Platform, RollBackPolicies on Platform,
    DispatchMail on Platform, Housekeep on Platform, Lapse on Lapsing tells Overdue,
    WarnOfLapse on Hold tells Overdue,
}
