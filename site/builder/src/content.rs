//! The tree of pages and sections below `content/`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::SiteError;
use crate::error::line_of;
use crate::markdown;
use crate::source::{Files, text};

/// A page: one Markdown file that is not `_index.md`.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its path below `content/`: `artists/ilka-thornwald.md`.
    pub(crate) relative_path: String,
    /// Its address: `/artists/ilka-thornwald/`.
    pub(crate) path: String,
    pub(crate) slug: String,
    pub(crate) meta: PageMeta,
    pub(crate) content: String,
}

/// A section: a folder with an `_index.md`.
#[derive(Debug)]
pub(crate) struct Section {
    /// The path of its `_index.md` below `content/`.
    pub(crate) relative_path: String,
    /// Its address: `/artists/`, `/` for the home page.
    pub(crate) path: String,
    pub(crate) meta: SectionMeta,
    pub(crate) content: String,
    /// Its pages, as places in [`Content::pages`], in the order the section asks for.
    pub(crate) pages: Vec<usize>,
    /// The relative paths of the sections just below it, by weight.
    pub(crate) subsections: Vec<String>,
}

/// The front matter of a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageMeta {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) weight: Option<usize>,
    slug: Option<String>,
    path: Option<String>,
    pub(crate) template: Option<String>,
    #[serde(default)]
    pub(crate) extra: toml::Table,
}

/// The front matter of a section.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SectionMeta {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(default)]
    weight: usize,
    #[serde(default)]
    pub(crate) sort_by: SortBy,
    pub(crate) template: Option<String>,
    pub(crate) page_template: Option<String>,
    #[serde(default)]
    pub(crate) extra: toml::Table,
}

/// How a section orders its pages.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SortBy {
    /// No order that a template may rely on.
    #[default]
    None,
    /// The lightest first.
    Weight,
}

/// Everything below `content/`.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) pages: Vec<Page>,
    pub(crate) sections: BTreeMap<String, Section>,
}

impl Content {
    pub(crate) fn read(files: &Files) -> Result<Self, SiteError> {
        let mut content = Self::default();
        for (file, bytes) in files.iter().filter(|(path, _)| path.starts_with("content/")) {
            let relative = &file["content/".len()..];
            let Some(stem) = relative.strip_suffix(".md") else {
                return Err(SiteError::new(
                    file,
                    "only Markdown may lie in content: put other files in static",
                ));
            };
            let source = text(file, bytes)?;
            let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
            if name == "_index" {
                let section = read_section(file, relative, folder, source)?;
                content.sections.insert(section.relative_path.clone(), section);
            } else {
                content.pages.push(read_page(file, relative, folder, name, source)?);
            }
        }
        content.shelve()?;
        Ok(content)
    }

    /// The relative paths of the sections above a page or section, the home page first.
    pub(crate) fn ancestors(&self, relative_path: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut folder = "";
        loop {
            let index = index_of(folder);
            if index != relative_path && self.sections.contains_key(&index) {
                found.push(index);
            }
            let below = &relative_path[if folder.is_empty() { 0 } else { folder.len() + 1 }..];
            match below.find('/') {
                Some(next) => folder = &relative_path[..relative_path.len() - below.len() + next],
                None => return found,
            }
        }
    }

    /// Puts each page and each section into the section whose folder holds it.
    fn shelve(&mut self) -> Result<(), SiteError> {
        for (at, page) in self.pages.iter().enumerate() {
            let folder = page.relative_path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let file = format!("content/{}", page.relative_path);
            let Some(section) = self.sections.get_mut(&index_of(folder)) else {
                return Err(SiteError::new(file, "the folder of a page needs an `_index.md`"));
            };
            if section.meta.sort_by == SortBy::Weight && page.meta.weight.is_none() {
                // Zola leaves such a page out without a word
                return Err(SiteError::new(file, "its section sorts by weight: give the page a `weight`"));
            }
            section.pages.push(at);
        }
        let mut below: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
        for (relative, section) in &self.sections {
            if let Some(parent) = self.ancestors(relative).pop() {
                below.entry(parent).or_default().push((section.meta.weight, relative.clone()));
            }
        }
        let Self { pages, sections } = self;
        for (relative, section) in sections {
            if section.meta.sort_by == SortBy::Weight {
                section.pages.sort_by_key(|at| (pages[*at].meta.weight, pages[*at].path.clone()));
            }
            let mut children = below.remove(relative).unwrap_or_default();
            children.sort();
            if let Some(twins) = children.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                let message = format!("give it a `weight` other than that of {}", twins[0].1);
                return Err(SiteError::new(format!("content/{}", twins[1].1), message));
            }
            section.subsections = children.into_iter().map(|(_, path)| path).collect();
        }
        Ok(())
    }
}

fn index_of(folder: &str) -> String {
    if folder.is_empty() { "_index.md".to_owned() } else { format!("{folder}/_index.md") }
}

fn read_section(file: &str, relative: &str, folder: &str, source: &str) -> Result<Section, SiteError> {
    let (meta, content) = split::<SectionMeta>(file, source)?;
    let path = if folder.is_empty() { "/".to_owned() } else { format!("/{folder}/") };
    let relative_path = relative.to_owned();
    Ok(Section { relative_path, path, meta, content, pages: Vec::new(), subsections: Vec::new() })
}

fn read_page(file: &str, relative: &str, folder: &str, name: &str, source: &str) -> Result<Page, SiteError> {
    if name.starts_with(|c: char| c.is_ascii_digit()) || name == "index" || name.contains('.') {
        return Err(SiteError::new(
            file,
            "dates, languages and folders as page names are not known to this builder",
        ));
    }
    let (meta, content) = split::<PageMeta>(file, source)?;
    let slug = slug::slugify(meta.slug.as_deref().unwrap_or(name));
    let path = match &meta.path {
        Some(path) => format!("/{}/", path.trim_matches('/')),
        None if folder.is_empty() => format!("/{slug}/"),
        None => format!("/{folder}/{slug}/"),
    };
    Ok(Page { relative_path: relative.to_owned(), path, slug, meta, content })
}

/// Takes a file apart into its front matter between two lines of `+++` and its text, rendered.
fn split<M: for<'de> Deserialize<'de>>(file: &str, source: &str) -> Result<(M, String), SiteError> {
    const FENCE: &str = "+++\n";
    let rest = source.strip_prefix(FENCE).ok_or_else(|| {
        SiteError::at(file, 1, "the file must begin with front matter between lines of `+++`")
    })?;
    let end = if rest.starts_with(FENCE) { Some(0) } else { rest.find("\n+++\n").map(|at| at + 1) }
        .ok_or_else(|| SiteError::at(file, 1, "the front matter has no closing line of `+++`"))?;
    let meta =
        toml::from_str(&rest[..end]).map_err(|error| SiteError::toml(file, source, FENCE.len(), &error))?;
    let begin = FENCE.len() + end + FENCE.len();
    let content = markdown::render(&source[begin..])
        .map_err(|(at, message)| SiteError::at(file, line_of(source, begin + at), message))?;
    Ok((meta, content))
}
