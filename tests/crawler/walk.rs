//! Follows everything that can be followed: links, redirections, maps of the site, and every search with every probe.

use crate::support::http::{Answer, Client, encoded};
use crate::support::page::{Form, Page};
use crate::support::world::{Persona, World};
use std::collections::{BTreeSet, VecDeque};

/// More pages than this from one persona mean a trap of links, which is a fault too.
const MOST: usize = 6000;

/// One answer of a walk.
pub struct Visited {
    /// Path and query.
    pub path: String,
    /// The page that led here; empty for where the walk began.
    pub from: String,
    pub answer: Answer,
}

/// A form that stood on a page.
#[derive(Debug, Clone)]
pub struct Found {
    pub page: String,
    pub form: Form,
}

/// All that one persona reached.
#[derive(Default)]
pub struct Walk {
    pub visited: Vec<Visited>,
    pub forms: Vec<Found>,
}

impl Walk {
    /// The answer at exactly this path.
    pub fn at(&self, path: &str) -> Option<&Answer> {
        self.visited.iter().find(|it| it.path == path).map(|it| &it.answer)
    }
}

/// Where a walk begins, beside what links lead to: what everybody may type.
const DOORS: &[&str] = &[
    "/",
    "/robots.txt",
    "/sitemap.xml",
    "/folio/sitemap.xml",
    "/sign-in",
    "/sign-up",
    "/waiting",
    "/application",
    "/you",
    "/admin",
    "/counsel",
    "/api/health",
    "/.well-known/security.txt",
];

/// Walks as `persona` from the doors and `more`.
pub fn walk(world: &World, persona: &Persona, more: &[String], probes: &[String]) -> Walk {
    let mut client = world.client(persona);
    let mut todo: VecDeque<(String, String)> =
        DOORS.iter().map(|it| ((*it).to_owned(), String::new())).collect();
    if let Some(own) = &persona.workspace {
        todo.push_back((format!("/w/{own}"), String::new()));
    }
    todo.extend(more.iter().map(|it| (it.clone(), String::new())));
    let mut known: BTreeSet<String> = todo.iter().map(|(it, _)| it.clone()).collect();
    let mut asked = BTreeSet::new();
    let mut all = Walk::default();
    while let Some((path, from)) = todo.pop_front() {
        assert!(all.visited.len() < MOST, "{}: links without end, as {path} from {from}", persona.name);
        let answer = client.get(&path);
        let (links, forms) = lead(world, &path, &answer);
        for link in links {
            if known.insert(link.clone()) {
                todo.push_back((link, path.clone()));
            }
        }
        for form in forms {
            if form.method == "get" {
                for question in questions(&form, probes) {
                    if asked.insert(question.clone()) && known.insert(question.clone()) {
                        todo.push_back((question, path.clone()));
                    }
                }
            }
            all.forms.push(Found { page: path.clone(), form });
        }
        all.visited.push(Visited { path, from, answer });
    }
    all
}

/// Every way to ask a search: each of its text fields with each probe, the others as they stand.
pub fn questions(form: &Form, probes: &[String]) -> Vec<String> {
    let action = form.action.split(['?', '#']).next().unwrap_or_default();
    let ask = |form: &Form| {
        let fields: Vec<_> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        format!("{action}?{}", encoded(&fields))
    };
    let mut all = vec![ask(form)];
    for field in form.of_kind(&["text", "search", "email"]) {
        all.extend(probes.iter().map(|probe| ask(&form.clone().with(&field, probe))));
    }
    all
}

/// Where an answer leads on this server, and its forms.
pub fn lead(world: &World, path: &str, answer: &Answer) -> (Vec<String>, Vec<Form>) {
    let mut links: Vec<String> = answer.header("location").map(str::to_owned).into_iter().collect();
    let mut forms = Vec::new();
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.starts_with("text/html") {
        let page: Page = answer.page();
        links.extend(page.links());
        for (css, attribute) in [
            ("link[href]", "href"),
            ("img[src]", "src"),
            ("source[srcset]", "srcset"),
            ("iframe[src]", "src"),
        ] {
            links.extend(page.attributes(css, attribute));
        }
        forms = page.forms();
        for form in &mut forms {
            if form.action.is_empty() {
                path.clone_into(&mut form.action);
            }
        }
    } else if kind.contains("xml") {
        let text = answer.text();
        links.extend(
            text.split("<loc>").skip(1).filter_map(|it| it.split("</loc>").next()).map(str::to_owned),
        );
    } else if path == "/robots.txt" {
        let text = answer.text();
        links
            .extend(text.lines().filter_map(|it| it.strip_prefix("Sitemap:")).map(|it| it.trim().to_owned()));
    }
    let links = links.into_iter().filter_map(|it| here(world, path, &it)).collect();
    (links, forms)
}

/// A link as a path of this server; `None` where it leads away.
fn here(world: &World, page: &str, link: &str) -> Option<String> {
    let link = link.split('#').next().unwrap_or_default();
    let link = link.strip_prefix(&world.base).unwrap_or(link);
    if link.is_empty() || link.contains("://") || link.starts_with("//") {
        return None;
    }
    if link.starts_with('/') {
        return Some(link.to_owned());
    }
    let scheme = link.split(['/', '?']).next().unwrap_or_default();
    if scheme.contains(':') {
        return None;
    }
    let page = page.split('?').next().unwrap_or_default();
    if link.starts_with('?') {
        return Some(format!("{page}{link}"));
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(format!("{folder}/{link}"))
}

/// A client of nobody, for what is the same for all.
pub fn visitor(world: &World) -> Client {
    Client::new(&world.base)
}

#[test]
fn searches_are_asked_with_every_probe() {
    let page = Page::parse(
        "<form action=\"/w/1/search\"><input type=\"search\" name=\"q\"><select name=\"s\"><option value=\"a\"></select></form>",
    );
    let form = &page.forms()[0];
    let asked = questions(form, &["Ann".to_owned(), "%".to_owned()]);
    assert_eq!(asked, ["/w/1/search?q=&s=a", "/w/1/search?s=a&q=Ann", "/w/1/search?s=a&q=%25"]);
}
