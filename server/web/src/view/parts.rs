//! The parts of pages as data; each has a component of the same name in `templates/components/parts.html`.

use super::when::When;
use serde::Serialize;

/// A state's look: the letter's border and filling say it, colour only underlines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Dotted: a request, a question.
    Enquiry,
    /// Dashed: a hold, something that one side did.
    Hold,
    /// Filled: agreed, contracted, done.
    Firm,
    /// Struck through: replaced or ended.
    Gone,
    /// Double: late, challenged, refused.
    Late,
}

/// A rehearsal mark with its word.
#[derive(Debug, Clone, Serialize)]
pub struct Mark {
    /// One or two letters.
    pub letter: String,
    /// Its look; plain for places.
    pub state: Option<State>,
    /// The word beside it.
    pub label: Option<String>,
}

impl Mark {
    /// A mark for a state.
    pub fn of(letter: impl Into<String>, state: State, label: impl Into<String>) -> Self {
        Self { letter: letter.into(), state: Some(state), label: Some(label.into()) }
    }
    /// A mark for a place.
    pub fn place(letter: impl Into<String>) -> Self {
        Self { letter: letter.into(), state: None, label: None }
    }
}

/// One step of a way.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Letter.
    pub letter: String,
    /// Its look.
    pub state: Option<State>,
    /// In words.
    pub label: String,
    /// Whether it is now.
    pub current: bool,
}

/// How far something is.
#[derive(Debug, Clone, Serialize)]
pub struct Steps {
    /// What of.
    pub label: String,
    /// Each step.
    pub steps: Vec<Step>,
}

/// Whose move it is.
#[derive(Debug, Clone, Serialize)]
pub struct Move {
    /// "The move is yours".
    pub whose: String,
    /// What and by when.
    pub text: String,
}

/// A term and its value: an instant, a link or a text.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// Term.
    pub term: String,
    /// Value in words.
    pub value: String,
    /// Where the value leads.
    pub href: Option<String>,
    /// The value where it is a time.
    pub when: Option<When>,
    /// `num` or `digest`.
    pub class: Option<&'static str>,
}

impl Fact {
    /// A text.
    pub fn text(term: impl Into<String>, value: impl Into<String>) -> Self {
        Self { term: term.into(), value: value.into(), href: None, when: None, class: None }
    }
    /// A link.
    pub fn link(term: impl Into<String>, value: impl Into<String>, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::text(term, value) }
    }
    /// A time.
    pub fn when(term: impl Into<String>, when: When) -> Self {
        Self { when: Some(when), ..Self::text(term, "") }
    }
    /// A digest or another value of letters that are compared one by one.
    pub fn digest(term: impl Into<String>, value: impl Into<String>) -> Self {
        Self { class: Some("digest"), ..Self::text(term, value) }
    }
    /// An amount.
    pub fn amount(term: impl Into<String>, value: impl Into<String>) -> Self {
        Self { class: Some("num"), ..Self::text(term, value) }
    }
}

/// Terms and values in line.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// Whether terms are long.
    pub wide: bool,
    /// Each.
    pub rows: Vec<Fact>,
}

/// One entry of a ledger.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerEntry {
    /// Its place in the chain.
    pub place: u64,
    /// What happened.
    pub what: String,
    /// By whom, to what.
    pub detail: Option<String>,
    /// The digest it carries, shortened.
    pub digest: Option<String>,
    /// When.
    pub when: When,
}

/// A ledger, latest first.
#[derive(Debug, Clone, Serialize)]
pub struct Ledger {
    /// Each.
    pub entries: Vec<LedgerEntry>,
}

/// One line of a sum.
#[derive(Debug, Clone, Serialize)]
pub struct MoneyLine {
    /// What for.
    pub label: String,
    /// `EUR 12,500.00`, with its sign where it is taken off.
    pub amount: String,
    /// Whether it is the sum.
    pub sum: bool,
}

/// A sum in one currency.
#[derive(Debug, Clone, Serialize)]
pub struct Money {
    /// Each line.
    pub lines: Vec<MoneyLine>,
}

/// What leaves the house, exactly as it will.
#[derive(Debug, Clone, Serialize)]
pub struct Payload {
    /// What kind and version.
    pub eyebrow: Option<String>,
    /// Its heading.
    pub title: String,
    /// Its paragraphs.
    pub prose: Vec<String>,
    /// Its facts.
    pub facts: Option<Facts>,
    /// Its sums.
    pub money: Option<Money>,
}

/// Ways through a long list, by keys and not by numbers.
#[derive(Debug, Clone, Serialize)]
pub struct Pager {
    /// Of what.
    pub label: String,
    /// The start, where this is not it.
    pub first: Option<String>,
    /// What follows, where something does.
    pub next: Option<String>,
}

/// Nothing here: one sentence, at most one way on.
#[derive(Debug, Clone, Serialize)]
pub struct Empty {
    /// The sentence.
    pub text: String,
    /// Where to.
    pub href: Option<String>,
    /// In words; empty without a way.
    pub label: String,
}
