//! Bad input: named by its field, and nothing changed.

use super::people::Place;

#[tokio::test]
async fn bad_input_is_named_by_its_field_and_changes_nothing() {
    let place = Place::new();
    let long = "x".repeat(5000);
    let cases: [(&str, &str, &str); 10] = [
        ("kind", "choir", "Choose what you are"),
        ("name", "", "Enter your name"),
        ("name", "Anna \u{202e}x", "Remove the invisible or control characters from your name"),
        ("workspace", &long, "at most 200 characters"),
        ("email", "ann@", "Enter an address we can answer to"),
        ("email", "ann@example.org\u{0}", "Remove the invisible"),
        ("application", "", "Enter who you are"),
        ("application", &long, "at most 4000 characters"),
        ("code", "NOPE", "There is no such code"),
        ("code", "\u{202e}", "There is no such code"),
    ];
    for (field, value, says) in cases {
        let mut typed = vec![
            ("kind", "artist"),
            ("name", "Anna"),
            ("workspace", "House"),
            ("email", "ann@example.org"),
            ("application", "I sing."),
            ("code", ""),
        ];
        typed.iter_mut().filter(|it| it.0 == field).for_each(|it| it.1 = value);
        let seen = place.browser().submit("/sign-up", "/sign-up", &typed).await;
        assert_eq!(seen.status, 422, "{field}");
        assert!(seen.body.contains(says), "{field}: {}", seen.body);
        assert!(
            seen.body.contains(&format!("href=\"#{field}\""))
                && seen.body.contains(&format!("id=\"{field}\""))
        );
    }
    assert_eq!(place.text("SELECT COUNT(*) FROM accounts"), "0");
}

#[tokio::test]
async fn unknown_and_double_fields_are_named() {
    let place = Place::new();
    let mut client = place.browser();
    let extra =
        client.submit("/sign-in", "/sign-in", &[("email", "ann@example.org"), ("role", "owner")]).await;
    assert_eq!(extra.status, 422);
    assert!(extra.body.contains("This form has no such field"));
    let shown = client.get("/sign-in").await;
    let mut fields = shown.hidden("/sign-in");
    fields.extend(["a@example.org", "b@example.org"].map(|it| ("email".to_owned(), it.to_owned())));
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let twice = client.post("/sign-in", &fields).await;
    assert_eq!(twice.status, 422);
    assert!(twice.body.contains("This field came more than once"));
    assert_eq!(place.text("SELECT COUNT(*) FROM sign_in_links"), "0");
}

#[tokio::test]
async fn an_application_keeps_what_was_typed_and_knows_its_edition() {
    let place = Place::new();
    let mut ann = place.browser();
    ann.sign_up("artist", "ann@example.org").await;
    ann.sign_in("ann@example.org").await;
    let shown = ann.get("/application").await;
    let wrong = ann
        .send(&shown, "/application", &[("name", ""), ("workspace", "W"), ("application", "kept <i>")])
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("kept &lt;i&gt;") && wrong.body.contains("One thing to correct"));
    let typed = [("name", "A"), ("workspace", "W"), ("application", "x")];
    ann.send(&shown, "/application", &typed).await.leads("/waiting");
    assert_eq!(ann.send(&shown, "/application", &typed).await.status, 409, "a stale form");
    assert_eq!(
        ann.send(
            &shown,
            "/application",
            &[("version", "x"), ("name", "A"), ("workspace", "W"), ("application", "x")]
        )
        .await
        .status,
        400
    );
}

#[tokio::test]
async fn made_up_pages_of_lists_are_harmless() {
    let place = Place::new();
    place.member("artist", "ann@example.org").await;
    let mut staff = place.staff().await;
    for query in ["after=zzz", "after=%00", "after=%27%20OR%201=1"] {
        assert_eq!(
            staff.get(&format!("/admin/approvals?status=approved&{query}")).await.status,
            200,
            "{query}"
        );
        assert_eq!(staff.get(&format!("/admin/workspaces?kind=agency&{query}")).await.status, 200, "{query}");
        assert_eq!(staff.get(&format!("/admin/codes?{query}")).await.status, 200, "{query}");
    }
    assert_eq!(staff.get("/admin/approvals?status=nonsense").await.status, 200);
}
