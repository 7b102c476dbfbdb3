//! A name as lists sort it, as searches compare it, and as an address has it.

use domain::Mint;

/// Words of a name, folded: lower case, Latin letters without their marks.
#[must_use]
pub fn folded(name: &str) -> String {
    let folded = slug::slugify(name).replace('-', " ");
    if folded.is_empty() { name.to_lowercase() } else { folded }
}

/// What was typed into a search, as a pattern over folded names; none where only signs were typed, which stand in no name.
#[must_use]
pub(crate) fn pattern(typed: &str) -> Option<String> {
    let key: String = folded(typed).chars().filter(|it| !matches!(it, '%' | '_' | '\\' | '\0')).collect();
    (!key.trim().is_empty()).then(|| format!("%{key}%"))
}

/// What lists sort by: the last word first for a person, the name as it stands for a group.
#[must_use]
pub fn sorting(name: &str, discipline: &str) -> String {
    const GROUPS: [&str; 8] =
        ["ensemble", "orchestra", "choir", "quartet", "trio", "quintet", "consort", "duo"];
    let key = folded(name);
    let kind = folded(discipline);
    match key.rsplit_once(' ') {
        Some((rest, last)) if !GROUPS.iter().any(|it| kind.contains(it)) => format!("{last} {rest}"),
        _ => key,
    }
}

/// An address for a name. Five random characters stand at the end of each, so that none tells whether another artist
/// of the name is here.
pub(super) fn address<M: Mint>(name: &str, mint: &mut M) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0u8; 5];
    mint.fill(&mut random);
    let tail: String = random.iter().map(|it| char::from(LETTERS[usize::from(it & 31)])).collect();
    let head: String = slug::slugify(name).chars().take(60).collect();
    let head = head.trim_matches('-');
    if head.is_empty() { format!("artist-{tail}") } else { format!("{head}-{tail}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same;
    impl Mint for Same {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn names_fold_sort_and_become_addresses() {
        assert_eq!(folded("Zoë Ångström"), "zoe angstrom");
        assert_eq!(sorting("Zoë Ångström", "Soprano"), "angstrom zoe");
        assert_eq!(sorting("Lindenhof Quartet", "String quartet"), "lindenhof quartet");
        assert_eq!(address("Zoë Ångström", &mut Same), "zoe-angstrom-hhhhh");
        assert_eq!(address("★", &mut Same), "artist-hhhhh");
    }
}
