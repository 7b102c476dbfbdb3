//! Templates over content: from the files of the folder to the files of the site.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use crate::SiteError;
use crate::asset::content_hash;
use crate::config::Config;
use crate::content::Content;
use crate::source::{Files, text};
use crate::views;

/// A line of the site map.
#[derive(Serialize)]
struct SitemapEntry<'c> {
    permalink: String,
    updated: Option<&'c str>,
    extra: Option<&'c toml::Table>,
}

/// What the functions of templates may look at.
struct Known {
    base_url: String,
    /// Permalinks by `@/…` path.
    permalinks: HashMap<String, String>,
    /// Content hashes of static files.
    hashes: HashMap<String, String>,
    /// The parsed files of `data/`.
    data: HashMap<String, Value>,
    pages: HashMap<String, Value>,
    sections: HashMap<String, Value>,
}

/// Builds every file of the site, by its path below `public/`.
pub(crate) fn render(files: &Files) -> Result<BTreeMap<String, Bytes>, SiteError> {
    let config = Config::read(files)?;
    let content = Content::read(files)?;
    let mut out = Output::default();
    for (path, bytes) in files.iter().filter_map(|(path, b)| Some((path.strip_prefix("static/")?, b))) {
        out.add(path.to_owned(), Bytes::from(bytes.to_vec()), "static")?;
    }
    let known = Arc::new(know(files, &config, &content)?);
    let tera = templates(files, &known)?;
    let base = || {
        let mut context = Context::new();
        context.insert("config", &config);
        context.insert("lang", &config.default_language);
        context
    };
    let run = |template: &str, context: &Context, of: &str| {
        tera.render(template, context)
            .map(Bytes::from)
            .map_err(|error| SiteError::tera(&format!("template {template}, for {of}"), &error))
    };

    for (relative, section) in &content.sections {
        let default = if relative == "_index.md" { "index.html" } else { "section.html" };
        let template = section.meta.template.as_deref().unwrap_or(default);
        let mut context = base();
        context.insert("current_path", &section.path);
        context.insert("current_url", &config.permalink(&section.path));
        context.insert_value("section", known.sections[relative].clone());
        let of = format!("content/{relative}");
        out.add(file_of(&section.path), run(template, &context, &of)?, &of)?;
        for page in section.pages.iter().map(|at| &content.pages[*at]) {
            let template = page.meta.template.as_deref().or(section.meta.page_template.as_deref());
            let mut context = base();
            context.insert("current_path", &page.path);
            context.insert("current_url", &config.permalink(&page.path));
            context.insert_value("page", known.pages[&page.relative_path].clone());
            let of = format!("content/{}", page.relative_path);
            out.add(file_of(&page.path), run(template.unwrap_or("page.html"), &context, &of)?, &of)?;
        }
    }

    let mut entries: Vec<SitemapEntry<'_>> = Vec::new();
    for section in content.sections.values() {
        let permalink = config.permalink(&section.path);
        entries.push(SitemapEntry { permalink, updated: None, extra: None });
    }
    for page in &content.pages {
        let permalink = config.permalink(&page.path);
        entries.push(SitemapEntry { permalink, updated: None, extra: Some(&page.meta.extra) });
    }
    entries.sort_by(|a, b| a.permalink.cmp(&b.permalink));
    let mut context = base();
    context.insert("entries", &entries);
    out.add("sitemap.xml".to_owned(), run("sitemap.xml", &context, "the site map")?, "templates")?;
    out.add("robots.txt".to_owned(), run("robots.txt", &base(), "robots.txt")?, "templates")?;
    out.add("404.html".to_owned(), run("404.html", &base(), "unknown addresses")?, "templates")?;
    Ok(out.files)
}

/// The files made so far; two makers of one file are a fault.
#[derive(Default)]
struct Output {
    files: BTreeMap<String, Bytes>,
}

impl Output {
    fn add(&mut self, file: String, bytes: Bytes, maker: &str) -> Result<(), SiteError> {
        if self.files.contains_key(&file) {
            return Err(SiteError::new(
                maker,
                format!("something else in the site already has the address /{file}"),
            ));
        }
        self.files.insert(file, bytes);
        Ok(())
    }
}

fn file_of(path: &str) -> String {
    format!("{}index.html", path.trim_start_matches('/'))
}

fn know(files: &Files, config: &Config, content: &Content) -> Result<Known, SiteError> {
    let mut known = Known {
        base_url: config.base_url.clone(),
        permalinks: HashMap::new(),
        hashes: HashMap::new(),
        data: HashMap::new(),
        pages: HashMap::new(),
        sections: HashMap::new(),
    };
    for (at, page) in content.pages.iter().enumerate() {
        known.permalinks.insert(page.relative_path.clone(), config.permalink(&page.path));
        known.pages.insert(page.relative_path.clone(), views::page(config, content, at));
    }
    for (relative, section) in &content.sections {
        known.permalinks.insert(relative.clone(), config.permalink(&section.path));
        known.sections.insert(relative.clone(), views::section(config, content, section));
    }
    for (path, bytes) in files {
        if let Some(file) = path.strip_prefix("static/") {
            known.hashes.insert(file.to_owned(), content_hash(bytes));
        } else if path.starts_with("data/") {
            known.data.insert(path.clone(), data(path, text(path, bytes)?)?);
        }
    }
    Ok(known)
}

/// Parses a data file by its ending.
fn data(path: &str, source: &str) -> Result<Value, SiteError> {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("toml") => {
            let table: toml::Table =
                toml::from_str(source).map_err(|error| SiteError::toml(path, source, 0, &error))?;
            Ok(Value::from_serializable(&table))
        }
        Some("json") => {
            let value: serde_json::Value =
                serde_json::from_str(source).map_err(|error| SiteError::at(path, error.line(), &error))?;
            Ok(Value::from_serializable(&value))
        }
        _ => Err(SiteError::new(path, "data files are TOML or JSON")),
    }
}

fn templates(files: &Files, known: &Arc<Known>) -> Result<Tera, SiteError> {
    let mut tera = Tera::new();
    let with = |known: &Arc<Known>, function: fn(&Known, &Kwargs) -> TeraResult<Value>| {
        let known = Arc::clone(known);
        move |kwargs: Kwargs, _: &State<'_>| function(&known, &kwargs)
    };
    tera.register_function("get_url", with(known, get_url));
    tera.register_function("load_data", with(known, load_data));
    tera.register_function("get_page", with(known, |known, kwargs| lookup(&known.pages, kwargs)));
    tera.register_function("get_section", with(known, |known, kwargs| lookup(&known.sections, kwargs)));
    let mut named = Vec::new();
    for (path, bytes) in files {
        if let Some(name) = path.strip_prefix("templates/") {
            named.push((name, text(path, bytes)?));
        }
    }
    tera.add_raw_templates(named).map_err(|error| SiteError::tera("reading the templates", &error))?;
    Ok(tera)
}

/// `get_url(path, trailing_slash=false, cachebust=false)`: an address with the site's base.
fn get_url(known: &Known, kwargs: &Kwargs) -> TeraResult<Value> {
    let path = kwargs.must_get::<&str>("path")?;
    if let Some(relative) = path.strip_prefix("@/") {
        return known
            .permalinks
            .get(relative)
            .map(|permalink| Value::from(permalink.as_str()))
            .ok_or_else(|| tera::Error::message(format!("`get_url`: there is no content/{relative}")));
    }
    let file = path.trim_start_matches('/');
    let slash = kwargs.get::<bool>("trailing_slash")?.unwrap_or(false) && !file.ends_with('/');
    let mut address = format!("{}/{file}{}", known.base_url, if slash { "/" } else { "" });
    if kwargs.get::<bool>("cachebust")?.unwrap_or(false) {
        let hash = known
            .hashes
            .get(file)
            .ok_or_else(|| tera::Error::message(format!("`get_url`: there is no static/{file}")))?;
        address.push_str("?h=");
        address.push_str(hash);
    }
    Ok(Value::from(address))
}

/// `load_data(path)`: a file of `data/`, parsed.
fn load_data(known: &Known, kwargs: &Kwargs) -> TeraResult<Value> {
    let path = kwargs.must_get::<&str>("path")?;
    known
        .data
        .get(path)
        .cloned()
        .ok_or_else(|| tera::Error::message(format!("`load_data`: there is no {path} among the data files")))
}

/// `get_page(path)` and `get_section(path)`, by the path below `content/`.
fn lookup(from: &HashMap<String, Value>, kwargs: &Kwargs) -> TeraResult<Value> {
    let path = kwargs.must_get::<&str>("path")?;
    from.get(path).cloned().ok_or_else(|| tera::Error::message(format!("there is no content/{path}")))
}
