//! Terms as a page shows them: every word of the payload, and nothing that is not in it. Sums are there only where they may
//! be seen, and the page says when one is left out.

use crate::view::{Fact, Facts, Payload, When, when};
use store::profiles::{MandateTerms, PartnershipTerms, Terms};

fn day_text(day: domain::Day) -> When {
    when::day(day)
}

/// A representation, word for word.
pub(super) fn mandate(it: &MandateTerms, sums: bool) -> Payload {
    let mut rows = vec![Fact::text("Agency", it.agency_name.clone())];
    if !it.artist_email.is_empty() {
        rows.push(Fact::text("Offered to", it.artist_email.clone()));
    }
    rows.push(Fact::text("Territory", it.territory.clone()));
    if sums {
        rows.push(Fact::amount("Commission", format!("{} of the gross fee", it.commission())));
    }
    rows.push(Fact::when("First day", day_text(it.start)));
    let mut prose = if it.managed {
        vec!["The agency keeps the profile for an artist who has no account yet.".into()]
    } else {
        vec![
            "The agency sees the artist’s profile and availability and may write them, answers requests for the artist, \
             and may lower who sees the profile, never raise it above a private listing."
                .into(),
            "Either side may end the mandate, at once or with notice. Engagements made under it stay with both.".into(),
        ]
    };
    if !sums {
        prose.push("A commission is named. It is not shown to you.".into());
    }
    Payload {
        eyebrow: Some("Mandate".into()),
        title: format!("Representation by {}", it.agency_name),
        prose,
        facts: Some(Facts { wide: false, rows }),
        money: None,
    }
}

/// A question to another agency, word for word.
pub(super) fn partnership(it: &PartnershipTerms) -> Payload {
    Payload {
        eyebrow: Some("Partnership".into()),
        title: format!("{} asks to be partners", it.asker_name),
        prose: vec![
            "Partners see the listings of each other’s artists that are public or private listings. They see no roster, \
             no calendar, no fee and no engagement."
                .into(),
            "Either side may end it at any time.".into(),
        ],
        facts: Some(Facts {
            wide: false,
            rows: vec![
                Fact::text("From", it.asker_name.clone()),
                Fact::text("Asked", it.asked_email.clone()),
            ],
        }),
        money: None,
    }
}

/// Either.
pub(super) fn payload(it: &Terms, sums: bool) -> Payload {
    match it {
        Terms::Mandate(it) => mandate(it, sums),
        Terms::Partnership(it) => partnership(it),
    }
}

/// To whom it goes.
pub(super) fn to(it: &Terms) -> &str {
    match it {
        Terms::Mandate(it) => &it.artist_email,
        Terms::Partnership(it) => &it.asked_email,
    }
}
