//! One query for a filter of several disjuncts: each keeps its own indexed keyset query, and the database merges them in
//! the list's order without duplicates.

use crate::db::{Db, MultiBackend};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryBuilder as _, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::BigInt;

/// Disjuncts of one list, as one query.
pub(super) struct Merged<Q> {
    parts: Vec<Q>,
    order: &'static str,
    limit: i64,
}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Merged<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        for (at, part) in self.parts.iter().enumerate() {
            // a part may only bring its own order and limit from within a subquery, which PostgreSQL wants named
            out.push_sql(if at == 0 { "SELECT * FROM (" } else { " UNION SELECT * FROM (" });
            part.walk_ast(out.reborrow())?;
            out.push_sql(") AS part");
        }
        out.push_sql(" ORDER BY ");
        out.push_sql(self.order);
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)
    }
}
impl<Q: Query> Query for Merged<Q> {
    type SqlType = Q::SqlType;
}
impl<Q> QueryId for Merged<Q> {
    type QueryId = ();
    // how many parts there are is no part of the type
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q> RunQueryDsl<Db> for Merged<Q> {}

/// What a list's query is made for.
pub enum To<'a> {
    /// To be run.
    Run(&'a mut Db),
    /// To be read: its text goes here, written for PostgreSQL or for SQLite, each value a `?`.
    Read(bool, &'a mut String),
}

/// The first `limit` rows of all parts together. Each part has that limit and that order itself; `order` names its
/// columns by number. Of a query that is only to be read there are none.
pub(super) fn merged<'a, Q, T>(
    mut parts: Vec<Q>,
    order: &'static str,
    limit: i64,
    to: To<'_>,
) -> QueryResult<Vec<T>>
where
    Q: Query + QueryFragment<MultiBackend> + QueryId + RunQueryDsl<Db> + LoadQuery<'a, Db, T>,
    Merged<Q>: LoadQuery<'a, Db, T>,
{
    match (parts.len(), to) {
        (1, To::Run(db)) => parts.remove(0).load(db),
        (_, To::Run(db)) => Merged { parts, order, limit }.load(db),
        (1, To::Read(postgres, text)) => told(&parts.remove(0), postgres, text),
        (_, To::Read(postgres, text)) => told(&Merged { parts, order, limit }, postgres, text),
    }
}

/// Only the text: values are bound apart from it, and never come near it.
fn told<T>(query: &impl QueryFragment<MultiBackend>, postgres: bool, to: &mut String) -> QueryResult<Vec<T>> {
    type Builder = <MultiBackend as Backend>::QueryBuilder;
    let (backend, mut builder) = if postgres {
        (MultiBackend::Pg(Default::default()), Builder::Pg(Default::default()))
    } else {
        (MultiBackend::Sqlite(Default::default()), Builder::Sqlite(Default::default()))
    };
    query.to_sql(&mut builder, &backend)?;
    to.push_str(&builder.finish());
    Ok(Vec::new())
}
