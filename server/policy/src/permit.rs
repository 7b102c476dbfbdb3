//! Proof that the policies said yes.

use crate::action::Action;
use crate::actor::Asker;
use crate::facts::Facts;
use domain::Version;
use std::sync::Arc;

/// Who may do `A`, to which thing, at which version, and by which policies.
///
/// Only [`crate::Engine`] makes one. Nobody can forge it:
///
/// ```compile_fail,E0451
/// use policy::{Permit, actions::ViewProfile};
/// fn forge(like: Permit<ViewProfile>) -> Permit<ViewProfile> { Permit { ..like } }
/// ```
///
/// nobody can spend it twice:
///
/// ```compile_fail,E0382
/// use policy::{Permit, actions::EditProfile};
/// fn spend(_: Permit<EditProfile>) {}
/// fn twice(permit: Permit<EditProfile>) { spend(permit); spend(permit); }
/// ```
///
/// nobody can copy it:
///
/// ```compile_fail,E0277
/// use policy::{Permit, actions::EditProfile};
/// fn copy<T: Clone>(it: &T) -> T { it.clone() }
/// fn twin(permit: &Permit<EditProfile>) -> Permit<EditProfile> { copy(permit) }
/// ```
///
/// and a permit for one right is none for another:
///
/// ```compile_fail,E0308
/// use policy::{Permit, actions::{EditProfile, ViewProfile}};
/// fn edit(_: Permit<EditProfile>) {}
/// fn misuse(seen: Permit<ViewProfile>) { edit(seen) }
/// ```
///
/// nor can it be carried to another thing, for what it is bound to is private and has no setter:
///
/// ```compile_fail,E0616
/// use domain::ProfileId;
/// use policy::{Permit, actions::EditProfile};
/// fn elsewhere(mut permit: Permit<EditProfile>, other: ProfileId) { permit.on = other; }
/// ```
///
/// and no action can be made up to get a permit for:
///
/// ```compile_fail,E0277
/// use policy::{Action, ActionName, Unasked, facts};
/// enum Mine {}
/// impl Action for Mine {
///     type On = facts::Profile;
///     type Input = Unasked;
///     const NAME: ActionName = ActionName::EditProfile;
/// }
/// ```
///
/// What compiles is to borrow it for reading, and to spend it once; each line here is one of the above as it is meant, so
/// that those fail for their reason and not for a name that is gone:
///
/// ```
/// use domain::ProfileId;
/// use policy::{Action, ActionName, Permit, Unasked, actions::{EditProfile, ViewProfile}, facts};
/// fn keep(like: Permit<ViewProfile>) -> Permit<ViewProfile> { like }
/// fn spend(_: Permit<EditProfile>) {}
/// fn once(permit: Permit<EditProfile>) { spend(permit); }
/// fn copy<T: Clone>(it: &T) -> T { it.clone() }
/// fn twin(input: &Unasked) -> Unasked { copy(input) }
/// fn edit(_: Permit<EditProfile>) {}
/// fn use_of(permit: Permit<EditProfile>) { edit(permit) }
/// fn place(permit: &Permit<EditProfile>) -> ProfileId { permit.on() }
/// fn name<A: Action<On = facts::Profile, Input = Unasked>>() -> ActionName { A::NAME }
/// assert_eq!(name::<EditProfile>(), ActionName::EditProfile);
/// ```
///
/// It is neither `Clone` nor `Copy`: reading borrows it, writing spends it, so one decision allows at most one change.
#[must_use]
pub struct Permit<A: Action> {
    asker: Arc<Asker>,
    input: A::Input,
    on: <A::On as Facts>::Id,
    version: Version,
    by: Vec<Arc<str>>,
}

impl<A: Action> Permit<A> {
    pub(crate) fn new(asker: Arc<Asker>, input: A::Input, on: &A::On, by: Vec<Arc<str>>) -> Self {
        Self { asker, input, on: on.id(), version: on.version(), by }
    }
    /// Who asked.
    #[must_use]
    pub fn asker(&self) -> &Arc<Asker> {
        &self.asker
    }
    /// What was told with the request.
    #[must_use]
    pub fn input(&self) -> &A::Input {
        &self.input
    }
    /// The thing.
    #[must_use]
    pub fn on(&self) -> <A::On as Facts>::Id {
        self.on
    }
    /// The edition that was decided on.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }
    /// The deciding policies' ids, sorted.
    pub fn by(&self) -> impl Iterator<Item = &str> {
        self.by.iter().map(AsRef::as_ref)
    }
}

impl<A: Action> std::fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permit<{}>({} at {:?} by {:?})", A::NAME.as_str(), self.on, self.version, self.by)
    }
}
