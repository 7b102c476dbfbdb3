//! Search inside the workspace: engagements by their title, number, other parties' names or days, requests and holds
//! through their engagement or by their own days, and colleagues. What may be found is each list's scope, and every row is
//! decided again; what was typed only narrows it.

use super::Named;
use super::holds_view::{self, HoldView};
use super::requests::{self as asked_for, RequestView, with_names};
use super::view::{self, EngagementRow};
use crate::accounts::{MemberRow, members};
use crate::error::StoreError;
use crate::lists::{Cond, MultiBackend, Page};
use crate::profiles::{folded_name, search_pattern};
use crate::read::Read;
use crate::schema::{engagements as rows, holds, requests};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use domain::{Day, WorkspaceId};
use policy::actions::{ViewEngagement, ViewHold, ViewRequest, ViewWorkspace};
use policy::{Permit, Unasked};

/// Rows of one kind that a search shows.
pub const MOST: usize = 20;

/// What was typed, as each list understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// A pattern over folded names; none where no letter or digit was typed.
    pattern: Option<String>,
    /// An engagement's number.
    number: String,
    /// Days, where a date or a month was typed.
    days: Option<(Day, Day)>,
}

/// What a search found of one kind, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits<T> {
    /// At most [`MOST`] rows.
    pub rows: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

impl Sought {
    /// Reads what was typed: a word of a title or name, a number, `2027-03-04`, `4 March 2027`, `March 2027`.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        Self {
            pattern: search_pattern(typed),
            number: typed.trim().to_uppercase().replace('\0', ""),
            days: days(typed),
        }
    }
}

/// The days of a typed date or month.
fn days(typed: &str) -> Option<(Day, Day)> {
    let typed = typed.trim();
    if let Ok(day) = typed.parse::<Day>() {
        return Some((day, day));
    }
    let words: Vec<&str> = typed.split([' ', '-']).filter(|it| !it.is_empty()).collect();
    let year = |it: &str| it.parse::<i16>().ok().filter(|it| (1900..=2200).contains(it));
    match words[..] {
        [first, month] if month.len() == 2 && typed.contains('-') => {
            whole_month(year(first)?, month.parse().ok()?)
        }
        [name, last] => whole_month(year(last)?, month(name)?),
        [day, name, last] => {
            let day = Day::new(year(last)?, month(name)?, day.parse().ok()?).ok()?;
            Some((day, day))
        }
        _ => None,
    }
}

fn month(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_lowercase();
    let at = MONTHS.iter().position(|it| name.len() >= 3 && it.starts_with(name.as_str()))?;
    i8::try_from(at + 1).ok()
}

fn whole_month(year: i16, month: i8) -> Option<(Day, Day)> {
    let last = (28..=31).rev().find_map(|day| Day::new(year, month, day).ok())?;
    Some((Day::new(year, month, 1).ok()?, last))
}

/// A condition in SQL that the query builder has no words for: it looks from the outer row into another table.
type Looking<T> = Box<dyn BoxableExpression<T, MultiBackend, SqlType = Bool>>;

/// What answers by its engagement's title, number or other parties' names; `open` and `close` lead from the outer row to
/// the engagement. The artist is known to others by the profile's name, agency and presenter by their workspace's; one's
/// own name is on every row and says nothing.
fn by_name<T: 'static>(it: &Sought, own: WorkspaceId, open: &str, close: &str) -> Looking<T> {
    // signs alone stand in no name
    let Some(pattern) = it.pattern.clone() else { return Box::new(sql::<Bool>("(1 = 0)")) };
    let own = own.to_string();
    Box::new(
        sql::<Bool>(&format!("{open}engagements.reference = "))
            .bind::<Text, _>(it.number.clone())
            .sql(" OR engagements.title_key LIKE ")
            .bind::<Text, _>(pattern.clone())
            .sql(
                " OR EXISTS (SELECT 1 FROM profiles WHERE profiles.id = engagements.profile \
                 AND profiles.workspace <> ",
            )
            .bind::<Text, _>(own.clone())
            .sql(" AND profiles.name_key LIKE ")
            .bind::<Text, _>(pattern.clone())
            .sql(
                ") OR EXISTS (SELECT 1 FROM workspaces WHERE workspaces.id IN (engagements.agency, \
                 engagements.presenter) AND workspaces.id <> ",
            )
            .bind::<Text, _>(own)
            .sql(" AND workspaces.name_key LIKE ")
            .bind::<Text, _>(pattern)
            .sql(&format!("){close}")),
    )
}

/// The same from a record, to which this column of its names the engagement.
fn by_its_engagement<T: 'static>(it: &Sought, own: WorkspaceId, column: &str) -> Looking<T> {
    let open = format!("EXISTS (SELECT 1 FROM engagements WHERE engagements.id = {column} AND (");
    by_name(it, own, &open, "))")
}

/// Engagements with a request or a hold on these days.
fn on_days((first, last): (Day, Day)) -> Looking<rows::table> {
    let of = |table: &str, more: &str| {
        format!(
            "{more}EXISTS (SELECT 1 FROM {table} WHERE {table}.engagement = engagements.id AND {table}.first_day <= "
        )
    };
    let (first, last) = (first.to_string(), last.to_string());
    Box::new(
        sql::<Bool>(&of("requests", "("))
            .bind::<Text, _>(last.clone())
            .sql(" AND requests.last_day >= ")
            .bind::<Text, _>(first.clone())
            .sql(&of("holds", ") OR "))
            .bind::<Text, _>(last)
            .sql(" AND holds.last_day >= ")
            .bind::<Text, _>(first)
            .sql("))"),
    )
}

fn own(db: &Read<'_>) -> Result<WorkspaceId, StoreError> {
    db.asker.actor.workspace().map(|it| it.1).ok_or(StoreError::Absent)
}

/// The engagements that answer, of those that the asker may see.
///
/// # Errors
/// The database's.
pub fn engagements(db: &mut Read<'_>, it: &Sought) -> Result<Hits<(EngagementRow, Named)>, StoreError> {
    let (own, scope) = (own(db)?, db.scope::<ViewEngagement>(&Unasked));
    let narrow =
        || -> Option<Cond<rows::table>> { Some(it.days.map_or_else(|| by_name(it, own, "(", ")"), on_days)) };
    let found = db.list(&scope, &Unasked, narrow, &Page::first(MOST))?;
    Ok(Hits { rows: view::rows(db, &found.rows)?, more: found.next.is_some() })
}

/// The requests that answer by their days or their engagement, of those that the asker may see.
///
/// # Errors
/// The database's.
pub fn requests(db: &mut Read<'_>, it: &Sought) -> Result<Hits<(RequestView, Named)>, StoreError> {
    let (own, scope) = (own(db)?, db.scope::<ViewRequest>(&Unasked));
    let narrow = || -> Option<Cond<requests::table>> {
        Some(match it.days {
            Some((first, last)) => Box::new(
                requests::first_day.le(last.to_string()).and(requests::last_day.ge(first.to_string())),
            ),
            None => by_its_engagement(it, own, "requests.engagement"),
        })
    };
    let found = db.list(&scope, &Unasked, narrow, &Page::first(MOST))?;
    let views = asked_for::rows(db, &found.rows)?;
    Ok(Hits { rows: with_names(db, views, |it| it.engagement)?, more: found.next.is_some() })
}

/// The holds that answer by their days or their engagement, of those that the asker may see.
///
/// # Errors
/// The database's.
pub fn holds(db: &mut Read<'_>, it: &Sought) -> Result<Hits<(HoldView, Named)>, StoreError> {
    let (own, scope) = (own(db)?, db.scope::<ViewHold>(&Unasked));
    let narrow = || -> Option<Cond<holds::table>> {
        Some(match it.days {
            Some((first, last)) => {
                Box::new(holds::first_day.le(last.to_string()).and(holds::last_day.ge(first.to_string())))
            }
            None => by_its_engagement(it, own, "holds.engagement"),
        })
    };
    let found = db.list(&scope, &Unasked, narrow, &Page::first(MOST))?;
    let views = holds_view::rows(db, &found.rows)?;
    Ok(Hits { rows: with_names(db, views, |it| it.engagement)?, more: found.next.is_some() })
}

/// The colleagues whose name or address answers.
///
/// # Errors
/// The database's.
pub fn colleagues(
    db: &mut Read<'_>,
    permit: &Permit<ViewWorkspace>,
    typed: &str,
) -> Result<Hits<MemberRow>, StoreError> {
    let (key, plain) = (folded_name(typed), typed.trim().to_lowercase());
    let mut rows = Vec::new();
    if search_pattern(typed).is_some() {
        rows = members(db, permit)?;
        rows.retain(|it| {
            (!key.is_empty() && folded_name(&it.name).contains(&key))
                || it.email.to_lowercase().contains(&plain)
        });
    }
    let more = rows.len() > MOST;
    rows.truncate(MOST);
    Ok(Hits { rows, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let of = |typed: &str| days(typed).map(|it| (it.0.to_string(), it.1.to_string()));
        let one = |it: &str| Some((it.to_owned(), it.to_owned()));
        for typed in ["2027-03-04", " 4 March 2027 ", "4 mar 2027", "04 MARCH 2027"] {
            assert_eq!(of(typed), one("2027-03-04"), "{typed}");
        }
        let month = Some(("2028-02-01".to_owned(), "2028-02-29".to_owned()));
        assert_eq!((of("February 2028"), of("2028-02")), (month.clone(), month));
        for typed in ["", "2027", "ma 2027", "31 February 2027", "Winter 2027", "4 March", "3 4 5", "2027-13"]
        {
            assert_eq!(of(typed), None, "{typed}");
        }
    }

    #[test]
    fn signs_alone_find_nothing_by_name() {
        for typed in ["%", "_", "\\", "  ", "★%"] {
            let pattern = Sought::of(typed).pattern;
            assert!(pattern.as_deref().is_none_or(|it| it.contains('★')), "{typed}: {pattern:?}");
        }
        assert_eq!(Sought::of("Zoë").pattern.as_deref(), Some("%zoe%"));
    }
}
