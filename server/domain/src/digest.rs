//! SHA-256 digests as values: of payloads shown, documents, policies.

use std::fmt;
use std::str::FromStr;

/// 32 bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The first eight digits in two groups, as pages show it.
    #[must_use]
    pub fn short(&self) -> String {
        let text = self.to_string();
        format!("{} {}", &text[..4], &text[4..8])
    }
}
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(f, "{it:02x}"))
    }
}
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
/// Not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a digest: 64 hexadecimal digits expected")]
pub struct NotADigest;
impl FromStr for Digest {
    type Err = NotADigest;
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return Err(NotADigest);
        }
        let mut out = [0u8; 32];
        for (at, pair) in bytes.chunks_exact(2).enumerate() {
            let digit = |it: u8| match it {
                b'0'..=b'9' => Ok(it - b'0'),
                b'a'..=b'f' => Ok(it - b'a' + 10),
                _ => Err(NotADigest),
            };
            out[at] = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(out))
    }
}
impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        <String as serde::Deserialize>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back() {
        let it = Digest([0xa7; 32]);
        assert_eq!(it.to_string().parse::<Digest>(), Ok(it));
        assert_eq!(it.short(), "a7a7 a7a7");
        assert!("A7".repeat(32).parse::<Digest>().is_err());
    }
}
