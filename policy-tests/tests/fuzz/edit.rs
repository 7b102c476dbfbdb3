//! Texts as somebody who slips, or means harm, would leave them: a text that is right, with a few edits.

use policy_tests::world::Choices;

/// What is put in: pieces of Cedar and of TOML, and what breaks readers.
const PIECES: [&str; 56] = [
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{202e}",
    "\u{feff}",
    "ß𝔓\u{301}",
    "\"",
    "'",
    "\"\"\"",
    "\\",
    "\\u{110000}",
    "//",
    "#",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "[[",
    ";",
    ",",
    ".",
    "::",
    "==",
    "!=",
    "<",
    "<=",
    "&&",
    "||",
    "!",
    "!!!!!!!!!!!!",
    "-",
    "9223372036854775808",
    "-9223372036854775808",
    "1979-05-27",
    "true",
    "false",
    "if true then false else true",
    "principal",
    "resource",
    "context.nothing",
    "?principal",
    "resource.level",
    "principal.workspace",
    "has",
    "in",
    "is Profile",
    "like \"*\"",
    ".contains(principal)",
    "ip(\"::1\")",
    "@id(\"\")",
    "unless { true }",
];

/// One of the first `n` numbers, however many.
pub(super) fn below(from: &mut Choices, n: usize) -> usize {
    let wide = from.below(256) * 65_536 + from.below(256) * 256 + from.below(256);
    wide % n.max(1)
}

/// The text with one to four edits. Two draws differ as soon as their choices do.
pub(super) fn edited(text: &str, from: &mut Choices) -> String {
    let mut text = text.to_owned();
    for _ in 0..=from.below(4) {
        let (at, end) = span(&text, from);
        let with = match from.below(5) {
            // a piece of the text itself stands where another stood
            0 => {
                let (a, b) = span(&text, from);
                text[a..b].to_owned()
            }
            1 => format!("{0}{0}", &text[at..end]),
            2 => String::new(),
            _ => PIECES[from.below(PIECES.len())].to_owned(),
        };
        text.replace_range(at..end, &with);
    }
    text
}

/// A token, a few of them, or a place between two characters.
fn span(text: &str, from: &mut Choices) -> (usize, usize) {
    let down = |at: usize| (0..=at.min(text.len())).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
    let at = down(below(from, text.len() + 1));
    let part = |it: char| it.is_alphanumeric() || it == '_';
    match from.below(4) {
        0 => (at, at),
        1 => (at, down(at + from.below(64))),
        2 => {
            let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
            (line, text[at..].find('\n').map_or(text.len(), |it| at + it + 1))
        }
        _ => {
            let begin =
                text[..at].char_indices().rev().take_while(|it| part(it.1)).last().map_or(at, |it| it.0);
            (begin, text[at..].find(|it| !part(it)).map_or(text.len(), |it| at + it))
        }
    }
}
