//! The frame of a page: title, who acts, the ways on.

use crate::http::{Filled, faults::Wrong};
use serde::Serialize;

/// A way on.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// Where.
    pub href: String,
    /// In words.
    pub label: String,
    /// Whether this page is that place.
    pub current: bool,
}

impl Link {
    /// A link to another page.
    pub fn to(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into(), current: false }
    }

    /// The same link, marked where it is this page.
    #[must_use]
    pub fn here(self, current: bool) -> Self {
        Self { current, ..self }
    }
}

/// For whom the person acts.
#[derive(Debug, Clone, Serialize)]
pub struct Acting {
    /// The workspace.
    pub name: String,
    /// The person's role in it.
    pub role: String,
    /// Where they choose another.
    pub switch: String,
}

/// What must be corrected, at the head of the page.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// How many things.
    pub heading: String,
    /// What happened, where it was nothing that was typed.
    pub lead: Option<&'static str>,
    /// Each, linked to its field.
    pub faults: Vec<Wrong>,
}

/// The frame.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// Title, without the house's name.
    pub title: String,
    /// Where the house's name leads.
    pub home: String,
    /// For whom; `None` outside workspaces.
    pub acting: Option<Acting>,
    /// The person's own links: search, notices, you.
    pub you: Vec<Link>,
    /// The desk's links; none, no desk.
    pub nav: Vec<Link>,
    /// What must be corrected; puts `Error:` before the title.
    pub summary: Option<Summary>,
    /// One sentence on what was just done.
    pub note: Option<String>,
    /// Where it is explained why this is seen.
    pub why: Option<String>,
    /// Whether the world is made up.
    pub fictional: bool,
    /// Whether search engines may take it: only folios.
    pub indexed: bool,
}

impl Page {
    /// A frame with a title and nothing else.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            home: "/".into(),
            acting: None,
            you: Vec::new(),
            nav: Vec::new(),
            summary: None,
            note: None,
            why: None,
            fictional: false,
            indexed: false,
        }
    }

    /// The same page, saying what must be corrected; unchanged where nothing must.
    #[must_use]
    pub fn correcting(self, filled: &Filled) -> Self {
        let faults = filled.faults.list().to_vec();
        if filled.is_overtaken() {
            let heading = "Somebody changed this in the meantime".to_owned();
            let lead =
                Some("Nothing of yours was saved yet, and nothing is lost: what you typed stands below.");
            return Self { summary: Some(Summary { heading, lead, faults }), ..self };
        }
        let heading = match faults.len() {
            0 => return self,
            1 => "One thing to correct".to_owned(),
            2 => "Two things to correct".to_owned(),
            3 => "Three things to correct".to_owned(),
            count => format!("{count} things to correct"),
        };
        Self { summary: Some(Summary { heading, lead: None, faults }), ..self }
    }
    /// Whether it shows a form again that somebody overtook.
    #[must_use]
    pub fn is_overtaken(&self) -> bool {
        self.summary.as_ref().is_some_and(|it| it.lead.is_some())
    }
}
