//! Reviewed-access codes: issue, list, revoke. A code is shown once, in the answer that issues it.

use super::{answered, staff};
use crate::house::House;
use crate::http::{Filled, encoding};
use crate::pages::accounts::kinds;
use crate::pages::accounts::leaf::{Cell, Form, Leaf, Section, Table};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Choice, Field, Page, Tick, when};
use crate::visit::Visit;
use domain::bounded::Line;
use domain::{CodeId, Fault, Kind, Moment};
use policy::{
    Factor,
    actions::{IssueCode, RevokeCode, ViewCode},
    facts::ThePlatform,
};
use store::Page as Rows;
use store::accounts::{self, CodeRow, CodeTerms, LONGEST_DAYS, MOST_USES};
use warp::reply::Response;

const HERE: &str = "/admin/codes";
const ROWS: usize = 50;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get(HERE, "ViewCode", "AccessCode", Most::Admin, |call| Box::pin(list(call))),
        Route::post(HERE, "IssueCode", "Platform", Most::Admin, |call| Box::pin(issue(call))),
        Route::post("/admin/codes/{code}/revoke", "RevokeCode", "AccessCode", Most::Admin, |call| {
            Box::pin(revoke(call))
        }),
    ]
}

fn state(it: &CodeRow, now: Moment) -> String {
    if it.revoked_at.is_some() {
        "revoked".into()
    } else if it.expires_at <= now {
        "expired".into()
    } else if it.used >= it.uses {
        "used up".into()
    } else {
        format!("{} of {} used", it.used, it.uses)
    }
}

fn page(visit: &mut Visit<'_, '_>, filled: &Filled, after: Option<&str>) -> Result<(Page, Leaf), Problem> {
    let (rows, next) = accounts::codes(visit.db, &Rows { after: after.map(str::to_owned), limit: ROWS })?;
    let fresh = visit.db.may::<IssueCode>(ThePlatform, &Factor)?;
    let head = ["For", "Kind", "Verifies", "Used", "Until", "Issued by", "Revoke"];
    let mut table = Table::new("Codes, the newest first", &head);
    for it in &rows {
        let revoke = if fresh && it.revoked_at.is_none() {
            let token = visit.token("revoke-code", it.id.as_str());
            let form = Form::post(format!("{HERE}/{}/revoke", it.id), token, "Revoke");
            Cell::forms(vec![form.undo().about(it.note.clone())])
        } else {
            Cell::text("")
        };
        table.row(vec![
            Cell::text(it.note.clone()),
            Cell::text(it.kind.to_string()),
            Cell::text(if it.verifies { "yes" } else { "no" }),
            Cell::text(state(it, visit.now())),
            Cell::when(when::instant(it.expires_at, &visit.house.settings.zone)),
            Cell::text(it.issuer.clone()),
            revoke,
        ]);
    }
    let issue = Section::titled("issue", "Issue a code");
    let issue = if fresh {
        let form = Form::post(HERE, visit.token("issue-code", ""), "Issue the code")
            .choice(kinds(Choice::new("kind", "For")).filled(filled))
            .field(Field::text("uses", "How many accounts").hint("1 to 500").filled(filled))
            .field(Field::text("days", "How many days it lasts").hint("1 to 365").filled(filled))
            .field(Field::text("note", "For whom and why").filled(filled))
            .tick(
                Tick::new("verifies", "Verify the workspace too")
                    .hint("Only if you know who will use it.")
                    .filled(filled),
            );
        issue
            .say("Whoever signs up with it is approved at once. The ledger names the code and you.")
            .form(form)
    } else {
        issue
            .say("Issuing and revoking need a second factor no older than five minutes.")
            .link(format!("/admin/step-up?to={}", encoding::encode(HERE)), "Give a fresh code")
    };
    let next = next.map(|it| format!("{HERE}?after={}", encoding::encode(&it)));
    let list = Section::titled("codes", "Codes").table(table, "No code was issued yet.").pager(
        "More codes",
        after.is_some().then(|| HERE.to_owned()),
        next,
    );
    Ok((visit.page("Codes", HERE)?, Leaf::new("Reviewed-access codes").with(issue).with(list)))
}

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let after = call.rq.query()?.maybe("after");
    let done = staff(&call, HERE, move |visit| page(visit, &Filled::blank(), after.as_deref())).await?;
    answered(&call, done)
}

fn number(text: &str, most: i64) -> Result<i64, Fault> {
    let parsed = text.trim().parse().ok().filter(|it| (1..=most).contains(it));
    parsed.ok_or_else(|| Fault::new(format!("Enter a number from 1 to {most}")))
}

async fn issue(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let done = staff(&call, HERE, move |visit| {
        let permit = visit.db.permit::<IssueCode>(ThePlatform, Factor)?;
        let mut form = form?;
        visit.check(&mut form, "issue-code", "")?;
        let mut filled = form.filled(&[crate::csrf::FIELD]);
        let kind = form.text("kind").parse::<Kind>().map_err(|_| Fault::new("Choose for whom"));
        let kind = filled.take("kind", kind);
        let uses = filled.take("uses", number(&form.text("uses"), MOST_USES));
        let days = filled.take("days", number(&form.text("days"), LONGEST_DAYS));
        let note = filled.take("note", Line::line("for whom it is", &form.text("note")));
        let verifies = form.ticked("verifies");
        form.finish()?;
        let (Some(kind), Some(uses), Some(days), Some(note)) = (kind, uses, days, note) else {
            let (page, leaf) = page(visit, &filled, None)?;
            return Err(leaf.again(visit.house, page, &filled));
        };
        let terms = CodeTerms { kind, uses, days, note, verifies };
        let issued = accounts::code_issue(&visit.house.store, permit, &terms)?;
        let section = Section::plain()
            .say("Keep it now: it is shown this once and stored only as a hash.")
            .codes(vec![issued.text])
            .link(HERE, "Back to the codes");
        Ok((visit.page("The code", HERE)?, Leaf::new("The code").with(section)))
    })
    .await?;
    answered(&call, done)
}

async fn revoke(mut call: Call<House>) -> Result<Response, Problem> {
    let id: Option<CodeId> = call.holes.id("code");
    let form = call.rq.form().await;
    let done = staff(&call, HERE, move |visit| {
        let id = visit.known(id)?;
        let _seen = visit.db.permit::<ViewCode>(id, Factor)?;
        let permit = visit.db.permit::<RevokeCode>(id, Factor)?;
        let mut form = form?;
        visit.check(&mut form, "revoke-code", id.as_str())?;
        form.finish()?;
        Ok(accounts::code_revoke(&visit.house.store, permit)?)
    })
    .await?;
    Ok(done.map_or_else(|step_up| step_up, |()| reply::see_other(HERE)))
}
