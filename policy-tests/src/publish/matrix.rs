//! `data/matrix.json`: the matrix as one table for each kind of asker, and the page that is compared.

use super::situations::{Axes, Region, joined};
use crate::matrix::{page as reviewed, sign, wrap};
use crate::mutants::Unable;
use crate::situations::{columns, rows};
use crate::{ask, fields};
use policy::{ALL, ActionName, Engine, EntityKind};
use serde::Serialize;
use std::fmt::Write as _;

/// The kinds of askers, by what the names of the matrix's rows begin with, with what a reader calls them.
const KINDS: &[(&str, &str)] = &[
    ("visitor", "Nobody signed in"),
    ("artist", "An artist’s member"),
    ("agency", "An agency’s member"),
    ("presenter", "A presenter’s member"),
    ("counsel", "Counsel"),
    ("admin", "Platform staff"),
    ("automation", "Jobs and machine credentials"),
    ("operator", "The operator at the command line"),
    ("unapproved", "Accounts that are not approved"),
];

/// The whole file.
#[derive(Serialize)]
pub(super) struct Page {
    kinds: Vec<Kind>,
    /// `expected/matrix.txt`
    text: String,
}

/// One kind of asker.
#[derive(Serialize)]
struct Kind {
    name: &'static str,
    title: &'static str,
    askers: Vec<String>,
    rows: Vec<Row>,
}

/// Actions that are answered alike to all askers of the kind.
#[derive(Serialize, PartialEq)]
struct Row {
    on: &'static str,
    actions: Vec<&'static str>,
    situations: Vec<Situation>,
}

#[derive(Serialize, PartialEq)]
struct Situation {
    /// In words; empty where it is every situation.
    when: String,
    /// One for each asker: `may`, `no` or `never`, with blanks between.
    cells: String,
}

/// All askers in all situations of one action on one type of thing.
struct Grid {
    action: ActionName,
    kind: EntityKind,
    axes: Axes,
    /// For each situation its signs, and the cell of each row of the matrix.
    columns: Vec<(Vec<char>, Vec<char>)>,
}

/// Asks everything.
///
/// # Errors
/// A row or a situation of the matrix is not written as it should be, or cannot be decided.
pub(super) fn page(engine: &Engine) -> Result<Page, Unable> {
    let broken = |e: fields::Mistake| Unable::Cases(e.0);
    let text = reviewed(engine).map_err(broken)?;
    let rows = rows().map_err(broken)?;
    let mut grids = Vec::new();
    for action in ALL.iter().copied() {
        for kind in action.kinds().iter().copied() {
            let (names, columns) = columns(action, kind).map_err(broken)?;
            let signs: Vec<Vec<char>> = columns.iter().map(|it| it.signs.clone()).collect();
            let axes = Axes::of(&names, &signs);
            if let Some(unknown) = axes.unknown().first() {
                let what = format!("publish/situations.rs has no words for `{unknown}`");
                return Err(Unable::Cases(what));
            }
            let mut cells = Vec::new();
            for column in &columns {
                let answers = rows.iter().map(|row| {
                    ask::ask(engine, &row.asker, action, &column.on, &column.told).map(|it| sign(&it))
                });
                let answers = answers.collect::<Result<Vec<char>, _>>();
                cells.push(answers.map_err(|e| Unable::Cases(format!("{}: {e}", action.as_str())))?);
            }
            grids.push(Grid { action, kind, axes, columns: signs.into_iter().zip(cells).collect() });
        }
    }
    let mut all = Vec::new();
    for (name, title) in KINDS.iter().copied() {
        let of = |it: &str| it.split('.').next() == Some(name);
        let here: Vec<usize> = rows.iter().enumerate().filter(|it| of(it.1.name)).map(|it| it.0).collect();
        let askers = here.iter().map(|at| asker(rows[*at].name)).collect();
        all.push(Kind { name, title, askers, rows: of_kind(&grids, &here) });
    }
    let named = rows.iter().filter_map(|it| it.name.split('.').next());
    if let Some(other) = named.into_iter().find(|it| !KINDS.iter().any(|known| known.0 == *it)) {
        return Err(Unable::Cases(format!("publish/matrix.rs knows no kind of asker called `{other}`")));
    }
    Ok(Page { kinds: all, text })
}

const BY_KIND: &str = "\
Who may do what, a screen for each kind of asker. matrix.txt says in which situations; this page is made of the same answers.

A line is what is done to a thing, a column one of the askers above it:
  +  allowed in every situation      o  in some, see matrix.txt      .  in none
What nobody of a kind may do stands in no line.
";

/// `expected/matrix-by-kind.txt`: for each kind of asker one short table.
///
/// # Errors
/// A row or a situation of the matrix is not written as it should be, or cannot be decided.
pub fn by_kind(engine: &Engine) -> Result<String, Unable> {
    let mut text = BY_KIND.to_owned();
    for kind in page(engine)?.kinds {
        let _ = write!(text, "\n{:=<100}\n\n", format!("== {} ", kind.title));
        for (at, asker) in kind.askers.iter().enumerate() {
            let _ = writeln!(text, "    {}{asker}", "| ".repeat(at));
        }
        for row in &kind.rows {
            let cells: Vec<Vec<&str>> =
                row.situations.iter().map(|it| it.cells.split(' ').collect()).collect();
            let mut signs = String::new();
            for at in 0..kind.askers.len() {
                let may = cells.iter().filter(|it| it.get(at) == Some(&"may")).count();
                signs.push_str(if may == cells.len() {
                    "+ "
                } else if may > 0 {
                    "o "
                } else {
                    ". "
                });
            }
            wrap(&mut text, &format!("    {signs} {}: ", row.on), &row.actions);
        }
    }
    Ok(text)
}

/// `artist.own.assistant+money` as `own, assistant with money`.
fn asker(name: &str) -> String {
    let words: Vec<&str> = name.split('.').skip(1).collect();
    let words = words.join(", ").replace('+', " with ").replace('-', " ");
    if words.is_empty() { "anybody".to_owned() } else { words }
}

/// The rows of a table: every action that anybody of the kind may do in some situation.
fn of_kind(grids: &[Grid], here: &[usize]) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    for grid in grids {
        let mut alike: Vec<(Vec<char>, Vec<Region>)> = Vec::new();
        for (signs, cells) in &grid.columns {
            let cells: Vec<char> = here.iter().map(|at| cells[*at]).collect();
            let single = grid.axes.single(signs);
            match alike.iter_mut().find(|it| it.0 == cells) {
                Some(it) => it.1.push(single),
                None => alike.push((cells, vec![single])),
            }
        }
        if !alike.iter().any(|it| it.0.contains(&'+')) {
            continue;
        }
        alike.sort_by_key(|it| std::cmp::Reverse(it.0.iter().filter(|it| **it == '+').count()));
        let mut situations = Vec::new();
        for (cells, regions) in alike {
            for it in joined(regions) {
                let cells: Vec<&str> = cells.iter().map(|it| word(*it)).collect();
                situations.push(Situation { when: grid.axes.say(&it), cells: cells.join(" ") });
            }
        }
        let row = Row { on: grid.kind.as_str(), actions: vec![grid.action.as_str()], situations };
        match all.iter_mut().find(|it| it.on == row.on && it.situations == row.situations) {
            Some(same) => same.actions.extend(row.actions),
            None => all.push(row),
        }
    }
    // things in the order in which they first occur, each with all that is done to it
    let mut order: Vec<&str> = Vec::new();
    for it in &all {
        if !order.contains(&it.on) {
            order.push(it.on);
        }
    }
    all.sort_by_key(|row| order.iter().position(|it| *it == row.on));
    all
}

fn word(sign: char) -> &'static str {
    match sign {
        '+' => "may",
        'x' => "never",
        _ => "no",
    }
}
