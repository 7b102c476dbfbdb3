//! The waiting page and one's own application: see it, correct it, withdraw it, apply again.

use super::leaf::{Form, Leaf, Section};
use super::own_page;
use crate::change::Sent;
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Fact, Field, when};
use crate::visit::{As, Visit};
use domain::AccountStatus;
use domain::bounded::{Line, Prose};
use policy::{
    Unasked,
    actions::{CorrectApplication, ViewApplication, WithdrawApplication},
};
use store::accounts::{self, Application};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/waiting", "ViewApplication", "Account", Most::Pending, |call| Box::pin(waiting(call))),
        Route::get("/application", "ViewApplication", "Account", Most::Pending, |call| Box::pin(show(call))),
        Route::post("/application", "CorrectApplication", "Account", Most::Pending, |call| {
            Box::pin(correct(call))
        }),
        Route::post("/application/withdraw", "WithdrawApplication", "Account", Most::Pending, |call| {
            Box::pin(withdraw(call))
        }),
    ]
}

fn own(visit: &mut Visit<'_, '_>) -> Result<Application, Problem> {
    let permit = visit.db.permit::<ViewApplication>(visit.doors.account, Unasked)?;
    Ok(accounts::view(visit.db, &permit)?)
}

/// Where an account stands, in words.
pub(crate) fn stands(status: AccountStatus) -> (&'static str, &'static str) {
    match status {
        AccountStatus::Pending => (
            "A person will read your application",
            "We write to you when it is decided. Until then you may correct or withdraw it.",
        ),
        AccountStatus::Approved => ("Your account is approved", "What is yours is open to you."),
        AccountStatus::Rejected => (
            "We could not approve your application",
            "The reason stands below. You may correct it and apply again.",
        ),
        AccountStatus::Suspended => (
            "Your account is suspended",
            "The reason stands below. Nothing of yours was deleted. Write to us if you think this is a mistake.",
        ),
        AccountStatus::Withdrawn => {
            ("You withdrew your application", "You may apply again whenever you wish.")
        }
    }
}

async fn waiting(call: Call<House>) -> Result<Response, Problem> {
    let shown = call
        .visit(As::Applicant, |visit| {
            if visit.doors.status == AccountStatus::Approved {
                return Ok(None);
            }
            let it = own(visit)?;
            let (heading, lead) = stands(it.status);
            let mut section = Section::plain();
            if let Some(reason) = &it.reason {
                section = section.quote(reason);
            }
            let section =
                section.link("/application", "Your application").link("/help/contact/", "Write to us");
            Ok(Some((own_page(visit, heading, "/waiting")?, Leaf::new(heading).lead(lead).with(section))))
        })
        .await?;
    match shown {
        Some((page, leaf)) => leaf.answer(&call.app, &page),
        None => Ok(reply::see_other("/you")),
    }
}

/// Whether the form is offered at all, and what its button says.
fn verb(status: AccountStatus) -> Option<&'static str> {
    match status {
        AccountStatus::Pending => Some("Save the corrections"),
        AccountStatus::Rejected | AccountStatus::Withdrawn => Some("Apply again"),
        AccountStatus::Approved | AccountStatus::Suspended => None,
    }
}

fn leaf(visit: &Visit<'_, '_>, it: &Application, filled: &Filled) -> Leaf {
    let zone = &visit.house.settings.zone;
    let mut facts = vec![
        Fact::text("Applied as", it.applicant.to_string()),
        Fact::text("E-mail address", it.email.clone()),
        Fact::when("Applied", when::instant(it.made_at, zone)),
    ];
    if let Some(at) = it.decided_at {
        facts.push(Fact::when("Decided", when::instant(at, zone)));
    }
    let (heading, lead) = stands(it.status);
    let mut first = Section::titled("stands", heading).say(lead).facts(facts);
    if let Some(reason) = &it.reason {
        first = first.quote(reason);
    }
    let form = verb(it.status).map(|verb| {
        let mut form = Form::post(visit, "/application", verb)
            .hidden("version", it.version.0.to_string())
            .field(Field::text("name", "Your name").autocomplete("name").filled(filled));
        if it.workspace.is_some() {
            form = form.field(Field::text("workspace", "Name of the workspace").filled(filled));
        }
        form.field(
            Field::area("application", "Tell us who you are").hint("Up to 4,000 characters.").filled(filled),
        )
    });
    let form = form.map(|it| Section::titled("correct", "What you wrote").form(it));
    let withdraw = (it.status == AccountStatus::Pending).then(|| {
        let form = Form::post(visit, "/application/withdraw", "Withdraw the application");
        Section::titled("withdraw", "Changed your mind?").form(form.undo())
    });
    Leaf::new("Your application").with(first).maybe(form).maybe(withdraw)
}

/// What stands in the application.
fn written(it: &Application) -> Filled {
    let workspace = it.workspace.as_ref().map(|it| ("workspace", it.1.clone()));
    let always = [("name", it.name.clone()), ("application", it.text.clone())];
    Filled::with(always.into_iter().chain(workspace))
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let (page, leaf) = call
        .visit(As::Applicant, |visit| {
            let it = own(visit)?;
            Ok((own_page(visit, "Your application", "/application")?, leaf(visit, &it, &written(&it))))
        })
        .await?;
    leaf.answer(&call.app, &page)
}

async fn correct(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let permit = visit.db.permit::<CorrectApplication>(visit.doors.account, Unasked)?;
        Ok((own(visit)?, permit))
    };
    call.change(As::Applicant, ask, |visit, (it, permit), mut sheet| {
        let shown = sheet.edition(it.version)?;
        let name = sheet.take("name", |it| Line::line("your name", it));
        let text = sheet.take("application", |it| Prose::prose("who you are", it));
        let a_workspace = |it: &str| Line::line("the workspace’s name", it);
        let workspace = match it.workspace {
            Some(_) => sheet.take("workspace", a_workspace).map(Some),
            None => Some(None),
        };
        let (Some(name), Some(text), Some(workspace), true) = (name, text, workspace, sheet.filled.is_fine())
        else {
            sheet.filled.beside(&written(&it));
            let page = own_page(visit, "Your application", "/application")?;
            return Err(leaf(visit, &it, &sheet.filled).again(visit.house, page, &sheet.filled));
        };
        let put = if it.status == AccountStatus::Pending { accounts::correct } else { accounts::apply_again };
        put(&sheet.finish(visit)?, permit, shown, &name, workspace.as_ref(), &text)?;
        Ok(reply::see_other("/waiting"))
    })
    .await
}

async fn withdraw(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        Ok(visit.db.permit::<WithdrawApplication>(visit.doors.account, Unasked)?)
    };
    call.change(As::Applicant, ask, |visit, permit, sheet| {
        accounts::withdraw(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other("/waiting"))
    })
    .await
}
