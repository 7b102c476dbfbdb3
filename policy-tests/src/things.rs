//! Things that are decided about, told in a line; and what is told with a request.

use crate::fields::{Fields, Mistake, digest, id};
use domain::records::{DraftKind, DraftState, HoldState, MandateState, PartnershipState, RequestState};
use domain::{AccountStatus, Kind, Level, Side, Version};
use policy::facts::{self, Parties};
pub use policy::{Thing, Told};
use toml::Table;

/// Reads `{ digest = "terms", to = "stealth", claim = "…", overdue = 5 }`.
///
/// # Errors
/// A field has a wrong type or word, or is unknown.
pub fn told(table: &Table) -> Result<Told, Mistake> {
    let mut it = Fields::of(table);
    let to = it.text("to")?;
    let told = Told {
        digest: it.text("digest")?.map(|it| digest(&it)),
        to: to.map(|it| it.parse().map_err(|_| Mistake(format!("no level `{it}`")))).transpose()?,
        claim: it.text("claim")?,
        overdue: it.number("overdue")?,
    };
    it.done()?;
    Ok(told)
}

const VERSION: Version = Version(1);

fn parties(it: &mut Fields) -> Result<Parties, Mistake> {
    Ok(Parties {
        artist: it.id("artist", "artist-a")?,
        agency: it.id_or_none("agency", "agency-a")?,
        presenter: it.id("presenter", "presenter-a")?,
    })
}

/// Reads `{ type = "Profile", level = "public", opted_in = true, … }`.
///
/// Defaults: parties are `artist-a`, `agency-a`, `presenter-a`; flags are false but for `verified` and `claimed`;
/// offers are `person-z`'s; a digest is that of the word `terms`; states are those in which a thing is alive.
///
/// # Errors
/// A field has a wrong type or word, or is unknown.
pub fn read(table: &Table) -> Result<Thing, Mistake> {
    let mut it = Fields::of(table);
    let kind = it.text("type")?.unwrap_or_default();
    let version = VERSION;
    let thing: Thing = match kind.as_str() {
        "Platform" => facts::Platform.into(),
        "Account" => {
            let person = it.id("person", "person-a")?;
            let status = it.word("status", AccountStatus::Pending)?;
            let enrolled = it.flag("enrolled", false)?;
            let colleagues = it.ids("colleagues")?;
            facts::Account { id: id("account"), version, person, status, enrolled, colleagues }.into()
        }
        "AccessCode" => {
            let issuer = it.id("issuer", "person-a")?;
            let issuer_in_office = it.flag("issuer_in_office", true)?;
            let revoked = it.flag("revoked", false)?;
            facts::AccessCode { id: id("code"), version, issuer, issuer_in_office, revoked }.into()
        }
        "Profile" => profile(&mut it)?.into(),
        "Mandate" => facts::Mandate {
            id: id("mandate"),
            version,
            artist: it.id("artist", "artist-a")?,
            agency: it.id("agency", "agency-a")?,
            offered_by: it.id("offered_by", "person-z")?,
            state: it.word("state", MandateState::Invited)?,
            digest_text: digest(&it.text("digest")?.unwrap_or_else(|| "terms".into())).to_string(),
            deadline_confirmed: it.flag("deadline_confirmed", false)?,
        }
        .into(),
        "Partnership" => facts::Partnership {
            id: id("partnership"),
            version,
            asker: it.id("asker", "agency-a")?,
            asked: it.id("asked", "agency-b")?,
            offered_by: it.id("offered_by", "person-z")?,
            state: it.word("state", PartnershipState::Asked)?,
            digest_text: digest(&it.text("digest")?.unwrap_or_else(|| "terms".into())).to_string(),
        }
        .into(),
        "Enquiry" => facts::Enquiry {
            id: id("enquiry"),
            version,
            artist: it.id_or_none("artist", "artist-a")?,
            agency: it.id_or_none("agency", "agency-a")?,
            state: it.text("state")?.unwrap_or_else(|| "new".into()),
            // the empty word stands for no answer
            digest_text: match it.text("digest")? {
                Some(word) if word.is_empty() => word,
                word => digest(&word.unwrap_or_else(|| "terms".into())).to_string(),
            },
        }
        .into(),
        "Draft" => {
            let owner_kind: Kind = it.word("owner_kind", Kind::Agency)?;
            facts::Draft {
                id: id("draft"),
                version,
                owner_kind,
                owner: it.id("owner", &format!("{owner_kind}-a"))?,
                kind: it.word("kind", DraftKind::Message)?,
                state: it.word("state", DraftState::Prepared)?,
                digest_text: digest(&it.text("digest")?.unwrap_or_else(|| "terms".into())).to_string(),
            }
            .into()
        }
        "Workspace" => {
            let kind: Kind = it.word("kind", Kind::Artist)?;
            facts::Workspace {
                id: it.id("id", &format!("{kind}-a"))?,
                version,
                kind,
                verified: it.flag("verified", true)?,
                persons: it.ids("persons")?,
            }
            .into()
        }
        "SeasonPlan" => {
            facts::SeasonPlan { id: id("plan"), version, presenter: it.id("presenter", "presenter-a")? }
                .into()
        }
        "Shortlist" => {
            facts::Shortlist { id: id("shortlist"), version, presenter: it.id("presenter", "presenter-a")? }
                .into()
        }
        "Portal" => facts::Portal { id: id("portal"), version, agency: it.id("agency", "agency-a")? }.into(),
        record => self::record(record, &mut it)?,
    };
    it.done()?;
    Ok(thing)
}

fn profile(it: &mut Fields) -> Result<facts::Profile, Mistake> {
    Ok(facts::Profile {
        id: id("profile"),
        version: VERSION,
        workspace: it.id("workspace", "artist-a")?,
        verified: it.flag("verified", true)?,
        level: it.word("level", Level::PrivateListing)?,
        opted_in: it.flag("opted_in", false)?,
        discoverable: it.flag("discoverable", false)?,
        claimed: it.flag("claimed", true)?,
        claim: it.text("claim")?.unwrap_or_default(),
        agencies: it.ids("agencies")?,
        partners: it.ids("partners")?,
        invited: it.ids("invited")?,
    })
}

/// The records of an engagement: all have its parties.
fn record(kind: &str, it: &mut Fields) -> Result<Thing, Mistake> {
    let (version, parties, state) = (VERSION, parties(it)?, "open");
    Ok(match kind {
        "Engagement" => {
            facts::Engagement { id: id("engagement"), version, parties, counsel: it.ids("counsel")? }.into()
        }
        "Request" => {
            let state = it.word("state", RequestState::Submitted)?.as_str();
            let offered_by = it.id("offered_by", "person-z")?;
            facts::Request { id: id("request"), version, parties, offered_by, state }.into()
        }
        "Quote" => facts::Quote { id: id("quote"), version, parties, state }.into(),
        "Invoice" => facts::Invoice { id: id("invoice"), version, parties, state }.into(),
        "Settlement" => facts::Settlement { id: id("settlement"), version, parties, state }.into(),
        "Message" => facts::Message { id: id("message"), version, parties }.into(),
        "Contract" => {
            facts::Contract { id: id("contract"), version, parties, state, counsel: it.ids("counsel")? }
                .into()
        }
        "Hold" => facts::Hold {
            id: id("hold"),
            version,
            parties,
            state: it.word("state", HoldState::Active)?,
            deadline_confirmed: it.flag("deadline_confirmed", false)?,
        }
        .into(),
        "Document" => facts::Document {
            id: id("document"),
            version,
            parties,
            side: it.word("side", Side::Artist)?,
            shared: it.flag("shared", false)?,
            counsel: it.ids("counsel")?,
        }
        .into(),
        "AuditChain" => {
            facts::AuditChain { id: id("engagement"), version, parties, counsel: it.ids("counsel")? }.into()
        }
        "AuditField" => facts::AuditField {
            id: id("entry"),
            version,
            parties,
            counsel: it.ids("counsel")?,
            audience: it.text("audience")?.unwrap_or_else(|| "parties".into()),
            money: it.flag("money", false)?,
        }
        .into(),
        other => return Err(Mistake(format!("no type of thing `{other}`"))),
    })
}
