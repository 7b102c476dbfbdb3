//! Checking chains: every leaf canonical and hashed right, every link to the one before, every value to its digest.

use super::heads::Head;
use super::leaf::{Leaf, PLATFORM, leaf_hash, salted};
use crate::db::Db;
use crate::error::StoreError;
use crate::pools::Store;
use crate::schema::{audit_chains, audit_entries, audit_values};
use diesel::prelude::*;
use domain::Digest;
use policy::{Permit, actions::VerifyAudit};
use std::collections::HashMap;

/// The first broken link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The chain.
    pub chain: String,
    /// The entry's place in it.
    pub seq: i64,
    /// What is wrong.
    pub what: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Chains looked at.
    pub chains: u64,
    /// Entries looked at.
    pub entries: u64,
    /// Values whose content was erased; their digests stand.
    pub erased: u64,
    /// The first broken link of each broken chain.
    pub broken: Vec<Broken>,
    /// Where each chain stands, to be kept elsewhere and held against it later.
    pub heads: Vec<Head>,
}

const BATCH: i64 = 500;
type EntryRow = (String, i64, String, Vec<u8>, i64);
type ValueRow = (String, String, Option<Vec<u8>>, Option<String>);

/// Checks every chain in one snapshot, and that nothing is gone of what `kept` says was there at an earlier check. Without it
/// a chain that was taken away whole shows where something else tells of it: an engagement, or an account.
///
/// # Errors
/// The database's; a broken chain is a finding, not an error.
pub fn verify(store: &Store, _permit: &Permit<VerifyAudit>, kept: &[Head]) -> Result<Checked, StoreError> {
    let mut connection = store.reader()?;
    store.snapshot(&mut connection, |db| {
        let mut found = Checked::default();
        let chains: Vec<(String, i64, Vec<u8>)> = audit_chains::table
            .select((audit_chains::chain, audit_chains::length, audit_chains::head))
            .order(audit_chains::chain)
            .load(db)
            .map_err(StoreError::from)?;
        let orphans: Vec<(String, Option<i64>)> = audit_entries::table
            .filter(diesel::dsl::not(diesel::dsl::exists(
                audit_chains::table.filter(audit_chains::chain.eq(audit_entries::chain)),
            )))
            .group_by(audit_entries::chain)
            .select((audit_entries::chain, diesel::dsl::min(audit_entries::seq)))
            .order(audit_entries::chain)
            .load(db)
            .map_err(StoreError::from)?;
        for (chain, seq) in orphans {
            let what = "an entry of a chain that is not there".into();
            found.broken.push(Broken { chain, seq: seq.unwrap_or(0), what });
        }
        for (chain, length, head) in chains {
            found.chains += 1;
            verify_chain(db, &chain, length, &head, &mut found)?;
            let head = Digest(head.try_into().unwrap_or_default());
            found.heads.push(Head { chain, length, head });
        }
        found.broken.extend(missing(db)?);
        for it in kept {
            if found.broken.iter().all(|broken| broken.chain != it.chain) {
                found.broken.extend(cut(db, it)?);
            }
        }
        Ok(found)
    })
}

/// Chains that something else tells of, and that are not there: nothing is begun or let in without an entry.
fn missing(db: &mut Db) -> Result<Vec<Broken>, StoreError> {
    use crate::schema::{accounts, engagements};
    use diesel::dsl::{exists, not};
    let broken = |chain: String, what: &str| Broken { chain, seq: 1, what: what.to_owned() };
    let here = |it: &str| audit_chains::table.filter(audit_chains::chain.eq(it.to_owned()));
    let engagements: Vec<String> = engagements::table
        .filter(not(exists(audit_chains::table.filter(audit_chains::chain.eq(engagements::id)))))
        .select(engagements::id)
        .order(engagements::id)
        .load(db)?;
    let mut found: Vec<Broken> = engagements
        .into_iter()
        .map(|it| broken(it, "the engagement is there, and its chain is not"))
        .collect();
    let anybody: Option<String> =
        accounts::table.filter(not(exists(here(PLATFORM)))).select(accounts::id).first(db).optional()?;
    found.extend(
        anybody.map(|_| broken(PLATFORM.to_owned(), "there are accounts, and the platform's chain is not")),
    );
    Ok(found)
}

/// What is gone of a chain that stood at this head once; nothing where it only grew.
fn cut(db: &mut Db, kept: &Head) -> Result<Option<Broken>, StoreError> {
    let Head { chain, length, head } = kept;
    let there: Option<Vec<u8>> = audit_entries::table
        .filter(audit_entries::chain.eq(chain).and(audit_entries::seq.eq(length)))
        .select(audit_entries::hash)
        .first(db)
        .optional()?;
    let what = match there {
        Some(it) if it == head.0 => return Ok(None),
        Some(_) => format!("entry {length} is another than it was when its head was kept"),
        None => format!("it had {length} entries when its head was kept, and has fewer"),
    };
    Ok(Some(Broken { chain: chain.clone(), seq: *length, what }))
}

/// Checks one chain against the length and head that its row claims.
///
/// # Errors
/// The database's.
pub fn verify_chain(
    db: &mut Db,
    chain: &str,
    length: i64,
    head: &[u8],
    found: &mut Checked,
) -> Result<(), StoreError> {
    let mut prev = Digest([0; 32]);
    let mut seq = 0;
    loop {
        let entries: Vec<EntryRow> = audit_entries::table
            .filter(audit_entries::chain.eq(chain).and(audit_entries::seq.gt(seq)))
            .order(audit_entries::seq)
            .limit(BATCH)
            .select((
                audit_entries::id,
                audit_entries::seq,
                audit_entries::leaf,
                audit_entries::hash,
                audit_entries::at,
            ))
            .load(db)?;
        if entries.is_empty() {
            break;
        }
        let ids: Vec<&str> = entries.iter().map(|it| it.0.as_str()).collect();
        let mut values: HashMap<String, Vec<ValueRow>> = HashMap::new();
        let rows: Vec<ValueRow> = audit_values::table
            .filter(audit_values::entry.eq_any(ids))
            .select((audit_values::entry, audit_values::name, audit_values::salt, audit_values::value))
            .load(db)?;
        for row in rows {
            values.entry(row.0.clone()).or_default().push(row);
        }
        for entry in entries {
            seq += 1;
            found.entries += 1;
            let values = values.remove(&entry.0).unwrap_or_default();
            match link((chain, seq, prev), &entry, &values) {
                Ok(erased) => found.erased += erased,
                Err(what) => {
                    found.broken.push(Broken { chain: chain.to_owned(), seq, what });
                    return Ok(());
                }
            }
            prev = leaf_hash(&entry.2);
        }
    }
    if seq != length || prev.0.as_slice() != head {
        let what = format!("the chain ends at {seq}, its head says {length}");
        found.broken.push(Broken { chain: chain.to_owned(), seq, what });
    }
    Ok(())
}

/// Checks one entry against its place, and its values against its leaf. Returns how many values were erased.
fn link(
    (chain, seq, prev): (&str, i64, Digest),
    (_, stands_at, text, hash, written_at): &EntryRow,
    values: &[ValueRow],
) -> Result<u64, String> {
    let leaf = Leaf::parse(text).ok_or("the leaf is not canonical")?;
    if *stands_at != seq || leaf.seq != seq {
        return Err(format!("entry {seq} is missing"));
    }
    if leaf.chain != chain {
        return Err("the leaf names another chain".into());
    }
    if leaf.prev != prev {
        return Err("the link to the entry before does not match".into());
    }
    if leaf_hash(text).0.as_slice() != hash {
        return Err("the hash does not match the leaf".into());
    }
    if leaf.at.0 != *written_at {
        return Err("the time beside the leaf is another".into());
    }
    let by_name: HashMap<&str, &ValueRow> = values.iter().map(|it| (it.1.as_str(), it)).collect();
    if by_name.len() != leaf.fields.len() {
        return Err("values were added or taken away".into());
    }
    let mut erased = 0;
    for (name, digest) in &leaf.fields {
        let Some((_, _, salt, value)) = by_name.get(name.as_str()) else {
            return Err(format!("the value of `{name}` is missing"));
        };
        match (salt, value) {
            (Some(salt), Some(value)) if salted(salt, name, value) == *digest => {}
            (None, None) => erased += 1,
            _ => return Err(format!("the value of `{name}` does not match its digest")),
        }
    }
    Ok(erased)
}
