//! Reviewed-access codes: an admin looked at somebody before they came.

use super::changed;
use super::secrets::{access_code, access_code_hash};
use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::Event;
use crate::lists::Page;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{access_codes, accounts};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::Line;
use domain::{AccountId, AccountStatus, CodeId, Fault, Kind, Moment, Version};
use policy::{
    Factor, Permit, Unasked,
    actions::{IssueCode, RevokeCode, UseCode, ViewCode},
};

/// Most uses of one code.
pub const MOST_USES: i64 = 500;
/// Most days that a code lasts.
pub const LONGEST_DAYS: i64 = 365;

/// What a code shall open.
#[derive(Debug, Clone)]
pub struct CodeTerms {
    /// For workspaces of this kind.
    pub kind: Kind,
    /// How many accounts, 1 to [`MOST_USES`].
    pub uses: i64,
    /// How many days, 1 to [`LONGEST_DAYS`].
    pub days: i64,
    /// For whom and why.
    pub note: Line,
    /// Whether the workspace is verified with it.
    pub verifies: bool,
}

/// A code that was just issued: its text is shown once and kept nowhere.
#[derive(Debug)]
pub struct IssuedCode {
    /// Its id.
    pub id: CodeId,
    /// The text.
    pub text: String,
}

/// A code as admins see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Its id.
    pub id: CodeId,
    /// The edition.
    pub version: Version,
    /// For workspaces of this kind.
    pub kind: Kind,
    /// How many accounts at most.
    pub uses: i64,
    /// How many so far.
    pub used: i64,
    /// Until when.
    pub expires_at: Moment,
    /// For whom and why.
    pub note: String,
    /// Whether the workspace is verified with it.
    pub verifies: bool,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub created_at: Moment,
    /// Since when it opens nothing.
    pub revoked_at: Option<Moment>,
    /// Whether whoever issued it is still platform staff; it opens nothing otherwise.
    pub in_office: bool,
}

/// Issues a code.
///
/// # Errors
/// A conflict for terms out of bounds; the database's.
pub fn code_issue(
    store: &Store,
    permit: Permit<IssueCode>,
    it: &CodeTerms,
) -> Result<IssuedCode, StoreError> {
    if !(1..=MOST_USES).contains(&it.uses) || !(1..=LONGEST_DAYS).contains(&it.days) {
        return Err(StoreError::Conflict("These terms are out of bounds.".into()));
    }
    store.write(permit, |tx, _| {
        let issuer = tx.asker().actor.account().ok_or(StoreError::Absent)?;
        let (id, text, now) = (tx.fresh::<CodeId>(), access_code(&tx.secret()), tx.now());
        let expires = now.plus(it.days * Moment::DAY);
        diesel::insert_into(access_codes::table)
            .values((
                access_codes::id.eq(id.as_str()),
                access_codes::hash.eq(access_code_hash(&text).to_vec()),
                access_codes::kind.eq(it.kind.as_str()),
                access_codes::uses.eq(it.uses),
                access_codes::used.eq(0),
                access_codes::expires_at.eq(expires.0),
                access_codes::note.eq(it.note.as_str()),
                access_codes::verifies.eq(it.verifies),
                access_codes::issuer.eq(issuer.as_str()),
                access_codes::created_at.eq(now.0),
                access_codes::version.eq(1),
            ))
            .execute(tx.db)?;
        let event = Event::platform("access-code", id, "issued")
            .with("after.kind", it.kind)
            .with("after.uses", it.uses)
            .with("after.expires", expires.rfc3339())
            .with("after.note", &it.note)
            .with("after.verifies", it.verifies);
        Ok(Change::of(IssuedCode { id, text }, event))
    })
}

/// A page of codes, newest first, and the key to go on after.
///
/// # Errors
/// The database's.
pub fn codes(db: &mut Read<'_>, page: &Page) -> Result<(Vec<CodeRow>, Option<String>), StoreError> {
    let scope = db.scope::<ViewCode>(&Factor);
    let list = db.list(&scope, &Factor, || None, page)?;
    let rows = list.rows.iter().map(|it| code_view(db, it)).collect::<Result<_, _>>()?;
    Ok((rows, list.next))
}

/// One code.
///
/// # Errors
/// Absent, or the database's.
pub fn code_view(db: &mut Read<'_>, permit: &Permit<ViewCode>) -> Result<CodeRow, StoreError> {
    type Row = (
        (Word<CodeId>, i64, Word<Kind>, i64, i64),
        (i64, String, bool, String),
        (i64, Option<i64>, bool, Word<AccountStatus>),
    );
    let row: Option<Row> = access_codes::table
        .inner_join(accounts::table.on(accounts::id.eq(access_codes::issuer)))
        .filter(access_codes::id.eq(permit.on().to_string()))
        .select((
            (
                access_codes::id,
                access_codes::version,
                access_codes::kind,
                access_codes::uses,
                access_codes::used,
            ),
            (access_codes::expires_at, access_codes::note, access_codes::verifies, accounts::name),
            (access_codes::created_at, access_codes::revoked_at, accounts::is_admin, accounts::status),
        ))
        .first(db.db)
        .optional()?;
    let (
        (id, version, kind, uses, used),
        (expires, note, verifies, issuer),
        (created, revoked, staff, status),
    ) = row.ok_or(StoreError::Absent)?;
    Ok(CodeRow {
        id: id.0,
        version: Version(version),
        kind: kind.0,
        uses,
        used,
        expires_at: Moment(expires),
        note,
        verifies,
        issuer,
        created_at: Moment(created),
        revoked_at: revoked.map(Moment),
        in_office: staff && status.0 == AccountStatus::Approved,
    })
}

/// Revokes a code: it opens nothing from the next request on. Accounts that came by it stay.
///
/// # Errors
/// A conflict where it was revoked already; stale; the database's.
pub fn code_revoke(store: &Store, permit: Permit<RevokeCode>) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        if facts.revoked {
            return Err(StoreError::Conflict("This code was revoked already.".into()));
        }
        let row = access_codes::table
            .filter(access_codes::id.eq(facts.id.to_string()).and(access_codes::version.eq(facts.version.0)));
        let rows = diesel::update(row)
            .set((
                access_codes::revoked_at.eq(Some(tx.now().0)),
                access_codes::version.eq(facts.version.0 + 1),
            ))
            .execute(tx.db)?;
        changed(rows, facts.version)?;
        Ok(Change::of((), Event::platform("access-code", facts.id, "revoked").change("revoked", false, true)))
    })
}

/// A code that an applicant holds.
pub(super) struct Held {
    pub(super) id: CodeId,
    pub(super) issuer: AccountId,
    pub(super) verifies: bool,
}

/// The use of this code as policies see it: a fault where it was revoked, or its issuer left the platform's staff.
pub(super) fn usable(tx: &mut Write<'_>, code: &Held) -> Result<Result<(), Fault>, StoreError> {
    match tx.also::<UseCode>(code.id, Unasked) {
        Ok(_) => Ok(Ok(())),
        Err(StoreError::Refused(_)) => {
            Ok(Err(Fault::new("This code no longer opens anything. Ask for another, or leave it out")))
        }
        Err(e) => Err(e),
    }
}

/// The code with this text, or what is wrong with it. Whoever holds a code may know why it does not work.
pub(super) fn find(
    db: &mut Db,
    text: &str,
    kind: Kind,
    now: Moment,
) -> Result<Result<Held, Fault>, StoreError> {
    type Row = (Word<CodeId>, Word<AccountId>, Word<Kind>, (i64, i64, i64), bool);
    let row: Option<Row> = access_codes::table
        .filter(access_codes::hash.eq(access_code_hash(text).to_vec()))
        .select((
            access_codes::id,
            access_codes::issuer,
            access_codes::kind,
            (access_codes::uses, access_codes::used, access_codes::expires_at),
            access_codes::verifies,
        ))
        .first(db)
        .optional()?;
    let no = |text: &str| Ok(Err(Fault::new(text)));
    let Some((id, issuer, of, (uses, used, expires), verifies)) = row else {
        return no("There is no such code. Check it, or leave it out");
    };
    if expires <= now.0 {
        return no("This code has expired. Ask for another, or leave it out");
    }
    if used >= uses {
        return no("This code was used already. Ask for another, or leave it out");
    }
    if of.0 != kind {
        return Ok(Err(Fault::new(format!("This code is for another kind of workspace: {}", of.0))));
    }
    Ok(Ok(Held { id: id.0, issuer: issuer.0, verifies }))
}

/// Counts one use; a code that somebody else used up in the meantime is a fault.
pub(super) fn spend(db: &mut Db, code: &Held, now: Moment) -> Result<Result<(), Fault>, StoreError> {
    let open = access_codes::table
        .filter(access_codes::id.eq(code.id.to_string()))
        .filter(access_codes::used.lt(access_codes::uses))
        .filter(access_codes::expires_at.gt(now.0))
        .filter(access_codes::revoked_at.is_null());
    let rows = diesel::update(open).set(access_codes::used.eq(access_codes::used + 1)).execute(db)?;
    Ok(if rows == 1 {
        Ok(())
    } else {
        Err(Fault::new("This code was used already. Ask for another, or leave it out"))
    })
}
