//! Signing in while somebody else tries to: what is wrong costs whoever sent it.

use super::people::{Client, Place, Seen};
use domain::Moment;

impl Client<'_> {
    async fn enters(&mut self, code: &str) -> Seen {
        self.submit("/sign-in/code", "/sign-in/code", &[("code", code)]).await
    }
    async fn asks(&mut self, email: &str) -> Seen {
        self.submit("/sign-in", "/sign-in", &[("email", email)]).await
    }
}

/// After how many seconds the next try may come.
#[track_caller]
fn waits(seen: &Seen) -> u64 {
    assert_eq!(seen.status, 429, "{}", seen.body);
    seen.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_stranger_who_tries_codes_locks_nobody_out() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    ann.submit("/sign-out", "/sign-out", &[]).await.leads("/sign-in");
    for from in ["192.0.2.1", "192.0.2.2"] {
        let mut stranger = place.browser().at(from);
        stranger.asks("ann@example.org").await.leads("/sign-in/code");
        let wrong = if place.short_code("ann@example.org") == "000 000" { "000 001" } else { "000 000" };
        for _ in 0..5 {
            assert_eq!(stranger.enters(wrong).await.status, 422);
        }
    }
    ann.asks("ann@example.org").await.leads("/sign-in/code");
    let code = place.short_code("ann@example.org");
    assert_eq!(code.len(), "123 456 789 012".len(), "nobody finds it by trying");
    let home = format!("/w/{}", place.workspace("ann@example.org"));
    ann.enters(&code).await.leads(&home);
}

#[tokio::test]
async fn an_address_from_which_sign_ins_fail_waits_longer_each_time() {
    let place = Place::new();
    let home = {
        place.member("artist", "ann@example.org").await;
        format!("/w/{}", place.workspace("ann@example.org"))
    };
    // a neighbour in the same network, who asked for a link before
    let mut ann = place.browser().at("2001:db8::7");
    ann.asks("ann@example.org").await.leads("/sign-in/code");
    let (link, code) = (place.link("ann@example.org"), place.short_code("ann@example.org"));
    let mut stranger = place.browser().at("2001:db8::1");
    for _ in 0..6 {
        assert_eq!(stranger.enters("000000").await.status, 422);
    }
    for token in ["nonsense", &"A".repeat(43), "nonsense", "nonsense", "nonsense"] {
        let over = stranger.submit(&link, "/sign-in/link", &[("token", token)]).await;
        assert_eq!(over.status, 410);
    }
    // whatever is asked for, for whomever, waits alike
    let known = stranger.asks("ann@example.org").await;
    let unknown = stranger.asks("nobody@example.org").await;
    assert_eq!((waits(&known), waits(&unknown), known.body.len()), (30, 30, unknown.body.len()));
    assert_eq!(waits(&stranger.enters("000000").await), 30);
    assert_eq!(waits(&ann.enters(&code).await), 30, "a code is not compared");
    let letters = place.text("SELECT count(*) FROM outbox");
    assert_eq!(place.text("SELECT count(*) FROM outbox WHERE state = 'waiting'"), letters);
    // other networks do not, and a link that is right works
    place.browser().at("2001:db8:0:1::1").asks("ann@example.org").await.leads("/sign-in/code");
    assert_eq!(waits(&stranger.submit(&link, "/sign-in/link", &[("token", "nonsense")]).await), 30);
    ann.open_link(&link).await.leads(&home);
    // each more waits twice as long; whoever is right meanwhile takes none of it away
    for seconds in [30, 60, 120] {
        assert_eq!(waits(&stranger.enters("000000").await), seconds);
        place.later(i64::try_from(seconds).unwrap() * Moment::SECOND);
        ann.asks("ann@example.org").await.leads("/sign-in/code");
        ann.enters(&place.short_code("ann@example.org")).await.leads(&home);
        assert_eq!(stranger.enters("000000").await.status, 422);
    }
    // each that failed is recorded, and that the network met its limit once in ten minutes
    place.house.recorded().await;
    let kind = |it: &str| place.text(&format!("SELECT count(*) FROM security_events WHERE kind = '{it}'"));
    assert_eq!((kind("sign-in-failed"), kind("limited")), ("15".into(), "1".into()));
    place.later(Moment::DAY);
    assert_eq!(stranger.enters("000000").await.status, 422);
    assert_eq!(stranger.enters("000000").await.status, 422, "a quiet day is forgotten");
}

#[tokio::test]
async fn a_wrong_factor_counts_for_its_address_too() {
    let place = Place::new();
    let mut staff = place.staff().await.at("192.0.2.9");
    for _ in 0..11 {
        let wrong = staff.submit("/admin/step-up", "/admin/step-up", &[("code", "ABCDE-FGHJK")]).await;
        assert_eq!(wrong.status, 422);
    }
    assert_eq!(
        waits(&staff.submit("/admin/step-up", "/admin/step-up", &[("code", "ABCDE-FGHJK")]).await),
        30
    );
    assert_eq!(waits(&place.browser().at("192.0.2.9").enters("000000").await), 30);
    assert_eq!(place.browser().at("192.0.2.8").enters("000000").await.status, 422);
}

#[tokio::test]
async fn whose_sign_in_was_tried_from_where_is_recorded() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    ann.submit("/sign-out", "/sign-out", &[]).await.leads("/sign-in");
    let account = place.account("ann@example.org");
    let mut stranger = place.browser().at("192.0.2.7");
    stranger.asks("ann@example.org").await.leads("/sign-in/code");
    assert_eq!(stranger.enters("999999999999").await.status, 422);
    let link = place.link("ann@example.org");
    let mut other = place.browser().at("2001:db8::8");
    assert_eq!(other.open_link(&link).await.status, 403);
    other.asks("nobody@example.org").await.leads("/sign-in/code");
    assert_eq!(other.enters("999999999999").await.status, 422);
    let mut staff = place.staff().await.at("192.0.2.9");
    let boss = place.account("staff@kalinklo.example");
    let wrong = staff.submit("/admin/step-up", "/admin/step-up", &[("code", "ABCDE-FGHJK")]).await;
    assert_eq!(wrong.status, 422);
    place.house.recorded().await;
    let seen = place.text(
        "SELECT group_concat(address || ' ' || coalesce(account, '-') || ' ' || detail, '|') FROM \
         (SELECT * FROM security_events WHERE kind IN ('sign-in-failed', 'factor-failed') ORDER BY at, id)",
    );
    let seen: Vec<&str> = seen.split('|').collect();
    let has = |address: &str, account: &str, what: &str| {
        seen.iter().filter(|it| it.starts_with(&format!("{address} {account} {what}"))).count() == 1
    };
    assert!(has("192.0.2.7", &account, "code, mailbox "), "{seen:?}");
    assert!(has("2001:db8::8", &account, "other-browser, mailbox "), "{seen:?}");
    assert!(has("2001:db8::8", "-", "code, mailbox "), "{seen:?}");
    assert!(has("192.0.2.9", &boss, "used or unknown"), "{seen:?}");
    assert!(seen.len() == 4 && !seen.iter().any(|it| it.contains('@')), "{seen:?}");
    // staff find it from the page of security events
    staff.get("/admin/security").await.sees("192.0.2.7").sees(&format!("/admin/approvals/{account}"));
}
