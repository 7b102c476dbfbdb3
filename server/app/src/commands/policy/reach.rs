//! `kalinklo policy who-can ACTION RESOURCE` and `what-can PRINCIPAL [RESOURCE]`: complete, a page at a time.

use super::who::{self, Asked, Ground};
use crate::Stop;
use crate::cli::{Asking, WhatCan, WhoCan};
use crate::commands::say;
use domain::AccountId;
use policy::{ALL, ActionName, Asker, Factor, Listable, Unasked, actions};
use policy_tests::{Thing, Told, ask};
use serde::Serialize;
use std::process::ExitCode;
use std::sync::Arc;
use store::{Page, Row, Store};

/// One who may.
#[derive(Serialize)]
struct Who {
    principal: String,
    kind: &'static str,
    by: Vec<String>,
}

pub(super) fn who_can(it: WhoCan) -> Result<ExitCode, Stop> {
    let WhoCan { action, on, after, limit, asking: Asking { told, json, over } } = it;
    let (action, Asked { told, factor_age }) = (who::action(&action)?, who::told(&told)?);
    let ground = Ground::of(over)?;
    let (everyone, next) = everyone(&ground, after.as_deref(), limit, factor_age)?;
    let mut all = Vec::new();
    for (principal, asker) in everyone {
        // what a relation holds depends on who asks
        let thing = ground.thing(&asker, &on)?;
        let answer = ask(ground.engine(), &asker, action, &thing, &told).map_err(Stop::because)?;
        if answer.allowed {
            let by = answer.by.iter().map(ToString::to_string).collect();
            all.push(Who { principal, kind: asker.actor.kind().as_str(), by });
        }
    }
    if json {
        say(
            serde_json::json!({ "action": action.as_str(), "resource": on, "principals": all, "next": next }),
        );
    } else {
        for it in &all {
            say(format!("{:<16} {}  by {}", it.kind, it.principal, it.by.join(", ")));
        }
        say(match (all.len(), &next) {
            (n, None) => format!("{n} may {} {on}.", action.as_str()),
            (n, Some(next)) => {
                format!("{n} may {} {on} up to here; go on with --after {next}", action.as_str())
            }
        });
    }
    Ok(ExitCode::from(u8::from(all.is_empty() && next.is_none())))
}

type Everyone = (Vec<(String, Arc<Asker>)>, Option<String>);

/// A page of everybody who could ask, and where to go on.
fn everyone(
    ground: &Ground,
    after: Option<&str>,
    limit: usize,
    factor_age: Option<i64>,
) -> Result<Everyone, Stop> {
    let mut names = Vec::new();
    let next = match ground {
        Ground::Cast { cast, .. } => {
            names.extend(cast.people().map(str::to_owned));
            None
        }
        Ground::Running { opened, permit } => {
            let from = match after {
                Some(it) => Some(it.parse::<AccountId>().map_err(|e| Stop(format!("`{it}`: {e}")))?),
                None => {
                    names.push("visitor".to_owned());
                    None
                }
            };
            let (them, next) =
                opened.store.principals(permit, from, limit.clamp(1, 1000)).map_err(Stop::because)?;
            names.extend(them.into_iter().map(|(account, acting)| who::typed(account, acting)));
            next.map(|it| it.to_string())
        }
    };
    let askers = names.into_iter().map(|it| Ok((it.clone(), ground.asker(&it, factor_age)?)));
    Ok((askers.collect::<Result<_, Stop>>()?, next))
}

/// One thing that may be done.
#[derive(Serialize)]
struct What {
    action: &'static str,
    resource: String,
    by: Vec<String>,
}

pub(super) fn what_can(it: WhatCan) -> Result<ExitCode, Stop> {
    let WhatCan { who: name, on, action, after, limit, asking: Asking { told, json, over } } = it;
    let Asked { told, factor_age } = who::told(&told)?;
    let only = action.as_deref().map(who::action).transpose()?;
    let ground = Ground::of(over)?;
    let asker = ground.asker(&name, factor_age)?;
    let (mut all, mut next) = (Vec::new(), None);
    match (&ground, on) {
        (_, Some(on)) => {
            let thing = ground.thing(&asker, &on)?;
            rights(&ground, &asker, &on, &thing, &told, only, &mut all);
        }
        (Ground::Cast { cast, .. }, None) => {
            for on in cast.things() {
                rights(&ground, &asker, on, &ground.thing(&asker, on)?, &told, only, &mut all);
            }
        }
        (Ground::Running { opened, .. }, None) => {
            next = listed(&opened.store, &asker, only, after, limit.clamp(1, 200), &mut all)?;
        }
    }
    if json {
        say(serde_json::json!({ "principal": name, "rights": all, "next": next }));
    } else {
        for it in &all {
            let by = if it.by.is_empty() { String::new() } else { format!("  by {}", it.by.join(", ")) };
            say(format!("{:<24} {}{by}", it.action, it.resource));
        }
        if let Some(next) = &next {
            say(format!("There is more: --action {} --after '{}'", next.0, next.1));
        }
    }
    Ok(ExitCode::from(u8::from(all.is_empty() && next.is_none())))
}

/// Every action on one thing, one by one.
fn rights(
    ground: &Ground,
    asker: &Arc<Asker>,
    on: &str,
    thing: &Thing,
    told: &Told,
    only: Option<ActionName>,
    all: &mut Vec<What>,
) {
    for action in ALL.iter().copied().filter(|it| only.is_none_or(|only| only == *it)) {
        if !action.kinds().contains(&thing.kind()) {
            continue;
        }
        // an action that asks more than was told cannot be answered here
        let Ok(answer) = ask(ground.engine(), asker, action, thing, told) else { continue };
        if answer.allowed {
            let by = answer.by.iter().map(ToString::to_string).collect();
            all.push(What { action: action.as_str(), resource: on.to_owned(), by });
        }
    }
}

/// The lists of every action that has lists, by the same scopes that the pages use. Stops at the first list that goes
/// on, with where to go on.
fn listed(
    store: &Store,
    asker: &Arc<Asker>,
    only: Option<ActionName>,
    after: Option<String>,
    limit: usize,
    all: &mut Vec<What>,
) -> Result<Option<(&'static str, String)>, Stop> {
    if after.is_some() && only.is_none() {
        return Err(Stop("--after goes on in one list: name it with --action".into()));
    }
    let page = Page { after, limit };
    macro_rules! lists { ($($Action:ident : $input:expr),+ $(,)?) => {
        $(if only.is_none_or(|it| it == ActionName::$Action)
            && let Some(next) = list::<actions::$Action>(store, asker, &$input, &page, all)?
        {
            return Ok(Some((stringify!($Action), next)));
        })+
    } }
    lists! {
        ViewFolio: Unasked, FindListing: Unasked, ViewProfile: Unasked, ViewMandate: Unasked, ViewPartnership: Unasked,
        ViewEnquiry: Unasked, TriageEnquiry: Factor, ViewEngagement: Unasked, ViewRequest: Unasked, ViewHold: Unasked,
        ViewMessage: Unasked, ViewDocument: Unasked, ViewDraft: Unasked, ReviewAccount: Factor,
        ReviewWorkspace: Factor, ViewCode: Factor,
    }
    Ok(None)
}

fn list<A: Listable>(
    store: &Store,
    asker: &Arc<Asker>,
    input: &A::Input,
    page: &Page,
    all: &mut Vec<What>,
) -> Result<Option<String>, Stop>
where
    A::On: Row,
{
    let found = store
        .read(asker, |db| {
            let scope = db.scope::<A>(input);
            db.list::<A>(&scope, input, || None, page)
        })
        .map_err(|e: store::StoreError| Stop::because(e))?;
    for it in &found.rows {
        let by = it.by().map(str::to_owned).collect();
        all.push(What { action: A::NAME.as_str(), resource: it.on().to_string(), by });
    }
    Ok(found.next)
}
