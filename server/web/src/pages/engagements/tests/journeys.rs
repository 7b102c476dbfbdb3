//! Whole ways through the house.

use super::*;

#[tokio::test]
async fn from_a_request_to_a_hold_and_back() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let path = it.ask_path(HALL);
    it.hall.get(&path).await.sees("Ask for Ilka Thornwald");
    let draft = it.prepared().await;
    it.hall
        .get(&draft)
        .await
        .sees("Send request to Harbour and Finch?")
        .sees("EUR 12,500.00")
        .sees("Fingerprint of exactly this text")
        .sees("What you cannot take back");
    let at = it.at(HALL);
    it.hall.get(&format!("{at}/drafts")).await.sees(&draft);
    assert_eq!(place.text("SELECT COUNT(*) FROM engagements"), "0");
    it.hall.submit(&draft, &draft, &[]).await.leads(&draft);
    it.hall.get(&draft).await.sees("Request sent to Harbour and Finch").sees("What happens next");
    assert!(place.letter(AGENCY).contains("asks for Ilka Thornwald"));
    let engagement = place.text("SELECT id FROM engagements");
    let request = place.text("SELECT id FROM requests");

    let desk = it.at(AGENCY);
    it.agency.get(&format!("{desk}/requests")).await.sees("Les nuits d’été").sees("The move is yours");
    let shown = it.agency.get(&format!("{desk}/requests/{request}")).await;
    shown.sees("Accept with a hold").sees("EUR 12,500.00").sees("Berlioz");
    let hold_form = format!("{desk}/requests/{request}/hold");
    it.agency.get(&hold_form).await.sees("the hold will have rank 1");
    let grant = it.agency.submit(&hold_form, &hold_form, &until()).await;
    let grant = grant.there().to_owned();
    it.agency.get(&grant).await.sees("Grant the hold to Hall Nordhaven?").sees("Rank as things stand");
    it.agency.submit(&grant, &grant, &[]).await.leads(&grant);
    assert!(place.letter(HALL).contains("hold of rank 1"));

    let hold = place.text("SELECT id FROM holds");
    let hold_page = format!("{at}/holds/{hold}");
    it.hall.get(&hold_page).await.sees("1H").sees("Prepare the release");
    let page = it.hall.get(&format!("{at}/engagements/{engagement}")).await;
    page.sees("The move is yours").sees("hold 1").sees("Hold granted").sees("by Harbour and Finch");
    assert!(!page.body.contains("Commission"), "{}", page.body);
    let theirs = it.agency.get(&format!("{desk}/engagements/{engagement}")).await;
    theirs.sees("Commission, by the mandate").sees("15.00 %");
    it.artist.get(&format!("{}/engagements/{engagement}", it.at(ARTIST))).await.sees("15.00 %");

    let release = it.hall.submit(&hold_page, &format!("{hold_page}/release"), &[]).await.there().to_owned();
    it.hall.submit(&release, &release, &[]).await.leads(&release);
    it.hall.get(&hold_page).await.sees("released");
    it.agency.get(&format!("{desk}/holds")).await.sees("released");

    let ledger = format!("{at}/engagements/{engagement}/ledger");
    it.hall.get(&ledger).await.sees("Hold released").sees("Request sent");
    let file = it.hall.get(&format!("{ledger}.jsonl")).await;
    let found = store::ledger::verify_download(&file.body).unwrap();
    assert_eq!((found.chain.as_str(), found.entries > 4), (engagement.as_str(), true));
    assert!(file.headers["content-disposition"].to_str().unwrap().contains(".jsonl"));
}

pub(super) fn until() -> Vec<(&'static str, &'static str)> {
    // the tests begin on 15 January 2027
    vec![("until_day", "20"), ("until_month", "1"), ("until_year", "2027")]
}

#[tokio::test]
async fn a_confirmation_fails_when_the_draft_changed_after_it_was_shown() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let draft = it.prepared().await;
    let shown = it.hall.get(&draft).await;
    shown.sees("Change it");
    let form = it.ask_path(HALL);
    let id = draft.rsplit('/').next().unwrap().to_owned();
    let again = it.hall.get(&format!("{form}?draft={id}")).await;
    again.sees("value=\"12,500.00\"").sees("value=\"Great Hall\"");
    it.hall
        .send(
            &again,
            &form,
            &[("fee", "9000")]
                .into_iter()
                .chain(terms().into_iter().filter(|it| it.0 != "fee"))
                .collect::<Vec<_>>(),
        )
        .await
        .leads(&draft);
    let late = it.hall.send(&shown, &draft, &[]).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains("changed after it was shown to you. Nothing was sent."), "{}", late.body);
    assert_eq!(place.text("SELECT COUNT(*) FROM engagements"), "0");
    it.hall.submit(&draft, &draft, &[]).await.leads(&draft);
    // pressed twice, done once
    let shown = it.hall.get(&draft).await;
    assert!(!shown.body.contains("name=\"digest\""));
    assert_eq!(place.text("SELECT fee_minor FROM requests"), "900000");
}

#[tokio::test]
async fn terms_are_proposed_and_agreed_to() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let (_, request) = it.requested().await;
    let (desk, at) = (it.at(AGENCY), it.at(HALL));
    let counter = format!("{desk}/requests/{request}/counter");
    let mut typed = terms();
    typed.retain(|it| !matches!(it.0, "title" | "first_day" | "fee"));
    typed.extend([("first_day", "11"), ("fee", "14000"), ("words", "A week later?")]);
    let draft = it.agency.submit(&counter, &counter, &typed).await.there().to_owned();
    it.agency
        .get(&draft)
        .await
        .sees("Thu 11 March 2027, was Thu 4 March 2027")
        .sees("EUR 14,000.00, was EUR 12,500.00");
    it.agency.submit(&draft, &draft, &[]).await.leads(&draft);
    it.hall.get(&format!("{at}/requests/{request}")).await.sees("A week later?").sees("The move is yours");
    it.agency.get(&format!("{desk}/requests/{request}")).await.sees("The move is with Hall Nordhaven");
    let agree = format!("{at}/requests/{request}/counter");
    let mut typed = terms();
    typed.retain(|it| !matches!(it.0, "title" | "first_day" | "fee"));
    typed.extend([("first_day", "11"), ("fee", "14000"), ("words", "Gladly.")]);
    let draft = it.hall.submit(&agree, &agree, &typed).await.there().to_owned();
    it.hall.get(&draft).await.sees("nothing; you agree to the terms as they stand");
    it.hall.submit(&draft, &draft, &[]).await.leads(&draft);
    let no = format!("{desk}/requests/{request}/decline");
    let draft = it.agency.submit(&no, &no, &[("words", "She is ill.")]).await.there().to_owned();
    it.agency.submit(&draft, &draft, &[]).await.leads(&draft);
    it.hall.get(&format!("{at}/requests/{request}")).await.sees("declined").sees("She is ill.");
}

#[tokio::test]
async fn messages_and_notes() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    let (engagement, _) = it.requested().await;
    let (desk, at) = (it.at(AGENCY), it.at(HALL));
    let page = format!("{desk}/engagements/{engagement}");
    let typed = [("note", "Ask for more.")];
    it.agency.submit(&page, &format!("{page}/notes"), &typed).await.leads(&page);
    it.agency.get(&page).await.sees("Ask for more.");
    let stale = it.agency.get(&page).await;
    it.agency.submit(&page, &format!("{page}/notes"), &[("note", "")]).await.leads(&page);
    let late = it.agency.send(&stale, &format!("{page}/notes"), &typed).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains("What you typed") && late.body.contains("Ask for more."), "{}", late.body);
    for (client, email) in [(&mut it.hall, HALL), (&mut it.artist, ARTIST)] {
        let theirs = client.get(&format!("/w/{}/engagements/{engagement}", place.workspace(email))).await;
        assert!(!theirs.body.contains("Ask for more."));
    }
    let form = format!("{page}/message");
    let draft = it.agency.submit(&form, &form, &[("body", "May we call you?")]).await.there().to_owned();
    assert!(!it.hall.get(&format!("{at}/engagements/{engagement}")).await.body.contains("May we call"));
    it.agency.submit(&draft, &draft, &[]).await.leads(&draft);
    it.hall.get(&format!("{at}/engagements/{engagement}")).await.sees("May we call you?");
    let message = place.text("SELECT id FROM messages");
    it.hall.get(&format!("{at}/messages/{message}")).await.sees("May we call you?").sees("Answer");
    let invite = format!("{page}/counsel");
    it.agency.submit(&page, &invite, &[("email", "law@example.org")]).await.leads(&page);
    assert!(place.letter("law@example.org").contains("?token="));
    let api = it.hall.get(&format!("/api{at}/engagements/{engagement}")).await;
    let told: serde_json::Value = serde_json::from_str(&api.body).unwrap();
    assert_eq!((told["next"].as_str(), told["commission_bp"].is_null()), (Some("office"), true));
}

#[tokio::test]
async fn the_public_form_is_shown_back_and_then_read_by_the_office() {
    let place = Place::new();
    let mut it = Scene::new(&place).await;
    place.run("UPDATE profiles SET level = 'public', opted_in = TRUE");
    let mut stranger = place.browser();
    let mut typed = vec![
        ("artist", "ilka-thornwald"),
        ("day", "29"),
        ("month", "2"),
        ("year", "2027"),
        ("organisation", "Town Hall"),
        ("name", "Stranger"),
        ("email", "stranger@example.net"),
        ("message", "A recital?"),
    ];
    let wrong = stranger.post("/api/request-hold", &typed).await;
    assert_eq!(wrong.status, 422);
    typed[1] = ("day", "4");
    let shown = stranger.post("/api/request-hold", &typed).await;
    shown.sees("Nothing was sent yet").sees("Thu 4 February 2027").sees("A recital?");
    assert_eq!(place.text("SELECT COUNT(*) FROM enquiries"), "0");
    stranger.send(&shown, "/api/request-hold", &[]).await.leads("/request-a-hold/sent");
    stranger.send(&shown, "/api/request-hold", &[]).await.leads("/request-a-hold/sent");
    stranger.get("/request-a-hold/sent").await.sees("on its way");
    assert_eq!(place.text("SELECT COUNT(*) FROM enquiries"), "1");
    let changed = stranger.send(&shown, "/api/request-hold", &[("email", "other@example.net")]).await;
    changed.sees("is not what this page showed");
    let desk = it.at(AGENCY);
    let enquiry = place.text("SELECT id FROM enquiries");
    it.agency.get(&format!("{desk}/enquiries")).await.sees("Town Hall").sees("not yet checked");
    let page = format!("{desk}/enquiries/{enquiry}");
    it.agency.get(&page).await.sees("stranger@example.net").sees("A recital?");
    let typed = [("subject", "Your question"), ("text", "With joy.")];
    let draft = it.agency.submit(&page, &page, &typed).await.there().to_owned();
    assert_eq!(place.text("SELECT COUNT(*) FROM outbox WHERE recipient = 'stranger@example.net'"), "0");
    it.agency.get(&draft).await.sees("Send answer to stranger@example.net?");
    it.agency.submit(&draft, &draft, &[]).await.leads(&draft);
    assert_eq!(place.letter("stranger@example.net"), "With joy.");
    it.artist.get(&format!("{}/enquiries/{enquiry}", it.at(ARTIST))).await.sees("With joy.");
    // what names nobody here waits for the platform
    names_nobody(&mut stranger).await;
    let mut staff = place.staff().await;
    let waiting = place.text("SELECT id FROM enquiries WHERE artist IS NULL");
    staff.get("/admin/enquiries").await.sees("Some Body");
    let page = format!("/admin/enquiries/{waiting}");
    staff.get(&page).await.sees("Anybody?");
    let aside = format!("{page}/dismiss");
    assert_eq!(staff.submit(&page, &aside, &[("reason", " ")]).await.status, 422);
    staff.submit(&page, &aside, &[("reason", "Nobody of that name.")]).await.leads("/admin/enquiries");
    staff.get(&page).await.sees("put aside");
    staff.get("/admin/enquiries").await.sees("No enquiry waits");
    assert_eq!(
        staff.get(&format!("/admin/enquiries/{enquiry}")).await.status,
        403,
        "an office's is not the platform's"
    );
}
