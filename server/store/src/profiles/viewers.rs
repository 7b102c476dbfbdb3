//! "Who sees this": for each kind of viewer, what the policies themselves say of this profile.
//!
//! Nothing of the rule stands here. A made-up asker of each kind is put before the engine with the profile's real facts,
//! in which only the viewer's own relation to the artist (invited, partner) is set as that viewer would have it.

use super::listing::says;
use crate::error::StoreError;
use crate::read::Read;
use domain::{AccountStatus, Capability, Kind, Role};
use policy::actions::{FindListing, ViewFolio, ViewListing, ViewProfile};
use policy::{Action, Actor, Asker, Engine, Member, Permit, Unasked, facts};

/// A kind of viewer (spec P6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody signed in, and search engines.
    Visitor,
    /// A verified presenter without discovery.
    Presenter,
    /// A verified presenter whose plan has discovery.
    Discovery,
    /// A verified presenter that was invited.
    Invited,
    /// A presenter that is not verified.
    Unverified,
    /// A partner agency.
    Partner,
    /// Any other agency.
    OtherAgency,
    /// Another artist.
    OtherArtist,
}

/// What a viewer of this kind would see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub viewer: Viewer,
    /// The public page.
    pub folio: bool,
    /// The in-platform card, by its address.
    pub listing: bool,
    /// The card in lists and search.
    pub found: bool,
    /// The whole profile.
    pub whole: bool,
    /// What the deciding policies say.
    pub why: Vec<String>,
}

impl Viewer {
    /// All of them, from far to near.
    pub const ALL: [Viewer; 8] = [
        Self::Visitor,
        Self::Presenter,
        Self::Discovery,
        Self::Invited,
        Self::Unverified,
        Self::Partner,
        Self::OtherAgency,
        Self::OtherArtist,
    ];

    /// In words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Visitor => "Anyone, and search engines",
            Self::Presenter => "A verified presenter",
            Self::Discovery => "A verified presenter with discovery",
            Self::Invited => "A verified presenter that was invited",
            Self::Unverified => "A presenter that is not verified",
            Self::Partner => "A partner agency",
            Self::OtherAgency => "Any other agency",
            Self::OtherArtist => "Another artist",
        }
    }

    fn kind(self) -> Option<(Kind, bool)> {
        match self {
            Self::Visitor => None,
            Self::Presenter | Self::Discovery | Self::Invited => Some((Kind::Presenter, true)),
            Self::Unverified => Some((Kind::Presenter, false)),
            Self::Partner | Self::OtherAgency => Some((Kind::Agency, true)),
            Self::OtherArtist => Some((Kind::Artist, true)),
        }
    }
}

/// What each kind of viewer would see of the profile, now.
///
/// # Errors
/// The database's.
pub fn viewers(db: &mut Read<'_>, permit: &Permit<ViewProfile>) -> Result<Vec<Seen>, StoreError> {
    let facts = db.facts::<ViewProfile>(permit.on())?;
    let (store, now, visit) = (db.store, db.now(), db.asker().visit);
    let engine = db.engine().clone();
    Ok(Viewer::ALL
        .into_iter()
        .map(|viewer| {
            let mut theirs = facts::Profile {
                agencies: Vec::new(),
                partners: Vec::new(),
                invited: Vec::new(),
                ..facts.clone()
            };
            let actor = match viewer.kind() {
                None => Actor::Visitor,
                Some((kind, verified)) => {
                    let workspace = store.fresh(now);
                    match viewer {
                        Viewer::Invited => theirs.invited.push(workspace),
                        Viewer::Partner => theirs.partners.push(workspace),
                        _ => {}
                    }
                    let capabilities =
                        if viewer == Viewer::Discovery { vec![Capability::Discovery] } else { Vec::new() };
                    Actor::Member(
                        kind,
                        Member {
                            person: store.fresh(now),
                            account: store.fresh(now),
                            status: AccountStatus::Approved,
                            role: Role::Owner,
                            workspace,
                            verified,
                            capabilities,
                            grants: Vec::new(),
                            in_person: kind == Kind::Artist,
                        },
                    )
                }
            };
            seen(&engine, viewer, &Asker { actor, visit, now, factor_at: None }, &theirs)
        })
        .collect())
}

fn seen(engine: &Engine, viewer: Viewer, asker: &Asker, on: &facts::Profile) -> Seen {
    let mut why = Vec::new();
    let mut may = |yes: bool, by: Vec<String>| {
        if yes {
            for it in says(engine, by.iter().map(String::as_str)) {
                if !why.contains(&it) {
                    why.push(it);
                }
            }
        }
        yes
    };
    let (folio, by) = asked::<ViewFolio>(engine, asker, on);
    let folio = may(folio, by);
    let (listing, by) = asked::<ViewListing>(engine, asker, on);
    let listing = may(listing, by);
    let (found, by) = asked::<FindListing>(engine, asker, on);
    let found = may(found, by);
    let (whole, by) = asked::<ViewProfile>(engine, asker, on);
    let whole = may(whole, by);
    Seen { viewer, folio, listing, found, whole, why }
}

/// The engine's own answer, and by which policies. Makes no permit: the asker does not exist.
fn asked<A>(engine: &Engine, asker: &Asker, on: &facts::Profile) -> (bool, Vec<String>)
where
    A: Action<On = facts::Profile, Input = Unasked>,
{
    if !engine.may::<A>(asker, on, &Unasked) {
        return (false, Vec::new());
    }
    (true, engine.explain::<A>(asker, on, &Unasked).by)
}
