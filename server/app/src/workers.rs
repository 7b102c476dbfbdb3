//! What runs beside requests: the decision log's writer, a look at which policies are active, the outbox, deadlines,
//! housekeeping. Workers are principals with policies of their own; each piece of work is decided like any other.

use crate::machine::now;
use connect::documents::ShelfError;
use connect::mail::Post;
use domain::Moment;
use domain::bounded::Email;
use policy::{Actor, Asker, Unasked, actions};
use std::sync::Arc;
use std::time::Duration;
use store::engagements::contents as kept;
use store::{Acting, Letter, Mail, Store, StoreError};
use tokio::sync::watch::Receiver;
use tokio::task::JoinHandle;
use web::House;

/// Letters taken at once.
const MAIL: i64 = 20;
/// Deadlines taken at once.
const DEADLINES: i64 = 100;

/// Starts all workers; each ends soon after `stopped` says so.
pub(crate) fn start(
    house: &Arc<House>,
    post: &Arc<dyn Post>,
    stopped: &Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let decisions = {
        let (house, store, stopped) = (Arc::clone(house), house.store.patient(), stopped.clone());
        tokio::task::spawn_blocking(move || {
            while !*stopped.borrow() {
                house.decisions.write_some(&store, Duration::from_millis(200));
            }
        })
    };
    let post = Arc::clone(post);
    vec![
        decisions,
        every(house, stopped, "policies", Duration::from_secs(1), |_, store| store.follow()),
        every(house, stopped, "mail", Duration::from_secs(1), move |_, store| mail(store, &*post)),
        every(house, stopped, "deadlines", Duration::from_secs(1), |house, store| {
            deadlines(store, &house.settings.address)
        }),
        every(house, stopped, "housekeeping", Duration::from_secs(60), |house, store| {
            house.edge.limits.sweep();
            let permit = allowed::<actions::Housekeep>(store, "housekeeping")?;
            store.housekeep(&permit, now()).map(|_| ())
        }),
        every(house, stopped, "contents", Duration::from_secs(3600), contents),
    ]
}

fn every(
    house: &Arc<House>,
    stopped: &Receiver<bool>,
    worker: &'static str,
    pause: Duration,
    work: impl Fn(&House, &Store) -> Result<(), StoreError> + Send + Sync + 'static,
) -> JoinHandle<()> {
    let (house, mut stopped, work) = (Arc::clone(house), stopped.clone(), Arc::new(work));
    tokio::spawn(async move {
        while !*stopped.borrow() {
            // one set of policies for each piece of work; and nobody waits for a worker: it stands in line for as long as
            // the people before it need
            let store = house.store.current().patient();
            let (house, work) = (Arc::clone(&house), Arc::clone(&work));
            match tokio::task::spawn_blocking(move || work(&house, &store)).await {
                Ok(Ok(())) => {}
                Ok(Err(e)) => tracing::warn!(worker, error = %e, "a worker could not finish; it tries again"),
                Err(_) => tracing::error!(worker, "a worker panicked; it tries again"),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopped.changed() => return,
            }
        }
    })
}

fn asker(store: &Store, task: &'static str) -> Arc<Asker> {
    let now = now();
    Arc::new(Asker { actor: Actor::Automation(task, None), visit: store.fresh(now), now, factor_at: None })
}

fn allowed<A: policy::Action<On = policy::facts::Platform, Input = Unasked>>(
    store: &Store,
    task: &'static str,
) -> Result<policy::Permit<A>, StoreError> {
    Ok(store.engine().decide::<A>(&asker(store, task), &policy::facts::Platform, Unasked)?)
}

/// Sends what is due; each letter is decided again at dispatch.
fn mail(store: &Store, post: &dyn Post) -> Result<(), StoreError> {
    let permit = allowed::<actions::DispatchMail>(store, "housekeeping")?;
    for mail in store.mail_lease(&permit, now(), MAIL)? {
        let outcome = if still_theirs(store, &mail)? { send(post, &mail).map(|()| true) } else { Ok(false) };
        store.mail_done(&mail, now(), outcome.as_ref().map(|it| *it).map_err(String::as_str))?;
    }
    Ok(())
}

/// Whether the recipient may still have the letter: see the engagement it speaks of, or act for the workspace in whose
/// name they get it. Whoever left it, or lost their approval, learns no more of it.
fn still_theirs(store: &Store, mail: &Mail) -> Result<bool, StoreError> {
    let Letter { account, workspace, engagement, .. } = &mail.letter;
    let (Some(account), acting) = (*account, workspace.map_or(Acting::Counsel, Acting::Workspace)) else {
        return Ok(true);
    };
    let now = now();
    match store.asker(account, acting, store.fresh(now), now) {
        Ok(asker) => store.read(&asker, |db| match (*engagement, *workspace) {
            (Some(it), _) => db.may::<actions::ViewEngagement>(it, &Unasked),
            (None, Some(it)) => db.may::<actions::ViewWorkspace>(it, &Unasked),
            (None, None) => Ok(true),
        }),
        Err(StoreError::Absent) => Ok(false),
        Err(e) => Err(e),
    }
}

/// Takes contents from the shelf that no document needs: of an upload that was broken off, or erased just before a crash.
/// One that is younger may belong to an upload on its way.
fn contents(house: &House, store: &Store) -> Result<(), StoreError> {
    let permit = allowed::<actions::Housekeep>(store, "housekeeping")?;
    let fault = |e: ShelfError| match e {
        ShelfError::Io(e) => StoreError::Database(format!("the document store: {}", e.kind())),
        other => StoreError::Database(other.to_string()),
    };
    let old = house.shelf.put_before(now().plus(-Moment::HOUR)).map_err(fault)?;
    for digest in kept::unneeded(store, &permit, &old)? {
        kept::clear(store, &digest, |it| house.shelf.erase(it).map(drop).map_err(fault))?;
    }
    Ok(())
}

fn send(post: &dyn Post, mail: &Mail) -> Result<(), String> {
    let to = Email::parse(&mail.letter.to).map_err(|_| "the address cannot be written to".to_owned())?;
    let letter = connect::mail::Letter {
        id: mail.id,
        to,
        subject: mail.letter.subject.clone(),
        text: mail.letter.text.clone(),
        written: now(),
    };
    post.send(&letter).map_err(|e| e.to_string())
}

/// Lets deadlines take effect that a person confirmed, and tells both sides of those that are near.
fn deadlines(store: &Store, address: &str) -> Result<(), StoreError> {
    let timer = asker(store, "timer");
    store::engagements::holds::lapse(store, &timer, DEADLINES, address)?;
    store::engagements::warnings::warn(store, &timer, DEADLINES, address)?;
    store::profiles::mandates::lapse_due(store, &timer, DEADLINES, address)?;
    Ok(())
}
