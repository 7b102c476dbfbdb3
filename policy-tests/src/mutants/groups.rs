//! The schema with one action, or one group of them, outside one of its groups. Each policy that names the group reads as
//! if it listed the actions that are left there.

use super::vocabulary::{Vocabulary, in_list, name_of};
use super::{Change, Mutant};
use policy::PolicyText;
use policy::source::Source;
use std::collections::BTreeSet;

/// All that change a policy.
pub(super) fn of(
    schema: &(String, String),
    texts: &[(&PolicyText, Source)],
    words: &Vocabulary,
) -> Vec<Mutant> {
    let (file, schema) = schema;
    let mut made = Vec::new();
    for (member, group) in words.memberships() {
        let mut after = Vec::new();
        let mut practices = BTreeSet::new();
        for (text, source) in texts {
            if let Some(now) = without(text, source, words, (member, group)) {
                after.push((text.id.clone(), now));
                practices.insert(text.practice.as_str());
            }
        }
        if after.is_empty() {
            continue;
        }
        made.push(Mutant {
            policy: joined(after.iter().map(|it| it.0.as_str())),
            practice: joined(practices),
            file: file.clone(),
            line: declared(schema, member),
            column: 1,
            change: Change::Group,
            was: format!("{member} in {group}"),
            now: "outside it".to_owned(),
            after,
        });
    }
    made.sort_by_key(|it| it.line);
    made
}

fn joined<'a>(them: impl IntoIterator<Item = &'a str>) -> String {
    them.into_iter().collect::<Vec<_>>().join(", ")
}

/// The policy without what it loses; `None` where it loses nothing, and inside it `None` where nothing is left.
fn without(
    text: &PolicyText,
    source: &Source,
    words: &Vocabulary,
    lost: (&str, &str),
) -> Option<Option<String>> {
    let below = |without| -> BTreeSet<&str> {
        let named = source.action.entities.iter().filter_map(|it| name_of(&it.1));
        named.flat_map(|it| words.below(it, without)).collect()
    };
    let left = below(Some(lost));
    if left == below(None) {
        return None;
    }
    Some((!left.is_empty()).then(|| source.action.span.replaced(&text.source, &in_list(left))))
}

/// The line on which the schema declares an action, from 1.
fn declared(schema: &str, action: &str) -> usize {
    let declares = |line: &str| {
        let names = line.strip_prefix("action ")?;
        let end = [" in ", " appliesTo", ";"].iter().filter_map(|it| names.find(it)).min()?;
        names[..end].split(", ").any(|it| it == action).then_some(())
    };
    schema.lines().position(|line| declares(line).is_some()).map_or(1, |at| at + 1)
}
