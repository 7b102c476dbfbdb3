//! Things of any type that are decided about, and whatever may be told with a request: for questions whose action is
//! known only by its name.

use crate::action::{ActionName, Claim, Factor, Input, Overdue, Shown, StaffShown, Unasked};
use crate::entity::EntityKind;
use crate::facts::{self, Facts};
use domain::{Digest, Level};
use std::any::Any;

macro_rules! things { ($($Name:ident),+ $(,)?) => {
    /// Facts of any type.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Thing { $(#[allow(missing_docs)] $Name(facts::$Name)),+ }
    impl Thing {
        /// The Cedar type.
        #[must_use]
        pub fn kind(&self) -> EntityKind { match self { $(Self::$Name(it) => it.kind()),+ } }
        /// The facts, where they are of this type.
        #[must_use]
        pub fn facts<F: 'static>(&self) -> Option<&F> {
            match self { $(Self::$Name(it) => (it as &dyn Any).downcast_ref()),+ }
        }
        /// The thing's id.
        #[must_use]
        pub fn id(&self) -> String { match self { $(Self::$Name(it) => it.id().to_string()),+ } }
    }
    $(impl From<facts::$Name> for Thing { fn from(it: facts::$Name) -> Self { Self::$Name(it) } })+
} }
things! {
    Platform, Account, AccessCode, Profile, Mandate, Partnership, Enquiry, Engagement, Request, Hold, Quote, Contract,
    Invoice, Settlement, Message, Document, AuditChain, AuditField, Draft, Workspace, SeasonPlan, Shortlist, Portal,
    Lapsing,
}

impl Thing {
    /// As this action is done to it: to a timer, a hold or a mandate is what it may let lapse.
    #[must_use]
    pub fn under(self, action: ActionName) -> Self {
        match (action, self) {
            (ActionName::Lapse, Self::Hold(it)) => Self::Lapsing(facts::Lapsing::Hold(it)),
            (ActionName::Lapse, Self::Mandate(it)) => Self::Lapsing(facts::Lapsing::Mandate(it)),
            (_, other) => other,
        }
    }
}

impl Thing {
    /// The digest of the payload that stands there, where it has one.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        match self {
            Self::Mandate(it) => Some(&it.digest_text),
            Self::Partnership(it) => Some(&it.digest_text),
            Self::Enquiry(it) => Some(&it.digest_text),
            Self::Draft(it) => Some(&it.digest_text),
            _ => None,
        }
    }
}

/// Everything that may be told with a request; an action takes what it asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The digest of what the person was shown.
    pub digest: Option<Digest>,
    /// The level to set.
    pub to: Option<Level>,
    /// The claim that the artist holds.
    pub claim: Option<String>,
    /// Whole seconds since a deadline.
    pub overdue: Option<i64>,
}

impl Told {
    /// The part of it that an action asks for; `None` where that was not told.
    #[must_use]
    pub fn input<I: Input>(&self) -> Option<I> {
        let all: [Option<Box<dyn Any>>; 7] = [
            Some(Box::new(Unasked)),
            Some(Box::new(Factor)),
            self.digest.map(|it| Box::new(Shown(it)) as Box<dyn Any>),
            self.digest.map(|it| Box::new(StaffShown(it)) as Box<dyn Any>),
            self.to.map(|it| Box::new(it) as Box<dyn Any>),
            self.claim.clone().map(|it| Box::new(Claim(it)) as Box<dyn Any>),
            self.overdue.map(|it| Box::new(Overdue(it)) as Box<dyn Any>),
        ];
        all.into_iter().flatten().find_map(|it| it.downcast::<I>().ok()).map(|it| *it)
    }
}
