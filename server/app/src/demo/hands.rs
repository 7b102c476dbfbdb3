//! Accounts of the made-up world: whoever acts for a workspace belongs to it, persona or not.

use crate::machine::Seeded;
use domain::{AccountId, Kind, MembershipId, Mint, Moment, PersonId, WorkspaceId};
use store::plant::{AccountRow, MembershipRow};

/// A person with the account and the seat by which they act.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hand {
    pub(crate) account: AccountId,
    pub(crate) person: PersonId,
    seat: MembershipId,
}

impl Hand {
    pub(crate) fn new(luck: &mut Seeded, made: Moment) -> Self {
        Self { account: luck.id(made), person: luck.id(made), seat: luck.id(made) }
    }

    /// The approved account of somebody who works in a workspace of this kind.
    pub(crate) fn account_row(&self, kind: Kind, name: String, email: String, made: Moment) -> AccountRow {
        AccountRow {
            id: self.account.to_string(),
            person: self.person.to_string(),
            mailbox: email.to_lowercase(),
            email,
            name,
            status: "approved",
            applicant: kind.as_str(),
            application: String::new(),
            is_admin: false,
            created_at: made.0,
            version: 1,
        }
    }

    /// Their seat there. In person is who is the artist.
    pub(crate) fn seat_row(
        &self,
        workspace: WorkspaceId,
        role: &'static str,
        in_person: bool,
        made: Moment,
    ) -> MembershipRow {
        MembershipRow {
            id: self.seat.to_string(),
            account: self.account.to_string(),
            workspace: workspace.to_string(),
            role,
            grants: "",
            in_person,
            created_at: made.0,
            version: 1,
        }
    }
}
