//! Sets of policies beside the program's own, and which of them decides from when on. A set that passed every check is
//! staged, one is activated, a roll-back returns to what was active before it. All of it is final, as the ledger is.

use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{policy_activations, policy_proofs, policy_sets};
use crate::standing::{Standing, prepared};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Line;
use domain::{Digest, Moment};
use policy::actions::{ActivatePolicies, ExplainLocally, RollBackPolicies, StagePolicies};
use policy::{Bundle, Engine, Permit};
use std::collections::BTreeMap;

/// The bytes of policies that may be staged.
pub const MOST: usize = 1024 * 1024;

/// A staged set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedSet {
    /// [`Bundle::digest`].
    pub digest: Digest,
    /// Whether it was staged for the schema of this program.
    pub fits: bool,
    /// Whether it was proved to keep the guarantees of this program; another must be staged again before it decides.
    pub proved: bool,
    /// What the operator wrote to it.
    pub note: String,
    /// What the checks found, as JSON.
    pub verdict: String,
    /// When.
    pub staged_at: Moment,
}

/// One change of the policies that decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// Its place in the order of all of them, from 1.
    pub seq: i64,
    /// The set that decides from here on; none where it is the program's own.
    pub digest: Option<Digest>,
    /// Whether it went back to what was before.
    pub rolled_back: bool,
    /// The activation that a roll-back brought back; none where it went back to the beginning.
    pub restores: Option<i64>,
    /// What the operator gave as the reason.
    pub reason: String,
    /// When.
    pub at: Moment,
}

impl Activation {
    /// The activation whose set decides after this change; none at the beginning.
    fn origin(&self) -> Option<i64> {
        if self.rolled_back { self.restores } else { Some(self.seq) }
    }
}

/// What decided before a change, and what decides after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Before.
    pub before: Digest,
    /// After.
    pub after: Digest,
}

/// The last activation and its set; 0 and none where there was none.
pub(crate) fn active(db: &mut Db) -> Result<(i64, Option<Digest>), StoreError> {
    let last: Option<(i64, Option<Word<Digest>>)> = policy_activations::table
        .order(policy_activations::seq.desc())
        .select((policy_activations::seq, policy_activations::digest))
        .first(db)
        .optional()?;
    Ok(last.map_or((0, None), |it| (it.0, it.1.map(|it| it.0))))
}

/// Whether a staged set was proved to keep these guarantees.
fn is_proved(db: &mut Db, digest: Digest, guarantees: Digest) -> Result<bool, StoreError> {
    let found: Option<String> = policy_proofs::table
        .find((digest.to_string(), guarantees.to_string()))
        .select(policy_proofs::digest)
        .first(db)
        .optional()?;
    Ok(found.is_some())
}

/// The files of a staged set; or why they are not to be had in this program.
fn files(db: &mut Db, digest: Digest) -> Result<Result<Bundle, String>, StoreError> {
    let row: Option<(String, String)> = policy_sets::table
        .find(digest.to_string())
        .select((policy_sets::schema_digest, policy_sets::files))
        .first(db)
        .optional()?;
    let Some((schema, files)) = row else { return Ok(Err("no such set is staged".into())) };
    let Ok(files) = serde_json::from_str::<BTreeMap<String, String>>(&files) else {
        return Ok(Err("its files cannot be read".into()));
    };
    let bundle = Bundle::of(files);
    Ok(if bundle.schema_digest().to_string() != schema {
        Err("it was staged for another schema than this program's".into())
    } else if bundle.digest() != digest {
        Err("its files are not those that were staged".into())
    } else {
        Ok(bundle)
    })
}

/// The engine of a staged set, noting decisions where the program's own does; or why it cannot decide in this program.
pub(crate) fn load(
    db: &mut Db,
    standing: &Standing,
    digest: Digest,
) -> Result<Result<Engine, String>, StoreError> {
    let bundle = match files(db, digest)? {
        Ok(it) => it,
        Err(why) => return Ok(Err(why)),
    };
    Ok(if is_proved(db, digest, standing.guarantees())? {
        prepared(standing.built_in(), &bundle)
    } else {
        Err("it was proved to keep the guarantees of another release: prove it again with `kalinklo policy stage` of its files".into())
    })
}

fn history(db: &mut Db) -> Result<Vec<Activation>, StoreError> {
    use policy_activations as it;
    let rows: Vec<(i64, Option<Word<Digest>>, String, Option<i64>, String, i64)> = it::table
        .order(it::seq)
        .select((it::seq, it::digest, it::transition, it::restores, it::reason, it::at))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(seq, digest, transition, restores, reason, at)| Activation {
            seq,
            digest: digest.map(|it| it.0),
            rolled_back: transition == ROLLED_BACK,
            restores,
            reason,
            at: Moment(at),
        })
        .collect())
}

const ACTIVATED: &str = "activated";
const ROLLED_BACK: &str = "rolled-back";

/// What a roll-back returns to: the activation that decided before the one that decides now, and its set. None where
/// nothing decided before. Going back again and again leads to the beginning, never forth.
fn earlier(all: &[Activation]) -> Option<(Option<i64>, Option<Digest>)> {
    let now = all.last()?.origin()?;
    let before = all.iter().rev().find(|it| it.seq < now).and_then(Activation::origin);
    let digest = before.and_then(|seq| all.iter().find(|it| it.seq == seq)).and_then(|it| it.digest);
    Some((before, digest))
}

impl Read<'_> {
    /// What is staged, newest first, and every change of what decides, in order.
    ///
    /// # Errors
    /// The database's.
    pub fn policies(
        &mut self,
        _permit: &Permit<ExplainLocally>,
    ) -> Result<(Vec<StagedSet>, Vec<Activation>), StoreError> {
        use policy_sets as it;
        let schema = Bundle::of(BTreeMap::new()).schema_digest().to_string();
        let rows: Vec<(Word<Digest>, String, String, String, i64)> = it::table
            .order((it::staged_at.desc(), it::digest))
            .select((it::digest, it::schema_digest, it::note, it::verdict, it::staged_at))
            .load(self.db)?;
        let guarantees = self.store.standing().guarantees();
        let mut sets = Vec::with_capacity(rows.len());
        for (digest, of, note, verdict, at) in rows {
            let proved = is_proved(self.db, digest.0, guarantees)?;
            let (digest, fits, staged_at) = (digest.0, of == schema, Moment(at));
            sets.push(StagedSet { digest, fits, proved, note, verdict, staged_at });
        }
        Ok((sets, history(self.db)?))
    }

    /// The files of a staged set; or why they are not to be had in this program.
    ///
    /// # Errors
    /// The database's.
    pub fn staged(
        &mut self,
        _permit: &Permit<ExplainLocally>,
        digest: Digest,
    ) -> Result<Result<Bundle, String>, StoreError> {
        files(self.db, digest)
    }
}

/// Puts a set aside that passed every check; `verdict` says which, as JSON. A set that was staged by a release with other
/// guarantees is noted as proved to keep those of this one too.
///
/// # Errors
/// [`StoreError::Conflict`] where it is staged and proved already, is too large, or could not decide here; refused, or the
/// database's.
pub fn stage(
    store: &Store,
    permit: Permit<StagePolicies>,
    bundle: &Bundle,
    note: &Line,
    verdict: &str,
) -> Result<Digest, StoreError> {
    let digest = bundle.digest();
    let files: BTreeMap<String, &str> =
        bundle.plain().map(|(name, text)| (format!("policies/{name}"), text)).collect();
    if files.len() != bundle.files.len() || files.values().map(|it| it.len()).sum::<usize>() > MOST {
        return Err(StoreError::Conflict(format!(
            "policies are files of different names, {} KiB in all at most",
            MOST / 1024
        )));
    }
    store.fits(bundle).map_err(StoreError::Conflict)?;
    let files = serde_json::to_string(&files).map_err(|_| StoreError::Corrupt("policy_sets.files"))?;
    store.write(permit, |tx, _| {
        let there: Option<String> = policy_sets::table
            .find(digest.to_string())
            .select(policy_sets::digest)
            .first(tx.db)
            .optional()?;
        let guarantees = tx.store.standing().guarantees();
        let schema = bundle.schema_digest();
        let known = there.is_some();
        if known && is_proved(tx.db, digest, guarantees)? {
            return Err(StoreError::Conflict("these policies are staged already".into()));
        }
        if !known {
            diesel::insert_into(policy_sets::table)
                .values((
                    policy_sets::digest.eq(digest.to_string()),
                    policy_sets::schema_digest.eq(schema.to_string()),
                    policy_sets::files.eq(&files),
                    policy_sets::note.eq(note.as_str()),
                    policy_sets::verdict.eq(verdict),
                    policy_sets::actor.eq(actor(tx)),
                    policy_sets::staged_at.eq(tx.now().0),
                ))
                .execute(tx.db)?;
        }
        diesel::insert_into(policy_proofs::table)
            .values((
                policy_proofs::digest.eq(digest.to_string()),
                policy_proofs::guarantees.eq(guarantees.to_string()),
                policy_proofs::verdict.eq(verdict),
                policy_proofs::actor.eq(actor(tx)),
                policy_proofs::proved_at.eq(tx.now().0),
            ))
            .execute(tx.db)?;
        let event = Event::platform("policies", digest, if known { "proved-again" } else { "staged" })
            .with("note", note)
            .with("schema", schema)
            .with("guarantees", guarantees)
            .with("verdict", verdict);
        Ok(Change::of(digest, event))
    })
}

/// Makes a staged set the one that decides on every server of this database; none: the program's own.
///
/// # Errors
/// [`StoreError::Conflict`] where it is active already, is not staged or cannot decide here: then those before decide
/// on. Refused, or the database's.
pub fn activate(
    store: &Store,
    permit: Permit<ActivatePolicies>,
    digest: Option<Digest>,
    reason: &Line,
) -> Result<Replaced, StoreError> {
    store.write(permit, |tx, _| {
        let all = history(tx.db)?;
        replace(tx, &all, digest, None, reason)
    })
}

/// Goes back to what decided before the last activation that was not taken back yet.
///
/// # Errors
/// [`StoreError::Conflict`] where nothing decided before, or what did cannot decide here. Refused, or the database's.
pub fn roll_back(
    store: &Store,
    permit: Permit<RollBackPolicies>,
    reason: &Line,
) -> Result<Replaced, StoreError> {
    store.write(permit, |tx, _| {
        let all = history(tx.db)?;
        let (restores, digest) = earlier(&all).ok_or_else(|| {
            StoreError::Conflict("nothing was active before: the program's own policies decide".into())
        })?;
        replace(tx, &all, digest, Some(restores), reason)
    })
}

/// `back`: for a roll-back, what it restores.
fn replace(
    tx: &mut Write<'_>,
    all: &[Activation],
    digest: Option<Digest>,
    back: Option<Option<i64>>,
    reason: &Line,
) -> Result<Change<Replaced>, StoreError> {
    let before = all.last().and_then(|it| it.digest);
    if before == digest && back.is_none() {
        return Err(StoreError::Conflict("these policies are active already".into()));
    }
    let store = tx.store.clone();
    if let Some(it) = digest {
        // whole before it takes effect: a set that could not decide is never the active one
        load(tx.db, store.standing(), it)?.map_err(StoreError::Conflict)?;
    }
    let transition = if back.is_some() { ROLLED_BACK } else { ACTIVATED };
    diesel::insert_into(policy_activations::table)
        .values((
            policy_activations::seq.eq(all.last().map_or(0, |it| it.seq) + 1),
            policy_activations::digest.eq(digest.map(|it| it.to_string())),
            policy_activations::transition.eq(transition),
            policy_activations::restores.eq(back.flatten()),
            policy_activations::reason.eq(reason.as_str()),
            policy_activations::actor.eq(actor(tx)),
            policy_activations::at.eq(tx.now().0),
        ))
        .execute(tx.db)
        .map_err(|e| match StoreError::from(e) {
            StoreError::Conflict(_) => {
                StoreError::Conflict("the active policies changed at the same moment: look again".into())
            }
            e => e,
        })?;
    let told = |it: Option<Digest>| it.unwrap_or_else(|| store.standing().built_in().digest());
    let replaced = Replaced { before: told(before), after: told(digest) };
    let event = Event::platform("policies", replaced.after, transition)
        .with("before.policies", replaced.before)
        .with("after.policies", replaced.after)
        .with("reason", reason);
    Ok(Change::of(replaced, event))
}

fn actor(tx: &Write<'_>) -> String {
    let actor = &tx.asker().actor;
    format!("{}/{}", actor.kind().as_str(), actor.id())
}
