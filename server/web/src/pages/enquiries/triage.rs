//! What names nobody here waits for the platform's own staff.

use super::{Aside, View, mark, row, sheet};
use crate::change::Sent;
use crate::house::House;
use crate::pages::engagements::parts::{ListView, RowView, paged, pager};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Empty, Link};
use crate::visit::{As, Visit};
use domain::EnquiryId;
use policy::Factor;
use policy::actions::{TriageEnquiry, ViewPlatform};
use policy::facts::ThePlatform;
use store::engagements::enquiries;
use store::engagements::enquiries_view as found;
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/admin/enquiries", "TriageEnquiry", "Enquiry", Most::Admin, |call| Box::pin(list(call))),
        Route::get("/admin/enquiries/{enquiry}", "TriageEnquiry", "Enquiry", Most::Admin, |call| {
            Box::pin(show(call))
        }),
        Route::post("/admin/enquiries/{enquiry}", "TriageEnquiry", "Enquiry", Most::Admin, |call| {
            Box::pin(done(call))
        }),
    ]
}

const HERE: &str = "/admin/enquiries";

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let query = call.rq.query();
    call.visit(As::Admin, move |visit| {
        let _permit = visit.db.permit::<ViewPlatform>(ThePlatform, Factor)?;
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
            lead: "From the public form, naming no published artist. Answer by mail, then put each aside."
                .into(),
            pager: pager("Enquiries", HERE, page.after.is_some(), next),
            rows,
            empty,
        };
        let page = visit.page("Enquiries", HERE)?;
        visit.house.views.page("pages/engagements/list.html", &page, &view)
    })
    .await
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EnquiryId>("enquiry");
    call.visit(As::Admin, move |visit| {
        let _staff = visit.db.permit::<ViewPlatform>(ThePlatform, Factor)?;
        let id = visit.known(id)?;
        let permit = visit.db.permit::<TriageEnquiry>(id, Factor)?;
        let it = found::triage_view(visit.db, &permit)?;
        let aside = (it.state == domain::records::EnquiryState::Unverified)
            .then(|| Aside::of(visit, format!("{HERE}/{id}"), "It is dealt with"));
        let view = View {
            heading: format!("{} asks", it.organisation),
            mark: mark(it.state),
            payload: sheet(visit, &it),
            answer: Vec::new(),
            form: None,
            aside,
            back: Link::to(HERE, "Back to the enquiries"),
        };
        let page = visit.page(view.heading.clone(), HERE)?;
        visit.house.views.page("pages/enquiries/show.html", &page, &view)
    })
    .await
}

async fn done(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EnquiryId>("enquiry");
    let ask = move |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let _staff = visit.db.permit::<ViewPlatform>(ThePlatform, Factor)?;
        let id = visit.known(id)?;
        Ok(visit.db.permit::<TriageEnquiry>(id, Factor)?)
    };
    call.change(As::Admin, ask, |visit, permit, sheet| {
        enquiries::triage_done(&sheet.finish(visit.house)?, permit)?;
        Ok(reply::see_other(HERE))
    })
    .await
}
