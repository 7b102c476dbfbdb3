//! The pages of engagements, drafts and enquiries, asked as people ask them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod boundaries;
mod desk;
mod journeys;

use crate::pages::accounts::tests::people::{Client, Place, Seen};

pub(super) const ARTIST: &str = "ilka@example.org";
pub(super) const AGENCY: &str = "desk@agency.example";
pub(super) const HALL: &str = "plan@hall.example";
pub(super) const RIVAL: &str = "plan@rival.example";

/// An artist with a private listing, their agency, and two verified presenters.
pub(super) struct Scene<'a> {
    pub(super) place: &'a Place,
    pub(super) artist: Client<'a>,
    pub(super) agency: Client<'a>,
    pub(super) hall: Client<'a>,
    pub(super) rival: Client<'a>,
    pub(super) profile: String,
}

impl<'a> Scene<'a> {
    pub(super) async fn new(place: &'a Place) -> Self {
        let artist = place.member("artist", ARTIST).await;
        let agency = place.member("agency", AGENCY).await;
        let hall = place.member("presenter", HALL).await;
        let rival = place.member("presenter", RIVAL).await;
        let houses = [
            (ARTIST, "Thornwald"),
            (AGENCY, "Harbour and Finch"),
            (HALL, "Hall Nordhaven"),
            (RIVAL, "Rival Rooms"),
        ];
        for (email, name) in houses {
            let id = place.workspace(email);
            place.run(&format!("UPDATE workspaces SET verified = TRUE, name = '{name}' WHERE id = '{id}'"));
        }
        let profile = place.text("SELECT id FROM profiles");
        place.run(
            "UPDATE profiles SET name = 'Ilka Thornwald', slug = 'ilka-thornwald', level = 'private_listing'",
        );
        let (a, b, now) = (place.workspace(ARTIST), place.workspace(AGENCY), place.now().0);
        let by = place.text(&format!("SELECT id FROM accounts WHERE email = '{AGENCY}'"));
        place.run(&format!(
            "INSERT INTO mandates (id, artist, agency, profile, territory, commission_bp, payload, digest, state, \
             offered_by, offered_at, starts_at, version) VALUES ('0000000000000000000999', '{a}', '{b}', '{profile}', \
             'Europe', 1500, '{{}}', '{}', 'active', '{by}', {now}, {}, 1)",
            "0".repeat(64),
            now - 1
        ));
        Self { place, artist, agency, hall, rival, profile }
    }

    /// The path of somebody's workspace.
    pub(super) fn at(&self, email: &str) -> String {
        format!("/w/{}", self.place.workspace(email))
    }

    pub(super) fn ask_path(&self, email: &str) -> String {
        format!("{}/artists/{}/request", self.at(email), self.profile)
    }

    /// The hall's request, prepared: the draft's path.
    pub(super) async fn prepared(&mut self) -> String {
        let path = self.ask_path(HALL);
        let done = self.hall.submit(&path, &path, &terms()).await;
        assert_eq!(done.status, 303, "{}", done.body);
        done.there().to_owned()
    }

    /// The hall's request, sent: the engagement and the request.
    pub(super) async fn requested(&mut self) -> (String, String) {
        let draft = self.prepared().await;
        self.hall.submit(&draft, &draft, &[]).await.leads(&draft);
        (self.place.text("SELECT MAX(id) FROM engagements"), self.place.text("SELECT MAX(id) FROM requests"))
    }
}

/// Terms as they are typed.
pub(super) fn terms() -> Vec<(&'static str, &'static str)> {
    vec![
        ("title", "Les nuits d’été"),
        ("first_day", "4"),
        ("first_month", "3"),
        ("first_year", "2027"),
        ("last_day", ""),
        ("last_month", ""),
        ("last_year", ""),
        ("venue", "Great Hall"),
        ("programme", "Berlioz"),
        ("fee", "12,500.00"),
        ("currency", "EUR"),
    ]
}

/// The status, for tables.
pub(super) fn status(it: &Seen) -> u16 {
    it.status
}

/// A stranger's enquiry from the public form that names nobody here.
async fn names_nobody(stranger: &mut Client<'_>) {
    let typed = [
        ("artist", "Some Body"),
        ("day", ""),
        ("month", ""),
        ("year", ""),
        ("organisation", "Town Hall"),
        ("name", "Stranger"),
        ("email", "stranger@example.net"),
        ("message", "Anybody?"),
    ];
    let shown = stranger.post("/api/request-hold", &typed).await;
    stranger.send(&shown, "/api/request-hold", &[]).await.leads("/request-a-hold/sent");
}
