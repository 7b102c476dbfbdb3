//! Every single way in which a forbid may speak of less: its scope of one type or action alone, or of one fewer, and one
//! more condition that lets a value of an attribute through.

use super::Change;
use super::vocabulary::{Vocabulary, in_list, name_of};
use policy::PolicyText;
use policy::source::{Scope, Source, Span, Var};
use std::collections::BTreeSet;

/// Change, place, what stood there, what stands there now, and the whole policy.
type Made = (Change, Span, String, String, String);

/// All of one forbid.
pub(super) fn of(text: &PolicyText, source: &Source, words: &Vocabulary) -> Vec<Made> {
    let mut made = Vec::new();
    let admitted = admitted(source, words);
    for one in admitted.iter().filter(|_| admitted.len() > 1) {
        let scope = source.action.span;
        let only = format!("action == Action::\"{one}\"");
        made.push(whole(text, scope, &only, scope.replaced(&text.source, &only)));
        let others = in_list(admitted.iter().filter(|it| *it != one).copied());
        let with = scope.replaced(&text.source, &others);
        made.push(whole(text, scope, &format!("all but {one}"), with));
    }
    for (var, name, scope) in
        [(Var::Principal, "principal", &source.principal), (Var::Resource, "resource", &source.resource)]
    {
        let kinds = words.met(var, source, &admitted);
        for kind in kinds.iter().filter(|_| scope.is.is_none()) {
            let only = format!("{name} is {kind}");
            made.push(whole(text, scope.span, &only, scope.span.replaced(&text.source, &only)));
            made.push(unless(text, source, scope, &only));
        }
        let values: BTreeSet<(&str, String)> = kinds.iter().flat_map(|it| words.values(it)).collect();
        for (attribute, value) in values {
            let has = format!("{name} has {attribute} && {name}.{attribute} == {value}");
            made.push(unless(text, source, scope, &has));
        }
    }
    made
}

/// Each action that the scope lets through; in the order of the text where it lists them, so that what drops one of a list
/// is not made twice.
fn admitted<'a>(source: &'a Source, words: &'a Vocabulary) -> Vec<&'a str> {
    let named: Vec<&str> = source.action.entities.iter().filter_map(|it| name_of(&it.1)).collect();
    let done: Vec<&str> = words.done(source).map(String::as_str).collect();
    if named.is_empty() {
        return done;
    }
    if named.iter().all(|it| !words.is_group(it)) {
        return named;
    }
    let below: BTreeSet<&str> = named.iter().flat_map(|it| words.below(it, None)).collect();
    below.into_iter().filter(|it| done.contains(it)).collect()
}

fn whole(text: &PolicyText, at: Span, now: &str, with: String) -> Made {
    (Change::Narrow, at, at.of(&text.source).to_owned(), now.to_owned(), with)
}

/// The policy with one more `unless`.
fn unless(text: &PolicyText, source: &Source, scope: &Scope, clause: &str) -> Made {
    let more = format!("unless {{ {clause} }}");
    let all = text.source.trim_end().trim_end_matches(';');
    let at = source.conditions.last().map_or(scope.span, |it| it.span);
    (Change::Narrow, at, "its conditions".to_owned(), format!("and {more}"), format!("{all} {more};"))
}
