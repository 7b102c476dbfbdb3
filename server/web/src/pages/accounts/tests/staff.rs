//! Journeys of platform staff through the pages.

use super::people::Place;
use domain::Moment;

#[tokio::test]
async fn staff_pages_need_a_factor_and_lead_back() {
    let place = Place::new();
    let mut admin = place.admin("staff@kalinklo.example").await;
    admin.get("/admin").await.leads("/admin/step-up?to=%2Fadmin");
    admin.get("/admin/codes").await.leads("/admin/step-up?to=%2Fadmin%2Fcodes");
    admin.get("/admin/step-up?to=/admin/codes").await.leads("/admin/factor");
    assert_eq!(admin.get("/admin/factor/qr.svg").await.status, 403, "nothing was begun");
    admin.submit("/admin/factor", "/admin/factor", &[]).await.leads("/admin/factor");
    let picture = admin.get("/admin/factor/qr.svg").await;
    assert_eq!(picture.status, 200);
    assert!(picture.body.contains("<svg") && picture.headers["cache-control"] == "no-store");
    let wrong = admin.submit("/admin/factor", "/admin/factor/confirm", &[("code", "x")]).await;
    assert_eq!(wrong.status, 422);
    let old = admin.cookies.clone();
    let code = place.app_code("staff@kalinklo.example");
    let done = admin.submit("/admin/factor", "/admin/factor/confirm", &[("code", &code)]).await;
    let recovery: Vec<_> = done
        .sees("Each opens the staff pages once")
        .body
        .split("<span class=\"digest\">")
        .skip(1)
        .map(|it| it[..11].to_owned())
        .collect();
    assert_eq!(recovery.len(), 10);
    assert_ne!(old["kalinklo"], admin.cookies["kalinklo"], "the session was renewed");
    let mut stolen = place.browser();
    stolen.cookies = old;
    stolen.get("/admin").await.leads("/sign-in");
    assert_eq!(admin.get("/admin/factor/qr.svg").await.status, 403, "the secret is shown no more");
    admin.get("/admin").await.sees("No application waits.");
    admin.get("/admin/factor").await.sees("Recovery codes left").sees("10");

    // after twelve hours the next page asks again; the step of the enrolment is not taken twice
    place.later(12 * Moment::HOUR + Moment::SECOND);
    place.run(&format!("UPDATE sessions SET seen_at = {}", place.now().0));
    admin.get("/admin/security").await.leads("/admin/step-up?to=%2Fadmin%2Fsecurity");
    let to = "/admin/step-up?to=%2Fadmin%2Fsecurity";
    let wrong = admin.submit(to, "/admin/step-up", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    assert!(!wrong.body.contains("value=\"000000\""), "a code is never shown again");
    let code = place.app_code("staff@kalinklo.example");
    admin.submit(to, "/admin/step-up", &[("code", &code)]).await.leads("/admin/security");
    admin.get("/admin/security").await.sees("factor-failed").sees("refused");
    assert_eq!(admin.submit(to, "/admin/step-up", &[("code", &code)]).await.status, 422, "used already");
    admin
        .submit(to, "/admin/step-up", &[("code", &recovery[0].to_lowercase())])
        .await
        .leads("/admin/security");
    assert_eq!(admin.submit(to, "/admin/step-up", &[("code", &recovery[0])]).await.status, 422);
}

#[tokio::test]
async fn wrong_codes_wait_longer() {
    let place = Place::new();
    let mut admin = place.staff().await;
    for _ in 0..5 {
        let wrong = admin.submit("/admin/step-up", "/admin/step-up", &[("code", "ABCDE-FGHJK")]).await;
        assert!(wrong.body.contains("This code is not right"));
    }
    let waits = admin.submit("/admin/step-up", "/admin/step-up", &[("code", "ABCDE-FGHJK")]).await;
    assert!(waits.body.contains("Try again in 30 seconds"));
}

#[tokio::test]
async fn dangerous_steps_need_a_code_of_the_last_minutes() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    let mut staff = place.staff().await;
    let page = format!("/admin/approvals/{}", place.account("ann@example.org"));
    place.later(6 * Moment::MINUTE);
    staff.get(&page).await.sees("Give a fresh code");
    staff.get("/admin/codes").await.sees("Give a fresh code");
    staff
        .post(&format!("{page}/suspend"), &[("reason", "x")])
        .await
        .leads(&format!("/admin/step-up?to={}", crate::http::encoding::encode(&page)));
    let code = place.app_code("staff@kalinklo.example");
    let to = format!("/admin/step-up?to={}", crate::http::encoding::encode(&page));
    staff.submit(&to, "/admin/step-up", &[("code", &code)]).await.leads(&page);
    staff.submit(&page, &format!("{page}/suspend"), &[("reason", "Reports.")]).await.leads(&page);
    ann.get("/you").await.leads("/sign-in");
    ann.sign_in("ann@example.org").await.leads("/waiting");
    ann.get("/waiting").await.sees("Your account is suspended").sees("Reports.");
    staff.submit(&page, &format!("{page}/reinstate"), &[("reason", "Cleared up.")]).await.leads(&page);
    ann.get("/you").await.sees("Anna Example");
}

#[tokio::test]
async fn an_application_is_decided_as_it_was_shown() {
    let place = Place::new();
    let mut ann = place.browser();
    ann.sign_up("artist", "ann@example.org").await;
    ann.sign_in("ann@example.org").await;
    let mut staff = place.staff().await;
    let page = format!("/admin/approvals/{}", place.account("ann@example.org"));
    let (approve, reject) = (format!("{page}/approve"), format!("{page}/reject"));
    let status = || place.text("SELECT status FROM accounts WHERE email = 'ann@example.org'");
    let before = [staff.get(&page).await, staff.get(&page).await];
    // a new name of the workspace alone is another application too
    let typed = [("name", "Anna Example"), ("workspace", "The Royal Opera"), ("application", "I sing.")];
    ann.submit("/application", "/application", &typed).await.leads("/waiting");
    for (shown, action) in before.iter().zip([&approve, &reject]) {
        let typed = if action == &reject { vec![("reason", "Doubts.")] } else { Vec::new() };
        let stale = staff.send(shown, action, &typed).await;
        assert_eq!((stale.status, status().as_str()), (409, "pending"), "{}", stale.body);
        assert!(stale.body.contains("Somebody changed this in the meantime"), "{}", stale.body);
    }
    let shown = staff.get(&page).await;
    shown.sees("The Royal Opera");
    // a form that does not say what was shown decides nothing
    assert_eq!(staff.send(&shown, &approve, &[("version", "")]).await.status, 400);
    assert_eq!(status(), "pending");
    staff.submit(&page, &approve, &[]).await.leads(&page);
    assert_eq!(status(), "approved");

    // an account that was suspended and opened again is no longer the one that was shown
    let (suspend, reinstate) = (format!("{page}/suspend"), format!("{page}/reinstate"));
    let approved = staff.get(&page).await;
    staff.submit(&page, &suspend, &[("reason", "Reports.")]).await.leads(&page);
    let suspended = staff.get(&page).await;
    staff.submit(&page, &reinstate, &[("reason", "Cleared up.")]).await.leads(&page);
    let stale = staff.send(&approved, &suspend, &[("reason", "Reports.")]).await;
    assert_eq!((stale.status, status().as_str()), (409, "approved"), "{}", stale.body);
    assert!(stale.body.contains("Reports."), "what was typed is lost: {}", stale.body);
    staff.submit(&page, &suspend, &[("reason", "Reports again.")]).await.leads(&page);
    let stale = staff.send(&suspended, &reinstate, &[("reason", "Cleared up.")]).await;
    assert_eq!((stale.status, status().as_str()), (409, "suspended"), "{}", stale.body);
}

#[tokio::test]
async fn a_workspace_is_verified_and_the_artist_named() {
    let place = Place::new();
    place.member("artist", "ann@example.org").await;
    let mut staff = place.staff().await;
    let page = format!("/admin/workspaces/{}", place.workspace("ann@example.org"));
    staff.get("/admin/workspaces").await.sees("Anna’s House");
    let shown = staff.get(&page).await;
    shown.sees("Which owner is the artist in person?");
    let missing = staff.send(&shown, &format!("{page}/verify"), &[("note", ""), ("in-person", "zzz")]).await;
    assert_eq!(missing.status, 422);
    let member = place.text("SELECT id FROM memberships");
    let typed = [("note", "Spoken to."), ("in-person", member.as_str())];
    staff.submit(&page, &format!("{page}/verify"), &typed).await.leads(&page);
    staff.get(&page).await.sees("owner, the artist in person").sees("Spoken to.");
    let stale = staff.send(&shown, &format!("{page}/verify"), &typed).await;
    assert_eq!(stale.status, 409);
    // verified anew, the person who is named already is chosen, so that a new note alone takes nobody's place
    let anew = staff.get(&page).await;
    let chosen = format!("value=\"{member}\" checked");
    anew.sees("Another than the one named before takes their place").sees(&chosen);
    staff.submit(&page, &format!("{page}/verify"), &[("note", "Met."), ("in-person", "")]).await.leads(&page);
    let nobody = staff.get(&page).await;
    assert!(!nobody.body.contains("owner, the artist in person"), "{}", nobody.body);
    staff.submit(&page, &format!("{page}/revoke"), &[("reason", "Doubts.")]).await.leads(&page);
    assert!(place.letter("ann@example.org").contains("Doubts."));
    staff.get("/admin/workspaces?kind=agency&verified=yes").await.sees("There are none.");
}

#[tokio::test]
async fn a_code_is_revoked_by_its_button() {
    let place = Place::new();
    let mut staff = place.staff().await;
    let bad = [("kind", "choir"), ("uses", "0"), ("days", "366"), ("note", "")];
    let wrong = staff.submit("/admin/codes", "/admin/codes", &bad).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("4 things to correct") && wrong.body.contains("Enter a number from 1 to 500")
    );
    let typed = [("kind", "artist"), ("uses", "2"), ("days", "7"), ("note", "Singers")];
    staff.submit("/admin/codes", "/admin/codes", &typed).await.sees("shown this once");
    let id = place.text("SELECT id FROM access_codes");
    staff.submit("/admin/codes", &format!("/admin/codes/{id}/revoke"), &[]).await.leads("/admin/codes");
    staff.get("/admin/codes").await.sees("revoked");
}

#[tokio::test]
async fn a_stolen_session_cannot_replace_the_factor() {
    let place = Place::new();
    let mut admin = place.staff().await;
    // a session that last showed a code too long ago is sent to show one, whoever holds its cookie
    let first = place.text("SELECT hex(secret) FROM factors");
    place.later(5 * Moment::MINUTE + Moment::SECOND);
    let shown = admin.get("/admin/factor").await;
    shown.sees("Set up a new second factor").sees("Make new recovery codes");
    let mut stolen = place.browser();
    stolen.cookies = admin.cookies.clone();
    let back = "/admin/step-up?to=%2Fadmin%2Ffactor";
    for way in ["/admin/factor", "/admin/factor/recovery"] {
        stolen.send(&shown, way, &[]).await.leads(back);
    }
    assert_eq!(place.text("SELECT count(*) FROM factors WHERE next_secret IS NOT NULL"), "0");
    assert_eq!(place.text("SELECT count(*) FROM recovery_codes"), "10");

    // with a code of now its owner may; what waits is shown to nobody without one
    let code = place.app_code("staff@kalinklo.example");
    admin.submit(back, "/admin/step-up", &[("code", &code)]).await.leads("/admin/factor");
    admin.submit("/admin/factor", "/admin/factor", &[]).await.leads("/admin/factor");
    assert_ne!(place.text("SELECT hex(next_secret) FROM factors"), first);
    let shown = admin.get("/admin/factor").await;
    shown.sees("The first code").sees("Recovery codes left");
    assert_eq!(admin.get("/admin/factor/qr.svg").await.status, 200);
    place.later(5 * Moment::MINUTE + Moment::SECOND);
    admin.get("/admin/factor/qr.svg").await.leads("/admin/step-up");
    let hidden = admin.get("/admin/factor").await;
    assert!(!hidden.body.contains("To type by hand"), "{}", hidden.body);
    admin.send(&shown, "/admin/factor/confirm", &[("code", "123456")]).await.leads(back);

    // the first code of the new app ends the old one
    let code = place.app_code("staff@kalinklo.example");
    admin.submit(back, "/admin/step-up", &[("code", &code)]).await.leads("/admin/factor");
    place.run("UPDATE factors SET secret = next_secret, next_secret = secret");
    let code = place.app_code("staff@kalinklo.example");
    place.run("UPDATE factors SET secret = next_secret, next_secret = secret");
    let done = admin.submit("/admin/factor", "/admin/factor/confirm", &[("code", &code)]).await;
    done.sees("Each opens the staff pages once");
    assert_ne!(place.text("SELECT hex(secret) FROM factors"), first);
    assert_eq!(place.text("SELECT count(*) FROM factors WHERE next_secret IS NOT NULL"), "0");

    let renewed = admin.submit("/admin/factor", "/admin/factor/recovery", &[]).await;
    renewed.sees("Each opens the staff pages once");
    assert!(
        !renewed
            .body
            .contains(done.body.split("<span class=\"digest\">").nth(1).unwrap().split('<').next().unwrap())
    );
}

#[tokio::test]
async fn many_refusals_hide_no_failed_sign_in() {
    let place = Place::narrow();
    let mut stranger = place.browser().at("192.0.2.7");
    stranger.submit("/sign-in/code", "/sign-in/code", &[("code", "000000")]).await;
    place.house.recorded().await;
    place.later(Moment::SECOND);
    let mut ann = place.member("artist", "ann@example.org").await;
    for count in 1..=300 {
        assert_eq!(ann.get("/w/0123456789012345678901").await.status, 403);
        if count % 50 == 0 {
            place.house.recorded().await;
        }
    }
    let mut staff = place.staff().await;
    let shown = staff.get("/admin/security").await;
    shown.sees("Refused: 300").sees("A sign-in failed: 1").sees("Older events");
    assert!(!shown.body.contains("192.0.2.7"), "the newest hundred are refusals");
    staff.get("/admin/security?kind=sign-in-failed").await.sees("192.0.2.7");
    // page after page to the oldest
    let (mut rows, mut next, mut last) = (0, "/admin/security".to_owned(), String::new());
    while !next.is_empty() {
        let page = staff.get(&next).await;
        rows += page.sees("").body.matches("<tr>").count() - 1;
        let way = page.body.split("href=\"/admin/security?after=").nth(1);
        next = way.map_or_else(String::new, |it| {
            format!("/admin/security?after={}", it.split('"').next().unwrap())
        });
        last = page.body;
    }
    assert_eq!((rows, last.contains("192.0.2.7")), (301, true));
    staff.get("/admin/security?kind=refused&after=zzz").await.sees("Refused");
}
