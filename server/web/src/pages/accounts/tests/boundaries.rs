//! What is not theirs, from outside: one answer for foreign, unknown and malformed.

use super::people::{Client, Place};
use warp::http::header;

/// What must be alike in every refusal: all but the request's id and the date.
async fn refusal(client: &mut Client<'_>, post: bool, path: &str) -> (u16, Vec<String>, String) {
    let seen = if post { client.post(path, &[("version", "1")]).await } else { client.get(path).await };
    let id = seen.headers["x-request-id"].to_str().unwrap().to_owned();
    let headers = seen
        .headers
        .iter()
        .filter(|it| it.0 != "x-request-id" && it.0 != header::DATE)
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    (seen.status, headers, seen.body.replace(&id, "REFERENCE"))
}

/// Foreign, unknown and malformed: one answer.
async fn alike(client: &mut Client<'_>, post: bool, pattern: &str, foreign: &str) {
    let foreign_seen = refusal(client, post, &pattern.replace("{}", foreign)).await;
    assert_eq!(foreign_seen.0, 403, "{pattern}: {}", foreign_seen.2);
    for other in ["0000000000000000000001", "1", "%ff", "x%20y", "..%2fadmin"] {
        let seen = refusal(client, post, &pattern.replace("{}", other)).await;
        assert_eq!(seen, foreign_seen, "{pattern} with {other}");
    }
}

#[tokio::test]
async fn what_is_foreign_unknown_or_malformed_is_refused_alike() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    let mut bob = place.member("agency", "bob@example.org").await;
    let (anns, bobs) = (place.workspace("ann@example.org"), place.workspace("bob@example.org"));
    let member = place.text(&format!("SELECT id FROM memberships WHERE workspace = '{bobs}'"));
    let session = place.text(
        "SELECT sessions.id FROM sessions JOIN accounts ON accounts.id = account WHERE email = 'bob@example.org'",
    );
    let team = format!("/w/{bobs}/team");
    bob.submit(&team, &format!("{team}/invitations"), &[("email", "x@example.org"), ("role", "owner")]).await;
    let invitation = place.text("SELECT id FROM invitations");
    alike(&mut ann, false, "/w/{}/team", &bobs).await;
    for last in ["team/invitations", "team/leave"] {
        alike(&mut ann, true, &format!("/w/{{}}/{last}"), &bobs).await;
    }
    alike(&mut ann, false, &format!("/w/{anns}/team/{{}}"), &member).await;
    for last in ["role", "money", "remove"] {
        alike(&mut ann, true, &format!("/w/{anns}/team/{{}}/{last}"), &member).await;
    }
    alike(&mut ann, true, &format!("/w/{anns}/team/invitations/{{}}/withdraw"), &invitation).await;
    alike(&mut ann, true, "/you/sessions/{}/end", &session).await;
    // somebody who is no admin learns nothing about staff pages, whatever the id
    for path in ["approvals", "workspaces"] {
        alike(&mut ann, false, &format!("/admin/{path}/{{}}"), &place.account("bob@example.org")).await;
    }
    assert_eq!(bob.get(&team).await.status, 200, "nothing was changed");
}

#[tokio::test]
async fn staff_get_the_same_answer_for_what_is_not_there() {
    let place = Place::new();
    let mut staff = place.staff().await;
    let own = place.account("staff@kalinklo.example");
    alike(&mut staff, false, "/admin/approvals/{}", &own).await;
    for last in ["approve", "reject", "suspend", "reinstate"] {
        alike(&mut staff, true, &format!("/admin/approvals/{{}}/{last}"), &own).await;
    }
    let none = "0000000000000000000009";
    alike(&mut staff, false, "/admin/workspaces/{}", none).await;
    for last in ["verify", "revoke"] {
        alike(&mut staff, true, &format!("/admin/workspaces/{{}}/{last}"), none).await;
    }
    alike(&mut staff, true, "/admin/codes/{}/revoke", none).await;
}

const STAFF: [&str; 9] = [
    "/admin",
    "/admin/approvals",
    "/admin/approvals/1",
    "/admin/workspaces",
    "/admin/workspaces/1",
    "/admin/codes",
    "/admin/security",
    "/admin/step-up",
    "/admin/factor",
];

#[tokio::test]
async fn who_is_not_signed_in_signs_in_and_who_is_pending_waits() {
    let place = Place::new();
    let mut pending = place.browser();
    pending.sign_up("artist", "ann@example.org").await;
    pending.sign_in("ann@example.org").await;
    let own = format!("/w/{}/team", place.workspace("ann@example.org"));
    let mut paths: Vec<&str> = STAFF.to_vec();
    paths.extend(["/you", "/w/1/team", own.as_str(), "/w/1/team/2", "/admin/factor/qr.svg"]);
    for path in paths {
        place.browser().get(path).await.leads("/sign-in");
        pending.get(path).await.leads("/waiting");
    }
    for path in ["/you/sessions/1/end", "/w/1/team/leave", "/admin/codes", "/admin/factor", "/join/accept"] {
        place.browser().post(path, &[]).await.leads("/sign-in");
        pending.post(path, &[]).await.leads("/waiting");
    }
    for path in ["/waiting", "/application", "/sign-out"] {
        place.browser().get(path).await.leads("/sign-in");
        assert_eq!(pending.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn who_is_no_admin_is_refused_and_recorded() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    let expected = refusal(&mut ann, false, "/w/1/team").await;
    for path in STAFF {
        assert_eq!(refusal(&mut ann, false, path).await, expected, "{path}");
    }
    // recording runs beside the answers
    place.house.recorded().await;
    let sql = "SELECT COUNT(*) FROM security_events WHERE kind = 'refused' AND account IS NOT NULL";
    assert_eq!(place.text(sql), "10");
}

#[tokio::test]
async fn a_form_is_taken_only_from_whom_it_was_shown_to() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    let mut bob = place.member("artist", "bob@example.org").await;
    let shown = bob.get("/sign-out").await;
    assert_eq!(ann.send(&shown, "/sign-out", &[]).await.status, 403);
    assert_eq!(ann.post("/sign-out", &[]).await.status, 403);
    assert_eq!(ann.get("/you").await.status, 200);
    let shown = place.browser().get("/sign-in").await;
    assert_eq!(place.browser().send(&shown, "/sign-in", &[("email", "ann@example.org")]).await.status, 403);
    assert_eq!(place.browser().post("/sign-up", &[]).await.status, 403);
}
