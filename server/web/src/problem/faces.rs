//! Error pages, rendered once at start: what is needed when things go wrong must not be able to go wrong itself.

use crate::http::Faults;
use std::fmt::Write;
use warp::http::{HeaderMap, StatusCode};

/// What a problem looks like.
pub struct Face {
    /// Status code.
    pub status: StatusCode,
    /// One word, the end of the problem's type for programs.
    pub kind: &'static str,
    /// Heading.
    pub title: &'static str,
    /// One or two sentences.
    pub lead: String,
    /// Fields to correct.
    pub faults: Faults,
    /// What was typed into which field, where the form itself cannot be shown again.
    pub typed: Vec<(String, String)>,
    /// Headers that belong to it.
    pub headers: HeaderMap,
}

/// Marks of the places to fill, from Unicode's private use area: no escaping touches them, no text of ours has them.
const MARKS: [(char, Hole); 5] = [
    ('\u{E000}', Hole::Status),
    ('\u{E001}', Hole::Title),
    ('\u{E002}', Hole::Lead),
    ('\u{E003}', Hole::Faults),
    ('\u{E004}', Hole::Reference),
];

#[derive(Clone, Copy)]
enum Hole {
    Status,
    Title,
    Lead,
    Faults,
    Reference,
}

enum Piece {
    Text(String),
    Hole(Hole),
}

/// The two error pages.
pub struct Faces {
    refused: Vec<Piece>,
    problem: Vec<Piece>,
}

/// The marks as the templates' values: status, title, lead, faults, reference.
#[must_use]
pub fn marks() -> [String; 5] {
    MARKS.map(|(mark, _)| mark.to_string())
}

impl Faces {
    /// Takes both pages apart at their marks.
    #[must_use]
    pub fn new(refused: &str, problem: &str) -> Self {
        Self { refused: pieces(refused), problem: pieces(problem) }
    }

    /// The refusal: the same bytes always, but for the reference, which has always the same length.
    #[must_use]
    pub fn refused(&self, reference: &str) -> String {
        filled(&self.refused, None, reference)
    }

    /// Any other problem.
    #[must_use]
    pub fn problem(&self, face: &Face, reference: &str) -> String {
        filled(&self.problem, Some(face), reference)
    }
}

fn pieces(page: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find(|it| MARKS.iter().any(|(mark, _)| *mark == it)) {
        all.push(Piece::Text(rest[..at].to_owned()));
        let mut after = rest[at..].chars();
        let found = after.next();
        all.extend(MARKS.iter().filter(|(mark, _)| Some(*mark) == found).map(|(_, hole)| Piece::Hole(*hole)));
        rest = after.as_str();
    }
    all.push(Piece::Text(rest.to_owned()));
    all
}

fn filled(pieces: &[Piece], face: Option<&Face>, reference: &str) -> String {
    let mut page = String::with_capacity(4096);
    for piece in pieces {
        match (piece, face) {
            (Piece::Text(text), _) => page.push_str(text),
            (Piece::Hole(Hole::Reference), _) => escape(&mut page, reference),
            (Piece::Hole(Hole::Status), Some(face)) => page.push_str(face.status.as_str()),
            (Piece::Hole(Hole::Title), Some(face)) => escape(&mut page, face.title),
            (Piece::Hole(Hole::Lead), Some(face)) => escape(&mut page, &face.lead),
            (Piece::Hole(Hole::Faults), Some(face)) => {
                list(&mut page, &face.faults);
                keep(&mut page, &face.typed);
            }
            (Piece::Hole(_), None) => {}
        }
    }
    page
}

fn list(page: &mut String, faults: &Faults) {
    if faults.is_empty() {
        return;
    }
    page.push_str("<div class=\"fault stack tight\"><ul>");
    for fault in faults.list() {
        page.push_str("<li><strong>");
        escape(page, &fault.field);
        page.push_str("</strong>: ");
        escape(page, &fault.text);
        page.push_str("</li>");
    }
    page.push_str("</ul></div>");
}

/// What was typed, to be copied from here.
fn keep(page: &mut String, typed: &[(String, String)]) {
    if typed.is_empty() {
        return;
    }
    page.push_str("<section class=\"stack\" aria-labelledby=\"typed\"><h2 id=\"typed\">What you typed</h2><dl class=\"facts wide\">");
    for (field, text) in typed {
        page.push_str("<dt>");
        escape(page, &field.replace(['_', '-'], " "));
        page.push_str("</dt><dd>");
        for (at, line) in text.lines().enumerate() {
            page.push_str(if at == 0 { "" } else { "<br>" });
            escape(page, line);
        }
        page.push_str("</dd>");
    }
    page.push_str("</dl></section>");
}

/// Escapes for text and quoted attributes.
fn escape(page: &mut String, text: &str) {
    for it in text.chars() {
        match it {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            // Control characters have no place in a page, whatever they were meant to do.
            it if it.is_control() && it != '\n' => {
                // Writing to a string cannot fail.
                let _ = write!(page, "\\u{{{:x}}}", u32::from(it));
            }
            it => page.push(it),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_escaped() {
        let [status, title, lead, faults, reference] = marks();
        let faces =
            Faces::new(&format!("<{reference}>"), &format!("{status}|{title}|{lead}|{faults}|{reference}"));
        assert_eq!(faces.refused("abc"), "<abc>");
        let face = Face {
            status: StatusCode::CONFLICT,
            kind: "stale",
            title: "A & B",
            lead: "<i>".into(),
            faults: Faults::one("x\u{1b}", "'no'"),
            typed: vec![("first_day".into(), "one\r\n<two>".into())],
            headers: HeaderMap::new(),
        };
        let page = faces.problem(&face, "r");
        assert!(page.starts_with("409|A &amp; B|&lt;i&gt;|<div"), "{page}");
        assert!(page.contains("<dt>first day</dt><dd>one<br>&lt;two&gt;</dd>"), "{page}");
        assert!(page.contains("x\\u{1b}</strong>: &#39;no&#39;") && page.ends_with("|r"), "{page}");
    }
}
