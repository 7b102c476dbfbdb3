//! The platform's first page: what waits.

use super::{answered, staff};
use crate::house::House;
use crate::pages::accounts::leaf::{Leaf, Section};
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use domain::AccountStatus;
use store::{Page, accounts};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![Route::get("/admin", "ViewPlatform", "Platform", Most::Admin, |call| Box::pin(show(call)))]
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let done = staff(&call, "/admin", |visit| {
        let waiting = accounts::accounts(visit.db, AccountStatus::Pending, &Page::first(20))?;
        let text = match (waiting.rows.len(), waiting.next.is_some()) {
            (0, _) => "No application waits.".to_owned(),
            (1, _) => "One application waits.".to_owned(),
            (count, false) => format!("{count} applications wait."),
            (count, true) => format!("More than {count} applications wait."),
        };
        let leaf = Leaf::new("The platform")
            .lead("Nobody here sees what workspaces hold. What you decide is in the ledger under your name.")
            .with(
                Section::titled("waiting", "Your move")
                    .say(text)
                    .link("/admin/approvals", "Read applications"),
            )
            .with(
                Section::titled("doors", "Doors")
                    .link("/admin/workspaces", "Verify workspaces")
                    .link("/admin/enquiries", "Enquiries that name nobody here")
                    .link("/admin/codes", "Reviewed-access codes")
                    .link("/admin/security", "Refusals and failed sign-ins")
                    .link("/admin/explorer", "Why somebody may, or may not")
                    .link("/admin/factor", "Your second factor"),
            );
        Ok((visit.page("The platform", "/admin")?, leaf))
    })
    .await?;
    answered(&call, done)
}
