//! What the pages of engagements, drafts and enquiries are made of: lists, forms, records with their acts.

use crate::change::Sheet;
use crate::http::{Fields, Filled};
use crate::problem::Problem;
use crate::view::{
    Choice, DayField, Empty, Fact, Facts, Field, FormToken, Link, Mark, Money, MoneyLine, Move, Pager,
    Payload, State, When,
};
use crate::visit::Visit;
use domain::bounded::{Currency, Line, Money as Sum, Prose};
use domain::records::{DraftKind, HoldState, RequestState, Turn};
use domain::{Day, DraftId, Kind, Version};
use serde::Serialize;
use store::drafts::{DraftView, Terms};
use store::engagements::requests::{Asked, Fee};

/// The path of the acting workspace.
pub(crate) fn base(visit: &Visit<'_, '_>) -> Result<String, Problem> {
    Ok(format!("/w/{}", visit.member()?.1.workspace))
}

/// One line of a list.
#[derive(Serialize)]
pub(crate) struct RowView {
    pub(crate) mark: Mark,
    pub(crate) when: Option<When>,
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) text: String,
}

/// A list with its ways on.
#[derive(Serialize)]
pub(crate) struct ListView {
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) rows: Vec<RowView>,
    pub(crate) pager: Pager,
    pub(crate) empty: Option<Empty>,
}

/// Something that may be done: a way on, or with a token a form of one button.
#[derive(Serialize)]
pub(crate) struct Act {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) class: &'static str,
    pub(crate) token: Option<FormToken>,
}

impl Act {
    /// A way on.
    pub(crate) fn way(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), class: "action", token: None }
    }
    /// A button, for whom the page is shown to.
    pub(crate) fn button(visit: &Visit<'_, '_>, href: impl Into<String>, label: impl Into<String>) -> Self {
        let href = href.into();
        Self { token: Some(visit.token(&href)), ..Self::way(href, label) }
    }
    /// The one that the page is for.
    pub(crate) fn main(self) -> Self {
        Self { class: "action main", ..self }
    }
    /// One that takes something back.
    pub(crate) fn undo(self) -> Self {
        Self { class: "action undo", ..self }
    }
}

/// A record with what may be done to it.
#[derive(Serialize)]
pub(crate) struct RecordView {
    pub(crate) eyebrow: String,
    pub(crate) heading: String,
    pub(crate) mark: Mark,
    pub(crate) r#move: Option<Move>,
    pub(crate) payload: Payload,
    pub(crate) acts: Vec<Act>,
    pub(crate) others_heading: String,
    pub(crate) others: Vec<RowView>,
    pub(crate) back: Link,
}

/// One field of a form, of whichever sort.
#[derive(Serialize, Default)]
pub(crate) struct FormPart {
    pub(crate) field: Option<Field>,
    pub(crate) select: Option<Choice>,
    pub(crate) day: Option<DayField>,
}
impl From<Field> for FormPart {
    fn from(it: Field) -> Self {
        Self { field: Some(it), ..Self::default() }
    }
}
impl From<Choice> for FormPart {
    fn from(it: Choice) -> Self {
        Self { select: Some(it), ..Self::default() }
    }
}
impl From<DayField> for FormPart {
    fn from(it: DayField) -> Self {
        Self { day: Some(it), ..Self::default() }
    }
}

/// A form.
#[derive(Serialize)]
pub(crate) struct FormView {
    pub(crate) eyebrow: String,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) facts: Option<Facts>,
    pub(crate) parts: Vec<FormPart>,
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) action: String,
    pub(crate) upload: bool,
    pub(crate) button: String,
    pub(crate) back: Link,
    /// Made when the form is rendered.
    pub(crate) token: Option<FormToken>,
}

impl FormView {
    /// Renders the form, or the form again with what must be corrected.
    pub(crate) fn answer(
        mut self,
        visit: &mut Visit<'_, '_>,
        here: &str,
        filled: &Filled,
    ) -> Result<warp::reply::Response, Problem> {
        self.token = Some(visit.token(&self.action));
        let page = visit.page(self.heading.clone(), here)?;
        let template = "pages/engagements/form.html";
        if filled.faults.is_empty() {
            visit.house.views.page(template, &page, &self)
        } else {
            Err(visit.house.views.again(template, &page.correcting(filled), &self))
        }
    }
}

/// The draft that a form changes instead of preparing a new one: its fields in the form, or in the query at first.
pub(crate) struct Changes {
    pub(crate) revises: Option<(DraftId, Version)>,
}

impl Changes {
    /// From the form's hidden fields: none of them, or both.
    ///
    /// # Errors
    /// [`Problem::BadRequest`] where they say no draft of ours.
    pub(crate) fn of(sheet: &mut Sheet) -> Result<Self, Problem> {
        let (draft, version) = (sheet.text("draft"), sheet.text("version"));
        if draft.is_empty() && version.is_empty() {
            return Ok(Self { revises: None });
        }
        match (draft.parse(), version.parse()) {
            (Ok(draft), Ok(version)) => Ok(Self { revises: Some((draft, Version(version))) }),
            _ => Err(Problem::BadRequest("This form does not say which draft it changes.".into())),
        }
    }
    /// The hidden fields.
    pub(crate) fn hidden(&self) -> Vec<(&'static str, String)> {
        self.revises
            .map(|(draft, version)| vec![("draft", draft.to_string()), ("version", version.0.to_string())])
            .unwrap_or_default()
    }
    /// The draft that the query names, of this kind, where the asker may see it.
    pub(crate) fn asked(
        visit: &mut Visit<'_, '_>,
        query: Result<Fields, Problem>,
        kind: DraftKind,
    ) -> Result<Option<DraftView>, Problem> {
        let mut query = query?;
        let Some(text) = query.maybe("draft") else {
            query.finish()?;
            return Ok(None);
        };
        query.finish()?;
        let id: DraftId = text.parse().map_err(|_| Problem::Refused)?;
        let permit = visit.db.permit::<policy::actions::ViewDraft>(id, policy::Unasked)?;
        let draft = store::drafts::view(visit.db, &permit)?;
        if draft.row.kind == kind { Ok(Some(draft)) } else { Err(Problem::Refused) }
    }
    /// For a draft that was found.
    pub(crate) fn to(draft: Option<&DraftView>) -> Self {
        Self { revises: draft.map(|it| (it.row.id, it.row.version)) }
    }
}

/// The key after which a list goes on, from the query.
pub(crate) fn paged(query: Result<Fields, Problem>) -> Result<store::Page, Problem> {
    let mut query = query?;
    let after = key(&mut query, "after");
    query.finish()?;
    Ok(store::Page { after, limit: 30 })
}

/// A key that a query names; what is none of ours begins at the start.
pub(crate) fn key(query: &mut Fields, field: &str) -> Option<String> {
    query.maybe(field).filter(|it| !it.is_empty() && it.len() <= 64)
}

/// Ways through a list at `path`.
pub(crate) fn pager(label: &str, path: &str, after: bool, next: Option<String>) -> Pager {
    Pager {
        label: label.to_owned(),
        first: after.then(|| path.to_owned()),
        next: next.map(|it| format!("{path}?after={}", crate::http::encoding::encode(&it))),
    }
}

/// The mark of a request.
pub(crate) fn request_mark(state: RequestState) -> Mark {
    match state {
        RequestState::Submitted => Mark::of("R", State::Enquiry, "sent"),
        RequestState::Countered => Mark::of("R", State::Hold, "other terms proposed"),
        RequestState::Accepted => Mark::of("R", State::Firm, "accepted"),
        RequestState::Declined => Mark::of("R", State::Gone, "declined"),
        RequestState::Withdrawn => Mark::of("R", State::Gone, "withdrawn"),
    }
}

/// The mark of a hold: its rank while it stands.
pub(crate) fn hold_mark(state: HoldState, rank: i64) -> Mark {
    match state {
        HoldState::Active => Mark::of(format!("{rank}H"), State::Hold, format!("hold {rank}")),
        HoldState::Released => Mark::of("H", State::Gone, "released"),
        HoldState::Withdrawn => Mark::of("H", State::Gone, "withdrawn"),
        HoldState::Expired => Mark::of("H", State::Gone, "lapsed"),
    }
}

/// Whose move it is, for somebody who acts as this kind.
pub(crate) fn move_of(turn: Turn, kind: Option<Kind>, office: &str, presenter: &str, text: String) -> Move {
    let mine = kind.is_some_and(|it| Turn::of(it.side()) == turn);
    let whose = match turn {
        Turn::Nobody => "Nothing is open".to_owned(),
        _ if mine => "The move is yours".to_owned(),
        Turn::Office => format!("The move is with {office}"),
        Turn::Presenter => format!("The move is with {presenter}"),
    };
    Move { whose, text }
}

/// What a draft of this kind is, as a heading.
pub(crate) fn kind_title(kind: DraftKind) -> &'static str {
    match kind {
        DraftKind::Request => "Request",
        DraftKind::Decline => "Answer: declined",
        DraftKind::Counter => "Answer: other terms",
        DraftKind::Hold => "Answer: accepted, with a hold",
        DraftKind::Release => "Release of a hold",
        DraftKind::Withdrawal => "Withdrawal of a hold",
        DraftKind::Message => "Message",
        DraftKind::Document => "Document to share",
        DraftKind::Mandate => "Mandate",
        DraftKind::Partnership => "Partnership",
        DraftKind::WithdrawRequest => "Withdrawal of a request",
        DraftKind::EnquiryAnswer => "Answer to an enquiry",
        DraftKind::EndMandate => "End of a mandate",
        DraftKind::EndPartnership => "End of a partnership",
    }
}

/// Terms as a payload shows them. The fee is there only where it may be seen.
pub(crate) fn terms_facts(terms: &Terms, fee_open: bool) -> (Facts, Option<Money>) {
    let rows = vec![
        Fact::when("Dates", crate::view::when::span(terms.first_day, terms.last_day)),
        Fact::text("Venue", &terms.venue),
    ];
    (Facts { wide: false, rows }, money(terms.fee.filter(|_| fee_open)))
}

/// A fee as a sum of one line.
pub(crate) fn money(fee: Option<Sum>) -> Option<Money> {
    let line = |it: Sum| MoneyLine { label: "Fee, gross".into(), amount: it.to_string(), sum: true };
    fee.map(|it| Money { lines: vec![line(it)] })
}

/// Paragraphs of a text.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    text.split('\n').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// The fields of what is asked for or proposed. Whoever may not see the fee is not asked for one either: an empty field
/// would say that there is none.
pub(crate) fn terms_parts(filled: &Filled, titled: bool, fee_open: bool) -> Vec<FormPart> {
    let mut parts = Vec::new();
    if titled {
        parts.push(Field::text("title", "What is the project called?").filled(filled).into());
    }
    let rest: [FormPart; 4] = [
        DayField::new("first", "first_", "First day").hint("For example 4 3 2027.").filled(filled).into(),
        DayField::new("last", "last_", "Last day")
            .hint("Leave it empty for a single day.")
            .filled(filled)
            .into(),
        Field::text("venue", "Where?").filled(filled).into(),
        Field::area("programme", "What shall be played or sung?").filled(filled).into(),
    ];
    parts.extend(rest);
    if fee_open {
        let fee = Field { inputmode: Some("decimal"), ..Field::text("fee", "Fee, gross") }
            .hint("For example 12500.00. You may leave it open.")
            .optional()
            .filled(filled);
        parts.extend([FormPart::from(fee), currency_choice(filled).into()]);
    }
    parts
}

fn currency_choice(filled: &Filled) -> Choice {
    let currency = Currency::ALL
        .iter()
        .fold(Choice::new("currency", "Currency"), |all, it| all.option(it.as_str(), it.as_str(), ""));
    if filled.typed("currency").is_empty() {
        currency.choosing(&[Currency::Eur.as_str()])
    } else {
        currency.filled(filled)
    }
}

/// Reads those fields; faults are noted beside them. Without a title the given one stands. No day may be before `today`.
pub(crate) fn asked(sheet: &mut Sheet, titled: bool, fee_open: bool, today: Option<Day>) -> Option<Asked> {
    let a_title = |text: &str| Line::line("what the project is called", text);
    let title = if titled { sheet.take("title", a_title) } else { a_title("Terms").ok() };
    let first_day = sheet.day("first", "first_");
    // without a last day it is a single one
    let last_day = sheet.optional_day("last", "last_").or(first_day);
    if first_day.zip(today).is_some_and(|(first, today)| first < today) {
        sheet.fault("first", "Enter a day that has not passed");
    }
    if let (Some(first), Some(last)) = (first_day, last_day) {
        let days = first.through(last).take(Terms::DAYS + 1).count();
        if days == 0 {
            sheet.fault("last", "Enter a last day that is not before the first");
        } else if days > Terms::DAYS {
            sheet.fault("last", format!("Enter a span of at most {} days", Terms::DAYS));
        }
    }
    let venue = sheet.take("venue", |it| Line::line("a venue", it));
    let programme = sheet.take("programme", |it| Prose::prose("a programme", it));
    let fee = if fee_open { Fee::Named(fee(sheet)) } else { Fee::Kept };
    if !sheet.filled.faults.is_empty() {
        return None;
    }
    Some(Asked {
        title: title?,
        first_day: first_day?,
        last_day: last_day?,
        venue: venue?,
        programme: programme?,
        fee,
    })
}

fn fee(sheet: &mut Sheet) -> Option<Sum> {
    let a_currency = |it: &str| it.parse::<Currency>().map_err(|_| "Choose one of the currencies");
    let currency = sheet.take("currency", a_currency);
    // in which currency nobody knows, the sum is not read: the form comes back for the currency
    sheet.optional("fee", |it| currency.map(|in_this| Sum::parse(it, in_this)).transpose()).flatten()
}

/// What somebody would like to say to an answer.
pub(crate) fn words(sheet: &mut Sheet, what: &str) -> Option<Prose> {
    sheet.take("words", |it| Prose::prose(what, it))
}

/// What a form of terms starts from; without the fee where it may not be seen.
pub(crate) fn typed_terms(title: &str, terms: &Terms, fee_open: bool) -> Filled {
    let mut filled = Filled::blank();
    filled.keep("title", title);
    for (prefix, day) in [("first_", terms.first_day), ("last_", terms.last_day)] {
        keep_day(&mut filled, prefix, day);
    }
    filled.keep("venue", terms.venue.as_str());
    filled.keep("programme", terms.programme.as_str());
    if let Some(fee) = terms.fee.filter(|_| fee_open) {
        let text = fee.to_string();
        filled.keep("fee", text.split_once(' ').map_or("", |it| it.1));
        filled.keep("currency", fee.currency.as_str());
    }
    filled
}

/// Puts a day into its three fields.
pub(crate) fn keep_day(filled: &mut Filled, prefix: &str, day: Day) {
    let civil = day.civil();
    filled.keep(format!("{prefix}day"), civil.day().to_string());
    filled.keep(format!("{prefix}month"), civil.month().to_string());
    filled.keep(format!("{prefix}year"), civil.year().to_string());
}
