//! Tables of a case, read field by field: every field has a default, and a field nobody asked for is a mistake.

use domain::time::key_of;
use domain::{Digest, Id};
use std::str::FromStr;
use toml::{Table, Value};

/// What is wrong with a case, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Mistake(pub String);

/// The same word is the same number everywhere (FNV-1a, 128 bits).
fn number(word: &str) -> u128 {
    word.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// The id that a word stands for in cases, the matrix and random worlds.
#[must_use]
pub fn id<I: Id>(word: &str) -> I {
    I::from_key(key_of(number(word)))
}

/// The digest that a word stands for.
#[must_use]
pub fn digest(word: &str) -> Digest {
    let half = number(word).to_be_bytes();
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&half);
    bytes[16..].copy_from_slice(&half);
    Digest(bytes)
}

/// The fields of one table that nobody has asked for yet.
#[derive(Debug)]
pub struct Fields(Table);

impl Fields {
    /// All fields of a table.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        Self(table.clone())
    }

    fn take<T>(
        &mut self,
        name: &str,
        kind: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Mistake> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        read(&value).map(Some).ok_or_else(|| Mistake(format!("`{name}` is not {kind}: {value}")))
    }

    /// Yes or no.
    ///
    /// # Errors
    /// The field is something else.
    pub fn flag(&mut self, name: &str, default: bool) -> Result<bool, Mistake> {
        Ok(self.take(name, "true or false", Value::as_bool)?.unwrap_or(default))
    }

    /// A whole number, where there is one.
    ///
    /// # Errors
    /// The field is something else.
    pub fn number(&mut self, name: &str) -> Result<Option<i64>, Mistake> {
        self.take(name, "a whole number", Value::as_integer)
    }

    /// Text, where there is some.
    ///
    /// # Errors
    /// The field is something else.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Mistake> {
        self.take(name, "text", |it| it.as_str().map(str::to_owned))
    }

    /// One of the words of an enum.
    ///
    /// # Errors
    /// The field is no word of it.
    pub fn word<T: FromStr>(&mut self, name: &str, default: T) -> Result<T, Mistake> {
        Ok(self
            .take(name, "one of the words expected here", |it| it.as_str()?.parse().ok())?
            .unwrap_or(default))
    }

    /// A list of words.
    ///
    /// # Errors
    /// The field is something else, or a word is none of those expected.
    pub fn words<T: FromStr>(&mut self, name: &str) -> Result<Vec<T>, Mistake> {
        let read = |it: &Value| it.as_array()?.iter().map(|it| it.as_str()?.parse().ok()).collect();
        Ok(self.take(name, "a list of the words expected here", read)?.unwrap_or_default())
    }

    /// The id that a word stands for.
    ///
    /// # Errors
    /// The field is something else.
    pub fn id<I: Id>(&mut self, name: &str, default: &str) -> Result<I, Mistake> {
        Ok(id(&self.text(name)?.unwrap_or_else(|| default.to_owned())))
    }

    /// The id that a word stands for; the empty word stands for nothing.
    ///
    /// # Errors
    /// The field is something else.
    pub fn id_or_none<I: Id>(&mut self, name: &str, default: &str) -> Result<Option<I>, Mistake> {
        let word = self.text(name)?.unwrap_or_else(|| default.to_owned());
        Ok(if word.is_empty() { None } else { Some(id(&word)) })
    }

    /// A list of ids.
    ///
    /// # Errors
    /// The field is something else.
    pub fn ids<I: Id>(&mut self, name: &str) -> Result<Vec<I>, Mistake> {
        Ok(self.words::<String>(name)?.iter().map(|it| id(it)).collect())
    }

    /// Whether every field was asked for.
    ///
    /// # Errors
    /// Names the fields that nobody knows.
    pub fn done(self) -> Result<(), Mistake> {
        let left: Vec<_> = self.0.keys().map(|it| format!("`{it}`")).collect();
        if left.is_empty() { Ok(()) } else { Err(Mistake(format!("unknown field {}", left.join(", ")))) }
    }
}
