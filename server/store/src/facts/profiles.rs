//! Facts of profiles, mandates, partnerships and enquiries.

use super::{Load, texts};
use crate::db::{Db, lock};
use crate::rows::Word;
use crate::schema::{accounts, enquiries, mandates, partnerships, profiles, stealth_invitations};
use diesel::prelude::*;
use domain::records::{MandateState, PartnershipState};
use domain::{EnquiryId, Kind, Level, MandateId, PartnershipId, PersonId, ProfileId, Version, WorkspaceId};
use policy::{Asker, facts};
use std::sync::Arc;

/// Mandates that open an artist to an agency at this instant: the one view, used by the loader here and by lists.
macro_rules! in_force {
    ($now:expr) => {
        mandates::state
            .eq_any(["active", "ending"])
            .and(mandates::starts_at.is_not_null())
            .and(mandates::starts_at.assume_not_null().le($now.0))
            .and(mandates::ends_at.is_null().or(mandates::ends_at.assume_not_null().gt($now.0)))
    };
}
pub(crate) use in_force;

/// Whether the agency that an enquiry was sent to still represents the artist whom it names: for loader and lists alike.
macro_rules! still_represents {
    ($now:expr) => {
        diesel::dsl::exists(
            mandates::table
                .filter(mandates::artist.nullable().eq(enquiries::artist))
                .filter(mandates::agency.nullable().eq(enquiries::agency))
                .filter(in_force!($now)),
        )
    };
}
pub(crate) use still_represents;

/// The partner agencies of this one.
fn partners_of(db: &mut Db, agency: WorkspaceId) -> QueryResult<Vec<String>> {
    let mut all: Vec<String> = partnerships::table
        .filter(partnerships::state.eq("active").and(partnerships::asker.eq(agency.to_string())))
        .select(partnerships::asked)
        .load(db)?;
    all.extend(
        partnerships::table
            .filter(partnerships::state.eq("active").and(partnerships::asked.eq(agency.to_string())))
            .select(partnerships::asker)
            .load::<String>(db)?,
    );
    Ok(all)
}

type ProfileRow =
    (Word<ProfileId>, i64, Word<WorkspaceId>, Word<Level>, bool, bool, bool, bool, String, Option<i64>);

impl Load for facts::Profile {
    fn load_many(db: &mut Db, ids: &[ProfileId], asker: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        let rows: Vec<ProfileRow> = profiles::table
            .filter(profiles::id.eq_any(texts(ids)))
            .select((
                profiles::id,
                profiles::version,
                profiles::workspace,
                profiles::level,
                profiles::opted_in,
                profiles::discoverable,
                profiles::verified,
                profiles::claimed,
                profiles::claim,
                profiles::claim_expires_at,
            ))
            .load(db)?;
        let now = asker.now;
        let (mut agencies, mut partners, mut invited) = (Vec::new(), Vec::new(), Vec::new());
        match asker.actor.workspace() {
            Some((Kind::Agency, own)) => {
                let of = |db: &mut Db, which: Vec<String>| -> QueryResult<Vec<Word<ProfileId>>> {
                    mandates::table
                        .filter(mandates::profile.eq_any(texts(ids)).and(mandates::agency.eq_any(which)))
                        .filter(in_force!(now))
                        .select(mandates::profile)
                        .load(db)
                };
                agencies = of(db, vec![own.to_string()])?;
                let others = partners_of(db, own)?;
                if !others.is_empty() {
                    partners = of(db, others)?;
                }
            }
            Some((Kind::Presenter, own)) => {
                invited = stealth_invitations::table
                    .filter(stealth_invitations::profile.eq_any(texts(ids)))
                    .filter(stealth_invitations::presenter.eq(own.to_string()))
                    .select(stealth_invitations::profile)
                    .load(db)?;
            }
            Some((Kind::Artist, _)) | None => {}
        }
        let own = asker.actor.workspace().map(|it| it.1);
        let when = |them: &[Word<ProfileId>], id: ProfileId| {
            own.filter(|_| them.contains(&Word(id))).into_iter().collect()
        };
        Ok(rows
            .into_iter()
            .map(
                |(
                    id,
                    version,
                    workspace,
                    level,
                    opted_in,
                    discoverable,
                    verified,
                    claimed,
                    claim,
                    claim_ends,
                )| Self {
                    id: id.0,
                    version: Version(version),
                    workspace: workspace.0,
                    verified,
                    level: level.0,
                    opted_in,
                    discoverable,
                    claimed,
                    claim: if claim_ends.is_some_and(|it| it > now.0) { claim } else { String::new() },
                    agencies: when(&agencies, id.0),
                    partners: when(&partners, id.0),
                    invited: when(&invited, id.0),
                },
            )
            .collect())
    }
    fn lock(db: &mut Db, id: ProfileId) -> QueryResult<()> {
        lock(db, "profiles", "id", id.as_str())?;
        lock(db, "mandates", "profile", id.as_str())
    }
}

impl Load for facts::Mandate {
    fn load_many(db: &mut Db, ids: &[MandateId], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        type Row = (
            Word<MandateId>,
            i64,
            Word<WorkspaceId>,
            Word<WorkspaceId>,
            Word<PersonId>,
            Word<MandateState>,
            String,
        );
        let rows: Vec<Row> = mandates::table
            .inner_join(accounts::table.on(accounts::id.eq(mandates::offered_by)))
            .filter(mandates::id.eq_any(texts(ids)))
            .select((
                mandates::id,
                mandates::version,
                mandates::artist,
                mandates::agency,
                accounts::person,
                mandates::state,
                mandates::digest,
            ))
            .load(db)?;
        Ok(rows
            .into_iter()
            .map(|(id, version, artist, agency, offered_by, state, digest_text)| Self {
                id: id.0,
                version: Version(version),
                artist: artist.0,
                agency: agency.0,
                offered_by: offered_by.0,
                state: state.0,
                digest_text,
                // an end gets into the row only by the confirmed notice
                deadline_confirmed: state.0 == MandateState::Ending,
            })
            .collect())
    }
    fn lock(db: &mut Db, id: MandateId) -> QueryResult<()> {
        lock(db, "mandates", "id", id.as_str())
    }
}

impl Load for facts::Partnership {
    fn load_many(db: &mut Db, ids: &[PartnershipId], _: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        type Row = (
            Word<PartnershipId>,
            i64,
            Word<WorkspaceId>,
            Word<WorkspaceId>,
            Word<PersonId>,
            Word<PartnershipState>,
            String,
        );
        let rows: Vec<Row> = partnerships::table
            .inner_join(accounts::table.on(accounts::id.eq(partnerships::offered_by)))
            .filter(partnerships::id.eq_any(texts(ids)))
            .select((
                partnerships::id,
                partnerships::version,
                partnerships::asker,
                partnerships::asked,
                accounts::person,
                partnerships::state,
                partnerships::digest,
            ))
            .load(db)?;
        Ok(rows
            .into_iter()
            .map(|(id, version, asker, asked, offered_by, state, digest_text)| Self {
                id: id.0,
                version: Version(version),
                asker: asker.0,
                asked: asked.0,
                offered_by: offered_by.0,
                state: state.0,
                digest_text,
            })
            .collect())
    }
    fn lock(db: &mut Db, id: PartnershipId) -> QueryResult<()> {
        lock(db, "partnerships", "id", id.as_str())
    }
}

impl Load for facts::Enquiry {
    fn load_many(db: &mut Db, ids: &[EnquiryId], asker: &Arc<Asker>) -> QueryResult<Vec<Self>> {
        type Row = (
            Word<EnquiryId>,
            i64,
            Option<Word<WorkspaceId>>,
            Option<Word<WorkspaceId>>,
            String,
            String,
            bool,
        );
        let now = asker.now;
        let rows: Vec<Row> = enquiries::table
            .filter(enquiries::id.eq_any(texts(ids)))
            .select((
                enquiries::id,
                enquiries::version,
                enquiries::artist,
                enquiries::agency,
                enquiries::state,
                enquiries::digest,
                still_represents!(now),
            ))
            .load(db)?;
        Ok(rows
            .into_iter()
            .map(|(id, version, artist, agency, state, digest_text, represents)| Self {
                id: id.0,
                version: Version(version),
                artist: artist.map(|it| it.0),
                agency: agency.filter(|_| represents).map(|it| it.0),
                state,
                digest_text,
            })
            .collect())
    }
    fn lock(db: &mut Db, id: EnquiryId) -> QueryResult<()> {
        lock(db, "enquiries", "id", id.as_str())?;
        let artist: Option<Option<String>> =
            enquiries::table.find(id.as_str()).select(enquiries::artist).first(db).optional()?;
        match artist.flatten() {
            Some(artist) => lock(db, "mandates", "artist", &artist),
            None => Ok(()),
        }
    }
}
