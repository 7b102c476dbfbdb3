//! The people and things that the cases of all files share, by name: `cases/cast.toml`.

use crate::fields::Mistake;
use crate::things::{self, Thing};
use policy::Asker;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::{Table, Value};

/// The file's name.
pub(crate) const CAST: &str = "cast.toml";
const EMBEDDED: &str = include_str!("../cases/cast.toml");

/// Named people and things.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    #[serde(default)]
    who: BTreeMap<String, Table>,
    #[serde(default)]
    what: BTreeMap<String, Table>,
}

impl Cast {
    /// The cast that was built into this program.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn embedded() -> Result<Self, Mistake> {
        Self::parse(EMBEDDED)
    }

    /// A cast from the text of its file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        toml::from_str(text).map_err(|e| Mistake(e.to_string()))
    }

    /// Everybody's name.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.who.keys().map(String::as_str)
    }

    /// Every thing's name.
    pub fn things(&self) -> impl Iterator<Item = &str> {
        self.what.keys().map(String::as_str)
    }

    /// Who has this name.
    ///
    /// # Errors
    /// Nobody, or somebody who is not written as they should be.
    pub fn asker(&self, name: &str) -> Result<Arc<Asker>, Mistake> {
        self.who(&Value::String(name.to_owned()))
    }

    /// What has this name.
    ///
    /// # Errors
    /// Nothing, or something that is not written as it should be.
    pub fn thing(&self, name: &str) -> Result<Thing, Mistake> {
        self.what(&Value::String(name.to_owned()))
    }

    pub(crate) fn who(&self, value: &Value) -> Result<Arc<Asker>, Mistake> {
        crate::people::read(&liken(value, &self.who, 0)?)
    }

    pub(crate) fn what(&self, value: &Value) -> Result<Thing, Mistake> {
        things::read(&liken(value, &self.what, 0)?)
    }
}

/// A name, a table, or a table like a named one but for its own fields.
fn liken(value: &Value, named: &BTreeMap<String, Table>, depth: usize) -> Result<Table, Mistake> {
    let base = |name: &str| {
        let found =
            named.get(name).ok_or_else(|| Mistake(format!("nobody and nothing is called `{name}`")))?;
        if depth > 4 {
            return Err(Mistake(format!("`{name}` is like itself")));
        }
        liken(&Value::Table(found.clone()), named, depth + 1)
    };
    match value {
        Value::String(name) => base(name),
        Value::Table(table) => match table.get("like") {
            None => Ok(table.clone()),
            Some(Value::String(name)) => {
                let mut all = base(name)?;
                all.extend(table.iter().filter(|it| it.0 != "like").map(|(k, v)| (k.clone(), v.clone())));
                Ok(all)
            }
            Some(other) => Err(Mistake(format!("`like` is not a name: {other}"))),
        },
        other => Err(Mistake(format!("neither a name nor a table: {other}"))),
    }
}
