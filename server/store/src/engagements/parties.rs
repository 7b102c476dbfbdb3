//! The parties of an engagement by name, and what new records copy from it.

use crate::db::Db;
use crate::error::StoreError;
use crate::rows::Word;
use crate::schema::{engagements, profiles, workspaces};
use diesel::prelude::*;
use domain::{EngagementId, Side, WorkspaceId};
use policy::facts::Parties;
use std::collections::HashMap;

/// One party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its side.
    pub side: Side,
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its name: the artist's own for the artist, else the workspace's.
    pub name: String,
}

/// An engagement's parties with their names, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The engagement.
    pub engagement: EngagementId,
    /// Its number, as people write it.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Artist, agency where there is one, presenter.
    pub parties: Vec<Party>,
}

impl Named {
    /// The name of a side; empty where it has none.
    #[must_use]
    pub fn name(&self, side: Side) -> &str {
        self.parties.iter().find(|it| it.side == side).map_or("", |it| it.name.as_str())
    }

    /// The name of a workspace; empty where it is no party.
    #[must_use]
    pub fn of(&self, workspace: WorkspaceId) -> &str {
        self.parties.iter().find(|it| it.workspace == workspace).map_or("", |it| it.name.as_str())
    }

    /// The name of whoever answers for the artist.
    #[must_use]
    pub fn office(&self) -> &str {
        let agency = self.name(Side::Agency);
        if agency.is_empty() { self.name(Side::Artist) } else { agency }
    }

    /// The workspace of a side.
    #[must_use]
    pub fn workspace(&self, side: Side) -> Option<WorkspaceId> {
        self.parties.iter().find(|it| it.side == side).map(|it| it.workspace)
    }
}

/// Names of these engagements' parties. The caller holds a permit for each.
pub(crate) fn named(db: &mut Db, ids: &[EngagementId]) -> Result<HashMap<EngagementId, Named>, StoreError> {
    type Row = (
        (Word<EngagementId>, String, String),
        (Word<WorkspaceId>, Option<Word<WorkspaceId>>, Word<WorkspaceId>),
        String,
    );
    let rows: Vec<Row> = engagements::table
        .inner_join(profiles::table.on(profiles::id.eq(engagements::profile)))
        .filter(engagements::id.eq_any(crate::facts::texts(ids)))
        .select((
            (engagements::id, engagements::reference, engagements::title),
            (engagements::artist, engagements::agency, engagements::presenter),
            profiles::name,
        ))
        .load(db)?;
    let houses: Vec<String> = rows
        .iter()
        .flat_map(|(_, (_, agency, presenter), _)| [*agency, Some(*presenter)])
        .flatten()
        .map(|it| it.0.to_string())
        .collect();
    let names = workspace_names(db, &houses)?;
    let of = |it: WorkspaceId| names.get(&it).cloned().unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|((id, reference, title), (artist, agency, presenter), name)| {
            let mut parties = vec![Party { side: Side::Artist, workspace: artist.0, name }];
            parties.extend(agency.map(|it| Party { side: Side::Agency, workspace: it.0, name: of(it.0) }));
            parties.push(Party { side: Side::Presenter, workspace: presenter.0, name: of(presenter.0) });
            (id.0, Named { engagement: id.0, reference, title, parties })
        })
        .collect())
}

/// The same for one.
pub(crate) fn named_one(db: &mut Db, id: EngagementId) -> Result<Named, StoreError> {
    named(db, &[id])?.remove(&id).ok_or(StoreError::Absent)
}

/// The names of workspaces.
pub(crate) fn workspace_names(
    db: &mut Db,
    ids: &[String],
) -> Result<HashMap<WorkspaceId, String>, StoreError> {
    let rows: Vec<(Word<WorkspaceId>, String)> = workspaces::table
        .filter(workspaces::id.eq_any(ids))
        .select((workspaces::id, workspaces::name))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, name)| (id.0, name)).collect())
}

/// The parties on record, as a new record of the engagement copies them.
pub(crate) fn on_record(db: &mut Db, id: EngagementId) -> Result<Parties, StoreError> {
    let row: (Word<WorkspaceId>, Option<Word<WorkspaceId>>, Word<WorkspaceId>) = engagements::table
        .find(id.as_str())
        .select((engagements::artist, engagements::agency, engagements::presenter))
        .first(db)
        .optional()?
        .ok_or(StoreError::Absent)?;
    Ok(Parties { artist: row.0.0, agency: row.1.map(|it| it.0), presenter: row.2.0 })
}
