//! `kalinklo demo`: a complete, lively, made-up world on a database of its own.

mod artists;
mod engagements;
mod enquiries;
mod facts;
mod hands;
mod names;
mod people;
mod places;

use crate::cli::Demo;
use crate::commands::say;
use crate::config::Given;
use crate::machine::{Os, Seeded, now};
use crate::{Stop, commands, serve};
use artists::Artist;
use connect::documents::{self, digest_of};
use domain::{Day, Mint, Moment, WorkspaceId};
use facts::{Facts, Persona, WorldFile};
use people::People;
use places::Places;
use policy::{Unasked, actions::PlantDemo};
use std::process::ExitCode;
use store::Store;
use store::db::{self, Address, Use};
use store::plant::WorkspaceRow;
use web::edge::OpsToken;
use web::totp::Factor;

/// Artists that travel in one transaction.
const CHUNK: usize = 20_000;
/// The world's file names at most this many artists; a larger world holds more, made by the same rules.
const TOLD: usize = 20_000;
/// Engagements that are planted.
const ENGAGEMENTS: usize = 40;

/// Canonical JSON (keys in order) and its digest in hexadecimal.
fn canonical(value: &impl serde::Serialize) -> (String, String) {
    // our own literals are always told in JSON
    let text = store::drafts::canonical(value).unwrap_or_default();
    let digest = digest_of(text.as_bytes()).to_string();
    (text, digest)
}

/// Makes the world where there is none, serves it, and says who can sign in.
#[allow(clippy::needless_pass_by_value)] // spent like every command
pub(crate) fn run(demo: Demo) -> Result<ExitCode, Stop> {
    // made first, dropped last: a temporary world is gone with the program
    let temporary = match &demo.data {
        Some(_) => None,
        None => Some(
            tempfile::tempdir()
                .map_err(|e| Stop(format!("no temporary folder: {e}\n  Name one with --data.")))?,
        ),
    };
    let data = match (&demo.data, &temporary) {
        (Some(folder), _) => folder.clone(),
        (None, Some(folder)) => folder.path().to_path_buf(),
        (None, None) => return Err(Stop("no folder".into())),
    };
    let given = Given {
        config: Some("/dev/null".into()),
        listen: Some(demo.listen.clone()),
        data: Some(data.clone()),
        database: demo.database.clone(),
        ..Given::default()
    };
    let mut config = given.config()?;
    config.limits = serve::wide();
    let ops_token = domain::Digest(Os.secret()).to_string();
    config.ops_token = OpsToken::new(&ops_token);
    let _reports = commands::logs(None, "warn")?;
    let runtime = serve::runtime()?;
    // the address is taken before the world is made, so that a taken port costs nothing
    let listener = runtime.block_on(serve::bind(config.listen))?;
    config.listen = listener.local_addr().map_err(Stop::because)?;
    must_be_ours(&config.database)?;
    let opened = serve::open(&config.database, config.readers, Box::new(Os))?;
    let base = format!("http://{}", config.listen);
    let mut world = if opened.store.is_empty().map_err(Stop::because)? {
        World::plant(&opened.store, &data, &demo, &base)?
    } else {
        World::again(&opened.store, &demo)?
    };
    let server = serve::assemble(&config, opened, true, false)?;
    for persona in &mut world.personas {
        persona.link = link(&server.house.store, persona.account.as_deref())?;
    }
    let within = runtime.enter();
    let signal = serve::signalled();
    drop(within);
    greet(&base, &world, &kept(&demo));
    if let Some(file) = &demo.json {
        let world = WorldFile {
            base,
            ops_token,
            database: demo.database.clone().unwrap_or_else(|| data.join("kalinklo.db").display().to_string()),
            mail_dir: data.join("mail").display().to_string(),
            personas: world.personas,
            facts: world.facts,
        };
        // whole or not at all: a test program may look at any moment
        let text = serde_json::to_vec(&world).map_err(Stop::because)?;
        let half = file.with_extension("part");
        std::fs::write(&half, text)
            .and_then(|()| std::fs::rename(&half, file))
            .map_err(|e| Stop(format!("{}: {e}", file.display())))?;
    }
    serve::to_the_end(runtime, serve::run(server, listener, signal))?;
    drop(temporary);
    Ok(ExitCode::SUCCESS)
}

/// How long a persona's sign-in link works: as long as one would leave a demo running.
const LINK: i64 = 12 * Moment::HOUR;

/// A sign-in link's path for a persona, for any browser, once.
fn link(store: &Store, account: Option<&str>) -> Result<Option<String>, Stop> {
    let Some(account) = account.and_then(|it| it.parse().ok()) else { return Ok(None) };
    let permit = serve::permitted::<PlantDemo>(store)?;
    let token =
        store::accounts::link_plant(store, permit, account, now().plus(LINK)).map_err(Stop::because)?;
    Ok(Some(format!("/sign-in/link?token={token}")))
}

struct World {
    personas: Vec<Persona>,
    /// The key of the admin's authenticator, as it is typed; it is told once.
    factor: Option<String>,
    facts: Facts,
}

impl World {
    /// The world that was made here before, with everything that happened in it since.
    fn again(store: &Store, demo: &Demo) -> Result<Self, Stop> {
        let permit = serve::permitted::<PlantDemo>(store)?;
        let found = store::accounts::planted(store, &permit, &people::emails()).map_err(Stop::because)?;
        let Some(accounts) = found else { return Err(no_demonstration()) };
        if demo.json.is_some() {
            return Err(Stop(
                "this folder holds a world already, and its file is written only when it is made\n  Leave --json out, or name \
                 an empty folder with --data."
                    .into(),
            ));
        }
        Ok(Self { personas: people::again(&accounts), factor: None, facts: Facts::default() })
    }

    fn plant(store: &Store, data: &std::path::Path, demo: &Demo, base: &str) -> Result<Self, Stop> {
        let operator = serve::operator(store);
        let permit = || {
            store
                .engine()
                .decide::<PlantDemo>(&operator, &policy::facts::Platform, Unasked)
                .map_err(Stop::because)
        };
        let mut luck = Seeded(demo.seed);
        let now = now();
        let made = now.plus(-90 * Moment::DAY);
        let places = Places::of(demo.artists, demo.presenters, &mut luck, made);
        let count = demo.artists.clamp(12, names::PERSONS - names::RESERVED);
        let mut facts = Facts {
            partners: vec![
                (places.agency(0).id.to_string(), places.agency(2).id.to_string()),
                (places.agency(3).id.to_string(), places.agency(4).id.to_string()),
            ],
            ..Facts::default()
        };
        facts.workspaces = places
            .all()
            .iter()
            .map(|it| facts::Workspace {
                id: it.id.to_string(),
                kind: it.kind.as_str(),
                name: it.name.clone(),
                verified: it.verified,
                plan: it.plan,
            })
            .collect();
        let pending: WorkspaceId = luck.id(now);
        let name = format!("Workroom {}", names::place(5_999));
        let pending_row = WorkspaceRow {
            id: pending.to_string(),
            kind: "artist",
            name_key: store::profiles::folded_name(&name),
            name,
            verified: false,
            plan: "solo",
            created_at: now.0,
            version: 1,
        };
        facts.workspaces.push(facts::Workspace {
            id: pending.to_string(),
            kind: "artist",
            name: pending_row.name.clone(),
            verified: false,
            plan: "solo",
        });
        let mut first = Vec::new();
        let mut rows = places.all().iter().map(|it| it.row(made)).collect::<Vec<_>>();
        rows.push(pending_row);
        let (desks, seats) = places.all().iter().map(|it| it.office_rows(made)).unzip();
        let partnerships = places.partnerships(&mut luck, made);
        store
            .plant(&permit()?, |to| {
                to.workspaces(rows)?;
                to.accounts(desks)?;
                to.memberships(seats)?;
                to.partnerships(partnerships)
            })
            .map_err(Stop::because)?;
        let mut number = 0;
        while number < count {
            let end = (number + CHUNK).min(count);
            let chunk: Vec<Artist> =
                (number..end).map(|it| Artist::of(it, &places, &mut luck, made)).collect();
            store
                .plant(&permit()?, |to| {
                    to.workspaces(chunk.iter().map(|it| it.workspace_row(made)).collect())?;
                    to.profiles(chunk.iter().map(|it| it.profile_row(made)).collect())?;
                    to.slugs(chunk.iter().map(Artist::slug_row).collect())?;
                    to.mandates(
                        chunk.iter().filter_map(|it| it.mandate_row(&places, &mut luck, made)).collect(),
                    )?;
                    to.stealth_invitations(
                        chunk.iter().flat_map(|it| it.stealth_rows(&places, made)).collect(),
                    )?;
                    to.asks(chunk.iter().flat_map(|it| it.ask_rows(&places, made)).collect())
                })
                .map_err(Stop::because)?;
            for it in chunk {
                if facts.artists.len() < TOLD {
                    facts.workspaces.push(workspace_fact(&it));
                    facts.artists.push(artist_fact(&it, &places));
                }
                if first.len() < ENGAGEMENTS.max(2) {
                    first.push(it);
                }
            }
            number = end;
        }
        let people = People::of(&places, &first, pending, &mut luck, made, now);
        let shelf = documents::Folder::new(&data.join("documents")).map_err(Stop::because)?;
        let today = now.timestamp().map(|it| it.to_zoned(jiff::tz::TimeZone::UTC).date());
        let today = today
            .and_then(|it| Day::new(it.year(), it.month(), it.day()).ok())
            .ok_or_else(|| Stop("the clock is off".into()))?;
        let ground = engagements::Ground {
            places: &places,
            artists: &first,
            people: &people,
            shelf: &shelf,
            made,
            now,
            today,
        };
        facts.engagements = store
            .plant(&permit()?, |to| {
                to.accounts(people.accounts.clone())?;
                to.memberships(people.memberships.clone())?;
                to.sessions(people.sessions.clone())?;
                to.factors(people.factors.clone())?;
                to.recovery_codes(people.recovery.clone())?;
                engagements::plant(to, &ground, ENGAGEMENTS, &mut luck)
            })
            .map_err(Stop::because)?;
        enquiries::send(store, &first[0], base, now)?;
        let factor =
            people.factors.first().and_then(|it| Factor::new(&it.secret, "Kalinklo Artists", "admin").ok());
        let factor = factor.map(|it| it.secret_text());
        Ok(Self { personas: people.personas, factor, facts })
    }
}

fn workspace_fact(it: &Artist) -> facts::Workspace {
    facts::Workspace {
        id: it.workspace.to_string(),
        kind: "artist",
        name: it.workspace_name.clone(),
        verified: it.verified,
        plan: if it.agency.is_some() { "represented" } else { "solo" },
    }
}

fn artist_fact(it: &Artist, places: &Places) -> facts::Artist {
    facts::Artist {
        id: it.profile.to_string(),
        workspace: it.workspace.to_string(),
        name: it.name(),
        level: it.level.as_str(),
        opted_in: it.opted_in,
        discoverable: it.discoverable,
        agencies: it.agency.map(|it| places.agency(it).id.to_string()).into_iter().collect(),
        invited: it.invited.iter().map(|it| places.presenter(*it).id.to_string()).collect(),
        folio_path: format!("/folio/{}", it.slug()),
        listing_path: format!("/w/{{workspace}}/listings/{}", it.profile),
        profile_path: format!("/w/{{workspace}}/artists/{}", it.profile),
    }
}

/// Stops where somebody else's tables stand, before anything is made there: a demonstration takes an empty database, or
/// goes on with one of this release.
fn must_be_ours(database: &Address) -> Result<(), Stop> {
    // a file that is not there, or empty, is made; SQLite would make it by looking
    if matches!(database, Address::Sqlite(file) if std::fs::metadata(file).map_or(0, |it| it.len()) == 0) {
        return Ok(());
    }
    let mut db = serve::connected(database, Use::Read)?;
    if db::holds_nothing(&mut db).map_err(Stop)? {
        return Ok(());
    }
    if !db::has_tables(&mut db) {
        return Err(no_demonstration());
    }
    serve::must_be_current(&mut db, database)
}

fn no_demonstration() -> Stop {
    Stop(
        "this database holds something that is no demonstration\n  Start it with `kalinklo serve`, or name an empty \
         folder with --data, an empty database with --database."
            .into(),
    )
}

/// What stays when the program stops, and how to go on with it. The database's address may hold a password.
fn kept(demo: &Demo) -> String {
    let with = if demo.database.is_some() { " --database URL" } else { "" };
    match &demo.data {
        Some(folder) => format!(
            "`kalinklo serve --data {0}{with}` goes on with this world, `kalinklo demo --data {0}{with}` also with new links",
            folder.display()
        ),
        None if demo.database.is_some() => {
            "the database keeps this world, its documents and letters are not kept; \
             with --data DIR they are too"
                .to_owned()
        }
        None => "nothing is kept".to_owned(),
    }
}

fn greet(base: &str, world: &World, kept: &str) {
    say(format!("Kalinklo Artists, a made-up world\n\n  {base}/\n      The public site.\n"));
    for it in &world.personas {
        if let Some(link) = &it.link {
            say(format!("  {base}{link}\n      {}", it.advice));
        }
    }
    let factor = match &world.factor {
        Some(key) => format!(
            "here is the recovery code {}, which works once, or an authenticator with the key\n{key}",
            people::FACTOR_CODE
        ),
        None => "is what this world said when it was made".to_owned(),
    };
    say(format!("\nThe admin's second factor {factor}.\nStop with Ctrl-C; {kept}."));
}
