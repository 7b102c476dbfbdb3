//! Sign-in links: single use, fifteen minutes, hashed, bound to the browser that asked; else a short code there.
//!
//! A request does the same work for every mailbox: a row and a letter are written either way, and only a known
//! mailbox's letter is for sending. Delays by mailbox move the hour of sending and never touch a link that was sent.
//! Wrong codes end the code of that one link; those that come after it are longer for a while, and none is locked.

use super::secrets::{hash, long_code, mailbox_key, secret_text, short_code, short_code_hash};
use super::{delays, delays::Delay, letters, sessions, sessions::Issued, sign_up};
use crate::db::Db;
use crate::error::StoreError;
use crate::forms;
use crate::ledger::Event;
use crate::lists::{Cond, MultiBackend};
use crate::outbox;
use crate::pools::Store;
use crate::rows::Word;
use crate::schema::{accounts, sign_in_links};
use crate::write::{Change, Write};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::bounded::Email;
use domain::{AccountId, Mint, Moment};
use policy::{
    Permit,
    actions::{PlantDemo, SignIn},
};
use subtle::ConstantTimeEq;

/// How long a link works, from the moment its letter may be sent: fifteen minutes.
pub const LINK_LIFE: i64 = 15 * Moment::MINUTE;
/// How many tries a short code has.
pub const SHORT_CODE_TRIES: i64 = 5;

/// Links to one mailbox that are sent at once; then each waits longer.
const FREE: i64 = 3;
const FIRST_WAIT: i64 = 30 * Moment::SECOND;
/// No letter ever waits longer, so that nobody can keep another out by asking for them.
const LONGEST_WAIT: i64 = 10 * Moment::MINUTE;
/// After so much silence a mailbox begins anew.
const REST: i64 = Moment::HOUR;
/// Wrong short codes for a mailbox, from wherever, beyond which its next ones are long until a day went without any.
const WRONG_CODES: i64 = 10;

/// Whose sign-in was tried, as far as it can be told, for the record of what failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// The account.
    pub account: Option<AccountId>,
    /// What stands for the mailbox; its address is not kept.
    pub mailbox: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug)]
pub enum Miss {
    /// The link is good, but another browser asked for it.
    OtherBrowser(Tried),
    /// Unknown, used, too old, or a wrong code: one answer.
    No(Tried),
    /// The store's.
    Store(StoreError),
}
impl From<StoreError> for Miss {
    fn from(it: StoreError) -> Self {
        Self::Store(it)
    }
}
impl From<diesel::result::Error> for Miss {
    fn from(it: diesel::result::Error) -> Self {
        Self::Store(it.into())
    }
}

/// Takes a request for a link from the browser whose secret has this hash.
///
/// # Errors
/// Spent, or the database's.
pub fn link_request(
    store: &Store,
    permit: &Permit<SignIn>,
    email: &Email,
    browser: &[u8; 32],
    origin: &str,
) -> Result<(), StoreError> {
    let now = permit.asker().now;
    let mailbox = mailbox_key(&email.mailbox());
    let (secret, code) = (store.secret(), store.secret());
    let token = hash(&secret);
    store.change(|db| {
        forms::take(db, store.once.as_ref(), now)?;
        let key = format!("mailbox:{mailbox}");
        let so_far = delays::counted(db, &key, now, REST)?;
        let failures = so_far.failures + 1;
        let wait = delays::growing(failures, FREE, FIRST_WAIT, LONGEST_WAIT);
        let due = now.plus(wait);
        delays::keep(db, &key, Delay { failures, until: due }, now)?;
        let wrong = delays::counted(db, &codes_key(&mailbox), now, Moment::DAY)?.failures;
        // Five tries at each of many links would find six digits in the end. Nobody is told which a mailbox gets but in
        // its own mail.
        let code = if failures > FREE || wrong >= WRONG_CODES { long_code(&code) } else { short_code(&code) };
        let known = sign_up::known(db, email)?;
        let expires = due.plus(LINK_LIFE);
        let link =
            Link { token, mailbox: &mailbox, account: known.as_ref().map(|it| it.0), browser: &browser[..] };
        insert(db, &link, &code, now, expires)?;
        let to = known.as_ref().map(|it| it.1.as_str()).unwrap_or_default();
        let letter = letters::link(to, &secret_text(&secret), &code, expires, origin);
        outbox::post_at(db, store, now, due, &letter, known.is_some())
    })
}

/// Under which key wrong codes for a mailbox are counted.
fn codes_key(mailbox: &str) -> String {
    format!("codes:{mailbox}")
}

struct Link<'a> {
    token: [u8; 32],
    mailbox: &'a str,
    account: Option<AccountId>,
    /// The hash of the asking browser's secret; empty for a link that the operator hands over.
    browser: &'a [u8],
}

fn insert(db: &mut Db, it: &Link<'_>, code: &str, now: Moment, expires: Moment) -> Result<(), StoreError> {
    diesel::insert_into(sign_in_links::table)
        .values((
            sign_in_links::token.eq(it.token.to_vec()),
            sign_in_links::mailbox.eq(it.mailbox),
            sign_in_links::account.eq(it.account.as_ref().map(ToString::to_string)),
            sign_in_links::browser.eq(it.browser.to_vec()),
            sign_in_links::code.eq(short_code_hash(&it.token, code).to_vec()),
            sign_in_links::tries.eq(0),
            sign_in_links::created_at.eq(now.0),
            sign_in_links::expires_at.eq(expires.0),
        ))
        .execute(db)?;
    Ok(())
}

/// A link that any browser may use, for a person at the machine's own command line to hand over.
pub(super) fn hand_over(
    db: &mut Db,
    store: &Store,
    account: AccountId,
    mailbox: &str,
    now: Moment,
    expires: Moment,
) -> Result<String, StoreError> {
    let secret = store.with_mint(Mint::secret);
    let link =
        Link { token: hash(&secret), mailbox: &mailbox_key(mailbox), account: Some(account), browser: &[] };
    // nobody is told this code
    let code = short_code(&store.secret());
    insert(db, &link, &code, now, expires)?;
    Ok(secret_text(&secret))
}

/// The accounts of these mailboxes, for a demonstration that finds its people again; `None` where one is missing.
///
/// # Errors
/// The database's.
pub fn planted(
    store: &Store,
    _permit: &Permit<PlantDemo>,
    mailboxes: &[String],
) -> Result<Option<Vec<AccountId>>, StoreError> {
    let mut db = store.reader()?;
    let mut found = Vec::new();
    for mailbox in mailboxes {
        let account: Option<Word<AccountId>> = accounts::table
            .filter(accounts::mailbox.eq(mailbox))
            .select(accounts::id)
            .first(&mut *db)
            .optional()?;
        let Some(account) = account else { return Ok(None) };
        found.push(account.0);
    }
    Ok(Some(found))
}

/// A link for a persona of the demonstration world, for any browser; gives the token.
///
/// # Errors
/// Absent, or the database's.
pub fn link_plant(
    store: &Store,
    permit: Permit<PlantDemo>,
    account: AccountId,
    expires: Moment,
) -> Result<String, StoreError> {
    store.write(permit, |tx, _| {
        let mailbox = sessions::mailbox(tx.db, account)?.ok_or(StoreError::Absent)?;
        let token = hand_over(tx.db, tx.store, account, &mailbox, tx.now(), expires)?;
        Ok(Change::of(token, Event::platform("account", account, "link-handed-over")))
    })
}

/// Uses a link: `token` is the hash of its secret, `browser` that of the browser that came, `old` that of a session
/// that ends with this sign-in.
///
/// # Errors
/// [`Miss`].
pub fn link_redeem(
    store: &Store,
    permit: Permit<SignIn>,
    token: &[u8; 32],
    browser: &[u8; 32],
    agent: &str,
    old: Option<&[u8; 32]>,
) -> Result<Issued, Miss> {
    store.write(permit, |tx, _| {
        let now = tx.now();
        let open = sign_in_links::table
            .filter(sign_in_links::token.eq(token.to_vec()))
            .filter(sign_in_links::used_at.is_null())
            .filter(sign_in_links::expires_at.gt(now.0))
            .filter(sign_in_links::account.is_not_null());
        let here = sign_in_links::browser.eq(browser.to_vec()).or(sign_in_links::browser.eq(Vec::new()));
        let rows = diesel::update(open.clone().filter(here))
            .set(sign_in_links::used_at.eq(Some(now.0)))
            .execute(tx.db)?;
        if rows == 0 {
            let tried = tried(tx.db, sign_in_links::token.eq(token.to_vec()))?;
            let elsewhere: i64 = open.count().get_result(tx.db)?;
            return Err(if elsewhere > 0 { Miss::OtherBrowser(tried) } else { Miss::No(tried) });
        }
        opened(tx, token, "link", agent, old)
    })
}

/// Uses the short code of a link that this browser asked for.
///
/// # Errors
/// [`Miss`].
pub fn code_redeem(
    store: &Store,
    permit: Permit<SignIn>,
    code: &str,
    browser: &[u8; 32],
    agent: &str,
    old: Option<&[u8; 32]>,
) -> Result<Issued, Miss> {
    type Row = (Vec<u8>, Vec<u8>, String, Option<String>);
    let now = permit.asker().now;
    // a try is taken before anything is compared, so that tries at once cannot be more than allowed
    let candidates: Vec<Row> = store.change(|db| {
        let open = sign_in_links::browser
            .eq(browser.to_vec())
            .and(sign_in_links::used_at.is_null())
            .and(sign_in_links::expires_at.gt(now.0))
            .and(sign_in_links::tries.lt(SHORT_CODE_TRIES));
        let tokens: Vec<Vec<u8>> = sign_in_links::table
            .filter(open)
            .order(sign_in_links::created_at.desc())
            .limit(3)
            .select(sign_in_links::token)
            .load(db)?;
        let mut taken = Vec::new();
        for token in tokens {
            let row = sign_in_links::table.filter(
                sign_in_links::token.eq(token.clone()).and(sign_in_links::tries.lt(SHORT_CODE_TRIES)),
            );
            let rows =
                diesel::update(row).set(sign_in_links::tries.eq(sign_in_links::tries + 1)).execute(db)?;
            if rows == 1 {
                taken.push(
                    sign_in_links::table
                        .filter(sign_in_links::token.eq(token))
                        .select((
                            sign_in_links::token,
                            sign_in_links::code,
                            sign_in_links::mailbox,
                            sign_in_links::account,
                        ))
                        .first(db)?,
                );
            }
        }
        Ok(taken)
    })?;
    let mut right = candidates.iter().filter(|it| {
        let same: bool = it.1.ct_eq(&short_code_hash(&it.0, code)).into();
        same && it.3.is_some()
    });
    let Some((token, ..)) = right.next_back() else {
        let whose = store.change(|db| {
            // in one order, so that nobody waits in a circle
            let mut keys: Vec<String> = candidates.iter().map(|it| codes_key(&it.2)).collect();
            keys.sort_unstable();
            for key in keys {
                let failures = delays::counted(db, &key, now, Moment::DAY)?.failures + 1;
                delays::keep(db, &key, Delay { failures, until: now }, now)?;
            }
            tried(db, sign_in_links::browser.eq(browser.to_vec()))
        })?;
        return Err(Miss::No(whose));
    };
    store.write(permit, |tx, _| {
        let open = sign_in_links::table
            .filter(sign_in_links::token.eq(token.clone()))
            .filter(sign_in_links::used_at.is_null())
            .filter(sign_in_links::expires_at.gt(tx.now().0));
        let rows = diesel::update(open).set(sign_in_links::used_at.eq(Some(tx.now().0))).execute(tx.db)?;
        if rows == 0 {
            return Err(Miss::No(tried(tx.db, sign_in_links::token.eq(token.clone()))?));
        }
        opened(tx, token, "code", agent, old)
    })
}

/// Whose the newest of these links is, if there is one.
fn tried<C>(db: &mut Db, which: C) -> Result<Tried, StoreError>
where
    C: BoxableExpression<sign_in_links::table, MultiBackend, SqlType = Bool> + 'static,
{
    let which: Cond<sign_in_links::table> = Box::new(which);
    let row: Option<(Option<Word<AccountId>>, String)> = sign_in_links::table
        .filter(which)
        .order(sign_in_links::created_at.desc())
        .select((sign_in_links::account, sign_in_links::mailbox))
        .first(db)
        .optional()?;
    Ok(row.map_or_else(Tried::default, |(account, mailbox)| Tried {
        account: account.map(|it| it.0),
        mailbox: Some(mailbox),
    }))
}

/// The session of a link that was just used.
fn opened(
    tx: &mut Write<'_>,
    token: &[u8],
    by: &'static str,
    agent: &str,
    old: Option<&[u8; 32]>,
) -> Result<Change<Issued>, Miss> {
    let (account, mailbox): (Word<AccountId>, String) = sign_in_links::table
        .filter(sign_in_links::token.eq(token.to_vec()))
        .select((sign_in_links::account.assume_not_null(), sign_in_links::mailbox))
        .first(tx.db)?;
    delays::forget(tx.db, &format!("mailbox:{mailbox}"))?;
    if let Some(old) = old {
        sessions::end(tx.db, old)?;
    }
    let issued = sessions::open(tx, account.0, agent, None)?;
    let event = Event::platform("session", issued.id, "signed-in").with("account", account.0).with("by", by);
    Ok(Change::of(issued, event))
}
