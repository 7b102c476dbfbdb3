//! Coming in and going out: applying, signing in, one's own account, a workspace's team.

mod application;
pub(crate) mod browser;
mod join;
pub(crate) mod leaf;
mod link;
pub(crate) mod patience;
mod session;
mod sign_in;
mod sign_out;
mod sign_up;
mod team;
mod team_changes;
#[cfg(test)]
pub(crate) mod tests;
mod you;

pub(crate) use session::cookie;
pub(crate) use sign_up::kinds;

use crate::house::House;
use crate::problem::Problem;
use crate::routes::Route;
use crate::view::Page;
use crate::visit::Visit;
use domain::AccountStatus;

pub(super) fn routes() -> Vec<Route<House>> {
    let mut all = sign_up::routes();
    all.extend(sign_in::routes());
    all.extend(link::routes());
    all.extend(sign_out::routes());
    all.extend(application::routes());
    all.extend(you::routes());
    all.extend(join::routes());
    all.extend(team::routes());
    all.extend(team_changes::routes());
    all
}

/// The frame for an account wherever it stands at the gate: whoever is not approved is offered nothing behind it.
pub(crate) fn own_page(visit: &mut Visit<'_, '_>, title: &str, here: &str) -> Result<Page, Problem> {
    if visit.doors.status == AccountStatus::Approved {
        return visit.page(title, here);
    }
    let mut page = browser::page(visit.house, title);
    page.you =
        [("/waiting", "Where it stands"), ("/application", "Your application"), ("/sign-out", "Sign out")]
            .into_iter()
            .map(|(href, label)| crate::view::Link::to(href, label).here(href == here))
            .collect();
    Ok(page)
}
