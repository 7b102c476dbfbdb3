//! The contact form (`/api/help/contact`): first shown back, then sent to the operator.

use super::two_step::{Step, confirm, step};
use crate::house::House;
use crate::http::Filled;
use crate::pages::accounts::browser::page;
use crate::pages::accounts::leaf::{Form, Leaf, Section};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::view::{Fact, Field};
use domain::Bounded;
use domain::bounded::{Email, Prose};
use policy::{Unasked, actions::Contact, facts::ThePlatform};
use store::StoreError;
use store::accounts::{self, Contacted};
use warp::reply::Response;

const ACTION: &str = "/api/help/contact";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::post(ACTION, "Contact", "Platform", Most::Visitor, |call| Box::pin(take(call)))
            .rate(Rate::PublicForm),
        Route::get("/help/contact/sent", "", "Platform", Most::Visitor, |call| Box::pin(sent(call))),
    ]
}

/// The form again, with what must be corrected.
fn correct(filled: &Filled) -> Leaf {
    let form = Form::open(ACTION, "Check what will be sent")
        .field(Field::text("name", "Your name").autocomplete("name").filled(filled))
        .field(
            Field::email("email", "Your e-mail address")
                .hint("We use it to answer you and for nothing else.")
                .filled(filled),
        )
        .field(Field::text("subject", "Subject").filled(filled))
        .field(Field::area("message", "Your message").hint("Up to 4,000 characters.").rows(7).filled(filled));
    Leaf::new("Write to us").with(Section::plain().form(form))
}

async fn take(mut call: Call<House>) -> Result<Response, Problem> {
    let mut form = call.rq.form().await?;
    let mut filled = form.filled(&[super::two_step::SHOWN]);
    let name = filled.take("name", Bounded::<120>::line("your name", &form.text("name")));
    let email = filled.take("email", Email::parse(&form.text("email")));
    let subject = filled.take("subject", Bounded::<160>::line("a subject", &form.text("subject")));
    let message = filled.take("message", Prose::prose("your message", &form.text("message")));
    let secret = call.public(|house, _| Ok(accounts::form_secret(&house.store)?)).await?;
    let (Some(name), Some(email), Some(subject), Some(message)) = (name, email, subject, message) else {
        let _ = form.maybe(super::two_step::SHOWN);
        form.finish()?;
        return Err(correct(&filled).again(&call.app, page(&call.app, "Write to us"), &filled));
    };
    let it = Contacted { name, email, subject, message };
    let fields = [
        ("name", it.name.as_str()),
        ("email", it.email.as_str()),
        ("subject", it.subject.as_str()),
        ("message", it.message.as_str()),
    ];
    let taken = step(secret, "contact", &mut form, &fields, call.rq.now);
    form.finish()?;
    let once = match taken {
        Step::Send(once) => once,
        Step::Show { token, again } => return shown(&call.app, &it, &fields, &token, again),
    };
    call.public(move |house, asker| {
        let store = house.store.once(once);
        let permit = store.read(asker, |db| db.permit::<Contact>(ThePlatform, Unasked))?;
        match accounts::contact_receive(&store, permit, &it, &house.settings.operator_mail) {
            // sent twice is sent once
            Ok(_) | Err(StoreError::Spent) => Ok(()),
            Err(it) => Err(it.into()),
        }
    })
    .await?;
    Ok(reply::see_other("/help/contact/sent"))
}

fn shown(
    house: &House,
    it: &Contacted,
    fields: &[(&str, &str)],
    token: &str,
    again: bool,
) -> Result<Response, Problem> {
    let facts = vec![
        Fact::text("From", it.name.to_string()),
        Fact::text("Answer to", it.email.to_string()),
        Fact::text("Subject", it.subject.to_string()),
    ];
    let lead = if again {
        "What you sent is not what this page showed, or it was shown more than an hour ago. Nothing was sent yet."
    } else {
        "This is what we get when you press the button. Nothing was sent yet."
    };
    let form = confirm(ACTION, "Send the message", fields, token);
    Leaf::new("Check what will be sent")
        .lead(lead)
        .with(Section::titled("message", "Your message").facts(facts).quote(it.message.as_str()).form(form))
        .answer(house, &page(house, "Check what will be sent"))
}

async fn sent(call: Call<House>) -> Result<Response, Problem> {
    Leaf::new("Your message is on its way")
        .lead("A person reads it and answers to the address you gave.")
        .with(Section::plain().link("/", "Back to the first page"))
        .answer(&call.app, &page(&call.app, "Your message is on its way"))
}
