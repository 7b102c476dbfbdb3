//! Every single way in which one policy may be weakened.

use super::vocabulary::Vocabulary;
use super::{Change, Mutant, narrow};
use policy::PolicyText;
use policy::source::{Condition, Detail, Form, Node, Scope, Source, Span, Var};
use std::collections::BTreeSet;

/// The mutants of one policy, in the order of its text; of those that read alike, the first.
pub(super) fn of(text: &PolicyText, source: &Source, words: &Vocabulary) -> Vec<Mutant> {
    let mut bench = Bench { text, source, words, made: Vec::new(), seen: BTreeSet::new() };
    bench.seen.insert(bare(&text.source));
    bench.push(Change::Remove, source.effect, "the policy", "nothing", None);
    bench.effect();
    bench.scope(Change::Principal, "principal", &source.principal);
    bench.action();
    bench.scope(Change::Resource, "resource", &source.resource);
    for condition in &source.conditions {
        bench.condition(condition);
    }
    if source.effect.of(&text.source) == "forbid" {
        for (change, at, was, now, with) in narrow::of(text, source, words) {
            bench.push(change, at, &was, &now, Some(with));
        }
    }
    bench.made.sort_by_key(|it| (it.line, it.column));
    bench.made
}

/// A policy's text without its blanks, for telling whether two read alike.
fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

fn negated(text: &str) -> String {
    format!("!({text})")
}

struct Bench<'a> {
    text: &'a PolicyText,
    source: &'a Source,
    words: &'a Vocabulary,
    made: Vec<Mutant>,
    seen: BTreeSet<String>,
}

impl Bench<'_> {
    fn push(&mut self, change: Change, at: Span, was: &str, now: &str, source: Option<String>) {
        if source.as_ref().is_some_and(|it| !self.seen.insert(bare(it))) {
            return;
        }
        let (line, column) = at.place(&self.text.source);
        let tidy = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ");
        self.made.push(Mutant {
            policy: self.text.id.clone(),
            practice: self.text.practice.clone(),
            file: self.text.file.clone(),
            line: self.text.line + line - 1,
            column,
            change,
            was: tidy(was),
            now: tidy(now),
            after: vec![(self.text.id.clone(), source)],
        });
    }

    /// Puts other text in the place of some.
    fn replace(&mut self, change: Change, at: Span, with: &str) {
        let whole = &self.text.source;
        self.push(change, at, at.of(whole), with, Some(at.replaced(whole, with)));
    }

    fn effect(&mut self) {
        let other = if self.source.effect.of(&self.text.source) == "permit" { "forbid" } else { "permit" };
        self.replace(Change::Effect, self.source.effect, other);
    }

    /// `principal is T`: any.
    fn scope(&mut self, change: Change, word: &str, scope: &Scope) {
        if scope.is.is_some() {
            self.replace(change, scope.span, word);
        }
    }

    /// Any action, each list without one and with one more, each single action and group as another.
    fn action(&mut self) {
        let scope = self.source.action.clone();
        let text = self.text.source.clone();
        let named = |name: &str| format!("Action::\"{name}\"");
        if scope.entities.is_empty() {
            return;
        }
        self.replace(Change::Action, scope.span, "action");
        let listed: Vec<&str> = scope.entities.iter().map(|it| it.1.as_str()).collect();
        let list = |them: &[&str]| format!("action in [{}]", them.join(", "));
        if let [one] = listed.as_slice() {
            let group = one.split('"').nth(1).filter(|it| self.words.is_group(it)).map(str::to_owned);
            if let Some(group) = group {
                let others: Vec<_> =
                    self.words.groups().filter(|it| **it != group).map(|it| named(it)).collect();
                for other in others {
                    self.replace(Change::Action, scope.entities[0].0, &other);
                }
                return;
            }
        } else {
            for (at, (place, name)) in scope.entities.iter().enumerate() {
                let left: Vec<&str> =
                    listed.iter().enumerate().filter(|it| it.0 != at).map(|it| *it.1).collect();
                let less = scope.span.replaced(&text, &list(&left));
                self.push(Change::Action, *place, name, "nothing", Some(less));
            }
        }
        let more: Vec<String> = self.words.done(self.source).map(|it| named(it)).collect();
        for name in more.iter().filter(|it| !listed.contains(&it.as_str())) {
            let them: Vec<&str> = listed.iter().copied().chain([name.as_str()]).collect();
            let with = scope.span.replaced(&text, &list(&them));
            self.push(Change::Action, scope.span, "its actions", &format!("and {name}"), Some(with));
        }
    }

    fn condition(&mut self, it: &Condition) {
        let text = self.text.source.clone();
        let gone = it.span.replaced(&text, "");
        self.push(Change::Drop, it.span, it.span.of(&text), "nothing", Some(gone));
        let other = if it.word.of(&text) == "when" { "unless" } else { "when" };
        self.replace(Change::Negate, it.word, other);
        let alone = matches!(it.body.form, Form::Clause(_));
        // a lone clause that always holds is a condition dropped, and an unless whose clause never holds is one too
        if alone {
            let same = if other == "unless" { "true" } else { "false" };
            self.seen.insert(bare(&it.body.span.replaced(&text, same)));
        }
        self.seen.insert(bare(&it.body.span.replaced(&text, &negated(it.body.span.of(&text)))));
        self.node(&it.body);
    }

    fn node(&mut self, it: &Node) {
        let text = self.text.source.clone();
        match &it.form {
            Form::All(parts) => {
                self.joined(it, parts, " || ");
                for part in parts {
                    self.replace(Change::Drop, part.span, "true");
                    self.replace(Change::False, part.span, "false");
                }
            }
            Form::Any(parts) => {
                self.joined(it, parts, " && ");
                for part in parts {
                    self.replace(Change::Drop, part.span, "false");
                    self.replace(Change::True, part.span, "true");
                }
            }
            Form::Not(part) => {
                let inner = part.span.of(&text).to_owned();
                self.replace(Change::Negate, it.span, &inner);
            }
            Form::Clause(details) => {
                self.replace(Change::True, it.span, "true");
                self.replace(Change::False, it.span, "false");
                for detail in details {
                    self.detail(detail);
                }
            }
        }
        match &it.form {
            Form::All(parts) | Form::Any(parts) => parts.iter().for_each(|it| self.node(it)),
            Form::Not(part) => return self.node(part),
            Form::Clause(_) => {}
        }
        self.replace(Change::Negate, it.span, &negated(it.span.of(&text)));
    }

    /// `&&` as `||`, and the other way.
    fn joined(&mut self, it: &Node, parts: &[Node], with: &str) {
        let text = self.text.source.clone();
        let parts: Vec<String> = parts.iter().map(|it| format!("({})", it.span.of(&text))).collect();
        self.replace(Change::Join, it.span, &format!("({})", parts.join(with)));
    }

    fn detail(&mut self, it: &Detail) {
        match it {
            Detail::Attribute(var, name, at) => {
                for other in self.words.instead_of(*var, name, self.source) {
                    self.replace(Change::Attribute, *at, &other);
                }
                let (mine, other) = match var {
                    Var::Principal => ("principal", "resource"),
                    Var::Resource => ("resource", "principal"),
                    Var::Action | Var::Context => return,
                };
                if self.words.on_both(name, self.source) {
                    let start = at.start - mine.len() - 1;
                    self.replace(Change::Attribute, Span { start, end: at.start - 1 }, other);
                }
            }
            Detail::Has(var, name, at) => {
                let others = self.words.all_of(*var, self.source);
                for other in others.iter().filter(|it| *it != name) {
                    self.replace(Change::Attribute, *at, other);
                }
            }
            Detail::Word(attribute, word, at) => {
                let others: Vec<String> =
                    self.words.words(attribute, word).map(|it| format!("\"{it}\"")).collect();
                for other in others {
                    self.replace(Change::Word, *at, &other);
                }
            }
            Detail::Number(number, at) => {
                for other in [number.checked_sub(1), number.checked_add(1)].into_iter().flatten() {
                    self.replace(Change::Bound, *at, &other.to_string());
                }
            }
            Detail::Sign(sign, at) => {
                // what turns an equality round is a negation, and made there
                let signs = ["<=", "<", ">=", ">", "==", "!="];
                for other in signs.iter().filter(|it| *it != sign && signs[..4].contains(&sign.as_str())) {
                    self.replace(Change::Bound, *at, other);
                }
            }
            Detail::Action(name, at) => {
                let others: Vec<String> =
                    self.words.done(self.source).map(|it| format!("Action::\"{it}\"")).collect();
                for other in others.iter().filter(|it| *it != name) {
                    self.replace(Change::Word, *at, other);
                }
            }
            // the principal itself has no like to be exchanged with
            Detail::Bare(..) => {}
        }
    }
}
