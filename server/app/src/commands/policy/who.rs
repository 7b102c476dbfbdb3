//! Whom and what a reviewer names: on a running database, or on the people and things that the cases share.

use super::bundle;
use crate::Stop;
use crate::cli::{Files, Over};
use crate::config::Given;
use crate::machine::now;
use crate::serve::{self, Opened};
use domain::{AccountId, Digest, Level, Moment};
use policy::{ActionName, Actor, Asker, Engine, EntityKind, Permit, TASKS, actions};
use policy_tests::{Cast, Thing, Told};
use std::sync::Arc;
use store::{Acting, Store, StoreError};

/// Where the people and things come from.
pub(super) enum Ground {
    /// A database, asked as the operator of this machine; `engine` where other policies than its own are to answer.
    Running { opened: Box<Opened>, permit: Permit<actions::ExplainLocally>, engine: Option<Box<Engine>> },
    /// `cases/cast.toml`.
    Cast { cast: Cast, engine: Box<Engine> },
}

/// What is told with a question.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) told: Told,
    /// The age of an admin's second factor, in seconds.
    pub(super) factor_age: Option<i64>,
}

/// The action of this name.
pub(super) fn action(name: &str) -> Result<ActionName, Stop> {
    ActionName::named(name).ok_or_else(|| {
        Stop(format!(
            "no action is called `{name}`\n  The schema names them all: schema/kalinklo.cedarschema."
        ))
    })
}

/// Reads `NAME=VALUE` for each of them.
pub(super) fn told(pairs: &[String]) -> Result<Asked, Stop> {
    let mut asked = Asked::default();
    for pair in pairs {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| Stop(format!("`{pair}` is not NAME=VALUE")))?;
        let number = || value.parse::<i64>().map_err(|_| Stop(format!("`{value}` is no number")));
        match name {
            "digest" => {
                let digest = value.parse::<Digest>().map_err(|e| Stop(format!("`{value}`: {e}")))?;
                asked.told.digest = Some(digest);
            }
            "to" => {
                let level = value.parse::<Level>().map_err(|_| Stop(format!("`{value}` is no level")))?;
                asked.told.to = Some(level);
            }
            "claim" => asked.told.claim = Some(value.to_owned()),
            "overdue" => asked.told.overdue = Some(number()?),
            "factor_age" => asked.factor_age = Some(number()?),
            _ => {
                return Err(Stop(format!(
                    "`{name}` is nothing that a policy asks\n  Write digest, to, claim, overdue or factor_age."
                )));
            }
        }
    }
    Ok(asked)
}

impl Ground {
    pub(super) fn of(over: Over, files: Files) -> Result<Self, Stop> {
        let given = files.policies.is_some() || files.schema.is_some();
        let bundle = bundle(files.policies, files.schema)?;
        if over.cast {
            let cast = Cast::embedded().map_err(Stop::because)?;
            let engine = Engine::load(&bundle).map_err(Stop::because)?;
            return Ok(Self::Cast { cast, engine: Box::new(engine) });
        }
        let (opened, permit) = running(over.given)?;
        let engine = if given {
            opened.store.fits(&bundle).map_err(Stop)?;
            Some(Box::new(Engine::load(&bundle).map_err(Stop::because)?))
        } else {
            None
        };
        Ok(Self::Running { opened, permit, engine })
    }

    pub(super) fn engine(&self) -> &Engine {
        match self {
            Self::Running { opened, engine: None, .. } => opened.store.engine(),
            Self::Running { engine: Some(engine), .. } | Self::Cast { engine, .. } => engine,
        }
    }

    /// Whether lists would be asked of PostgreSQL.
    pub(super) fn is_postgres(&self) -> bool {
        match self {
            Self::Running { opened, .. } => opened.store.address().is_postgres(),
            Self::Cast { .. } => false,
        }
    }

    /// Who is typed so, see [`PRINCIPALS`]; of the cast, who has this name.
    pub(super) fn asker(&self, who: &str, factor_age: Option<i64>) -> Result<Arc<Asker>, Stop> {
        let asker = match self {
            Self::Running { opened, permit, .. } => principal(&opened.store, permit, who)?
                .ok_or_else(|| Stop(format!("no such principal: `{who}`")))?,
            Self::Cast { cast, .. } => cast.asker(who).map_err(Stop::because)?,
        };
        Ok(factor_age.map_or_else(|| asker.clone(), |age| shown(&asker, age)))
    }

    /// What `TYPE/ID` is; of the cast, what has this name.
    pub(super) fn thing(&self, asker: &Arc<Asker>, on: &str) -> Result<Thing, Stop> {
        match self {
            Self::Cast { cast, .. } => cast.thing(on).map_err(Stop::because),
            Self::Running { opened, permit, .. } => {
                let (kind, id) = on.split_once('/').unwrap_or((on, ""));
                let kind = EntityKind::ALL.iter().copied().find(|it| it.as_str() == kind);
                let kind = kind.ok_or_else(|| Stop("write the thing as TYPE/ID, like Profile/ID".into()))?;
                thing(&opened.store, permit, asker, kind, id)?.ok_or_else(|| {
                    Stop("no such thing in this database; the server would answer as for a refusal".into())
                })
            }
        }
    }
}

/// The database that is meant, asked as the operator of this machine.
pub(super) fn running(given: Given) -> Result<(Box<Opened>, Permit<actions::ExplainLocally>), Stop> {
    let opened = Box::new(serve::open_to_ask(&given.config()?.database)?);
    let permit = serve::permitted(&opened.store)?;
    Ok((opened, permit))
}

/// The same asker, who showed their second factor so many seconds ago; the largest number: never.
pub(super) fn shown(asker: &Asker, age: i64) -> Arc<Asker> {
    let factor_at = (age < i64::MAX).then(|| asker.now.plus(age.saturating_mul(-Moment::SECOND)));
    Arc::new(Asker { factor_at, ..asker.clone() })
}

/// What stands in the database under this type and id.
pub(super) fn thing(
    store: &Store,
    permit: &Permit<actions::ExplainLocally>,
    asker: &Arc<Asker>,
    kind: EntityKind,
    id: &str,
) -> Result<Option<Thing>, Stop> {
    store.read(asker, |db| db.any(permit, kind, id)).map_err(|e: StoreError| Stop::because(e))
}

/// A capacity of an account, as it is typed.
pub(super) fn typed(account: AccountId, acting: Acting) -> String {
    match acting {
        Acting::Workspace(workspace) => format!("{account}@{workspace}"),
        Acting::Counsel => format!("counsel:{account}"),
        Acting::Admin => format!("admin:{account}"),
        Acting::Account => account.to_string(),
    }
}

/// How principals of a database are typed.
pub(super) const PRINCIPALS: &str =
    "visitor, operator, ACCOUNT@WORKSPACE, counsel:ACCOUNT, admin:ACCOUNT, job:TASK or credential:WORKSPACE";
/// Before the task of a job that belongs to no workspace.
pub(super) const JOB: &str = "job:";
/// Before the workspace that a machine credential belongs to.
pub(super) const CREDENTIAL: &str = "credential:";

/// Who is typed so; `None` where there is no such account, workspace or capacity (any more).
pub(super) fn principal(
    store: &Store,
    permit: &Permit<actions::ExplainLocally>,
    who: &str,
) -> Result<Option<Arc<Asker>>, Stop> {
    let now = now();
    let anew = |actor| Arc::new(Asker { actor, visit: store.fresh(now), now, factor_at: None });
    let account = |text: &str| text.parse::<AccountId>().map_err(|e| Stop(format!("`{text}`: {e}")));
    let workspace = |text: &str| text.parse().map_err(|e| Stop(format!("`{text}`: {e}")));
    let (account, acting) = match (who, who.split_once('@'), who.split_once(':')) {
        ("visitor", ..) => return Ok(Some(anew(Actor::Visitor))),
        ("operator", ..) => return Ok(Some(anew(Actor::Operator))),
        (_, Some((it, house)), _) => (account(it)?, Acting::Workspace(workspace(house)?)),
        (_, _, Some(("counsel", it))) => (account(it)?, Acting::Counsel),
        (_, _, Some(("admin", it))) => (account(it)?, Acting::Admin),
        (_, _, Some(("job", it))) => {
            let task = TASKS.into_iter().find(|task| *task == it);
            return Ok(task.map(|task| anew(Actor::Automation(task, None))));
        }
        (_, _, Some(("credential", it))) => {
            let actor = store.credential(permit, workspace(it)?).map_err(Stop::because)?;
            return Ok(actor.map(anew));
        }
        _ => return Err(Stop(format!("`{who}` is no principal\n  Write {PRINCIPALS}."))),
    };
    match store.asker(account, acting, store.fresh(now), now) {
        Ok(it) => Ok(Some(it)),
        Err(StoreError::Absent) => Ok(None),
        Err(e) => Err(Stop::because(e)),
    }
}
