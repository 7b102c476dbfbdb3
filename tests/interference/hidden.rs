//! Changes everything that somebody may not see, told by `crate::oracle` and not by the policies: texts, levels, states,
//! amounts; rows that were not there, rows that are gone.

use crate::oracle::{Of, Oracle, Sight};
use crate::support::db::Db;
use crate::support::world::{Engagement, Persona};

/// What was changed, for looking at it and searching for it.
#[derive(Default)]
pub struct Hidden {
    /// Ids of artists of whom the persona may see nothing.
    pub artists: Vec<String>,
    /// Ids of engagements that the persona may not see.
    pub engagements: Vec<String>,
    /// Ids of workspaces that the persona has nothing to do with.
    pub workspaces: Vec<String>,
    /// Names that are new, and names that were there before.
    pub names: Vec<String>,
}

/// Whatever the database itself holds against it: this is no change that people could make.
fn freely(db: &mut Db) {
    match db {
        Db::Postgres(_) => db.run("SET session_replication_role = replica"),
        Db::Sqlite(_) => {
            for it in db.texts("SELECT name AS text FROM sqlite_master WHERE type = 'trigger'") {
                db.run(&format!("DROP TRIGGER \"{it}\""));
            }
        }
    }
}

fn list(ids: &[String]) -> String {
    format!("({})", ids.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>().join(", "))
}

/// Another id in the place of this one in the order of time.
fn beside(id: &str) -> String {
    let mut bytes = id.as_bytes().to_vec();
    bytes[15] = if bytes[15] == b'7' { b'8' } else { b'7' };
    String::from_utf8(bytes).unwrap()
}

/// A row once more, with some columns replaced by expressions.
fn clone(db: &mut Db, table: &str, id: &str, same: &str, new: &[(&str, &str)]) {
    let names: Vec<&str> = new.iter().map(|it| it.0).collect();
    let values: Vec<&str> = new.iter().map(|it| it.1).collect();
    let (names, values) = (names.join(", "), values.join(", "));
    db.run(&format!(
        "INSERT INTO {table} ({names}, {same}) SELECT {values}, {same} FROM {table} WHERE id = '{id}'"
    ));
}

/// Changes all of it.
pub fn change(oracle: &Oracle<'_>, persona: &Persona, db: &mut Db) -> Hidden {
    freely(db);
    let facts = &oracle.world().facts;
    let seen: Vec<&Engagement> =
        facts.engagements.iter().filter(|it| oracle.sees_engagement(persona, it)).collect();
    let deals = |artist: &str| seen.iter().any(|it| it.artist == artist);
    let mut hidden = Hidden::default();

    // artists: all of those nobody shows, the contact of those whose card or folio alone is shown
    let mut private = Vec::new();
    for it in &facts.artists {
        let sight = oracle.sight(persona, it);
        if sight < Sight::Everything {
            private.push(it.id.clone());
        }
        if sight == Sight::Nothing && !deals(&it.id) {
            hidden.artists.push(it.id.clone());
            hidden.names.push(it.name.clone());
        }
    }
    hidden.names.truncate(3);
    hidden.names.push("Aaltje Verborgen".to_owned());
    db.run(&format!(
        "UPDATE profiles SET contact_email = 'x' || contact_email, contact_phone = '+1' WHERE id IN {}",
        list(&private)
    ));
    let artists = list(&hidden.artists);
    db.run(&format!(
        "UPDATE profiles SET name = 'Aaltje ' || id, sort_name = 'aaltje ' || id, name_key = 'aaltje ' || id, biography = 'Another life.', \
         discipline = 'Theorbo', based_in = 'Elsewhere' WHERE id IN {artists}"
    ));
    db.run(&format!(
        "UPDATE profiles SET level = 'workspace_private' WHERE id IN {artists} AND level IN ('stealth', 'private_listing')"
    ));
    let first = hidden.artists.first().cloned().unwrap_or_default();

    // engagements of others, with everything on them
    hidden.engagements = facts
        .engagements
        .iter()
        .filter(|it| !oracle.sees_engagement(persona, it))
        .map(|it| it.id.clone())
        .collect();
    // workspaces and people that the persona has nothing to do with
    let foreign =
        facts.workspaces.iter().filter(|it| !oracle.may_name(persona, &Of::Workspace(it.id.clone()), "/"));
    let foreign: Vec<String> = foreign.map(|it| it.id.clone()).collect();
    hidden.workspaces = foreign;
    if !hidden.workspaces.is_empty() {
        let them = list(&hidden.workspaces);
        db.run(&format!(
            "UPDATE workspaces SET name = 'Aula ' || id, name_key = 'aula ' || id WHERE id IN {them}"
        ));
        db.run(&format!(
            "UPDATE accounts SET name = 'Somebody else' WHERE id IN (SELECT account FROM memberships WHERE workspace IN {them}) \
             AND id NOT IN (SELECT account FROM memberships WHERE workspace NOT IN {them})"
        ));
    }

    let them = list(&hidden.engagements);
    for sql in [
        format!(
            "UPDATE engagements SET title = 'Aubade ' || id, title_key = 'aubade', commission_bp = 777 WHERE id IN {them}"
        ),
        format!(
            "UPDATE requests SET venue = 'Elsewhere', programme = 'Other songs', answer = 'No' WHERE engagement IN {them}"
        ),
        format!(
            "UPDATE requests SET fee_minor = fee_minor + 12345 WHERE fee_minor IS NOT NULL AND engagement IN {them}"
        ),
        format!(
            "UPDATE documents SET title = 'Another rider', file_name = 'other.txt', bytes = 1 WHERE engagement IN {them}"
        ),
        format!("UPDATE engagement_notes SET note = 'Another note' WHERE engagement IN {them}"),
        format!("UPDATE drafts SET payload = payload || ' ', digest = 'another' WHERE engagement IN {them}"),
        // what stands on the dates of an artist with whom one deals may show in one's own rank
        format!(
            "UPDATE holds SET state = 'released', reason = 'Another reason' WHERE engagement IN {them} AND artist NOT IN \
             (SELECT artist FROM engagements WHERE id NOT IN {them})"
        ),
        format!(
            "DELETE FROM messages WHERE engagement IN {them} AND id <> (SELECT MAX(id) FROM messages WHERE engagement IN {them})"
        ),
        format!("UPDATE messages SET body = 'Another message' WHERE engagement IN {them}"),
    ] {
        db.run(&sql);
    }

    // an artist and an engagement more, first in every order; staff see every workspace
    if !first.is_empty() && persona.kind != "admin" {
        let workspace = db.text(&format!("SELECT workspace AS text FROM profiles WHERE id = '{first}'"));
        let (house, artist) = (format!("'{}'", beside(&workspace)), format!("'{}'", beside(&first)));
        clone(
            db,
            "workspaces",
            &workspace,
            "kind, plan, created_at, version",
            &[("id", &house), ("name", "'Aachenhaus'"), ("name_key", "'aachenhaus'"), ("verified", "TRUE")],
        );
        clone(
            db,
            "profiles",
            &first,
            "discipline, biography, based_in, created_at, version",
            &[
                ("id", &artist),
                ("workspace", &house),
                ("slug", "'aaltje-verborgen'"),
                ("name", "'Aaltje Verborgen'"),
                ("sort_name", "'Aaltje Verborgen'"),
                ("name_key", "'aaltje verborgen'"),
                ("level", "'workspace_private'"),
                ("discoverable", "TRUE"),
                ("verified", "TRUE"),
                ("claimed", "TRUE"),
            ],
        );
        if let Some(engagement) = hidden.engagements.first().cloned() {
            let new = format!("'{}'", beside(&engagement));
            clone(
                db,
                "engagements",
                &engagement,
                "agency, presenter, created_at, version",
                &[
                    ("id", &new),
                    ("reference", "'D-99999'"),
                    ("title", "'Aubade'"),
                    ("title_key", "'aubade'"),
                    ("artist", &house),
                    ("profile", &artist),
                ],
            );
        }
    }
    hidden
}

/// Changes one thing that the persona does see, if only as everybody does.
pub fn reveal(oracle: &Oracle<'_>, persona: &Persona, db: &mut Db) {
    freely(db);
    let facts = &oracle.world().facts;
    if let Some(it) = facts.engagements.iter().find(|it| oracle.sees_engagement(persona, it)) {
        return db.run(&format!("UPDATE engagements SET title = title || ' da capo' WHERE id = '{}'", it.id));
    }
    if let Some(it) = facts.artists.iter().find(|it| oracle.is_public(it)) {
        db.run(&format!("UPDATE profiles SET name = name || ' da capo' WHERE id = '{}'", it.id));
    }
}

/// Changes the messages of all engagements that the persona is party to, which no list tells; whether there are any.
pub fn reveal_within(oracle: &Oracle<'_>, persona: &Persona, db: &mut Db) -> bool {
    let facts = &oracle.world().facts;
    let seen = facts.engagements.iter().filter(|it| oracle.sees_engagement(persona, it));
    let seen: Vec<String> =
        seen.filter(|it| it.records.iter().any(|it| it.kind == "message")).map(|it| it.id.clone()).collect();
    if seen.is_empty() || persona.kind == "counsel" {
        return false;
    }
    db.run(&format!("UPDATE messages SET body = body || ' da capo' WHERE engagement IN {}", list(&seen)));
    true
}
