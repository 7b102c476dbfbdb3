//! Rows written by hand, so that tests depend on no room above the tables.

use super::NOW;
use super::ground::{Ground, run};
use domain::{AccountId, EngagementId, Id, Kind, ProfileId, WorkspaceId};
use std::fmt::Write as _;
use store::db::Db;

/// The id of this number.
pub(crate) fn id<I: Id>(number: u128) -> I {
    I::from_key(domain::time::key_of(number))
}

/// A value of a column.
#[derive(Debug, Clone)]
pub(crate) enum Sql {
    T(String),
    N(i64),
    B(bool),
    Bytes(Vec<u8>),
    Null,
}
impl From<&str> for Sql {
    fn from(it: &str) -> Self {
        Self::T(it.to_owned())
    }
}
impl From<String> for Sql {
    fn from(it: String) -> Self {
        Self::T(it)
    }
}
impl From<i64> for Sql {
    fn from(it: i64) -> Self {
        Self::N(it)
    }
}
impl From<bool> for Sql {
    fn from(it: bool) -> Self {
        Self::B(it)
    }
}
impl<T: Into<Sql>> From<Option<T>> for Sql {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}
/// An id as a column's value.
pub(crate) fn key<I: Id>(it: I) -> Sql {
    Sql::T(it.to_string())
}

/// Rows to insert, in order.
#[derive(Default)]
pub(crate) struct Rows(Vec<(&'static str, Vec<(&'static str, Sql)>)>);

impl Rows {
    /// A row of any table.
    pub(crate) fn add(&mut self, table: &'static str, columns: Vec<(&'static str, Sql)>) {
        self.0.push((table, columns));
    }

    /// Inserts all of them.
    pub(crate) fn plant(self, ground: &Ground) {
        let mut db = ground.raw();
        let bytes = |it: &[u8]| it.iter().map(|it| format!("{it:02x}")).collect::<String>();
        let mut sql = String::from("BEGIN;");
        for (table, columns) in self.0 {
            let names: Vec<_> = columns.iter().map(|it| it.0).collect();
            let values: Vec<_> = columns
                .iter()
                .map(|(_, it)| match (it, &db) {
                    (Sql::T(it), _) => format!("'{}'", it.replace('\'', "''")),
                    (Sql::N(it), _) => it.to_string(),
                    (Sql::B(it), _) => it.to_string(),
                    (Sql::Bytes(it), Db::Sqlite(_)) => format!("X'{}'", bytes(it)),
                    (Sql::Bytes(it), Db::Pg(_)) => format!("decode('{}', 'hex')", bytes(it)),
                    (Sql::Null, _) => "NULL".to_owned(),
                })
                .collect();
            let _ = write!(sql, "INSERT INTO {table} ({}) VALUES ({});", names.join(", "), values.join(", "));
        }
        sql.push_str("COMMIT;");
        run(&mut db, &sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
    }

    /// An account; its person has the same number.
    pub(crate) fn account(&mut self, account: AccountId, person: u128, status: &str, is_admin: bool) {
        self.add(
            "accounts",
            vec![
                ("id", key(account)),
                ("person", key(id::<domain::PersonId>(person))),
                ("email", format!("{account}@example.org").into()),
                ("mailbox", format!("{account}@example.org").into()),
                ("name", "Someone".into()),
                ("status", status.into()),
                ("applicant", "artist".into()),
                ("application", "".into()),
                ("is_admin", is_admin.into()),
                ("created_at", NOW.0.into()),
                ("version", Sql::N(1)),
            ],
        );
    }

    /// A workspace.
    pub(crate) fn workspace(&mut self, workspace: WorkspaceId, kind: Kind, verified: bool, plan: &str) {
        self.add(
            "workspaces",
            vec![
                ("id", key(workspace)),
                ("kind", kind.as_str().into()),
                ("name", format!("House {workspace}").into()),
                ("verified", verified.into()),
                ("plan", plan.into()),
                ("created_at", NOW.0.into()),
                ("version", Sql::N(1)),
            ],
        );
    }

    /// A membership.
    pub(crate) fn member(
        &mut self,
        account: AccountId,
        workspace: WorkspaceId,
        role: &str,
        grants: &str,
        in_person: bool,
    ) {
        self.add(
            "memberships",
            vec![
                ("id", key(account)),
                ("account", key(account)),
                ("workspace", key(workspace)),
                ("role", role.into()),
                ("grants", grants.into()),
                ("in_person", in_person.into()),
                ("created_at", NOW.0.into()),
                ("version", Sql::N(1)),
            ],
        );
    }

    /// A profile that an artist holds.
    pub(crate) fn profile(&mut self, profile: ProfileId, workspace: WorkspaceId, name: &str, level: &str) {
        self.profile_with(profile, workspace, name, level, (false, false, true));
    }

    /// A profile, with whether it is opted in, discoverable and claimed.
    pub(crate) fn profile_with(
        &mut self,
        profile: ProfileId,
        workspace: WorkspaceId,
        name: &str,
        level: &str,
        (opted_in, discoverable, claimed): (bool, bool, bool),
    ) {
        self.add(
            "profiles",
            vec![
                ("id", key(profile)),
                ("workspace", key(workspace)),
                ("slug", profile.to_string().into()),
                ("name", name.into()),
                ("sort_name", name.into()),
                ("name_key", name.into()),
                ("discipline", "piano".into()),
                ("biography", "".into()),
                ("based_in", "".into()),
                ("level", level.into()),
                ("opted_in", opted_in.into()),
                ("discoverable", discoverable.into()),
                ("claimed", claimed.into()),
                ("created_at", NOW.0.into()),
                ("version", Sql::N(1)),
            ],
        );
    }

    /// A mandate, with who offered it, its state, start and end.
    pub(crate) fn mandate(
        &mut self,
        number: u128,
        by: AccountId,
        (artist, agency, profile): (WorkspaceId, WorkspaceId, ProfileId),
        state: &str,
        starts: Option<i64>,
        ends: Option<i64>,
    ) {
        self.add(
            "mandates",
            vec![
                ("id", key(id::<domain::MandateId>(number))),
                ("artist", key(artist)),
                ("agency", key(agency)),
                ("profile", key(profile)),
                ("territory", "the world".into()),
                ("commission_bp", Sql::N(1500)),
                ("payload", "{}".into()),
                ("digest", "0".repeat(64).into()),
                ("state", state.into()),
                ("offered_by", key(by)),
                ("offered_at", NOW.0.into()),
                ("starts_at", starts.into()),
                ("ends_at", ends.into()),
                ("version", Sql::N(1)),
            ],
        );
    }

    /// An engagement.
    pub(crate) fn engagement(
        &mut self,
        engagement: EngagementId,
        (artist, profile): (WorkspaceId, ProfileId),
        agency: Option<WorkspaceId>,
        presenter: WorkspaceId,
    ) {
        self.add(
            "engagements",
            vec![
                ("id", key(engagement)),
                ("reference", engagement.to_string().into()),
                ("title", "A recital".into()),
                ("artist", key(artist)),
                ("profile", key(profile)),
                ("agency", agency.map(|it| it.to_string()).into()),
                ("presenter", key(presenter)),
                ("created_at", NOW.0.into()),
                ("version", Sql::N(1)),
            ],
        );
    }
}
