//! The rows and columns of the matrix: who may ask, and in which situations a thing may be.

use crate::fields::{Mistake, digest};
use crate::things::{Thing, Told};
use crate::{people, things};
use domain::Level;
use policy::{ActionName, Asker, EntityKind};
use std::sync::Arc;

/// One row: a short name, and who it is.
pub struct Row {
    /// Kind, relation, role or state: `agency.force.owner`.
    pub name: &'static str,
    /// The asker.
    pub asker: Arc<Asker>,
}

const ROWS: &[(&str, &str)] = &[
    ("visitor", "kind='visitor'"),
    ("artist.own.in-person", "kind='artist', in_person=true"),
    ("artist.own.owner", "kind='artist'"),
    ("artist.own.manager", "kind='artist', role='manager'"),
    ("artist.own.manager+in-person", "kind='artist', role='manager', in_person=true"),
    ("artist.own.assistant", "kind='artist', role='assistant'"),
    ("artist.own.assistant+money", "kind='artist', role='assistant', grants=['money']"),
    ("artist.own.unverified", "kind='artist', verified=false"),
    ("artist.other.in-person", "kind='artist', in_person=true, workspace='artist-b'"),
    ("agency.force.owner", "kind='agency'"),
    ("agency.force.manager", "kind='agency', role='manager'"),
    ("agency.force.assistant", "kind='agency', role='assistant'"),
    ("agency.force.assistant+money", "kind='agency', role='assistant', grants=['money']"),
    ("agency.force.unverified", "kind='agency', verified=false"),
    ("agency.partner.owner", "kind='agency', workspace='agency-b'"),
    ("agency.partner.assistant", "kind='agency', workspace='agency-b', role='assistant'"),
    ("agency.partner.unverified", "kind='agency', workspace='agency-b', verified=false"),
    ("agency.stranger.owner", "kind='agency', workspace='agency-c'"),
    ("presenter.invited.discovery", "kind='presenter', capabilities=['discovery']"),
    ("presenter.invited.owner", "kind='presenter'"),
    ("presenter.invited.manager", "kind='presenter', role='manager'"),
    ("presenter.invited.assistant", "kind='presenter', role='assistant'"),
    ("presenter.invited.assistant+money", "kind='presenter', role='assistant', grants=['money']"),
    ("presenter.invited.unverified", "kind='presenter', verified=false, capabilities=['discovery']"),
    ("presenter.stranger.discovery", "kind='presenter', workspace='presenter-c', capabilities=['discovery']"),
    ("presenter.stranger.owner", "kind='presenter', workspace='presenter-c'"),
    ("presenter.stranger.unverified", "kind='presenter', workspace='presenter-c', verified=false"),
    ("counsel.on", "kind='counsel'"),
    ("counsel.off", "kind='counsel', account='account-c'"),
    ("admin.now", "kind='admin', factor_age=60"),
    ("admin.today", "kind='admin', factor_age=301"),
    ("admin.yesterday", "kind='admin', factor_age=43201"),
    ("admin.no-factor", "kind='admin'"),
    ("automation.timer", "kind='automation', task='timer'"),
    ("automation.housekeeping", "kind='automation', task='housekeeping'"),
    ("automation.webhook", "kind='automation', task='webhook'"),
    ("automation.artist", "kind='automation', owner_kind='artist'"),
    ("automation.agency", "kind='automation', owner_kind='agency'"),
    ("automation.presenter", "kind='automation', owner_kind='presenter'"),
    ("automation.stranger", "kind='automation', owner_kind='agency', workspace='agency-c'"),
    ("operator", "kind='operator'"),
    ("unapproved.artist.pending", "kind='artist', in_person=true, status='pending'"),
    ("unapproved.artist.rejected", "kind='artist', in_person=true, status='rejected'"),
    ("unapproved.artist.suspended", "kind='artist', in_person=true, status='suspended'"),
    ("unapproved.artist.withdrawn", "kind='artist', in_person=true, status='withdrawn'"),
    ("unapproved.agency.pending", "kind='agency', status='pending'"),
    ("unapproved.agency.suspended", "kind='agency', status='suspended'"),
    ("unapproved.presenter.pending", "kind='presenter', capabilities=['discovery'], status='pending'"),
    ("unapproved.presenter.suspended", "kind='presenter', capabilities=['discovery'], status='suspended'"),
    ("unapproved.counsel.pending", "kind='counsel', status='pending'"),
    ("unapproved.admin.pending", "kind='admin', factor_age=60, status='pending'"),
];

fn table(fields: &str) -> Result<toml::Table, Mistake> {
    let table: toml::Table =
        toml::from_str(&format!("it = {{ {fields} }}")).map_err(|e| Mistake(e.to_string()))?;
    table
        .get("it")
        .and_then(toml::Value::as_table)
        .cloned()
        .ok_or_else(|| Mistake(format!("no table: {fields}")))
}

/// Every row, in the order of the page.
///
/// # Errors
/// A row is not written as an asker is.
pub fn rows() -> Result<Vec<Row>, Mistake> {
    ROWS.iter().map(|(name, fields)| Ok(Row { name, asker: people::read(&table(fields)?)? })).collect()
}

/// One axis of a thing's situations: its name, and for each sign its meaning and the fields that make it so.
type Axis = (&'static str, &'static [(char, &'static str)]);

const PARTIES: Axis = (
    "parties",
    &[
        ('o', "artist='artist-a', agency='agency-a', presenter='presenter-a'"),
        ('n', "artist='artist-a', agency='', presenter='presenter-a'"),
        ('x', "artist='artist-z', agency='agency-z', presenter='presenter-z'"),
    ],
);
const COUNSEL: Axis = ("counsel", &[('+', "counsel=['account-a']"), ('-', "")]);
const LEVEL: Axis = (
    "level",
    &[
        ('P', "level='public'"),
        ('L', "level='private_listing'"),
        ('S', "level='stealth'"),
        ('W', "level='workspace_private'"),
    ],
);
const OPTED: Axis = ("opted in", &[('+', "opted_in=true"), ('-', "opted_in=false")]);
const VERIFIED: Axis = ("verified", &[('+', "verified=true"), ('-', "verified=false")]);
const FOUND: Axis = ("discoverable", &[('+', "discoverable=true"), ('-', "discoverable=false")]);
const CLAIMED: Axis = ("claimed", &[('+', "claimed=true"), ('-', "claimed=false, claim='claim'")]);
const DEADLINE: Axis = ("confirmed", &[('+', "deadline_confirmed=true"), ('-', "deadline_confirmed=false")]);
const PERSON: Axis = ("person", &[('o', "person='person-a'"), ('x', "person='person-z'")]);
const OFFERED: Axis = ("sent by", &[('x', "offered_by='person-z'"), ('o', "offered_by='person-a'")]);
const TERMS: Axis = ("terms", &[('r', "state='submitted'"), ('c', "state='countered'")]);
const ENROLLED: Axis = ("enrolled", &[('-', "enrolled=false"), ('+', "enrolled=true")]);
const OFFICE: Axis = ("issuer", &[('+', "issuer_in_office=true"), ('-', "issuer_in_office=false")]);
const REVOKED: Axis = ("revoked", &[('-', "revoked=false"), ('+', "revoked=true")]);
const COLLEAGUE: Axis = ("colleague", &[('-', ""), ('+', "colleagues=['person-a']")]);
const MEMBERS: Axis = ("is member", &[('-', ""), ('+', "persons=['person-a']")]);
const WHOSE: Axis = (
    "owner",
    &[
        ('a', "owner_kind='artist'"),
        ('g', "owner_kind='agency'"),
        ('p', "owner_kind='presenter'"),
        ('x', "owner_kind='agency', owner='agency-z'"),
    ],
);
const STATE: Axis = ("prepared", &[('+', "state='prepared'"), ('-', "state='confirmed'")]);
const AUDIENCE: Axis = (
    "audience",
    &[
        ('e', "audience='parties'"),
        ('c', "audience='contract'"),
        ('f', "audience='office'"),
        ('a', "audience='artist'"),
        ('g', "audience='agency'"),
        ('p', "audience='presenter'"),
    ],
);

/// The axes of a type of thing.
fn axes(kind: EntityKind) -> Vec<Axis> {
    match kind {
        EntityKind::Account => vec![PERSON, ENROLLED, COLLEAGUE],
        EntityKind::AccessCode => vec![OFFICE, REVOKED],
        EntityKind::Profile => vec![CLAIMED, VERIFIED, LEVEL, OPTED, FOUND],
        EntityKind::Mandate => vec![
            (
                "parties",
                &[
                    ('o', "artist='artist-a', agency='agency-a'"),
                    ('x', "artist='artist-z', agency='agency-z'"),
                ],
            ),
            OFFERED,
            DEADLINE,
        ],
        EntityKind::Partnership => vec![
            (
                "agencies",
                &[
                    ('>', "asker='agency-a', asked='agency-b'"),
                    ('<', "asker='agency-b', asked='agency-a'"),
                    ('x', "asker='agency-y', asked='agency-z'"),
                ],
            ),
            OFFERED,
        ],
        EntityKind::Enquiry => vec![
            (
                "names",
                &[
                    ('o', ""),
                    ('n', "agency=''"),
                    ('x', "artist='artist-z', agency='agency-z'"),
                    ('-', "artist='', agency=''"),
                ],
            ),
            ("answer", &[('+', ""), ('-', "digest=''")]),
        ],
        EntityKind::Engagement | EntityKind::Contract | EntityKind::AuditChain => vec![PARTIES, COUNSEL],
        EntityKind::Hold => vec![PARTIES, DEADLINE],
        EntityKind::Document => vec![
            PARTIES,
            ("side", &[('a', "side='artist'"), ('g', "side='agency'"), ('p', "side='presenter'")]),
            ("shared", &[('+', "shared=true"), ('-', "shared=false")]),
            COUNSEL,
        ],
        EntityKind::AuditField => {
            vec![PARTIES, AUDIENCE, ("money", &[('-', "money=false"), ('+', "money=true")]), COUNSEL]
        }
        EntityKind::Request => vec![PARTIES, OFFERED, TERMS],
        EntityKind::Quote | EntityKind::Invoice | EntityKind::Settlement | EntityKind::Message => {
            vec![PARTIES]
        }
        EntityKind::Draft => vec![WHOSE, STATE],
        EntityKind::ArtistWorkspace => {
            vec![("workspace", &[('o', "kind='artist'"), ('x', "kind='artist', id='artist-z'")]), MEMBERS]
        }
        EntityKind::AgencyWorkspace => {
            vec![("workspace", &[('o', "kind='agency'"), ('x', "kind='agency', id='agency-z'")]), MEMBERS]
        }
        EntityKind::PresenterWorkspace => {
            vec![
                ("workspace", &[('o', "kind='presenter'"), ('x', "kind='presenter', id='presenter-z'")]),
                MEMBERS,
            ]
        }
        EntityKind::SeasonPlan | EntityKind::Shortlist => {
            vec![("presenter", &[('o', "presenter='presenter-a'"), ('x', "presenter='presenter-z'")])]
        }
        EntityKind::Portal => vec![("agency", &[('o', "agency='agency-a'"), ('x', "agency='agency-z'")])],
        _ => Vec::new(),
    }
}

/// What is told with an action, as a last axis: a name, and for each sign what it means.
fn telling(action: ActionName) -> (&'static str, Vec<(char, Told)>) {
    let told = Told::default();
    match action {
        ActionName::SetLevel => {
            let signs = ['P', 'L', 'S', 'W'].into_iter().zip(Level::ALL);
            ("to", signs.map(|(sign, to)| (sign, Told { to: Some(to), ..Told::default() })).collect())
        }
        ActionName::ClaimProfile => (
            "claim",
            vec![
                ('=', Told { claim: Some("claim".into()), ..told.clone() }),
                ('#', Told { claim: Some("other".into()), ..told }),
            ],
        ),
        ActionName::WarnOfLapse => {
            let signs = [('+', 0), ('-', -1), ('<', -604_801)].into_iter();
            let told = |(sign, it)| (sign, Told { overdue: Some(it), ..Told::default() });
            ("overdue", signs.map(told).collect())
        }
        ActionName::Lapse => (
            "overdue",
            vec![('+', Told { overdue: Some(0), ..told.clone() }), ('-', Told { overdue: Some(-1), ..told })],
        ),
        ActionName::Confirm
        | ActionName::AcceptMandate
        | ActionName::DeclineMandate
        | ActionName::AcceptPartnership
        | ActionName::DeclinePartnership
        | ActionName::SendTriageAnswer => (
            "shown",
            vec![
                ('=', Told { digest: Some(digest("terms")), ..told.clone() }),
                ('#', Told { digest: Some(digest("other")), ..told }),
            ],
        ),
        _ => ("", vec![(' ', told)]),
    }
}

/// One column: a sign for each axis, and the thing in that situation.
pub struct Column {
    /// A sign for each axis.
    pub signs: Vec<char>,
    /// The thing.
    pub on: Thing,
    /// What is told.
    pub told: Told,
}

/// The columns of an action on a type of thing, and the names of their axes: those that its policies can tell apart.
///
/// # Errors
/// A situation is not written as a thing is.
pub fn columns(action: ActionName, kind: EntityKind) -> Result<(Vec<&'static str>, Vec<Column>), Mistake> {
    columns_by(action, kind, |axis| matters(action, axis))
}

/// The columns of an action on a type of thing by these of its axes; the others are left as they are by default.
///
/// # Errors
/// A situation is not written as a thing is.
pub fn columns_by(
    action: ActionName,
    kind: EntityKind,
    keep: impl Fn(&str) -> bool,
) -> Result<(Vec<&'static str>, Vec<Column>), Mistake> {
    let (last, tellings) = telling(action);
    let axes: Vec<Axis> = axes(kind).into_iter().filter(|it| keep(it.0)).collect();
    let fixed = match kind {
        EntityKind::Profile => ", agencies=['agency-a'], partners=['agency-b'], invited=['presenter-a']",
        _ => "",
    };
    let type_name = match kind {
        EntityKind::ArtistWorkspace | EntityKind::AgencyWorkspace | EntityKind::PresenterWorkspace => {
            "Workspace"
        }
        other => other.as_str(),
    };
    let mut some = vec![(Vec::new(), format!("type='{type_name}'{fixed}"))];
    for (_, values) in &axes {
        let mut more = Vec::new();
        for (signs, fields) in &some {
            for (sign, field) in *values {
                let signs: Vec<char> = signs.iter().copied().chain([*sign]).collect();
                let comma = if field.is_empty() { "" } else { ", " };
                more.push((signs, format!("{fields}{comma}{field}")));
            }
        }
        some = more;
    }
    let mut columns = Vec::new();
    for (signs, fields) in some {
        for (sign, told) in &tellings {
            let on = things::read(&table(&fields)?)?.under(action);
            let signs =
                if last.is_empty() { signs.clone() } else { signs.iter().copied().chain([*sign]).collect() };
            columns.push(Column { signs, on, told: told.clone() });
        }
    }
    let mut names: Vec<&str> = axes.iter().map(|it| it.0).collect();
    if !last.is_empty() {
        names.push(last);
    }
    Ok((names, columns))
}

/// Whether the matrix shows this axis. Left out are only those that change nothing, which a test holds it to.
fn matters(action: ActionName, axis: &str) -> bool {
    match axis {
        "confirmed" => matches!(action, ActionName::Lapse | ActionName::WarnOfLapse),
        "sent by" => matches!(
            action,
            ActionName::AcceptMandate
                | ActionName::AcceptPartnership
                | ActionName::PrepareAnswer
                | ActionName::PrepareHold
        ),
        "terms" => matches!(action, ActionName::PrepareAnswer | ActionName::PrepareHold),
        "answer" => action == ActionName::SendTriageAnswer,
        "issuer" | "revoked" => action == ActionName::UseCode,
        "colleague" => matches!(
            action,
            ActionName::ReviewAccount
                | ActionName::ApproveAccount
                | ActionName::RejectAccount
                | ActionName::ReinstateAccount
                | ActionName::SuspendAccount
        ),
        "enrolled" => action == ActionName::ManageFactor,
        "is member" => {
            matches!(
                action,
                ActionName::ReviewWorkspace | ActionName::VerifyWorkspace | ActionName::RevokeVerification
            )
        }
        "level" | "opted in" | "verified" | "discoverable" => matches!(
            action,
            ActionName::ViewFolio
                | ActionName::ViewListing
                | ActionName::FindListing
                | ActionName::PrepareRequest
        ),
        "counsel" => !matches!(action, ActionName::ShareWithCounsel | ActionName::EraseDocument),
        _ => true,
    }
}
