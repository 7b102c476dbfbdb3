//! Rights that end between a visit and its write, and refusals outside a visit: refused, and recorded once.

use super::people::Place;
use crate::house::House;
use crate::pages;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route, Table};
use diesel::connection::SimpleConnection as _;
use domain::WorkspaceId;
use policy::{Unasked, actions::LeaveWorkspace};
use std::sync::Arc;
use store::accounts;
use store::db::{Db, Use, connect};
use warp::reply::Response;

const PATH: &str = "/race/{workspace}/{how}";

fn routes() -> Vec<Route<House>> {
    let mut all = pages::routes();
    all.extend([
        Route::get(PATH, "", "Workspace", Most::Member, |call| Box::pin(shown(call))),
        Route::post(PATH, "LeaveWorkspace", "Workspace", Most::Member, |call| Box::pin(late(call))),
        Route::get("/nowhere", "", "Platform", Most::Visitor, |_| Box::pin(async { Err(Problem::Refused) })),
        Route::get("/public", "", "Platform", Most::Visitor, |call| {
            Box::pin(async move { call.public(|_, _| Err(Problem::Refused)).await })
        }),
    ]);
    all
}

async fn shown(call: Call<House>) -> Result<Response, Problem> {
    let (who, action) = (call.member(), call.rq.path.clone());
    call.visit(who, move |visit| {
        let token = visit.token(&action);
        let field = format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", token.name, token.value);
        Ok(reply::html(format!("<form method=\"post\" action=\"{action}\">{field}</form>")))
    })
    .await
}

/// Leaves the workspace, after another hand has changed what the right rests on.
async fn late(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<WorkspaceId>("workspace"));
    let sql = match call.holes.text("how") {
        "membership" => "DELETE FROM memberships",
        "account" => "UPDATE accounts SET status = 'suspended'",
        _ => "SELECT 1",
    };
    call.change_on::<LeaveWorkspace>(who, id, Unasked, move |visit, permit, sheet| {
        let Db::Sqlite(mut other) = connect(visit.house.store.address(), Use::Write).unwrap() else {
            unreachable!()
        };
        other.batch_execute(sql).unwrap();
        accounts::leave(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other("/you"))
    })
    .await
}

impl Place {
    /// The recorded refusals of a path, account or nobody, once recording, which goes beside the answers, is done.
    async fn refusals(&self, path: &str) -> Vec<String> {
        let sql = format!(
            "SELECT coalesce(group_concat(coalesce(account, 'nobody')), '') FROM security_events \
             WHERE kind = 'refused' AND detail = '{path}'"
        );
        self.house.recorded().await;
        self.text(&sql).split(',').map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_right_that_ends_before_the_write_is_refused_and_recorded_once() {
    for (how, status, there) in [("membership", 403, ""), ("account", 303, "/waiting")] {
        let mut place = Place::new();
        place.table = Arc::new(Table::new(routes()).unwrap());
        let mut ann = place.member("agency", "ann@example.org").await;
        place.member("agency", "bob@example.org").await;
        let (home, account) = (place.workspace("ann@example.org"), place.account("ann@example.org"));
        let path = format!("/race/{home}/{how}");
        // a second owner, so that leaving would do
        place.run(&format!(
            "UPDATE memberships SET workspace = '{home}' WHERE account = '{}'",
            place.account("bob@example.org")
        ));
        let form = ann.get(&path).await;
        let before = place.text("SELECT COUNT(*) FROM audit_entries");
        let taken = place.text("SELECT COUNT(*) FROM spent_forms");
        let seen = ann.send(&form, &path, &[]).await;
        assert_eq!((seen.status, seen.there()), (status, there), "{how}: {}", seen.body);
        assert_eq!(place.text("SELECT COUNT(*) FROM audit_entries"), before, "{how}");
        assert_eq!(
            place.text("SELECT COUNT(*) FROM spent_forms"),
            taken,
            "{how}: nothing happened, so nothing was taken"
        );
        assert_eq!(place.refusals(&path).await, [account], "{how}");
    }
}

#[tokio::test]
async fn with_nothing_in_between_the_same_form_does_its_work() {
    let mut place = Place::new();
    place.table = Arc::new(Table::new(routes()).unwrap());
    let mut ann = place.member("agency", "ann@example.org").await;
    place.member("agency", "bob@example.org").await;
    let home = place.workspace("ann@example.org");
    place.run(&format!("UPDATE memberships SET workspace = '{home}'"));
    let path = format!("/race/{home}/nothing");
    ann.submit(&path, &path, &[]).await.leads("/you");
}

#[tokio::test]
async fn a_refusal_outside_a_visit_is_recorded_once_too() {
    let mut place = Place::new();
    place.table = Arc::new(Table::new(routes()).unwrap());
    for path in ["/nowhere", "/public"] {
        assert_eq!(place.browser().get(path).await.status, 403, "{path}");
        assert_eq!(place.refusals(path).await, ["nobody"], "{path}");
    }
}
