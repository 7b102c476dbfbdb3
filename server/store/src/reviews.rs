//! What reviewers ask at the machine's own command line: facts of any kind, who there is, what was decided. Needs the
//! operator's permit; ids and decisions go on from here, never a field's value.

use crate::db::Db;
use crate::error::StoreError;
use crate::facts::Load;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{accounts, decisions, engagement_counsel, memberships};
use crate::{Acting, DecisionRow};
use diesel::prelude::*;
use domain::{AccountId, WorkspaceId};
use policy::{Asker, EntityKind, Facts, Permit, Thing, actions::ExplainLocally, facts};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A page of accounts with every capacity in which each may ask, and the account to go on after.
pub type Principals = (Vec<(AccountId, Acting)>, Option<AccountId>);

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
                decisions::allowed,
                decisions::decided_by,
                decisions::policies,
            ))
            .load(self.db)?)
    }
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
            .filter(memberships::account.eq_any(&ids))
            .order(memberships::id)
            .select((memberships::account, memberships::workspace))
            .load(&mut db)?;
        let counsel: Vec<Word<AccountId>> = engagement_counsel::table
            .filter(engagement_counsel::account.eq_any(&ids))
            .select(engagement_counsel::account)
            .distinct()
            .load(&mut db)?;
        let mut by_account: BTreeMap<AccountId, Vec<Acting>> = BTreeMap::new();
        for (account, workspace) in member {
            by_account.entry(account.0).or_default().push(Acting::Workspace(workspace.0));
        }
        for account in counsel {
            by_account.entry(account.0).or_default().push(Acting::Counsel);
        }
        let mut all = Vec::new();
        for (account, is_admin) in &found {
            all.extend(by_account.remove(&account.0).into_iter().flatten().map(|it| (account.0, it)));
            all.extend(is_admin.then_some((account.0, Acting::Admin)));
        }
        let next = found.last().filter(|_| more).map(|it| it.0.0);
        Ok((all, next))
    }
}
