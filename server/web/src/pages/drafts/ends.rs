//! What a draft says that ends a mandate or a partnership.

use super::shown::{Told, facts};
use crate::problem::Problem;
use crate::view::{Fact, Facts, Link, Payload as Sheet, when};
use crate::visit::Visit;
use domain::records::DraftState;
use domain::{Day, MandateId, PartnershipId};
use policy::Unasked;
use policy::actions::PrepareNotice;
use store::drafts::DraftView;
use store::profiles::mandates;

/// The end of a mandate, with what would follow as things stand while it can still be confirmed.
pub(super) fn mandate(
    visit: &mut Visit<'_, '_>,
    base: &str,
    draft: &DraftView,
    (id, to, last, payload): (MandateId, String, Option<Day>, Sheet),
) -> Result<Told, Problem> {
    let page = format!("{base}/mandates/{id}");
    let mut told = parting(&to, last, payload, Link::to(page.clone(), "To the mandate"));
    told.edit = Some(format!("{page}/notice"));
    if draft.row.state == DraftState::Prepared && visit.db.may::<PrepareNotice>(id, &Unasked)? {
        let permit = visit.db.permit::<PrepareNotice>(id, Unasked)?;
        let it = mandates::consequences(visit.db, &permit)?;
        let level = if it.falls { "becomes workspace-private" } else { "stays at its level" };
        let lapse = match it.invitations {
            0 => "no invitation lapses".to_owned(),
            1 => "one invitation lapses".to_owned(),
            more => format!("{more} invitations lapse"),
        };
        told.facts.rows.push(Fact::text("As things stand", format!("The profile {level}, and {lapse}.")));
    }
    Ok(told)
}

/// The end of a partnership.
pub(super) fn partnership(base: &str, id: PartnershipId, to: &str, payload: Sheet) -> Told {
    parting(to, None, payload, Link::to(format!("{base}/partners/{id}"), "To the partnership"))
}

fn parting(to: &str, last: Option<Day>, payload: Sheet, way: Link) -> Told {
    let (verb, did, irrevocable, next) = match last {
        Some(_) => (
            "Give notice",
            "Notice given",
            "Notice that was given stands: the last day comes without a further step.",
            "The mandate stays in force until then, and ends by itself. Nobody has a move.",
        ),
        None => (
            "End it",
            "Ended",
            "What ended stays ended. To begin anew, one side asks and the other accepts.",
            "They are told by mail. Nobody has a move.",
        ),
    };
    let ends = match last {
        Some(day) => Fact::when("Last day, UTC", when::day(day)),
        None => Fact::text("Ends", "as soon as this is confirmed"),
    };
    Told {
        verb: format!("{verb} and tell {to}"),
        did: format!("{did}; {to} is told"),
        facts: facts(to, irrevocable),
        payload: Sheet { facts: Some(Facts { wide: true, rows: vec![ends] }), ..payload },
        next: next.into(),
        way,
        edit: None,
    }
}
