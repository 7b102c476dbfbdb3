//! JSON bodies (RFC 8259): duplicate names refused, faults named by field.

use super::faults::Faults;
use crate::problem::Problem;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Longest sentence that is given back about one field.
const SENTENCE: usize = 200;

/// Reads a `T` from JSON. `T` should carry `#[serde(deny_unknown_fields)]`.
///
/// # Errors
/// [`Problem::BadRequest`] where it is not JSON or nests too deep; [`Problem::Invalid`], naming the field by its path
/// (`lines[2].amount`), where a name stands twice, is unknown or missing, or a value has the wrong type.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Once.deserialize(&mut reader).and_then(|it| reader.end().map(|()| it)).map_err(|fault| {
        let text = fault.to_string();
        match named(&text) {
            Some(name) if text.starts_with(TWICE) => {
                Problem::Invalid(Faults::one(name, "This name stands twice"))
            }
            _ => Problem::BadRequest(format!(
                "This is not JSON that can be read (line {}, column {}).",
                fault.line(),
                fault.column()
            )),
        }
    })?;
    serde_path_to_error::deserialize(value).map_err(|fault| {
        let path = fault.path().to_string();
        let text = fault.inner().to_string();
        // An unknown or missing field is named in the sentence, its parent in the path.
        let path = match named(&text) {
            Some(name) if text.starts_with("missing field") && path == "." => name.to_owned(),
            Some(name) if text.starts_with("missing field") => format!("{path}.{name}"),
            _ => path,
        };
        Problem::Invalid(Faults::one(path, text.chars().take(SENTENCE).collect::<String>()))
    })
}

const TWICE: &str = "name stands twice";

/// The first name between backticks.
fn named(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

/// Builds a value as serde_json does, but refuses a name that stands twice: two readers could take different ones.
#[derive(Clone, Copy)]
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }
    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::from(it))
    }
    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::from(it))
    }
    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Number::from_f64(it).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::from(it))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if all.contains_key(&name) {
                let name: String = name.chars().filter(|it| *it != '`').take(64).collect();
                return Err(serde::de::Error::custom(format!("{TWICE}: `{name}`")));
            }
            all.insert(name, value);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Line {
        amount: i64,
    }
    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Bill {
        name: String,
        lines: Vec<Line>,
    }

    fn fault(text: &str) -> (String, String) {
        match read::<Bill>(text.as_bytes()) {
            Err(Problem::Invalid(faults)) => (faults.list()[0].field.clone(), faults.list()[0].text.clone()),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn faults_name_the_field() {
        assert_eq!(read::<Bill>(br#"{"name":"a","lines":[{"amount":1}]}"#).unwrap().lines[0].amount, 1);
        assert_eq!(fault(r#"{"name":"a","lines":[{"amount":1},{"amount":"x"}]}"#).0, "lines[1].amount");
        assert_eq!(fault(r#"{"name":"a","lines":[],"x":1}"#).0, "x");
        assert_eq!(fault(r#"{"name":"a"}"#).0, "lines");
        assert_eq!(fault(r#"{"name":"a","lines":[{}]}"#).0, "lines[0].amount");
        assert_eq!(
            fault(r#"{"name":"a","name":"b","lines":[]}"#),
            ("name".into(), "This name stands twice".into())
        );
        assert_eq!(fault(r#"{"name":"a","lines":[{"amount":1,"amount":2}]}"#).0, "amount");
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = "[".repeat(1000);
        for text in ["", "{", "{} {}", "\u{1}", deep.as_str(), "{\"name\": nan}"] {
            assert!(matches!(read::<Bill>(text.as_bytes()), Err(Problem::BadRequest(_))), "{text}");
        }
        assert!(matches!(read::<Bill>(b"{\"name\":\"\xff\"}"), Err(Problem::BadRequest(_))));
    }
}
