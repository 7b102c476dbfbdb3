//! The one reviewed table, `expected.txt`: each route's answer to each persona at its own address.

use crate::support::http::Answer;
use crate::support::routes::Route;
use std::collections::BTreeMap;

const TEXT: &str = include_str!("expected.txt");

/// The whole table.
pub struct Table {
    pub personas: Vec<String>,
    pub rows: BTreeMap<String, Vec<String>>,
}

/// Reads it.
#[track_caller]
pub fn table() -> Table {
    let mut lines = TEXT.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#'));
    let head = lines.next().expect("a line of personas");
    let personas: Vec<String> = head.split_whitespace().skip(2).map(str::to_owned).collect();
    let mut rows = BTreeMap::new();
    for line in lines {
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let cells: Vec<String> = words.collect();
        assert_eq!(cells.len(), personas.len(), "a cell for each persona: {line}");
        assert!(rows.insert(format!("{method} {path}"), cells).is_none(), "twice: {line}");
    }
    Table { personas, rows }
}

/// The table in its layout, from what was seen.
pub fn written(personas: &[String], rows: &BTreeMap<String, Vec<String>>) -> String {
    let mut lines = vec![format!("METHOD path {}", personas.join(" "))];
    lines.extend(rows.iter().map(|(key, cells)| format!("{key} {}", cells.join(" "))));
    let split: Vec<Vec<&str>> = lines.iter().map(|it| it.split(' ').collect()).collect();
    let columns = split.iter().map(Vec::len).max().unwrap_or_default();
    let width =
        |at: usize| split.iter().filter_map(|it| it.get(at)).map(|it| it.len()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |words: &Vec<&str>| {
        let cells: Vec<String> =
            words.iter().zip(&widths).map(|(word, width)| format!("{word:<width$}")).collect();
        cells.join(" ").trim_end().to_owned() + "\n"
    };
    split.iter().map(line).collect()
}

/// An answer in the table's words.
pub fn word(answer: &Answer) -> String {
    let location = answer.header("location").unwrap_or_default();
    let text = answer.text();
    let says = |kind: &str, heading: &str| {
        text.contains(heading) || text.contains(&format!("/{kind}\"")) || text.contains(&format!("#{kind}\""))
    };
    match answer.status {
        303 if location.starts_with("/sign-in") => "in".into(),
        303 if location.starts_with("/waiting") => "wait".into(),
        303 if location.starts_with("/admin/step-up") => "step".into(),
        401 if answer.header("www-authenticate").is_some() => "in".into(),
        403 if says("refused", "This is not yours, or it does not exist") => "no".into(),
        403 if says("waiting", "Your account is not approved yet") => "wait".into(),
        403 if says("cross-site", "This form came from another site") => "form".into(),
        status => status.to_string(),
    }
}

/// What must be answered where the thing is not the persona's, the same whatever is wrong with the id (spec 10.10).
pub fn not_theirs(route: &Route, kind: &str, status: Option<&str>) -> &'static [&'static str] {
    match (route.who_may.as_str(), kind, status) {
        ("ops", ..) => &["404"],
        // a public address that nobody published
        ("visitor", ..) => &["404"],
        (_, "visitor", _) => &["in"],
        ("pending", ..) => &["no", "form"],
        (_, _, Some("pending" | "rejected" | "suspended")) => &["wait"],
        // a form is refused for its token or for its thing, whichever is asked first, but always the same
        _ if route.method == "POST" => &["no", "form"],
        _ => &["no"],
    }
}
