//! What the pages of this room are made of: a leaf with sections, each with facts, tables and forms. One template draws
//! them all; a model holds only what its reader may see and do.

use crate::house::House;
use crate::http::Filled;
use crate::problem::Problem;
use crate::view::{Choice, Empty, Fact, Facts, Field, FormToken, Link, Page, Pager, Tick, When};
use crate::visit::Shows;
use serde::Serialize;
use warp::reply::Response;

const FULL: &str = "pages/accounts/leaf.html";
const BARE: &str = "pages/accounts/leaf-bare.html";

/// A page's content.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Leaf {
    heading: String,
    lead: Option<String>,
    sections: Vec<Section>,
}

/// A part of a page.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Section {
    id: String,
    title: Option<String>,
    prose: Vec<String>,
    quote: Option<String>,
    codes: Vec<String>,
    picture: Option<Picture>,
    facts: Option<Facts>,
    table: Option<Table>,
    empty: Option<Empty>,
    forms: Vec<Form>,
    links: Vec<Link>,
    pager: Option<Pager>,
}

/// A picture at an address of its own.
#[derive(Debug, Serialize)]
struct Picture {
    src: String,
    alt: String,
    side: u16,
}

/// A real table.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    caption: String,
    head: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// A cell: a text, a link, a time, or what can be done to the row.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Cell {
    text: String,
    href: Option<String>,
    when: Option<When>,
    forms: Vec<Form>,
}

/// A form with one button.
#[derive(Debug, Serialize)]
pub(crate) struct Form {
    action: String,
    method: &'static str,
    token: Option<FormToken>,
    hidden: Vec<Hidden>,
    parts: Vec<Part>,
    verb: String,
    class: &'static str,
    about: Option<String>,
}

#[derive(Debug, Serialize)]
struct Hidden {
    name: String,
    value: String,
}

/// One part of a form; exactly one is there.
#[derive(Debug, Default, Serialize)]
struct Part {
    field: Option<Field>,
    choice: Option<Choice>,
    select: Option<Choice>,
    tick: Option<Tick>,
}

impl Leaf {
    pub(crate) fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), ..Self::default() }
    }
    pub(crate) fn lead(self, text: impl Into<String>) -> Self {
        Self { lead: Some(text.into()), ..self }
    }
    pub(crate) fn with(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }
    pub(crate) fn maybe(mut self, section: Option<Section>) -> Self {
        self.sections.extend(section);
        self
    }

    /// As a page; people without a desk get none.
    pub(crate) fn answer(&self, house: &House, page: &Page) -> Result<Response, Problem> {
        house.views.page(Self::template(page), page, self)
    }
    /// As a page that must be corrected.
    pub(crate) fn again(&self, house: &House, page: Page, filled: &Filled) -> Problem {
        let page = page.correcting(filled);
        house.views.again(Self::template(&page), &page, self)
    }
    fn template(page: &Page) -> &'static str {
        if page.acting.is_some() { FULL } else { BARE }
    }
}

impl Section {
    /// A section without a title of its own.
    pub(crate) fn plain() -> Self {
        Self::default()
    }
    pub(crate) fn titled(id: &str, title: impl Into<String>) -> Self {
        Self { id: id.to_owned(), title: Some(title.into()), ..Self::default() }
    }
    pub(crate) fn say(mut self, text: impl Into<String>) -> Self {
        self.prose.push(text.into());
        self
    }
    /// Somebody's own words.
    pub(crate) fn quote(self, text: impl Into<String>) -> Self {
        Self { quote: Some(text.into()), ..self }
    }
    /// Codes that are shown once.
    pub(crate) fn codes(self, codes: Vec<String>) -> Self {
        Self { codes, ..self }
    }
    pub(crate) fn picture(self, src: &str, alt: &str, side: u16) -> Self {
        Self { picture: Some(Picture { src: src.to_owned(), alt: alt.to_owned(), side }), ..self }
    }
    pub(crate) fn facts(self, rows: Vec<Fact>) -> Self {
        Self { facts: Some(Facts { wide: true, rows }), ..self }
    }
    /// A table, or one sentence where it has no rows.
    pub(crate) fn table(self, table: Table, empty: &str) -> Self {
        if table.rows.is_empty() {
            let empty = Empty { text: empty.to_owned(), href: None, label: String::new() };
            return Self { empty: Some(empty), ..self };
        }
        Self { table: Some(table), ..self }
    }
    pub(crate) fn form(mut self, form: Form) -> Self {
        self.forms.push(form);
        self
    }
    pub(crate) fn link(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.links.push(Link::to(href, label));
        self
    }
    /// A way on in the list, where there is more.
    pub(crate) fn pager(self, label: &str, first: Option<String>, next: Option<String>) -> Self {
        Self { pager: Some(Pager { label: label.to_owned(), first, next }), ..self }
    }
}

impl Table {
    pub(crate) fn new(caption: &str, head: &[&str]) -> Self {
        let head = head.iter().map(|it| (*it).to_owned()).collect();
        Self { caption: caption.to_owned(), head, rows: Vec::new() }
    }
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
    pub(crate) fn link(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()), ..Self::default() }
    }
    pub(crate) fn when(when: When) -> Self {
        Self { when: Some(when), ..Self::default() }
    }
    pub(crate) fn forms(forms: Vec<Form>) -> Self {
        Self { forms, ..Self::default() }
    }
}

impl Form {
    /// A form that changes something, as it is shown to somebody. The first of a page is its strong one.
    pub(crate) fn post(to: &impl Shows, action: impl Into<String>, verb: impl Into<String>) -> Self {
        let action = action.into();
        Self { token: Some(to.shows(&action)), ..Self::open(action, verb) }
    }
    /// A form that only leads to a page that asks again.
    pub(crate) fn open(action: impl Into<String>, verb: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            method: "post",
            token: None,
            hidden: Vec::new(),
            parts: Vec::new(),
            verb: verb.into(),
            class: "action main",
            about: None,
        }
    }
    /// A question that stands in the address of its answer.
    pub(crate) fn get(action: impl Into<String>, verb: impl Into<String>) -> Self {
        Self { method: "get", ..Self::open(action, verb) }
    }
    /// Not the page's strong action.
    pub(crate) fn quiet(self) -> Self {
        Self { class: "action", ..self }
    }
    /// Takes something away.
    pub(crate) fn undo(self) -> Self {
        Self { class: "action undo", ..self }
    }
    /// Says of what the button is, where its verb stands in many rows.
    pub(crate) fn about(self, text: impl Into<String>) -> Self {
        Self { about: Some(text.into()), ..self }
    }
    pub(crate) fn hidden(mut self, name: &str, value: impl Into<String>) -> Self {
        self.hidden.push(Hidden { name: name.to_owned(), value: value.into() });
        self
    }
    pub(crate) fn field(mut self, field: Field) -> Self {
        self.parts.push(Part { field: Some(field), ..Part::default() });
        self
    }
    pub(crate) fn choice(mut self, choice: Choice) -> Self {
        self.parts.push(Part { choice: Some(choice), ..Part::default() });
        self
    }
    /// A choice of many, as a list that opens.
    pub(crate) fn select(mut self, choice: Choice) -> Self {
        self.parts.push(Part { select: Some(choice), ..Part::default() });
        self
    }
    pub(crate) fn tick(mut self, tick: Tick) -> Self {
        self.parts.push(Part { tick: Some(tick), ..Part::default() });
        self
    }
}
