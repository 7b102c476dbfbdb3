//! Profiles that an agency keeps for artists without an account, until the artist claims them (spec 10.16).

use super::{NewProfile, begin, conflict, folded_name, landed, offers, people, terms};
use crate::db::Db;
use crate::error::StoreError;
use crate::ledger::{Audience, Event};
use crate::outbox::Letter;
use crate::pools::Store;
use crate::read::Read;
use crate::rows::Word;
use crate::schema::{mandates, memberships, profiles, workspaces};
use crate::write::{Change, fresh_enough};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use domain::bounded::Email;
use domain::records::DraftKind;
use domain::{
    Bounded, Day, Digest, Kind, Level, MembershipId, Moment, Plan, ProfileId, Role, Version, WorkspaceId,
};
use policy::Permit;
use policy::actions::{ClaimProfile, CreateManagedProfile, EditProfile};
use sha2::{Digest as _, Sha256};

/// How long a claim stays open.
pub const CLAIM_LIFE: i64 = 30 * Moment::DAY;

/// What an agency starts a managed profile with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedProfile {
    /// The artist's name.
    pub name: Bounded<120>,
    /// Conductor, soprano, string quartet.
    pub discipline: Bounded<80>,
    /// Where the agency represents the artist.
    pub territory: Bounded<120>,
    /// Commission in basis points, 0 to 5000.
    pub commission_bp: i64,
    /// The day from which the representation counts, as its terms say.
    pub start: Day,
}

/// What an artist is shown who holds a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimable {
    /// The profile.
    pub profile: ProfileId,
    /// The name on it.
    pub name: String,
    /// The agency that keeps it, while it does.
    pub agency: Option<String>,
    /// Where that agency represents the artist.
    pub territory: Option<String>,
    /// The commission, in words.
    pub commission: Option<String>,
    /// The digest of that mandate's terms.
    pub mandate: Option<Digest>,
}

/// The digest under which a claim is kept; the claim itself is only in the letter.
#[must_use]
pub fn claim_digest(token: &[u8]) -> String {
    Digest(Sha256::digest(token).into()).to_string()
}

/// Creates an artist's workspace without members, its profile, workspace-private and unclaimed, and the agency's mandate.
///
/// # Errors
/// Refused, or the database's.
pub fn create(
    store: &Store,
    permit: Permit<CreateManagedProfile>,
    new: &ManagedProfile,
) -> Result<ProfileId, StoreError> {
    store.write(permit, |tx, facts| {
        let workspace: WorkspaceId = tx.fresh();
        diesel::insert_into(workspaces::table)
            .values((
                workspaces::id.eq(workspace.as_str()),
                workspaces::kind.eq(Kind::Artist.as_str()),
                workspaces::name.eq(new.name.as_str()),
                workspaces::name_key.eq(folded_name(new.name.as_str())),
                workspaces::verified.eq(false),
                workspaces::plan.eq(Plan::Represented.as_str()),
                workspaces::created_at.eq(tx.now().0),
                workspaces::version.eq(1),
            ))
            .execute(tx.db)?;
        let now = tx.now();
        let profile = begin(
            tx.db,
            tx.store,
            now,
            &NewProfile {
                workspace,
                name: new.name.as_str(),
                discipline: new.discipline.as_str(),
                biography: "",
                based_in: "",
                level: Level::WorkspacePrivate,
                claimed: false,
            },
        )?;
        let terms = terms::MandateTerms {
            agency_name: people::name_of(tx.db, facts.id)?,
            artist_email: String::new(),
            commission_bp: new.commission_bp.clamp(0, 5000),
            kind: DraftKind::Mandate.to_string(),
            managed: true,
            mandate: tx.fresh(),
            start: new.start,
            territory: new.territory.to_string(),
            workspace: facts.id,
        };
        offers::managed_mandate(tx, &terms, workspace, profile)?;
        let event = Event::platform("profile", profile, "managed")
            .only(Audience::Office)
            .with("after.name", &new.name)
            .with("after.level", Level::WorkspacePrivate)
            .with("after.workspace-id", workspace);
        let mandate = Event::platform("mandate", terms.mandate, "began-managed")
            .only(Audience::Office)
            .with("after.state", "active")
            .with("after.territory", &terms.territory)
            .with_money(Audience::Office, "after.commission", terms.commission());
        Ok(Change::of(profile, event).and(mandate))
    })
}

/// Sends the artist the link with which they claim the profile; an earlier link stops working.
///
/// # Errors
/// Stale, refused, a conflict where it is claimed already, or the database's.
pub fn send_claim(
    store: &Store,
    permit: Permit<EditProfile>,
    shown: Version,
    to: &Email,
    address: &str,
) -> Result<(), StoreError> {
    store.write(permit, |tx, facts| {
        fresh_enough(shown, facts.version)?;
        if facts.claimed {
            return conflict("The artist holds this profile already.");
        }
        let token = tx.secret();
        let ends = tx.now().plus(CLAIM_LIFE);
        let rows = diesel::update(
            profiles::table
                .filter(profiles::id.eq(facts.id.to_string()))
                .filter(profiles::version.eq(shown.0)),
        )
        .set((
            profiles::claim.eq(claim_digest(&token)),
            profiles::claim_expires_at.eq(Some(ends.0)),
            profiles::version.eq(shown.0 + 1),
        ))
        .execute(tx.db)?;
        landed(rows, shown)?;
        let name: String = profiles::table.find(facts.id.to_string()).select(profiles::name).first(tx.db)?;
        let agency = match tx.asker().actor.workspace() {
            Some((_, it)) => people::name_of(tx.db, it)?,
            None => String::new(),
        };
        let text = format!(
            "{agency} keeps a profile for {name} at Kalinklo Artists, and offers it to you.\n\n\
             If you are {name}, sign in as an artist and open:\n\n\
             {address}/claim/{id}?token={token}\n\n\
             The page shows what you would take over, and asks you first. The link works for 30 days.\n",
            id = facts.id,
            token = URL_SAFE_NO_PAD.encode(token),
        );
        let letter = Letter::plain(to.as_str(), format!("[Profile] {agency} keeps a profile for you"), text);
        let event = Event::platform("profile", facts.id, "claim-sent")
            .only(Audience::Office)
            .with("after.to", to)
            .with("after.claim-ends", ends.rfc3339());
        Ok(Change::of((), event).telling([letter]))
    })
}

/// What the holder of a claim would take over.
///
/// # Errors
/// The database's.
pub fn claimable(db: &mut Read<'_>, permit: &Permit<ClaimProfile>) -> Result<Claimable, StoreError> {
    let id = permit.on();
    let name = profiles::table.find(id.to_string()).select(profiles::name).first(db.db)?;
    let (mut agency, mut territory, mut commission, mut mandate) = (None, None, None, None);
    if let Some((workspace, payload, digest)) = kept_by(db.db, id)? {
        mandate = Some(digest.0);
        let terms = terms::mandate(&payload)?;
        agency = Some(people::name_of(db.db, workspace.0)?);
        commission = Some(terms.commission());
        territory = Some(terms.territory);
    }
    Ok(Claimable { profile: id, name, agency, territory, commission, mandate })
}

/// The agency that keeps a profile, with the text and the digest of their mandate.
type Kept = (Word<WorkspaceId>, String, Word<Digest>);

fn kept_by(db: &mut Db, profile: ProfileId) -> QueryResult<Option<Kept>> {
    mandates::table
        .filter(mandates::profile.eq(profile.to_string()))
        .filter(mandates::state.eq_any(["active", "ending"]))
        .order(mandates::id)
        .select((mandates::agency, mandates::payload, mandates::digest))
        .first(db)
        .optional()
}

/// The artist takes the profile over and becomes the owner of its workspace. Nothing is widened, and the account is not
/// yet the artist in person: an admin verifies that. `shown` is the digest of the mandate that they were shown, which
/// taking over confirms. Returns the workspace.
///
/// # Errors
/// Refused (another claim is one), a conflict where another mandate stands than was shown, or the database's.
pub fn claim(
    store: &Store,
    permit: Permit<ClaimProfile>,
    shown: Option<Digest>,
) -> Result<WorkspaceId, StoreError> {
    store.write(permit, |tx, facts| {
        if kept_by(tx.db, facts.id)?.map(|it| it.2.0) != shown {
            return conflict(
                "The representation is not the one that you were shown. Nothing was taken over. Open the link again.",
            );
        }
        let Some(account) = tx.asker().actor.account() else { return Err(StoreError::Absent) };
        let rows = diesel::update(
            profiles::table
                .filter(profiles::id.eq(facts.id.to_string()))
                .filter(profiles::version.eq(facts.version.0)),
        )
        .set((
            profiles::claimed.eq(true),
            profiles::claim.eq(""),
            profiles::claim_expires_at.eq(None::<i64>),
            profiles::version.eq(facts.version.0 + 1),
        ))
        .execute(tx.db)?;
        landed(rows, facts.version)?;
        let membership: MembershipId = tx.fresh();
        diesel::insert_into(memberships::table)
            .values((
                memberships::id.eq(membership.as_str()),
                memberships::account.eq(account.to_string()),
                memberships::workspace.eq(facts.workspace.to_string()),
                memberships::role.eq(Role::Owner.as_str()),
                memberships::grants.eq(""),
                memberships::in_person.eq(false),
                memberships::created_at.eq(tx.now().0),
                memberships::version.eq(1),
            ))
            .execute(tx.db)?;
        let mut event = Event::platform("profile", facts.id, "claimed")
            .change("claimed", false, true)
            .with("after.owner", account);
        if let Some(mandate) = shown {
            event = event.confirmed(mandate);
        }
        let joined = Event::platform("membership", membership, "began")
            .with("after.account", account)
            .with("after.role", Role::Owner);
        Ok(Change::of(facts.workspace, event).and(joined))
    })
}
