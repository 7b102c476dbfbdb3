//! What reviewers ask at the machine's own command line: facts of any kind, who there is, what was decided. Needs the
//! operator's permit; ids, decisions and what was told with them go on from here, never a field's value.

use crate::db::Db;
use crate::error::StoreError;
use crate::facts::Load;
use crate::lists::{Page, by_kind, scope_filter};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, decisions, memberships, profiles, workspaces};
use crate::{Acting, DecisionRow};
use diesel::prelude::*;
use domain::{AccountId, Kind, WorkspaceId};
use policy::{
    ActionName, Actor, Asker, Engine, EntityKind, Facts, Filter, Permit, Thing, Told,
    actions::ExplainLocally, facts,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A page of accounts with every capacity in which each may ask, and the account to go on after.
pub type Principals = (Vec<(AccountId, Acting)>, Option<AccountId>);

/// A page of things, and the key to go on after.
pub type Things = (Vec<Thing>, Option<String>);

/// The facts of a thing of any kind that is kept, as this asker's relations make them.
pub(crate) fn any(
    db: &mut Db,
    asker: &Arc<Asker>,
    kind: EntityKind,
    id: &str,
) -> Result<Option<Thing>, StoreError> {
    macro_rules! load { ($($($Kind:ident)|+ => $Facts:ident),+ $(,)?) => {
        match kind {
            $($(EntityKind::$Kind)|+ => match id.parse::<<facts::$Facts as Facts>::Id>() {
                Ok(id) => {
                    let found = <facts::$Facts as Load>::load(db, id, asker, false)?;
                    found.filter(|it| it.kind() == kind).map(Thing::from)
                }
                Err(_) => None,
            },)+
            EntityKind::Platform => Some(facts::Platform.into()),
            _ => None,
        }
    } }
    Ok(load! {
        Profile => Profile, Mandate => Mandate, Partnership => Partnership, Enquiry => Enquiry,
        Engagement => Engagement, AuditChain => AuditChain, Request => Request, Hold => Hold,
        Message => Message, Document => Document, Draft => Draft, Account => Account, AccessCode => AccessCode,
        ArtistWorkspace | AgencyWorkspace | PresenterWorkspace => Workspace,
    })
}

impl Read<'_> {
    /// The facts of a thing by the names that reviewers type. `None`: there is none, or its kind is not kept.
    ///
    /// # Errors
    /// The database's.
    pub fn any(
        &mut self,
        _permit: &Permit<ExplainLocally>,
        kind: EntityKind,
        id: &str,
    ) -> Result<Option<Thing>, StoreError> {
        any(self.db, &self.asker, kind, id)
    }

    /// A page of the things of this kind that the action's list would select under these policies; of all of them where
    /// the action has no lists. `None`: nothing of this kind is kept.
    ///
    /// # Errors
    /// The database's.
    pub fn things(
        &mut self,
        permit: &Permit<ExplainLocally>,
        (engine, told): (&Engine, &Told),
        action: ActionName,
        kind: EntityKind,
        page: &Page,
    ) -> Result<Option<Things>, StoreError> {
        let filter = scope_filter(engine, &self.asker, action, told).flatten().unwrap_or(Filter::Always);
        let page = &self.behind(kind, page)?;
        Ok(Some(by_kind!(kind, F => {
            let found = self.selected::<F>(&filter, &|| None, page)?;
            let things = found.facts.into_iter().filter(|it| it.kind() == kind).map(Thing::from).collect();
            (things, found.next.map(|it| id_of(&it).to_owned()))
        }, else match kind {
            EntityKind::Platform => (vec![facts::Platform.into()], None),
            // an engagement's ledger has its engagement's id
            EntityKind::AuditChain => {
                let found = self.selected::<facts::Engagement>(&Filter::Always, &|| None, page)?;
                let mut things = Vec::new();
                for it in found.facts {
                    things.extend(self.any(permit, kind, it.id.as_str())?);
                }
                (things, found.next)
            }
            _ => return Ok(None),
        })))
    }

    /// A place to go on from, which is told by an id alone, as the list keys it: artists stand in the order of their names,
    /// and no name is told here.
    fn behind(&mut self, kind: EntityKind, page: &Page) -> Result<Page, StoreError> {
        let after = match (&page.after, kind) {
            (Some(id), EntityKind::Profile) => {
                let name: String = profiles::table
                    .find(id_of(id))
                    .select(profiles::sort_name)
                    .first(self.db)
                    .optional()?
                    .ok_or(StoreError::Absent)?;
                Some(format!("{name}\t{}", id_of(id)))
            }
            (after, _) => after.clone(),
        };
        Ok(Page { after, limit: page.limit })
    }

    /// The last decisions of the log, newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn decisions_last(
        &mut self,
        _permit: &Permit<ExplainLocally>,
        limit: i64,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        Ok(decisions::table
            .order(decisions::seq.desc())
            .limit(limit)
            .select((
                decisions::at,
                decisions::visit,
                decisions::actor,
                decisions::workspace,
                decisions::action,
                decisions::thing,
                decisions::told,
                decisions::allowed,
                decisions::decided_by,
                decisions::policies,
                decisions::more,
            ))
            .load(self.db)?)
    }
}

/// The id in a list's key, which ends with it.
fn id_of(key: &str) -> &str {
    key.rsplit('\t').next().unwrap_or(key)
}

impl Store {
    /// Accounts in order of their making, each with the capacities in which it may ask.
    ///
    /// # Errors
    /// The database's.
    pub fn principals(
        &self,
        _permit: &Permit<ExplainLocally>,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Principals, StoreError> {
        let mut db = self.reader()?;
        let mut query = accounts::table
            .select((accounts::id, accounts::is_admin))
            .order(accounts::id)
            .limit(i64::try_from(limit + 1).unwrap_or(i64::MAX))
            .into_boxed();
        if let Some(it) = after {
            query = query.filter(accounts::id.gt(it.to_string()));
        }
        let mut found: Vec<(Word<AccountId>, bool)> = query.load(&mut db)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let ids: Vec<String> = found.iter().map(|it| it.0.0.to_string()).collect();
        let member: Vec<(Word<AccountId>, Word<WorkspaceId>)> = memberships::table
            .inner_join(workspaces::table.on(workspaces::id.eq(memberships::workspace)))
            .filter(memberships::account.eq_any(&ids).and(workspaces::closed_at.is_null()))
            .order(memberships::id)
            .select((memberships::account, memberships::workspace))
            .load(&mut db)?;
        let mut by_account: BTreeMap<AccountId, Vec<Acting>> = BTreeMap::new();
        for (account, workspace) in member {
            by_account.entry(account.0).or_default().push(Acting::Workspace(workspace.0));
        }
        let mut all = Vec::new();
        for (account, is_admin) in &found {
            all.extend(by_account.remove(&account.0).into_iter().flatten().map(|it| (account.0, it)));
            // whoever has an account may ask as counsel, and applicants have no other way
            all.push((account.0, Acting::Counsel));
            all.extend(is_admin.then_some((account.0, Acting::Admin)));
        }
        let next = found.last().filter(|_| more).map(|it| it.0.0);
        Ok((all, next))
    }

    /// Workspaces in order of their making, each of which may have machine credentials, and the one to go on after.
    ///
    /// # Errors
    /// The database's.
    pub fn workspaces(
        &self,
        _permit: &Permit<ExplainLocally>,
        after: Option<WorkspaceId>,
        limit: usize,
    ) -> Result<(Vec<WorkspaceId>, Option<WorkspaceId>), StoreError> {
        let mut db = self.reader()?;
        let mut query = workspaces::table
            .filter(workspaces::closed_at.is_null())
            .select(workspaces::id)
            .order(workspaces::id)
            .limit(i64::try_from(limit + 1).unwrap_or(i64::MAX))
            .into_boxed();
        if let Some(it) = after {
            query = query.filter(workspaces::id.gt(it.to_string()));
        }
        let found: Vec<Word<WorkspaceId>> = query.load(&mut db)?;
        let more = found.len() > limit;
        let all: Vec<WorkspaceId> = found.into_iter().take(limit).map(|it| it.0).collect();
        let next = all.last().copied().filter(|_| more);
        Ok((all, next))
    }

    /// A machine credential of this workspace, as who asks. `None`: there is no such workspace, or it is closed.
    ///
    /// # Errors
    /// The database's.
    pub fn credential(
        &self,
        _permit: &Permit<ExplainLocally>,
        workspace: WorkspaceId,
    ) -> Result<Option<Actor>, StoreError> {
        Ok(credential(&mut *self.reader()?, workspace)?)
    }
}

pub(crate) fn credential(db: &mut Db, workspace: WorkspaceId) -> QueryResult<Option<Actor>> {
    let kind: Option<Word<Kind>> = workspaces::table
        .find(workspace.to_string())
        .filter(workspaces::closed_at.is_null())
        .select(workspaces::kind)
        .first(db)
        .optional()?;
    Ok(kind.map(|kind| Actor::Automation("credential", Some((kind.0, workspace)))))
}
