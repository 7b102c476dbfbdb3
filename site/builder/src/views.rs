//! Pages and sections as templates see them, under the names that Zola gives their fields.

use serde::Serialize;
use tera::Value;

use crate::config::Config;
use crate::content::{Content, Page, Section, SortBy};

#[derive(Serialize)]
struct PageView<'c> {
    relative_path: &'c str,
    content: &'c str,
    permalink: String,
    slug: &'c str,
    ancestors: Vec<String>,
    title: Option<&'c str>,
    description: Option<&'c str>,
    extra: &'c toml::Table,
    path: &'c str,
    assets: [&'static str; 0],
    draft: bool,
    lang: &'c str,
    lower: Option<Box<PageView<'c>>>,
    higher: Option<Box<PageView<'c>>>,
}

#[derive(Serialize)]
struct SectionView<'c> {
    relative_path: &'c str,
    content: &'c str,
    permalink: String,
    ancestors: Vec<String>,
    title: Option<&'c str>,
    description: Option<&'c str>,
    extra: &'c toml::Table,
    path: &'c str,
    assets: [&'static str; 0],
    lang: &'c str,
    pages: Vec<PageView<'c>>,
    subsections: &'c [String],
}

/// A page without its neighbours.
fn plain<'c>(config: &'c Config, content: &Content, page: &'c Page) -> PageView<'c> {
    PageView {
        relative_path: &page.relative_path,
        content: &page.content,
        permalink: config.permalink(&page.path),
        slug: &page.slug,
        ancestors: content.ancestors(&page.relative_path),
        title: page.meta.title.as_deref(),
        description: page.meta.description.as_deref(),
        extra: &page.meta.extra,
        path: &page.path,
        assets: [],
        draft: false,
        lang: &config.default_language,
        lower: None,
        higher: None,
    }
}

/// The page at `at`, with the pages before and after it where its section has an order.
pub(crate) fn page(config: &Config, content: &Content, at: usize) -> Value {
    let mut view = plain(config, content, &content.pages[at]);
    let order = content.sections.values().filter(|section| section.meta.sort_by == SortBy::Weight);
    for section in order {
        let Some(place) = section.pages.iter().position(|page| *page == at) else { continue };
        let neighbour = |place: Option<usize>| {
            let page = *section.pages.get(place?)?;
            Some(Box::new(plain(config, content, &content.pages[page])))
        };
        view.lower = neighbour(place.checked_sub(1));
        view.higher = neighbour(Some(place + 1));
    }
    Value::from_serializable(&view)
}

/// A section with its pages.
pub(crate) fn section(config: &Config, content: &Content, section: &Section) -> Value {
    Value::from_serializable(&SectionView {
        relative_path: &section.relative_path,
        content: &section.content,
        permalink: config.permalink(&section.path),
        ancestors: content.ancestors(&section.relative_path),
        title: section.meta.title.as_deref(),
        description: section.meta.description.as_deref(),
        extra: &section.meta.extra,
        path: &section.path,
        assets: [],
        lang: &config.default_language,
        pages: section.pages.iter().map(|at| plain(config, content, &content.pages[*at])).collect(),
        subsections: &section.subsections,
    })
}
