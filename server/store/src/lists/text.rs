//! The query of a list as a reviewer reads it: which rows the policies let through, before a page asks for fewer.

use super::{Row, To, by_kind};
use policy::{ActionName, Asker, Engine, EntityKind, Filter, Listable, Told, VisitListed};

/// What a list would ask the database.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "scope", content = "sql", rename_all = "snake_case")]
pub enum ListText {
    /// Every row there is, by this query.
    Always(String),
    /// Nothing: no query is run.
    Never,
    /// The rows that this query finds.
    When(String),
}

impl ListText {
    /// In a sentence.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Always(_) => "Every row is in the list.",
            Self::Never => "The list is empty, and no query is run.",
            Self::When(_) => {
                "The list holds what this query finds, and each row is decided again before it is shown."
            }
        }
    }

    /// The query, where one is run.
    #[must_use]
    pub fn sql(&self) -> Option<&str> {
        match self {
            Self::Always(sql) | Self::When(sql) => Some(sql),
            Self::Never => None,
        }
    }
}

struct Scoped<'a> {
    engine: &'a Engine,
    asker: &'a Asker,
    told: &'a Told,
}

impl VisitListed for Scoped<'_> {
    type Out = Option<Filter>;
    fn visit<A: Listable>(self) -> Self::Out {
        let input = self.told.input::<A::Input>()?;
        Some(self.engine.scope::<A>(self.asker, &input).filter().clone())
    }
}

/// What the action's list would select; `None` where the action has no lists, and within where it needs more to be told.
pub(crate) fn scope_filter(
    engine: &Engine,
    asker: &Asker,
    action: ActionName,
    told: &Told,
) -> Option<Option<Filter>> {
    action.visit_listed(Scoped { engine, asker, told })
}

/// The query of the first page of fifty, written for PostgreSQL or for SQLite; each value of it is a `?`. `None` where
/// the action has no lists, or needs more to be told.
#[must_use]
pub fn list_text(
    engine: &Engine,
    asker: &Asker,
    action: ActionName,
    kind: EntityKind,
    told: &Told,
    postgres: bool,
) -> Option<ListText> {
    let filter = scope_filter(engine, asker, action, told)??;
    let Some(rows) = super::disjuncts(&filter) else { return Some(ListText::Never) };
    let mut sql = String::new();
    let to = To::Read(postgres, &mut sql);
    by_kind!(kind, F => {
        <F as Row>::keys(to, &rows, &|| None, None, 51, asker.now).ok()?;
    }, else return None);
    let sql = laid_out(&sql);
    Some(if filter == Filter::Always { ListText::Always(sql) } else { ListText::When(sql) })
}

/// Values as `?` on both databases, and a line for each part.
fn laid_out(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        let digits = after[1..].find(|it: char| !it.is_ascii_digit()).unwrap_or(after.len() - 1);
        text.push_str(before);
        text.push(if digits == 0 { '$' } else { '?' });
        rest = &after[1 + digits..];
    }
    text.push_str(rest);
    for word in ["FROM", "WHERE", "UNION", "ORDER BY", "LIMIT"] {
        text = text.replace(&format!(" {word} "), &format!("\n{word} "));
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn numbered_and_plain_places_read_alike() {
        assert_eq!(
            laid_out("SELECT a FROM t WHERE x = $12 AND y = $1 "),
            "SELECT a\nFROM t\nWHERE x = ? AND y = ?"
        );
        assert_eq!(laid_out("SELECT a FROM t LIMIT ? "), "SELECT a\nFROM t\nLIMIT ?");
    }
}
