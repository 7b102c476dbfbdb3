//! `kalinklo policy who-can ACTION RESOURCE` and `what-can PRINCIPAL [RESOURCE]`: complete, a page at a time.

use super::who::{self, Asked, CREDENTIAL, Ground, JOB};
use crate::Stop;
use crate::cli::{Asking, WhatCan, WhoCan};
use crate::commands::say;
use domain::AccountId;
use policy::{ALL, ActionName, Asker, EntityKind, TASKS};
use policy_tests::{Thing, Told, Unaskable, ask};
use serde::Serialize;
use std::process::ExitCode;
use std::sync::Arc;
use store::{Page, StoreError};

/// One who may.
#[derive(Serialize)]
struct Who {
    principal: String,
    kind: &'static str,
    by: Vec<String>,
    /// How old the second factor is with which alone they may; none where nothing hangs on it, or its age was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    factor_age: Option<i64>,
    /// What has to be told with it, by name, where that was not told and something would be right.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    depends: &'static [&'static str],
}

pub(super) fn who_can(it: WhoCan) -> Result<ExitCode, Stop> {
    let WhoCan { action, on, after, limit, asking: Asking { told, json, files, over } } = it;
    let (action, Asked { told, factor_age }) = (who::action(&action)?, who::told(&told)?);
    let ground = Ground::of(over, files)?;
    let (everyone, next) = everyone(&ground, after.as_deref(), limit.clamp(1, 1000))?;
    let mut all = Vec::new();
    for principal in everyone {
        let asker = ground.asker(&principal, factor_age)?;
        // what a relation holds depends on who asks
        let thing = ground.thing(&asker, &on)?.under(action);
        let put = |asker| ask(ground.engine(), asker, action, &thing, &told);
        let (answer, factor_age) = match put(&asker) {
            Ok(it) if !it.allowed && lacks_factor(&asker, action) => (put(&who::shown(&asker, 0)), Some(0)),
            answer => (answer, None),
        };
        let kind = asker.actor.kind().as_str();
        match answer {
            Ok(it) if it.allowed => {
                let by = it.by.iter().map(ToString::to_string).collect();
                all.push(Who { principal, kind, by, factor_age, depends: &[] });
            }
            Ok(_) => {}
            Err(Unaskable::Untold(_)) => {
                if ask::could(ground.engine(), &asker, action, &thing) {
                    all.push(Who {
                        principal,
                        kind,
                        by: Vec::new(),
                        factor_age: None,
                        depends: action.tells(),
                    });
                }
            }
            Err(e) => return Err(Stop::because(e)),
        }
    }
    if json {
        say(
            serde_json::json!({ "action": action.as_str(), "resource": on, "principals": all, "next": next }),
        );
    } else {
        for it in &all {
            let why = match (it.depends, it.factor_age) {
                ([], None) => format!("by {}", it.by.join(", ")),
                ([], Some(_)) => format!("by {}, with a second factor shown just now", it.by.join(", ")),
                (tells, _) => format!("depends on what is told: {}", tells.join(", ")),
            };
            say(format!("{:<16} {}  {why}", it.kind, it.principal));
        }
        say(match (all.len(), &next) {
            (n, None) => format!("{n} may {} {on}.", action.as_str()),
            (n, Some(next)) => {
                format!("{n} may {} {on} up to here; go on with --after {next}", action.as_str())
            }
        });
    }
    Ok(ExitCode::from(u8::from(all.is_empty() && next.is_none() && after.is_none())))
}

/// Whether the action asks how old the asker's second factor is, and nobody said so.
fn lacks_factor(asker: &Asker, action: ActionName) -> bool {
    asker.factor_at.is_none() && action.tells().contains(&"factor_age")
}

/// A page of everybody who could ask, and where to go on: who is always there, then each account in each of its
/// capacities, then the machine credential of each workspace.
fn everyone(
    ground: &Ground,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<String>, Option<String>), Stop> {
    let (opened, permit) = match ground {
        Ground::Cast { cast, .. } => return Ok((cast.people().map(str::to_owned).collect(), None)),
        Ground::Running { opened, permit, .. } => (opened, permit),
    };
    let broken = |it: &str, e: &dyn std::fmt::Display| Stop(format!("`{it}`: {e}"));
    let (mut names, mut from) = (Vec::new(), None);
    if let Some(it) = after.and_then(|it| it.strip_prefix(CREDENTIAL)) {
        from = Some(it.parse().map_err(|e| broken(it, &e))?);
    } else {
        let from = after.map(|it| it.parse::<AccountId>().map_err(|e| broken(it, &e))).transpose()?;
        if from.is_none() {
            names.extend(["visitor".to_owned(), "operator".to_owned()]);
            names.extend(TASKS.into_iter().filter(|it| *it != "credential").map(|it| format!("{JOB}{it}")));
        }
        let (them, next) = opened.store.principals(permit, from, limit).map_err(Stop::because)?;
        names.extend(them.into_iter().map(|(account, acting)| who::typed(account, acting)));
        if let Some(next) = next {
            return Ok((names, Some(next.to_string())));
        }
    }
    let (them, next) = opened.store.workspaces(permit, from, limit).map_err(Stop::because)?;
    names.extend(them.into_iter().map(|it| format!("{CREDENTIAL}{it}")));
    Ok((names, next.map(|it| format!("{CREDENTIAL}{it}"))))
}

/// One thing that may be done.
#[derive(Serialize)]
struct What {
    action: &'static str,
    resource: String,
    by: Vec<String>,
}

/// One thing that may be done if the right thing is told with it.
#[derive(Serialize)]
struct Depends {
    action: &'static str,
    resource: String,
    /// What is told with this action, by name.
    tells: &'static [&'static str],
}

/// What somebody may do, as far as it was looked for.
struct Reach<'a> {
    ground: &'a Ground,
    asker: Arc<Asker>,
    told: Told,
    only: Option<ActionName>,
    rights: Vec<What>,
    depends: Vec<Depends>,
}

pub(super) fn what_can(it: WhatCan) -> Result<ExitCode, Stop> {
    let WhatCan { who: name, on, action, after, limit, asking: Asking { told, json, files, over } } = it;
    let Asked { told, factor_age } = who::told(&told)?;
    let only = action.as_deref().map(who::action).transpose()?;
    let ground = Ground::of(over, files)?;
    let asker = ground.asker(&name, factor_age)?;
    let mut reach = Reach { ground: &ground, asker, told, only, rights: Vec::new(), depends: Vec::new() };
    let mut next = None;
    match (&ground, on) {
        (_, Some(on)) => reach.on(&on, &ground.thing(&reach.asker, &on)?),
        (Ground::Cast { cast, .. }, None) => {
            for on in cast.things() {
                reach.on(on, &ground.thing(&reach.asker, on)?);
            }
        }
        (Ground::Running { .. }, None) => next = reach.everywhere(after.as_deref(), limit.max(1))?,
    }
    let Reach { rights, depends, .. } = reach;
    let none = rights.is_empty() && depends.is_empty();
    if json {
        say(serde_json::json!({ "principal": name, "rights": rights, "depends": depends, "next": next }));
    } else {
        for it in &rights {
            say(format!("{:<24} {}  by {}", it.action, it.resource, it.by.join(", ")));
        }
        for it in &depends {
            let tells = it.tells.join(", ");
            say(format!("{:<24} {}  depends on what is told: {tells}", it.action, it.resource));
        }
        match &next {
            Some(next) => say(format!("There is more: go on with --after '{next}'")),
            None if none && after.is_none() => say("Nothing."),
            None => {}
        }
    }
    Ok(ExitCode::from(u8::from(none && next.is_none() && after.is_none())))
}

impl Reach<'_> {
    fn actions(&self) -> impl Iterator<Item = ActionName> + use<> {
        let only = self.only;
        ALL.iter().copied().filter(move |it| only.is_none_or(|only| only == *it))
    }

    /// Every action on one thing, one by one.
    fn on(&mut self, name: &str, thing: &Thing) {
        for action in self.actions() {
            if action.kinds().contains(&thing.kind()) {
                self.one(action, name, thing.clone());
            }
        }
    }

    fn one(&mut self, action: ActionName, name: &str, thing: Thing) {
        let (engine, thing) = (self.ground.engine(), thing.under(action));
        match ask(engine, &self.asker, action, &thing, &self.told) {
            Ok(answer) if answer.allowed => {
                let by = answer.by.iter().map(ToString::to_string).collect();
                self.rights.push(What { action: action.as_str(), resource: name.to_owned(), by });
            }
            Err(Unaskable::OtherThing(_)) => {}
            Ok(_) if !lacks_factor(&self.asker, action) => {}
            Ok(_) | Err(Unaskable::Untold(_)) => {
                if ask::could(engine, &self.asker, action, &thing) {
                    let (action, tells) = (action.as_str(), action.tells());
                    self.depends.push(Depends { action, resource: name.to_owned(), tells });
                }
            }
        }
    }

    /// Every action on everything of the database: by the same scopes that the pages use where the action has lists,
    /// else thing by thing. Stops when `limit` are found, with where to go on.
    fn everywhere(&mut self, after: Option<&str>, limit: usize) -> Result<Option<String>, Stop> {
        let Ground::Running { opened, permit, .. } = self.ground else { return Ok(None) };
        let mut from = after.map(place).transpose()?;
        for action in self.actions() {
            // whoever has a second factor can show it
            let asker = if lacks_factor(&self.asker, action) {
                who::shown(&self.asker, 0)
            } else {
                self.asker.clone()
            };
            for kind in action.kinds().iter().copied() {
                if from.as_ref().is_some_and(|it| (it.0, it.1) != (action, kind)) {
                    continue;
                }
                let mut key = from.take().and_then(|it| it.2);
                if !self.ground.engine().speaks(asker.actor.kind(), action, kind) {
                    continue;
                }
                loop {
                    let room = limit.saturating_sub(self.rights.len() + self.depends.len());
                    if room == 0 {
                        let (action, kind) = (action.as_str(), kind.as_str());
                        return Ok(Some(format!("{action}:{kind}:{}", key.unwrap_or_default())));
                    }
                    let page = Page { after: key, limit: room.min(200) };
                    let asked = (self.ground.engine(), &self.told);
                    let found = opened.store.read(&asker, |db| db.things(permit, asked, action, kind, &page));
                    let found = found.map_err(|e: StoreError| Stop::because(e))?;
                    let Some((things, next)) = found else { break };
                    for thing in things {
                        let name = format!("{}/{}", kind.as_str(), thing.id());
                        self.one(action, &name, thing);
                    }
                    let Some(next) = next else { break };
                    key = Some(next);
                }
            }
        }
        Ok(None)
    }
}

/// Where a page goes on: in which action, among which things, after which key.
fn place(text: &str) -> Result<(ActionName, EntityKind, Option<String>), Stop> {
    let no = || Stop(format!("`{text}` is no place to go on from; take what the page before says"));
    let mut parts = text.splitn(3, ':');
    let mut part = || parts.next().ok_or_else(no);
    let (action, kind, key) = (who::action(part()?)?, part()?, part()?);
    let kind = action.kinds().iter().copied().find(|it| it.as_str() == kind).ok_or_else(no)?;
    Ok((action, kind, Some(key.to_owned()).filter(|it| !it.is_empty())))
}
