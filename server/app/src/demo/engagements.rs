//! Engagements of the made-up world, with their records and the ledger that their people would have left.

use super::artists::{Artist, PROGRAMMES};
use super::facts::{Engagement as Fact, Record};
use super::hands::Hand;
use super::names;
use super::people::People;
use super::places::Places;
use crate::machine::Seeded;
use connect::documents::{Shelf, digest_of};
use domain::{
    AccountId, AccountStatus, Day, DocumentId, DraftId, EngagementId, HoldId, Kind, MessageId, Mint, Moment,
    RequestId, Role, Side, VisitId, WorkspaceId,
};
use policy::{Actor, Asker, Member};
use std::sync::Arc;
use store::engagements::warnings;
use store::plant::{
    CounselRow, DocumentCounselRow, DocumentRow, DraftRow, EngagementRow, HoldDayRow, HoldRow, MessageRow,
    Plant, RequestRow,
};
use store::{Audience, Event, StoreError};

/// One planned engagement.
struct Plan<'a> {
    number: usize,
    artist: &'a Artist,
    agency: Option<WorkspaceId>,
    presenter: WorkspaceId,
    /// Who acts for the presenter, and for the agency or the artist.
    asks: Hand,
    answers: Hand,
    held: bool,
    counsel: Option<AccountId>,
}

/// What everything is planted with.
pub(crate) struct Ground<'a> {
    pub(crate) places: &'a Places,
    pub(crate) artists: &'a [Artist],
    pub(crate) people: &'a People,
    pub(crate) shelf: &'a dyn Shelf,
    pub(crate) made: Moment,
    pub(crate) now: Moment,
    pub(crate) today: Day,
}

/// Plants up to `most` engagements and says what is true of them; the first are between personas.
pub(crate) fn plant(
    to: &mut Plant<'_>,
    on: &Ground<'_>,
    most: usize,
    luck: &mut Seeded,
) -> Result<Vec<Fact>, StoreError> {
    let mut facts = Vec::new();
    for number in 0..most.min(on.artists.len()) {
        let artist = &on.artists[number];
        // presenter 0 and 1 share the first artist's date, so that a second rank exists
        let presenter_number = if number == 0 { 0 } else { luck.below(on.places.presenters) };
        facts.push(one(to, on, number, artist, presenter_number, luck)?);
        if number == 0 {
            facts.push(one(to, on, most, artist, 1, luck)?);
        }
    }
    Ok(facts)
}

fn one(
    to: &mut Plant<'_>,
    on: &Ground<'_>,
    number: usize,
    artist: &Artist,
    presenter_number: usize,
    luck: &mut Seeded,
) -> Result<Fact, StoreError> {
    let persona = |name: &str| on.people.hand(name).ok_or(StoreError::Absent);
    let presenter = on.places.presenter(presenter_number);
    let asks = match presenter_number {
        0 => persona("presenter-discovery")?,
        1 => persona("presenter-season")?,
        2 => persona("presenter-unverified")?,
        _ => presenter.office,
    };
    let answers = match artist.agency {
        Some(0) => persona("agency-owner")?,
        Some(1) => persona("agency-other")?,
        Some(2) => persona("agency-partner")?,
        Some(agency) => on.places.agency(agency).office,
        // the personas among artists have agencies
        None => {
            let hand = Hand::new(luck, on.made);
            let (account, seat) = artist.owner_rows(number, &hand, on.made);
            to.accounts(vec![account])?;
            to.memberships(vec![seat])?;
            hand
        }
    };
    let plan = Plan {
        number,
        artist,
        agency: artist.agency.map(|it| on.places.agency(it).id),
        presenter: presenter.id,
        asks,
        answers,
        held: number.is_multiple_of(2),
        counsel: if number == 0 { Some(persona("counsel")?.account) } else { None },
    };
    plan.plant(to, on, luck)
}

impl Plan<'_> {
    fn plant(&self, to: &mut Plant<'_>, on: &Ground<'_>, luck: &mut Seeded) -> Result<Fact, StoreError> {
        let began = on.now.plus(-20 * Moment::DAY);
        let id: EngagementId = luck.id(began);
        let title = format!("{} evenings", names::place(2_000 + self.number));
        let (first, last) = self.days(on.today);
        let (artist, agency, presenter) = (
            self.artist.workspace.to_string(),
            self.agency.map(|it| it.to_string()),
            self.presenter.to_string(),
        );
        to.engagements(vec![EngagementRow {
            id: id.to_string(),
            reference: format!("D-{:05}", self.number + 1),
            title: title.clone(),
            title_key: store::profiles::folded_name(&title),
            artist: artist.clone(),
            profile: self.artist.profile.to_string(),
            agency: agency.clone(),
            presenter: presenter.clone(),
            commission_bp: agency.as_ref().map(|_| 1500),
            created_at: began.0,
            version: 1,
        }])?;
        let mut records = Vec::new();
        let mut record = |kind: &'static str, id: String| {
            let page = match kind {
                "request" => "requests",
                "hold" => "holds",
                "message" => "messages",
                _ => "documents",
            };
            records.push(Record { kind, path: format!("/w/{{workspace}}/{page}/{id}"), id });
        };
        let asks = self.asker(self.asks, Kind::Presenter, self.presenter, began);
        let (kind, office) =
            self.agency.map_or((Kind::Artist, self.artist.workspace), |it| (Kind::Agency, it));
        let answers = self.asker(self.answers, kind, office, began.plus(Moment::DAY));

        let request: RequestId = luck.id(began);
        let programme = PROGRAMMES[luck.below(PROGRAMMES.len())];
        let fee = 150_000 + 50_000 * i64::try_from(luck.below(20)).unwrap_or(0);
        to.requests(vec![RequestRow {
            id: request.to_string(),
            engagement: id.to_string(),
            artist: artist.clone(),
            agency: agency.clone(),
            presenter: presenter.clone(),
            state: if self.held { "accepted" } else { "submitted" },
            first_day: first.to_string(),
            last_day: last.to_string(),
            venue: "Great Hall".into(),
            programme: programme.into(),
            fee_minor: Some(fee),
            currency: Some("EUR"),
            offered_by: self.asks.account.to_string(),
            submitted_at: began.0,
            answered_at: self.held.then_some(began.plus(Moment::DAY).0),
            version: if self.held { 2 } else { 1 },
        }])?;
        record("request", request.to_string());
        let begun = Event::engagement(id, "engagement", id, "begun").with("title", &title);
        to.record(&asks, "Confirm", &["draft-presenter"], begun)?;
        let (payload, digest) = super::canonical(&serde_json::json!({
            "kind": "request", "title": title, "first_day": first.to_string(), "last_day": last.to_string(),
            "venue": "Great Hall", "programme": programme, "fee": { "minor": fee, "currency": "EUR" },
        }));
        let submitted = Event::engagement(id, "request", request, "submitted")
            .confirmed(digest.parse().map_err(|_| StoreError::Corrupt("digest"))?)
            .with("after.state", "submitted")
            .with_money(Audience::Parties, "payload", payload);
        to.record(&asks, "Confirm", &["draft-presenter"], submitted)?;
        if self.held {
            let hold = self.hold(to, on, id, request, (first, last), &answers, luck)?;
            record("hold", hold.to_string());
        }
        record("message", self.message(to, id, &answers, luck)?.to_string());
        if let Some(counsel) = self.counsel {
            to.engagement_counsel(vec![CounselRow {
                engagement: id.to_string(),
                account: counsel.to_string(),
                side: "presenter",
                invited_at: began.0,
            }])?;
            let invited = Event::engagement(id, "engagement", id, "counsel-invited")
                .only(Audience::Contract)
                .with("side", "presenter");
            to.record(&asks, "InviteCounsel", &["engagement-presenter"], invited)?;
        }
        let by = if self.counsel.is_some() { &asks } else { &answers };
        record("document", self.document(to, on, id, by, luck)?.to_string());
        if self.number == 0 {
            self.draft(to, on, id, luck)?;
        }
        Ok(Fact {
            id: id.to_string(),
            title,
            artist: self.artist.profile.to_string(),
            agency,
            presenter,
            counsel: self.counsel.iter().map(ToString::to_string).collect(),
            path: format!("/w/{{workspace}}/engagements/{id}"),
            audit_path: format!("/w/{{workspace}}/engagements/{id}/ledger"),
            records,
        })
    }

    fn days(&self, today: Day) -> (Day, Day) {
        // the pair of engagements of the first artist meets on one date, all others are apart
        let ahead = 60 + if self.number < 1_000 { self.number * 3 } else { 0 };
        let first = today.through(Day::new(2200, 12, 31).unwrap_or(today)).nth(ahead).unwrap_or(today);
        (first, first.next())
    }

    fn asker(&self, hand: Hand, kind: Kind, workspace: WorkspaceId, at: Moment) -> Arc<Asker> {
        let member = Member {
            person: hand.person,
            account: hand.account,
            status: AccountStatus::Approved,
            role: Role::Owner,
            workspace,
            verified: true,
            capabilities: Vec::new(),
            grants: Vec::new(),
            in_person: false,
        };
        let visit: VisitId =
            domain::Id::from_key(domain::time::key_of(u128::from(at.0.unsigned_abs()) + self.number as u128));
        Arc::new(Asker { actor: Actor::Member(kind, member), visit, now: at, factor_at: None })
    }

    #[allow(clippy::too_many_arguments)]
    fn hold(
        &self,
        to: &mut Plant<'_>,
        on: &Ground<'_>,
        engagement: EngagementId,
        request: RequestId,
        (first, last): (Day, Day),
        answers: &Arc<Asker>,
        luck: &mut Seeded,
    ) -> Result<HoldId, StoreError> {
        let hold: HoldId = luck.id(answers.now);
        // the second engagement of the first artist waits behind the first one
        let rank = if self.number >= 1 && self.artist.profile == on.artists[0].profile { 2 } else { 1 };
        let expires = on.now.plus(if rank == 1 { 14 } else { 7 } * Moment::DAY);
        to.holds(vec![HoldRow {
            id: hold.to_string(),
            engagement: engagement.to_string(),
            request: request.to_string(),
            artist: self.artist.workspace.to_string(),
            agency: self.agency.map(|it| it.to_string()),
            presenter: self.presenter.to_string(),
            state: "active",
            first_day: first.to_string(),
            last_day: last.to_string(),
            granted_at: answers.now.0,
            expires_at: expires.0,
            warn_at: warnings::next(answers.now, expires, on.now).map(|it| it.0),
            version: 1,
        }])?;
        to.hold_days(
            first
                .through(last)
                .map(|day| HoldDayRow {
                    hold: hold.to_string(),
                    artist: self.artist.workspace.to_string(),
                    day: day.to_string(),
                    rank,
                })
                .collect(),
        )?;
        let granted = Event::engagement(engagement, "hold", hold, "granted")
            .with("after.state", "active")
            .with("rank", rank)
            .with("expires", expires.rfc3339());
        to.record(answers, "Confirm", &["draft-agency"], granted)?;
        Ok(hold)
    }

    fn message(
        &self,
        to: &mut Plant<'_>,
        engagement: EngagementId,
        answers: &Arc<Asker>,
        luck: &mut Seeded,
    ) -> Result<MessageId, StoreError> {
        let id: MessageId = luck.id(answers.now);
        let body =
            "Thank you for asking. The dates are free on our side; the programme is agreed in outline.";
        to.messages(vec![MessageRow {
            id: id.to_string(),
            engagement: engagement.to_string(),
            artist: self.artist.workspace.to_string(),
            agency: self.agency.map(|it| it.to_string()),
            presenter: self.presenter.to_string(),
            side: if self.agency.is_some() { "agency" } else { "artist" },
            author: self.answers.account.to_string(),
            body: body.into(),
            sent_at: answers.now.0,
        }])?;
        to.record(
            answers,
            "Confirm",
            &["draft-agency"],
            Event::engagement(engagement, "message", id, "sent").with("payload", body),
        )?;
        Ok(id)
    }

    fn document(
        &self,
        to: &mut Plant<'_>,
        on: &Ground<'_>,
        engagement: EngagementId,
        by: &Arc<Asker>,
        luck: &mut Seeded,
    ) -> Result<DocumentId, StoreError> {
        let id: DocumentId = luck.id(by.now);
        let side = by.actor.workspace().map_or(Side::Artist, |it| it.0.side()).as_str();
        let text =
            format!("Technical rider, engagement {engagement}\n\nOne stool, one lamp, no amplification.\n");
        let digest = digest_of(text.as_bytes());
        on.shelf.put(&digest, text.as_bytes()).map_err(|e| StoreError::Database(e.to_string()))?;
        to.documents(vec![DocumentRow {
            id: id.to_string(),
            engagement: engagement.to_string(),
            artist: self.artist.workspace.to_string(),
            agency: self.agency.map(|it| it.to_string()),
            presenter: self.presenter.to_string(),
            side,
            title: "Technical rider".into(),
            file_name: "rider.txt".into(),
            media_type: "text/plain",
            bytes: i64::try_from(text.len()).unwrap_or(0),
            digest: digest.to_string(),
            state: "available",
            shared: true,
            author: by.actor.id().to_owned(),
            added_at: by.now.0,
            version: 1,
        }])?;
        let shared = Event::engagement(engagement, "document", id, "shared")
            .with("name", "rider.txt")
            .with("sha256", digest);
        to.record(by, "Confirm", &[&format!("draft-{side}")], shared)?;
        if let Some(counsel) = self.counsel {
            to.document_counsel(vec![DocumentCounselRow {
                document: id.to_string(),
                account: counsel.to_string(),
                engagement: engagement.to_string(),
                side,
            }])?;
        }
        Ok(id)
    }

    /// A message that the agency's assistant prepared, and that waits for an owner.
    fn draft(
        &self,
        to: &mut Plant<'_>,
        on: &Ground<'_>,
        engagement: EngagementId,
        luck: &mut Seeded,
    ) -> Result<(), StoreError> {
        let (Some(agency), Some(assistant)) = (self.agency, on.people.hand("agency-assistant")) else {
            return Ok(());
        };
        let id: DraftId = luck.id(on.now);
        let (payload, digest) = super::canonical(&serde_json::json!({
            "kind": "message", "engagement": engagement.to_string(), "workspace": agency.to_string(),
            "body": "Could the rehearsal begin at ten instead of eleven? The hall is free from nine.",
        }));
        to.drafts(vec![DraftRow {
            id: id.to_string(),
            owner_kind: "agency",
            owner: agency.to_string(),
            kind: "message",
            engagement: Some(engagement.to_string()),
            target: None,
            payload,
            digest,
            state: "prepared",
            prepared_by: assistant.account.to_string(),
            prepared_at: on.now.0,
            expires_at: on.now.plus(14 * Moment::DAY).0,
            version: 1,
        }])
    }
}
