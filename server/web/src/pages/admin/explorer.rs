//! The decision explorer over real data: why somebody may or may not. It shows ids, policies and decisions, never what
//! a field holds, and each question goes into the platform's ledger with its reason.

use super::{staff, staff_change};
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::leaf::Form;
use crate::pages::explorer::actions;
use crate::pages::explorer::shown::{Answer, Explorer};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Choice, Field, Page, Tick};
use crate::visit::Visit;
use domain::bounded::Line;
use domain::{AccountId, Fault, Level, ProfileId, WorkspaceId};
use policy::{ActionName, EntityKind, Factor, TASKS, actions::ExplainDecision, facts::ThePlatform};
use std::str::FromStr;
use store::Acting;
use store::explorer::{self, About, Explored, Question};
use warp::reply::Response;

const HERE: &str = "/admin/explorer";
const TEMPLATE: &str = "pages/explorer/admin.html";

/// The types of things that are kept as rows; of others there are none yet.
const KEPT: &[EntityKind] = &[
    EntityKind::Profile,
    EntityKind::Mandate,
    EntityKind::Partnership,
    EntityKind::Enquiry,
    EntityKind::Engagement,
    EntityKind::AuditChain,
    EntityKind::Request,
    EntityKind::Hold,
    EntityKind::Message,
    EntityKind::Document,
    EntityKind::Draft,
    EntityKind::Account,
    EntityKind::AccessCode,
    EntityKind::ArtistWorkspace,
    EntityKind::AgencyWorkspace,
    EntityKind::PresenterWorkspace,
    EntityKind::Platform,
];

/// What is chosen before anybody chose.
const FIRST: [(&str, &str); 4] =
    [("who", "member"), ("action", "ViewListing"), ("kind", "Profile"), ("to", "private_listing")];

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(HERE, "ExplainDecision", "Platform", Most::Admin, |call| Box::pin(show(call))),
        Route::post(HERE, "ExplainDecision", "Platform", Most::Admin, |call| Box::pin(answer(call))),
    ]
}

fn view(
    visit: &mut Visit<'_, '_>,
    filled: &Filled,
    told: Option<&'static str>,
    answer: Option<Answer>,
) -> Result<(Page, Explorer), Problem> {
    let who = Choice::new("who", "Who")
        .option("member", "A member of a workspace", "")
        .option("counsel", "Counsel", "")
        .option("admin", "Platform staff", "")
        .option("credential", "A machine credential of a workspace", "")
        .option("timer", "The timer of deadlines", "")
        .option("housekeeping", "The job that keeps house", "")
        .option("webhook", "A message from a connected service", "")
        .option("visitor", "A visitor, signed out", "");
    let kind = KEPT.iter().fold(Choice::new("kind", "with a thing of this type"), |it, kind| {
        it.option(kind.as_str(), kind.as_str(), "")
    });
    let to =
        Level::ALL.iter().fold(Choice::new("to", "Level to set, where that is the question"), |it, to| {
            it.option(to.as_str(), &to.as_str().replace('_', " "), "")
        });
    let form = Form::post(visit, HERE, "Ask, and record it")
        .select(who.filled(filled))
        .field(
            Field::text("account", "Account")
                .hint("Its id; empty for a visitor, a credential or a job.")
                .filled(filled),
        )
        .field(
            Field::text("workspace", "Workspace")
                .hint("Its id, for a member or a credential; one account may act in several.")
                .filled(filled),
        )
        .select(actions("action", "does what").filled(filled))
        .select(kind.filled(filled))
        .field(Field::text("thing", "The thing").hint("Its id; empty for the platform.").filled(filled))
        .select(to.filled(filled))
        .tick(Tick::new("factor", "As if a second factor had just been shown").filled(filled))
        .field(
            Field::text("reason", "Why you ask")
                .hint("It stands in the ledger with the question and the answer.")
                .filled(filled),
        );
    let view = Explorer {
        heading: "Why may they, and why not?",
        lead: "Ask about anybody by an id. You see ids, policies and decisions: no text, no sum, no name that a record \
               holds. That a clause holds or fails may tell a level or a state.",
        form,
        examples: Vec::new(),
        told,
        answer,
        small_print: "Each question is written into the platform’s ledger: who asked, what, why, and the answer. An action \
                      that needs more to be told is asked as if the payload that stands had been shown.",
    };
    Ok((visit.page("Decision explorer", HERE)?, view))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let done = staff(&call, HERE, |visit| {
        let _permit = visit.db.permit::<ExplainDecision>(ThePlatform, Factor)?;
        let first = FIRST.iter().map(|(field, value)| (*field, (*value).to_owned()));
        view(visit, &Filled::with(first), None, None)
    })
    .await?;
    match done {
        Ok((page, view)) => call.app.views.page(TEMPLATE, &page, &view),
        Err(step_up) => Ok(step_up),
    }
}

fn of_list<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::new("Choose one from the list"))
}

/// Any id; which type it names, the question says.
fn id(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    let known = text.parse::<ProfileId>().map(|it| it.to_string());
    known.map_err(|_| Fault::new("Enter an id, 22 characters as addresses hold them"))
}

async fn answer(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>| Ok(visit.db.permit::<ExplainDecision>(ThePlatform, Factor)?);
    staff_change(call, HERE.into(), ask, |visit, permit, mut sheet| {
        let capacity = sheet.text("who");
        let account = sheet.text("account").trim().to_owned();
        let workspace = sheet.text("workspace").trim().to_owned();
        let account_id = || account.parse::<AccountId>().map_err(|_| ("account", "Enter the account’s id"));
        let workspace_id =
            || workspace.parse::<WorkspaceId>().map_err(|_| ("workspace", "Enter the workspace’s id"));
        let about = match capacity.as_str() {
            "visitor" => Ok(About::Visitor),
            "counsel" => account_id().map(|it| About::Account(it, Acting::Counsel)),
            "admin" => account_id().map(|it| About::Account(it, Acting::Admin)),
            "member" => account_id()
                .and_then(|account| Ok(About::Account(account, Acting::Workspace(workspace_id()?)))),
            "credential" => workspace_id().map(About::Credential),
            job => (TASKS.into_iter().find(|it| *it == job).map(About::Job))
                .ok_or(("who", "Choose one from the list")),
        };
        let about = about.map_err(|(field, text)| sheet.fault(field, text)).ok();
        let action = sheet
            .take("action", |it| ActionName::named(it).ok_or_else(|| Fault::new("Choose one from the list")));
        let kind = sheet.take("kind", |it| {
            let kind = KEPT.iter().copied().find(|kind| kind.as_str() == it);
            kind.ok_or_else(|| Fault::new("Choose one from the list"))
        });
        let thing = sheet.take("thing", |it| {
            if kind == Some(EntityKind::Platform) { Ok("platform".to_owned()) } else { id(it) }
        });
        let to = sheet.take("to", of_list::<Level>);
        let reason = sheet.take("reason", |it| Line::line("why you ask", it));
        let factor = sheet.ticked("factor");
        if let (Some(action), Some(kind)) = (action, kind)
            && !action.kinds().contains(&kind)
        {
            let types: Vec<&str> = action.kinds().iter().map(|it| it.as_str()).collect();
            sheet.fault("kind", format!("{} is done to: {}", action.as_str(), types.join(", ")));
        }
        let filled = sheet.filled.clone();
        let (Some(about), Some(action), Some(kind), Some(id), Some(to), Some(reason), true) =
            (about, action, kind, thing, to, reason, filled.faults.is_empty())
        else {
            let (page, view) = view(visit, &filled, None, None)?;
            return Err(visit.house.views.again(TEMPLATE, &page.correcting(&filled), &view));
        };
        let question = Question { about, factor, action, kind, id, to, reason };
        let explored = explorer::explain(&sheet.finish(visit)?, permit, &question)?;
        let (told, answer) = match &explored {
            Explored::Decided(it, list) => {
                let asked = format!(
                    "{} {account} {workspace} · {} · {} {}",
                    capacity,
                    action.as_str(),
                    kind.as_str(),
                    question.id
                );
                (None, Some(Answer::of(it, list.as_ref(), asked)))
            }
            Explored::NoPrincipal => (Some("Nobody has this id in this capacity."), None),
            Explored::NoThing => {
                (Some("Nothing of this type has this id; the server would answer as for a refusal."), None)
            }
            Explored::OtherThing => (Some("This action is done to things of another type."), None),
        };
        let (page, view) = view(visit, &filled, told, answer)?;
        visit.house.views.page(TEMPLATE, &page, &view)
    })
    .await
}
