//! What is written to a profile: its text, contact, the agency's note, invitations, the claim link.

use super::profile::{Sent, again};
use super::{home, optional, shown};
use crate::house::House;
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use domain::bounded::Email;
use domain::{Bounded, ProfileId};
use policy::Unasked;
use policy::actions::{EditInternalNotes, EditProfile, InvitePresenter, RevokeInvitation};
use store::profiles::{self, ProfileText, managed};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    let post = |path, action, handler| Route::post(path, action, "Profile", Most::Member, handler);
    vec![
        post("/w/{workspace}/artists/{profile}/edit", "EditProfile", |call| Box::pin(edit(call))),
        post("/w/{workspace}/artists/{profile}/contact", "EditProfile", |call| Box::pin(contact(call))),
        post("/w/{workspace}/artists/{profile}/note", "EditInternalNotes", |call| Box::pin(note(call))),
        post("/w/{workspace}/artists/{profile}/invite", "InvitePresenter", |call| Box::pin(invite(call))),
        post("/w/{workspace}/artists/{profile}/revoke", "RevokeInvitation", |call| Box::pin(revoke(call))),
        post("/w/{workspace}/artists/{profile}/claim-link", "EditProfile", |call| Box::pin(claim_link(call))),
    ]
}

async fn edit(mut call: Call<House>) -> Result<Response, Problem> {
    // the form is read before, and looked at only after, it is known whose page this is
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<EditProfile>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "edit", &id.to_string())?;
        let version = shown(&mut form)?;
        let mut filled = form.filled(&["form_token", "version"]);
        let name = filled.take("name", Bounded::line("a name", &form.text("name")));
        let discipline = filled.take("discipline", Bounded::line("a discipline", &form.text("discipline")));
        let _ = (form.text("based_in"), form.text("biography"));
        form.finish()?;
        let based_in = optional(&mut filled, "based_in", |it| Bounded::line("a place", it));
        let biography = optional(&mut filled, "biography", |it| Bounded::prose("the biography", it));
        let (Some(name), Some(discipline), true) = (name, discipline, filled.faults.is_empty()) else {
            return again(visit, id, Sent { text: Some(filled), ..Sent::default() });
        };
        let text = ProfileText { name, discipline, biography, based_in };
        profiles::edit(&visit.house.store, permit, version, &text)?;
        Ok(reply::see_other(&format!("{}?done=edited", home(visit, id)?)))
    })
    .await
}

async fn contact(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<EditProfile>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "contact", &id.to_string())?;
        let version = shown(&mut form)?;
        let mut filled = form.filled(&["form_token", "version"]);
        let _ = (form.text("contact_email"), form.text("contact_phone"));
        form.finish()?;
        let email = optional(&mut filled, "contact_email", Email::parse);
        let phone =
            optional(&mut filled, "contact_phone", |it| Bounded::<40>::line("a telephone number", it));
        if !filled.faults.is_empty() {
            return again(visit, id, Sent { contact: Some(filled), ..Sent::default() });
        }
        profiles::edit_contact(&visit.house.store, permit, version, email.as_ref(), phone.as_ref())?;
        Ok(reply::see_other(&format!("{}?done=contact", home(visit, id)?)))
    })
    .await
}

async fn note(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<EditInternalNotes>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "note", &id.to_string())?;
        let version = shown(&mut form)?;
        let mut filled = form.filled(&["form_token", "version"]);
        let _ = form.text("note");
        form.finish()?;
        let text = optional(&mut filled, "note", |it| Bounded::<4000>::prose("the note", it));
        if !filled.faults.is_empty() {
            return again(visit, id, Sent { note: Some(filled), ..Sent::default() });
        }
        profiles::edit_notes(&visit.house.store, permit, version, text.as_ref())?;
        Ok(reply::see_other(&format!("{}?done=noted", home(visit, id)?)))
    })
    .await
}

async fn invite(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<InvitePresenter>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "invite", &id.to_string())?;
        shown(&mut form)?;
        let mut filled = form.filled(&["form_token", "version"]);
        let email = filled.take("presenter_email", Email::parse(&form.text("presenter_email")));
        form.finish()?;
        let Some(email) = email else {
            return again(visit, id, Sent { invite: Some(filled), ..Sent::default() });
        };
        let address = &visit.house.settings.address;
        match profiles::invite(&visit.house.store, permit, &email, address) {
            Err(store::StoreError::Conflict(why)) => {
                filled.faults.add("presenter_email", why);
                return again(visit, id, Sent { invite: Some(filled), ..Sent::default() });
            }
            other => other?,
        }
        Ok(reply::see_other(&format!("{}?done=invited", home(visit, id)?)))
    })
    .await
}

async fn revoke(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<RevokeInvitation>(id, Unasked)?;
        let mut form = form?;
        let mailbox = form.text("mailbox");
        visit.check(&mut form, "revoke", &format!("{id} {mailbox}"))?;
        form.finish()?;
        profiles::revoke(&visit.house.store, permit, &mailbox)?;
        Ok(reply::see_other(&format!("{}?done=revoked", home(visit, id)?)))
    })
    .await
}

async fn claim_link(mut call: Call<House>) -> Result<Response, Problem> {
    let form = call.rq.form().await;
    let id = call.holes.id::<ProfileId>("profile");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<EditProfile>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "claim-link", &id.to_string())?;
        let version = shown(&mut form)?;
        let mut filled = form.filled(&["form_token", "version"]);
        let email = filled.take("artist_email", Email::parse(&form.text("artist_email")));
        form.finish()?;
        let Some(email) = email else {
            return again(visit, id, Sent { claim: Some(filled), ..Sent::default() });
        };
        let address = &visit.house.settings.address;
        managed::send_claim(&visit.house.store, permit, version, &email, address)?;
        Ok(reply::see_other(&format!("{}?done=claim", home(visit, id)?)))
    })
    .await
}
