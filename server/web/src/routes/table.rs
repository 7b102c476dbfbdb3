//! The table made ready: a tree of paths, checked at start.

use super::{Holes, Most, Route};
use std::collections::BTreeMap;
use warp::http::Method;

/// Why a table cannot be used; stops the start.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// Two routes have one method and path.
    #[error("two routes answer {0} {1}")]
    Twice(Method, &'static str),
    /// The path conflicts with another, or is malformed.
    #[error("the path {0} cannot stand in the table: {1}")]
    Path(&'static str, String),
    /// One path is operational under one method and public under another.
    #[error("the path {0} is operational under one method only")]
    Mixed(&'static str),
}

struct Place {
    routes: Vec<usize>,
    ops: bool,
}

/// All routes, and where each path leads.
pub struct Table<A> {
    routes: Vec<Route<A>>,
    tree: matchit::Router<Place>,
}

/// What the table knows of a path.
pub(super) struct Found<'t, A> {
    pub(super) routes: Vec<&'t Route<A>>,
    pub(super) holes: Holes,
    pub(super) ops: bool,
}

impl<A> Table<A> {
    /// Makes the table ready.
    ///
    /// # Errors
    /// Says which route cannot stand beside which.
    pub fn new(routes: Vec<Route<A>>) -> Result<Self, TableFault> {
        let mut places: BTreeMap<&'static str, Place> = BTreeMap::new();
        for (at, route) in routes.iter().enumerate() {
            let ops = route.most == Most::Ops;
            let place = places.entry(route.path).or_insert(Place { routes: Vec::new(), ops });
            if place.ops != ops {
                return Err(TableFault::Mixed(route.path));
            }
            if place.routes.iter().any(|it| routes[*it].method == route.method) {
                return Err(TableFault::Twice(route.method.clone(), route.path));
            }
            place.routes.push(at);
        }
        let mut tree = matchit::Router::new();
        for (path, place) in places {
            if path
                .split('/')
                .any(|it| it.contains(['{', '}']) && !(it.starts_with('{') && it.ends_with('}')))
            {
                return Err(TableFault::Path(path, "a hole takes a whole segment".into()));
            }
            tree.insert(path, place).map_err(|it| TableFault::Path(path, it.to_string()))?;
        }
        Ok(Self { routes, tree })
    }

    /// The routes in their order.
    #[must_use]
    pub fn routes(&self) -> &[Route<A>] {
        &self.routes
    }

    pub(super) fn find(&self, path: &str) -> Option<Found<'_, A>> {
        let found = self.tree.at(path).ok()?;
        let routes = found.value.routes.iter().filter_map(|it| self.routes.get(*it)).collect();
        Some(Found { routes, holes: Holes::of(found.params.iter()), ops: found.value.ops })
    }
}

impl<'t, A> Found<'t, A> {
    /// The route for a method; `HEAD` is answered by `GET`.
    pub(super) fn route(&self, method: &Method) -> Option<&'t Route<A>> {
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        self.routes.iter().find(|it| it.method == *wanted).copied()
    }

    /// The `Allow` header's list (RFC 9110 section 10.2.1).
    pub(super) fn allow(&self, page: bool) -> String {
        let mut all: Vec<&str> = self.routes.iter().map(|it| it.method.as_str()).collect();
        if page && !all.contains(&"GET") {
            all.push("GET");
        }
        if all.contains(&"GET") {
            all.push("HEAD");
        }
        all.sort_unstable();
        all.join(", ")
    }
}
