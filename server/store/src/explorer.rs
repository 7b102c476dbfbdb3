//! The decision explorer over real data: platform staff ask why somebody may or may not. Ids and decisions go on from
//! here, never a field's value, and each question is an entry of the platform's ledger, in the transaction that answers
//! it.

use crate::doors::{self, Acting};
use crate::error::StoreError;
use crate::ledger::Event;
use crate::lists::{ListText, list_text};
use crate::pools::Store;
use crate::reviews;
use crate::write::{Change, Write};
use domain::bounded::Line;
use domain::{AccountId, Digest, Level, WorkspaceId};
use policy::actions::ExplainDecision;
use policy::{ActionName, Actor, Asker, EntityKind, Explained, Permit, Thing, Told, ask};
use std::sync::Arc;

/// About whom it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Nobody signed in.
    Visitor,
    /// An account in one of its capacities.
    Account(AccountId, Acting),
    /// A machine credential of a workspace.
    Credential(WorkspaceId),
    /// A job of the program, by its task: one of [`policy::TASKS`].
    Job(&'static str),
}

impl About {
    fn text(self) -> String {
        match self {
            Self::Visitor => "visitor".into(),
            Self::Account(account, Acting::Workspace(workspace)) => format!("{account}@{workspace}"),
            Self::Account(account, Acting::Counsel) => format!("counsel:{account}"),
            Self::Account(account, Acting::Admin) => format!("admin:{account}"),
            Self::Account(account, Acting::Account) => account.to_string(),
            Self::Credential(workspace) => format!("credential:{workspace}"),
            Self::Job(task) => format!("job:{task}"),
        }
    }
}

/// What is asked, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// About whom.
    pub about: About,
    /// Whether they are taken to have shown a second factor just now; else they have shown none.
    pub factor: bool,
    /// What they would do.
    pub action: ActionName,
    /// The type of the thing.
    pub kind: EntityKind,
    /// Its id.
    pub id: String,
    /// The level they would set, where that is asked.
    pub to: Level,
    /// Why an admin wants to know.
    pub reason: Line,
}

/// The answer.
#[derive(Debug, Clone)]
pub enum Explored {
    /// Decided and explained, with the query of the list, where the action has one.
    Decided(Box<Explained>, Option<ListText>),
    /// No account, or no open workspace, has this id and capacity.
    NoPrincipal,
    /// Nothing of this type has this id.
    NoThing,
    /// The action is done to things of another type.
    OtherThing,
}

impl Explored {
    fn text(&self) -> String {
        match self {
            Self::Decided(it, _) if it.fault.is_some() => "refused, by a fault".into(),
            Self::Decided(it, _) if it.by.is_empty() => "refused by nothing".into(),
            Self::Decided(it, _) => {
                format!("{} by {}", if it.allowed { "allowed" } else { "refused" }, it.by.join(" "))
            }
            Self::NoPrincipal => "no such principal".into(),
            Self::NoThing => "no such thing".into(),
            Self::OtherThing => "not done to such a thing".into(),
        }
    }
}

/// Answers a question and writes it into the ledger, both or neither. Reads what policies may know of the account and
/// the thing, and nothing else.
///
/// # Errors
/// Refused, or the database's.
pub fn explain(
    store: &Store,
    permit: Permit<ExplainDecision>,
    question: &Question,
) -> Result<Explored, StoreError> {
    store.write(permit, |tx, _| {
        let explored = explored(tx, question)?;
        let Question { about, action, kind, id, reason, .. } = question;
        let event = Event::platform("question", tx.asker().visit, "explained")
            .with("principal", about.text())
            .with("asked", action.as_str())
            .with("resource", format!("{}/{id}", kind.as_str()))
            .with("reason", reason)
            .with("answer", explored.text());
        Ok::<_, StoreError>(Change::of(explored, event))
    })
}

fn explored(tx: &mut Write<'_>, it: &Question) -> Result<Explored, StoreError> {
    let (now, visit) = (tx.now(), tx.asker().visit);
    let actor = match it.about {
        About::Visitor => Actor::Visitor,
        About::Account(account, acting) => match doors::actor(tx.db, tx.store, account, acting, now) {
            Ok(it) => it,
            Err(StoreError::Absent) => return Ok(Explored::NoPrincipal),
            Err(e) => return Err(e),
        },
        About::Credential(workspace) => match reviews::credential(tx.db, workspace)? {
            Some(it) => it,
            None => return Ok(Explored::NoPrincipal),
        },
        About::Job(task) => Actor::Automation(task, None),
    };
    let asker = Arc::new(Asker { actor, visit, now, factor_at: it.factor.then_some(now) });
    let Some(thing) = reviews::any(tx.db, &asker, it.kind, &it.id)? else { return Ok(Explored::NoThing) };
    let on = thing.under(it.action);
    let told = told(&on, it.to);
    let engine = tx.store.engine();
    let Ok(explained) = ask::explain(engine, &asker, it.action, &on, &told) else {
        return Ok(Explored::OtherThing);
    };
    let postgres = tx.store.address().is_postgres();
    let list = list_text(engine, &asker, it.action, on.kind(), &told, postgres);
    Ok(Explored::Decided(Box::new(explained), list))
}

/// What is told with a question that nobody really puts: the payload that stands, as if it had been shown; the open
/// claim; a deadline that has just passed.
#[must_use]
pub fn told(on: &Thing, to: Level) -> Told {
    let digest = on.digest().and_then(|it| it.parse().ok()).unwrap_or(Digest([0; 32]));
    let claim = match on {
        Thing::Profile(it) => it.claim.clone(),
        _ => String::new(),
    };
    Told { digest: Some(digest), to: Some(to), claim: Some(claim), overdue: Some(0) }
}
