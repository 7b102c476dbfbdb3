//! Today: what is yours to move, first thing in the morning.

use crate::house::House;
use crate::problem::Problem;
use crate::routes::{Call, Most, Route};
use crate::view::{Mark, State, When, when};
use crate::visit::Visit;
use domain::records::{DraftKind, Turn};
use domain::{Kind, Moment, Side};
use policy::actions::{Confirm, ViewWorkspace};
use policy::{Shown, Unasked};
use serde::Serialize;
use store::Page as Rows;
use store::drafts;
use store::engagements::holds_view;
use store::engagements::open::{self, MOST};
use warp::reply::Response;

/// Rows of each list that the page shows.
const ROWS: usize = 20;
/// Holds that end within so long are shown.
const SOON: i64 = 14 * Moment::DAY;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![Route::get("/w/{workspace}", "ViewWorkspace", "Workspace", Most::Member, |call| {
        Box::pin(show(call))
    })]
}

/// One line of the programme: something to move.
#[derive(Serialize)]
struct Line {
    mark: Mark,
    when: When,
    title: String,
    href: String,
    text: String,
    action: &'static str,
}

/// Something that somebody else moves next.
#[derive(Serialize)]
struct Owed {
    title: String,
    href: String,
    what: &'static str,
    when: When,
}

/// A hold that ends soon.
#[derive(Serialize)]
struct Ending {
    day: When,
    artist: String,
    other: String,
    mark: Mark,
    href: String,
    ends: When,
    left: String,
}

#[derive(Serialize)]
struct Today {
    date: When,
    heading: String,
    yours: Vec<Line>,
    /// How many more of them there are.
    further: Option<String>,
    waiting: Vec<Owed>,
    holds: Vec<Ending>,
    nothing: &'static str,
    engagements: String,
}

async fn show(call: Call<House>) -> Result<Response, Problem> {
    let who = call.member();
    let (page, view) = call
        .visit(who, move |visit| {
            let (_, member) = visit.member()?;
            let _permit = visit.db.permit::<ViewWorkspace>(member.workspace, Unasked)?;
            let view = today(visit)?;
            Ok((visit.page(view.heading.clone(), "")?, view))
        })
        .await?;
    call.app.views.page("pages/today.html", &page, &view)
}

fn today(visit: &mut Visit<'_, '_>) -> Result<Today, Problem> {
    let (kind, member) = visit.member()?;
    let zone = &visit.house.settings.zone;
    let (now, base) = (visit.now(), format!("/w/{}", member.workspace));
    let (mut yours, mut waiting, mut holds) = (Vec::new(), Vec::new(), Vec::new());
    let (all, beyond) = drafts::list(visit.db, &Rows::first(MOST))?;
    for it in all {
        let (title, when) = (draft_title(it.row.kind).to_owned(), when::instant(it.row.prepared_at, zone));
        let href = format!("{base}/drafts/{}", it.row.id);
        if visit.db.may::<Confirm>(it.row.id, &Shown(it.row.digest))? {
            let text =
                format!("Prepared by {}. It leaves the house when you confirm it.", it.row.prepared_by);
            yours.push(Line { mark: Mark::place("D"), when, title, href, text, action: "Read and confirm" });
        } else {
            waiting.push(Owed { title, href, what: "an owner or manager confirms it; prepared", when });
        }
    }
    let drafts = yours.len();
    yours.truncate(ROWS);
    waiting.truncate(ROWS);
    let (turn, other) = match kind {
        Kind::Presenter => (Turn::Presenter, Turn::Office),
        Kind::Artist | Kind::Agency => (Turn::Office, Turn::Presenter),
    };
    let mine = open::open(visit.db, turn, ROWS)?;
    yours.extend(mine.newest.into_iter().map(|(it, named)| Line {
        mark: Mark::of("R", State::Enquiry, "request"),
        when: when::instant(it.submitted_at, zone),
        title: named.title.clone(),
        href: format!("{base}/requests/{}", it.id),
        text: format!(
            "{}, {}, {}.",
            named.name(Side::Artist),
            named.name(Side::Presenter),
            when::span(it.first_day, it.last_day).text
        ),
        action: "Answer the request",
    }));
    waiting.extend(open::open(visit.db, other, ROWS)?.newest.into_iter().map(|(it, named)| Owed {
        title: named.title.clone(),
        href: format!("{base}/requests/{}", it.id),
        what: "an answer, since",
        when: when::instant(it.submitted_at, zone),
    }));
    let moves = Moves { count: drafts + mine.count, more: mine.more || beyond.is_some() };
    let further = moves.further(yours.len());
    for (it, named) in holds_view::ending(visit.db, now.plus(SOON))?.into_iter().take(ROWS) {
        let rank = it.rank();
        holds.push(Ending {
            day: when::span(it.first_day, it.last_day),
            artist: named.name(Side::Artist).to_owned(),
            other: if kind == Kind::Presenter {
                named.office().to_owned()
            } else {
                named.name(Side::Presenter).to_owned()
            },
            mark: Mark::of(format!("{rank}H"), State::Hold, "hold"),
            href: format!("{base}/holds/{}", it.id),
            ends: when::instant(it.expires_at, zone),
            left: when::left(now, it.expires_at),
        });
    }
    let nothing = match kind {
        Kind::Artist => "Requests that reach you or your agency will stand here.",
        Kind::Agency => "Requests for your artists, and what your assistants prepared, will stand here.",
        Kind::Presenter => {
            "What an office proposes to you, and what your assistants prepared, will stand here."
        }
    };
    Ok(Today {
        date: when::instant(now, zone),
        heading: moves.heading(),
        yours,
        further,
        waiting,
        holds,
        nothing,
        engagements: format!("{base}/engagements"),
    })
}

/// How many moves are the reader's.
struct Moves {
    count: usize,
    /// Whether there are more than were counted.
    more: bool,
}

impl Moves {
    fn heading(&self) -> String {
        match (self.count, self.more) {
            (count, true) => format!("More than {count} moves are yours"),
            (0, _) => "No move is yours just now".to_owned(),
            (1, _) => "One move is yours".to_owned(),
            (2, _) => "Two moves are yours".to_owned(),
            (3, _) => "Three moves are yours".to_owned(),
            (count, _) => format!("{count} moves are yours"),
        }
    }

    fn further(&self, shown: usize) -> Option<String> {
        let left = self.count.saturating_sub(shown);
        let more = if self.more { "more than " } else { "" };
        (left > 0).then(|| format!("There are {more}{left} further ones among your requests and drafts."))
    }
}

fn draft_title(kind: DraftKind) -> &'static str {
    match kind {
        DraftKind::Request => "A request to send",
        DraftKind::Decline => "A refusal to send",
        DraftKind::Counter => "Other terms to propose",
        DraftKind::Hold => "A hold to grant",
        DraftKind::Release => "A hold to release",
        DraftKind::Withdrawal => "A hold to take back",
        DraftKind::Message => "A message to send",
        DraftKind::Document => "A document to share",
        DraftKind::Mandate => "A mandate to offer",
        DraftKind::Partnership => "A partnership to propose",
        DraftKind::WithdrawRequest => "A request to take back",
        DraftKind::EnquiryAnswer => "An answer by mail",
        DraftKind::EndMandate => "A mandate to end",
        DraftKind::EndPartnership => "A partnership to end",
    }
}
