//! Applications and accounts: the list by where they stand, and each one's page.

use super::{answered, staff};
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::leaf::{Cell, Form, Leaf, Section, Table};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Fact, Field, Link, Page, when};
use crate::visit::Visit;
use domain::{AccountId, AccountStatus};
use policy::{
    Factor,
    actions::{ApproveAccount, ReinstateAccount, RejectAccount, ReviewAccount, SuspendAccount},
};
use store::Page as Rows;
use store::accounts::{self, Application, Reviewed};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/admin/approvals", "ReviewAccount", "Account", Most::Admin, |call| Box::pin(list(call)))
            .reads(&["status", "after"]),
        Route::get("/admin/approvals/{account}", "ReviewAccount", "Account", Most::Admin, |call| {
            Box::pin(one(call))
        }),
    ]
}

const ROWS: usize = 50;

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let status = query.text("status").parse().unwrap_or(AccountStatus::Pending);
    let after = query.maybe("after");
    let done = staff(&call, "/admin/approvals", move |visit| {
        let found = accounts::accounts(visit.db, status, &Rows { after: after.clone(), limit: ROWS })?;
        let mut table =
            Table::new("Accounts, the newest first", &["Name", "Applied as", "Workspace", "Applied"]);
        for Reviewed { application: it, .. } in &found.rows {
            table.row(vec![
                Cell::link(format!("/admin/approvals/{}", it.account), it.name.clone()),
                Cell::text(it.applicant.to_string()),
                Cell::text(it.workspace.as_ref().map(|it| it.1.clone()).unwrap_or_default()),
                Cell::when(when::instant(it.made_at, &visit.house.settings.zone)),
            ]);
        }
        let base = format!("/admin/approvals?status={status}");
        let next = found.next.map(|it| format!("{base}&after={}", crate::http::encoding::encode(&it)));
        let first = after.is_some().then(|| base.clone());
        let section = Section::titled("accounts", format!("Accounts that are {status}"))
            .table(table, "There are none.")
            .pager("More accounts", first, next);
        let mut ways = Section::plain();
        for it in AccountStatus::ALL {
            ways = ways.link(format!("/admin/approvals?status={it}"), it.to_string());
        }
        let leaf = Leaf::new("Approvals").with(ways).with(section);
        Ok((visit.page("Approvals", "/admin/approvals")?, leaf))
    })
    .await?;
    answered(&call, done)
}

/// The page of one account; `filled` is the form with a reason.
pub(super) fn about(
    visit: &mut Visit<'_, '_>,
    id: AccountId,
    filled: &Filled,
) -> Result<(Page, Leaf), Problem> {
    let permit = visit.db.permit::<ReviewAccount>(id, Factor)?;
    let it = accounts::account_review(visit.db, &permit)?;
    let zone = &visit.house.settings.zone;
    let application = &it.application;
    let mut facts = vec![
        Fact::text("Stands", application.status.to_string()),
        Fact::text("Applied as", application.applicant.to_string()),
        Fact::text("E-mail address", application.email.clone()),
        Fact::when("Applied", when::instant(application.made_at, zone)),
    ];
    if let Some((workspace, name)) = &application.workspace {
        facts.push(Fact::link("Workspace", name.clone(), format!("/admin/workspaces/{workspace}")));
    }
    if let Some(at) = application.decided_at {
        facts.push(Fact::when("Decided", when::instant(at, zone)));
    }
    if let Some(by) = &it.decided_by {
        facts.push(Fact::text("Decided by", by.clone()));
    }
    if let Some(note) = &it.code {
        facts.push(Fact::text("Came by the code", note.clone()));
    }
    let mut leaf = Leaf::new(application.name.clone())
        .with(Section::titled("application", "Application").facts(facts).quote(application.text.clone()));
    if let Some(reason) = &application.reason {
        leaf = leaf.with(Section::titled("reason-given", "Reason given").quote(reason.clone()));
    }
    leaf = match application.status {
        AccountStatus::Pending => {
            leaf.maybe(approve(visit, application, filled)?).maybe(reject(visit, application, filled)?)
        }
        AccountStatus::Approved => leaf.maybe(suspend(visit, application, filled)?),
        AccountStatus::Suspended => leaf.maybe(reinstate(visit, application, filled)?),
        AccountStatus::Rejected | AccountStatus::Withdrawn => leaf,
    };
    let mut page = visit.page(application.name.clone(), "/admin/approvals")?;
    page.nav.iter_mut().for_each(|it: &mut Link| it.current = it.href == "/admin/approvals");
    Ok((page, leaf))
}

/// The form of one step, which says which edition of the application it was shown with.
fn decision(visit: &mut Visit<'_, '_>, it: &Application, step: &str, verb: &str) -> Form {
    Form::post(visit, format!("/admin/approvals/{}/{step}", it.account), verb)
        .hidden("version", it.version.0.to_string())
}

fn approve(visit: &mut Visit<'_, '_>, it: &Application, filled: &Filled) -> Result<Option<Section>, Problem> {
    if !visit.db.may::<ApproveAccount>(it.account, &Factor)? {
        return Ok(None);
    }
    let note = Field::area("note", "Why").hint("Stands in the ledger. The person is not told.").optional();
    let form = decision(visit, it, "approve", "Approve the account").field(note.filled(filled));
    Ok(Some(Section::titled("approve", "Approve").say("The person is told by mail.").form(form)))
}

fn reason(filled: &Filled) -> Field {
    Field::area("reason", "Reason").hint("The person reads this, word for word.").filled(filled)
}

fn reject(visit: &mut Visit<'_, '_>, it: &Application, filled: &Filled) -> Result<Option<Section>, Problem> {
    if !visit.db.may::<RejectAccount>(it.account, &Factor)? {
        return Ok(None);
    }
    let form = decision(visit, it, "reject", "Reject the application").field(reason(filled)).undo();
    Ok(Some(Section::titled("reject", "Reject").form(form)))
}

/// A dangerous step asks for a fresh code first, so that nothing typed is lost.
fn fresh_code_first(section: Section, back: &str) -> Section {
    section
        .say("This needs a second factor no older than five minutes.")
        .link(format!("/admin/step-up?to={}", crate::http::encoding::encode(back)), "Give a fresh code")
}

fn suspend(visit: &mut Visit<'_, '_>, it: &Application, filled: &Filled) -> Result<Option<Section>, Problem> {
    let section =
        Section::titled("suspend", "Suspend").say("All sessions end at once, and the person is told.");
    if !visit.db.may::<SuspendAccount>(it.account, &Factor)? {
        return Ok(Some(fresh_code_first(section, &format!("/admin/approvals/{}", it.account))));
    }
    let form = decision(visit, it, "suspend", "Suspend the account").field(reason(filled)).undo();
    Ok(Some(section.form(form)))
}

fn reinstate(
    visit: &mut Visit<'_, '_>,
    it: &Application,
    filled: &Filled,
) -> Result<Option<Section>, Problem> {
    if !visit.db.may::<ReinstateAccount>(it.account, &Factor)? {
        return Ok(None);
    }
    let form = decision(visit, it, "reinstate", "Open the account again").field(reason(filled));
    Ok(Some(Section::titled("reinstate", "Open again").form(form)))
}

async fn one(call: Call<House>) -> Result<Response, Problem> {
    let id: Option<AccountId> = call.holes.id("account");
    let back = id.map_or_else(|| "/admin/approvals".into(), |it| format!("/admin/approvals/{it}"));
    let done = staff(&call, &back, move |visit| {
        let id = visit.known(id)?;
        about(visit, id, &Filled::blank())
    })
    .await?;
    answered(&call, done)
}
