//! The people of the made-up world: each persona's account, membership and open session.

use super::artists::Artist;
use super::facts::Persona;
use super::hands::Hand;
use super::names;
use super::places::Places;
use crate::machine::{Os, Seeded};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AccountId, Kind, Mint, Moment, SessionId, WorkspaceId};
use sha2::{Digest as _, Sha256};
use store::plant::{AccountRow, FactorRow, MembershipRow, RecoveryRow, SessionRow};

/// What is known of a persona before the world is made.
struct Part {
    name: &'static str,
    kind: &'static str,
    role: Option<&'static str>,
    status: &'static str,
    place: Where,
    in_person: bool,
    advice: &'static str,
}

#[derive(Clone, Copy)]
enum Where {
    Nowhere,
    Artist(usize),
    Agency(usize),
    Presenter(usize),
    Pending,
}

/// How many personas there are that sign in.
pub(crate) const COUNT: usize = PARTS.len();

const PARTS: &[Part] = &[
    Part {
        name: "artist",
        kind: "artist",
        role: Some("owner"),
        status: "approved",
        place: Where::Artist(0),
        in_person: true,
        advice: "An artist with a public folio: change who sees you, and answer a request.",
    },
    Part {
        name: "artist-other",
        kind: "artist",
        role: Some("owner"),
        status: "approved",
        place: Where::Artist(1),
        in_person: true,
        advice: "A second artist: search for the first one, and find nobody.",
    },
    Part {
        name: "agency-owner",
        kind: "agency",
        role: Some("owner"),
        status: "approved",
        place: Where::Agency(0),
        in_person: false,
        advice: "An agency's owner: read what the assistant prepared, and confirm it.",
    },
    Part {
        name: "agency-assistant",
        kind: "agency",
        role: Some("assistant"),
        status: "approved",
        place: Where::Agency(0),
        in_person: false,
        advice: "Its assistant: prepare a message; sending it is somebody else's.",
    },
    Part {
        name: "agency-other",
        kind: "agency",
        role: Some("owner"),
        status: "approved",
        place: Where::Agency(1),
        in_person: false,
        advice: "Another agency: open an address of the first one, and be refused.",
    },
    Part {
        name: "agency-partner",
        kind: "agency",
        role: Some("manager"),
        status: "approved",
        place: Where::Agency(2),
        in_person: false,
        advice: "A partner agency: see listings of the first one's artists, and no more.",
    },
    Part {
        name: "presenter-discovery",
        kind: "presenter",
        role: Some("owner"),
        status: "approved",
        place: Where::Presenter(0),
        in_person: false,
        advice: "A presenter with discovery: find an artist and prepare a request.",
    },
    Part {
        name: "presenter-season",
        kind: "presenter",
        role: Some("owner"),
        status: "approved",
        place: Where::Presenter(1),
        in_person: false,
        advice: "A presenter without discovery, invited to a stealth roster: addresses open, searches do not.",
    },
    Part {
        name: "presenter-unverified",
        kind: "presenter",
        role: Some("owner"),
        status: "approved",
        place: Where::Presenter(2),
        in_person: false,
        advice: "An unverified presenter: sees what the whole world sees.",
    },
    Part {
        name: "artist-pending",
        kind: "artist",
        role: Some("owner"),
        status: "pending",
        place: Where::Pending,
        in_person: false,
        advice: "An artist whom nobody approved yet: a waiting page, and nothing else.",
    },
    Part {
        name: "counsel",
        kind: "counsel",
        role: None,
        status: "approved",
        place: Where::Nowhere,
        in_person: false,
        advice: "Counsel on one engagement: its ledger and what was opened to them.",
    },
    Part {
        name: "admin",
        kind: "admin",
        role: None,
        status: "approved",
        place: Where::Nowhere,
        in_person: false,
        advice: "Platform staff: approve the pending artist, and try to open an engagement.",
    },
];

/// The address of a persona, which nobody else can have.
fn email(part: &Part) -> String {
    format!("{}@demo.example", part.name)
}

/// The addresses of all who sign in, in their order.
pub(crate) fn emails() -> Vec<String> {
    PARTS.iter().map(email).collect()
}

/// Those of a world that was made before, with the accounts of [`emails`]: what greets them, and nothing of the file.
pub(crate) fn again(accounts: &[AccountId]) -> Vec<Persona> {
    let persona = |(part, account): (&Part, &AccountId)| Persona {
        role: part.role,
        account: Some(account.to_string()),
        email: Some(email(part)),
        ..bare(part.name, part.kind, part.advice)
    };
    PARTS.iter().zip(accounts).map(persona).collect()
}

/// A persona of whom nothing more is told.
fn bare(name: &'static str, kind: &'static str, advice: &'static str) -> Persona {
    Persona {
        name,
        kind,
        role: None,
        account: None,
        status: None,
        workspace: None,
        verified: false,
        capabilities: Vec::new(),
        cookie: None,
        form_token_field: None,
        email: None,
        advice,
        link: None,
    }
}

/// The recovery code that stands in for the demo admin's second factor; printed at start.
pub(crate) const FACTOR_CODE: &str = "DEMO-DEMO-2";

/// Everybody, as rows and as the world's file shows them.
pub(crate) struct People {
    pub(crate) personas: Vec<Persona>,
    pub(crate) accounts: Vec<AccountRow>,
    pub(crate) memberships: Vec<MembershipRow>,
    pub(crate) sessions: Vec<SessionRow>,
    pub(crate) factors: Vec<FactorRow>,
    pub(crate) recovery: Vec<RecoveryRow>,
    /// Who each persona is.
    hands: Vec<(&'static str, Hand)>,
}

impl People {
    pub(crate) fn of(
        places: &Places,
        artists: &[Artist],
        pending: WorkspaceId,
        luck: &mut Seeded,
        made: Moment,
        now: Moment,
    ) -> Self {
        let mut people = Self {
            personas: vec![bare(
                "visitor",
                "visitor",
                "Nobody in particular: read the site, and open a folio.",
            )],
            accounts: Vec::new(),
            memberships: Vec::new(),
            sessions: Vec::new(),
            factors: Vec::new(),
            recovery: Vec::new(),
            hands: Vec::new(),
        };
        for part in PARTS {
            people.add(part, places, artists, pending, luck, made, now);
        }
        people
    }

    #[allow(clippy::too_many_arguments)] // one world, told once
    fn add(
        &mut self,
        part: &Part,
        places: &Places,
        artists: &[Artist],
        pending: WorkspaceId,
        luck: &mut Seeded,
        made: Moment,
        now: Moment,
    ) {
        let hand = Hand::new(luck, made);
        let account = hand.account;
        let (given, family) = names::reserved(self.accounts.len());
        let (workspace, kind, verified, plan) = match part.place {
            Where::Nowhere => (None, None, false, None),
            Where::Pending => (Some(pending), Some(Kind::Artist), false, Some("solo")),
            Where::Artist(it) => {
                let it = &artists[it];
                let plan = if it.agency.is_some() { "represented" } else { "solo" };
                (Some(it.workspace), Some(Kind::Artist), it.verified, Some(plan))
            }
            Where::Agency(it) => {
                let it = places.agency(it);
                (Some(it.id), Some(it.kind), it.verified, Some(it.plan))
            }
            Where::Presenter(it) => {
                let it = places.presenter(it);
                (Some(it.id), Some(it.kind), it.verified, Some(it.plan))
            }
        };
        let email = email(part);
        let name = format!("{given} {family}");
        let row = hand.account_row(kind.unwrap_or(Kind::Agency), name, email.clone(), made);
        self.accounts.push(AccountRow {
            status: part.status,
            applicant: if part.kind == "counsel" { "counsel" } else { row.applicant },
            application: "A made-up application of a made-up person, to look at and to decide.".into(),
            is_admin: part.kind == "admin",
            ..row
        });
        if let (Some(workspace), Some(role)) = (workspace, part.role) {
            self.memberships.push(hand.seat_row(workspace, role, part.in_person, made));
        }
        // a session opens doors for as long as it lives: its secret is never made from a seed
        let secret = Os.secret();
        let id: SessionId = luck.id(now);
        self.sessions.push(SessionRow {
            id: id.to_string(),
            token: Sha256::digest(secret).to_vec(),
            account: account.to_string(),
            form_secret: Os.secret().to_vec(),
            agent: "demo",
            created_at: now.0,
            seen_at: now.0,
            expires_at: now.plus(30 * Moment::DAY).0,
            factor_at: (part.kind == "admin").then_some(now.0),
        });
        if part.kind == "admin" {
            self.factors.push(FactorRow {
                account: account.to_string(),
                secret: Os.secret()[..20].to_vec(),
                confirmed_at: Some(made.0),
                last_step: 0,
            });
            let code = web::totp::recovery_digest(FACTOR_CODE);
            self.recovery.push(RecoveryRow { account: account.to_string(), hash: code.0.to_vec() });
        }
        let discovery = plan == Some("discovery");
        self.hands.push((part.name, hand));
        self.personas.push(Persona {
            name: part.name,
            kind: part.kind,
            role: part.role,
            account: Some(account.to_string()),
            status: Some(part.status),
            workspace: workspace.map(|it| it.to_string()),
            verified,
            capabilities: if discovery { vec!["discovery"] } else { Vec::new() },
            cookie: Some(format!("{}={}", web::house::SESSION, URL_SAFE_NO_PAD.encode(secret))),
            form_token_field: Some(web::csrf::FIELD),
            email: Some(email),
            advice: part.advice,
            link: None,
        });
    }

    /// Who a persona is.
    pub(crate) fn hand(&self, name: &str) -> Option<Hand> {
        self.hands.iter().find(|it| it.0 == name).map(|it| it.1)
    }
}
