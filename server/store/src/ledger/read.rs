//! An engagement's chain as one reader gets it: every leaf, and of the values those that the policies open to them.

use super::leaf::Leaf;
use crate::error::StoreError;
use crate::facts::{Load, field_facts};
use crate::read::Read;
use crate::schema::{audit_chains, audit_entries, audit_values};
use diesel::prelude::*;
use domain::{Digest, EntryId, Moment};
use policy::actions::{ReadAuditField, ViewAuditChain};
use policy::{Permit, Unasked, facts};
use std::collections::{HashMap, HashSet};

/// One field of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldView {
    /// Its name; names are open to every reader of the chain.
    pub name: String,
    /// Its digest, as the leaf has it.
    pub digest: Digest,
    /// Salt and value, where they are the reader's to see and were not erased.
    pub open: Option<(Vec<u8>, String)>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryView {
    /// Its place in the chain.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Its canonical leaf.
    pub leaf: String,
    /// The leaf's hash.
    pub hash: Digest,
    /// Its fields, by name.
    pub fields: Vec<FieldView>,
}

impl EntryView {
    /// A field's value, where it is open.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|it| it.name == name)?.open.as_ref().map(|it| it.1.as_str())
    }
}

/// Length and head of the chain.
///
/// # Errors
/// The database's.
pub fn chain_head(db: &mut Read<'_>, permit: &Permit<ViewAuditChain>) -> Result<(i64, Digest), StoreError> {
    let row: Option<(i64, Vec<u8>)> = audit_chains::table
        .find(permit.on().as_str())
        .select((audit_chains::length, audit_chains::head))
        .first(db.db)
        .optional()?;
    let (length, head) = row.unwrap_or((0, vec![0; 32]));
    let head: [u8; 32] = head.try_into().map_err(|_| StoreError::Corrupt("audit_chains.head"))?;
    Ok((length, Digest(head)))
}

/// Up to `most` entries after place `from`, oldest first.
///
/// # Errors
/// The database's.
pub fn entries(
    db: &mut Read<'_>,
    permit: &Permit<ViewAuditChain>,
    from: i64,
    most: i64,
) -> Result<Vec<EntryView>, StoreError> {
    let asker = db.asker.clone();
    let chain = facts::AuditChain::load(db.db, permit.on(), &asker, false)?.ok_or(StoreError::Absent)?;
    let upto = from.saturating_add(most);
    let within = || {
        audit_entries::chain
            .eq(permit.on().to_string())
            .and(audit_entries::seq.gt(from))
            .and(audit_entries::seq.le(upto))
    };
    let open = open_fields(db, &chain, from, most)?;
    let values: Vec<(String, String, Option<Vec<u8>>, Option<String>)> = audit_values::table
        .inner_join(audit_entries::table.on(audit_entries::id.eq(audit_values::entry)))
        .filter(within())
        .select((audit_values::entry, audit_values::name, audit_values::salt, audit_values::value))
        .load(db.db)?;
    let mut kept: HashMap<(String, String), (Vec<u8>, String)> = HashMap::new();
    for (entry, name, salt, value) in values {
        if let (true, Some(salt), Some(value)) = (open.contains(&(entry.clone(), name.clone())), salt, value)
        {
            kept.insert((entry, name), (salt, value));
        }
    }
    let rows: Vec<(String, i64, i64, String, Vec<u8>)> = audit_entries::table
        .filter(within())
        .order(audit_entries::seq)
        .select((
            audit_entries::id,
            audit_entries::seq,
            audit_entries::at,
            audit_entries::leaf,
            audit_entries::hash,
        ))
        .load(db.db)?;
    rows.into_iter()
        .map(|(id, seq, at, leaf, hash)| {
            let parsed = Leaf::parse(&leaf).ok_or(StoreError::Corrupt("audit_entries.leaf"))?;
            let hash: [u8; 32] = hash.try_into().map_err(|_| StoreError::Corrupt("audit_entries.hash"))?;
            let fields = parsed
                .fields
                .into_iter()
                .map(|(name, digest)| FieldView {
                    open: kept.remove(&(id.clone(), name.clone())),
                    name,
                    digest,
                })
                .collect();
            Ok(EntryView { seq, at: Moment(at), leaf, hash: Digest(hash), fields })
        })
        .collect()
}

/// Entry and name of each field that the asker may read. Fields of one audience are one question to the policies, since
/// nothing else of a field is a fact; each such question is decided, and noted, once.
fn open_fields(
    db: &mut Read<'_>,
    chain: &facts::AuditChain,
    from: i64,
    most: i64,
) -> Result<HashSet<(String, String)>, StoreError> {
    let fields = field_facts(db.db, chain, from, most)?;
    let mut questions: Vec<facts::AuditField> = Vec::new();
    for (_, it) in &fields {
        if !questions.iter().any(|asked| same_audience(asked, it)) {
            questions.push(it.clone());
        }
    }
    let asker = db.asker.clone();
    let answers = db.engine().decide_rows::<ReadAuditField>(&asker, &questions, &Unasked);
    let open: Vec<&facts::AuditField> =
        questions.iter().zip(&answers).filter(|it| it.1.is_some()).map(|it| it.0).collect();
    Ok(fields
        .iter()
        .filter(|(_, it)| open.iter().any(|asked| same_audience(asked, it)))
        .map(|(name, it)| (entry_of(it), name.clone()))
        .collect())
}

fn same_audience(one: &facts::AuditField, other: &facts::AuditField) -> bool {
    one.audience == other.audience && one.money == other.money
}

fn entry_of(it: &facts::AuditField) -> String {
    let id: EntryId = it.id;
    id.to_string()
}
