//! Enquiries from the public form: an office's list, one enquiry with its answer, and the platform's triage.

mod triage;
mod triage_answer;

use super::engagements::parts::{Changes, FormPart, ListView, RowView, base, paged, pager};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Fact, Facts, Field, FormToken, Link, Mark, Payload, State, when};
use crate::visit::Visit;
use domain::EnquiryId;
use domain::bounded::{Line, Prose};
use domain::records::{DraftKind, EnquiryState};
use policy::Unasked;
use policy::actions::{DismissEnquiry, PrepareEnquiryAnswer, ViewEnquiry, ViewWorkspace};
use serde::Serialize;
use store::drafts;
use store::engagements::enquiries;
use store::engagements::enquiries_view::{self as found, EnquiryView};
use warp::reply::Response;

/// Every route of this room.
#[must_use]
pub(super) fn routes() -> Vec<Route<House>> {
    let mut all = triage::routes();
    all.extend(triage_answer::routes());
    all.extend([
        Route::get("/w/{workspace}/enquiries", "ViewEnquiry", "Enquiry", Most::Member, |call| {
            Box::pin(list(call))
        })
        .reads(&["after"]),
        Route::get("/w/{workspace}/enquiries/{enquiry}", "ViewEnquiry", "Enquiry", Most::Member, |call| {
            Box::pin(show(call))
        })
        .reads(&["draft"]),
        Route::post(
            "/w/{workspace}/enquiries/{enquiry}",
            "PrepareEnquiryAnswer",
            "Enquiry",
            Most::Member,
            |call| Box::pin(answer(call)),
        ),
        Route::post(
            "/w/{workspace}/enquiries/{enquiry}/dismiss",
            "DismissEnquiry",
            "Enquiry",
            Most::Member,
            |call| Box::pin(dismiss(call)),
        ),
    ]);
    all
}

fn mark(state: EnquiryState) -> Mark {
    match state {
        EnquiryState::Unverified => Mark::of("?", State::Enquiry, "from someone not yet checked"),
        EnquiryState::Answered => Mark::of("E", State::Firm, "answered"),
        EnquiryState::Dismissed => Mark::of("E", State::Gone, "put aside"),
    }
}

fn row(visit: &Visit<'_, '_>, base: &str, it: &EnquiryView) -> RowView {
    RowView {
        mark: mark(it.state),
        when: Some(when::instant(it.received_at, &visit.house.settings.zone)),
        title: it.organisation.clone(),
        href: format!("{base}/enquiries/{}", it.id),
        text: match it.day {
            Some(day) => format!("{} asks for {} on {}.", it.name, it.artist, when::day(day).text),
            None => format!("{} asks for {}.", it.name, it.artist),
        },
    }
}

fn sheet(visit: &Visit<'_, '_>, it: &EnquiryView) -> Payload {
    let mut rows = vec![
        Fact::text("From", format!("{}, {}", it.name, it.organisation)),
        Fact::text("Answer to", &it.email),
        Fact::text("Artist", &it.artist),
    ];
    rows.extend(it.day.map(|it| Fact::when("Date", when::day(it))));
    rows.push(Fact::when("Received", when::instant(it.received_at, &visit.house.settings.zone)));
    Payload {
        eyebrow: Some("As it was typed. Nobody has checked who wrote it.".into()),
        title: "What they have in mind".into(),
        prose: super::engagements::parts::paragraphs(&it.message),
        facts: Some(Facts { wide: false, rows }),
        money: None,
    }
}

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let query = call.rq.query();
    call.visit(call.member(), move |visit| {
        let (_, member) = visit.member()?;
        let _permit = visit.db.permit::<ViewWorkspace>(member.workspace, Unasked)?;
        let (base, page) = (base(visit)?, paged(query)?);
        let (all, next) = found::list(visit.db, &page)?;
        let rows: Vec<RowView> = all.iter().map(|it| row(visit, &base, it)).collect();
        let empty = rows.is_empty().then(|| Empty {
            text: "Nobody has written by the public form.".into(),
            href: Some(format!("{base}/requests")),
            label: "See the requests".into(),
        });
        let view = ListView {
            heading: "Enquiries".into(),
            lead: "From the public form. Nothing is held, and nobody is answered before you answer.".into(),
            pager: pager("Enquiries", &format!("{base}/enquiries"), page.after.is_some(), next),
            rows,
            empty,
        };
        let page = visit.page("Enquiries", "/enquiries")?;
        visit.house.views.page("pages/engagements/list.html", &page, &view)
    })
    .await
}

#[derive(Serialize)]
struct View {
    heading: String,
    mark: Mark,
    payload: Payload,
    answer: Vec<String>,
    form: Option<AnswerForm>,
    aside: Option<Aside>,
    back: Link,
}

#[derive(Serialize)]
struct AnswerForm {
    action: String,
    token: FormToken,
    hidden: Vec<(&'static str, String)>,
    parts: Vec<FormPart>,
}

#[derive(Serialize)]
struct Aside {
    action: String,
    token: FormToken,
    label: &'static str,
}

impl Aside {
    fn of(visit: &Visit<'_, '_>, action: String, label: &'static str) -> Self {
        Self { token: visit.token(&action), action, label }
    }
}

fn show_page(
    visit: &mut Visit<'_, '_>,
    id: EnquiryId,
    filled: &Filled,
    changes: &Changes,
) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewEnquiry>(id, Unasked)?;
    let it = found::view(visit.db, &permit)?;
    let here = format!("{}/enquiries/{id}", base(visit)?);
    let waits = it.state == EnquiryState::Unverified;
    let form = (waits && visit.db.may::<PrepareEnquiryAnswer>(id, &Unasked)?).then(|| AnswerForm {
        token: visit.token(&here),
        action: here.clone(),
        hidden: changes.hidden(),
        parts: vec![
            Field::text("subject", "Subject of your mail").filled(filled).into(),
            Field::area("text", "Your answer")
                .hint("It is a mail; say who you are.")
                .rows(9)
                .filled(filled)
                .into(),
        ],
    });
    let aside = (waits && visit.db.may::<DismissEnquiry>(id, &Unasked)?)
        .then(|| Aside::of(visit, format!("{here}/dismiss"), "Put it aside without an answer"));
    let view = View {
        heading: format!("{} asks", it.organisation),
        mark: mark(it.state),
        payload: sheet(visit, &it),
        answer: it.answer.as_deref().map(super::engagements::parts::paragraphs).unwrap_or_default(),
        form,
        aside,
        back: Link::to(format!("{}/enquiries", base(visit)?), "Back to the enquiries"),
    };
    let page = visit.page(view.heading.clone(), "/enquiries")?;
    if filled.faults.is_empty() {
        visit.house.views.page("pages/enquiries/show.html", &page, &view)
    } else {
        Err(visit.house.views.again("pages/enquiries/show.html", &page.correcting(filled), &view))
    }
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<EnquiryId>("enquiry"), call.rq.query());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let _permit = visit.db.permit::<ViewEnquiry>(id, Unasked)?;
        let draft = Changes::asked(visit, query, DraftKind::EnquiryAnswer)?;
        let mut filled = Filled::blank();
        if let Some(drafts::Payload::EnquiryAnswer { subject, text, .. }) =
            draft.as_ref().and_then(drafts::DraftView::payload)
        {
            filled.keep("subject", subject);
            filled.keep("text", text);
        }
        show_page(visit, id, &filled, &Changes::to(draft.as_ref()))
    })
    .await
}

async fn answer(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EnquiryId>("enquiry"));
    call.change_on::<PrepareEnquiryAnswer>(who, id, Unasked, |visit, permit, mut sheet| {
        let changes = Changes::of(&mut sheet)?;
        let subject = sheet.take("subject", |it| Line::line("a subject", it));
        let text = sheet.take("text", |it| Prose::prose("an answer", it));
        let (Some(subject), Some(text)) = (subject, text) else {
            return show_page(visit, permit.on(), &sheet.filled, &changes);
        };
        let store = sheet.finish(visit)?;
        let done = enquiries::prepare_answer(&store, permit, &subject, &text, changes.revises)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}

async fn dismiss(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EnquiryId>("enquiry"));
    call.change_on::<DismissEnquiry>(who, id, Unasked, |visit, permit, sheet| {
        enquiries::dismiss(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other(&format!("{}/enquiries", base(visit)?)))
    })
    .await
}
