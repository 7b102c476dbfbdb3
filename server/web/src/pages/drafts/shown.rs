//! A draft's payload word for word: to whom, by which channel, what it says, and what cannot be taken back.

use super::ends;
use crate::pages::engagements::parts::{kind_title, paragraphs, terms_facts};
use crate::problem::Problem;
use crate::view::{Fact, Facts, Link, Payload as Sheet, when};
use crate::visit::Visit;
use domain::records::DraftState;
use domain::{EngagementId, HoldId, RequestId, Side, WorkspaceId};
use policy::Unasked;
use policy::actions::{PrepareHold, ViewDraftSums, ViewEngagement, ViewFee, ViewHold, ViewRequest};
use store::drafts::{DraftView, Payload, Terms};
use store::engagements::{Named, holds, holds_view, requests, view};

/// Everything the confirm page and the done page say of a draft.
pub(super) struct Told {
    pub(super) verb: String,
    pub(super) did: String,
    pub(super) facts: Facts,
    pub(super) payload: Sheet,
    pub(super) next: String,
    pub(super) way: Link,
    /// Where it is changed.
    pub(super) edit: Option<String>,
}

/// The names on an engagement, for its parties.
fn named(visit: &mut Visit<'_, '_>, id: EngagementId) -> Result<Named, Problem> {
    let permit = visit.db.permit::<ViewEngagement>(id, Unasked)?;
    Ok(view::names(visit.db, &permit)?)
}

fn others(named: &Named, own: WorkspaceId) -> String {
    let names: Vec<&str> =
        named.parties.iter().filter(|it| it.workspace != own).map(|it| it.name.as_str()).collect();
    names.join(" and ")
}

/// Facts that every draft to the other parties has.
pub(super) fn facts(to: &str, irrevocable: &str) -> Facts {
    let rows = vec![
        Fact::text("Goes to", to),
        Fact::text("By", "mail and in their workspace"),
        Fact::text("What you cannot take back", irrevocable),
    ];
    Facts { wide: true, rows }
}

fn sheet(eyebrow: String, title: &str, text: &str) -> Sheet {
    Sheet { eyebrow: Some(eyebrow), title: title.into(), prose: paragraphs(text), facts: None, money: None }
}

/// A sheet with terms; the fee only where it may be seen, and the page says when one is left out.
fn terms_sheet(eyebrow: String, title: &str, terms: &Terms, fee_open: bool, note: &str) -> Sheet {
    let (facts, money) = terms_facts(terms, fee_open);
    let mut prose = paragraphs(&terms.programme);
    prose.extend(paragraphs(note));
    if terms.fee.is_some() && !fee_open {
        prose.push("A fee is named. It is not shown to you.".into());
    }
    Sheet { eyebrow: Some(eyebrow), title: title.into(), prose, facts: Some(facts), money }
}

fn changed(before: &Terms, after: &Terms, fee_open: bool) -> String {
    let days = |it: &Terms| when::span(it.first_day, it.last_day).text;
    let mut all = Vec::new();
    if days(before) != days(after) {
        all.push(format!("{}, was {}", days(after), days(before)));
    }
    if before.venue != after.venue {
        all.push(format!("{}, was {}", after.venue, before.venue));
    }
    if before.programme != after.programme {
        all.push("the programme".into());
    }
    if before.fee != after.fee {
        let text = |it: Option<domain::bounded::Money>| it.map_or("no fee".into(), |it| it.to_string());
        all.push(if fee_open {
            format!("{}, was {}", text(after.fee), text(before.fee))
        } else {
            "the fee".to_owned()
        });
    }
    match (all.is_empty(), fee_open) {
        (true, true) => "nothing; you agree to the terms as they stand".into(),
        (true, false) => "nothing but perhaps the fee, which is not shown to you".into(),
        (false, _) => all.join("; "),
    }
}

/// What a draft says, for a member of the workspace that prepared it.
pub(super) fn told(visit: &mut Visit<'_, '_>, base: &str, draft: &DraftView) -> Result<Told, Problem> {
    let payload = draft.payload().ok_or_else(|| Problem::Broken("a draft does not parse".into()))?;
    let own = visit.member()?.1.workspace;
    let eyebrow = kind_title(draft.row.kind).to_owned();
    match payload {
        Payload::Request { profile, title, terms } => request(visit, base, draft, (profile, &title, &terms)),
        Payload::EnquiryAnswer { enquiry, to, subject, text, .. } => Ok(Told {
            verb: format!("Send answer to {to}"),
            did: format!("Answer sent to {to}"),
            facts: Facts {
                wide: true,
                rows: vec![
                    Fact::text("Goes to", &to),
                    Fact::text("By", "mail to the address that was typed; nobody has checked it"),
                    Fact::text("What you cannot take back", "A mail that was sent stays sent."),
                ],
            },
            payload: sheet(eyebrow, &subject, &text),
            next: "The enquiry is answered. What follows comes to you by mail.".into(),
            way: Link::to(format!("{base}/enquiries/{enquiry}"), "To the enquiry"),
            edit: Some(format!("{base}/enquiries/{enquiry}")),
        }),
        Payload::Message { engagement, body } => {
            let named = named(visit, engagement)?;
            let to = others(&named, own);
            Ok(Told {
                verb: format!("Send message to {to}"),
                did: format!("Message sent to {to}"),
                facts: facts(&to, "A message that was sent never changes and stays on the engagement."),
                payload: sheet(eyebrow, &named.title, &body),
                next: "They are told by mail and may answer on the engagement.".into(),
                way: engagement_way(base, engagement),
                edit: Some(format!("{base}/engagements/{engagement}/message")),
            })
        }
        Payload::Document { engagement, document, sha256, title, file_name } => {
            let named = named(visit, engagement)?;
            let to = others(&named, own);
            let rows = vec![Fact::text("File", file_name), Fact::digest("SHA-256", sha256.to_string())];
            let facts_of = Facts { wide: true, rows };
            Ok(Told {
                verb: format!("Share document with {to}"),
                did: format!("Document shared with {to}"),
                facts: facts(
                    &to,
                    "They may keep a copy. You can erase the content here; its name and fingerprint stay.",
                ),
                payload: Sheet { facts: Some(facts_of), ..sheet(eyebrow, &title, &named.title) },
                next: "They are told by mail.".into(),
                way: Link::to(format!("{base}/documents/{document}"), "To the document"),
                edit: None,
            })
        }
        Payload::Counter { request, terms, note, engagement, .. } => {
            counter(visit, base, (engagement, request), &terms, &note, eyebrow)
        }
        Payload::Decline { request, reason, engagement, .. } => {
            let (named, way) = (named(visit, engagement)?, request_way(base, request));
            let to = others(&named, own);
            Ok(Told {
                verb: format!("Decline and tell {to}"),
                did: "Declined".into(),
                facts: facts(&to, "A request that was declined stays declined."),
                payload: sheet(eyebrow, &named.title, &reason),
                next: "The request is closed. Nobody has a move.".into(),
                way,
                edit: Some(format!("{base}/requests/{request}/decline")),
            })
        }
        Payload::WithdrawRequest { request, reason, engagement, .. } => {
            let (named, way) = (named(visit, engagement)?, request_way(base, request));
            let to = others(&named, own);
            Ok(Told {
                verb: format!("Take the request back and tell {to}"),
                did: "Request taken back".into(),
                facts: facts(&to, "A request that was taken back stays so."),
                payload: sheet(eyebrow, &named.title, &reason),
                next: "The request is closed. Nobody has a move.".into(),
                way,
                edit: Some(format!("{base}/requests/{request}/withdraw")),
            })
        }
        Payload::Hold { engagement, request, first_day, last_day, expires_at, .. } => {
            let named = named(visit, engagement)?;
            let (to, presenter) = (others(&named, own), named.name(Side::Presenter).to_owned());
            let mut rows = vec![
                Fact::text("Artist", named.name(Side::Artist)),
                Fact::when("Dates", when::span(first_day, last_day)),
                Fact::when("Lapses", when::instant(expires_at, &visit.house.settings.zone)),
                Fact::text("Rank", "by the order of grants"),
            ];
            if draft.row.state == DraftState::Prepared && visit.db.may::<PrepareHold>(request, &Unasked)? {
                let permit = visit.db.permit::<PrepareHold>(request, Unasked)?;
                let rank = holds::next_rank(visit.db, &permit)?;
                rows.push(Fact::amount("Rank as things stand", rank.to_string()));
            }
            Ok(Told {
                verb: format!("Grant the hold to {presenter}"),
                did: format!("Hold granted to {presenter}"),
                facts: facts(
                    &to,
                    "The dates are held until the day on which the hold lapses, and the request is accepted.",
                ),
                payload: Sheet {
                    facts: Some(Facts { wide: true, rows }),
                    ..sheet(eyebrow, &named.title, "")
                },
                next: format!("{presenter} releases the hold, or lets it stand until it lapses."),
                way: engagement_way(base, engagement),
                edit: Some(format!("{base}/requests/{request}/hold")),
            })
        }
        Payload::EndMandate { mandate, agency, artist, to, last_day, follows, .. } => {
            let title = format!("Representation of {artist} by {agency}");
            let payload = sheet(eyebrow, &title, &follows);
            ends::mandate(visit, base, draft, (mandate, to, last_day, payload))
        }
        Payload::EndPartnership { partnership, from, to, follows, .. } => {
            let payload = sheet(eyebrow, &format!("Partnership of {from} and {to}"), &follows);
            Ok(ends::partnership(base, partnership, &to, payload))
        }
        Payload::Release { engagement, hold, .. } => ended(visit, base, (engagement, hold), None, eyebrow),
        Payload::Withdrawal { engagement, hold, reason, .. } => {
            ended(visit, base, (engagement, hold), Some(&reason), eyebrow)
        }
    }
}

fn engagement_way(base: &str, id: EngagementId) -> Link {
    Link::to(format!("{base}/engagements/{id}"), "To the engagement")
}

fn request_way(base: &str, id: RequestId) -> Link {
    Link::to(format!("{base}/requests/{id}"), "To the request")
}

fn request(
    visit: &mut Visit<'_, '_>,
    base: &str,
    draft: &DraftView,
    (profile, title, terms): (domain::ProfileId, &str, &Terms),
) -> Result<Told, Problem> {
    let (artist, office, way) = match draft.row.engagement {
        Some(id) => {
            let named = named(visit, id)?;
            (named.name(Side::Artist).to_owned(), named.office().to_owned(), engagement_way(base, id))
        }
        None => match requests::recipient(visit.db, profile) {
            Ok((artist, office)) => {
                (artist, office, Link::to(format!("{base}/requests"), "To your requests"))
            }
            // the artist is no longer open to this workspace: the draft is still theirs, the name is not
            Err(store::StoreError::Refused(_) | store::StoreError::Absent) => (
                "an artist".into(),
                "their office".into(),
                Link::to(format!("{base}/requests"), "To your requests"),
            ),
            Err(other) => return Err(other.into()),
        },
    };
    let fee_open = visit.db.may::<ViewDraftSums>(draft.row.id, &Unasked)?;
    Ok(Told {
        verb: format!("Send request to {office}"),
        did: format!("Request sent to {office}"),
        facts: facts(
            &office,
            "Once sent, they have read it. You may take the request back while it is open.",
        ),
        payload: terms_sheet(format!("Request for {artist}"), title, terms, fee_open, ""),
        next: format!("{office} accepts with a hold, proposes other terms, or declines."),
        way,
        edit: Some(format!("{base}/artists/{profile}/request")),
    })
}

fn counter(
    visit: &mut Visit<'_, '_>,
    base: &str,
    (engagement, request): (EngagementId, RequestId),
    terms: &Terms,
    note: &str,
    eyebrow: String,
) -> Result<Told, Problem> {
    let named = named(visit, engagement)?;
    let own = visit.member()?.1.workspace;
    let fee_open = visit.db.may::<ViewFee>(engagement, &Unasked)?;
    let to = others(&named, own);
    let permit = visit.db.permit::<ViewRequest>(request, Unasked)?;
    let (now, _) = requests::view(visit.db, permit)?;
    let before = Terms {
        first_day: now.first_day,
        last_day: now.last_day,
        venue: now.venue,
        programme: now.programme,
        // where the fee is closed, whether it changed is closed too
        fee: if fee_open { now.fee } else { terms.fee },
    };
    let mut facts = facts(&to, "Once sent, the move is with the other side.");
    facts.rows.insert(2, Fact::text("New", changed(&before, terms, fee_open)));
    Ok(Told {
        verb: format!("Send these terms to {to}"),
        did: format!("Terms sent to {to}"),
        facts,
        payload: terms_sheet(eyebrow, &named.title, terms, fee_open, note),
        next: "The other side answers next.".into(),
        way: request_way(base, request),
        edit: Some(format!("{base}/requests/{request}/counter")),
    })
}

fn ended(
    visit: &mut Visit<'_, '_>,
    base: &str,
    (engagement, hold): (EngagementId, HoldId),
    reason: Option<&str>,
    eyebrow: String,
) -> Result<Told, Problem> {
    let named = named(visit, engagement)?;
    let to = others(&named, visit.member()?.1.workspace);
    let permit = visit.db.permit::<ViewHold>(hold, Unasked)?;
    let (it, _) = holds_view::view(visit.db, permit)?;
    let rows = vec![
        Fact::text("Artist", named.name(Side::Artist)),
        Fact::when("Dates", when::span(it.first_day, it.last_day)),
    ];
    let (verb, did, edit) = match reason {
        None => ("Release the hold", "Hold released", None),
        Some(_) => ("Take the hold back", "Hold taken back", Some(format!("{base}/holds/{hold}/withdraw"))),
    };
    Ok(Told {
        verb: format!("{verb} and tell {to}"),
        did: did.into(),
        facts: facts(&to, "The dates are free again, and lower ranks move up at once."),
        payload: Sheet {
            facts: Some(Facts { wide: true, rows }),
            ..sheet(eyebrow, &named.title, reason.unwrap_or_default())
        },
        next: "The hold is over.".into(),
        way: Link::to(format!("{base}/holds/{hold}"), "To the hold"),
        edit,
    })
}
