//! The end of a mandate: prepared here, shown as a draft, confirmed there.

use super::base;
use super::mandates::{facts, in_force};
use crate::change::Sheet;
use crate::house::House;
use crate::http::Filled;
use crate::pages::engagements::parts::{Changes, FormView, keep_day};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{DayField, Link};
use crate::visit::Visit;
use domain::records::DraftKind;
use domain::{Kind, MandateId};
use policy::actions::{PrepareNotice, ViewMandate};
use policy::{Permit, Unasked};
use store::StoreError;
use store::drafts::{DraftView, Payload};
use store::profiles::mandates;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    const PATH: &str = "/w/{workspace}/mandates/{mandate}/notice";
    vec![
        Route::get(PATH, "PrepareNotice", "Mandate", Most::Member, |call| Box::pin(open(call)))
            .reads(&["draft"]),
        Route::post(PATH, "PrepareNotice", "Mandate", Most::Member, |call| Box::pin(prepare(call))),
    ]
}

fn form_page(
    visit: &mut Visit<'_, '_>,
    id: MandateId,
    filled: &Filled,
    changes: &Changes,
) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewMandate>(id, Unasked)?;
    let it = mandates::view(visit.db, &permit)?;
    if !in_force(it.state) {
        return Err(StoreError::Conflict("This mandate is not in force.".into()).into());
    }
    let (base, kind) = (base(visit)?, visit.member()?.0);
    let last = DayField::new("last", "last_", "Last day")
        .hint("It ends at midnight UTC after this day. Leave it empty to end the mandate as soon as it is confirmed.")
        .filled(filled);
    let view = FormView {
        eyebrow: format!("Mandate of {} for {}", it.agency, it.artist),
        heading: "End this mandate".into(),
        lead: "Nothing is sent yet. The next page shows what the other side will read, and what follows."
            .into(),
        facts: Some(facts(visit, &it)),
        parts: vec![last.into()],
        hidden: changes.hidden(),
        action: format!("{base}/mandates/{id}/notice"),
        upload: false,
        button: "Prepare the end".into(),
        back: Link::to(format!("{base}/mandates/{id}"), "Back to the mandate"),
        token: None,
    };
    view.answer(visit, if kind == Kind::Artist { "/agencies" } else { "/roster" }, filled)
}

async fn open(call: Call<House>) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<MandateId>("mandate"), call.rq.query());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let _permit = visit.db.permit::<PrepareNotice>(id, Unasked)?;
        let draft = Changes::asked(visit, query, DraftKind::EndMandate)?;
        let mut filled = Filled::blank();
        if let Some(Payload::EndMandate { last_day: Some(day), .. }) =
            draft.as_ref().and_then(DraftView::payload)
        {
            keep_day(&mut filled, "last_", day);
        }
        form_page(visit, id, &filled, &Changes::to(draft.as_ref()))
    })
    .await
}

async fn prepare(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<MandateId>("mandate"));
    call.change_on::<PrepareNotice>(who, id, Unasked, taken).await
}

fn taken(
    visit: &mut Visit<'_, '_>,
    permit: Permit<PrepareNotice>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let changes = Changes::of(&mut sheet)?;
    let last = sheet.optional_day("last", "last_");
    if !sheet.filled.faults.is_empty() {
        return form_page(visit, permit.on(), &sheet.filled, &changes);
    }
    let (mut filled, id) = (sheet.filled.clone(), permit.on());
    let seen = visit.db.permit::<ViewMandate>(id, Unasked)?;
    let stands = mandates::view(visit.db, &seen)?.ends_at;
    let store = sheet.finish(visit)?;
    let done = match mandates::prepare_notice(&store, permit, last, changes.revises) {
        Err(StoreError::Conflict(why))
            if last.is_some_and(|it| mandates::end_of(visit.now(), it, stands).is_err()) =>
        {
            filled.faults.add("last", why);
            return form_page(visit, id, &filled, &changes);
        }
        other => other?,
    };
    Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
}
