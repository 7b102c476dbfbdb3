//! Platform staff's pages. Each needs a second factor of today; its dangerous buttons one of the last minutes.

mod approvals;
mod codes;
mod decide;
mod explorer;
mod factor;
mod home;
mod recovery;
mod security;
mod step_up;
mod workspaces;

use crate::change::{Sent, Sheet};
use crate::house::House;
use crate::http::encoding;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Route};
use crate::visit::{As, Visit};
use policy::{Factor, actions::ViewPlatform, facts::ThePlatform};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    let mut all = home::routes();
    all.extend(approvals::routes());
    all.extend(decide::routes());
    all.extend(workspaces::routes());
    all.extend(codes::routes());
    all.extend(security::routes());
    all.extend(explorer::routes());
    all.extend(step_up::routes());
    all.extend(factor::routes());
    all.extend(recovery::routes());
    all
}

/// A staff page: the platform's own right first, then `f`. Without a fresh factor the way leads to step-up and, after
/// it, back to `back`.
pub(crate) async fn staff<T: Send + 'static>(
    call: &Call<House>,
    back: &str,
    f: impl FnOnce(&mut Visit<'_, '_>) -> Result<T, Problem> + Send + 'static,
) -> Result<Result<T, Response>, Problem> {
    let done = call
        .visit(As::Admin, |visit| {
            let _permit = visit.db.permit::<ViewPlatform>(ThePlatform, Factor)?;
            f(visit)
        })
        .await;
    stepping(done, back)
}

/// Where a fresh code is needed, the way leads to step-up and, after it, back to `back`.
pub(crate) fn stepping<T>(done: Result<T, Problem>, back: &str) -> Result<Result<T, Response>, Problem> {
    match done {
        Ok(it) => Ok(Ok(it)),
        Err(Problem::StepUp) => Ok(Err(step_up_from(back))),
        Err(it) => Err(it),
    }
}

fn step_up_from(back: &str) -> Response {
    reply::see_other(&format!("/admin/step-up?to={}", encoding::encode(back)))
}

/// An answer as it is, or the way to step-up and, after it, back to `back`.
fn stepped(done: Result<Response, Problem>, back: &str) -> Result<Response, Problem> {
    match done {
        Err(Problem::StepUp) => Ok(step_up_from(back)),
        done => done,
    }
}

/// A staff form: the platform's own right first, then as [`Call::change`]. `back` is the page that the form stands on.
pub(crate) async fn staff_change<P>(
    call: Call<House>,
    back: String,
    ask: impl FnOnce(&mut Visit<'_, '_>) -> Result<P, Problem> + Send + 'static,
    act: impl FnOnce(&mut Visit<'_, '_>, P, Sheet) -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let ask = |visit: &mut Visit<'_, '_>, _: &mut Sent| {
        let _permit = visit.db.permit::<ViewPlatform>(ThePlatform, Factor)?;
        ask(visit)
    };
    stepped(call.change(As::Admin, ask, act).await, &back)
}

/// A path to return to: one of our staff pages, else their first.
pub(crate) fn safe(to: &str) -> &str {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"/_~-?=&.".contains(&it);
    let ours = to == "/admin" || to.starts_with("/admin/") || to.starts_with("/admin?");
    let ok = ours && to.len() <= 200 && to.bytes().all(plain) && !to.contains("//") && !to.contains("..");
    if ok { to } else { "/admin" }
}

/// Answers with a leaf or with the way to step-up.
pub(crate) fn answered(
    call: &Call<House>,
    done: Result<(crate::view::Page, crate::pages::accounts::leaf::Leaf), Response>,
) -> Result<Response, Problem> {
    match done {
        Ok((page, leaf)) => leaf.answer(&call.app, &page),
        Err(step_up) => Ok(step_up),
    }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn only_our_own_staff_pages_are_returned_to() {
        for fine in
            ["/admin", "/admin/codes", "/admin/workspaces?kind=artist&verified=no", "/admin/approvals/0~a_B"]
        {
            assert_eq!(safe(fine), fine);
        }
        for bad in [
            "",
            "/",
            "//evil.example",
            "/administrator",
            "/admin//evil",
            "/admin/../x",
            "/admin\r\nx",
            "/admin/%2f",
            "https://x/admin",
        ] {
            assert_eq!(safe(bad), "/admin", "{bad}");
        }
    }
}
