//! A chain as a file to keep, and checking such a file without us.
//!
//! JSON lines (one object a line). The first names format, chain, length and head; each further one is an entry:
//!
//! ```text
//! {"format":"kalinklo-ledger/1","chain":"…","length":2,"head":"…"}
//! {"leaf":"kalinklo-leaf/1\n…","open":{"actor":{"salt":"…","value":"…"}}}
//! ```
//!
//! Salts are base64url without padding (RFC 4648 section 5). What is not in `open` is not the reader's to see, or was
//! erased; its digest stands in the leaf all the same, so that the chain verifies for everybody.

use super::leaf::{Leaf, leaf_hash, salted};
use super::read::{EntryView, chain_head, entries};
use super::verify::Broken;
use crate::error::StoreError;
use crate::read::Read;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Digest;
use policy::{Permit, actions::ViewAuditChain};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FORMAT: &str = "kalinklo-ledger/1";
const BATCH: i64 = 200;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    chain: String,
    length: i64,
    head: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    leaf: String,
    open: BTreeMap<String, Open>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    salt: String,
    value: String,
}

/// The whole chain for this reader, as JSON lines.
///
/// # Errors
/// The database's.
pub fn download(db: &mut Read<'_>, permit: &Permit<ViewAuditChain>) -> Result<String, StoreError> {
    let (length, head) = chain_head(db, permit)?;
    let mut text = line(&Head { format: FORMAT.into(), chain: permit.on().to_string(), length, head })?;
    let mut from = 0;
    while from < length {
        let some = entries(db, permit, from, BATCH)?;
        let Some(last) = some.last().map(|it| it.seq) else { break };
        for entry in some {
            text.push_str(&line(&told(entry))?);
        }
        from = last;
    }
    Ok(text)
}

fn told(entry: EntryView) -> Line {
    let open = entry
        .fields
        .into_iter()
        .filter_map(|it| {
            let (salt, value) = it.open?;
            Some((it.name, Open { salt: URL_SAFE_NO_PAD.encode(salt), value }))
        })
        .collect();
    Line { leaf: entry.leaf, open }
}

fn line(of: &impl Serialize) -> Result<String, StoreError> {
    let text = serde_json::to_string(of).map_err(|_| StoreError::Corrupt("ledger"))?;
    Ok(text + "\n")
}

/// What a downloaded file holds, all of it checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// The chain.
    pub chain: String,
    /// Its entries.
    pub entries: i64,
    /// Values that the file shows.
    pub shown: u64,
    /// Fields of which it holds the digest alone.
    pub hidden: u64,
    /// The hash of the last entry: compare it with the other party's, or with a signed checkpoint.
    pub head: Digest,
}

/// Checks a downloaded chain: every leaf canonical and in place, every link to the one before, every shown value to its
/// digest, length and head as the file says. Needs nothing but the text.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_download(text: &str) -> Result<Downloaded, Broken> {
    let mut lines = text.lines();
    let broken = |chain: &str, seq: i64, what: String| Broken { chain: chain.to_owned(), seq, what };
    let head: Head = lines
        .next()
        .and_then(|it| serde_json::from_str(it).ok())
        .ok_or_else(|| broken("", 0, "the first line is not the head of a ledger".into()))?;
    if head.format != FORMAT {
        return Err(broken(&head.chain, 0, format!("the format is not {FORMAT}")));
    }
    let mut found =
        Downloaded { chain: head.chain.clone(), entries: 0, shown: 0, hidden: 0, head: Digest([0; 32]) };
    for text in lines {
        let seq = found.entries + 1;
        check(text, seq, &mut found).map_err(|what| broken(&head.chain, seq, what))?;
        found.entries = seq;
    }
    if found.entries != head.length || found.head != head.head {
        let what = format!("the file ends at {}, its head says {}", found.entries, head.length);
        return Err(broken(&head.chain, found.entries, what));
    }
    Ok(found)
}

fn check(text: &str, seq: i64, found: &mut Downloaded) -> Result<(), String> {
    let line: Line = serde_json::from_str(text).map_err(|_| "the line is not an entry")?;
    let leaf = Leaf::parse(&line.leaf).ok_or("the leaf is not canonical")?;
    if leaf.chain != found.chain {
        return Err("the leaf names another chain".into());
    }
    if leaf.seq != seq {
        return Err(format!("entry {seq} is missing"));
    }
    if leaf.prev != found.head {
        return Err("the link to the entry before does not match".into());
    }
    for (name, open) in &line.open {
        let digest = leaf.fields.iter().find(|it| it.0 == *name).map(|it| it.1);
        let salt =
            URL_SAFE_NO_PAD.decode(&open.salt).map_err(|_| format!("the salt of `{name}` is unreadable"))?;
        if digest != Some(salted(&salt, name, &open.value)) {
            return Err(format!("the value of `{name}` does not match its digest"));
        }
    }
    found.shown += line.open.len() as u64;
    found.hidden += leaf.fields.len().saturating_sub(line.open.len()) as u64;
    found.head = leaf_hash(&line.leaf);
    Ok(())
}
