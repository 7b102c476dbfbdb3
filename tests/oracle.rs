//! Who may see which name, told once more in plain words from the specification (P3 to P6, and 10.1 to 10.9), over the
//! world file's facts alone. It shares no line with the policies, so that each finds the other's mistakes.

use crate::support::db::Db;
use crate::support::world::{Artist, Engagement, Persona, World};
use std::collections::BTreeSet;

/// The facts, as questions.
pub struct Oracle<'w> {
    world: &'w World,
    /// Workspaces that asked each other for a partnership, whatever came of it: each knows the other's name. The world's
    /// file tells only what is in force.
    asked: BTreeSet<(String, String)>,
}

/// What someone may see of an artist outside engagements, from nothing to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    Nothing,
    /// The card, by its address.
    Listing,
    /// The card, in lists and searches too.
    Found,
    /// The public page.
    Folio,
    /// All of it.
    Everything,
}

/// A text that names something, and what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub of: Of,
}

/// What is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Artist(String),
    Workspace(String),
    Engagement(String),
}

impl<'w> Oracle<'w> {
    /// The oracle of a world; what the file leaves out is read from the database.
    pub fn new(world: &'w World, db: &mut Db) -> Self {
        let pairs = db.texts("SELECT asker || ' ' || asked AS text FROM partnerships");
        let asked =
            pairs.iter().filter_map(|it| it.split_once(' ')).map(|(a, b)| (a.into(), b.into())).collect();
        Self { world, asked }
    }

    pub fn world(&self) -> &'w World {
        self.world
    }

    fn verified(&self, workspace: Option<&str>) -> bool {
        self.world.facts.workspaces.iter().any(|it| Some(it.id.as_str()) == workspace && it.verified)
    }

    /// 10.1: what counts of the level that was set.
    fn level<'a>(&self, artist: &'a Artist) -> &'a str {
        if !self.verified(artist.workspace.as_deref()) {
            return "workspace_private";
        }
        if artist.level == "public" && !artist.opted_in { "private_listing" } else { &artist.level }
    }

    /// Whether the artist has a public page.
    pub fn is_public(&self, artist: &Artist) -> bool {
        self.level(artist) == "public"
    }

    fn partners(&self, one: &str, other: &str) -> bool {
        self.world.facts.partners.iter().any(|(a, b)| (a == one && b == other) || (a == other && b == one))
    }

    /// P6's table, its rows added up.
    pub fn sight(&self, persona: &Persona, artist: &Artist) -> Sight {
        let mut best = if self.is_public(artist) { Sight::Folio } else { Sight::Nothing };
        let (Some(workspace), Some("approved")) = (persona.workspace.as_deref(), persona.status.as_deref())
        else {
            return best;
        };
        let agencies = &artist.agencies;
        if artist.workspace.as_deref() == Some(workspace) || agencies.iter().any(|it| it == workspace) {
            return Sight::Everything;
        }
        if self.verified(Some(workspace)) {
            let (listed, stealth) = match self.level(artist) {
                "public" | "private_listing" => (true, false),
                "stealth" => (false, true),
                _ => (false, false),
            };
            let may_discover = persona.capabilities.iter().any(|it| it == "discovery");
            let here = match persona.kind.as_str() {
                "presenter" if listed && may_discover && artist.discoverable => Sight::Found,
                "presenter" if listed => Sight::Listing,
                "presenter" if stealth && artist.invited.iter().any(|it| it == workspace) => Sight::Listing,
                "agency" if listed && agencies.iter().any(|it| self.partners(it, workspace)) => {
                    if artist.discoverable { Sight::Found } else { Sight::Listing }
                }
                _ => Sight::Nothing,
            };
            best = best.max(here);
        }
        best
    }

    /// The same inside the platform alone, as if there were no public page: folio ⊇ listing is a sentence about levels,
    /// and another agency has the folio without the card.
    pub fn inside(&self, persona: &Persona, artist: &Artist) -> Sight {
        let without_folio = Artist { level: "private_listing".into(), ..artist.clone() };
        self.sight(persona, if self.is_public(artist) { &without_folio } else { artist })
    }

    /// Whether the card opens by its address.
    pub fn opens_listing(&self, persona: &Persona, artist: &Artist) -> bool {
        self.inside(persona, artist) > Sight::Nothing
    }

    /// Whether lists and searches of the workspace name the artist.
    pub fn finds(&self, persona: &Persona, artist: &Artist) -> bool {
        self.inside(persona, artist) >= Sight::Found
    }

    fn artist(&self, id: &str) -> Option<&'w Artist> {
        self.world.facts.artists.iter().find(|it| it.id == id)
    }

    /// The workspaces that are party to an engagement.
    pub fn parties(&self, engagement: &Engagement) -> Vec<String> {
        let artist = self.artist(&engagement.artist).and_then(|it| it.workspace.clone());
        [artist, engagement.agency.clone(), Some(engagement.presenter.clone())]
            .into_iter()
            .flatten()
            .collect()
    }

    /// P4, P5, 10.3, 10.8, 10.9: parties, and counsel of a party; no admin.
    pub fn sees_engagement(&self, persona: &Persona, engagement: &Engagement) -> bool {
        if persona.status.as_deref() != Some("approved") {
            return false;
        }
        let is_counsel = persona.kind == "counsel"
            && persona.account.as_ref().is_some_and(|it| engagement.counsel.contains(it));
        is_counsel || persona.workspace.as_ref().is_some_and(|it| self.parties(engagement).contains(it))
    }

    /// Whether an answer at `path` may name this artist.
    fn may_name_artist(&self, persona: &Persona, artist: &Artist, path: &str) -> bool {
        let by_address = || {
            let slug = artist.folio_path.as_deref().and_then(|it| it.rsplit('/').next());
            self.opens_listing(persona, artist)
                && (path.contains(&artist.id) || slug.is_some_and(|it| path.contains(it)))
        };
        let in_engagement = || {
            let mut all = self.world.facts.engagements.iter();
            all.any(|it| it.artist == artist.id && self.sees_engagement(persona, it))
        };
        self.sight(persona, artist) >= Sight::Found || in_engagement() || by_address()
    }

    fn may_name_workspace(&self, persona: &Persona, id: &str) -> bool {
        // 10.9 keeps engagements from staff, not the workspaces that they verify
        if persona.kind == "admin" || persona.workspace.as_deref() == Some(id) {
            return true;
        }
        let mut engagements = self.world.facts.engagements.iter();
        if engagements
            .any(|it| self.sees_engagement(persona, it) && self.parties(it).iter().any(|party| party == id))
        {
            return true;
        }
        let own = persona.workspace.as_deref().unwrap_or_default();
        let pair = |a: &str, b: &str| self.asked.iter().any(|(one, other)| one == a && other == b);
        let is_approved = persona.status.as_deref() == Some("approved");
        if is_approved && (pair(own, id) || pair(id, own) || self.partners(own, id)) {
            return true;
        }
        self.world.facts.artists.iter().any(|artist| {
            let everything = self.sight(persona, artist) == Sight::Everything;
            let is_agency = artist.agencies.iter().any(|it| it == id);
            // the card names the agency; the artist's side knows whom it invited, and the artist's own workspace
            (is_agency && self.sight(persona, artist) > Sight::Nothing)
                || (everything && artist.workspace.as_deref() == Some(id))
                || (everything && artist.invited.iter().any(|it| it == id))
        })
    }

    /// Whether an answer at `path` may name this to `persona`.
    pub fn may_name(&self, persona: &Persona, of: &Of, path: &str) -> bool {
        match of {
            Of::Artist(id) => self.artist(id).is_some_and(|it| self.may_name_artist(persona, it, path)),
            Of::Workspace(id) => self.may_name_workspace(persona, id),
            Of::Engagement(id) => {
                let found = self.world.facts.engagements.iter().find(|it| it.id == *id);
                found.is_some_and(|it| self.sees_engagement(persona, it))
            }
        }
    }

    /// Every text that names something: names, and the ids and slugs that give away that there is somebody.
    pub fn names(&self) -> Vec<Name> {
        let facts = &self.world.facts;
        let mut all = Vec::new();
        let mut add = |text: &str, of: Of| all.push(Name { text: text.to_owned(), of });
        for it in &facts.artists {
            add(&it.name, Of::Artist(it.id.clone()));
            add(&it.id, Of::Artist(it.id.clone()));
            if let Some(slug) = it.folio_path.as_deref().and_then(|it| it.strip_prefix("/folio/")) {
                add(slug, Of::Artist(it.id.clone()));
            }
        }
        for it in &facts.workspaces {
            add(&it.name, Of::Workspace(it.id.clone()));
            add(&it.id, Of::Workspace(it.id.clone()));
        }
        for it in &facts.engagements {
            add(&it.title, Of::Engagement(it.id.clone()));
            add(&it.id, Of::Engagement(it.id.clone()));
            for record in &it.records {
                add(&record.id, Of::Engagement(it.id.clone()));
            }
        }
        all
    }
}
