//! Enquiries of the made-up world, sent by the public form's own road: one to an artist with a public folio, one that
//! names nobody here and waits for the platform.

use super::artists::Artist;
use crate::Stop;
use domain::bounded::{Bounded, Email, Line, Prose};
use domain::{Moment, VisitId};
use policy::actions::Enquire;
use policy::{Actor, Asker, Unasked, facts};
use std::sync::Arc;
use store::Store;
use store::engagements::enquiries::{Enquiry, enquire};

/// Sends both. Names in them are nobody else's in this world.
pub(super) fn send(store: &Store, artist: &Artist, base: &str, now: Moment) -> Result<(), Stop> {
    let texts = [
        (
            artist.slug(),
            "Konzertverein Ostrel",
            "Maren Dubrovnik-Falk",
            "maren@ostrel.example",
            "We open our new hall in the spring and would like to ask for an evening of songs. Is the second week of May free?",
        ),
        (
            "a string quartet for a wedding".to_owned(),
            "Gut Hallvede",
            "Jorun Brask",
            "jorun@hallvede.example",
            "We look for four players for an afternoon in September, outdoors if the weather holds. Whom would you suggest?",
        ),
    ];
    for (artist, organisation, name, email, message) in texts {
        let visitor = Arc::new(Asker {
            actor: Actor::Visitor,
            visit: store.fresh::<VisitId>(now),
            now,
            factor_at: None,
        });
        let permit =
            store.engine().decide::<Enquire>(&visitor, &facts::Platform, Unasked).map_err(Stop::because)?;
        let enquiry = Enquiry {
            artist: Line::line("artist", &artist).map_err(Stop::because)?,
            day: None,
            organisation: Line::line("organisation", organisation).map_err(Stop::because)?,
            name: Bounded::line("name", name).map_err(Stop::because)?,
            email: Email::parse(email).map_err(Stop::because)?,
            message: Prose::prose("message", message).map_err(Stop::because)?,
        };
        enquire(store, permit, &enquiry, base).map_err(Stop::because)?;
    }
    Ok(())
}
