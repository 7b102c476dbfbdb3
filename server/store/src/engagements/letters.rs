//! Letters to the other side. Plain, exact, without a fee; opening a link changes nothing.

use super::parties::Named;
use crate::db::Db;
use crate::error::StoreError;
use crate::outbox::Letter;
use crate::rows::Word;
use crate::schema::{accounts, memberships};
use diesel::prelude::*;
use domain::{AccountId, Day, Moment, WorkspaceId};

/// What a letter says, the same to everyone it goes to.
pub(crate) struct Notice<'a> {
    /// `[Request] Anna Example, 4 Mar 2027`.
    pub(crate) subject: String,
    /// What happened, in one or two sentences.
    pub(crate) said: String,
    /// What the link leads to, as in "Read and answer it here".
    pub(crate) way: &'a str,
    /// The path within a workspace: `/requests/…`.
    pub(crate) path: String,
}

/// One letter for each approved member of these workspaces.
pub(crate) fn to_workspaces(
    db: &mut Db,
    origin: &str,
    named: &Named,
    workspaces: &[WorkspaceId],
    notice: &Notice<'_>,
) -> Result<Vec<Letter>, StoreError> {
    let people = members(db, workspaces)?;
    let letter = |(account, workspace, email, name): (AccountId, WorkspaceId, String, String)| Letter {
        account: Some(account),
        workspace: Some(workspace),
        engagement: Some(named.engagement),
        to: email,
        subject: notice.subject.clone(),
        text: text(&name, notice, &format!("{origin}/w/{workspace}{}", notice.path)),
    };
    Ok(people.into_iter().map(letter).collect())
}

/// One letter for each approved member of the parties' workspaces, but this one where one acted.
pub(crate) fn to_others(
    db: &mut Db,
    origin: &str,
    named: &Named,
    but: Option<WorkspaceId>,
    notice: &Notice<'_>,
) -> Result<Vec<Letter>, StoreError> {
    let others: Vec<WorkspaceId> =
        named.parties.iter().map(|it| it.workspace).filter(|it| Some(*it) != but).collect();
    to_workspaces(db, origin, named, &others, notice)
}

/// Approved members of workspaces: account, workspace, address, name.
pub(crate) fn members(
    db: &mut Db,
    workspaces: &[WorkspaceId],
) -> Result<Vec<(AccountId, WorkspaceId, String, String)>, StoreError> {
    let rows: Vec<(Word<AccountId>, Word<WorkspaceId>, String, String)> = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account)))
        .filter(memberships::workspace.eq_any(crate::facts::texts(workspaces)))
        .filter(accounts::status.eq("approved"))
        .order(memberships::id)
        .select((accounts::id, memberships::workspace, accounts::email, accounts::name))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(account, workspace, email, name)| (account.0, workspace.0, email, name))
        .collect())
}

/// The letter's text.
pub(crate) fn text(name: &str, notice: &Notice<'_>, address: &str) -> String {
    format!(
        "Dear {name},\n\n{}\n\n{}:\n{address}\n\nOpening the link changes nothing; it asks you to sign in.\n\nKalinklo Artists\n",
        notice.said, notice.way
    )
}

/// `4 Mar 2027`, or `4 Mar to 6 Mar 2027`.
pub(crate) fn days(first: Day, last: Day) -> String {
    let full = last.civil().strftime("%-d %b %Y").to_string();
    if first >= last {
        return full;
    }
    let head = if first.civil().year() == last.civil().year() { "%-d %b" } else { "%-d %b %Y" };
    format!("{} to {full}", first.civil().strftime(head))
}

/// `Tue 8 Dec 2026, 18:00 (UTC)`.
pub(crate) fn instant(at: Moment) -> String {
    at.timestamp().map(|it| it.strftime("%a %-d %b %Y, %H:%M (UTC)").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_instants_are_short_and_whole() {
        let day = |it: &str| it.parse::<Day>().unwrap();
        assert_eq!(days(day("2027-03-04"), day("2027-03-04")), "4 Mar 2027");
        assert_eq!(days(day("2027-03-31"), day("2027-04-01")), "31 Mar to 1 Apr 2027");
        assert_eq!(days(day("2026-12-31"), day("2027-01-01")), "31 Dec 2026 to 1 Jan 2027");
        assert_eq!(instant(Moment(1_796_752_800_000_000)), "Tue 8 Dec 2026, 18:00 (UTC)");
    }
}
