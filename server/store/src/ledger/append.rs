//! Writing an entry, inside the change's own transaction.

use super::{Audience, Event, Leaf, PLATFORM, leaf::salted};
use crate::db::Db;
use crate::error::StoreError;
use crate::pools::Store;
use crate::schema::{audit_chains, audit_entries, audit_values};
use diesel::prelude::*;
use domain::{Digest, EntryId, Mint};
use policy::Asker;
use std::sync::Arc;

/// Who changed something, by which right and which policies: the same for every entry of one write.
pub(crate) struct Stamp {
    pub(crate) asker: Arc<Asker>,
    pub(crate) action: &'static str,
    pub(crate) by: Vec<String>,
    pub(crate) policies: Digest,
}

impl Stamp {
    fn fields(&self, event: &Event) -> Vec<(String, String, Audience, bool)> {
        let common = |name: &str, value: String| (name.to_owned(), value, event.audience, false);
        // a digest of a text that names a sum tells the sum to whoever can try them all
        let of_a_sum = event.fields.iter().any(|it| it.money);
        let mut all = vec![
            common("actor", format!("{}/{}", self.asker.actor.kind().as_str(), self.asker.actor.id())),
            common("action", self.action.to_owned()),
            common("entity", format!("{}/{}", event.entity, event.id)),
            common("transition", event.transition.to_owned()),
            common("decided-by", self.by.join(" ")),
            common("policies", self.policies.to_string()),
            common("request", self.asker.visit.to_string()),
        ];
        if let Some((kind, workspace)) = self.asker.actor.workspace() {
            all.push(common("workspace", format!("{kind}/{workspace}")));
        }
        if let Some(digest) = event.confirmed {
            all.push(("confirmed".to_owned(), digest.to_string(), event.audience, of_a_sum));
        }
        all.extend(event.fields.iter().map(|it| (it.name.clone(), it.value.clone(), it.audience, it.money)));
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }
}

/// Appends one entry to its chain. The chain's row is locked, which gives entries their order.
// by value: an event is told once
#[allow(clippy::needless_pass_by_value)]
pub(crate) fn append(db: &mut Db, store: &Store, stamp: &Stamp, event: Event) -> Result<EntryId, StoreError> {
    let chain = event.engagement.map_or_else(|| PLATFORM.to_owned(), |it| it.to_string());
    let (length, head) = match head_locked(db, &chain)? {
        Some(it) => it,
        None => {
            // two servers may begin a chain at once: the second waits here and then finds the row. What is read without
            // its lock is never built upon: it may have grown since.
            diesel::sql_query("INSERT INTO audit_chains (chain, length, head) VALUES ($1, 0, $2) ON CONFLICT (chain) DO NOTHING")
                .bind::<diesel::sql_types::Text, _>(&chain)
                .bind::<diesel::sql_types::Binary, _>([0u8; 32].as_slice())
                .execute(db)?;
            head_locked(db, &chain)?.ok_or(StoreError::Corrupt("audit_chains"))?
        }
    };
    let prev: [u8; 32] = head.try_into().map_err(|_| StoreError::Corrupt("audit_chains.head"))?;
    let fields: Vec<_> = stamp
        .fields(&event)
        .into_iter()
        .map(|(name, value, audience, money)| {
            let mut salt = [0u8; 16];
            store.with_mint(|it| it.fill(&mut salt));
            let digest = salted(&salt, &name, &value);
            (name, value, audience, money, salt, digest)
        })
        .collect();
    if fields.windows(2).any(|it| it[0].0 == it[1].0) || fields.iter().any(|it| it.0.contains([' ', '\n'])) {
        return Err(StoreError::Unrecorded);
    }
    let leaf = Leaf {
        chain: chain.clone(),
        seq: length + 1,
        prev: Digest(prev),
        at: stamp.asker.now,
        fields: fields.iter().map(|it| (it.0.clone(), it.5)).collect(),
    };
    let (text, hash) = (leaf.text(), leaf.hash());
    let id: EntryId = store.fresh(stamp.asker.now);
    diesel::insert_into(audit_entries::table)
        .values((
            audit_entries::id.eq(id.as_str()),
            audit_entries::chain.eq(&chain),
            audit_entries::seq.eq(leaf.seq),
            audit_entries::leaf.eq(&text),
            audit_entries::hash.eq(hash.0.to_vec()),
            audit_entries::at.eq(leaf.at.0),
        ))
        .execute(db)?;
    let rows: Vec<_> = fields
        .into_iter()
        .map(|(name, value, audience, money, salt, _)| {
            (
                audit_values::entry.eq(id.to_string()),
                audit_values::name.eq(name),
                audit_values::salt.eq(Some(salt.to_vec())),
                audit_values::value.eq(Some(value)),
                audit_values::audience.eq(audience.as_str()),
                audit_values::money.eq(money),
            )
        })
        .collect();
    crate::db::each!(db, it => diesel::insert_into(audit_values::table).values(rows).execute(it))?;
    diesel::update(audit_chains::table.find(&chain))
        .set((audit_chains::length.eq(leaf.seq), audit_chains::head.eq(hash.0.to_vec())))
        .execute(db)?;
    Ok(id)
}

/// Length and head of a chain, whose row stays locked. SQLite has one writer, so there it is locked already.
fn head_locked(db: &mut Db, chain: &str) -> QueryResult<Option<(i64, Vec<u8>)>> {
    let row = audit_chains::table.find(chain).select((audit_chains::length, audit_chains::head));
    match db {
        Db::Pg(it) => row.for_update().first(it).optional(),
        Db::Sqlite(it) => row.first(it).optional(),
    }
}
