//! Facts of the platform, accounts, codes and workspaces.

use super::{Load, texts};
use crate::db::{Db, lock};
use crate::rows::Word;
use crate::schema::{access_codes, accounts, factors, memberships, workspaces};
use diesel::prelude::*;
use domain::{AccountId, AccountStatus, CodeId, Kind, PersonId, Version, WorkspaceId};
use policy::{Actor, Asker, facts};
use std::sync::Arc;

impl Load for facts::Platform {
    fn load_many(_: &mut Db, ids: &[facts::ThePlatform], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        Ok(ids.iter().map(|_| facts::Platform).collect())
    }
    fn lock(_: &mut Db, _: facts::ThePlatform) -> QueryResult<()> {
        Ok(())
    }
}

impl Load for facts::Account {
    fn load_many(db: &mut Db, ids: &[AccountId], asker: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        type Row = (Word<AccountId>, i64, Word<PersonId>, Word<AccountStatus>, Option<i64>);
        let rows: Vec<Row> = accounts::table
            .left_join(factors::table.on(factors::account.eq(accounts::id)))
            .filter(accounts::id.eq_any(texts(ids)))
            .select((
                accounts::id,
                accounts::version,
                accounts::person,
                accounts::status,
                factors::confirmed_at.nullable(),
            ))
            .load(db)?;
        let staff = match &asker.actor {
            Actor::Admin(it) => Some(it.person),
            _ => None,
        };
        let colleagues: Vec<Word<AccountId>> = match staff {
            None => Vec::new(),
            Some(person) => memberships::table
                .filter(memberships::account.eq_any(texts(ids)))
                .filter(memberships::workspace.eq_any(workspaces_of(db, person)?))
                .select(memberships::account)
                .load(db)?,
        };
        Ok(rows
            .into_iter()
            .map(|(id, version, person, status, confirmed)| Self {
                colleagues: staff.filter(|_| colleagues.contains(&id)).into_iter().collect(),
                id: id.0,
                version: Version(version),
                person: person.0,
                status: status.0,
                enrolled: confirmed.is_some(),
            })
            .collect())
    }
    fn lock(db: &mut Db, id: AccountId) -> QueryResult<()> {
        // every change of a factor locks its account first
        lock(db, "accounts", "id", id.as_str())
    }
}

/// The workspaces of which a person is a member.
fn workspaces_of(db: &mut Db, person: PersonId) -> QueryResult<Vec<String>> {
    memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .filter(accounts::person.eq(person.to_string()))
        .select(memberships::workspace)
        .load(db)
}

impl Load for facts::AccessCode {
    fn load_many(db: &mut Db, ids: &[CodeId], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        type Row = (Word<CodeId>, i64, Word<PersonId>, (bool, Word<AccountStatus>), Option<i64>);
        let rows: Vec<Row> = access_codes::table
            .inner_join(accounts::table.on(accounts::id.eq(access_codes::issuer)))
            .filter(access_codes::id.eq_any(texts(ids)))
            .select((
                access_codes::id,
                access_codes::version,
                accounts::person,
                (accounts::is_admin, accounts::status),
                access_codes::revoked_at,
            ))
            .load(db)?;
        Ok(rows
            .into_iter()
            .map(|(id, version, issuer, (admin, status), revoked)| Self {
                id: id.0,
                version: Version(version),
                issuer: issuer.0,
                issuer_in_office: admin && status.0 == AccountStatus::Approved,
                revoked: revoked.is_some(),
            })
            .collect())
    }
    fn lock(db: &mut Db, id: CodeId) -> QueryResult<()> {
        // the code, and its issuer, whose standing is part of what is decided
        lock(db, "access_codes", "id", id.as_str())?;
        let issuer: Option<String> =
            access_codes::table.find(id.as_str()).select(access_codes::issuer).first(db).optional()?;
        issuer.map_or(Ok(()), |it| lock(db, "accounts", "id", &it))
    }
}

impl Load for facts::Workspace {
    fn load_many(db: &mut Db, ids: &[WorkspaceId], asker: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        let rows: Vec<(Word<WorkspaceId>, i64, Word<Kind>, bool)> = workspaces::table
            .filter(workspaces::id.eq_any(texts(ids)))
            .select((workspaces::id, workspaces::version, workspaces::kind, workspaces::verified))
            .load(db)?;
        let here: Vec<Word<WorkspaceId>> = match asker.actor.person() {
            None => Vec::new(),
            Some(person) => memberships::table
                .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
                .filter(accounts::person.eq(person.to_string()))
                .filter(memberships::workspace.eq_any(texts(ids)))
                .select(memberships::workspace)
                .load(db)?,
        };
        Ok(rows
            .into_iter()
            .map(|(id, version, kind, verified)| Self {
                id: id.0,
                version: Version(version),
                kind: kind.0,
                verified,
                persons: asker.actor.person().filter(|_| here.contains(&id)).into_iter().collect(),
            })
            .collect())
    }
    fn lock(db: &mut Db, id: WorkspaceId) -> QueryResult<()> {
        lock(db, "workspaces", "id", id.as_str())
    }
}
