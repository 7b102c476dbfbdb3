//! The leaf: the final, canonical text of an entry, and its hash (RFC 6962 section 2.1).
//!
//! ```text
//! kalinklo-leaf/1
//! chain 0QxK…          the engagement's id, or `platform`
//! seq 12               1, 2, 3 … within the chain
//! prev 9f31…           hash of the chain's previous leaf; 64 zeros for the first
//! at 1795561200000000  microseconds since 1970 in UTC
//! field actor 5b0e…    one line a field, by name: SHA-256 of salt, name and value
//! ```
//!
//! Values and salts live beside the entry. A reader who may not see a field keeps its digest, so the chain still
//! verifies; a value erased under a retention rule leaves its digest behind.

use domain::{Digest, Moment};
use sha2::{Digest as _, Sha256};

/// The name of the platform's chain.
pub const PLATFORM: &str = "platform";
const FORMAT: &str = "kalinklo-leaf/1";

/// A parsed leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The engagement's id, or [`PLATFORM`].
    pub chain: String,
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// The hash of the leaf before it.
    pub prev: Digest,
    /// When.
    pub at: Moment,
    /// Field digests by name, in the order of names.
    pub fields: Vec<(String, Digest)>,
}

impl Leaf {
    /// The canonical text; every line ends in a line feed.
    #[must_use]
    pub fn text(&self) -> String {
        use std::fmt::Write as _;
        let mut out = format!(
            "{FORMAT}\nchain {}\nseq {}\nprev {}\nat {}\n",
            self.chain, self.seq, self.prev, self.at.0
        );
        for (name, digest) in &self.fields {
            let _ = writeln!(out, "field {name} {digest}");
        }
        out
    }

    /// Parses a canonical text; `None` for anything that [`Leaf::text`] would not have written to the letter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != FORMAT {
            return None;
        }
        let mut next = |key: &str| lines.next()?.strip_prefix(key).map(str::to_owned);
        let chain = next("chain ")?;
        let seq = next("seq ")?.parse().ok()?;
        let prev = next("prev ")?.parse().ok()?;
        let at = Moment(next("at ")?.parse().ok()?);
        let fields = lines
            .map(|line| {
                let (name, digest) = line.strip_prefix("field ")?.split_once(' ')?;
                Some((name.to_owned(), digest.parse().ok()?))
            })
            .collect::<Option<Vec<_>>>()?;
        let leaf = Self { chain, seq, prev, at, fields };
        (leaf.text() == text).then_some(leaf)
    }

    /// The leaf's hash.
    #[must_use]
    pub fn hash(&self) -> Digest {
        leaf_hash(&self.text())
    }
}

/// SHA-256 over 0x00 and the leaf (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash(text: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(text);
    Digest(hash.finalize().into())
}

/// The digest of a field: SHA-256 over the salt of 16 bytes, the name's length as 4 bytes, name and value.
#[must_use]
pub fn salted(salt: &[u8], name: &str, value: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(u32::try_from(name.len()).unwrap_or(u32::MAX).to_be_bytes());
    hash.update(name);
    hash.update(value);
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The format is final: this text and hash never change. They were made apart from this code, with
    /// `{ printf '\a%.0s' {1..16}; printf '\0\0\0\5actoroperator'; } | sha256sum` for the field, and
    /// `{ printf '\0'; cat leaf; } | sha256sum` for the leaf.
    #[test]
    fn the_first_leaf_is_as_it_always_was() {
        let leaf = Leaf {
            chain: PLATFORM.into(),
            seq: 1,
            prev: Digest([0; 32]),
            at: Moment(1),
            fields: vec![("actor".into(), salted(&[7; 16], "actor", "operator"))],
        };
        let text = "kalinklo-leaf/1\n\
            chain platform\n\
            seq 1\n\
            prev 0000000000000000000000000000000000000000000000000000000000000000\n\
            at 1\n\
            field actor 8a58aa88e35239e154354e78315201bd6e3d5bd36d7487b9b9be58c7c2bd0d0d\n";
        assert_eq!(leaf.text(), text);
        assert_eq!(
            leaf.hash().to_string(),
            "0658f567916cd9cfc0b97bf6764ee12b8d7370e9e5292a206860ca08e87f94ec"
        );
        assert_eq!(Leaf::parse(text), Some(leaf));
    }

    #[test]
    fn a_leaf_that_is_not_canonical_does_not_parse() {
        let leaf = Leaf { chain: "x".into(), seq: 2, prev: Digest([1; 32]), at: Moment(5), fields: vec![] };
        for (from, to) in
            [("seq 2", "seq 02"), ("at 5\n", "at 5"), ("chain x\n", "chain x\n\n"), ("/1", "/2")]
        {
            let text = leaf.text().replacen(from, to, 1);
            assert_ne!(text, leaf.text());
            assert_eq!(Leaf::parse(&text), None, "{text}");
        }
    }
}
