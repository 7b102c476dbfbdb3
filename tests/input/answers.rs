//! Whether an answer to something wrong is clear: it says what, by the field, and shows nothing of our insides.

use crate::support::http::Answer;
use crate::support::page::Page;

/// What is missing in an answer that says that something was wrong; `field` is the one it is about.
pub fn unclear(answer: &Answer, field: Option<&str>) -> Option<String> {
    let text = answer.text();
    if ["panicked", "SELECT ", "INSERT ", "server/", ".rs:"].iter().any(|it| text.contains(it)) {
        return Some("shows our insides".into());
    }
    if !answer.header("content-type").is_some_and(|it| it.starts_with("text/html")) {
        return unclear_details(answer, field);
    }
    let page = answer.page();
    if page.texts("h1").iter().all(String::is_empty) {
        return Some("a page without a heading".into());
    }
    if answer.status != 422 {
        return page.texts("main p, main .lead").is_empty().then(|| "a page that says nothing".into());
    }
    if let Some(dead) = dead_link(&page) {
        return Some(format!("its summary leads to {dead}, which is not there"));
    }
    let is_again = page.has("[role=alert] a[href^='#']");
    if is_again && !page.text("title").starts_with("Error: ") {
        return Some("the title does not say that something is wrong".into());
    }
    let named = named(&page);
    let field = field?;
    let is_named = named.iter().any(|it| names(it, field));
    (!is_named).then(|| format!("nothing is said by {field}, only by {named:?}"))
}

/// Problem details (RFC 9457), which name each field.
fn unclear_details(answer: &Answer, field: Option<&str>) -> Option<String> {
    let problem = answer.json();
    if !problem["title"].is_string() || problem["status"] != answer.status || !problem["type"].is_string() {
        return Some(format!("no problem details: {problem}"));
    }
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let is_named =
        |field: &str| errors.iter().any(|it| it["field"].as_str().is_some_and(|it| names(it, field)));
    match field {
        Some(field) if answer.status == 422 && !is_named(field) => {
            Some(format!("nothing about {field}: {problem}"))
        }
        _ => None,
    }
}

/// The fields that a page speaks of: in its summary, or in its list where the form cannot be shown again.
fn named(page: &Page) -> Vec<String> {
    let links = page.attributes("[role=alert] a", "href").into_iter();
    let mut all: Vec<String> = links.map(|it| it.trim_start_matches('#').to_owned()).collect();
    all.extend(page.texts(".fault strong"));
    all
}

/// A link of the summary that arrives nowhere.
fn dead_link(page: &Page) -> Option<String> {
    page.attributes("[role=alert] a", "href").into_iter().find(|it| {
        let id = it.trim_start_matches('#');
        !page.has(&format!("[id='{id}']"))
    })
}

/// Whether a name is of this field.
fn names(name: &str, field: &str) -> bool {
    names_of(field).iter().any(|it| it == name)
}

/// By which names a page speaks of a field: a day of three fields is spoken of as one.
pub fn names_of(field: &str) -> Vec<String> {
    let mut all = vec![field.to_owned()];
    if let Some(it) = ["day", "month", "year"].iter().find_map(|it| field.strip_suffix(it)) {
        let group = it.trim_end_matches('_');
        all.push(if group.is_empty() { "day".into() } else { group.into() });
    }
    all.dedup();
    all
}
