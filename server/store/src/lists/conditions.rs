//! Each table's own answers to the literals of scopes.

use super::merged::{To, merged};
use super::{Cond, Row, Row1, all, by_id};
use crate::error::StoreError;
use crate::facts::{in_force, still_represents};
use crate::schema::*;
use diesel::dsl::{not, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use domain::*;
use policy::{EntityKind, Literal, facts};

/// The three parties of a record's own row.
macro_rules! party {
    ($table:ident, $literal:expr) => {
        match $literal {
            Literal::Ref(field, id) if field == "artist" => {
                Some(Box::new($table::artist.eq(id.to_string())) as Cond<$table::table>)
            }
            Literal::Ref(field, id) if field == "presenter" => {
                Some(Box::new($table::presenter.eq(id.to_string())))
            }
            Literal::Ref(field, id) if field == "agency" => Some(Box::new(
                $table::agency.is_not_null().and($table::agency.assume_not_null().eq(id.to_string())),
            )),
            Literal::Has(field) if field == "agency" => Some(Box::new($table::agency.is_not_null())),
            _ => None,
        }
    };
}

by_id! { Request, requests, desc, lt, |literal, _now| match literal {
    Literal::Word(field, word) if field == "state" => Some(Box::new(requests::state.eq(word.as_str().to_owned()))),
    _ => party!(requests, literal),
} }
by_id! { Hold, holds, desc, lt, |literal, _now| match literal {
    Literal::Word(field, word) if field == "state" => Some(Box::new(holds::state.eq(word.as_str().to_owned()))),
    Literal::Flag(field) if field == "deadline_confirmed" => Some(Box::new(holds::state.eq("active"))),
    _ => party!(holds, literal),
} }
by_id! { Message, messages, desc, lt, |literal, _now| party!(messages, literal) }
by_id! { Engagement, engagements, desc, lt, |literal, _now| match literal {
    Literal::Holds(field, account) if field == "counsel" => Some(Box::new(engagements::id.eq_any(
        engagement_counsel::table
            .filter(engagement_counsel::account.eq(account.to_string()))
            .filter(engagement_counsel::withdrawn_at.is_null())
            .select(engagement_counsel::engagement),
    ))),
    _ => party!(engagements, literal),
} }
by_id! { Document, documents, desc, lt, |literal, _now| match literal {
    Literal::Flag(field) if field == "shared" => Some(Box::new(documents::shared.eq(true))),
    Literal::Word(field, word) if field == "side" => Some(Box::new(documents::side.eq(word.as_str().to_owned()))),
    Literal::Holds(field, account) if field == "counsel" => Some(Box::new(
        documents::id
            .eq_any(
                document_counsel::table
                    .filter(document_counsel::account.eq(account.to_string()))
                    .select(document_counsel::document),
            )
            .and(documents::engagement.eq_any(
                engagement_counsel::table
                    .filter(engagement_counsel::account.eq(account.to_string()))
                    .filter(engagement_counsel::withdrawn_at.is_null())
                    .select(engagement_counsel::engagement),
            )),
    )),
    _ => party!(documents, literal),
} }
by_id! { Draft, drafts, desc, lt, |literal, _now| {
    let kind = |field: &str| field.parse::<Side>().ok().map(Side::as_str);
    match literal {
        Literal::Ref(field, id) => {
            let kind = kind(field.as_str())?;
            Some(Box::new(drafts::owner.eq(id.to_string()).and(drafts::owner_kind.eq(kind))))
        }
        Literal::Has(field) => Some(Box::new(drafts::owner_kind.eq(kind(field.as_str())?))),
        Literal::Word(field, word) if field == "state" => Some(Box::new(drafts::state.eq(word.as_str().to_owned()))),
        Literal::Word(field, word) if field == "kind" => Some(Box::new(drafts::kind.eq(word.as_str().to_owned()))),
        _ => None,
    }
} }
by_id! { Mandate, mandates, desc, lt, |literal, _now| match literal {
    Literal::Ref(field, id) if field == "artist" => Some(Box::new(mandates::artist.eq(id.to_string()))),
    Literal::Ref(field, id) if field == "agency" => Some(Box::new(mandates::agency.eq(id.to_string()))),
    Literal::Word(field, word) if field == "state" => Some(Box::new(mandates::state.eq(word.as_str().to_owned()))),
    _ => None,
} }
by_id! { Partnership, partnerships, desc, lt, |literal, _now| match literal {
    Literal::Ref(field, id) if field == "asker" => Some(Box::new(partnerships::asker.eq(id.to_string()))),
    Literal::Ref(field, id) if field == "asked" => Some(Box::new(partnerships::asked.eq(id.to_string()))),
    Literal::Word(field, word) if field == "state" => Some(Box::new(partnerships::state.eq(word.as_str().to_owned()))),
    _ => None,
} }
by_id! { Enquiry, enquiries, desc, lt, |literal, now| match literal {
    Literal::Ref(field, id) if field == "artist" => {
        Some(Box::new(enquiries::artist.is_not_null().and(enquiries::artist.assume_not_null().eq(id.to_string()))))
    }
    Literal::Ref(field, id) if field == "agency" => {
        let agency = enquiries::agency.is_not_null().and(enquiries::agency.assume_not_null().eq(id.to_string()));
        Some(Box::new(agency.and(still_represents!(now))))
    }
    Literal::Has(field) if field == "artist" => Some(Box::new(enquiries::artist.is_not_null())),
    Literal::Has(field) if field == "agency" => Some(Box::new(still_represents!(now))),
    Literal::Word(field, word) if field == "state" => Some(Box::new(enquiries::state.eq(word.as_str().to_owned()))),
    _ => None,
} }
by_id! { Account, accounts, desc, lt, |literal, _now| match literal {
    Literal::Ref(field, id) if field == "person" => Some(Box::new(accounts::person.eq(id.to_string()))),
    Literal::Word(field, word) if field == "status" => Some(Box::new(accounts::status.eq(word.as_str().to_owned()))),
    // under names of their own, since the list stands on accounts too
    Literal::Holds(field, person) if field == "colleagues" => Some(Box::new(
        sql::<Bool>(
            "accounts.id IN (SELECT theirs.account FROM memberships theirs \
             JOIN memberships ours ON ours.workspace = theirs.workspace \
             JOIN accounts mine ON mine.id = ours.account WHERE mine.person = ",
        )
        .bind::<Text, _>(person.to_string())
        .sql(")"),
    )),
    _ => None,
} }
by_id! { AccessCode, access_codes, desc, lt, |literal, _now| match literal {
    Literal::Flag(field) if field == "revoked" => Some(Box::new(access_codes::revoked_at.is_not_null())),
    Literal::Flag(field) if field == "issuer_in_office" => Some(Box::new(access_codes::issuer.eq_any(
        accounts::table
            .filter(accounts::is_admin.eq(true).and(accounts::status.eq(AccountStatus::Approved.as_str())))
            .select(accounts::id),
    ))),
    _ => None,
} }
by_id! { Workspace, workspaces, desc, lt, |literal, _now| match literal {
    Literal::Flag(field) if field == "verified" => Some(Box::new(workspaces::verified.eq(true))),
    Literal::Id(id) => Some(Box::new(workspaces::id.eq(id.to_string()))),
    Literal::Kind(kind) => {
        let kind = match kind {
            EntityKind::ArtistWorkspace => Kind::Artist,
            EntityKind::AgencyWorkspace => Kind::Agency,
            EntityKind::PresenterWorkspace => Kind::Presenter,
            _ => return None,
        };
        Some(Box::new(workspaces::kind.eq(kind.as_str())))
    }
    Literal::Holds(field, person) if field == "persons" => Some(Box::new(workspaces::id.eq_any(
        memberships::table
            .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
            .filter(accounts::person.eq(person.to_string()))
            .select(memberships::workspace),
    ))),
    _ => None,
} }

/// Profiles are listed by name. The key is the sorting name, a tab, and the id.
impl Row for facts::Profile {
    type Table = profiles::table;
    fn condition(literal: &Literal, now: Moment) -> Option<Cond<profiles::table>> {
        Some(match literal {
            Literal::Ref(field, id) if field == "workspace" => {
                Box::new(profiles::workspace.eq(id.to_string()))
            }
            Literal::Flag(field) => match field.as_str() {
                "verified" => Box::new(profiles::verified.eq(true)),
                "opted_in" => Box::new(profiles::opted_in.eq(true)),
                "discoverable" => Box::new(profiles::discoverable.eq(true)),
                "claimed" => Box::new(profiles::claimed.eq(true)),
                _ => return None,
            },
            Literal::Word(field, word) if field == "level" => {
                Box::new(profiles::level.eq(word.as_str().to_owned()))
            }
            Literal::Holds(field, agency) if field == "agencies" => Box::new(
                profiles::id.eq_any(
                    mandates::table
                        .filter(mandates::agency.eq(agency.to_string()))
                        .filter(in_force!(now))
                        .select(mandates::profile),
                ),
            ),
            Literal::Holds(field, agency) if field == "partners" => {
                let asked = partnerships::table
                    .filter(partnerships::state.eq("active").and(partnerships::asker.eq(agency.to_string())))
                    .select(partnerships::asked);
                let asker = partnerships::table
                    .filter(partnerships::state.eq("active").and(partnerships::asked.eq(agency.to_string())))
                    .select(partnerships::asker);
                Box::new(
                    profiles::id.eq_any(
                        mandates::table
                            .filter(mandates::agency.eq_any(asked).or(mandates::agency.eq_any(asker)))
                            .filter(in_force!(now))
                            .select(mandates::profile),
                    ),
                )
            }
            Literal::Holds(field, presenter) if field == "invited" => Box::new(
                profiles::id.eq_any(
                    stealth_invitations::table
                        .filter(stealth_invitations::presenter.eq(presenter.to_string()))
                        .select(stealth_invitations::profile),
                ),
            ),
            _ => return None,
        })
    }
    fn keys(
        to: To<'_>,
        rows: &[&Row1],
        narrow: &dyn Fn() -> Option<Cond<profiles::table>>,
        after: Option<&str>,
        limit: i64,
        now: Moment,
    ) -> Result<(Vec<ProfileId>, Option<String>), StoreError> {
        let after = after.and_then(|it| it.rsplit_once('\t'));
        let part = |row: &Row1| {
            let mut query = profiles::table
                .select((profiles::sort_name, profiles::id))
                .order((profiles::sort_name.asc(), profiles::id.asc()))
                .limit(limit)
                .into_boxed();
            for (condition, yes) in all::<Self>(row, now)? {
                query = if yes { query.filter(condition) } else { query.filter(not(condition)) };
            }
            if let Some(it) = narrow() {
                query = query.filter(it);
            }
            if let Some((name, id)) = after {
                // the first comparison alone lets the index begin in the right place
                query = query
                    .filter(profiles::sort_name.ge(name.to_owned()))
                    .filter(profiles::sort_name.gt(name.to_owned()).or(profiles::id.gt(id.to_owned())));
            }
            Ok(query)
        };
        let parts = rows.iter().map(|it| part(it)).collect::<Result<Vec<_>, StoreError>>()?;
        let found: Vec<(String, String)> = merged(parts, "1, 2", limit, to)?;
        let last = found.len().checked_sub(2).map(|it| format!("{}\t{}", found[it].0, found[it].1));
        let ids = found.iter().map(|it| it.1.parse()).collect::<Result<_, _>>();
        Ok((ids.map_err(|_| StoreError::Corrupt("profiles.id"))?, last))
    }
}
