//! The file that `kalinklo demo --json FILE` writes when it is ready; described in tests/README.md.

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
pub struct World {
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    pub ops_token: String,
    pub database: String,
    pub mail_dir: String,
    pub personas: Vec<Persona>,
    pub facts: Facts,
}

/// Somebody to act as.
#[derive(Debug, Clone, Deserialize)]
pub struct Persona {
    pub name: String,
    /// `visitor`, `artist`, `agency`, `presenter`, `counsel` or `admin`.
    pub kind: String,
    pub role: Option<String>,
    pub account: Option<String>,
    pub status: Option<String>,
    pub workspace: Option<String>,
    #[serde(default)]
    pub verified: bool,
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// `name=value` of a session; none for the visitor.
    pub cookie: Option<String>,
    pub form_token_field: Option<String>,
}

/// What is true in the world, for oracles that were written apart from the policies.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    pub workspaces: Vec<Workspace>,
    pub artists: Vec<Artist>,
    /// Pairs of agencies whose partnership both accepted.
    pub partners: Vec<(String, String)>,
    pub engagements: Vec<Engagement>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Workspace {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub verified: bool,
    pub plan: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Artist {
    pub id: String,
    pub workspace: Option<String>,
    pub name: String,
    /// `public`, `private_listing`, `stealth` or `workspace_private`.
    pub level: String,
    pub opted_in: bool,
    pub discoverable: bool,
    /// Agencies with a mandate in force.
    pub agencies: Vec<String>,
    /// Presenters invited to a stealth roster.
    pub invited: Vec<String>,
    pub folio_path: Option<String>,
    pub listing_path: Option<String>,
    pub profile_path: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Engagement {
    pub id: String,
    pub title: String,
    pub artist: String,
    pub agency: Option<String>,
    pub presenter: String,
    /// Accounts of counsel.
    pub counsel: Vec<String>,
    pub path: String,
    pub audit_path: String,
    pub records: Vec<Record>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    pub kind: String,
    pub id: String,
    pub path: String,
}

impl World {
    /// The persona of this name.
    #[track_caller]
    pub fn persona(&self, name: &str) -> &Persona {
        let names = || self.personas.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        self.personas
            .iter()
            .find(|it| it.name == name)
            .unwrap_or_else(|| panic!("no {name} among {}", names()))
    }

    /// A client signed in as this persona, or a visitor's.
    pub fn client(&self, persona: &Persona) -> super::http::Client {
        let client = super::http::Client::new(&self.base);
        match &persona.cookie {
            Some(cookie) => client.with_cookie(cookie),
            None => client,
        }
    }
}
