//! Artists of the made-up world: every level, with and without opt-in, discovery, verification and invitation, so that
//! no row of the visibility table is empty.

use super::hands::Hand;
use super::names;
use super::places::Places;
use crate::machine::Seeded;
use domain::{Id as _, Kind, Level, Mint, Moment, ProfileId, WorkspaceId};
use store::plant::{
    AccountRow, AskRow, MandateRow, MembershipRow, ProfileRow, SlugRow, StealthRow, WorkspaceRow,
};

const DISCIPLINES: [&str; 16] = [
    "Soprano",
    "Mezzo-soprano",
    "Tenor",
    "Baritone",
    "Bass",
    "Piano",
    "Violin",
    "Viola",
    "Cello",
    "Flute",
    "Oboe",
    "Horn",
    "Harp",
    "Organ",
    "Conductor",
    "String quartet",
];
const CITIES: [&str; 14] = [
    "Leipzig", "Antwerp", "Bergen", "Ghent", "Lyon", "Graz", "Basel", "Turin", "Porto", "Malmö", "Leeds",
    "Kraków", "Tartu", "Galway",
];
const LIVES: [&str; 6] = [
    "Plays the repertoire between the wars beside works written last year, and introduces each evening with one sentence.",
    "Came to music late, by way of a boat yard, and still builds the stands that the programme needs.",
    "Known for long lines and short rehearsals; teaches two days a week and keeps the summer free for one project.",
    "Divides the year between opera and chamber music, and reads the sources before the edition.",
    "Learnt from three teachers who never agreed; the interpretations are better for it.",
    "Prefers halls under four hundred seats, unamplified, with the audience on three sides.",
];

/// What engagements of the world are about.
pub(crate) const PROGRAMMES: [&str; 6] = [
    "A recital of songs on one poet, seventy minutes without an interval.",
    "Two concertos of one afternoon, with a walk between them.",
    "A cantata and its parody, played in the order of their making.",
    "Quartets of three centuries, the last one new.",
    "A matinée for the subscribers, with a word before each half.",
    "An organ vesper, lit by the windows.",
];

/// One artist of the world.
#[derive(Debug, Clone)]
pub(crate) struct Artist {
    pub(crate) profile: ProfileId,
    pub(crate) workspace: WorkspaceId,
    pub(crate) workspace_name: String,
    pub(crate) given: String,
    pub(crate) family: String,
    pub(crate) level: Level,
    pub(crate) opted_in: bool,
    pub(crate) discoverable: bool,
    pub(crate) verified: bool,
    /// The agency with a mandate in force.
    pub(crate) agency: Option<usize>,
    /// Presenters invited, by number.
    pub(crate) invited: Vec<usize>,
    discipline: &'static str,
    city: &'static str,
    life: &'static str,
}

impl Artist {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
    pub(crate) fn slug(&self) -> String {
        names::slug(&self.given, &self.family)
    }

    /// The artist of this number. The first ones carry the personas and are fixed; the rest run through all combinations.
    pub(crate) fn of(number: usize, places: &Places, luck: &mut Seeded, made: Moment) -> Self {
        let (given, family) = names::person(number);
        let level = Level::ALL[number % 4];
        // bits of the round within each level: opt-in, discovery, invitation, in every combination
        let round = number / 4;
        let opted_in = level == Level::Public && (number == 0 || !round.is_multiple_of(3));
        let discoverable = round.is_multiple_of(2);
        let invited = match (level, round % 3) {
            (Level::Stealth, 0) => vec![1],
            (Level::Stealth, 1) => vec![0, 2],
            (Level::WorkspacePrivate, 0) => vec![0],
            // an invitation counts on a stealth roster alone
            (Level::PrivateListing, 1) => vec![0, 1, 2],
            (Level::Public, 2) => vec![1, 2],
            _ => Vec::new(),
        };
        let invited = invited.into_iter().filter(|it| *it < places.presenters).collect();
        let agency = match number {
            // the artists of personas are the first two agencies'; the partner agency has somebody with a hold, too
            0..3 => Some(number),
            _ if number % 6 == 5 => None,
            _ => Some(luck.below(places.agencies)),
        };
        Self {
            profile: luck.id(made),
            workspace: luck.id(made),
            workspace_name: format!("Atelier {}", names::place(places.first_atelier() + number)),
            given,
            family,
            level,
            opted_in,
            discoverable: number == 0 || discoverable,
            verified: number < 2 || number % 11 != 10,
            agency,
            invited,
            discipline: DISCIPLINES[luck.below(DISCIPLINES.len())],
            city: CITIES[luck.below(CITIES.len())],
            life: LIVES[luck.below(LIVES.len())],
        }
    }

    /// The account and the seat of the artist in person, where no persona has them. The account bears another name than
    /// the profile, as personas do: staff read of accounts, and not of profiles.
    pub(crate) fn owner_rows(&self, number: usize, hand: &Hand, made: Moment) -> (AccountRow, MembershipRow) {
        let (given, family) = names::reserved(super::people::COUNT + number);
        let email = format!("artist@{}.example", self.workspace);
        (
            hand.account_row(Kind::Artist, format!("{given} {family}"), email, made),
            hand.seat_row(self.workspace, "owner", true, made),
        )
    }

    pub(crate) fn workspace_row(&self, made: Moment) -> WorkspaceRow {
        WorkspaceRow {
            id: self.workspace.to_string(),
            kind: "artist",
            name: self.workspace_name.clone(),
            name_key: store::profiles::folded_name(&self.workspace_name),
            verified: self.verified,
            plan: if self.agency.is_some() { "represented" } else { "solo" },
            created_at: made.0,
            version: 1,
        }
    }

    pub(crate) fn profile_row(&self, made: Moment) -> ProfileRow {
        ProfileRow {
            id: self.profile.to_string(),
            workspace: self.workspace.to_string(),
            slug: self.slug(),
            name: self.name(),
            sort_name: store::profiles::sorting_name(&self.name(), self.discipline),
            name_key: store::profiles::folded_name(&self.name()),
            discipline: self.discipline,
            biography: self.life.to_owned(),
            based_in: self.city,
            contact_email: format!("{}@artists.example", self.slug()),
            contact_phone: String::new(),
            level: self.level.as_str(),
            opted_in: self.opted_in,
            discoverable: self.discoverable,
            claimed: true,
            created_at: made.0,
            version: 1,
        }
    }

    pub(crate) fn slug_row(&self) -> SlugRow {
        SlugRow { slug: self.slug(), profile: self.profile.to_string() }
    }

    pub(crate) fn mandate_row(&self, places: &Places, luck: &mut Seeded, made: Moment) -> Option<MandateRow> {
        let agency = places.agency(self.agency?);
        let id: domain::MandateId = luck.id(made);
        let start = made.rfc3339().get(..10)?.parse().ok()?;
        let (payload, digest) = super::canonical(&store::profiles::MandateTerms {
            agency_name: agency.name.clone(),
            artist_email: String::new(),
            commission_bp: 1500,
            kind: "mandate".into(),
            managed: false,
            mandate: id,
            start,
            territory: "Europe, general".into(),
            workspace: agency.id,
        });
        let (office, agency) = (agency.office, agency.id);
        Some(MandateRow {
            id: id.key().to_string(),
            artist: self.workspace.to_string(),
            agency: agency.to_string(),
            profile: self.profile.to_string(),
            territory: "Europe, general",
            commission_bp: 1500,
            payload,
            digest,
            state: "active",
            offered_by: office.account.to_string(),
            offered_at: made.0,
            starts_at: Some(made.0),
            ends_at: None,
            version: 2,
        })
    }

    /// The addresses that the invitations were sent to.
    pub(crate) fn ask_rows(&self, places: &Places, made: Moment) -> Vec<AskRow> {
        let inviter = self.agency.map_or(self.workspace, |it| places.agency(it).id);
        self.invited
            .iter()
            .map(|it| AskRow {
                profile: self.profile.to_string(),
                mailbox: format!(
                    "office@{}.example",
                    store::profiles::folded_name(&places.presenter(*it).name).replace(' ', "-")
                ),
                inviter: inviter.to_string(),
                presenter: Some(places.presenter(*it).id.to_string()),
                created_at: made.0,
            })
            .collect()
    }

    pub(crate) fn stealth_rows(&self, places: &Places, made: Moment) -> Vec<StealthRow> {
        let inviter = self.agency.map_or(self.workspace, |it| places.agency(it).id);
        self.invited
            .iter()
            .map(|it| StealthRow {
                profile: self.profile.to_string(),
                presenter: places.presenter(*it).id.to_string(),
                inviter: inviter.to_string(),
                created_at: made.0,
            })
            .collect()
    }
}
