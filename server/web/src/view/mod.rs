//! Pages: templates built once at start, view models that are typed, nothing about rights in either.

mod field;
mod page;
mod parts;
pub mod when;

pub use field::{Choice, ChoiceOption, DayField, Field, FormToken, Part, Tick, day_of};
pub use page::{Acting, Link, Page, Summary};
pub use parts::{
    Empty, Fact, Facts, Ledger, LedgerEntry, Mark, Money, MoneyLine, Move, Pager, Payload, State, Step, Steps,
};
pub use when::{When, Zone};

use crate::assets::Pages;
use crate::problem::{self, Faces, Problem};
use crate::reply;
use serde::Serialize;
use tera::{Context, Tera};
use warp::reply::Response;

#[derive(rust_embed::RustEmbed)]
#[folder = "templates/"]
#[include = "*.html"]
#[include = "*.txt"]
struct Templates;

/// Why templates cannot be used; stops the start.
#[derive(Debug, thiserror::Error)]
pub enum ViewFault {
    /// A template is not UTF-8.
    #[error("the template {0} is not UTF-8")]
    NotText(String),
    /// A template does not parse, or uses what is not there.
    #[error("{0}")]
    Tera(#[from] tera::Error),
}

/// All templates, parsed and checked.
pub struct Views {
    tera: Tera,
}

/// The style sheets, in the order in which they are linked.
pub(crate) const STYLES: [&str; 5] =
    ["css/tokens.css", "css/base.css", "css/layout.css", "css/components.css", "css/print.css"];

impl Views {
    /// Parses the embedded templates; pages link the site's own style sheets.
    ///
    /// # Errors
    /// Names the template and the place in it.
    pub fn new(pages: &dyn Pages) -> Result<Self, ViewFault> {
        let mut tera = Tera::new();
        let address = |file: &str| pages.address(file).unwrap_or_else(|| format!("/{file}"));
        tera.global_context().insert("styles", &STYLES.map(address));
        tera.global_context().insert("icon", &pages.address("favicon.svg"));
        let mut all = Vec::new();
        for name in Templates::iter() {
            if let Some(file) = Templates::get(&name) {
                let text = String::from_utf8(file.data.into_owned());
                all.push((name.to_string(), text.map_err(|_| ViewFault::NotText(name.into_owned()))?));
            }
        }
        tera.add_raw_templates(all)?;
        Ok(Self { tera })
    }

    /// Renders a template with `page` (the frame) and `view` (its own model).
    ///
    /// # Errors
    /// [`Problem::Broken`] where the model lacks what the template names.
    pub fn render(&self, template: &str, page: &Page, view: &impl Serialize) -> Result<String, Problem> {
        self.rendered(template, page, view).map_err(|it| Problem::Broken(format!("{template}: {it}")))
    }

    /// Renders a page as an answer.
    ///
    /// # Errors
    /// As [`Views::render`].
    pub fn page(&self, template: &str, page: &Page, view: &impl Serialize) -> Result<Response, Problem> {
        self.render(template, page, view).map(reply::html)
    }

    /// Renders a form again, with its faults; to be returned as the problem that it is.
    #[must_use]
    pub fn again(&self, template: &str, page: &Page, view: &impl Serialize) -> Problem {
        let overtaken = page.is_overtaken();
        self.render(template, page, view).map_or_else(|it| it, |page| Problem::Again { page, overtaken })
    }

    /// Renders a mail or another text without a frame.
    ///
    /// # Errors
    /// As [`Views::render`].
    pub fn text(&self, template: &str, view: &impl Serialize) -> Result<String, Problem> {
        let mut context = Context::new();
        context.insert("view", view);
        self.tera.render(template, &context).map_err(|it| Problem::Broken(format!("{template}: {it}")))
    }

    /// The error pages, rendered now.
    ///
    /// # Errors
    /// Where the templates of problems are broken.
    pub fn faces(&self) -> Result<Faces, ViewFault> {
        let [status, title, lead, faults, reference] = problem::marks();
        let view = serde_json::json!({
            "status": status, "title": title.clone(), "lead": lead, "faults": faults, "reference": reference,
        });
        let refused = self.rendered("refused.html", &Page::new("Not yours, or not there"), &view)?;
        let problem = self.rendered("problem.html", &Page::new(title), &view)?;
        Ok(Faces::new(&refused, &problem))
    }

    fn rendered(&self, template: &str, page: &Page, view: &impl Serialize) -> Result<String, ViewFault> {
        let mut context = Context::new();
        context.insert("page", page);
        context.insert("view", view);
        Ok(self.tera.render(template, &context)?)
    }
}

#[cfg(test)]
mod tests;
