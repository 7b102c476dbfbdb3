//! Messages: writing one, reading one.

use super::parts::{Act, Changes, FormView, RecordView, base, paragraphs};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Fact, Facts, Field, Link, Mark, Payload, State, when};
use crate::visit::Visit;
use domain::bounded::Prose;
use domain::records::DraftKind;
use domain::{EngagementId, MessageId, Side};
use policy::Unasked;
use policy::actions::{PrepareMessage, ViewEngagement, ViewMessage};
use store::drafts;
use store::engagements::{messages, view};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(
            "/w/{workspace}/engagements/{engagement}/message",
            "PrepareMessage",
            "Engagement",
            Most::Member,
            |call| Box::pin(blank(call)),
        )
        .reads(&["draft"]),
        Route::post(
            "/w/{workspace}/engagements/{engagement}/message",
            "PrepareMessage",
            "Engagement",
            Most::Member,
            |call| Box::pin(prepare(call)),
        ),
        Route::get("/w/{workspace}/messages/{message}", "ViewMessage", "Message", Most::Member, |call| {
            Box::pin(show(call))
        }),
    ]
}

fn form_page(
    visit: &mut Visit<'_, '_>,
    id: EngagementId,
    filled: &Filled,
    changes: &Changes,
) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewEngagement>(id, Unasked)?;
    let named = view::names(visit.db, &permit)?;
    let base = base(visit)?;
    let own = visit.member()?.1.workspace;
    let others: Vec<&str> =
        named.parties.iter().filter(|it| it.workspace != own).map(|it| it.name.as_str()).collect();
    let form = FormView {
        eyebrow: format!("{}, engagement {}", named.title, named.reference),
        heading: "Write a message".into(),
        lead: format!("It goes to {}, once you or a colleague confirm it.", others.join(" and ")),
        facts: None,
        parts: vec![Field::area("body", "Message").rows(10).filled(filled).into()],
        hidden: changes.hidden(),
        action: format!("{base}/engagements/{id}/message"),
        upload: false,
        button: "Prepare the message".into(),
        back: Link::to(format!("{base}/engagements/{id}"), "Back to the engagement"),
        token: None,
    };
    form.answer(visit, "/engagements", filled)
}

async fn blank(call: Call<House>) -> Result<Response, Problem> {
    let (id, query) = (call.holes.id::<EngagementId>("engagement"), call.rq.query());
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let _permit = visit.db.permit::<PrepareMessage>(id, Unasked)?;
        let draft = Changes::asked(visit, query, DraftKind::Message)?;
        let mut filled = Filled::blank();
        if let Some(drafts::Payload::Message { body, .. }) =
            draft.as_ref().and_then(drafts::DraftView::payload)
        {
            filled.keep("body", body);
        }
        form_page(visit, id, &filled, &Changes::to(draft.as_ref()))
    })
    .await
}

async fn prepare(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EngagementId>("engagement"));
    call.change_on::<PrepareMessage>(who, id, Unasked, |visit, permit, mut sheet| {
        let changes = Changes::of(&mut sheet)?;
        let Some(body) = sheet.take("body", |it| Prose::prose("a message", it)) else {
            return form_page(visit, permit.on(), &sheet.filled, &changes);
        };
        let store = sheet.finish(visit)?;
        let done = messages::prepare_message(&store, permit, &body, changes.revises)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<MessageId>("message");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewMessage>(id, Unasked)?;
        let (it, named) = messages::view(visit.db, permit)?;
        let base = base(visit)?;
        let mut acts = Vec::new();
        if visit.db.may::<PrepareMessage>(it.engagement, &Unasked)? {
            acts.push(Act::way(format!("{base}/engagements/{}/message", it.engagement), "Answer"));
        }
        let from = named.name(it.side).to_owned();
        let rows = vec![
            Fact::text("From", format!("{}, {from}", it.author)),
            Fact::when("Sent", when::instant(it.sent_at, &visit.house.settings.zone)),
            Fact::text("Artist", named.name(Side::Artist)),
        ];
        let view = RecordView {
            eyebrow: format!("Message on engagement {}", named.reference),
            heading: named.title.clone(),
            mark: Mark::of("M", State::Firm, "sent"),
            r#move: None,
            payload: Payload {
                eyebrow: None,
                title: format!("{from} writes"),
                prose: paragraphs(&it.body),
                facts: Some(Facts { wide: false, rows }),
                money: None,
            },
            acts,
            others_heading: String::new(),
            others: Vec::new(),
            back: Link::to(format!("{base}/engagements/{}", it.engagement), "To the engagement"),
        };
        let page = visit.page(format!("Message: {}", named.title), "/engagements")?;
        visit.house.views.page("pages/engagements/record.html", &page, &view)
    })
    .await
}
