//! Agencies and presenters of the made-up world.

use super::hands::Hand;
use super::names;
use crate::machine::Seeded;
use domain::{Kind, Mint, Moment, PartnershipId, WorkspaceId};
use store::plant::{AccountRow, MembershipRow, PartnershipRow, WorkspaceRow};

/// One agency or presenter.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) id: WorkspaceId,
    /// Its office: nobody signs in to its account. It sent what it offered before this world began, and acts where no
    /// persona does.
    pub(crate) office: Hand,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) verified: bool,
    pub(crate) plan: &'static str,
}

impl Place {
    pub(crate) fn row(&self, made: Moment) -> WorkspaceRow {
        WorkspaceRow {
            id: self.id.to_string(),
            kind: self.kind.as_str(),
            name: self.name.clone(),
            name_key: store::profiles::folded_name(&self.name),
            verified: self.verified,
            plan: self.plan,
            created_at: made.0,
            version: 1,
        }
    }

    /// Its office's account and seat.
    pub(crate) fn office_rows(&self, made: Moment) -> (AccountRow, MembershipRow) {
        let (name, email) = (format!("Office of {}", self.name), format!("office@{}.example", self.id));
        (
            self.office.account_row(self.kind, name, email, made),
            self.office.seat_row(self.id, "manager", false, made),
        )
    }
}

/// All of them. Numbers mean something: agency 0 and 2 are partners, agency 5 is unverified; presenter 0 has discovery,
/// 1 has not, 2 is unverified.
pub(crate) struct Places {
    pub(crate) agencies: usize,
    pub(crate) presenters: usize,
    all: Vec<Place>,
}

impl Places {
    pub(crate) fn of(artists: usize, presenters: usize, luck: &mut Seeded, made: Moment) -> Self {
        let (agencies, presenters) = ((artists / 60).clamp(6, 2_000), presenters.max(4));
        let mut all = Vec::with_capacity(agencies + presenters);
        for number in 0..agencies {
            let word = names::place(number);
            let name = match number % 3 {
                0 => format!("{word} Artists"),
                1 => format!("Concert Office {word}"),
                _ => format!("{word} & Daughters"),
            };
            let plan = if number.is_multiple_of(2) { "house" } else { "studio" };
            all.push(Place {
                id: luck.id(made),
                office: Hand::new(luck, made),
                kind: Kind::Agency,
                name,
                verified: number % 6 != 5,
                plan,
            });
        }
        for number in 0..presenters {
            let word = names::place(agencies + number);
            let name = match number % 4 {
                0 => format!("Philharmonie {word}"),
                1 => format!("Festival {word}"),
                2 => format!("{word} Chamber Concerts"),
                _ => format!("Opera {word}"),
            };
            let plan = if number.is_multiple_of(3) { "discovery" } else { "season" };
            all.push(Place {
                id: luck.id(made),
                office: Hand::new(luck, made),
                kind: Kind::Presenter,
                name,
                verified: number % 8 != 2,
                plan,
            });
        }
        Self { agencies, presenters, all }
    }

    pub(crate) fn agency(&self, number: usize) -> &Place {
        &self.all[number % self.agencies]
    }
    pub(crate) fn presenter(&self, number: usize) -> &Place {
        &self.all[self.agencies + number % self.presenters]
    }
    pub(crate) fn all(&self) -> &[Place] {
        &self.all
    }
    /// Words before this number name agencies and presenters.
    pub(crate) fn first_atelier(&self) -> usize {
        self.all.len()
    }

    /// Agencies that are partners, by number: an accepted one, one that was only asked, one that ended.
    pub(crate) fn partnerships(&self, luck: &mut Seeded, made: Moment) -> Vec<PartnershipRow> {
        let mut row = |asker: usize, asked: usize, state: &'static str| {
            let (asker, asked) = (self.agency(asker), self.agency(asked));
            let id: PartnershipId = luck.id(made);
            let (payload, digest) = super::canonical(&store::profiles::PartnershipTerms {
                asked_email: format!("office@{}.example", asked.id),
                asker_name: asker.name.clone(),
                kind: "partnership".into(),
                partnership: id,
                workspace: asker.id,
            });
            let (office, asker, asked) = (asker.office, asker.id, asked.id);
            PartnershipRow {
                id: id.to_string(),
                asker: asker.to_string(),
                asked: asked.to_string(),
                payload,
                digest,
                state,
                offered_by: office.account.to_string(),
                created_at: made.0,
                version: 1,
            }
        };
        vec![row(0, 2, "active"), row(3, 4, "active"), row(0, 3, "asked"), row(1, 2, "ended")]
    }
}
