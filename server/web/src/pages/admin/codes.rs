//! Reviewed-access codes: issue, list, revoke. A code is shown once, in the answer that issues it.

use super::{answered, staff, staff_change};
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
        Route::get(HERE, "ViewCode", "AccessCode", Most::Admin, |call| Box::pin(list(call)))
            .reads(&["after"]),
        Route::post(HERE, "IssueCode", "Platform", Most::Admin, |call| Box::pin(issue(call))),
        Route::post("/admin/codes/{code}/revoke", "RevokeCode", "AccessCode", Most::Admin, |call| {
            Box::pin(revoke(call))
        }),
    ]
}

fn state(it: &CodeRow, now: Moment) -> String {
    if it.revoked_at.is_some() {
        "revoked".into()
    } else if !it.in_office {
        "ended with its issuer’s office".into()
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
            let form = Form::post(visit, format!("{HERE}/{}/revoke", it.id), "Revoke");
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
        let form = Form::post(visit, HERE, "Issue the code")
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

async fn issue(call: Call<House>) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>| Ok(visit.db.permit::<IssueCode>(ThePlatform, Factor)?);
    staff_change(call, HERE.into(), ask, |visit, permit, mut sheet| {
        let a_kind = |it: &str| it.parse::<Kind>().map_err(|_| Fault::new("Choose for whom"));
        let kind = sheet.take("kind", a_kind);
        let uses = sheet.take("uses", |it| number(it, MOST_USES));
        let days = sheet.take("days", |it| number(it, LONGEST_DAYS));
        let note = sheet.take("note", |it| Line::line("for whom it is", it));
        let verifies = sheet.ticked("verifies");
        let (Some(kind), Some(uses), Some(days), Some(note)) = (kind, uses, days, note) else {
            let (page, leaf) = page(visit, &sheet.filled, None)?;
            return Err(leaf.again(visit.house, page, &sheet.filled));
        };
        let terms = CodeTerms { kind, uses, days, note, verifies };
        let issued = accounts::code_issue(&sheet.finish(visit)?, permit, &terms)?;
        let section = Section::plain()
            .say("Keep it now: it is shown this once and stored only as a hash.")
            .codes(vec![issued.text])
            .link(HERE, "Back to the codes");
        let page = visit.page("The code", HERE)?;
        Leaf::new("The code").with(section).answer(visit.house, &page)
    })
    .await
}

async fn revoke(call: Call<House>) -> Result<Response, Problem> {
    let id: Option<CodeId> = call.holes.id("code");
    let ask = move |visit: &mut Visit<'_, '_>| {
        let id = visit.known(id)?;
        let _seen = visit.db.permit::<ViewCode>(id, Factor)?;
        Ok(visit.db.permit::<RevokeCode>(id, Factor)?)
    };
    staff_change(call, HERE.into(), ask, |visit, permit, sheet| {
        accounts::code_revoke(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other(HERE))
    })
    .await
}
