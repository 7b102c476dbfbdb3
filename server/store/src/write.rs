//! The one way to change tenant data: spend a permit, and the change, its ledger entry and its letters land together.

use crate::db::{self, Db, Kind};
use crate::doors;
use crate::error::StoreError;
use crate::facts::Load;
use crate::forms;
use crate::ledger::{self, Event, Stamp};
use crate::outbox::{self, Letter};
use crate::pools::{Passed, Store};
use diesel::Connection as _;
use domain::{Id, Mint, Moment, Version};
use policy::{Action, Asker, Facts, Permit};
use std::sync::Arc;

/// A change in the making. Made by [`Store::write`].
pub struct Write<'a> {
    pub(crate) db: &'a mut Db,
    pub(crate) store: &'a Store,
    pub(crate) asker: Arc<Asker>,
    stamp: &'a Stamp,
}

/// What a write hands back: the result, what the ledger shall say, and whom to tell. No event, no change.
#[must_use]
pub struct Change<T> {
    made: T,
    events: Vec<Event>,
    letters: Vec<Letter>,
}
impl<T> Change<T> {
    /// A change and its ledger entry.
    pub fn of(made: T, event: Event) -> Self {
        Self { made, events: vec![event], letters: Vec::new() }
    }
    /// With a further entry.
    pub fn and(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }
    /// With further entries.
    pub fn and_all(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        self
    }
    /// With a letter.
    pub fn telling(mut self, letter: impl IntoIterator<Item = Letter>) -> Self {
        self.letters.extend(letter);
        self
    }
    /// The result so far.
    pub(crate) fn made(&self) -> &T {
        &self.made
    }
    /// With another result.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Change<U> {
        Change { made: f(self.made), events: self.events, letters: self.letters }
    }
}

impl Write<'_> {
    /// Who asks.
    #[must_use]
    pub fn asker(&self) -> &Arc<Asker> {
        &self.asker
    }
    /// When.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.asker.now
    }
    /// A fresh id.
    pub fn fresh<I: Id>(&self) -> I {
        self.store.fresh(self.asker.now)
    }
    /// 32 fresh random bytes.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.store.with_mint(Mint::secret)
    }

    /// Does a piece of work, all of it or nothing of it.
    pub(crate) fn whole<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (store, stamp, asker) = (self.store, self.stamp, self.asker.clone());
        self.db.transaction(|db| work(&mut Write { db, store, asker, stamp }))
    }

    /// Does the same and takes it back, so that only what it costs is left of it: for answers that must not tell by the
    /// time they take which of two things was done.
    pub(crate) fn undone<E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Write<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut fault = None;
        let done = self.whole(|tx| {
            fault = work(tx).err();
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        });
        match (done, fault) {
            (_, Some(fault)) => Err(fault),
            (Err(diesel::result::Error::RollbackTransaction) | Ok(()), None) => Ok(()),
            (Err(e), None) => Err(StoreError::from(e).into()),
        }
    }

    /// As [`Self::undone`], for a change; one entry and one letter are left to the change that stands.
    pub(crate) fn taken_back<E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Write<'_>) -> Result<Change<()>, E>,
    ) -> Result<(), E> {
        self.undone(|tx| {
            let Change { events, letters, .. } = work(tx)?;
            for event in events.into_iter().skip(1) {
                ledger::append(tx.db, tx.store, tx.stamp, event)?;
            }
            Ok(tx.post(letters.get(1..).unwrap_or_default())?)
        })
    }

    /// Puts letters into the outbox.
    pub(crate) fn post(&mut self, letters: &[Letter]) -> Result<(), StoreError> {
        for letter in letters {
            outbox::post(self.db, self.store, self.asker.now, letter)?;
        }
        Ok(())
    }

    /// Decides a second right that the same change needs, with its rows locked.
    ///
    /// # Errors
    /// Refused, absent, or the database's.
    pub fn also<A: Action>(
        &mut self,
        id: <A::On as Facts>::Id,
        input: A::Input,
    ) -> Result<(Permit<A>, A::On), StoreError>
    where
        A::On: Load,
    {
        let facts = A::On::load(self.db, id, &self.asker, true)?.ok_or(StoreError::Absent)?;
        Ok((self.store.engine().decide::<A>(&self.asker, &facts, input)?, facts))
    }
}

/// Refuses what was decided on another edition than the one that stands.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn fresh_enough(shown: Version, stands: Version) -> Result<(), StoreError> {
    if shown == stands { Ok(()) } else { Err(StoreError::Stale { shown, stands }) }
}

impl Store {
    /// Spends `permit`. The asker's own standing and the thing's facts are loaded anew with their rows locked, and the
    /// same right is decided again; then everything inside commits with its ledger entries and letters, or nothing does.
    /// A store that was made by [`Store::once`] takes its form first.
    ///
    /// # Errors
    /// Spent where the form was taken before; refused or stale when something moved since the permit was given; those of
    /// `f`, or the database's.
    // by value: a permit is spent, and allows one change
    #[allow(clippy::needless_pass_by_value)]
    pub fn write<A: Action, T, E: From<StoreError>>(
        &self,
        permit: Permit<A>,
        f: impl FnOnce(&mut Write<'_>, &A::On) -> Result<Change<T>, E>,
    ) -> Result<T, E>
    where
        A::On: Load,
    {
        let mut connection = self.writer()?;
        db::transaction(&mut connection, Kind::Change, |db| {
            let done = (|| {
                // whatever decided when the permit was given: a change is decided by what is active when it begins
                self.standing().follow(db)?;
                let store = self.current();
                forms::take(db, store.once.as_ref(), permit.asker().now)?;
                let asker = doors::again(db, permit.asker())?;
                let facts = A::On::load(db, permit.on(), &asker, true)
                    .map_err(StoreError::from)?
                    .ok_or(StoreError::Absent)?;
                fresh_enough(permit.version(), facts.version())?;
                let again = store
                    .engine()
                    .decide::<A>(&asker, &facts, permit.input().clone())
                    .map_err(StoreError::from)?;
                let stamp = Stamp {
                    asker: asker.clone(),
                    action: A::NAME.as_str(),
                    by: again.by().map(str::to_owned).collect(),
                    policies: store.engine().digest(),
                };
                let mut tx = Write { db, store: &store, asker, stamp: &stamp };
                let Change { made, events, letters } = f(&mut tx, &facts)?;
                if events.is_empty() {
                    return Err(StoreError::Unrecorded.into());
                }
                for event in events {
                    ledger::append(tx.db, &store, &stamp, event)?;
                }
                tx.post(&letters)?;
                Ok(made)
            })();
            done.map_err(Passed::Theirs)
        })
        .map_err(Passed::into_theirs)
    }
}
