//! Whom and what a reviewer names: on a running database, or on the people and things that the cases share.

use crate::Stop;
use crate::cli::Over;
use crate::machine::{Os, now};
use crate::serve::{self, Opened};
use domain::{AccountId, Digest, Level, Moment};
use policy::{ActionName, Actor, Asker, Bundle, Engine, EntityKind, Permit, actions};
use policy_tests::{Cast, Thing, Told};
use std::sync::Arc;
use store::{Acting, Store, StoreError};

/// Where the people and things come from.
pub(super) enum Ground {
    /// A database, asked as the operator of this machine.
    Running { opened: Box<Opened>, permit: Permit<actions::ExplainLocally> },
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
    pub(super) fn of(over: Over) -> Result<Self, Stop> {
        if over.cast {
            let cast = Cast::embedded().map_err(Stop::because)?;
            let engine = Engine::load(&Bundle::embedded()).map_err(Stop::because)?;
            return Ok(Self::Cast { cast, engine: Box::new(engine) });
        }
        let config = over.given.config()?;
        let opened = Box::new(serve::open(&config.database, 2, Box::new(Os))?);
        let permit = serve::permitted(&opened.store)?;
        Ok(Self::Running { opened, permit })
    }

    pub(super) fn engine(&self) -> &Engine {
        match self {
            Self::Running { opened, .. } => opened.store.engine(),
            Self::Cast { engine, .. } => engine,
        }
    }

    /// Whether lists would be asked of PostgreSQL.
    pub(super) fn is_postgres(&self) -> bool {
        match self {
            Self::Running { opened, .. } => opened.store.address().is_postgres(),
            Self::Cast { .. } => false,
        }
    }

    /// Who `visitor`, `ACCOUNT@WORKSPACE`, `counsel:ACCOUNT`, `admin:ACCOUNT` is; of the cast, who has this name.
    pub(super) fn asker(&self, who: &str, factor_age: Option<i64>) -> Result<Arc<Asker>, Stop> {
        let asker = match self {
            Self::Running { opened, .. } => principal(&opened.store, who)?,
            Self::Cast { cast, .. } => cast.asker(who).map_err(Stop::because)?,
        };
        Ok(match factor_age {
            Some(age) => {
                let factor_at = Some(asker.now.plus(age.saturating_mul(-Moment::SECOND)));
                Arc::new(Asker { factor_at, ..(*asker).clone() })
            }
            None => asker,
        })
    }

    /// What `TYPE/ID` is; of the cast, what has this name.
    pub(super) fn thing(&self, asker: &Arc<Asker>, on: &str) -> Result<Thing, Stop> {
        match self {
            Self::Cast { cast, .. } => cast.thing(on).map_err(Stop::because),
            Self::Running { opened, permit } => {
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

/// The asker of a capacity; `None` where the account no longer has it.
pub(super) fn asker(store: &Store, account: AccountId, acting: Acting) -> Result<Option<Arc<Asker>>, Stop> {
    let now = now();
    match store.asker(account, acting, store.fresh(now), now) {
        Ok(it) => Ok(Some(it)),
        Err(StoreError::Absent) => Ok(None),
        Err(e) => Err(Stop::because(e)),
    }
}

/// Nobody signed in.
pub(super) fn visitor(store: &Store) -> Arc<Asker> {
    let now = now();
    Arc::new(Asker { actor: Actor::Visitor, visit: store.fresh(now), now, factor_at: None })
}

fn principal(store: &Store, who: &str) -> Result<Arc<Asker>, Stop> {
    let id = |text: &str| text.parse::<AccountId>().map_err(|e| Stop(format!("`{text}`: {e}")));
    let (account, acting) = match (
        who.split_once('@'),
        who.strip_prefix("counsel:"),
        who.strip_prefix("admin:"),
    ) {
        _ if who == "visitor" => return Ok(visitor(store)),
        (Some((account, workspace)), _, _) => {
            let workspace = workspace.parse().map_err(|e| Stop(format!("`{workspace}`: {e}")))?;
            (id(account)?, Acting::Workspace(workspace))
        }
        (_, Some(account), _) => (id(account)?, Acting::Counsel),
        (_, _, Some(account)) => (id(account)?, Acting::Admin),
        _ => {
            return Err(Stop(format!(
                "`{who}` is no principal\n  Write visitor, ACCOUNT@WORKSPACE, counsel:ACCOUNT or admin:ACCOUNT."
            )));
        }
    };
    asker(store, account, acting)?.ok_or_else(|| Stop(format!("no such principal: `{who}`")))
}
