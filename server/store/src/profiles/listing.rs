//! What is shown of a profile: whole to its own side, as a listing in the house, as a folio to the world, as a card in
//! lists. Each takes the permit of its own right and holds no more than that right opens.

use super::names;
use crate::db::Db;
use crate::error::StoreError;
use crate::facts::{in_force, texts};
use crate::lists::{Cond, Page};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{mandates, profiles, workspaces};
use diesel::prelude::*;
use domain::{Kind, Level, Moment, ProfileId, Version, WorkspaceId};
use policy::actions::{FindListing, ViewFolio, ViewListing, ViewProfile};
use policy::{Action, Engine, Permit, Unasked};

/// An agency that represents an artist now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// Its name.
    pub name: String,
    /// Where it represents the artist.
    pub territory: String,
}

/// A profile as its own side sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Its id.
    pub id: ProfileId,
    /// Its edition.
    pub version: Version,
    /// The artist's workspace.
    pub workspace: WorkspaceId,
    /// The end of the folio's address.
    pub slug: String,
    /// What it says.
    pub listing: Listing,
    /// The level that was set.
    pub level: Level,
    /// Whether the artist in person opted in to be public.
    pub opted_in: bool,
    /// Whether the artist agreed to be found.
    pub discoverable: bool,
    /// Whether the workspace is verified.
    pub verified: bool,
    /// Whether an artist holds it.
    pub claimed: bool,
}

impl Own {
    /// What the level comes to (spec 10.1): public without opt-in or verification is a private listing, and an
    /// unverified workspace is private whatever is set.
    #[must_use]
    pub fn effective(&self) -> Level {
        match self.level {
            _ if !self.verified => Level::WorkspacePrivate,
            Level::Public if !self.opted_in => Level::PrivateListing,
            it => it,
        }
    }
}

/// The in-platform card: no contact, no calendar, no fees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The artist's name.
    pub name: String,
    /// Conductor, soprano, string quartet.
    pub discipline: String,
    /// A short biography; may be empty.
    pub biography: String,
    /// Where the artist is based; may be empty.
    pub based_in: String,
    /// Who represents the artist now, and where.
    pub agencies: Vec<Agency>,
}

/// The public page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folio {
    /// The end of its address.
    pub slug: String,
    /// What it says.
    pub listing: Listing,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The profile.
    pub id: ProfileId,
    /// The artist's name.
    pub name: String,
    /// Conductor, soprano, string quartet.
    pub discipline: String,
    /// Where the artist is based; may be empty.
    pub based_in: String,
    /// Who represents the artist now, and where.
    pub agencies: Vec<Agency>,
    /// Why it is seen: what the deciding policies say.
    pub why: Vec<String>,
    /// The level, and whether an artist holds the profile: on one's own roster alone.
    pub own: Option<(Level, bool)>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardsPage {
    /// The rows.
    pub rows: Vec<Card>,
    /// The key to go on after, where there is more.
    pub next: Option<String>,
}

fn agencies(db: &mut Db, ids: &[ProfileId], now: Moment) -> QueryResult<Vec<(ProfileId, Agency)>> {
    let rows: Vec<(Word<ProfileId>, String, String)> = mandates::table
        .inner_join(workspaces::table.on(workspaces::id.eq(mandates::agency)))
        .filter(mandates::profile.eq_any(texts(ids)))
        .filter(in_force!(now))
        .order((mandates::starts_at, mandates::id))
        .select((mandates::profile, workspaces::name, mandates::territory))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, name, territory)| (id.0, Agency { name, territory })).collect())
}

fn text(db: &mut Db, id: ProfileId, now: Moment) -> QueryResult<Listing> {
    let (name, discipline, biography, based_in) = profiles::table
        .find(id.to_string())
        .select((profiles::name, profiles::discipline, profiles::biography, profiles::based_in))
        .first(db)?;
    let agencies = agencies(db, &[id], now)?.into_iter().map(|it| it.1).collect();
    Ok(Listing { name, discipline, biography, based_in, agencies })
}

/// The profile of the acting artist's own workspace: its id, with which its owner asks for a permit.
///
/// # Errors
/// Absent where the asker is no artist's member or has none, or the database's.
pub fn own_id(db: &mut Read<'_>) -> Result<ProfileId, StoreError> {
    let Some((Kind::Artist, workspace)) = db.asker().actor.workspace() else {
        return Err(StoreError::Absent);
    };
    let row: Option<Word<ProfileId>> = profiles::table
        .filter(profiles::workspace.eq(workspace.to_string()))
        .select(profiles::id)
        .first(db.db)
        .optional()?;
    row.map(|it| it.0).ok_or(StoreError::Absent)
}

/// The whole profile but for contact and notes, which are rights of their own.
///
/// # Errors
/// The database's.
pub fn own(db: &mut Read<'_>, permit: &Permit<ViewProfile>) -> Result<Own, StoreError> {
    type Row = (i64, Word<WorkspaceId>, String, Word<Level>, bool, bool, bool, bool);
    let id = permit.on();
    let row: Row = profiles::table
        .find(id.to_string())
        .select((
            profiles::version,
            profiles::workspace,
            profiles::slug,
            profiles::level,
            profiles::opted_in,
            profiles::discoverable,
            profiles::verified,
            profiles::claimed,
        ))
        .first(db.db)?;
    let now = db.now();
    let listing = text(db.db, id, now)?;
    let (version, workspace, slug, level, opted_in, discoverable, verified, claimed) = row;
    Ok(Own {
        id,
        version: Version(version),
        workspace: workspace.0,
        slug,
        listing,
        level: level.0,
        opted_in,
        discoverable,
        verified,
        claimed,
    })
}

/// The in-platform card.
///
/// # Errors
/// The database's.
pub fn listing(db: &mut Read<'_>, permit: &Permit<ViewListing>) -> Result<Listing, StoreError> {
    let now = db.now();
    Ok(text(db.db, permit.on(), now)?)
}

/// May the asker see the folio of this address? An address that never was is decided on as one that is not public: the
/// same work, the same refusal.
///
/// # Errors
/// Refused, absent (which answers as refused), or the database's.
pub fn find_folio(db: &mut Read<'_>, slug: &str) -> Result<Permit<ViewFolio>, StoreError> {
    let id = at_address(db.db, db.store, db.asker.now, slug)?;
    db.permit::<ViewFolio>(id, Unasked)
}

/// The profile at the address of a folio; of an address that never was, the id of nobody, to be asked about all the same.
pub(crate) fn at_address(db: &mut Db, store: &Store, now: Moment, slug: &str) -> QueryResult<ProfileId> {
    let row: Option<Word<ProfileId>> =
        profiles::table.filter(profiles::slug.eq(slug)).select(profiles::id).first(db).optional()?;
    Ok(row.map_or_else(|| store.fresh(now), |it| it.0))
}

/// The public page.
///
/// # Errors
/// The database's.
pub fn folio(db: &mut Read<'_>, permit: &Permit<ViewFolio>) -> Result<Folio, StoreError> {
    let slug = profiles::table.find(permit.on().to_string()).select(profiles::slug).first(db.db)?;
    let now = db.now();
    Ok(Folio { slug, listing: text(db.db, permit.on(), now)? })
}

/// Where the parts of [`folios`] begin beyond the first, of `each` folios, at most `most` of them.
///
/// # Errors
/// The database's.
pub fn folio_parts(db: &mut Read<'_>, each: usize, most: usize) -> Result<Vec<String>, StoreError> {
    let scope = db.scope::<ViewFolio>(&Unasked);
    db.parts(&scope, each, most)
}

/// The addresses of the folios that are public to the asker, from after a key on, at most `most` of them; for the sitemap.
///
/// # Errors
/// The database's.
pub fn folios(db: &mut Read<'_>, after: Option<String>, most: usize) -> Result<Vec<String>, StoreError> {
    let scope = db.scope::<ViewFolio>(&Unasked);
    let (mut all, mut page) = (Vec::new(), Page { after, limit: 200.min(most) });
    while all.len() < most {
        let found = db.list(&scope, &Unasked, || None, &page)?;
        let ids: Vec<ProfileId> = found.rows.iter().map(Permit::on).collect();
        let slugs: Vec<String> = profiles::table
            .filter(profiles::id.eq_any(texts(&ids)))
            .order((profiles::sort_name, profiles::id))
            .select(profiles::slug)
            .load(db.db)?;
        all.extend(slugs);
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    all.truncate(most);
    Ok(all)
}

/// What a list is narrowed to by what was typed: names that hold it, folded as names are.
fn named(search: &str) -> Option<Cond<profiles::table>> {
    if search.trim().is_empty() {
        return None;
    }
    match names::pattern(search) {
        // signs alone stand in no name
        None => Some(Box::new(profiles::id.eq(""))),
        Some(pattern) => Some(Box::new(profiles::name_key.like(pattern))),
    }
}

/// Listings that the asker may find (spec 10.5), by name: discovery, partners' lists, search.
///
/// # Errors
/// The database's.
pub fn found(db: &mut Read<'_>, search: &str, page: &Page) -> Result<CardsPage, StoreError> {
    let scope = db.scope::<FindListing>(&Unasked);
    let found = db.list(&scope, &Unasked, || named(search), page)?;
    let rows = cards(db, &found.rows)?;
    Ok(CardsPage { rows, next: found.next })
}

/// The profiles that are the asker's own to see whole: an agency's roster.
///
/// # Errors
/// The database's.
pub fn roster(db: &mut Read<'_>, search: &str, page: &Page) -> Result<CardsPage, StoreError> {
    let scope = db.scope::<ViewProfile>(&Unasked);
    let found = db.list(&scope, &Unasked, || named(search), page)?;
    let mut rows = rows(db, &found.rows)?;
    let ids: Vec<ProfileId> = rows.iter().map(|it| it.id).collect();
    let levels: Vec<(Word<ProfileId>, Word<Level>, bool)> = profiles::table
        .filter(profiles::id.eq_any(texts(&ids)))
        .select((profiles::id, profiles::level, profiles::claimed))
        .load(db.db)?;
    for row in &mut rows {
        row.own = levels.iter().find(|it| it.0.0 == row.id).map(|it| (it.1.0, it.2));
    }
    Ok(CardsPage { rows, next: found.next })
}

/// The cards of these permits, in their order.
///
/// # Errors
/// The database's.
pub fn cards(db: &mut Read<'_>, permits: &[Permit<FindListing>]) -> Result<Vec<Card>, StoreError> {
    rows(db, permits)
}

fn rows<A>(db: &mut Read<'_>, permits: &[Permit<A>]) -> Result<Vec<Card>, StoreError>
where
    A: Action<On = policy::facts::Profile>,
{
    let ids: Vec<ProfileId> = permits.iter().map(Permit::on).collect();
    let found: Vec<(Word<ProfileId>, String, String, String)> = profiles::table
        .filter(profiles::id.eq_any(texts(&ids)))
        .select((profiles::id, profiles::name, profiles::discipline, profiles::based_in))
        .load(db.db)?;
    let now = db.now();
    let agencies = agencies(db.db, &ids, now)?;
    let engine = db.engine().clone();
    Ok(permits
        .iter()
        .filter_map(|permit| {
            let (_, name, discipline, based_in) = found.iter().find(|it| it.0.0 == permit.on())?.clone();
            Some(Card {
                id: permit.on(),
                name,
                discipline,
                based_in,
                agencies: agencies.iter().filter(|it| it.0 == permit.on()).map(|it| it.1.clone()).collect(),
                why: says(&engine, permit.by()),
                own: None,
            })
        })
        .collect())
}

/// What the deciding policies say to people.
pub(super) fn says<'a>(engine: &Engine, by: impl Iterator<Item = &'a str>) -> Vec<String> {
    by.filter_map(|id| engine.texts().iter().find(|it| it.id == id).map(|it| it.says.clone())).collect()
}
