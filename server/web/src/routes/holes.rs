//! What stood in a path's holes.

use crate::http::encoding;
use domain::Id;

/// Names and decoded texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holes(Vec<(String, String)>);

impl Holes {
    /// Decodes the segments. One that cannot be decoded, or only to what no text of ours holds, stays as it came: it is
    /// then no id of anything, and is answered as every text that is none (spec 10.10). PostgreSQL takes no NUL at all.
    pub(crate) fn of<'a>(found: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            found
                .map(|(name, text)| {
                    let decoded = encoding::decode(text.as_bytes(), false)
                        .filter(|it| !it.contains(char::is_control))
                        .unwrap_or_else(|| text.to_owned());
                    (name.to_owned(), decoded)
                })
                .collect(),
        )
    }

    /// The text of a hole; empty where the route has no such hole.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(it, _)| it == name).map_or("", |(_, text)| text.as_str())
    }

    /// The id in a hole; `None` where it is none. Ask who is there first, then answer `None` as a refusal.
    #[must_use]
    pub fn id<I: Id>(&self, name: &str) -> Option<I> {
        self.text(name).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::WorkspaceId;

    #[test]
    fn holes_are_decoded_and_ids_parsed() {
        let holes = Holes::of(
            [("a", "x%20y"), ("b", "%ff"), ("nul", "x%00"), ("id", "0123456789012345678901")].into_iter(),
        );
        assert_eq!((holes.text("a"), holes.text("b"), holes.text("c")), ("x y", "%ff", ""));
        assert_eq!(holes.text("nul"), "x%00");
        assert!(holes.id::<WorkspaceId>("id").is_some());
        assert_eq!(holes.id::<WorkspaceId>("a"), None);
    }
}
