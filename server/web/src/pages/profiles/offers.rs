//! Offers of mandates, and questions to other agencies: prepared, shown word for word, confirmed or thrown away.

use super::{as_shown, base, commission, done, terms};
use crate::change::Sent;
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{DayField, Fact, Facts, Field, FormToken, Payload, when};
use crate::visit::Visit;
use domain::bounded::Email;
use domain::records::DraftState;
use domain::{Bounded, DraftId};
use policy::actions::{Confirm, DiscardDraft, PrepareMandate, ViewDraft, ViewDraftSums};
use policy::{Shown, Unasked};
use serde::Serialize;
use store::profiles::Terms;
use store::profiles::offers::{self, MandateOffer};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/roster/offer", "PrepareMandate", "Workspace", Most::Member, |call| {
            Box::pin(blank(call))
        }),
        Route::post("/w/{workspace}/roster/offer", "PrepareMandate", "Workspace", Most::Member, |call| {
            Box::pin(prepare(call))
        }),
        Route::get("/w/{workspace}/offers/{draft}", "ViewDraft", "Draft", Most::Member, |call| {
            Box::pin(show(call))
        })
        .reads(&["done"]),
        Route::post("/w/{workspace}/offers/{draft}/confirm", "Confirm", "Draft", Most::Member, |call| {
            Box::pin(confirm(call))
        }),
        Route::post("/w/{workspace}/offers/{draft}/discard", "DiscardDraft", "Draft", Most::Member, |call| {
            Box::pin(discard(call))
        }),
    ]
}

#[derive(Serialize)]
struct Form {
    action: String,
    token: FormToken,
    fields: Vec<Field>,
    start: DayField,
    back: String,
}

fn form_page(visit: &mut Visit<'_, '_>, filled: &Filled, again: bool) -> Result<Response, Problem> {
    let base = base(visit)?;
    let email = Field { autocomplete: Some("off"), ..Field::email("email", "E-mail of the artist") };
    let view = Form {
        action: format!("{base}/roster/offer"),
        token: visit.token(&format!("{base}/roster/offer")),
        fields: vec![
            email.hint("We never tell whether an address is known here.").filled(filled),
            Field::text("territory", "Territory")
                .hint("Where the mandate holds: Europe, general")
                .filled(filled),
            Field {
                inputmode: Some("decimal"),
                ..Field::text("commission", "Commission, percent of the gross fee")
            }
            .hint("15 or 12.5")
            .filled(filled),
        ],
        start: DayField::new("start", "start_", "First day")
            .hint("It never begins before the artist accepts.")
            .filled(filled),
        back: format!("{base}/roster"),
    };
    let page = visit.page("Offer a mandate", "/roster")?;
    if again {
        return Err(visit.house.views.again(
            "pages/profiles/offer_form.html",
            &page.correcting(filled),
            &view,
        ));
    }
    visit.house.views.page("pages/profiles/offer_form.html", &page, &view)
}

async fn blank(call: Call<House>) -> Result<Response, Problem> {
    done(&call)?;
    call.visit(call.member(), move |visit| {
        let own = visit.member()?.1.workspace;
        let _may = visit.db.permit::<PrepareMandate>(own, Unasked)?;
        form_page(visit, &Filled::blank(), false)
    })
    .await
}

async fn prepare(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let own = visit.member()?.1.workspace;
        Ok(visit.db.permit::<PrepareMandate>(own, Unasked)?)
    };
    let who = call.member();
    call.change(who, ask, |visit, permit, mut sheet| {
        let email = sheet.take("email", Email::parse);
        let territory = sheet.take("territory", |it| Bounded::line("a territory", it));
        let commission_bp = sheet.take("commission", commission);
        let start = sheet.day("start", "start_");
        let (Some(email), Some(territory), Some(commission_bp), Some(start)) =
            (email, territory, commission_bp, start)
        else {
            return form_page(visit, &sheet.filled, true);
        };
        let offer = MandateOffer { email, territory, commission_bp, start };
        let id = offers::prepare_mandate(&sheet.finish(visit)?, permit, &offer)?;
        Ok(reply::see_other(&format!("{}/offers/{id}?done=prepared", base(visit)?)))
    })
    .await
}

#[derive(Serialize)]
struct View {
    heading: String,
    eyebrow: String,
    facts: Facts,
    payload: Payload,
    /// The fingerprint of the payload, for whoever may see its sums: from the digest of a text that is known but for its
    /// fee, the fee can be found by trying.
    short: Option<String>,
    digest: String,
    confirm: Option<(String, FormToken, String)>,
    discard: Option<(String, FormToken)>,
    waits: bool,
    back: String,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let note = done(&call)?;
    let id = call.holes.id::<DraftId>("draft");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewDraft>(id, Unasked)?;
        let it = offers::view(visit.db, &permit)?;
        let (base, zone) = (base(visit)?, visit.house.settings.zone.clone());
        let to = terms::to(&it.terms).to_owned();
        let (verb, back) = match &it.terms {
            Terms::Mandate(_) => (format!("Send the offer to {to}"), format!("{base}/mandates")),
            Terms::Partnership(_) => (format!("Send the question to {to}"), format!("{base}/partners")),
        };
        let waits = it.state == DraftState::Prepared;
        let sums = visit.db.may::<ViewDraftSums>(id, &Unasked)?;
        let mut rows =
            vec![Fact::text("Goes to", to.clone()), Fact::text("By", "mail and in their workspace")];
        if waits {
            rows.push(Fact::text(
                "What you cannot take back",
                "Once sent, these words never change. They may answer at any time.",
            ));
            rows.push(Fact::when("To be sent before", when::instant(it.expires_at, &zone)));
        } else {
            rows.push(Fact::text("Answer", it.answer.unwrap_or("none yet")));
        }
        let button = |visit: &Visit<'_, '_>, verb: &str| {
            let action = format!("{base}/offers/{id}/{verb}");
            (visit.token(&action), action)
        };
        let confirm = if waits && visit.db.may::<Confirm>(id, &Shown(it.digest))? {
            let (token, action) = button(visit, "confirm");
            Some((action, token, verb))
        } else {
            None
        };
        let discard = if waits && visit.db.may::<DiscardDraft>(id, &Unasked)? {
            let (token, action) = button(visit, "discard");
            Some((action, token))
        } else {
            None
        };
        let view = View {
            heading: if waits { format!("Send this to {to}?") } else { format!("Sent to {to}") },
            eyebrow: format!("Prepared by {}, {}", it.prepared_by, when::instant(it.prepared_at, &zone).text),
            facts: Facts { wide: true, rows },
            payload: terms::payload(&it.terms, sums),
            short: sums.then(|| it.digest.short()),
            digest: it.digest.to_string(),
            confirm,
            discard,
            waits,
            back,
        };
        let mut page = visit.page(view.heading.clone(), "/roster")?;
        page.note = note.map(str::to_owned);
        visit.house.views.page("pages/profiles/offer.html", &page, &view)
    })
    .await
}

async fn confirm(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<DraftId>("draft"));
    let ask = move |visit: &mut Visit<'_, '_>, sent: &mut Sent| {
        let id = visit.known(id)?;
        let seen = visit.db.permit::<ViewDraft>(id, Unasked)?;
        let stands = offers::view(visit.db, &seen)?.digest;
        as_shown::<_, Confirm>(visit, sent, &seen, id, stands)
    };
    call.change(who, ask, |visit, permit, sheet| {
        let id = permit.on();
        store::drafts::confirm(&sheet.finish(visit)?, permit, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("{}/offers/{id}?done=sent", base(visit)?)))
    })
    .await
}

async fn discard(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<DraftId>("draft"));
    call.change_on::<DiscardDraft>(who, id, Unasked, |visit, permit, sheet| {
        let seen = visit.db.permit::<ViewDraft>(permit.on(), Unasked)?;
        let it = offers::view(visit.db, &seen)?;
        store::drafts::discard(&sheet.finish(visit)?, permit)?;
        let back = match it.terms {
            Terms::Mandate(_) => "mandates",
            Terms::Partnership(_) => "partners",
        };
        Ok(reply::see_other(&format!("{}/{back}?done=discarded", base(visit)?)))
    })
    .await
}
