//! The desk: what ends soon, what is found, and what the platform answers.

use super::{AGENCY, ARTIST, HALL, RIVAL, Scene, names_nobody};
use crate::pages::accounts::tests::people::{Client, Place};
use domain::Moment;

/// A stranger's enquiry that names nobody here: its page.
async fn enquiry(place: &Place) -> String {
    names_nobody(&mut place.browser()).await;
    format!("/admin/enquiries/{}", place.text("SELECT MAX(id) FROM enquiries"))
}

#[tokio::test]
async fn the_platforms_answer_is_prepared_shown_and_sent_as_it_was_shown() {
    let place = Place::new();
    let mut staff = place.staff().await;
    let page = enquiry(&place).await;
    let (answer, send) = (format!("{page}/answer"), format!("{page}/send"));
    let mails = || place.text("SELECT COUNT(*) FROM outbox WHERE recipient = 'stranger@example.net'");
    staff.get(&answer).await.leads(&page);
    assert_eq!(staff.submit(&page, &answer, &[("subject", ""), ("text", "")]).await.status, 422);
    let shown = staff.get(&page).await;
    let typed = [("subject", "Your question"), ("text", "Dear stranger,\nnobody.")];
    staff.send(&shown, &answer, &typed).await.leads(&answer);
    assert_eq!(staff.send(&shown, &answer, &typed).await.status, 409, "the form of before");
    let first = staff.get(&answer).await;
    first.sees("Send answer to stranger@example.net?").sees("Dear stranger,").sees("Your question");
    staff.get(&page).await.sees("Read it and send it").sees("nobody.");
    assert_eq!(mails(), "0");

    // changed after it was shown: nothing is sent
    let other = [("subject", "Your question"), ("text", "Dear stranger, somebody.")];
    staff.submit(&page, &answer, &other).await.leads(&answer);
    let stale = staff.send(&first, &send, &[]).await;
    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("Nothing was sent"), "{}", stale.body);
    assert_eq!(mails(), "0");

    // a day later a fresh code is asked for first
    let second = staff.get(&answer).await;
    place.later(13 * Moment::HOUR);
    place.run(&format!("UPDATE sessions SET seen_at = {}", place.now().0));
    let step_up = format!("/admin/step-up?to={}", crate::http::encoding::encode(&answer));
    staff.get(&answer).await.leads(&step_up);
    staff.send(&second, &send, &[]).await.leads(&step_up);
    assert_eq!(mails(), "0");
    let code = place.app_code("staff@kalinklo.example");
    staff.submit(&step_up, "/admin/step-up", &[("code", &code)]).await.leads(&answer);

    let shown = staff.get(&answer).await;
    staff.send(&shown, &send, &[]).await.leads(&answer);
    staff.send(&shown, &send, &[]).await.leads(&answer);
    assert_eq!(
        (mails().as_str(), place.letter("stranger@example.net").as_str()),
        ("1", "Dear stranger, somebody.")
    );
    staff.get(&answer).await.sees("Answer sent to stranger@example.net");
    staff.get(&page).await.sees("The answer that was sent");
    staff.get("/admin/enquiries").await.sees("No enquiry waits");
}

#[tokio::test]
async fn nobody_but_staff_reaches_the_platforms_answers() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let page = enquiry(&place).await;
    for path in [page.clone(), format!("{page}/answer")] {
        assert_eq!(it.agency.get(&path).await.status, 403);
    }
    for path in ["answer", "send", "dismiss"] {
        let typed = [("subject", "s"), ("text", "t"), ("reason", "r"), ("version", "1"), ("digest", "d")];
        assert_eq!(it.agency.post(&format!("{page}/{path}"), &typed).await.status, 403, "{path}");
    }
    assert_eq!(place.text("SELECT state || digest FROM enquiries"), "unverified_sender");
}

/// A hold of the hall on 4 March 2027, until so many days from now.
async fn held(it: &mut Scene<'_>, days: i64) {
    let (_, request) = it.requested().await;
    let desk = it.at(AGENCY);
    let page = format!("{desk}/requests/{request}/hold");
    let until = it.place.now().plus(days * Moment::DAY);
    let until = crate::view::Zone::utc().day(until).unwrap().civil();
    let (day, month, year) = (until.day().to_string(), until.month().to_string(), until.year().to_string());
    let typed = [("until_day", day.as_str()), ("until_month", &month), ("until_year", &year)];
    let draft = it.agency.submit(&page, &page, &typed).await.there().to_owned();
    it.agency.submit(&draft, &draft, &[]).await.leads(&draft);
}

async fn search(client: &mut Client<'_>, desk: &str, typed: &str) -> String {
    let q = crate::http::encoding::encode(typed);
    let seen = client.get(&format!("{desk}/search?q={q}")).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

#[tokio::test]
async fn today_says_when_a_hold_expires_and_the_search_finds_what_is_ones_own() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    place.run("UPDATE workspaces SET name_key = lower(name)");
    place.run("UPDATE profiles SET name_key = 'ilka thornwald'");
    held(&mut it, 6).await;
    let (agency, hall, rival) = (it.at(AGENCY), it.at(HALL), it.at(RIVAL));
    it.hall.get(&hall).await.sees("expires in 6 days");
    it.agency.get(&agency).await.sees("expires in 6 days");
    let other = it.rival.get(&rival).await;
    assert!(!other.body.contains("expires in"), "{}", other.body);

    for typed in ["nuits", "4 March 2027", "Nordhaven"] {
        let seen = search(&mut it.agency, &agency, typed).await;
        for part in ["Engagements", "Requests", "Holds", "Les nuits d’été"] {
            assert!(seen.contains(part), "{typed}: no {part} in {seen}");
        }
    }
    for typed in ["nuits", "4 March 2027", "thornwald", "finch"] {
        assert!(search(&mut it.hall, &hall, typed).await.contains("Les nuits d’été"), "{typed}");
        let seen = search(&mut it.rival, &rival, typed).await;
        assert!(seen.contains("Nothing that you may find answers to this"), "{typed}: {seen}");
    }
    let artist = it.at(ARTIST);
    assert!(search(&mut it.artist, &artist, "nordhaven").await.contains("Les nuits d’été"));
    let team = search(&mut it.artist, &artist, ARTIST).await;
    assert!(team.contains("<h2>Team</h2>") && team.contains(ARTIST), "{team}");
    let foreign = search(&mut it.artist, &artist, AGENCY).await;
    assert!(!foreign.contains("<h2>Team</h2>"), "{foreign}");
    let long = it.hall.get(&format!("{hall}/search?q={}", "x".repeat(101))).await;
    assert!(
        long.body.contains("Nothing that you may find") || !long.body.contains("Les nuits"),
        "{}",
        long.body
    );
}
