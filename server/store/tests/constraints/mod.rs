//! What policies take for granted of the rows, and that the database itself refuses what would not be so. The table in
//! `schema/README.md` names these tests.

mod dealings;
mod people;

use crate::support::rows::key;
use crate::support::{Ground, NOW, Rows, Sql, both, id};
use domain::*;

const ARTIST: u128 = 1;
const OTHER_ARTIST: u128 = 2;
const AGENCY: u128 = 3;
const OTHER_AGENCY: u128 = 4;
const PRESENTER: u128 = 5;
const COUNSEL: u128 = 6;
const WITH: u128 = 20;
const WITHOUT: u128 = 21;
const RECORD: u128 = 30;

fn workspace(it: u128) -> WorkspaceId {
    id(it)
}
fn profile(of: u128) -> ProfileId {
    id(of)
}
fn text<I: Id>(it: I) -> String {
    it.to_string()
}

/// Two artists, two agencies, a presenter, each with a member; an engagement with an agency and one without.
fn world(ground: &Ground) {
    let mut rows = Rows::default();
    for (at, kind, plan) in [
        (ARTIST, Kind::Artist, "solo"),
        (OTHER_ARTIST, Kind::Artist, "solo"),
        (AGENCY, Kind::Agency, "studio"),
        (OTHER_AGENCY, Kind::Agency, "studio"),
        (PRESENTER, Kind::Presenter, "season"),
    ] {
        rows.account(id(at), at, "approved", false);
        rows.workspace(workspace(at), kind, true, plan);
        rows.member(id(at), workspace(at), "owner", "", false);
    }
    rows.account(id(COUNSEL), COUNSEL, "approved", false);
    rows.profile(profile(ARTIST), workspace(ARTIST), "Anna", "public");
    rows.profile(profile(OTHER_ARTIST), workspace(OTHER_ARTIST), "Bela", "public");
    let artist = (workspace(ARTIST), profile(ARTIST));
    rows.engagement(id(WITH), artist, Some(workspace(AGENCY)), workspace(PRESENTER));
    rows.engagement(id(WITHOUT), artist, None, workspace(PRESENTER));
    rows.plant(ground);
}

/// A record of an engagement, with its parties as they are on record there, but for `but`.
fn record(
    table: &'static str,
    on: u128,
    but: &[(&'static str, Sql)],
    more: Vec<(&'static str, Sql)>,
) -> String {
    let mut columns = vec![
        ("id", key(id::<RequestId>(RECORD))),
        ("engagement", key(id::<EngagementId>(on))),
        ("artist", key(workspace(ARTIST))),
        ("agency", (on == WITH).then(|| text(workspace(AGENCY))).into()),
        ("presenter", key(workspace(PRESENTER))),
    ];
    columns.extend(more);
    for (name, value) in but {
        match columns.iter_mut().find(|it| it.0 == *name) {
            Some(it) => it.1 = value.clone(),
            None => columns.push((name, value.clone())),
        }
    }
    insert(table, &columns)
}

fn insert(table: &str, columns: &[(&str, Sql)]) -> String {
    let names: Vec<_> = columns.iter().map(|it| it.0).collect();
    let values: Vec<_> = columns
        .iter()
        .map(|(_, it)| match it {
            Sql::T(it) => format!("'{it}'"),
            Sql::N(it) => it.to_string(),
            Sql::B(it) => it.to_string(),
            Sql::Bytes(_) => panic!("no bytes here"),
            Sql::Null => "NULL".to_owned(),
        })
        .collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
}

fn request(on: u128, but: &[(&'static str, Sql)]) -> String {
    let more = vec![
        ("state", "submitted".into()),
        ("first_day", "2027-05-01".into()),
        ("last_day", "2027-05-02".into()),
        ("venue", "".into()),
        ("programme", "".into()),
        ("offered_by", key(id::<AccountId>(PRESENTER))),
        ("submitted_at", NOW.0.into()),
        ("version", Sql::N(1)),
    ];
    record("requests", on, but, more)
}
fn hold(on: u128, but: &[(&'static str, Sql)]) -> String {
    let more = vec![
        ("request", key(id::<RequestId>(RECORD))),
        ("state", "active".into()),
        ("first_day", "2027-05-01".into()),
        ("last_day", "2027-05-02".into()),
        ("granted_at", NOW.0.into()),
        ("expires_at", NOW.plus(Moment::DAY).0.into()),
        ("version", Sql::N(1)),
    ];
    record("holds", on, but, more)
}
fn message(on: u128, but: &[(&'static str, Sql)]) -> String {
    let more = vec![
        ("side", "artist".into()),
        ("author", key(id::<AccountId>(ARTIST))),
        ("body", "Good morning".into()),
        ("sent_at", NOW.0.into()),
    ];
    record("messages", on, but, more)
}
fn document(on: u128, but: &[(&'static str, Sql)]) -> String {
    let more = vec![
        ("side", "presenter".into()),
        ("title", "".into()),
        ("file_name", "".into()),
        ("media_type", "".into()),
        ("bytes", Sql::N(0)),
        ("digest", "one".into()),
        ("state", "available".into()),
        ("shared", true.into()),
        ("author", key(id::<AccountId>(PRESENTER))),
        ("added_at", NOW.0.into()),
        ("version", Sql::N(1)),
    ];
    record("documents", on, but, more)
}
fn draft(but: &[(&'static str, Sql)]) -> String {
    let mut columns = vec![
        ("id", key(id::<DraftId>(RECORD))),
        ("owner_kind", "agency".into()),
        ("owner", key(workspace(AGENCY))),
        ("kind", "message".into()),
        ("payload", "{}".into()),
        ("digest", "one".into()),
        ("state", "prepared".into()),
        ("prepared_by", key(id::<AccountId>(AGENCY))),
        ("prepared_at", NOW.0.into()),
        ("expires_at", NOW.0.into()),
        ("version", Sql::N(1)),
    ];
    for (name, value) in but {
        columns.iter_mut().filter(|it| it.0 == *name).for_each(|it| it.1 = value.clone());
    }
    insert("drafts", &columns)
}
