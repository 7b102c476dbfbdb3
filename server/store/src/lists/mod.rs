//! Lists by scope. A list is never filtered by a second copy of a rule: the policies' own condition becomes SQL here,
//! one indexed keyset query for each disjunct, merged without duplicates; each row is decided again before it is shown.

mod conditions;
mod merged;
mod text;

pub(crate) use crate::db::MultiBackend;
use crate::error::StoreError;
use crate::facts::Load;
use crate::read::Read;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::Moment;
pub use merged::To;
use policy::{Action, Engine, Filter, Listable, Literal, Permit, Scope};
pub(crate) use text::scope_filter;
pub use text::{ListText, list_text};

/// A condition on a table, boxed.
pub(crate) type Cond<T> = Box<dyn BoxableExpression<T, MultiBackend, SqlType = Bool>>;
/// One conjunction of a filter.
pub(crate) type Row1 = [(Literal, bool)];

/// Where a page begins and how long it is. `after` is the key of the last row of the page before.
#[derive(Debug, Clone)]
pub struct Page {
    /// The last key of the page before; none for the first page.
    pub after: Option<String>,
    /// At most this many rows, 1 to 200.
    pub limit: usize,
}
impl Page {
    /// The first page.
    #[must_use]
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit: limit.clamp(1, 200) }
    }

    /// The key to go on after. It is a text from outside: PostgreSQL takes no NUL, and none of our keys holds one.
    pub(crate) fn key(&self) -> Option<String> {
        self.after.as_deref().map(|it| it.replace('\0', ""))
    }
}

/// A page of what was listed, in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// What stands on it.
    pub rows: Vec<T>,
    /// The key to go on after, where there is more.
    pub next: Option<String>,
}

/// A page of permits, in the list's order.
#[derive(Debug)]
pub struct PageOf<A: Action> {
    /// One permit a row.
    pub rows: Vec<Permit<A>>,
    /// The key to go on after, where there is more.
    pub next: Option<String>,
    /// How many rows the query selected and the decision refused: none, or the query is wrong. They are not shown.
    pub left_out: usize,
}

/// Facts that stand in a table that scopes can list.
pub trait Row: Load {
    /// The table.
    type Table: 'static;
    /// Turns one literal into SQL; `None` where this table cannot answer it.
    fn condition(literal: &Literal, now: Moment) -> Option<Cond<Self::Table>>;
    /// Up to `limit` ids after the key `after` in the list's order, for which one of the conjunctions (at least one is
    /// given) and `narrow` hold; and the key of the last of them but one, to go on after when one too many was asked for.
    ///
    /// # Errors
    /// The database's, or a literal that cannot be told.
    fn keys(
        to: To<'_>,
        rows: &[&Row1],
        narrow: &dyn Fn() -> Option<Cond<Self::Table>>,
        after: Option<&str>,
        limit: i64,
        now: Moment,
    ) -> Result<(Vec<Self::Id>, Option<String>), StoreError>;
}

impl Read<'_> {
    /// A page of the scope, narrowed by what the page asks for (never widened). Each row is decided again in this
    /// snapshot.
    ///
    /// # Errors
    /// The database's.
    pub fn list<A: Listable>(
        &mut self,
        scope: &Scope<A>,
        input: &A::Input,
        narrow: impl Fn() -> Option<Cond<<A::On as Row>::Table>>,
        page: &Page,
    ) -> Result<PageOf<A>, StoreError>
    where
        A::On: Row,
    {
        let Selected { facts, next, count } = self.selected::<A::On>(scope.filter(), &narrow, page)?;
        let decided = self.store.engine().decide_rows::<A>(&self.asker, &facts, input);
        let rows: Vec<Permit<A>> = decided.into_iter().flatten().collect();
        let left_out = count - rows.len();
        if left_out > 0 {
            // nothing is shown that may not be; but no list should have looked for it
            tracing::error!(
                action = A::NAME.as_str(),
                count = left_out,
                "a list selected rows that are refused one by one"
            );
        }
        Ok(PageOf { rows, next, left_out })
    }

    /// The keys after which the second part of a whole list begins, the third and so on, in parts of `each` rows, at most
    /// `most` of them. They are places in the order and show no row, so nothing is decided.
    pub(crate) fn parts<A: Listable>(
        &mut self,
        scope: &Scope<A>,
        each: usize,
        most: usize,
    ) -> Result<Vec<String>, StoreError>
    where
        A::On: Row,
    {
        let Some(disjuncts) = disjuncts(scope.filter()) else { return Ok(Vec::new()) };
        let want = i64::try_from(each + 1).unwrap_or(i64::MAX);
        let mut keys: Vec<String> = Vec::new();
        while keys.len() < most {
            let after = keys.last().map(String::as_str);
            let (ids, last) =
                <A::On as Row>::keys(To::Run(self.db), &disjuncts, &|| None, after, want, self.asker.now)?;
            match last.filter(|_| ids.len() > each) {
                Some(key) => keys.push(key),
                None => break,
            }
        }
        Ok(keys)
    }

    /// A page of the rows that a filter selects, in the list's order. Decides nothing.
    pub(crate) fn selected<F: Row>(
        &mut self,
        filter: &Filter,
        narrow: &dyn Fn() -> Option<Cond<F::Table>>,
        page: &Page,
    ) -> Result<Selected<F>, StoreError> {
        let limit = page.limit.clamp(1, 200);
        let Some(disjuncts) = disjuncts(filter) else {
            return Ok(Selected { facts: Vec::new(), next: None, count: 0 });
        };
        let after = page.key();
        let want = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let (mut ids, last) =
            F::keys(To::Run(self.db), &disjuncts, narrow, after.as_deref(), want, self.asker.now)?;
        let next = last.filter(|_| ids.len() > limit);
        ids.truncate(limit);
        let mut facts = F::load_many(self.db, &ids, &self.asker)?;
        facts.sort_by_key(|it| ids.iter().position(|id| *id == it.id()));
        Ok(Selected { facts, next, count: ids.len() })
    }
}

/// A page of rows before anything is decided of them.
pub(crate) struct Selected<F> {
    /// What policies must know of each.
    pub(crate) facts: Vec<F>,
    /// The key to go on after, where there is more.
    pub(crate) next: Option<String>,
    /// How many rows there were.
    count: usize,
}

/// The conjunctions of a filter, one of which must hold; `None` where nothing can be found.
fn disjuncts(filter: &Filter) -> Option<Vec<&Row1>> {
    match filter {
        Filter::Never => None,
        Filter::Always => Some(vec![&[]]),
        Filter::When(rows) => Some(rows.iter().map(Vec::as_slice).collect()),
    }
}

/// Runs a body with the facts of things of this kind, for every kind that lists are made of.
macro_rules! by_kind { ($kind:expr, $F:ident => $body:expr, else $other:expr) => {
    by_kind!(@each $kind, $F, $body, $other;
        Profile => Profile, Mandate => Mandate, Partnership => Partnership, Enquiry => Enquiry,
        Engagement => Engagement, Request => Request, Hold => Hold, Message => Message, Document => Document,
        Draft => Draft, Account => Account, AccessCode => AccessCode,
        ArtistWorkspace | AgencyWorkspace | PresenterWorkspace => Workspace)
};
    (@each $kind:expr, $F:ident, $body:expr, $other:expr; $($($Kind:ident)|+ => $Facts:ident),+) => {
        match $kind {
            $($(policy::EntityKind::$Kind)|+ => { type $F = policy::facts::$Facts; $body })+
            _ => $other,
        }
    };
}
pub(crate) use by_kind;

/// Most rows that a list is walked for to its end.
const WHOLE: usize = 5_000;

impl Read<'_> {
    /// The whole scope as `narrow` leaves it, page by page: for what hangs on the few rows of one page. Rows beyond
    /// 5,000 are left out.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn list_all<A: Listable>(
        &mut self,
        scope: &Scope<A>,
        input: &A::Input,
        narrow: impl Fn() -> Option<Cond<<A::On as Row>::Table>>,
    ) -> Result<Vec<Permit<A>>, StoreError>
    where
        A::On: Row,
    {
        let (mut all, mut page) = (Vec::new(), Page::first(200));
        while all.len() < WHOLE {
            let found = self.list(scope, input, &narrow, &page)?;
            all.extend(found.rows);
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        Ok(all)
    }
}

/// What cannot be turned into SQL stops the start: every literal that a scope may hold is tried once.
pub(crate) fn translatable(engine: &Engine) -> Result<(), String> {
    engine.each_scope_literal(&mut |kind, literal| {
        let now = Moment(0);
        let told = by_kind!(kind, F => F::condition(literal, now).is_some(), else false);
        if told {
            Ok(())
        } else {
            Err(format!(
                "a policy on lists of `{}` asks {literal:?}, which no query can answer",
                kind.as_str()
            ))
        }
    })
}

/// A condition, and whether it must hold or must not.
type Turned<T> = (Cond<T>, bool);

/// The literals of a conjunction as conditions of this table.
pub(crate) fn all<F: Row>(row: &Row1, now: Moment) -> Result<Vec<Turned<F::Table>>, StoreError> {
    row.iter()
        .map(|(literal, yes)| {
            let condition = F::condition(literal, now).ok_or(StoreError::Corrupt("scope"))?;
            Ok((condition, *yes))
        })
        .collect()
}

/// Lists in the order of a key column that is unique: the id, oldest or newest first.
macro_rules! by_id { ($Facts:ident, $table:ident, $order:ident, $beyond:ident, |$literal:ident, $now:ident| $condition:expr) => {
    impl Row for facts::$Facts {
        type Table = $table::table;
        fn condition($literal: &Literal, $now: Moment) -> Option<Cond<$table::table>> { $condition }
        fn keys(
            to: To<'_>, rows: &[&Row1], narrow: &dyn Fn() -> Option<Cond<$table::table>>, after: Option<&str>, limit: i64, now: Moment,
        ) -> Result<(Vec<Self::Id>, Option<String>), StoreError> {
            let part = |row: &Row1| {
                let mut query = $table::table.select($table::id).order($table::id.$order()).limit(limit).into_boxed();
                for (condition, yes) in all::<Self>(row, now)? {
                    query = if yes { query.filter(condition) } else { query.filter(diesel::dsl::not(condition)) };
                }
                if let Some(it) = narrow() { query = query.filter(it); }
                if let Some(it) = after { query = query.filter($table::id.$beyond(by_id!(@key $order it))); }
                Ok(query)
            };
            let parts = rows.iter().map(|it| part(it)).collect::<Result<Vec<_>, StoreError>>()?;
            let ids: Vec<String> = merged(parts, by_id!(@columns $order), limit, to)?;
            let last = ids.len().checked_sub(2).map(|it| by_id!(@key $order ids[it].as_str()));
            let parsed = ids.iter().map(|it| it.parse()).collect::<Result<_, _>>();
            Ok((parsed.map_err(|_| StoreError::Corrupt(concat!(stringify!($table), ".id")))?, last))
        }
    }
};
    (@columns asc) => { "1" };
    (@columns desc) => { "1 DESC" };
    (@key asc $it:expr) => { $it.to_owned() };
    // newest first: keys are turned around so that every list's keys grow
    (@key desc $it:expr) => { crate::lists::turned($it) };
}
pub(crate) use by_id;

/// A key whose byte order is the reverse of `key`'s; its own inverse.
pub(crate) fn turned(key: &str) -> String {
    // ids are ASCII 0x30 to 0x7E: mirrored within that range
    key.bytes().map(|it| char::from(0x30 + (0x7E - it.clamp(0x30, 0x7E)))).collect()
}
