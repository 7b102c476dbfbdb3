//! Journeys of applicants and members through the pages.

use super::people::Place;
use domain::Moment;

impl Place {
    /// By what sign-ins failed, in order, once recording, which goes beside the answers, is done.
    pub(super) async fn failed_sign_ins(&self) -> String {
        let failed = "FROM security_events WHERE kind = 'sign-in-failed'";
        self.house.recorded().await;
        self.text(&format!(
            "SELECT coalesce(group_concat(detail), '') FROM \
             (SELECT substr(detail, 1, instr(detail || ',', ',') - 1) AS detail {failed} ORDER BY at, id)"
        ))
    }
}

#[tokio::test]
async fn from_application_to_approval_to_the_workspace() {
    let place = Place::new();
    let mut ann = place.browser();
    ann.get("/sign-up").await.sees("Apply for an account");
    ann.sign_up("artist", "ann@example.org").await;
    ann.get("/sign-up/done").await.sees("Look into your mail");
    ann.sign_in("ann@example.org").await.leads("/waiting");
    ann.get("/waiting").await.sees("A person will read your application");
    ann.get("/you").await.leads("/waiting");
    let home = format!("/w/{}", place.workspace("ann@example.org"));
    ann.get(&home).await.leads("/waiting");
    let typed = [("name", "Anna"), ("workspace", "Anna Example"), ("application", "I sing alto.")];
    ann.submit("/application", "/application", &typed).await.leads("/waiting");
    ann.get("/application").await.sees("I sing alto.");

    let mut staff = place.staff().await;
    staff.get("/admin").await.sees("One application waits.");
    staff.get("/admin/approvals").await.sees("Anna");
    let page = format!("/admin/approvals/{}", place.account("ann@example.org"));
    staff.get(&page).await.sees("I sing alto.");
    staff.submit(&page, &format!("{page}/approve"), &[]).await.leads(&page);
    assert!(place.letter("ann@example.org").contains("was read and approved"));
    // the right holds for the next request of the same session
    ann.get(&home).await.sees("Anna Example");
    ann.get("/waiting").await.leads("/you");
    ann.get("/you").await.sees("Anna Example").sees("artist").sees("This one: sign out");
}

#[tokio::test]
async fn rejected_with_a_reason_and_applied_again() {
    let place = Place::new();
    let mut ann = place.browser();
    ann.sign_up("agency", "ann@example.org").await;
    ann.sign_in("ann@example.org").await;
    let mut staff = place.staff().await;
    let page = format!("/admin/approvals/{}", place.account("ann@example.org"));
    let again = staff.submit(&page, &format!("{page}/reject"), &[("reason", " ")]).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("<title>Error: ") && again.body.contains("Enter a reason"));
    staff
        .submit(&page, &format!("{page}/reject"), &[("reason", "We could not reach you.")])
        .await
        .leads(&page);
    ann.get("/waiting").await.sees("We could not reach you.");
    let typed = [("name", "Anna"), ("workspace", "Anna’s House"), ("application", "Call 1.")];
    ann.submit("/application", "/application", &typed).await.leads("/waiting");
    ann.get("/waiting").await.sees("A person will read your application");
    ann.submit("/application", "/application/withdraw", &[]).await.leads("/waiting");
    ann.get("/waiting").await.sees("You withdrew your application");
}

#[tokio::test]
async fn a_code_approves_at_once() {
    let place = Place::new();
    let mut staff = place.staff().await;
    let typed =
        [("kind", "presenter"), ("uses", "1"), ("days", "7"), ("note", "The hall"), ("verifies", "yes")];
    let issued = staff.submit("/admin/codes", "/admin/codes", &typed).await;
    let start = issued.sees("shown this once").body.find("<span class=\"digest\">").unwrap() + 21;
    let code = issued.body[start..start + 17].to_owned();
    let list = staff.get("/admin/codes").await;
    list.sees("The hall").sees("0 of 1 used");
    assert!(!list.body.contains(&code));
    let mut hall = place.browser();
    let mut typed = vec![
        ("kind", "artist"),
        ("name", "Hal"),
        ("workspace", "The Hall"),
        ("email", "hall@example.org"),
        ("application", "We present."),
        ("code", code.as_str()),
    ];
    let wrong = hall.submit("/sign-up", "/sign-up", &typed).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("This code is for another kind of workspace"));
    assert!(wrong.body.contains("value=\"The Hall\""), "what was typed is kept");
    typed[0] = ("kind", "presenter");
    hall.submit("/sign-up", "/sign-up", &typed).await.leads("/sign-up/done");
    hall.sign_in("hall@example.org").await.leads(&format!("/w/{}", place.workspace("hall@example.org")));
    staff.get("/admin/workspaces?kind=presenter&verified=yes").await.sees("The Hall");
}

#[tokio::test]
async fn a_link_needs_its_button_and_its_browser() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    ann.submit("/sign-out", "/sign-out", &[]).await.leads("/sign-in");
    ann.get("/you").await.leads("/sign-in");
    ann.submit("/sign-in", "/sign-in", &[("email", "ann@example.org")]).await.leads("/sign-in/code");
    let link = place.link("ann@example.org");
    // a scanner opens it as often as it likes
    for _ in 0..3 {
        place.browser().get(&link).await.sees("Press the button");
    }
    let mut other = place.browser();
    let elsewhere = other.open_link(&link).await;
    assert_eq!(elsewhere.status, 403);
    assert!(elsewhere.body.contains("Another browser asked for this link"));
    let code = place.short_code("ann@example.org");
    assert_eq!(other.submit("/sign-in/code", "/sign-in/code", &[("code", &code)]).await.status, 422);
    ann.submit("/sign-in/code", "/sign-in/code", &[("code", &code)])
        .await
        .leads(&format!("/w/{}", place.workspace("ann@example.org")));
    let spent = ann.open_link(&link).await;
    assert_eq!(spent.status, 410);
    assert!(spent.body.contains("This link does not open anything"));
    assert_eq!(place.browser().get("/sign-in/link?token=nonsense").await.status, 410);
}

#[tokio::test]
async fn each_sign_in_that_fails_is_recorded() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    ann.submit("/sign-out", "/sign-out", &[]).await.leads("/sign-in");
    ann.submit("/sign-in", "/sign-in", &[("email", "ann@example.org")]).await.leads("/sign-in/code");
    assert_eq!(place.failed_sign_ins().await, "");
    let link = place.link("ann@example.org");
    let mut other = place.browser();
    assert_eq!(other.open_link(&link).await.status, 403);
    assert_eq!(place.failed_sign_ins().await, "other-browser");
    let code = place.short_code("ann@example.org");
    // the code is good where the link was asked for
    assert_eq!(other.submit("/sign-in/code", "/sign-in/code", &[("code", &code)]).await.status, 422);
    assert_eq!(place.failed_sign_ins().await, "other-browser,code");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(ann.submit("/sign-in/code", "/sign-in/code", &[("code", wrong)]).await.status, 422);
    assert_eq!(place.failed_sign_ins().await, "other-browser,code,code");
    ann.open_link(&link).await;
    assert_eq!(ann.open_link(&link).await.status, 410);
    assert_eq!(place.failed_sign_ins().await, "other-browser,code,code,link");
    let nonsense = other.submit(&link, "/sign-in/link", &[("token", "nonsense")]).await;
    assert_eq!(nonsense.status, 410);
    assert_eq!(place.failed_sign_ins().await, "other-browser,code,code,link,link");
}

#[tokio::test]
async fn known_and_unknown_addresses_look_alike() {
    let place = Place::new();
    place.member("artist", "ann@example.org").await;
    let mut answers = Vec::new();
    for email in ["ann@example.org", "nobody@example.org"] {
        let mut client = place.browser();
        let answer = client.submit("/sign-in", "/sign-in", &[("email", email)]).await;
        let next = client.get(answer.there()).await;
        let body = next.body.lines().filter(|it| !it.contains("form_token")).collect::<String>();
        let headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push((answer.status, answer.there().to_owned(), headers, body));
    }
    assert_eq!(answers[0], answers[1]);
    let mut client = place.browser();
    client.sign_up("presenter", "ann@example.org").await;
    assert!(place.letter("ann@example.org").contains("It has an account already"));
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let place = Place::new();
    let mut one = place.member("artist", "ann@example.org").await;
    let mut two = place.browser();
    two.sign_in("ann@example.org").await;
    let shown = one.get("/you").await;
    shown.sees("Sign out everywhere else");
    let action = shown.body.split("action=\"/you/sessions/").nth(1).unwrap().split('"').next().unwrap();
    let action = format!("/you/sessions/{action}");
    one.send(&shown, &action, &[]).await.leads("/you");
    two.get("/you").await.leads("/sign-in");
    two.sign_in("ann@example.org").await;
    one.submit("/you", "/you/sessions/others", &[]).await.leads("/you");
    two.get("/you").await.leads("/sign-in");
    place.later(13 * Moment::HOUR);
    one.get("/you").await.leads("/sign-in");
}

#[tokio::test]
async fn a_colleague_is_invited_joins_and_leaves() {
    let place = Place::new();
    let mut owner = place.member("agency", "owner@example.org").await;
    let home = format!("/w/{}", place.workspace("owner@example.org"));
    let team = format!("{home}/team");
    let invitations = format!("{team}/invitations");
    let missing = owner.submit(&team, &invitations, &[("email", "nobody")]).await;
    assert_eq!(missing.status, 422);
    assert!(missing.body.contains("Two things to correct") && missing.body.contains("Choose a role"));
    owner
        .submit(&team, &invitations, &[("email", "new@example.org"), ("role", "assistant")])
        .await
        .leads(&team);
    owner.get(&team).await.sees("new@example.org").sees("Withdraw");
    let mut newcomer = place.browser();
    let link = place.link("new@example.org");
    newcomer.get(&link).await.sees("Anna’s House").sees("assistant");
    let again = newcomer.submit(&link, "/join", &[("name", "")]).await;
    assert_eq!(again.status, 422);
    newcomer.submit(&link, "/join", &[("name", "Newcomer")]).await.leads("/sign-up/done");
    assert_eq!(newcomer.get(&link).await.status, 410);
    newcomer.sign_in("new@example.org").await.leads("/waiting");
    newcomer.get(&team).await.leads("/waiting");
    owner.get(&team).await.sees("waits for approval");
    place.run("UPDATE accounts SET status = 'approved' WHERE email = 'new@example.org'");
    let shown = newcomer.get(&team).await;
    shown.sees("owner@example.org");
    shown.sees("Leave this workspace");
    assert!(!shown.body.contains("Invite a colleague") && !shown.body.contains("Withdraw"));
    // the owner opens fees, gives another role, and takes it back
    let member = place.text("SELECT memberships.id FROM memberships JOIN accounts ON accounts.id = account WHERE email = 'new@example.org'");
    let page = format!("{team}/{member}");
    owner.submit(&page, &format!("{page}/money"), &[]).await.leads(&page);
    owner.get(&team).await.sees("sees fees");
    owner.submit(&page, &format!("{page}/role"), &[("role", "manager")]).await.leads(&team);
    owner.get(&team).await.sees("manager");
    let stale = owner.submit(&page, &format!("{page}/role"), &[("role", "owner"), ("version", "1")]).await;
    assert_eq!(stale.status, 409);
    newcomer.submit(&team, &format!("{team}/leave"), &[]).await.leads("/you");
    assert_eq!(newcomer.get(&team).await.status, 403);
    let last = owner.submit(&team, &format!("{team}/leave"), &[]).await;
    assert_eq!(last.status, 409);
    assert!(last.body.contains("keeps at least one owner"));
}

#[tokio::test]
async fn an_account_takes_up_an_invitation_with_a_button() {
    let place = Place::new();
    let mut owner = place.member("agency", "owner@example.org").await;
    let mut ann = place.member("artist", "ann@example.org").await;
    let mut eve = place.member("artist", "eve@example.org").await;
    let home = format!("/w/{}", place.workspace("owner@example.org"));
    let team = format!("{home}/team");
    let typed = [("email", "ann@example.org"), ("role", "manager")];
    owner.submit(&team, &format!("{team}/invitations"), &typed).await.leads(&team);
    let link = place.link("ann@example.org");
    eve.get(&link).await.sees("signed in with another address");
    place.browser().get(&link).await.sees("This address has an account");
    ann.submit(&link, "/join/accept", &[]).await.leads(&home);
    ann.get(&team).await.sees("ann@example.org");
    ann.get("/you").await.sees(&home);
    // withdrawn: nothing opens
    let typed = [("email", "late@example.org"), ("role", "owner")];
    let shown = owner.submit(&team, &format!("{team}/invitations"), &typed).await;
    shown.leads(&team);
    let id = place.text("SELECT id FROM invitations WHERE mailbox = 'late@example.org'");
    owner.submit(&team, &format!("{team}/invitations/{id}/withdraw"), &[]).await.leads(&team);
    assert_eq!(place.browser().get(&place.link("late@example.org")).await.status, 410);
}

#[tokio::test]
async fn a_message_is_shown_back_then_sent_once() {
    let place = Place::new();
    let mut anyone = place.browser();
    let path = "/api/help/contact";
    let typed = [
        ("name", "Ann <b>"),
        ("email", "ann@example.org"),
        ("subject", "Hello"),
        ("message", "Two\r\nlines"),
    ];
    let shown = anyone.post(path, &typed).await;
    shown.sees("Nothing was sent yet").sees("Ann &lt;b&gt;");
    assert_eq!(place.text("SELECT COUNT(*) FROM support_messages"), "0");
    assert_eq!(place.text("SELECT COUNT(*) FROM outbox"), "0");
    let decoded: Vec<_> = shown
        .hidden(path)
        .into_iter()
        .map(|(n, v)| (n, v.replace("&lt;", "<").replace("&gt;", ">")))
        .collect();
    let fields: Vec<_> = decoded.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    for _ in 0..2 {
        anyone.post(path, &fields).await.leads("/help/contact/sent");
    }
    anyone.get("/help/contact/sent").await.sees("on its way");
    assert_eq!(place.text("SELECT COUNT(*) FROM support_messages"), "1");
    assert!(place.letter("desk@kalinklo.example").contains("Two\nlines"));
    // changed after it was shown: shown again
    let changed: Vec<_> =
        fields.iter().map(|(n, v)| (*n, if *n == "subject" { "Other" } else { *v })).collect();
    anyone.post(path, &changed).await.sees("is not what this page showed");
    let wrong = anyone.post(path, &[("name", ""), ("email", "x"), ("subject", "s"), ("message", "m")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("Two things to correct") && wrong.body.contains("href=\"#email\""));
    assert!(anyone.cookies.is_empty(), "public forms set no cookie");
}
