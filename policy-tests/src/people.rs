//! Askers, told in a line.

use crate::fields::{Fields, Mistake, id};
use domain::{AccountStatus, Capability, Kind, Moment, Role};
use policy::{Actor, Asker, Member, Staff, TASKS};
use std::sync::Arc;
use toml::Table;

/// The instant at which all cases happen.
pub const NOW: Moment = Moment(1_800_000_000_000_000);

/// An asker now, whose second factor is so many seconds old.
#[must_use]
pub fn asker(actor: Actor, factor_age: Option<i64>) -> Arc<Asker> {
    let factor_at = factor_age.map(|it| NOW.plus(it.saturating_mul(-Moment::SECOND)));
    Arc::new(Asker { actor, visit: id("visit"), now: NOW, factor_at })
}

/// Reads `{ kind = "presenter", workspace = "presenter-a", verified = true, … }`.
///
/// Defaults: an approved owner of the verified workspace `KIND-a` whose plan has nothing, not in person, person
/// `person-a`, account `account-a`; no second factor.
///
/// # Errors
/// A field has a wrong type or word, or is unknown.
pub fn read(table: &Table) -> Result<Arc<Asker>, Mistake> {
    let mut it = Fields::of(table);
    let kind = it.text("kind")?.unwrap_or_default();
    let factor_age = it.number("factor_age")?;
    let actor = match kind.as_str() {
        "visitor" => Actor::Visitor,
        "operator" => Actor::Operator,
        "counsel" => Actor::Counsel(staff(&mut it)?),
        "admin" => Actor::Admin(staff(&mut it)?),
        "automation" => {
            let word = it.text("task")?.unwrap_or_else(|| TASKS[0].to_owned());
            let task = TASKS.into_iter().find(|it| *it == word);
            let task =
                task.ok_or_else(|| Mistake(format!("no task `{word}`; there are {}", TASKS.join(", "))))?;
            let owner = match it.text("owner_kind")? {
                None => None,
                Some(word) => {
                    let kind: Kind =
                        word.parse().map_err(|_| Mistake(format!("no kind of workspace `{word}`")))?;
                    Some((kind, it.id("workspace", &format!("{word}-a"))?))
                }
            };
            Actor::Automation(task, owner)
        }
        word => {
            let kind: Kind = word.parse().map_err(|_| Mistake(format!("no kind of asker `{word}`")))?;
            Actor::Member(
                kind,
                Member {
                    person: it.id("person", "person-a")?,
                    account: it.id("account", "account-a")?,
                    status: it.word("status", AccountStatus::Approved)?,
                    role: it.word("role", Role::Owner)?,
                    workspace: it.id("workspace", &format!("{word}-a"))?,
                    verified: it.flag("verified", true)?,
                    capabilities: it.words::<Capability>("capabilities")?,
                    grants: it.words("grants")?,
                    in_person: it.flag("in_person", false)?,
                },
            )
        }
    };
    it.done()?;
    Ok(asker(actor, factor_age))
}

fn staff(it: &mut Fields) -> Result<Staff, Mistake> {
    Ok(Staff {
        person: it.id("person", "person-a")?,
        account: it.id("account", "account-a")?,
        status: it.word("status", AccountStatus::Approved)?,
    })
}
