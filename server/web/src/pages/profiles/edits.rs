//! What is written to a profile: its text, contact, the agency's note, invitations, the claim link.

use super::home;
use super::profile::{Sent, again};
use crate::change::Sheet;
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::visit::Visit;
use domain::bounded::Email;
use domain::{Bounded, ProfileId};
use policy::actions::{EditInternalNotes, EditProfile, InvitePresenter, RevokeInvitation, ViewInternalNotes};
use policy::{Action, Permit, Unasked, facts};
use store::profiles::{self, ProfileText, managed};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    let post = |path, action, handler| Route::post(path, action, "Profile", Most::Member, handler);
    vec![
        post("/w/{workspace}/artists/{profile}/edit", "EditProfile", |call| Box::pin(on(call, edit))),
        post("/w/{workspace}/artists/{profile}/contact", "EditProfile", |call| Box::pin(on(call, contact))),
        post("/w/{workspace}/artists/{profile}/note", "EditInternalNotes", |call| Box::pin(on(call, note))),
        post("/w/{workspace}/artists/{profile}/invite", "InvitePresenter", |call| Box::pin(on(call, invite))),
        post("/w/{workspace}/artists/{profile}/revoke", "RevokeInvitation", |call| {
            Box::pin(on(call, revoke))
        }),
        post("/w/{workspace}/artists/{profile}/claim-link", "EditProfile", |call| {
            Box::pin(on(call, claim_link))
        }),
    ]
}

/// A form of the profile's page, by whoever has this right to the profile in the path.
async fn on<A>(
    call: Call<House>,
    act: fn(&mut Visit<'_, '_>, Permit<A>, Sheet) -> Result<Response, Problem>,
) -> Result<Response, Problem>
where
    A: Action<On = facts::Profile, Input = Unasked>,
{
    let (who, id) = (call.member(), call.holes.id::<ProfileId>("profile"));
    call.change_on::<A>(who, id, Unasked, act).await
}

fn done(visit: &Visit<'_, '_>, id: ProfileId, word: &str) -> Result<Response, Problem> {
    Ok(reply::see_other(&format!("{}?done={word}", home(visit, id)?)))
}

fn edit(
    visit: &mut Visit<'_, '_>,
    permit: Permit<EditProfile>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let (id, version) = (permit.on(), sheet.edition(permit.version())?);
    let name = sheet.take("name", |it| Bounded::line("a name", it));
    let discipline = sheet.take("discipline", |it| Bounded::line("a discipline", it));
    let based_in = sheet.optional("based_in", |it| Bounded::line("a place", it));
    let biography = sheet.optional("biography", |it| Bounded::prose("the biography", it));
    let (Some(name), Some(discipline), true) = (name, discipline, sheet.filled.is_fine()) else {
        return again(visit, id, Sent { text: Some(sheet.filled), ..Sent::default() });
    };
    let text = ProfileText { name, discipline, biography, based_in };
    profiles::edit(&sheet.finish(visit)?, permit, version, &text)?;
    done(visit, id, "edited")
}

fn contact(
    visit: &mut Visit<'_, '_>,
    permit: Permit<EditProfile>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let (id, version) = (permit.on(), sheet.edition(permit.version())?);
    let email = sheet.optional("contact_email", Email::parse);
    let phone = sheet.optional("contact_phone", |it| Bounded::<40>::line("a telephone number", it));
    if !sheet.filled.is_fine() {
        return again(visit, id, Sent { contact: Some(sheet.filled), ..Sent::default() });
    }
    let store = sheet.finish(visit)?;
    profiles::edit_contact(&store, permit, version, email.as_ref(), phone.as_ref())?;
    done(visit, id, "contact")
}

fn note(
    visit: &mut Visit<'_, '_>,
    permit: Permit<EditInternalNotes>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let id = permit.on();
    let seen = visit.db.permit::<ViewInternalNotes>(id, Unasked)?;
    let version = sheet.edition(profiles::notes(visit.db, &seen)?.version)?;
    let text = sheet.optional("note", |it| Bounded::<4000>::prose("the note", it));
    if !sheet.filled.is_fine() {
        return again(visit, id, Sent { note: Some(sheet.filled), ..Sent::default() });
    }
    profiles::edit_notes(&sheet.finish(visit)?, permit, version, text.as_ref())?;
    done(visit, id, "noted")
}

fn invite(
    visit: &mut Visit<'_, '_>,
    permit: Permit<InvitePresenter>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let id = permit.on();
    // who is invited to look sees what stands, not what was shown
    sheet.edition(permit.version())?;
    let email = sheet.take("presenter_email", Email::parse);
    let (Some(email), true) = (email, sheet.filled.is_fine()) else {
        return again(visit, id, Sent { invite: Some(sheet.filled), ..Sent::default() });
    };
    let mut filled = sheet.filled.clone();
    let store = sheet.finish(visit)?;
    match profiles::invite(&store, permit, &email, &visit.house.settings.address) {
        Err(store::StoreError::Conflict(why)) => {
            filled.faults.add("presenter_email", why);
            return again(visit, id, Sent { invite: Some(filled), ..Sent::default() });
        }
        other => other?,
    }
    done(visit, id, "invited")
}

fn revoke(
    visit: &mut Visit<'_, '_>,
    permit: Permit<RevokeInvitation>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let (id, mailbox) = (permit.on(), sheet.text("mailbox"));
    profiles::revoke(&sheet.finish(visit)?, permit, &mailbox)?;
    done(visit, id, "revoked")
}

fn claim_link(
    visit: &mut Visit<'_, '_>,
    permit: Permit<EditProfile>,
    mut sheet: Sheet,
) -> Result<Response, Problem> {
    let (id, version) = (permit.on(), sheet.edition(permit.version())?);
    let email = sheet.take("artist_email", Email::parse);
    let (Some(email), true) = (email, sheet.filled.is_fine()) else {
        return again(visit, id, Sent { claim: Some(sheet.filled), ..Sent::default() });
    };
    let store = sheet.finish(visit)?;
    managed::send_claim(&store, permit, version, &email, &visit.house.settings.address)?;
    done(visit, id, "claim")
}
