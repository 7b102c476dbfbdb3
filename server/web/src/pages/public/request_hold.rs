//! The public form that asks an artist's office for a date (`/api/request-hold`): first shown back, then stored for a
//! person to read. Whether it names an artist here is never told (spec 10.12).

use super::two_step::{SHOWN, Step, step};
use crate::house::House;
use crate::http::Filled;
use crate::pages::engagements::parts::{FormPart, paragraphs};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Rate, Route};
use crate::view::{DayField, Fact, Facts, Field, Page, Payload, day_of, when};
use domain::Day;
use domain::bounded::{Bounded, Email, Line, Prose};
use policy::{Unasked, actions::Enquire, facts::ThePlatform};
use serde::Serialize;
use store::StoreError;
use store::engagements::enquiries::{self, Enquiry};
use warp::reply::Response;

const ACTION: &str = "/api/request-hold";
const SENT: &str = "/request-a-hold/sent";
const TEMPLATE: &str = "pages/public/request_hold.html";

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::post(ACTION, "Enquire", "Platform", Most::Visitor, |call| Box::pin(take(call)))
            .rate(Rate::PublicForm),
        Route::get(SENT, "", "Platform", Most::Visitor, |call| Box::pin(sent(call))),
    ]
}

#[derive(Serialize)]
struct View {
    heading: &'static str,
    lead: &'static str,
    payload: Option<Payload>,
    parts: Vec<FormPart>,
    hidden: Vec<(&'static str, String)>,
    button: Option<&'static str>,
}

fn page(house: &House, title: &str) -> Page {
    let mut page = Page::new(title);
    page.fictional = house.settings.fictional;
    page
}

/// The form again, with what must be corrected.
fn correct(house: &House, filled: &Filled) -> Problem {
    let view = View {
        heading: "Request a hold",
        lead: "A person reads it; nothing is booked by sending this form.",
        payload: None,
        parts: vec![
            Field::text("artist", "Artist")
                .hint("The name, or the address of a folio.")
                .filled(filled)
                .into(),
            DayField::new("day", "", "Date of the performance")
                .hint("For example 4 3 2027.")
                .filled(filled)
                .into(),
            Field::text("organisation", "Your hall, orchestra or festival")
                .autocomplete("organization")
                .filled(filled)
                .into(),
            Field::text("name", "Your name").autocomplete("name").filled(filled).into(),
            Field::email("email", "Your e-mail address")
                .hint("Only whoever reads your request answers to it.")
                .filled(filled)
                .into(),
            Field::area("message", "What do you have in mind?")
                .hint("Up to 4,000 characters.")
                .rows(7)
                .filled(filled)
                .into(),
        ],
        hidden: Vec::new(),
        button: Some("Check what will be sent"),
    };
    house.views.again(TEMPLATE, &page(house, "Request a hold").correcting(filled), &view)
}

/// The day, where one was typed; none before `today`.
fn day(parts: &[String; 3], today: Option<Day>) -> Result<Option<Day>, String> {
    if parts.iter().all(|it| it.trim().is_empty()) {
        return Ok(None);
    }
    let day = day_of(&parts[0], &parts[1], &parts[2]).map_err(|it| it.to_string())?;
    if today.is_some_and(|today| day < today) {
        return Err("Enter a day that has not passed".into());
    }
    Ok(Some(day))
}

async fn take(mut call: Call<House>) -> Result<Response, Problem> {
    let mut form = call.rq.form().await?;
    let mut filled = form.filled(&[SHOWN]);
    let parts = ["day", "month", "year"].map(|it| form.text(it));
    let artist = filled.take("artist", Line::line("an artist", &form.text("artist")));
    let day = filled.take("day", day(&parts, call.app.settings.zone.day(call.rq.now)));
    let organisation = filled
        .take("organisation", Line::line("your hall, orchestra or festival", &form.text("organisation")));
    let name = filled.take("name", Bounded::<120>::line("your name", &form.text("name")));
    let email = filled.take("email", Email::parse(&form.text("email")));
    let message = filled.take("message", Prose::prose("what you have in mind", &form.text("message")));
    let (Some(artist), Some(day), Some(organisation), Some(name), Some(email), Some(message)) =
        (artist, day, organisation, name, email, message)
    else {
        let _ = form.maybe(SHOWN);
        form.finish()?;
        return Err(correct(&call.app, &filled));
    };
    let it = Enquiry { artist, day, organisation, name, email, message };
    let fields = [
        ("artist", it.artist.as_str()),
        ("day", parts[0].as_str()),
        ("month", parts[1].as_str()),
        ("year", parts[2].as_str()),
        ("organisation", it.organisation.as_str()),
        ("name", it.name.as_str()),
        ("email", it.email.as_str()),
        ("message", it.message.as_str()),
    ];
    let secret = call.public(|house, _| Ok(store::accounts::form_secret(&house.store)?)).await?;
    let taken = step(secret, "request-hold", &mut form, &fields, call.rq.now);
    form.finish()?;
    let once = match taken {
        Step::Send(once) => once,
        Step::Show { token, again } => return shown(&call.app, &it, &fields, token, again),
    };
    call.public(move |house, asker| {
        let store = house.store.once(once);
        let permit = store.read(asker, |db| db.permit::<Enquire>(ThePlatform, Unasked))?;
        match enquiries::enquire(&store, permit, &it, &house.settings.address) {
            // sent twice is sent once
            Ok(_) | Err(StoreError::Spent) => Ok(()),
            Err(it) => Err(it.into()),
        }
    })
    .await?;
    Ok(reply::see_other(SENT))
}

fn shown(
    house: &House,
    it: &Enquiry,
    fields: &[(&'static str, &str)],
    token: String,
    again: bool,
) -> Result<Response, Problem> {
    let mut rows = vec![Fact::text("Artist", it.artist.as_str())];
    rows.extend(it.day.map(|it| Fact::when("Date", when::day(it))));
    rows.push(Fact::text("From", format!("{}, {}", it.name, it.organisation)));
    rows.push(Fact::text("Answer to", it.email.as_str()));
    let mut hidden: Vec<(&'static str, String)> =
        fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    hidden.push((SHOWN, token));
    let view = View {
        heading: "Check what will be sent",
        lead: if again {
            "What you sent is not what this page showed, or it was shown more than an hour ago. Nothing was sent yet."
        } else {
            "This is what we get when you press the button. Nothing was sent yet, and nothing is booked by it."
        },
        payload: Some(Payload {
            eyebrow: None,
            title: "Your request".into(),
            prose: paragraphs(it.message.as_str()),
            facts: Some(Facts { wide: false, rows }),
            money: None,
        }),
        parts: Vec::new(),
        hidden,
        button: Some("Send the request"),
    };
    house.views.page(TEMPLATE, &page(house, view.heading), &view)
}

async fn sent(call: Call<House>) -> Result<Response, Problem> {
    let view = View {
        heading: "Your request is on its way",
        lead: "A person reads it and answers to the address you gave. Until then no mail goes there.",
        payload: None,
        parts: Vec::new(),
        hidden: Vec::new(),
        button: None,
    };
    call.app.views.page(TEMPLATE, &page(&call.app, view.heading), &view)
}
