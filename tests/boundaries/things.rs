//! What stands in the holes of paths: for each kind of thing one of the persona's own, one of somebody else's, one that
//! does not exist, and texts that are no ids at all.

use crate::oracle::Oracle;
use crate::support::db::Db;
use crate::support::routes::Route;
use crate::support::world::Persona;
use std::collections::BTreeMap;

/// For each hole: how to list the things it may name, as `id owner owner …`, owners being workspaces and accounts.
const KINDS: &[(&str, &str)] = &[
    ("workspace", "SELECT id || ' ' || id AS text FROM workspaces"),
    (
        "engagement",
        "SELECT id || ' ' || artist || ' ' || presenter || ' ' || coalesce(agency, '') || ' ' || coalesce((SELECT max(account) FROM engagement_counsel WHERE engagement = engagements.id), '') AS text FROM engagements",
    ),
    (
        "request",
        "SELECT id || ' ' || artist || ' ' || presenter || ' ' || coalesce(agency, '') AS text FROM requests",
    ),
    (
        "hold",
        "SELECT id || ' ' || artist || ' ' || presenter || ' ' || coalesce(agency, '') AS text FROM holds",
    ),
    (
        "message",
        "SELECT id || ' ' || artist || ' ' || presenter || ' ' || coalesce(agency, '') AS text FROM messages",
    ),
    (
        "document",
        "SELECT id || ' ' || artist || ' ' || presenter || ' ' || coalesce(agency, '') || ' ' || coalesce((SELECT max(account) FROM document_counsel WHERE document = documents.id), '') AS text FROM documents WHERE shared",
    ),
    ("draft", "SELECT id || ' ' || owner AS text FROM drafts WHERE state = 'prepared' AND kind <> 'mandate'"),
    ("offer", "SELECT id || ' ' || owner AS text FROM drafts WHERE state = 'prepared' AND kind = 'mandate'"),
    ("mandate", "SELECT id || ' ' || artist || ' ' || agency AS text FROM mandates"),
    ("partnership", "SELECT id || ' ' || asker || ' ' || asked AS text FROM partnerships"),
    (
        "enquiry",
        "SELECT id || ' ' || coalesce(artist, '') || ' ' || coalesce(agency, '') AS text FROM enquiries",
    ),
    ("session", "SELECT id || ' ' || account AS text FROM sessions"),
    ("invitation", "SELECT id || ' ' || workspace AS text FROM invitations WHERE role <> 'counsel'"),
    ("member", "SELECT id || ' ' || workspace AS text FROM memberships"),
    ("membership", "SELECT id || ' ' || workspace AS text FROM memberships"),
    ("account", "SELECT id || ' ' || id AS text FROM accounts WHERE status = 'pending'"),
    ("code", "SELECT id || ' ' || issuer AS text FROM access_codes"),
];

/// Texts that are no ids; each stands as it is in a path.
pub const MALFORMED: &[&str] = &[
    "0",
    "nonsense",
    "..",
    "%2e%2e",
    "%ff",
    "%00",
    "a%2fb",
    "0123456789012345678901x",
    "0123456789%D0%B6",
    "{workspace}",
    "'",
];

/// An id of the right shape that nobody has.
pub const UNKNOWN: &str = "0123456789012345678901";

/// An address that is not a persona's.
pub struct Path {
    /// `unknown`, `foreign`, `malformed` or `another's whole`.
    pub sort: &'static str,
    /// The hole that is wrong.
    pub hole: String,
    pub path: String,
}

type Filling = Vec<(String, String)>;

/// Everything that can be named.
pub struct Things<'o, 'w> {
    oracle: &'o Oracle<'w>,
    owned: BTreeMap<&'static str, Vec<(String, Vec<String>)>>,
}

impl<'o, 'w> Things<'o, 'w> {
    pub fn of(oracle: &'o Oracle<'w>, db: &mut Db) -> Self {
        let mut owned = BTreeMap::new();
        for (hole, sql) in KINDS {
            let rows = db.texts(&format!("{sql} ORDER BY 1"));
            let split = rows.iter().map(|row| {
                let mut words = row.split_whitespace().map(str::to_owned);
                (words.next().unwrap_or_default(), words.collect())
            });
            owned.insert(*hole, split.collect());
        }
        Self { oracle, owned }
    }

    /// Whether this kind of hole is known; a new kind needs a line in the list above.
    pub fn knows(&self, hole: &str) -> bool {
        matches!(hole, "profile" | "slug") || self.owned.contains_key(hole)
    }

    /// One that is the persona's own on this route, if there is any.
    pub fn own(&self, route: &Route, persona: &Persona, hole: &str) -> Option<String> {
        self.sorted(route, persona, hole).0.into_iter().next()
    }

    /// One that is not.
    pub fn foreign(&self, route: &Route, persona: &Persona, hole: &str) -> Option<String> {
        self.sorted(route, persona, hole).1.into_iter().next()
    }

    fn sorted(&self, route: &Route, persona: &Persona, hole: &str) -> (Vec<String>, Vec<String>) {
        let artists = &self.oracle.world().facts.artists;
        if hole == "profile" {
            use crate::oracle::Sight;
            let opens = |it: &&crate::support::world::Artist| {
                let sight = self.oracle.sight(persona, it);
                // whoever sees an artist, be it only in public, may ask for them (B2)
                let by_request = route.path.ends_with("/request") && sight > Sight::Nothing;
                by_request || self.oracle.opens_listing(persona, it) || sight == Sight::Everything
            };
            // one's own before what one may only look at
            let mut artists: Vec<_> = artists.iter().collect();
            artists.sort_by_key(|it| std::cmp::Reverse(self.oracle.sight(persona, it)));
            let (own, foreign): (Vec<_>, Vec<_>) = artists.into_iter().partition(|it| opens(it));
            let ids =
                |them: Vec<&crate::support::world::Artist>| them.iter().map(|it| it.id.clone()).collect();
            return (ids(own), ids(foreign));
        }
        if hole == "slug" {
            let slug = |it: &crate::support::world::Artist| {
                Some(it.folio_path.as_ref()?.rsplit('/').next()?.to_owned())
            };
            let (own, foreign): (Vec<_>, Vec<_>) = artists.iter().partition(|it| self.oracle.is_public(it));
            return (
                own.into_iter().filter_map(slug).collect(),
                foreign.into_iter().filter_map(slug).collect(),
            );
        }
        // an offer is a draft with a page of its own
        let kind = if route.path.contains("/offers/") && hole == "draft" { "offer" } else { hole };
        let all = self.owned.get(kind).map_or(&[][..], Vec::as_slice);
        let ours = [persona.workspace.as_deref(), persona.account.as_deref()];
        // staff own what their pages are about; nobody else owns anything there
        let is_admins = route.path.starts_with("/admin");
        let is_own = |owners: &[String]| match (is_admins, persona.kind.as_str()) {
            // an enquiry that an office has is that office's alone
            (true, kind) => kind == "admin" && (hole != "enquiry" || owners.iter().all(String::is_empty)),
            (false, _) => owners.iter().any(|owner| ours.contains(&Some(owner.as_str()))),
        };
        let ids = |own: bool| all.iter().filter(|it| is_own(&it.1) == own).map(|it| it.0.clone()).collect();
        (ids(true), ids(false))
    }

    /// The route's holes with the persona's own; where it has none of a kind, with somebody else's.
    pub fn own_filling(&self, route: &Route, persona: &Persona) -> Filling {
        let fill = |hole: &&str| {
            let found = self.own(route, persona, hole).or_else(|| self.foreign(route, persona, hole));
            ((*hole).to_owned(), found.unwrap_or_else(|| UNKNOWN.to_owned()))
        };
        route.holes().iter().map(fill).collect()
    }

    /// Paths of this route that are not the persona's, each with the sort of fault and the hole that it is in, all other
    /// holes as they would have to be. `malformed` texts stand for what is no id.
    pub fn not_theirs(&self, route: &Route, persona: &Persona, malformed: &[&str]) -> Vec<Path> {
        let own = self.own_filling(route, persona);
        let mut all = Vec::new();
        let mut add = |sort: &'static str, hole: &str, filling: &Filling| {
            all.push(Path { sort, hole: hole.to_owned(), path: route.fill(filling) });
        };
        for (at, hole) in route.holes().iter().enumerate() {
            let with = |text: &str| {
                let mut filling = own.clone();
                text.clone_into(&mut filling[at].1);
                filling
            };
            add("unknown", hole, &with(UNKNOWN));
            if let Some(foreign) = self.foreign(route, persona, hole) {
                add("foreign", hole, &with(&foreign));
            }
            for text in malformed {
                add("malformed", hole, &with(text));
            }
        }
        // exactly somebody else's address: their thing in their workspace
        if let [first, .., last] = route.holes()[..]
            && let Some(thing) = self.foreign(route, persona, last)
        {
            let owners = self.owned.get(last).and_then(|all| all.iter().find(|it| it.0 == thing));
            let owner = owners.and_then(|it| it.1.first().cloned());
            let mut filling = own.clone();
            filling.iter_mut().filter(|it| it.0 == last).for_each(|it| it.1.clone_from(&thing));
            if first == "workspace"
                && let Some(owner) = owner
            {
                filling[0].1 = owner;
                add("another's whole", first, &filling);
            }
        }
        all
    }
}
