//! Requests: a presenter asks for an artist. A confirmed request begins the engagement.

use super::letters::{self, Notice};
use super::parties::named;
use crate::drafts::{Confirming, Payload, Preparation, Prepared, Revises, Terms, prepare};
use crate::error::StoreError;
use crate::facts::{Load, in_force, texts};
use crate::lists::{Cond, Page};
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{engagements, mandates, profiles, requests, workspaces};
use crate::write::{Change, Write};
use diesel::prelude::*;
use domain::bounded::{Currency, Line, Money, Prose};
use domain::records::RequestState;
use domain::{Day, EngagementId, Id, Moment, ProfileId, RequestId, Side, Version, WorkspaceId};
use policy::actions::{PrepareRequest, ViewFee, ViewRequest};
use policy::{Permit, Unasked, facts};
use std::collections::BTreeSet;

/// What a presenter asks for, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The name of the project.
    pub title: Line,
    /// The first day.
    pub first_day: Day,
    /// The last day.
    pub last_day: Day,
    /// Where.
    pub venue: Line,
    /// What is played.
    pub programme: Prose,
    /// What is said of the fee.
    pub fee: Fee,
}

/// What whoever prepares terms says of the fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fee {
    /// This one, or none.
    Named(Option<Money>),
    /// Nothing: whoever may not see a fee leaves it as it stands.
    Kept,
}

impl Asked {
    /// The terms to prepare. A fee that is kept is that of the draft to change; of a new one, what `stands`.
    pub(crate) fn terms(
        &self,
        tx: &mut Write<'_>,
        revises: Revises,
        stands: Option<Money>,
    ) -> Result<Terms, StoreError> {
        let fee = match (self.fee, revises) {
            (Fee::Named(fee), _) => fee,
            (Fee::Kept, Some((draft, _))) => crate::drafts::fee(tx, draft)?,
            (Fee::Kept, None) => stands,
        };
        Ok(Terms {
            first_day: self.first_day,
            last_day: self.last_day,
            venue: self.venue.as_str().to_owned(),
            programme: self.programme.as_str().to_owned(),
            fee,
        })
    }
}

/// Days that a request or hold may span.
///
/// # Errors
/// The last day is before the first, or there are too many.
pub(crate) fn span(first: Day, last: Day) -> Result<(), StoreError> {
    match first.through(last).take(Terms::DAYS + 1).count() {
        0 => Err(StoreError::Conflict("The last day is before the first.".into())),
        it if it > Terms::DAYS => {
            Err(StoreError::Conflict(format!("A request spans at most {} days.", Terms::DAYS)))
        }
        _ => Ok(()),
    }
}

/// Prepares a request, or changes one that waits to be confirmed. The office learns nothing yet.
///
/// # Errors
/// Refused, stale, a span that is none, or the database's.
pub fn prepare_request(
    store: &Store,
    permit: Permit<PrepareRequest>,
    asked: &Asked,
    revises: Revises,
) -> Result<Prepared, StoreError> {
    span(asked.first_day, asked.last_day)?;
    let profile = permit.on();
    store.write(permit, |tx, _| {
        let terms = asked.terms(tx, revises, None)?;
        let payload = Payload::Request { profile, title: asked.title.as_str().to_owned(), terms };
        prepare(tx, Preparation::of(&payload, None, Some(*profile.key()), revises)?)
    })
}

/// The artist's name, for the page on which a request is written.
///
/// # Errors
/// The database's.
pub fn asked_artist(db: &mut Read<'_>, permit: &Permit<PrepareRequest>) -> Result<String, StoreError> {
    Ok(profiles::table.find(permit.on().as_str()).select(profiles::name).first(db.db)?)
}

/// The names on a request that was prepared and not yet sent: artist, and the office that will get it. Only while the
/// asker may still ask for that artist.
///
/// # Errors
/// Refused, or the database's.
pub fn recipient(db: &mut Read<'_>, profile: ProfileId) -> Result<(String, String), StoreError> {
    let permit = db.permit::<PrepareRequest>(profile, Unasked)?;
    let artist = asked_artist(db, &permit)?;
    let agency: Option<String> = agency_in_force(db.db, profile, db.asker.now)?.map(|it| it.2);
    let office = agency.unwrap_or_else(|| artist.clone());
    Ok((artist, office))
}

/// The agency with the oldest mandate in force: its id, its commission, its name.
pub(crate) fn agency_in_force(
    db: &mut crate::db::Db,
    profile: ProfileId,
    now: Moment,
) -> Result<Option<(WorkspaceId, i64, String)>, StoreError> {
    let row: Option<(Word<WorkspaceId>, i64, String)> = mandates::table
        .inner_join(workspaces::table.on(workspaces::id.eq(mandates::agency)))
        .filter(mandates::profile.eq(profile.as_str()))
        .filter(in_force!(now))
        .order((mandates::starts_at, mandates::id))
        .select((mandates::agency, mandates::commission_bp, workspaces::name))
        .first(db)
        .optional()?;
    Ok(row.map(|(id, commission, name)| (id.0, commission, name)))
}

pub(crate) fn perform(
    tx: &mut Write<'_>,
    it: &Confirming<'_>,
    payload: Payload,
) -> Result<Change<Option<EngagementId>>, StoreError> {
    let Payload::Request { profile, title, terms } = payload else {
        return Err(StoreError::Corrupt("drafts.kind"));
    };
    let (_, artist) = tx.also::<PrepareRequest>(profile, Unasked)?;
    let now = tx.now();
    let agency = agency_in_force(tx.db, profile, now)?;
    let (engagement, request): (EngagementId, RequestId) = (tx.fresh(), tx.fresh());
    let reference = reference(tx, terms.first_day)?;
    let agency_id = agency.as_ref().map(|it| it.0.to_string());
    diesel::insert_into(engagements::table)
        .values((
            engagements::id.eq(engagement.as_str()),
            engagements::reference.eq(&reference),
            engagements::title.eq(&title),
            engagements::title_key.eq(crate::profiles::folded_name(&title)),
            engagements::artist.eq(artist.workspace.as_str()),
            engagements::profile.eq(profile.as_str()),
            engagements::agency.eq(&agency_id),
            engagements::presenter.eq(it.workspace.as_str()),
            engagements::commission_bp.eq(agency.as_ref().map(|it| it.1)),
            engagements::created_at.eq(now.0),
            engagements::version.eq(1),
        ))
        .execute(tx.db)?;
    diesel::insert_into(requests::table)
        .values((
            requests::id.eq(request.as_str()),
            requests::engagement.eq(engagement.as_str()),
            requests::artist.eq(artist.workspace.as_str()),
            requests::agency.eq(&agency_id),
            requests::presenter.eq(it.workspace.as_str()),
            requests::state.eq(RequestState::Submitted.as_str()),
            requests::first_day.eq(terms.first_day.to_string()),
            requests::last_day.eq(terms.last_day.to_string()),
            requests::venue.eq(&terms.venue),
            requests::programme.eq(&terms.programme),
            requests::fee_minor.eq(terms.fee.map(|it| it.minor)),
            requests::currency.eq(terms.fee.map(|it| it.currency.as_str())),
            requests::offered_by.eq(tx.asker.actor.id()),
            requests::submitted_at.eq(now.0),
            requests::version.eq(1),
        ))
        .execute(tx.db)?;
    let named = super::parties::named_one(tx.db, engagement)?;
    let when = letters::days(terms.first_day, terms.last_day);
    let notice = Notice {
        subject: format!("[Request] {}, {when}: {}", named.name(Side::Artist), named.name(Side::Presenter)),
        said: format!(
            "{} asks for {} on {when}, {}: {title}.",
            named.name(Side::Presenter),
            named.name(Side::Artist),
            terms.venue
        ),
        way: "Read and answer it here",
        path: format!("/requests/{request}"),
    };
    let letters = letters::to_others(tx.db, it.origin, &named, Some(it.workspace), &notice)?;
    let mut begun = crate::Event::engagement(engagement, "engagement", engagement, "begun")
        .with("after.reference", &reference)
        .with("after.title", &title)
        .with("after.artist", artist.workspace)
        .with("after.presenter", it.workspace);
    if let Some((id, commission, _)) = &agency {
        begun = begun.with("after.agency", id).with_money(
            crate::Audience::Office,
            "after.commission_bp",
            commission,
        );
    }
    let sent = it
        .event(engagement, "request", request, "submitted", terms.fee.is_some())
        .with("after.state", RequestState::Submitted);
    Ok(Change::of(Some(engagement), begun).and(sent).telling(letters))
}

/// A number that people can say, `2027-K4TM7P`: tells nothing of how many engagements there are.
fn reference(tx: &mut Write<'_>, first: Day) -> Result<String, StoreError> {
    // Crockford's base 32: no letter that is mistaken for a digit
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for _ in 0..8 {
        let tail: String =
            tx.secret()[..6].iter().map(|it| char::from(LETTERS[usize::from(it % 32)])).collect();
        let reference = format!("{}-{tail}", first.civil().year());
        let taken: i64 =
            engagements::table.filter(engagements::reference.eq(&reference)).count().get_result(tx.db)?;
        if taken == 0 {
            return Ok(reference);
        }
    }
    Err(StoreError::Conflict("No number is free just now. Try again.".into()))
}

/// A request as its parties see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestView {
    /// The request.
    pub id: RequestId,
    /// Its edition.
    pub version: Version,
    /// On which engagement.
    pub engagement: EngagementId,
    /// Where it stands.
    pub state: RequestState,
    /// The first day.
    pub first_day: Day,
    /// The last day.
    pub last_day: Day,
    /// Where.
    pub venue: String,
    /// What is played.
    pub programme: String,
    /// Whether the asker may see the fee.
    pub fee_open: bool,
    /// The fee, where one is named and the asker may see it.
    pub fee: Option<Money>,
    /// The last answer in words.
    pub answer: Option<String>,
    /// When it was sent.
    pub submitted_at: Moment,
    /// When it was last answered.
    pub answered_at: Option<Moment>,
}

type Raw = (
    (Word<RequestId>, i64, Word<EngagementId>, Word<RequestState>, Word<Day>, Word<Day>),
    (String, String, Option<i64>, Option<Word<Currency>>, Option<String>, i64, Option<i64>),
);

/// Requests with these permits, in their order. The fee is there only where [`ViewFee`] is permitted too.
pub(crate) fn rows(
    db: &mut Read<'_>,
    permits: &[Permit<ViewRequest>],
) -> Result<Vec<RequestView>, StoreError> {
    let ids: Vec<String> = permits.iter().map(|it| it.on().to_string()).collect();
    let raw: Vec<Raw> = requests::table
        .filter(requests::id.eq_any(&ids))
        .select((
            (
                requests::id,
                requests::version,
                requests::engagement,
                requests::state,
                requests::first_day,
                requests::last_day,
            ),
            (
                requests::venue,
                requests::programme,
                requests::fee_minor,
                requests::currency,
                requests::answer,
                requests::submitted_at,
                requests::answered_at,
            ),
        ))
        .load(db.db)?;
    let on: BTreeSet<EngagementId> = raw.iter().map(|it| it.0.2.0).collect();
    let on: Vec<EngagementId> = on.into_iter().collect();
    let engagements = facts::Engagement::load_many(db.db, &on, &db.asker)?;
    let engine = db.engine().clone();
    let open: BTreeSet<EngagementId> = engagements
        .iter()
        .filter(|it| engine.may::<ViewFee>(&db.asker, it, &Unasked))
        .map(|it| it.id)
        .collect();
    let mut views = Vec::with_capacity(raw.len());
    for ((id, version, engagement, state, first, last), rest) in raw {
        let (venue, programme, minor, currency, answer, submitted, answered) = rest;
        let fee_open = open.contains(&engagement.0);
        let fee = minor.zip(currency).map(|(minor, currency)| Money { minor, currency: currency.0 });
        views.push(RequestView {
            id: id.0,
            version: Version(version),
            engagement: engagement.0,
            state: state.0,
            first_day: first.0,
            last_day: last.0,
            venue,
            programme,
            fee_open,
            fee: fee.filter(|_| fee_open),
            answer,
            submitted_at: Moment(submitted),
            answered_at: answered.map(Moment),
        });
    }
    views.sort_by_key(|it| ids.iter().position(|id| *id == it.id.to_string()));
    Ok(views)
}

/// One request, with its engagement's parties.
///
/// # Errors
/// The database's.
pub fn view(
    db: &mut Read<'_>,
    permit: Permit<ViewRequest>,
) -> Result<(RequestView, super::Named), StoreError> {
    let request = rows(db, &[permit])?.pop().ok_or(StoreError::Absent)?;
    let named = super::parties::named_one(db.db, request.engagement)?;
    Ok((request, named))
}

/// The requests that the asker may see, newest first, each with its engagement's names.
///
/// # Errors
/// The database's.
pub fn list(
    db: &mut Read<'_>,
    page: &Page,
) -> Result<(Vec<(RequestView, super::Named)>, Option<String>), StoreError> {
    let scope = db.scope::<ViewRequest>(&Unasked);
    let found = db.list(&scope, &Unasked, || None, page)?;
    let views = rows(db, &found.rows)?;
    Ok((with_names(db, views, |it| it.engagement)?, found.next))
}

/// The requests of these engagements that the asker may see, newest first.
pub(crate) fn on(db: &mut Read<'_>, engagements: &[EngagementId]) -> Result<Vec<RequestView>, StoreError> {
    let scope = db.scope::<ViewRequest>(&Unasked);
    let narrow = || -> Option<Cond<requests::table>> {
        Some(Box::new(requests::engagement.eq_any(texts(engagements))))
    };
    let permits = db.list_all(&scope, &Unasked, narrow)?;
    rows(db, &permits)
}

/// Each row with its engagement's names.
pub(crate) fn with_names<T>(
    db: &mut Read<'_>,
    rows: Vec<T>,
    of: impl Fn(&T) -> EngagementId,
) -> Result<Vec<(T, super::Named)>, StoreError> {
    let ids: Vec<EngagementId> = rows.iter().map(&of).collect();
    let names = named(db.db, &ids)?;
    rows.into_iter()
        .map(|it| {
            let named = names.get(&of(&it)).cloned().ok_or(StoreError::Absent)?;
            Ok((it, named))
        })
        .collect()
}
