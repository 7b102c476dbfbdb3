//! One visit: every route by the address of hidden, shown and unknown things, then whatever the answers lead to, then
//! changes of what is not one's own.

use super::full;
use super::hidden::Hidden;
use super::pair::{CURSOR, LATE, ORIGIN, Pair};
use crate::crawler::walk::{lead, questions};
use crate::oracle::Oracle;
use crate::support::http::{Ask, encoded};
use crate::support::routes::{self, Route};
use crate::support::world::{Persona, World};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a visit met.
#[derive(Default)]
pub struct Visit {
    /// What told the worlds apart.
    pub wrong: Vec<String>,
    asked: usize,
    /// Routes that answered with a page, and with `?` behind them those that answered a search for a hidden name.
    pub opened: BTreeSet<String>,
}

/// What answers led to, kind by kind, until there was enough of a kind. Addresses that are typed are not counted here:
/// refusals of what is hidden must not use up what may be seen of one's own.
#[derive(Default)]
struct Enough(BTreeMap<String, usize>);

impl Enough {
    fn of(&mut self, route: Option<&Route>, path: &str) -> bool {
        let kind = match route {
            Some(route) => format!("{} {}", route.key(), asked_for(path)),
            // static pages are the same bytes for everybody
            None => path.split('/').take(2).collect::<Vec<_>>().join("/"),
        };
        let seen = self.0.entry(kind).or_default();
        *seen += 1;
        *seen > if full() { 400 } else { 5 }
    }
}

/// The names of what a query says something of.
fn asked_for(path: &str) -> String {
    let query = path.split_once('?').map_or("", |it| it.1);
    let given = query.split('&').filter_map(|it| it.split_once('=')).filter(|it| !it.1.is_empty());
    given.map(|it| it.0).collect::<Vec<_>>().join(" ")
}

/// How many things of one kind are tried by their addresses.
fn few() -> usize {
    if full() { usize::MAX } else { 2 }
}

/// The persona's workspace; for who has none, somebody's.
fn own(world: &World, persona: &Persona) -> String {
    persona.workspace.clone().unwrap_or_else(|| world.facts.workspaces[0].id.clone())
}

/// What may stand in the holes of addresses: ids by the hole's name.
type Ids = BTreeMap<String, Vec<String>>;

/// The things that are hidden, and those that are not.
fn things(world: &World, hidden: &Hidden) -> [Ids; 2] {
    let mut all = [Ids::new(), Ids::new()];
    for it in &world.facts.artists {
        let ids = &mut all[usize::from(!hidden.artists.contains(&it.id))];
        ids.entry("profile".into()).or_default().push(it.id.clone());
        let slug = it.folio_path.as_deref().and_then(|it| it.strip_prefix("/folio/"));
        ids.entry("slug".into()).or_default().extend(slug.map(str::to_owned));
    }
    for it in &world.facts.engagements {
        let ids = &mut all[usize::from(!hidden.engagements.contains(&it.id))];
        ids.entry("engagement".into()).or_default().push(it.id.clone());
        for it in &it.records {
            ids.entry(it.kind.clone()).or_default().push(it.id.clone());
        }
    }
    all
}

/// An address of each route, as often as there are things for its holes, those that are shown first; and the same of what
/// is unknown, and of another's workspace.
fn typed(world: &World, persona: &Persona, hidden: &Hidden, routes: &[Route]) -> Vec<String> {
    let own = own(world, persona);
    let [unseen, seen] = things(world, hidden);
    let mut all = vec!["/".to_owned()];
    let mut strange = Vec::new();
    for route in routes.iter().filter(|it| it.method == "GET") {
        let fill = |id: &dyn Fn(&str) -> Option<String>| {
            let with = route.holes().into_iter().map(|hole| Some((hole.to_owned(), id(hole)?)));
            with.collect::<Option<Vec<_>>>().map(|it| route.fill(&it))
        };
        let of = |hole: &str, ids: &Ids, i: usize| match hole {
            "workspace" => Some(own.clone()),
            _ => ids.get(hole)?.get(i).cloned(),
        };
        let times = if route.holes().iter().all(|it| *it == "workspace") { 1 } else { few() };
        all.extend((0..times).map_while(|i| fill(&|hole| of(hole, &seen, i))));
        strange.extend((0..times).map_while(|i| fill(&|hole| of(hole, &unseen, i))));
        strange.extend(fill(&|hole| Some(if hole == "workspace" { own.clone() } else { "nobody".into() })));
        if route.holes() == ["workspace"] {
            strange.extend(fill(&|_| hidden.workspaces.first().cloned()));
        }
    }
    all.append(&mut strange);
    for list in ["roster", "discovery", "engagements", "requests", "holds", "mandates", "drafts"] {
        let cursors = hidden.artists.iter().take(1).chain(hidden.names.last());
        all.extend(cursors.map(|it| format!("/w/{own}/{list}?{}", encoded(&[("after", it)]))));
    }
    all.extend(["/robots.txt", "/sitemap.xml", "/folio/aaltje-verborgen"].map(str::to_owned));
    all.push(format!("/w/{own}/nowhere"));
    all
}

/// Everything that is asked by POST, of things that are not the persona's: refused, and refused alike.
fn changes(world: &World, persona: &Persona, hidden: &Hidden, routes: &[Route]) -> Vec<String> {
    let own = own(world, persona);
    let [ids, _] = things(world, hidden);
    let mut all = Vec::new();
    for route in routes.iter().filter(|it| it.method == "POST" && it.path.starts_with("/w/")) {
        let mut with = Vec::new();
        for hole in route.holes() {
            let id = if hole == "workspace" { Some(&own) } else { ids.get(hole).and_then(|it| it.first()) };
            with.extend(id.map(|id| (hole.to_owned(), id.clone())));
        }
        // nothing but the workspace would be one's own
        if with.len() == route.holes().len() && with.len() > 1 {
            all.push(route.fill(&with));
        }
    }
    all
}

/// One visit of both worlds, until `most` differences were met.
pub fn visit(pair: &mut Pair, world: &World, persona: &Persona, hidden: &Hidden, most: usize) -> Visit {
    let routes = routes::all();
    let mut visit = Visit::default();
    let mut enough = Enough::default();
    let mut known = BTreeSet::new();
    let typed = typed(world, persona, hidden, &routes).into_iter().filter(|it| known.insert(it.clone()));
    let mut todo: VecDeque<(String, bool)> = typed.map(|it| (it, false)).collect();
    let mut probes = hidden.names.clone();
    probes.extend(["", "%", "a", "Aal"].map(str::to_owned));
    let names: Vec<String> =
        hidden.names.iter().map(|it| encoded(&[("", it)])).filter(|it| it.len() > 1).collect();
    while let Some((path, is_led)) = todo.pop_front() {
        let route = routes::find(&routes, "GET", &path);
        if is_led && (enough.of(route, &path) || path.starts_with(LATE) && path.contains(CURSOR)) {
            continue;
        }
        if visit.wrong.len() >= most {
            return visit;
        }
        visit.asked += 1;
        let (answer, told) = pair.ask(&Ask::new("GET", &path));
        visit.wrong.extend(told.map(|it| format!("{}: GET {path}: {it}", persona.name)));
        if let (200, Some(route)) = (answer.status, route) {
            let is_search = is_led && names.iter().any(|it| path.contains(it.as_str()));
            visit.opened.insert(format!("{}{}", route.path, if is_search { "?" } else { "" }));
        }
        let (links, forms) = lead(world, &path, &answer);
        let searches = forms.iter().filter(|it| it.method == "get").flat_map(|it| questions(it, &probes));
        for it in links.into_iter().chain(searches) {
            if known.insert(it.clone()) {
                todo.push_back((it, true));
            }
        }
    }
    for path in changes(world, persona, hidden, &routes) {
        visit.asked += 1;
        let (_, told) = pair.ask(&Ask::new("POST", &path).header("Origin", ORIGIN).form(&[]));
        visit.wrong.extend(told.map(|it| format!("{}: POST {path}: {it}", persona.name)));
    }
    visit
}

impl Visit {
    /// What the persona may see and the visit did not open, so that nothing can be the same for want of looking.
    pub fn missed(&self, oracle: &Oracle<'_>, persona: &Persona) -> Vec<String> {
        let mut due: BTreeSet<String> = ["/folio/{slug}".to_owned(), "/folio/sitemap.xml".to_owned()].into();
        let seen: Vec<_> = oracle
            .world()
            .facts
            .engagements
            .iter()
            .filter(|it| oracle.sees_engagement(persona, it))
            .collect();
        if persona.workspace.is_some() && persona.status.as_deref() == Some("approved") {
            due.extend(["search", "search?", "engagements"].map(|it| format!("/w/{{workspace}}/{it}")));
            let records = seen.iter().flat_map(|it| &it.records).map(|it| it.kind.as_str());
            due.extend(records.map(|it| format!("/w/{{workspace}}/{it}s/{{{it}}}")));
            if persona.kind == "agency" {
                due.insert("/w/{workspace}/roster?".into());
            }
            if persona.verified && persona.capabilities.iter().any(|it| it == "discovery") {
                due.insert("/w/{workspace}/discovery?".into());
            }
        }
        if !seen.is_empty() {
            let rooms: &[&str] = match persona.kind.as_str() {
                "counsel" => &["/counsel"],
                _ => &["/w/{workspace}", "/api/w/{workspace}"],
            };
            for room in rooms {
                due.insert(format!("{room}/engagements/{{engagement}}"));
                if !room.starts_with("/api") {
                    due.insert(format!("{room}/engagements/{{engagement}}/ledger"));
                    due.insert(format!("{room}/engagements/{{engagement}}/ledger.jsonl"));
                }
            }
        }
        due.retain(|it| !self.opened.contains(it));
        if self.asked < 100 {
            due.insert(format!("only {} questions", self.asked));
        }
        due.into_iter().map(|it| format!("{} never opened {it}", persona.name)).collect()
    }
}
