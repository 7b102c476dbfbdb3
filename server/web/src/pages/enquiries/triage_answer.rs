//! The platform's answer to an enquiry: prepared, shown word for word, sent once its digest comes back; or no answer, with
//! a reason.

use super::triage::{Again, HERE, about, path};
use crate::house::House;
use crate::http::faults::Faults;
use crate::pages::admin::{staff, staff_change};
use crate::pages::engagements::parts::paragraphs;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Fact, Facts, FormToken, Link, Payload};
use crate::visit::Visit;
use domain::bounded::{Line, Prose};
use domain::records::EnquiryState;
use domain::{Digest, EnquiryId};
use policy::actions::{SendTriageAnswer, TriageEnquiry};
use policy::{Factor, Permit, StaffShown};
use serde::Serialize;
use store::engagements::enquiries_view as found;
use store::engagements::triage::{self, TriageAnswer};
use warp::reply::Response;

const ANSWER: &str = "/admin/enquiries/{enquiry}/answer";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(ANSWER, "TriageEnquiry", "Enquiry", Most::Admin, |call| Box::pin(show(call))),
        Route::post(ANSWER, "TriageEnquiry", "Enquiry", Most::Admin, |call| Box::pin(prepare(call))),
        Route::post("/admin/enquiries/{enquiry}/send", "SendTriageAnswer", "Enquiry", Most::Admin, |call| {
            Box::pin(send(call))
        }),
        Route::post("/admin/enquiries/{enquiry}/dismiss", "TriageEnquiry", "Enquiry", Most::Admin, |call| {
            Box::pin(dismiss(call))
        }),
    ]
}

#[derive(Serialize)]
struct View {
    eyebrow: String,
    heading: String,
    facts: Facts,
    payload: Payload,
    short: String,
    digest: String,
    send: Option<Button>,
    back: Link,
}

#[derive(Serialize)]
struct Button {
    action: String,
    token: FormToken,
    verb: String,
}

/// The prepared answer, and whether it waits; `None` where none was prepared.
fn prepared(
    visit: &mut Visit<'_, '_>,
    id: EnquiryId,
) -> Result<Option<(TriageAnswer, EnquiryState)>, Problem> {
    let permit = visit.db.permit::<TriageEnquiry>(id, Factor)?;
    let state = found::triage_view(visit.db, &permit)?.state;
    Ok(triage::answer(visit.db, &permit)?.map(|it| (it, state)))
}

fn view(visit: &mut Visit<'_, '_>, id: EnquiryId) -> Result<Option<View>, Problem> {
    let Some((it, state)) = prepared(visit, id)? else { return Ok(None) };
    let waits =
        state == EnquiryState::Unverified && visit.db.may::<SendTriageAnswer>(id, &StaffShown(it.digest))?;
    let verb = format!("Send answer to {}", it.to);
    let rows = vec![
        Fact::text("Goes to", &it.to),
        Fact::text("By", "mail to the address that was typed; nobody has checked it"),
        Fact::text("What you cannot take back", "A mail that was sent stays sent."),
    ];
    Ok(Some(View {
        eyebrow: format!("Prepared by {}", it.prepared_by),
        heading: match state {
            EnquiryState::Unverified => format!("{verb}?"),
            EnquiryState::Answered => format!("Answer sent to {}", it.to),
            EnquiryState::Dismissed => "It was put aside; this answer was not sent".into(),
        },
        facts: Facts { wide: true, rows },
        payload: Payload {
            eyebrow: Some("Answer to an enquiry".into()),
            title: it.subject,
            prose: paragraphs(&it.text),
            facts: None,
            money: None,
        },
        short: it.digest.short(),
        digest: it.digest.to_string(),
        send: waits.then(|| {
            let action = format!("{HERE}/{id}/send");
            Button { token: visit.token(&action), action, verb }
        }),
        back: Link::to(path(Some(id)), "Back to the enquiry"),
    }))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EnquiryId>("enquiry");
    let done = staff(&call, &format!("{}/answer", path(id)), move |visit| {
        let id = visit.known(id)?;
        let Some(view) = view(visit, id)? else { return Ok(reply::see_other(&path(Some(id)))) };
        let page = visit.page(view.heading.clone(), HERE)?;
        visit.house.views.page("pages/enquiries/answer.html", &page, &view)
    })
    .await?;
    Ok(done.unwrap_or_else(|step_up| step_up))
}

/// The right to this enquiry, before anything of a form is looked at.
fn mine(id: Option<EnquiryId>) -> impl FnOnce(&mut Visit<'_, '_>) -> Result<Permit<TriageEnquiry>, Problem> {
    move |visit| {
        let id = visit.known(id)?;
        Ok(visit.db.permit::<TriageEnquiry>(id, Factor)?)
    }
}

async fn prepare(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EnquiryId>("enquiry");
    staff_change(call, path(id), mine(id), |visit, permit, mut sheet| {
        let id = permit.on();
        let subject = sheet.take("subject", |it| Line::line("a subject", it));
        let text = sheet.take("text", |it| Prose::prose("an answer", it));
        let shown = sheet.edition(permit.version())?;
        let filled = sheet.filled.clone();
        let (Some(subject), Some(text), true) = (subject, text, filled.is_fine()) else {
            let (page, leaf) = about(visit, id, &filled, Again::Answer)?;
            return Err(leaf.again(visit.house, page, &filled));
        };
        let store = sheet.finish(visit)?;
        triage::prepare(&store, permit, shown, &subject, &text)?;
        Ok(reply::see_other(&format!("{HERE}/{id}/answer")))
    })
    .await
}

async fn send(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EnquiryId>("enquiry");
    staff_change(call, format!("{}/answer", path(id)), mine(id), |visit, permit, mut sheet| {
        let id = permit.on();
        let digest = sheet.text("digest").parse::<Digest>();
        let store = sheet.finish(visit)?;
        let digest = digest.map_err(|e| Problem::Invalid(Faults::one("digest", e.to_string())))?;
        let here = format!("{HERE}/{id}/answer");
        let Some((_, state)) = prepared(visit, id)?.filter(|it| it.0.digest == digest) else {
            return Err(Problem::Stale(
                "This answer was changed after it was shown to you. Nothing was sent. Read it again before you send it."
                    .into(),
            ));
        };
        if state == EnquiryState::Answered {
            // another form sent it: once was enough
            return Ok(reply::see_other(&here));
        }
        let permit = visit.db.permit::<SendTriageAnswer>(id, StaffShown(digest))?;
        triage::send(&store, permit)?;
        Ok(reply::see_other(&here))
    })
    .await
}

async fn dismiss(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EnquiryId>("enquiry");
    staff_change(call, path(id), mine(id), |visit, permit, mut sheet| {
        let id = permit.on();
        let reason = sheet.take("reason", |it| Prose::prose("a reason", it));
        let shown = sheet.edition(permit.version())?;
        let filled = sheet.filled.clone();
        let (Some(reason), true) = (reason, filled.is_fine()) else {
            let (page, leaf) = about(visit, id, &filled, Again::Dismissal)?;
            return Err(leaf.again(visit.house, page, &filled));
        };
        let store = sheet.finish(visit)?;
        triage::dismiss(&store, permit, shown, &reason)?;
        Ok(reply::see_other(HERE))
    })
    .await
}
