//! The matrix: every principal × action × situation, on one page that a reviewer reads and `git diff` compares.

use crate::ask::{self, Answer};
use crate::fields::Mistake;
use crate::situations::{Column, columns, rows};
use policy::{ALL, ActionName, Engine, EntityKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const WIDTH: usize = 110;
const HEAD: &str = "\
Who may do what, in every situation that a policy can tell apart.

A section is one or several actions that are allowed alike. A column is a situation of the thing: read its signs from
the top. A line below is what the named askers get there:
  +  allowed      .  nothing allows it      x  a policy forbids it      artist.*  every asker whose name begins so

Askers     artist.own, agency.force (a mandate in force), agency.partner, presenter.invited: related to the artist of a
           profile, and the parties of a record; `other` and `stranger` are not. in-person: verified to be the artist.
           All workspaces are verified where nothing else is said; roles are owners. unapproved: related just the same.
           admin.now, today, yesterday: a second factor of 60 seconds, 301 seconds, 43 201 seconds ago.
Signs      level P public, L private listing, S stealth roster, W workspace-private
           parties o all three are those asking, n the same without an agency, x others
           audience e all parties, c contract, f artist and agency, a artist, g agency, p presenter
           owner a artist, g agency, p presenter, x another agency; agencies > asked the other, < was asked, x others
           names o the artist and the agency, n the artist alone, x others, - nobody here
           terms r as the presenter asked, c countered by the artist's office; sent by o oneself, x another
           shown and claim = as it stands, # something else; person, workspace, agency, presenter o one's own, x others
";

/// The page that was reviewed with this release.
pub const REVIEWED: &str = include_str!("../expected/matrix.txt");

/// Lines that are only in the one page or the other, as `- was` and `+ is`.
#[must_use]
pub fn differing(was: &str, is: &str) -> Vec<String> {
    let count = |text: &str| {
        let mut lines = BTreeMap::<String, isize>::new();
        for line in text.lines() {
            *lines.entry(line.to_owned()).or_default() += 1;
        }
        lines
    };
    let (before, after) = (count(was), count(is));
    let gone = was.lines().filter(|it| after.get(*it) < before.get(*it)).map(|it| format!("- {it}"));
    let come = is.lines().filter(|it| before.get(*it) < after.get(*it)).map(|it| format!("+ {it}"));
    let mut all: Vec<String> = gone.chain(come).collect();
    if all.is_empty() && was != is {
        all.push("the lines stand in another order".to_owned());
    }
    all
}

/// One action on one type of thing.
struct Section {
    practice: String,
    kind: EntityKind,
    names: Vec<&'static str>,
    /// Below each axis's name, its sign in each column.
    signs: Vec<String>,
    /// Cells, and the askers that get them, in the order of the rows.
    lines: Vec<(String, Vec<&'static str>)>,
    permits: BTreeSet<String>,
    forbids: BTreeSet<String>,
}

/// The whole page.
///
/// # Errors
/// A row or a situation is not written as it should be.
pub fn page(engine: &Engine) -> Result<String, Mistake> {
    let mut groups: Vec<(Section, Vec<ActionName>)> = Vec::new();
    for action in ALL.iter().copied() {
        for kind in action.kinds().iter().copied() {
            let Some(section) = section(engine, action, kind)? else { continue };
            match groups.iter_mut().find(|it| alike(&it.0, &section)) {
                Some(group) => group.1.push(action),
                None => groups.push((section, vec![action])),
            }
        }
    }
    groups.sort_by(|a, b| a.0.practice.cmp(&b.0.practice).then(a.1[0].cmp(&b.1[0])));
    let all: Vec<&str> = rows()?.iter().map(|it| it.name).collect();
    let mut text = HEAD.to_owned();
    let mut practice = String::new();
    for (section, actions) in &groups {
        if section.practice != practice {
            practice.clone_from(&section.practice);
            let number = practice.trim_start_matches(['P', '0']);
            let _ = write!(text, "\n{:=<WIDTH$}\n", format!("== practice {number} "));
        }
        section.write(actions, &all, &mut text);
    }
    Ok(text)
}

fn alike(a: &Section, b: &Section) -> bool {
    (&a.practice, a.kind, &a.names, &a.lines, &a.permits, &a.forbids)
        == (&b.practice, b.kind, &b.names, &b.lines, &b.permits, &b.forbids)
}

/// `None` where no policy speaks of the action on this type.
fn section(engine: &Engine, action: ActionName, kind: EntityKind) -> Result<Option<Section>, Mistake> {
    let (names, columns) = columns(action, kind)?;
    let mut lines: Vec<(String, Vec<&'static str>)> = Vec::new();
    let (mut permits, mut forbids) = (BTreeSet::new(), BTreeSet::new());
    for row in rows()? {
        let mut cells = String::new();
        for column in &columns {
            let answer = ask::ask(engine, &row.asker, action, &column.on, &column.told)
                .map_err(|e| Mistake(format!("{}: {e}", action.as_str())))?;
            cells.push(sign(&answer));
            let to = if answer.allowed { &mut permits } else { &mut forbids };
            to.extend(answer.by.iter().map(ToString::to_string));
        }
        match lines.iter_mut().find(|it| it.0 == cells) {
            Some(line) => line.1.push(row.name),
            None => lines.push((cells, vec![row.name])),
        }
    }
    // a type that the schema does not name with this action, as a presenter's workspace with an agency's action
    if permits.is_empty() && forbids.is_empty() {
        return Ok(None);
    }
    lines.sort_by_key(|it| (it.0.chars().all(|it| it == '.'), std::cmp::Reverse(it.0.matches('+').count())));
    let by: BTreeMap<&str, &str> =
        engine.texts().iter().map(|it| (it.id.as_str(), it.practice.as_str())).collect();
    let all = if permits.is_empty() { &forbids } else { &permits };
    let practice =
        all.iter().filter_map(|it| by.get(it.as_str())).map(|it| format!("P{:0>2}", &it[1..])).max();
    let practice = practice.unwrap_or_default();
    let signs = signs(&names, &columns);
    Ok(Some(Section { practice, kind, names, signs, lines, permits, forbids }))
}

fn signs(names: &[&str], columns: &[Column]) -> Vec<String> {
    (0..names.len()).map(|at| columns.iter().filter_map(|it| it.signs.get(at)).collect()).collect()
}

/// The sign of a cell.
pub(crate) fn sign(answer: &Answer) -> char {
    match answer {
        Answer { fault: Some(_), .. } => '?',
        Answer { allowed: true, .. } => '+',
        Answer { by, .. } if by.is_empty() => '.',
        _ => 'x',
    }
}

impl Section {
    fn write(&self, actions: &[ActionName], all: &[&str], text: &mut String) {
        let actions: Vec<&str> = actions.iter().map(|it| it.as_str()).collect();
        text.push('\n');
        wrap(text, &format!("{}: ", self.kind.as_str()), &actions);
        let list = |them: &BTreeSet<String>| them.iter().cloned().collect::<Vec<_>>();
        for (word, them) in [("  allowed by ", list(&self.permits)), ("  forbidden by ", list(&self.forbids))]
        {
            if !them.is_empty() {
                wrap(text, word, &them);
            }
        }
        for (name, signs) in self.names.iter().zip(&self.signs) {
            let _ = writeln!(text, "    {signs}  {name}");
        }
        if !self.names.is_empty() {
            let _ = writeln!(text, "    {}", "-".repeat(self.signs[0].chars().count()));
        }
        for (cells, names) in &self.lines {
            let nothing = cells.chars().all(|it| it == '.');
            let names = if nothing { vec!["everyone else".to_owned()] } else { starred(names, all) };
            wrap(text, &format!("    {cells}  "), &names);
        }
    }
}

/// Names, those of one kind or relation as one where all of them are there: `artist.own.*`, `admin.*`.
fn starred(names: &[&str], all: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for name in names {
        let dots = name.match_indices('.').map(|it| &name[..=it.0]);
        let whole = dots.filter(|head| {
            let mut like = all.iter().filter(|it| it.starts_with(head)).peekable();
            like.clone().count() > 1 && like.all(|it| names.contains(it))
        });
        let word = whole.map(|head| format!("{head}*")).next().unwrap_or_else(|| (*name).to_owned());
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Words after a head, in lines of bounded width that begin below the first word.
pub(crate) fn wrap(text: &mut String, head: &str, words: &[impl AsRef<str>]) {
    let indent = head.chars().count();
    let mut line = head.to_owned();
    for (at, word) in words.iter().map(AsRef::as_ref).enumerate() {
        let comma = if at + 1 < words.len() { "," } else { "" };
        let more = line.chars().count() + word.chars().count() + 2;
        if more > WIDTH && line.chars().count() > indent {
            let _ = writeln!(text, "{}", line.trim_end());
            line = " ".repeat(indent);
        }
        let _ = write!(line, "{word}{comma} ");
    }
    let _ = writeln!(text, "{}", line.trim_end());
}
