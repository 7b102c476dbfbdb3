//! What is not theirs, what is not there, what was typed wrongly.

use super::journeys::until;
use super::*;

#[tokio::test]
async fn what_is_another_tenants_and_what_is_nothing_answer_alike() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let (engagement, request) = it.requested().await;
    let form = format!("{}/requests/{request}/hold", it.at(AGENCY));
    let draft = it.agency.submit(&form, &form, &until()).await.there().to_owned();
    it.agency.submit(&draft, &draft, &[]).await.leads(&draft);
    let hold = place.text("SELECT id FROM holds");
    let draft = draft.rsplit('/').next().unwrap().to_owned();
    let rival = it.at(RIVAL);
    let pages = [
        ("engagements/{}", engagement.as_str()),
        ("engagements/{}/ledger", &engagement),
        ("engagements/{}/ledger.jsonl", &engagement),
        ("engagements/{}/message", &engagement),
        ("engagements/{}/documents", &engagement),
        ("requests/{}", &request),
        ("requests/{}/counter", &request),
        ("requests/{}/hold", &request),
        ("requests/{}/decline", &request),
        ("requests/{}/withdraw", &request),
        ("holds/{}", &hold),
        ("holds/{}/withdraw", &hold),
        ("drafts/{}", &draft),
        ("messages/{}", &hold),
        ("documents/{}", &hold),
        ("documents/{}/content", &hold),
        ("enquiries/{}", &hold),
        ("artists/{}/request", &hold),
    ];
    for (page, id) in pages {
        let mut bodies = Vec::new();
        for id in [id, "0000000000000000000000", "x", "%ff"] {
            let seen = it.rival.get(&format!("{rival}/{}", page.replace("{}", id))).await;
            assert_eq!(status(&seen), 403, "{page} {id}");
            let reference = seen.headers["x-request-id"].to_str().unwrap().to_owned();
            bodies.push(seen.body.replace(&reference, ""));
        }
        assert!(bodies.windows(2).all(|it| it[0] == it[1]), "{page}");
    }
    // through another workspace's path it is the same
    let theirs = it.at(HALL);
    assert_eq!(it.rival.get(&format!("{theirs}/engagements/{engagement}")).await.status, 403);
    let posts = [
        format!("engagements/{engagement}/message"),
        format!("engagements/{engagement}/notes"),
        format!("engagements/{engagement}/counsel"),
        format!("requests/{request}/hold"),
        format!("requests/{request}/withdraw"),
        format!("holds/{hold}/release"),
        format!("holds/{hold}/withdraw"),
        format!("drafts/{draft}"),
        format!("drafts/{draft}/discard"),
        format!("documents/{hold}/share"),
        format!("documents/{hold}/erase"),
        format!("enquiries/{hold}/dismiss"),
    ];
    for path in posts {
        assert_eq!(it.rival.post(&format!("{rival}/{path}"), &[]).await.status, 403, "{path}");
    }
    for page in ["/counsel", "/counsel/engagements/x"] {
        assert!(place.browser().get(page).await.status == 303, "{page}");
    }
    let queue = it.rival.get(&format!("/counsel/engagements/{engagement}")).await;
    assert_eq!(queue.status, 403);
    for list in ["engagements", "requests", "holds", "drafts", "enquiries"] {
        let seen = it.rival.get(&format!("{rival}/{list}")).await;
        seen.sees("<h1>");
        for name in ["Les nuits", "Thornwald", "Nordhaven"] {
            assert!(!seen.body.contains(name), "{list}: {name}");
        }
    }
}

#[tokio::test]
async fn a_form_that_must_be_corrected_keeps_what_was_typed() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let path = it.ask_path(HALL);
    let mut typed = terms();
    typed.retain(|it| !matches!(it.0, "first_day" | "first_month" | "fee" | "programme"));
    typed.extend([("first_day", "29"), ("first_month", "2"), ("fee", "-5"), ("programme", "")]);
    let again = it.hall.submit(&path, &path, &typed).await;
    assert_eq!(again.status, 422);
    for text in [
        "<title>Error: ",
        "February 2027 has 28 days",
        "Enter an amount that is not negative",
        "Enter a programme",
        "value=\"Great Hall\"",
        "href=\"#first\"",
    ] {
        assert!(again.body.contains(text), "{text}: {}", again.body);
    }
    let mut typed = terms();
    typed.push(("commission", "0"));
    assert_eq!(it.hall.submit(&path, &path, &typed).await.status, 422, "a field that nobody asked for");
    assert_eq!(it.hall.post(&path, &terms()).await.status, 403, "a form that we did not show");
    assert_eq!(place.text("SELECT COUNT(*) FROM drafts"), "0");
}

#[tokio::test]
async fn an_assistant_prepares_sees_no_fee_and_never_confirms() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let draft = it.prepared().await;
    place
        .run(&format!("UPDATE memberships SET role = 'assistant' WHERE account = '{}'", place.account(HALL)));
    let shown = it.hall.get(&draft).await;
    shown
        .sees("A fee is named. It is not shown to you.")
        .sees("an owner or manager of your workspace confirms");
    assert!(!shown.body.contains("12,500") && !shown.body.contains("name=\"digest\""));
    let id = draft.rsplit('/').next().unwrap().to_owned();
    let form = format!("{}?draft={id}", it.ask_path(HALL));
    let change = it.hall.get(&form).await;
    assert!(change.status == 200 && !change.body.contains("12,500") && !change.body.contains("name=\"fee\""));
    let digest = place.text("SELECT digest FROM drafts");
    let forced = it.hall.post(&draft, &[("digest", &digest)]).await;
    assert_eq!(forced.status, 403);
    assert_eq!(place.text("SELECT COUNT(*) FROM engagements"), "0");
}

#[tokio::test]
async fn an_artist_that_closed_is_not_named_by_an_old_draft() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let draft = it.prepared().await;
    place.run("UPDATE profiles SET level = 'workspace_private'");
    let shown = it.hall.get(&draft).await;
    assert!(shown.status == 200 && !shown.body.contains("Thornwald"), "{}", shown.body);
    let sent = it.hall.send(&shown, &draft, &[]).await;
    assert_eq!(sent.status, 403);
    assert_eq!(place.text("SELECT COUNT(*) FROM engagements"), "0");
}
