//! Letters, posted in the same transaction as the change they tell of, and sent by a worker afterwards.

use crate::db::{Db, each};
use crate::error::StoreError;
use crate::pools::Store;
use crate::schema::outbox;
use diesel::prelude::*;
use domain::{AccountId, EngagementId, LetterId, Moment, WorkspaceId};
use policy::{Permit, actions::DispatchMail};

/// A letter to post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The recipient's account, where they have one; asked again at dispatch.
    pub account: Option<AccountId>,
    /// The workspace in whose name they get it.
    pub workspace: Option<WorkspaceId>,
    /// The engagement it speaks of: sent only while the recipient may still see that.
    pub engagement: Option<EngagementId>,
    /// The address.
    pub to: String,
    /// The subject; never a fee.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

impl Letter {
    /// A letter about the recipient's own account.
    #[must_use]
    pub fn plain(to: impl Into<String>, subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            account: None,
            workspace: None,
            engagement: None,
            to: to.into(),
            subject: subject.into(),
            text: text.into(),
        }
    }
}

/// A letter taken from the outbox, leased for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id; the transport's message id is made from it, so that a second try is no second letter.
    pub id: LetterId,
    /// Tries before this one.
    pub tries: i64,
    /// The letter.
    pub letter: Letter,
}

const LEASE: i64 = 2 * Moment::MINUTE;
const TRIES: i64 = 8;

pub(crate) fn post(db: &mut Db, store: &Store, now: Moment, letter: &Letter) -> Result<(), StoreError> {
    post_at(db, store, now, now, letter, true)
}

/// Posts a letter for `due`. One that is not `for_sending` is written all the same and goes nowhere, so that known and
/// unknown addresses cost the same.
pub(crate) fn post_at(
    db: &mut Db,
    store: &Store,
    now: Moment,
    due: Moment,
    letter: &Letter,
    for_sending: bool,
) -> Result<(), StoreError> {
    let id: LetterId = store.fresh(now);
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id.as_str()),
            outbox::account.eq(letter.account.as_ref().map(ToString::to_string)),
            outbox::workspace.eq(letter.workspace.as_ref().map(ToString::to_string)),
            outbox::engagement.eq(letter.engagement.as_ref().map(ToString::to_string)),
            outbox::recipient.eq(&letter.to),
            outbox::subject.eq(&letter.subject),
            outbox::body.eq(&letter.text),
            outbox::created_at.eq(now.0),
            outbox::due_at.eq(due.0),
            outbox::tries.eq(0),
            outbox::leased_until.eq(0),
            outbox::state.eq(if for_sending { "waiting" } else { "withheld" }),
        ))
        .execute(db)?;
    Ok(())
}

impl Store {
    /// Leases letters that are due, so that of several servers only one sends each.
    ///
    /// # Errors
    /// The database's.
    pub fn mail_lease(
        &self,
        _permit: &Permit<DispatchMail>,
        now: Moment,
        most: i64,
    ) -> Result<Vec<Mail>, StoreError> {
        type Row = (String, i64, Option<String>, Option<String>, Option<String>, String, String, String);
        self.change(|db| {
            let columns = (
                outbox::id,
                outbox::tries,
                outbox::account,
                outbox::workspace,
                outbox::engagement,
                outbox::recipient,
                outbox::subject,
                outbox::body,
            );
            let due =
                outbox::state.eq("waiting").and(outbox::due_at.le(now.0)).and(outbox::leased_until.le(now.0));
            let rows: Vec<Row> = match db {
                Db::Pg(it) => outbox::table
                    .filter(due)
                    .order((outbox::due_at, outbox::id))
                    .limit(most)
                    .select(columns)
                    .for_update()
                    .skip_locked()
                    .load(it)?,
                Db::Sqlite(it) => outbox::table
                    .filter(due)
                    .order((outbox::due_at, outbox::id))
                    .limit(most)
                    .select(columns)
                    .load(it)?,
            };
            let ids: Vec<&str> = rows.iter().map(|it| it.0.as_str()).collect();
            each!(db, it => diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
                .set(outbox::leased_until.eq(now.0 + LEASE))
                .execute(it))?;
            let parse = |it: Option<String>| it.and_then(|it| it.parse().ok());
            rows.into_iter()
                .map(|(id, tries, account, workspace, engagement, to, subject, text)| {
                    Ok(Mail {
                        id: id.parse().map_err(|_| StoreError::Corrupt("outbox.id"))?,
                        tries,
                        letter: Letter {
                            account: account.and_then(|it| it.parse().ok()),
                            workspace: workspace.and_then(|it| it.parse().ok()),
                            engagement: parse(engagement),
                            to,
                            subject,
                            text,
                        },
                    })
                })
                .collect()
        })
    }

    /// Notes what became of a leased letter: sent, withheld because the recipient may no longer see it, or to be tried
    /// again later; after eight tries it has failed.
    ///
    /// # Errors
    /// The database's.
    pub fn mail_done(&self, mail: &Mail, now: Moment, outcome: Result<bool, &str>) -> Result<(), StoreError> {
        let tries = mail.tries + 1;
        let (state, due, fault) = match outcome {
            Ok(true) => ("sent", now, None),
            Ok(false) => ("withheld", now, None),
            Err(fault) if tries >= TRIES => ("failed", now, Some(fault)),
            // 1, 2, 4 … minutes
            Err(fault) => ("waiting", now.plus(Moment::MINUTE << mail.tries.clamp(0, 10)), Some(fault)),
        };
        // a letter may hold a sign-in link: once it has left, or never will, its text is not kept
        let text = matches!(state, "sent" | "withheld" | "failed").then(|| outbox::body.eq(""));
        self.change(|db| {
            diesel::update(outbox::table.find(mail.id.as_str()))
                .set((
                    text,
                    outbox::state.eq(state),
                    outbox::due_at.eq(due.0),
                    outbox::tries.eq(tries),
                    outbox::leased_until.eq(0),
                    outbox::fault.eq(fault),
                ))
                .execute(db)?;
            Ok(())
        })
    }
}
