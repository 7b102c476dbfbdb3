//! What `demo --json` writes: the shape that test programs read, described in `tests/README.md`. It stays as it is;
//! fields may be added.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct WorldFile {
    pub(crate) base: String,
    pub(crate) ops_token: String,
    pub(crate) database: String,
    pub(crate) mail_dir: String,
    pub(crate) personas: Vec<Persona>,
    pub(crate) facts: Facts,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Persona {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) role: Option<&'static str>,
    pub(crate) account: Option<String>,
    pub(crate) status: Option<&'static str>,
    pub(crate) workspace: Option<String>,
    pub(crate) verified: bool,
    pub(crate) capabilities: Vec<&'static str>,
    pub(crate) cookie: Option<String>,
    pub(crate) form_token_field: Option<&'static str>,
    /// The mail address, for sign-in by link.
    pub(crate) email: Option<String>,
    /// One sentence on what to try.
    #[serde(skip)]
    pub(crate) advice: &'static str,
    /// A sign-in link's path, single use.
    #[serde(skip)]
    pub(crate) link: Option<String>,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Facts {
    pub(crate) workspaces: Vec<Workspace>,
    pub(crate) artists: Vec<Artist>,
    pub(crate) partners: Vec<(String, String)>,
    pub(crate) engagements: Vec<Engagement>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) verified: bool,
    pub(crate) plan: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Artist {
    pub(crate) id: String,
    pub(crate) workspace: String,
    pub(crate) name: String,
    pub(crate) level: &'static str,
    pub(crate) opted_in: bool,
    pub(crate) discoverable: bool,
    pub(crate) agencies: Vec<String>,
    pub(crate) invited: Vec<String>,
    pub(crate) folio_path: String,
    pub(crate) listing_path: String,
    pub(crate) profile_path: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Engagement {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) artist: String,
    pub(crate) agency: Option<String>,
    pub(crate) presenter: String,
    pub(crate) counsel: Vec<String>,
    pub(crate) path: String,
    pub(crate) audit_path: String,
    pub(crate) records: Vec<Record>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Record {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) path: String,
}
