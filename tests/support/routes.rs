//! The route table as `kalinklo routes --json` prints it.

use super::program::command;
use serde::Deserialize;

/// One route.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Route {
    pub method: String,
    pub path: String,
    pub action: String,
    pub resource_type: String,
    pub who_may: String,
    pub body_limit: usize,
    pub rate_limit: String,
    /// The fields of a query that it reads; `None` where it takes any and looks at none.
    pub query: Option<Vec<String>>,
}

/// Every route, as the program says.
#[track_caller]
pub fn all() -> Vec<Route> {
    let out = command(["routes", "--json"]).output().expect("`kalinklo routes --json` starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("routes as JSON")
}

impl Route {
    /// `METHOD path`.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The names of its holes, in order.
    pub fn holes(&self) -> Vec<&str> {
        self.path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect()
    }

    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    /// Whether a path, without its query, is one of this route's.
    pub fn matches(&self, path: &str) -> bool {
        self.filled(path).is_some()
    }

    /// What stands in the holes of a path that is one of this route's.
    pub fn filled(&self, path: &str) -> Option<Vec<(String, String)>> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let (mut ours, mut theirs) = (self.path.split('/'), path.split('/'));
        let mut found = Vec::new();
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return Some(found),
                (Some(hole), Some(text)) if hole.starts_with('{') && !text.is_empty() => {
                    found.push((hole.trim_matches(['{', '}']).to_owned(), text.to_owned()));
                }
                (Some(one), Some(other)) if one == other => {}
                _ => return None,
            }
        }
    }

    /// The path with its holes filled; panics where one is missing.
    #[track_caller]
    pub fn fill(&self, with: &[(String, String)]) -> String {
        let fill = |part: &str| match part.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            None => part.to_owned(),
            Some(hole) => {
                let found = with.iter().find(|(name, _)| name == hole);
                found.unwrap_or_else(|| panic!("{}: nothing for {hole}", self.path)).1.clone()
            }
        };
        self.path.split('/').map(fill).collect::<Vec<_>>().join("/")
    }
}

/// The route that answers a path: one without holes before one with.
pub fn find<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<&'a Route> {
    let mut found: Vec<_> = routes.iter().filter(|it| it.method == method && it.matches(path)).collect();
    found.sort_by_key(|it| it.holes().len());
    found.first().copied()
}

#[test]
fn a_path_is_taken_apart_and_put_together() {
    let route = Route {
        method: "GET".into(),
        path: "/w/{workspace}/holds/{hold}".into(),
        action: String::new(),
        resource_type: String::new(),
        who_may: String::new(),
        body_limit: 0,
        rate_limit: String::new(),
        query: Some(Vec::new()),
    };
    assert_eq!(route.holes(), ["workspace", "hold"]);
    let filled = route.filled("/w/a/holds/b?x=1").unwrap();
    assert_eq!(route.fill(&filled), "/w/a/holds/b");
    assert!(!route.matches("/w/a/holds") && !route.matches("/w/a/holds/") && !route.matches("/w/a/drafts/b"));
}
