//! Refusals, failed sign-ins, wrong codes: the newest first.

use super::{answered, staff};
use crate::house::House;
use crate::pages::accounts::leaf::{Cell, Leaf, Section, Table};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::when;
use policy::{Factor, actions::ViewSecurity, facts::ThePlatform};
use warp::reply::Response;

const ROWS: i64 = 200;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![Route::get("/admin/security", "ViewSecurity", "Platform", Most::Admin, |call| Box::pin(show(call)))]
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let done = staff(&call, "/admin/security", |visit| {
        let permit = visit.db.permit::<ViewSecurity>(ThePlatform, Factor)?;
        let events = visit.house.store.security_events(&permit, ROWS)?;
        let head = ["When", "What", "Account", "Address", "Asked", "Of", "Reference"];
        let mut table = Table::new("Security events, the newest first", &head);
        for it in events {
            let account = match it.account {
                Some(id) => Cell::link(format!("/admin/approvals/{id}"), id.to_string()),
                None => Cell::text("nobody signed in"),
            };
            table.row(vec![
                Cell::when(when::instant(it.at, &visit.house.settings.zone)),
                Cell::text(it.kind),
                account,
                Cell::text(it.address),
                Cell::text(it.action),
                Cell::text(it.detail),
                Cell::text(it.visit.to_string()),
            ]);
        }
        let leaf = Leaf::new("Security")
            .lead("What was refused, to whom, and when. Kept for twelve months.")
            .with(Section::plain().table(table, "Nothing was refused yet."));
        Ok((visit.page("Security", "/admin/security")?, leaf))
    })
    .await?;
    answered(&call, done)
}
