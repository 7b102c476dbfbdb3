//! Profiles and who sees them: the artist's own desk, the agency's roster, discovery, mandates, partners, claims.

mod claim;
mod edits;
mod listing;
mod lists;
mod mandates;
mod notice;
mod offers;
mod partners;
mod profile;
mod search;
mod switches;
mod terms;
mod viewers;

pub(in crate::pages) use listing::Text;

use crate::change::Sent;
use crate::house::House;
use crate::problem::Problem;
use crate::routes::{Call, Route};
use crate::visit::Visit;
use domain::{Digest, Kind};
use policy::{Action, Facts, Permit, Shown};
use store::Load;

/// The routes of this room.
#[must_use]
pub(super) fn routes() -> Vec<Route<House>> {
    let mut all = profile::routes();
    all.extend(edits::routes());
    all.extend(switches::routes());
    all.extend(viewers::routes());
    all.extend(listing::routes());
    all.extend(lists::routes());
    all.extend(search::routes());
    all.extend(mandates::routes());
    all.extend(notice::routes());
    all.extend(offers::routes());
    all.extend(partners::routes());
    all.extend(claim::routes());
    all
}

/// The beginning of the acting workspace's addresses.
fn base(visit: &Visit<'_, '_>) -> Result<String, Problem> {
    Ok(format!("/w/{}", visit.member()?.1.workspace))
}

/// Where a profile's own side edits it: the artist at the own desk, an agency at the roster's page.
fn home(visit: &Visit<'_, '_>, profile: domain::ProfileId) -> Result<String, Problem> {
    let (kind, member) = visit.member()?;
    Ok(match kind {
        Kind::Artist => format!("/w/{}/profile", member.workspace),
        Kind::Agency | Kind::Presenter => format!("/w/{}/artists/{profile}", member.workspace),
    })
}

/// Answers as for a missing page, but at desks of this kind: others have no such page. What stands on it, and what can
/// be done there, policies decide.
fn desk_of(visit: &Visit<'_, '_>, kind: Kind) -> Result<(), Problem> {
    if visit.member()?.0 == kind { Ok(()) } else { Err(Problem::Refused) }
}

/// The right to answer what stands, which a form must have shown. The right is asked first, so that nobody who lacks it
/// learns by trying whether a digest is the one of terms that are hidden from them.
///
/// # Errors
/// Refused; [`Problem::Stale`] where the form showed anything else.
fn as_shown<V: Action, A: Action<Input = Shown>>(
    visit: &mut Visit<'_, '_>,
    sent: &mut Sent,
    seen: &Permit<V>,
    id: <A::On as Facts>::Id,
    stands: Digest,
) -> Result<Permit<A>, Problem>
where
    A::On: Load,
{
    let permit = visit.db.permit::<A>(id, Shown(stands))?;
    if sent.told(seen, "digest")? == stands.to_string() {
        return Ok(permit);
    }
    Err(Problem::Stale(
        "This is not what you were shown. Nothing was sent. Look at it again before you answer.".into(),
    ))
}

/// A commission that a person typed, `15` or `12.5`, in basis points.
fn commission(text: &str) -> Result<i64, domain::Fault> {
    let no = || domain::Fault::new("Enter a commission between 0 and 50 percent, like 15 or 12.5");
    let text = text.trim().trim_end_matches('%').trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |it: &str| it.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 2 || part.len() > 2 || !digits(whole) || !digits(part) {
        return Err(no());
    }
    let points: i64 = format!("{whole}{part:0<2}").parse().map_err(|_| no())?;
    if points > 5000 { Err(no()) } else { Ok(points) }
}

/// What a page that comes after a form says was done. The words are ours; nothing typed is ever shown here.
fn done(call: &Call<House>) -> Result<Option<&'static str>, Problem> {
    let mut query = call.rq.query()?;
    let word = query.text("done");
    query.finish()?;
    Ok(said(&word))
}

fn said(word: &str) -> Option<&'static str> {
    Some(match word {
        "edited" => "The profile is saved.",
        "contact" => "The contact is saved.",
        "level" => "The level is set. It holds from now on.",
        "opted-in" => "The folio is public from now on.",
        "opted-out" => "The folio is no longer public.",
        "found" => "Verified presenters with discovery can find the profile from now on.",
        "unfound" => "Discovery no longer finds the profile.",
        "noted" => "The note is saved. Only your agency sees it.",
        "invited" => {
            "If this is the address of a presenter’s owner here, they have a letter now. We tell nobody who is here."
        }
        "revoked" => "The invitation is taken back.",
        "claim" => "The link is on its way. It works for 30 days, and earlier links no longer do.",
        "kept" => "The profile is made. Only your agency sees it.",
        "prepared" => "The offer is prepared. Nobody outside your agency sees it yet.",
        "sent" => {
            "Sent. If somebody here has this address, it is in their workspace and in their mail; you hear when they answer."
        }
        "discarded" => "The draft is thrown away. Nothing was sent.",
        "accepted" => "Accepted. Both sides see it from now on.",
        "declined" => "Declined. The other side is told.",
        "claimed" => "The profile is yours. An admin verifies that you are the artist in person.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commissions_as_people_type_them() {
        let ok = |text: &str| commission(text).ok();
        assert_eq!(
            [ok("15"), ok("12.5"), ok(" 7.25 % "), ok("0"), ok("50")],
            [Some(1500), Some(1250), Some(725), Some(0), Some(5000)]
        );
        for bad in ["", "-1", "51", "100", "12.345", "1e1", "twelve", ".5"] {
            assert!(commission(bad).is_err(), "{bad}");
        }
    }
}
