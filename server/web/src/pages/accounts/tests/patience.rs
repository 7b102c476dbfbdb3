//! Signing in while somebody else tries to: what is wrong costs whoever sent it.

use super::people::Place;

#[tokio::test]
async fn a_stranger_who_tries_codes_locks_nobody_out() {
    let place = Place::new();
    let mut ann = place.member("artist", "ann@example.org").await;
    ann.submit("/sign-out", "/sign-out", &[]).await.leads("/sign-in");
    for from in ["192.0.2.1", "192.0.2.2"] {
        let mut stranger = place.browser().at(from);
        stranger.submit("/sign-in", "/sign-in", &[("email", "ann@example.org")]).await.leads("/sign-in/code");
        let wrong = if place.short_code("ann@example.org") == "000 000" { "000 001" } else { "000 000" };
        for _ in 0..5 {
            let answer = stranger.submit("/sign-in/code", "/sign-in/code", &[("code", wrong)]).await;
            assert_eq!(answer.status, 422);
        }
    }
    ann.submit("/sign-in", "/sign-in", &[("email", "ann@example.org")]).await.leads("/sign-in/code");
    let code = place.short_code("ann@example.org");
    assert_eq!(code.len(), "123 456 789 012".len(), "nobody finds it by trying");
    let home = format!("/w/{}", place.workspace("ann@example.org"));
    ann.submit("/sign-in/code", "/sign-in/code", &[("code", &code)]).await.leads(&home);
}
