//! Cedar as HTML: its words with elements and classes for the eye, and each name a link to where the schema tells it.
//! Made once when the site's data are written, so that no page needs a script for it.

mod lexer;

use crate::source::Span;
use lexer::{Kind, Token, tokens};
use std::collections::BTreeSet;

/// Words of the language, in policies and in the schema.
const KEYWORDS: &[&str] =
    &["permit", "forbid", "when", "unless", "is", "in", "has", "like", "if", "then", "else", "true", "false"];
const OF_THE_SCHEMA: &[&str] = &[
    "entity",
    "action",
    "in",
    "appliesTo",
    "principal",
    "resource",
    "context",
    "type",
    "enum",
    "tags",
    "namespace",
];
/// Signs that decide something.
const OPERATORS: &[&str] = &["&&", "||", "!", "==", "!=", "<=", ">=", "<", ">"];

/// The page of the schema.
pub const SCHEMA: &str = "/policies/schema/";

/// What the schema tells.
#[derive(Debug, Default)]
pub struct Names {
    /// Types of entities.
    pub types: BTreeSet<String>,
    /// Actions and groups of actions, in the order of the text, each with the groups that it is put into.
    pub actions: Vec<(String, Vec<String>)>,
}

impl Names {
    /// Of a schema's text.
    pub fn of(schema: &str) -> Self {
        let mut names = Self::default();
        let mut statement = 0;
        walk(schema, &mut |token, role| match role {
            Role::Type => {
                names.types.insert(token.text.to_owned());
            }
            Role::Action => names.actions.push((bare(token.text), Vec::new())),
            // `action A, B in [G]` puts both into G
            Role::Group => names.actions[statement..].iter_mut().for_each(|it| it.1.push(bare(token.text))),
            Role::Other if token.text == ";" => statement = names.actions.len(),
            Role::Other => {}
        });
        names
    }

    fn is_action(&self, name: &str) -> bool {
        self.actions.iter().any(|it| it.0 == name)
    }
}

/// Without its quotes.
fn bare(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

/// What a word of the schema does there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is told here: a type.
    Type,
    /// It is told here: an action or a group of actions.
    Action,
    /// It is named: a group that actions are put into.
    Group,
    /// Anything else.
    Other,
}

/// Where in a statement of the schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Begin,
    Types,
    Actions,
    Groups,
    Rest,
}

/// Every word of a schema with its role.
fn walk<'t>(schema: &'t str, each: &mut dyn FnMut(Token<'t>, Role)) {
    let mut place = Place::Begin;
    let mut brackets = 0_i32;
    for token in tokens(schema) {
        let is_name = matches!(token.kind, Kind::Word | Kind::Text);
        let mut role = Role::Other;
        match (place, token.text) {
            // what an annotation is given
            (Place::Begin, "(") => brackets += 1,
            (Place::Begin, ")") => brackets -= 1,
            (Place::Begin, "entity") if brackets == 0 => place = Place::Types,
            (Place::Begin, "action") if brackets == 0 => place = Place::Actions,
            (Place::Begin, _) if brackets == 0 && is_name => place = Place::Rest,
            (Place::Types, "in" | "=" | "{" | "enum") => place = Place::Rest,
            (Place::Actions, "in") => place = Place::Groups,
            (Place::Actions | Place::Groups, "appliesTo") => place = Place::Rest,
            (_, ";") => place = Place::Begin,
            (Place::Types, _) if is_name => role = Role::Type,
            (Place::Actions, _) if is_name => role = Role::Action,
            (Place::Groups, _) if is_name => role = Role::Group,
            _ => {}
        }
        each(token, role);
    }
}

/// A sentence with a capital, as a headline has it.
pub fn headed(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// `&`, `<` and `>` as HTML has them. Quotes stay, since nothing of this stands in an attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Policies, line by line.
pub fn policies(text: &str, names: &Names) -> Vec<String> {
    lines(&coloured(text, names, &[]))
}

/// A policy with these places marked. Marks begin and end where words do, and none stands within another.
#[must_use]
pub fn marked(text: &str, names: &Names, marks: &[Span]) -> String {
    lines(&coloured(text, names, marks)).join("\n")
}

fn coloured(text: &str, names: &Names, marks: &[Span]) -> String {
    let mut html = String::new();
    let mut given = Given::default();
    let mut at = 0;
    for token in tokens(text) {
        let shown = escaped(token.text);
        if marks.iter().any(|it| it.start == at) {
            html += "<mark>";
        }
        at += token.text.len();
        html += &match token.kind {
            _ if given.is_part(&token) => note(&shown, token.kind),
            Kind::Blank => shown,
            Kind::Comment => note(&shown, token.kind),
            Kind::Word if KEYWORDS.contains(&token.text) => format!("<b>{shown}</b>"),
            Kind::Word if names.types.contains(token.text) => link("type", token.text, &shown),
            Kind::Entity => {
                let id = token.text.split('"').nth(1).unwrap_or_default();
                if names.is_action(id) { link("action", id, &shown) } else { class("s", &shown) }
            }
            Kind::Text | Kind::Number => class("s", &shown),
            Kind::Sign if OPERATORS.contains(&token.text) => class("o", &shown),
            _ => shown,
        };
        if marks.iter().any(|it| it.end == at && it.start < at) {
            html += "</mark>";
        }
    }
    html
}

/// The schema, line by line; what is told there has its anchor: `type-Profile`, `action-ViewFolio`.
pub fn schema(text: &str, names: &Names) -> Vec<String> {
    let mut html = String::new();
    let mut given = Given::default();
    walk(text, &mut |token, role| {
        let shown = escaped(token.text);
        let told = |what: &str| format!("<strong id=\"{what}-{}\">{shown}</strong>", bare(token.text));
        html += &match (token.kind, role) {
            _ if given.is_part(&token) => note(&shown, token.kind),
            (Kind::Comment, _) => note(&shown, token.kind),
            (_, Role::Type) => told("type"),
            (_, Role::Action) => told("action"),
            (_, Role::Group) => link("action", &bare(token.text), &shown),
            (Kind::Word, _) if OF_THE_SCHEMA.contains(&token.text) => format!("<b>{shown}</b>"),
            (Kind::Word, _) if names.types.contains(token.text) => link("type", token.text, &shown),
            (Kind::Text | Kind::Number, _) => class("s", &shown),
            _ => shown.clone(),
        };
    });
    lines(&html)
}

/// Whether a word belongs to an annotation: its name, the brackets, and what stands between.
#[derive(Default)]
struct Given {
    begun: bool,
    open: bool,
}

impl Given {
    fn is_part(&mut self, token: &Token<'_>) -> bool {
        match (token.kind, token.text) {
            (Kind::Annotation, _) => {
                (self.begun, self.open) = (true, false);
                true
            }
            (Kind::Sign, "(") if self.begun => {
                (self.begun, self.open) = (false, true);
                true
            }
            (Kind::Sign, ")") if self.open => {
                self.open = false;
                true
            }
            (Kind::Blank, _) => self.open,
            _ => {
                self.begun = false;
                self.open
            }
        }
    }
}

fn note(shown: &str, kind: Kind) -> String {
    if kind == Kind::Blank { shown.to_owned() } else { format!("<i>{shown}</i>") }
}

fn class(name: &str, shown: &str) -> String {
    format!("<span class=\"{name}\">{shown}</span>")
}

fn link(what: &str, name: &str, shown: &str) -> String {
    format!("<a href=\"{SCHEMA}#{what}-{name}\">{shown}</a>")
}

/// Words beside each other that look alike are one, and lines are lines: only blanks hold the ends of lines.
fn lines(html: &str) -> Vec<String> {
    html.replace("</i><i>", "").lines().map(str::to_owned).collect()
}

/// Lines `from` to `to`, both counted from 1, each with its number and its anchor `l16`; none where all are empty.
pub fn numbered(lines: &[String], from: usize, to: usize) -> String {
    let them = lines.iter().enumerate().map(|(at, line)| (at + 1, line));
    let them = them.filter(|it| (from..=to).contains(&it.0)).skip_while(|it| it.1.trim().is_empty());
    let them = them.map(|(at, line)| format!("<span id=\"l{at}\" data-n=\"{at}\">{line}</span>"));
    them.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Names, marked, numbered, policies, schema};

    const SCHEMA: &str = "@doc(\"in words\")\nentity Hall, Person = { open: Bool };\n// one\naction Read;\naction See, Hear in [Read] appliesTo { principal: [Person], resource: [Hall] };\n";

    #[test]
    fn a_schema_tells_its_names() {
        let names = Names::of(SCHEMA);
        assert_eq!(names.types.iter().collect::<Vec<_>>(), ["Hall", "Person"]);
        let told: Vec<(&str, String)> =
            names.actions.iter().map(|it| (it.0.as_str(), it.1.join(" "))).collect();
        assert_eq!(told, [("Read", String::new()), ("See", "Read".to_owned()), ("Hear", "Read".to_owned())]);
        assert_eq!(
            schema(SCHEMA, &names)[..2],
            [
                "<i>@doc(\"in words\")</i>",
                "<b>entity</b> <strong id=\"type-Hall\">Hall</strong>, <strong id=\"type-Person\">Person</strong> = { open: Bool };"
            ]
        );
        assert!(
            schema(SCHEMA, &names)[4]
                .contains("<b>in</b> [<a href=\"/policies/schema/#action-Read\">Read</a>]")
        );
    }

    #[test]
    fn a_policy_is_coloured_by_kinds_of_words() {
        let text = "@id(\"a\") // why <\npermit (principal is Person, action == Action::\"See\", resource)\nwhen { !resource.shut && resource.kind == \"big\" };\n";
        assert_eq!(
            policies(text, &Names::of(SCHEMA)),
            [
                "<i>@id(\"a\")</i> <i>// why &lt;</i>",
                "<b>permit</b> (principal <b>is</b> <a href=\"/policies/schema/#type-Person\">Person</a>, action <span class=\"o\">==</span> <a href=\"/policies/schema/#action-See\">Action::\"See\"</a>, resource)",
                "<b>when</b> { <span class=\"o\">!</span>resource.shut <span class=\"o\">&amp;&amp;</span> resource.kind <span class=\"o\">==</span> <span class=\"s\">\"big\"</span> };"
            ]
        );
    }

    #[test]
    fn a_mark_holds_its_clause_and_nothing_else() {
        let text = "permit (principal, action, resource)\nwhen { resource.a && !resource.b };";
        let at = |it: &str| {
            let start = text.find(it).unwrap();
            crate::source::Span { start, end: start + it.len() }
        };
        let html = marked(text, &Names::of(SCHEMA), &[at("resource.a"), at("!resource.b")]);
        assert!(html.ends_with(
            "<b>when</b> { <mark>resource.a</mark> <span class=\"o\">&amp;&amp;</span> <mark><span class=\"o\">!</span>resource.b</mark> };"
        ), "{html}");
    }

    #[test]
    fn lines_keep_their_numbers() {
        let lines = ["a", "", "b", "c"].map(str::to_owned);
        assert_eq!(
            numbered(&lines, 2, 4),
            "<span id=\"l3\" data-n=\"3\">b</span>\n<span id=\"l4\" data-n=\"4\">c</span>"
        );
    }
}
