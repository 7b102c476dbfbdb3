//! Offers of mandates, and questions to other agencies: prepared, shown word for word, confirmed or thrown away.

use super::{base, commission, digest, done, only, terms};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{DayField, Fact, Facts, Field, FormToken, Payload, day_of, when};
use crate::visit::Visit;
use domain::bounded::Email;
use domain::records::DraftState;
use domain::{Bounded, DraftId, Kind};
use policy::actions::{Confirm, DiscardDraft, PrepareMandate, ViewDraft};
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
        }),
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
    let (base, own) = (base(visit)?, visit.member()?.1.workspace);
    let email = Field { autocomplete: Some("off"), ..Field::email("email", "E-mail of the artist") };
    let view = Form {
        action: format!("{base}/roster/offer"),
        token: visit.token("offer", own.as_str()),
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
        only(visit, Kind::Agency)?;
        let own = visit.member()?.1.workspace;
        let _may = visit.db.permit::<PrepareMandate>(own, Unasked)?;
        form_page(visit, &Filled::blank(), false)
    })
    .await
}

async fn prepare(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    call.visit(call.member(), move |visit| {
        only(visit, Kind::Agency)?;
        let own = visit.member()?.1.workspace;
        let permit = visit.db.permit::<PrepareMandate>(own, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "offer", own.as_str())?;
        let mut filled = form.filled(&["form_token"]);
        let email = filled.take("email", Email::parse(&form.text("email")));
        let territory = filled.take("territory", Bounded::line("a territory", &form.text("territory")));
        let commission_bp = filled.take("commission", commission(&form.text("commission")));
        let start = day_of(&form.text("start_day"), &form.text("start_month"), &form.text("start_year"));
        let start = filled.take("start", start);
        form.finish()?;
        let (Some(email), Some(territory), Some(commission_bp), Some(start)) =
            (email, territory, commission_bp, start)
        else {
            return form_page(visit, &filled, true);
        };
        let offer = MandateOffer { email, territory, commission_bp, start };
        let id = offers::prepare_mandate(&visit.house.store, permit, &offer)?;
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
    short: String,
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
        let purpose = id.to_string();
        let confirm = if waits && visit.db.may::<Confirm>(id, &Shown(it.digest))? {
            Some((format!("{base}/offers/{id}/confirm"), visit.token("confirm", &purpose), verb))
        } else {
            None
        };
        let discard = if waits && visit.db.may::<DiscardDraft>(id, &Unasked)? {
            Some((format!("{base}/offers/{id}/discard"), visit.token("discard", &purpose)))
        } else {
            None
        };
        let view = View {
            heading: if waits { format!("Send this to {to}?") } else { format!("Sent to {to}") },
            eyebrow: format!("Prepared by {}, {}", it.prepared_by, when::instant(it.prepared_at, &zone).text),
            facts: Facts { wide: true, rows },
            payload: terms::payload(&it.terms),
            short: it.digest.short(),
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

async fn confirm(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<DraftId>("draft");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let seen = visit.db.permit::<ViewDraft>(id, Unasked)?;
        let mut form = form?;
        let stands = offers::view(visit.db, &seen)?.digest;
        let Some(shown) = digest(&mut form).ok().filter(|it| *it == stands) else {
            return Err(Problem::Stale(
                "This is not the text that you were shown. Nothing was sent. Look at it again.".into(),
            ));
        };
        let permit = visit.db.permit::<Confirm>(id, Shown(shown))?;
        visit.check(&mut form, "confirm", &id.to_string())?;
        form.finish()?;
        store::drafts::confirm(&visit.house.store, permit, &visit.house.settings.address)?;
        Ok(reply::see_other(&format!("{}/offers/{id}?done=sent", base(visit)?)))
    })
    .await
}

async fn discard(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<DraftId>("draft");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<DiscardDraft>(id, Unasked)?;
        let seen = visit.db.permit::<ViewDraft>(id, Unasked)?;
        let it = offers::view(visit.db, &seen)?;
        let mut form = form?;
        visit.check(&mut form, "discard", &id.to_string())?;
        form.finish()?;
        store::drafts::discard(&visit.house.store, permit)?;
        let back = match it.terms {
            Terms::Mandate(_) => "mandates",
            Terms::Partnership(_) => "partners",
        };
        Ok(reply::see_other(&format!("{}/{back}?done=discarded", base(visit)?)))
    })
    .await
}
