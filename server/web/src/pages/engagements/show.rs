//! Engagements: the list, and the page of one, for its parties and for counsel.

use super::parts::{
    Act, ListView, RowView, base, hold_mark, key, kind_title, move_of, paged, pager, paragraphs, request_mark,
};
use super::{chain, own};
use crate::house::House;
use crate::http::Fields;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{
    Empty, Fact, Facts, Field, FormToken, Ledger, Mark, Money, MoneyLine, Move, Pager, State, Step, Steps,
    When, when,
};
use crate::visit::{As, Visit};
use domain::records::{DocumentState, EngagementState, Turn};
use domain::{EngagementId, Kind, Side};
use policy::actions::{ViewEngagement, ViewWorkspace};
use policy::{Actor, Unasked};
use serde::Serialize;
use store::engagements::view::{self, After, EngagementView};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/engagements", "ViewEngagement", "Engagement", Most::Member, |call| {
            let who = call.member();
            Box::pin(list(call, who))
        })
        .reads(&["after"]),
        Route::get(
            "/w/{workspace}/engagements/{engagement}",
            "ViewEngagement",
            "Engagement",
            Most::Member,
            |call| {
                let who = call.member();
                Box::pin(show(call, who))
            },
        )
        .reads(&["messages", "documents"]),
        Route::get("/counsel", "ViewEngagement", "Engagement", Most::Counsel, |call| {
            Box::pin(list(call, As::Counsel))
        })
        .reads(&["after"]),
        Route::get(
            "/counsel/engagements/{engagement}",
            "ViewEngagement",
            "Engagement",
            Most::Counsel,
            |call| Box::pin(show(call, As::Counsel)),
        )
        .reads(&["messages", "documents"]),
    ]
}

/// The path under which the asker's pages lie, and where the desk stands.
fn place(visit: &Visit<'_, '_>) -> Result<(String, &'static str), Problem> {
    match &visit.asker().actor {
        Actor::Counsel(_) => Ok(("/counsel".into(), "/counsel")),
        _ => Ok((base(visit)?, "/engagements")),
    }
}

async fn list(call: Call<House>, who: As) -> Result<Response, Problem> {
    let query = call.rq.query();
    call.visit(who, move |visit| {
        let kind = visit.asker().actor.workspace();
        if let Some((_, workspace)) = kind {
            let _permit = visit.db.permit::<ViewWorkspace>(workspace, Unasked)?;
        }
        let ((base, here), page) = (place(visit)?, paged(query)?);
        let (found, next) = view::list(visit.db, &page)?;
        let rows: Vec<RowView> = found
            .into_iter()
            .map(|(it, named)| {
                let presenter = named.name(Side::Presenter);
                let next =
                    move_of(it.turn, kind.map(|it| it.0), named.office(), presenter, String::new()).whose;
                let next = if kind.is_some() { format!(" {next}.") } else { String::new() };
                RowView {
                    mark: state_mark(it.state),
                    when: it.days.map(|(first, last)| when::span(first, last)),
                    title: named.title.clone(),
                    href: format!("{base}/engagements/{}", it.id),
                    text: format!("{}, {presenter}.{next}", named.name(Side::Artist)),
                }
            })
            .collect();
        let path = if kind.is_some() { format!("{base}/engagements") } else { base.clone() };
        let heading = if kind.is_some() { "Engagements" } else { "Queue" };
        let empty = rows.is_empty().then(|| nothing(kind.map(|it| it.0), &base));
        let view = ListView {
            heading: heading.into(),
            lead: "Each engagement is seen by its artist, its agency, its presenter and their counsel, and by nobody else."
                .into(),
            pager: pager(heading, &path, page.after.is_some(), next),
            rows,
            empty,
        };
        let page = visit.page(heading, here)?;
        visit.house.views.page("pages/engagements/list.html", &page, &view)
    })
    .await
}

fn nothing(kind: Option<Kind>, base: &str) -> Empty {
    let way = |text: &str, part: &str, label: &str| Empty {
        text: text.into(),
        href: Some(format!("{base}{part}")),
        label: label.into(),
    };
    match kind {
        Some(Kind::Presenter) => way("Your first request begins an engagement.", "/search", "Find an artist"),
        Some(Kind::Agency) => {
            way("The first request for an artist of yours begins one.", "/roster", "See your roster")
        }
        Some(Kind::Artist) => way("The first request for you begins one.", "/profile", "See your profile"),
        None => Empty {
            text: "Nobody has invited you to an engagement.".into(),
            href: None,
            label: String::new(),
        },
    }
}

fn state_mark(state: EngagementState) -> Mark {
    match state {
        EngagementState::Inquiry => Mark::of("A", State::Enquiry, "inquiry"),
        EngagementState::Held => Mark::of("B", State::Hold, "held"),
    }
}

/// A message on the page.
#[derive(Serialize)]
struct Said {
    from: String,
    when: When,
    href: String,
    prose: Vec<String>,
}

/// A small form on the page.
#[derive(Serialize)]
struct Small {
    action: String,
    token: FormToken,
    field: Field,
    version: i64,
}

#[derive(Serialize)]
struct View {
    eyebrow: String,
    heading: String,
    lead: String,
    steps: Steps,
    r#move: Option<Move>,
    papers: Vec<RowView>,
    further: Pager,
    said: Vec<Said>,
    earlier: Pager,
    ledger: Option<Ledger>,
    ledger_href: String,
    money: Option<Money>,
    hint: Option<&'static str>,
    parties: Facts,
    acts: Vec<Act>,
    counsel: Vec<own::CounselLine>,
    invite: Option<Small>,
    notes: Option<Small>,
    note_text: Option<String>,
}

/// Which page of what grows on an engagement is asked for.
pub(super) fn after(query: Result<Fields, Problem>) -> Result<After, Problem> {
    let mut query = query?;
    let after = After { messages: key(&mut query, "messages"), documents: key(&mut query, "documents") };
    query.finish()?;
    Ok(after)
}

async fn show(call: Call<House>, who: As) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<EngagementId>("engagement"), call.rq.query());
    call.visit(who, move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewEngagement>(id, Unasked)?;
        let after = after(query)?;
        let it = view::view(visit.db, &permit, after.clone())?;
        let view = model(visit, &it, &after)?;
        let (_, here) = place(visit)?;
        let page = visit.page(it.named.title.clone(), here)?;
        visit.house.views.page("pages/engagements/show.html", &page, &view)
    })
    .await
}

fn model(visit: &mut Visit<'_, '_>, it: &EngagementView, after: &After) -> Result<View, Problem> {
    let (base, _) = place(visit)?;
    let path = format!("{base}/engagements/{}", it.id);
    let kind = visit.asker().actor.workspace().map(|it| it.0);
    let zone = visit.house.settings.zone.clone();
    let (artist, presenter) = (it.named.name(Side::Artist), it.named.name(Side::Presenter));
    let dates = it.requests.first().map(|it| format!(", {}", when::span(it.first_day, it.last_day).text));
    let ledger = if it.may.ledger { Some(chain::latest(visit, it.id, &it.named, 10)?) } else { None };
    let said = it.messages.rows.iter().map(|message| Said {
        from: format!("{}, {}", message.author, it.named.name(message.side)),
        when: when::instant(message.sent_at, &zone),
        href: format!("{base}/messages/{}", message.id),
        prose: paragraphs(&message.body),
    });
    let said: Vec<Said> = said.collect();
    let counsel = own::counsel_lines(visit, &path, it);
    let note = it.notes.clone();
    Ok(View {
        eyebrow: format!("Engagement {}", it.named.reference),
        heading: it.named.title.clone(),
        lead: format!("{artist} at {presenter}{}", dates.unwrap_or_default()),
        steps: steps(it.state),
        r#move: kind.map(|_| move_of(it.turn, kind, it.named.office(), presenter, next(it))),
        papers: papers(&base, it),
        further: Pager {
            label: "Documents".into(),
            first: after.documents.as_ref().map(|_| path.clone()),
            next: onward(&path, "documents", it.documents.next.as_deref()),
        },
        said,
        earlier: Pager {
            label: "Messages".into(),
            first: after.messages.as_ref().map(|_| format!("{path}#said")),
            next: onward(&path, "messages", it.messages.next.as_deref()).map(|it| it + "#said"),
        },
        ledger,
        ledger_href: format!("{path}/ledger"),
        money: money(it),
        hint: it.commission_bp.map(|_| "Commission is seen by the artist and the agency only."),
        parties: parties(it),
        acts: acts(&path, it),
        counsel,
        invite: it.may.invite.then(|| Small {
            action: format!("{path}/counsel"),
            token: visit.token(&format!("{path}/counsel")),
            field: Field { autocomplete: Some("off"), ..Field::email("email", "Invite counsel by e-mail") },
            version: 0,
        }),
        notes: note.as_ref().filter(|_| it.may.note).map(|(text, version)| Small {
            action: format!("{path}/notes"),
            token: visit.token(&format!("{path}/notes")),
            field: Field {
                value: text.clone(),
                ..Field::area("note", "Notes of your workspace")
                    .hint("Nobody outside it ever sees them.")
                    .optional()
            },
            version: version.0,
        }),
        note_text: note.filter(|_| !it.may.note).map(|it| it.0).filter(|it| !it.is_empty()),
    })
}

/// Where a list of the page goes on.
fn onward(path: &str, field: &str, next: Option<&str>) -> Option<String> {
    next.map(|it| format!("{path}?{field}={}", crate::http::encoding::encode(it)))
}

fn next(it: &EngagementView) -> String {
    match it.turn {
        Turn::Office => "A request waits for an answer.".into(),
        Turn::Presenter if it.state == EngagementState::Held => {
            "A hold stands; the presenter releases it or lets it stand until it lapses.".into()
        }
        Turn::Presenter => "Other terms were proposed and wait for an answer.".into(),
        Turn::Nobody => "No request or hold is open on this engagement.".into(),
    }
}

fn steps(state: EngagementState) -> Steps {
    let held = state == EngagementState::Held;
    let step = |letter: &str, label: &str, state, current| Step {
        letter: letter.into(),
        state: Some(state),
        label: label.into(),
        current,
    };
    let later = State::Enquiry;
    Steps {
        label: "Progress".into(),
        steps: vec![
            step("A", "Request", if held { State::Firm } else { State::Hold }, !held),
            step("B", "Hold", if held { State::Hold } else { later }, held),
            step("C", "Contract", later, false),
            step("D", "Performance", later, false),
            step("E", "Settlement", later, false),
        ],
    }
}

fn papers(base: &str, it: &EngagementView) -> Vec<RowView> {
    let mut rows = Vec::new();
    let row =
        |mark, title: String, href: String, text: String| RowView { mark, when: None, title, href, text };
    for draft in &it.drafts {
        let href = format!("{base}/drafts/{}", draft.row.id);
        let text = format!("prepared by {}", draft.row.prepared_by);
        let mark = Mark::of("?", State::Enquiry, "waits for a confirmation");
        rows.push(row(mark, kind_title(draft.row.kind).into(), href, text));
    }
    for hold in &it.holds {
        let days = when::span(hold.first_day, hold.last_day).text;
        rows.push(row(
            hold_mark(hold.state, hold.rank()),
            "Hold".into(),
            format!("{base}/holds/{}", hold.id),
            days,
        ));
    }
    for request in &it.requests {
        let days = when::span(request.first_day, request.last_day).text;
        let href = format!("{base}/requests/{}", request.id);
        rows.push(row(
            request_mark(request.state),
            "Request".into(),
            href,
            format!("{days}, {}", request.venue),
        ));
    }
    for document in &it.documents.rows {
        let mark = match (document.state, document.shared) {
            (DocumentState::Erased, _) => Mark::of("D", State::Gone, "content erased"),
            (_, true) => Mark::of("D", State::Firm, "shared"),
            (_, false) => Mark::of("D", State::Enquiry, "its own side only"),
        };
        let href = format!("{base}/documents/{}", document.id);
        rows.push(row(mark, document.title.clone(), href, document.file_name.clone()));
    }
    rows
}

fn money(it: &EngagementView) -> Option<Money> {
    let mut lines = Vec::new();
    let fee = it.requests.iter().find_map(|it| it.fee);
    lines.extend(fee.map(|it| MoneyLine {
        label: "Fee, gross, as asked".into(),
        amount: it.to_string(),
        sum: false,
    }));
    lines.extend(it.commission_bp.map(|it| MoneyLine {
        label: "Commission, by the mandate".into(),
        amount: format!("{}.{:02} %", it / 100, it % 100),
        sum: false,
    }));
    (!lines.is_empty()).then_some(Money { lines })
}

fn parties(it: &EngagementView) -> Facts {
    let title = |side: Side| match side {
        Side::Artist => "Artist",
        Side::Agency => "Agency",
        Side::Presenter => "Presenter",
    };
    let mut rows: Vec<Fact> =
        it.named.parties.iter().map(|it| Fact::text(title(it.side), &it.name)).collect();
    for side in Side::ALL {
        let count = it.counsel.iter().filter(|it| it.side == *side).count();
        if count > 0 {
            rows.push(Fact::text("Counsel", format!("{count}, of the {side}; contract only")));
        }
    }
    Facts { wide: false, rows }
}

fn acts(path: &str, it: &EngagementView) -> Vec<Act> {
    let mut acts = Vec::new();
    if it.may.write {
        acts.push(Act::way(format!("{path}/message"), "Write a message"));
    }
    if it.may.add {
        acts.push(Act::way(format!("{path}/documents"), "Add a document"));
    }
    acts
}
