//! What names nobody here waits for the platform's own staff: the list, and one enquiry with what may be done to it.

use super::{row, sheet};
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::leaf::{Form, Leaf, Section};
use crate::pages::admin::{answered, staff};
use crate::pages::engagements::parts::{ListView, RowView, paged, pager, paragraphs};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Field, Page};
use crate::visit::Visit;
use domain::EnquiryId;
use domain::records::EnquiryState;
use policy::Factor;
use policy::actions::TriageEnquiry;
use store::engagements::enquiries_view as found;
use store::engagements::triage;
use warp::reply::Response;

pub(super) const HERE: &str = "/admin/enquiries";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(HERE, "TriageEnquiry", "Enquiry", Most::Admin, |call| Box::pin(list(call)))
            .reads(&["after"]),
        Route::get("/admin/enquiries/{enquiry}", "TriageEnquiry", "Enquiry", Most::Admin, |call| {
            Box::pin(show(call))
        }),
    ]
}

/// The page of one enquiry.
pub(super) fn path(id: Option<EnquiryId>) -> String {
    id.map_or_else(|| HERE.to_owned(), |it| format!("{HERE}/{it}"))
}

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let query = call.rq.query();
    let done = staff(&call, HERE, move |visit| {
        let page = paged(query)?;
        let (all, next) = found::triage_list(visit.db, &page)?;
        let rows: Vec<RowView> = all.iter().map(|it| row(visit, "/admin", it)).collect();
        let empty = rows.is_empty().then(|| Empty {
            text: "No enquiry waits for the platform.".into(),
            href: Some("/admin".into()),
            label: "Back to the platform".into(),
        });
        let view = ListView {
            heading: "Enquiries".into(),
            lead: "From the public form, naming no published artist. Answer each by mail, or put it aside."
                .into(),
            pager: pager("Enquiries", HERE, page.after.is_some(), next),
            rows,
            empty,
        };
        let page = visit.page("Enquiries", HERE)?;
        visit.house.views.page("pages/engagements/list.html", &page, &view)
    })
    .await?;
    Ok(done.unwrap_or_else(|step_up| step_up))
}

/// Which form of the page is shown again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    Neither,
    Answer,
    Dismissal,
}

/// One enquiry: what was typed, the answer that was prepared or sent, and the forms while it waits.
pub(super) fn about(
    visit: &mut Visit<'_, '_>,
    id: EnquiryId,
    filled: &Filled,
    again: Again,
) -> Result<(Page, Leaf), Problem> {
    let permit = visit.db.permit::<TriageEnquiry>(id, Factor)?;
    let it = found::triage_view(visit.db, &permit)?;
    let prepared = triage::answer(visit.db, &permit)?;
    let typed = sheet(visit, &it);
    let mut asks =
        Section::titled("asks", typed.title).facts(typed.facts.map(|it| it.rows).unwrap_or_default());
    for text in typed.prose {
        asks = asks.say(text);
    }
    let mut leaf = Leaf::new(format!("{} asks", it.organisation)).with(asks);
    leaf = match it.state {
        EnquiryState::Answered => leaf.with(
            Section::titled("answer", "The answer that was sent")
                .quote(it.answer.as_deref().map(|it| paragraphs(it).join(" ")).unwrap_or_default())
                .link(format!("{HERE}/{id}/answer"), "See it word for word"),
        ),
        EnquiryState::Dismissed => {
            leaf.with(Section::plain().say("It was put aside; the ledger keeps the reason."))
        }
        EnquiryState::Unverified => {
            let blank = Filled::blank();
            let of = |mine| if again == mine { filled } else { &blank };
            let mut kept = Filled::blank();
            if let Some(it) = &prepared {
                kept.keep("subject", it.subject.as_str());
                kept.keep("text", it.text.as_str());
            }
            let answer = if again == Again::Answer { filled } else { &kept };
            let waits = prepared.as_ref().map(|it| {
                Section::titled("prepared", "An answer is prepared")
                    .say(format!(
                        "{} prepared it. It leaves the house once somebody confirms it.",
                        it.prepared_by
                    ))
                    .link(format!("{HERE}/{id}/answer"), "Read it and send it")
            });
            leaf.maybe(waits).with(answering(visit, &it, answer)).with(dismissing(
                visit,
                &it,
                of(Again::Dismissal),
            ))
        }
    };
    let heading = format!("{} asks", it.organisation);
    Ok((visit.page(heading, HERE)?, leaf.maybe(Some(Section::plain().link(HERE, "Back to the enquiries")))))
}

fn answering(visit: &Visit<'_, '_>, it: &found::EnquiryView, filled: &Filled) -> Section {
    let form = Form::post(visit, format!("{HERE}/{}/answer", it.id), "Prepare the answer")
        .hidden("version", it.version.0.to_string())
        .field(Field::text("subject", "Subject of your mail").filled(filled))
        .field(
            Field::area("text", "Your answer").hint("It is a mail; say who you are.").rows(9).filled(filled),
        );
    Section::titled("answer", "Answer by mail").form(form)
}

fn dismissing(visit: &Visit<'_, '_>, it: &found::EnquiryView, filled: &Filled) -> Section {
    let form = Form::post(visit, format!("{HERE}/{}/dismiss", it.id), "Put it aside")
        .hidden("version", it.version.0.to_string())
        .field(
            Field::area("reason", "Reason").hint("For the ledger; the sender hears nothing.").filled(filled),
        )
        .undo();
    Section::titled("dismiss", "Put it aside without an answer").form(form)
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EnquiryId>("enquiry");
    let done = staff(&call, &path(id), move |visit| {
        let id = visit.known(id)?;
        about(visit, id, &Filled::blank(), Again::Neither)
    })
    .await?;
    answered(&call, done)
}
