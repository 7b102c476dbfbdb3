//! `data/schema.json`: the schema with an anchor for each type and action, and the policies that speak of each action.

use crate::asked::{Environment, Ground};
use crate::mutants::Unable;
use policy::highlight::{Names, headed, numbered, schema};
use policy::{Bundle, Engine};
use serde::Serialize;
use std::collections::BTreeSet;

/// The whole file. Every text is HTML.
#[derive(Serialize)]
pub(super) struct Page {
    file: String,
    parts: Vec<Part>,
    /// In the order of the alphabet.
    types: BTreeSet<String>,
    groups: Vec<Group>,
    actions: Vec<Action>,
}

/// What stands below one headline of the schema.
#[derive(Serialize)]
struct Part {
    title: String,
    anchor: String,
    html: String,
}

#[derive(Serialize)]
struct Group {
    name: String,
    actions: usize,
}

#[derive(Serialize)]
struct Action {
    name: String,
    /// The groups it is put into by its own line.
    groups: Vec<String>,
    on: BTreeSet<&'static str>,
    /// Ids of the permits that speak of it, and of the forbids.
    opened: Vec<String>,
    closed: Vec<String>,
}

/// Reads the schema and asks which policies can apply to which action.
///
/// # Errors
/// The schema or a policy cannot be read.
pub(super) fn page(bundle: &Bundle, engine: &Engine, names: &Names) -> Result<Page, Unable> {
    let (file, text) = (&bundle.schema.0, &bundle.schema.1);
    let ground = Ground::of(text)?;
    let mut speaks = Vec::new();
    for it in engine.texts() {
        let policy = ground.prepare(&it.id, &it.source).ok_or_else(|| Unable::Form(it.id.clone()))?;
        speaks.push((it, policy.environments));
    }
    let (mut groups, mut actions) = (Vec::new(), Vec::new());
    for (name, of) in &names.actions {
        let is_here = |at: &Environment| at.1.as_str() == *name;
        let here: BTreeSet<&'static str> =
            ground.environments().filter(|it| is_here(it)).map(|it| it.2.as_str()).collect();
        if here.is_empty() {
            let within = names.actions.iter().filter(|it| it.1.contains(name)).count();
            groups.push(Group { name: name.clone(), actions: within });
            continue;
        }
        let ids = |effect: &str| {
            let them = speaks.iter().filter(|it| it.0.effect == effect && it.1.iter().any(is_here));
            them.map(|it| it.0.id.clone()).collect()
        };
        let (opened, closed) = (ids("permit"), ids("forbid"));
        actions.push(Action { name: name.clone(), groups: of.clone(), on: here, opened, closed });
    }
    Ok(Page { file: file.clone(), parts: parts(text, names), types: names.types.clone(), groups, actions })
}

/// The parts between lines of `// ── who ───`; what stands before the first belongs to it.
fn parts(text: &str, names: &Names) -> Vec<Part> {
    let html = schema(text, names);
    let mut heads: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(title) = line.strip_prefix("// ──") {
            heads.push((at + 1, title.trim_matches(['─', ' ']).to_owned()));
        }
    }
    if heads.is_empty() {
        heads.push((1, "everything".to_owned()));
    }
    let mut parts = Vec::new();
    for (place, (line, title)) in heads.iter().enumerate() {
        let from = if place == 0 { 1 } else { *line };
        let to = heads.get(place + 1).map_or(html.len(), |it| it.0 - 1);
        parts.push(Part {
            title: headed(title),
            anchor: title.replace(' ', "-"),
            html: numbered(&html, from, to),
        });
    }
    parts
}
