//! A profile as its own side works on it: what it says, who sees it, how its office is reached, who was invited.

use super::{base, done, listing};
use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Choice, Field, FormToken, Mark, State, When, when};
use crate::visit::Visit;
use domain::{Kind, Level, ProfileId, Version};
use policy::actions::{
    AllowDiscovery, EditInternalNotes, EditProfile, InvitePresenter, OptIn, OptOut, RevokeInvitation,
    SetLevel, StopDiscovery, ViewContact, ViewInternalNotes, ViewProfile,
};
use policy::{Permit, Unasked};
use serde::Serialize;
use store::profiles::{self, Agency, Own};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/w/{workspace}/profile", "ViewProfile", "Profile", Most::Member, |call| {
            Box::pin(own(call))
        })
        .reads(&["done"]),
        Route::get("/w/{workspace}/artists/{profile}", "ViewProfile", "Profile", Most::Member, |call| {
            Box::pin(artist(call))
        })
        .reads(&["done"]),
    ]
}

/// Which form of the page was sent, with what was typed and what is wrong with it.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) text: Option<Filled>,
    pub(super) contact: Option<Filled>,
    pub(super) invite: Option<Filled>,
    pub(super) note: Option<Filled>,
    pub(super) claim: Option<Filled>,
}

/// A form that changes one edition.
#[derive(Serialize)]
struct Form {
    action: String,
    token: FormToken,
    version: i64,
    fields: Vec<Field>,
}

impl Form {
    fn of(visit: &Visit<'_, '_>, action: String, version: Version, fields: Vec<Field>) -> Self {
        Self { token: visit.token(&action), action, version: version.0, fields }
    }
}

/// A form with one button.
#[derive(Serialize)]
struct Button {
    action: String,
    token: FormToken,
    version: i64,
    label: &'static str,
}

#[derive(Serialize)]
struct Invited {
    mailbox: String,
    since: When,
    revoke: FormToken,
}

#[derive(Serialize)]
struct Levels {
    action: String,
    token: FormToken,
    version: i64,
    choice: Choice,
}

#[derive(Serialize)]
struct View {
    name: String,
    lead: String,
    level: Mark,
    counts_as: Option<String>,
    agencies: Vec<Named>,
    folio: Option<String>,
    verified: bool,
    claimed: bool,
    found: bool,
    viewers: String,
    text: Option<Form>,
    contact: Option<Form>,
    contact_shown: Vec<String>,
    levels: Option<Levels>,
    opt: Option<Button>,
    discovery: Option<Button>,
    stealth: Option<Form>,
    invited: Vec<Invited>,
    revoke_at: String,
    note: Option<Form>,
    claim: Option<Form>,
}

/// An agency and where it represents the artist.
#[derive(Serialize)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) territory: String,
}

pub(super) fn named(them: &[Agency]) -> Vec<Named> {
    them.iter().map(|it| Named { name: it.name.clone(), territory: it.territory.clone() }).collect()
}

async fn own(call: Call<House>) -> Result<Response, Problem> {
    let note = done(&call)?;
    call.visit(call.member(), move |visit| {
        let id = profiles::own_id(visit.db)?;
        let permit = visit.db.permit::<ViewProfile>(id, Unasked)?;
        render(visit, &permit, note, Sent::default(), false)
    })
    .await
}

/// One address for an artist: the whole profile to those who represent them, the listing to those it is open to.
async fn artist(call: Call<House>) -> Result<Response, Problem> {
    let note = done(&call)?;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        if visit.db.may::<ViewProfile>(id, &Unasked)? {
            let permit = visit.db.permit::<ViewProfile>(id, Unasked)?;
            return render(visit, &permit, note, Sent::default(), false);
        }
        listing::show(visit, id)
    })
    .await
}

/// The page again, with what one of its forms was sent and what is wrong with it.
pub(super) fn again(visit: &mut Visit<'_, '_>, id: ProfileId, sent: Sent) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewProfile>(id, Unasked)?;
    render(visit, &permit, None, sent, true)
}

const LEVELS: [(Level, &str); 4] = [
    (Level::Public, "The whole world, once the artist in person opts in; until then as a private listing."),
    (Level::PrivateListing, "Verified presenters and partner agencies see the listing. Nobody else does."),
    (Level::Stealth, "Only presenters that you invited see the listing."),
    (Level::WorkspacePrivate, "Only the artist and the agencies that represent them."),
];

fn levels(visit: &mut Visit<'_, '_>, own: &Own, at: &str) -> Result<Option<Levels>, Problem> {
    let mut choice = Choice::new("level", "Who may see this profile")
        .hint("Lowering the level takes the folio out of public at once.");
    let mut any = false;
    for (level, hint) in LEVELS {
        if visit.db.may::<SetLevel>(own.id, &level)? {
            any |= level != own.level;
            choice = choice.option(level.as_str(), level.title(), hint);
        }
    }
    let choice = choice.choosing(&[own.level.as_str()]);
    let action = format!("{at}/level");
    Ok(any.then(|| Levels { token: visit.token(&action), action, version: own.version.0, choice }))
}

#[allow(clippy::too_many_lines)] // one page, part by part
fn render(
    visit: &mut Visit<'_, '_>,
    permit: &Permit<ViewProfile>,
    note: Option<&'static str>,
    sent: Sent,
    correcting: bool,
) -> Result<Response, Problem> {
    let own = profiles::own(visit.db, permit)?;
    let (kind, _) = visit.member()?;
    let id = own.id;
    let at = format!("{}/artists/{id}", base(visit)?);
    let may_edit = visit.db.may::<EditProfile>(id, &Unasked)?;
    let zone = visit.house.settings.zone.clone();
    let mut wrong: Option<Filled> = None;
    let mut keep = |sent: Option<Filled>, else_: Filled| match sent {
        Some(mut it) => {
            it.beside(&else_);
            wrong = Some(it.clone());
            it
        }
        None => else_,
    };

    let text = may_edit.then(|| {
        let filled = keep(
            sent.text,
            Filled::with([
                ("name", own.listing.name.clone()),
                ("discipline", own.listing.discipline.clone()),
                ("biography", own.listing.biography.clone()),
                ("based_in", own.listing.based_in.clone()),
            ]),
        );
        let fields = vec![
            Field::text("name", "Name").autocomplete("off").filled(&filled),
            Field::text("discipline", "Discipline")
                .hint("Conductor, mezzo-soprano, string quartet")
                .filled(&filled),
            Field::text("based_in", "Based in").optional().filled(&filled),
            Field::area("biography", "Short biography").rows(8).optional().filled(&filled),
        ];
        Form::of(visit, format!("{at}/edit"), own.version, fields)
    });
    let (mut contact, mut contact_shown) = (None, Vec::new());
    if visit.db.may::<ViewContact>(id, &Unasked)? {
        let permit = visit.db.permit::<ViewContact>(id, Unasked)?;
        let it = profiles::contact(visit.db, &permit)?;
        if may_edit {
            let filled =
                keep(sent.contact, Filled::with([("contact_email", it.email), ("contact_phone", it.phone)]));
            let fields = vec![
                Field { autocomplete: None, ..Field::email("contact_email", "E-mail of the office") }
                    .optional()
                    .filled(&filled),
                Field { kind: "tel", ..Field::text("contact_phone", "Telephone of the office") }
                    .optional()
                    .filled(&filled),
            ];
            contact = Some(Form::of(visit, format!("{at}/contact"), own.version, fields));
        } else {
            contact_shown = [it.email, it.phone].into_iter().filter(|it| !it.is_empty()).collect();
        }
    }
    let levels = levels(visit, &own, &at)?;
    let button = |visit: &Visit<'_, '_>, verb: &str, label| {
        let action = format!("{at}/{verb}");
        Button { token: visit.token(&action), action, version: own.version.0, label }
    };
    let opt = match own.opted_in {
        false if own.verified && visit.db.may::<OptIn>(id, &Unasked)? => {
            Some(button(visit, "opt-in", "Make my folio public"))
        }
        true if visit.db.may::<OptOut>(id, &Unasked)? => {
            Some(button(visit, "opt-out", "Take the folio out of public"))
        }
        _ => None,
    };
    let discovery = match own.discoverable {
        false if visit.db.may::<AllowDiscovery>(id, &Unasked)? => {
            Some(button(visit, "found", "Let presenters with discovery find me"))
        }
        true if visit.db.may::<StopDiscovery>(id, &Unasked)? => {
            Some(button(visit, "unfound", "Take the profile out of discovery"))
        }
        _ => None,
    };
    let mut stealth = None;
    if visit.db.may::<InvitePresenter>(id, &Unasked)? {
        let filled = keep(sent.invite, Filled::blank());
        let fields = vec![
            Field { autocomplete: Some("off"), ..Field::email("presenter_email", "E-mail of a presenter’s owner") }
                .hint("They can open the listing while the level is stealth roster. We never tell whether an address is known here.")
                .filled(&filled),
        ];
        stealth = Some(Form::of(visit, format!("{at}/invite"), own.version, fields));
    }
    let mut invited = Vec::new();
    if visit.db.may::<RevokeInvitation>(id, &Unasked)? {
        let permit = visit.db.permit::<RevokeInvitation>(id, Unasked)?;
        for it in profiles::asks(visit.db, &permit)? {
            let revoke = visit.token(&format!("{at}/revoke"));
            invited.push(Invited { mailbox: it.mailbox, since: when::instant(it.at, &zone), revoke });
        }
    }
    let mut noted = None;
    if visit.db.may::<ViewInternalNotes>(id, &Unasked)? && visit.db.may::<EditInternalNotes>(id, &Unasked)? {
        let permit = visit.db.permit::<ViewInternalNotes>(id, Unasked)?;
        let it = profiles::notes(visit.db, &permit)?;
        let filled = keep(sent.note, Filled::with([("note", it.text)]));
        let fields = vec![
            Field::area("note", "Your agency’s note")
                .hint("Only your agency sees it, never the artist.")
                .optional()
                .filled(&filled),
        ];
        noted = Some(Form::of(visit, format!("{at}/note"), it.version, fields));
    }
    let claim = (may_edit && !own.claimed).then(|| {
        let filled = keep(sent.claim, Filled::blank());
        let fields = vec![
            Field { autocomplete: Some("off"), ..Field::email("artist_email", "E-mail of the artist") }
                .hint("They get a link that works for 30 days, and take the profile over as their own.")
                .filled(&filled),
        ];
        Form::of(visit, format!("{at}/claim-link"), own.version, fields)
    });

    let effective = own.effective();
    let view = View {
        name: own.listing.name.clone(),
        lead: own.listing.discipline.clone(),
        level: mark(own.level),
        counts_as: (effective != own.level).then(|| effective.title().to_lowercase()),
        agencies: named(&own.listing.agencies),
        folio: (own.opted_in && effective == Level::Public).then(|| format!("/folio/{}", own.slug)),
        verified: own.verified,
        claimed: own.claimed,
        found: own.discoverable,
        viewers: if kind == Kind::Artist {
            format!("{}/profile/who-sees-this", base(visit)?)
        } else {
            format!("{at}/who-sees-this")
        },
        text,
        contact,
        contact_shown,
        levels,
        opt,
        discovery,
        stealth,
        invited,
        revoke_at: format!("{at}/revoke"),
        note: noted,
        claim,
    };
    let here = if kind == Kind::Artist { "/profile" } else { "/roster" };
    let mut page = visit.page(view.name.clone(), here)?;
    page.note = note.map(str::to_owned);
    page.why = Some(view.viewers.clone());
    if let (true, Some(wrong)) = (correcting, &wrong) {
        page = page.correcting(wrong);
        return Err(visit.house.views.again("pages/profiles/profile.html", &page, &view));
    }
    visit.house.views.page("pages/profiles/profile.html", &page, &view)
}

/// A level as a rehearsal mark.
pub(super) fn mark(level: Level) -> Mark {
    match level {
        Level::Public => Mark::of("P", State::Firm, level.title()),
        Level::PrivateListing => Mark::of("L", State::Hold, level.title()),
        Level::Stealth => Mark::of("S", State::Enquiry, level.title()),
        Level::WorkspacePrivate => Mark { state: None, ..Mark::of("W", State::Hold, level.title()) },
    }
}
