//! The words of Cedar, policies and schema alike, one after the other and none left out.

/// What kind of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Blanks and ends of lines.
    Blank,
    /// From `//` to the end of its line.
    Comment,
    /// `@id`, without what it is given.
    Annotation,
    /// A text in quotes.
    Text,
    /// Digits.
    Number,
    /// A name or a word of the language.
    Word,
    /// `Action::"ViewFolio"`.
    Entity,
    /// One or two signs.
    Sign,
}

/// A word as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
}

/// Signs of two characters.
const PAIRS: &[&str] = &["&&", "||", "==", "!=", "<=", ">=", "::"];

/// All words of a text; put together they are the text again.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first);
        let (text, left) = rest.split_at(length);
        all.push(Token { kind, text });
        rest = left;
    }
    all
}

fn next(rest: &str, first: char) -> (Kind, usize) {
    let run = |of: &str, is: fn(char) -> bool| of.find(|it| !is(it)).unwrap_or(of.len());
    let word = |it: char| it.is_alphanumeric() || it == '_';
    if first.is_whitespace() {
        (Kind::Blank, run(rest, char::is_whitespace))
    } else if rest.starts_with("//") {
        (Kind::Comment, run(rest, |it| it != '\n'))
    } else if first == '"' {
        (Kind::Text, quoted(rest))
    } else if first == '@' {
        (Kind::Annotation, 1 + run(&rest[1..], word))
    } else if first.is_ascii_digit() {
        (Kind::Number, run(rest, |it| it.is_ascii_digit()))
    } else if word(first) {
        let name = run(rest, word);
        match rest[name..].strip_prefix("::") {
            Some(id) if id.starts_with('"') => (Kind::Entity, name + 2 + quoted(id)),
            _ => (Kind::Word, name),
        }
    } else {
        let pair = PAIRS.iter().any(|it| rest.starts_with(it));
        (Kind::Sign, if pair { 2 } else { first.len_utf8() })
    }
}

/// How long the text in quotes is with which this begins.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, it) in rest.char_indices().skip(1) {
        match it {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    #[track_caller]
    fn check(text: &str, wanted: &[(Kind, &str)]) {
        let found: Vec<_> = tokens(text).iter().map(|it| (it.kind, it.text)).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn words_are_told_apart() {
        use Kind::{Annotation, Blank, Comment, Entity, Number, Sign, Text, Word};
        check(
            "@id(\"a \\\" b\") // c\n!x.y<=43200",
            &[
                (Annotation, "@id"),
                (Sign, "("),
                (Text, "\"a \\\" b\""),
                (Sign, ")"),
                (Blank, " "),
                (Comment, "// c"),
                (Blank, "\n"),
                (Sign, "!"),
                (Word, "x"),
                (Sign, "."),
                (Word, "y"),
                (Sign, "<="),
                (Number, "43200"),
            ],
        );
        check("in Action::\"Read\"", &[(Word, "in"), (Blank, " "), (Entity, "Action::\"Read\"")]);
        check("A::B", &[(Word, "A"), (Sign, "::"), (Word, "B")]);
    }

    #[test]
    fn nothing_is_left_out_whatever_stands_there() {
        for text in ["", "\"open", "@", "é→\"x\\", "a::\"", "// no end", "Action::\"x\"::y"] {
            assert_eq!(tokens(text).iter().map(|it| it.text).collect::<String>(), text);
        }
    }
}
