//! The one spelling of a payload: keys sorted, no spaces (after RFC 8785, of which payloads use only texts, whole
//! numbers, lists and objects), and the digest over it.

use crate::error::StoreError;
use domain::Digest;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The canonical text of a payload.
///
/// # Errors
/// The value cannot be told in JSON.
pub fn canonical(payload: &impl Serialize) -> Result<String, StoreError> {
    let value = serde_json::to_value(payload).map_err(|_| StoreError::Corrupt("drafts.payload"))?;
    Ok(sorted(value).to_string())
}

/// SHA-256 over a canonical text (FIPS 180-4): what a person confirms.
#[must_use]
pub fn digest_of(text: &str) -> Digest {
    Digest(Sha256::digest(text.as_bytes()).into())
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut all: Vec<_> = map.into_iter().map(|(name, it)| (name, sorted(it))).collect();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(all.into_iter().collect())
        }
        Value::Array(them) => Value::Array(them.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_payload_has_one_spelling() {
        let one = serde_json::json!({ "b": [{ "z": 1, "a": "ü" }], "a": null });
        let other: Value = serde_json::from_str(r#"{ "a": null, "b": [ { "a": "ü", "z": 1 } ] }"#).unwrap();
        assert_eq!(canonical(&one).unwrap(), r#"{"a":null,"b":[{"a":"ü","z":1}]}"#);
        assert_eq!(canonical(&one).unwrap(), canonical(&other).unwrap());
        // printf '{"a":1}' | sha256sum
        assert_eq!(
            digest_of(r#"{"a":1}"#).to_string(),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
    }
}
