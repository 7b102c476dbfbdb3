//! A snapshot in which an asker decides and fetches.

use crate::db::Db;
use crate::error::StoreError;
use crate::facts::Load;
use crate::pools::Store;
use domain::Moment;
use policy::{Action, Asker, Engine, Facts, Listable, Permit, Scope};
use std::sync::Arc;

/// Reads of one asker in one snapshot. Made by [`Store::read`].
pub struct Read<'a> {
    pub(crate) db: &'a mut Db,
    pub(crate) store: &'a Store,
    pub(crate) asker: Arc<Asker>,
}

impl<'a> Read<'a> {
    pub(crate) fn new(db: &'a mut Db, store: &'a Store, asker: Arc<Asker>) -> Self {
        Self { db, store, asker }
    }

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
    /// The engine that decides.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        self.store.engine()
    }

    /// May the asker do `A` to that? The only road from an id to a permit.
    ///
    /// # Errors
    /// Refused, absent (which answers as refused), or the database's.
    pub fn permit<A: Action>(
        &mut self,
        id: <A::On as Facts>::Id,
        input: A::Input,
    ) -> Result<Permit<A>, StoreError>
    where
        A::On: Load,
    {
        let facts = self.facts::<A>(id)?;
        Ok(self.store.engine().decide::<A>(&self.asker, &facts, input)?)
    }

    /// Whether the asker may do `A` to that, for what a page offers. Makes no permit.
    ///
    /// # Errors
    /// The database's.
    pub fn may<A: Action>(&mut self, id: <A::On as Facts>::Id, input: &A::Input) -> Result<bool, StoreError>
    where
        A::On: Load,
    {
        Ok(match A::On::load(self.db, id, &self.asker, false)? {
            Some(facts) => self.store.engine().may::<A>(&self.asker, &facts, input),
            None => false,
        })
    }

    /// The facts of a thing: the one unpermitted read, useful to policies alone.
    pub(crate) fn facts<A: Action>(&mut self, id: <A::On as Facts>::Id) -> Result<A::On, StoreError>
    where
        A::On: Load,
    {
        A::On::load(self.db, id, &self.asker, false)?.ok_or(StoreError::Absent)
    }

    /// Which things the asker may do `A` to.
    pub fn scope<A: Listable>(&self, input: &A::Input) -> Scope<A> {
        self.store.engine().scope::<A>(&self.asker, input)
    }
}
