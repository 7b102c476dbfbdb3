//! What `docs/input.md` says of each form is what the forms say themselves: the document is written from their answers.

use super::answers::names_of;
use crate::support::http::Answer;
use crate::support::page::Form;
use crate::support::routes::{self, Route};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The forms as they answered, by route.
#[derive(Default)]
pub struct Written(BTreeMap<String, Entry>);

struct Entry {
    about: String,
    /// Field, kind, and what was said by it, in the order of the form.
    fields: Vec<(String, String, Vec<String>)>,
}

/// What every field of every form answers; the document says it once.
const EVERYWHERE: &[&str] = &["This field came more than once", "Enter text in UTF-8"];

/// Kinds of fields as people call them; hidden ones and buttons nobody types into.
fn kind(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "text" | "search" => "line",
        "textarea" => "text",
        "email" => "e-mail address",
        "tel" => "telephone number",
        "select" | "radio" => "choice",
        "checkbox" => "tick",
        "number" => "number",
        "date" => "day",
        "file" => "file",
        _ => return None,
    })
}

impl Written {
    /// A form, before anything is sent.
    pub fn form(&mut self, route: &Route, form: &Form) {
        let about = format!(
            "`{}` on {}; at most {} bytes; rate `{}`",
            route.action, route.resource_type, route.body_limit, route.rate_limit
        );
        let typed =
            form.kinds.iter().filter_map(|(name, it)| Some((name.clone(), kind(it)?.to_owned(), Vec::new())));
        let mut fields: Vec<(String, String, Vec<String>)> = typed.collect();
        fields.dedup_by(|one, other| one.0 == other.0);
        self.0.insert(route.key(), Entry { about, fields });
    }

    /// What was said by a field.
    pub fn answer(&mut self, route: &Route, field: &str, answer: &Answer) {
        let fields = self.0.get_mut(&route.key()).map(|it| it.fields.iter_mut()).into_iter().flatten();
        for (name, _, said) in fields.filter(|it| it.0 == field) {
            for text in said_by(answer, name).iter().map(|it| whenever(it)) {
                if !EVERYWHERE.contains(&text.as_str()) && !said.contains(&text) {
                    said.push(text);
                }
            }
        }
    }

    /// Holds the document to it, or writes it where `KALINKLO_BLESS=1`.
    #[track_caller]
    pub fn hold(&self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/input.md");
        let text = std::fs::read_to_string(&path).expect("docs/input.md");
        let (before, was) = text.split_once(MARK).expect("the mark in docs/input.md");
        if std::env::var_os("KALINKLO_BLESS").is_some_and(|it| it == "1") {
            std::fs::write(&path, format!("{before}{MARK}{}", self.text()))
                .expect("docs/input.md is written");
            return;
        }
        assert!(
            was == self.text(),
            "docs/input.md is not what the forms say; KALINKLO_BLESS=1 cargo nextest run --workspace -E \
             'test(input::sqlite::whatever_arrives_wrong)' writes it:\n{}",
            self.text()
        );
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (key, Entry { about, fields }) in &self.0 {
            let _ = write!(text, "\n### `{key}`\n\n{about}.\n");
            if !fields.is_empty() {
                text.push_str("\n| field | kind | what it answers |\n| --- | --- | --- |\n");
            }
            for (name, kind, said) in fields {
                let said = if said.is_empty() {
                    "nothing beside what every field does".into()
                } else {
                    said.join(" · ")
                };
                let _ = writeln!(text, "| `{name}` | {kind} | {} |", said.replace('|', "\\|"));
            }
        }
        text + &queries()
    }
}

/// What is read of queries, as the table of routes says.
fn queries() -> String {
    let (mut rows, mut free) = (Vec::new(), Vec::new());
    for route in routes::all().iter().filter(|it| it.method == "GET") {
        match route.query.as_deref() {
            None => free.push(format!("`{}`", route.path)),
            Some([]) => {}
            Some(fields) => {
                let fields: Vec<_> = fields.iter().map(|it| format!("`{it}`")).collect();
                rows.push(format!("| `{}` | {} |\n", route.path, fields.join(", ")));
            }
        }
    }
    rows.sort();
    format!(
        "\n## Query by query\n\n| address | fields, each optional and at most once |\n| --- | --- |\n{}\nThe other addresses \
         of the table read no field. {} and the pages of the static site may be asked with any query, and look at none of \
         it.\n",
        rows.concat(),
        free.join(", ")
    )
}

/// The same however long the test took: how many seconds are left is not part of what is said.
fn whenever(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for at in 1..words.len() {
        if words[at] == "seconds" {
            words[at - 1] = "some";
        }
    }
    words.join(" ")
}

/// Everything behind this line is written.
const MARK: &str = "<!-- From here on written by the test `whatever_arrives_wrong`. -->\n";

fn said_by(answer: &Answer, field: &str) -> Vec<String> {
    let names = names_of(field);
    if answer.header("content-type").is_some_and(|it| it.starts_with("text/html")) {
        let page = answer.page();
        let mut said = Vec::new();
        for name in names {
            said.extend(page.texts(&format!("[role=alert] a[href='#{name}']")));
            let listed = page.texts(".fault li");
            said.extend(
                listed.iter().filter_map(|it| Some(it.strip_prefix(&format!("{name}: "))?.to_owned())),
            );
        }
        return said;
    }
    let json = answer.json();
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    let of_field = errors.iter().filter(|it| names.iter().any(|name| it["field"] == name.as_str()));
    of_field.filter_map(|it| it["detail"].as_str().map(str::to_owned)).collect()
}
