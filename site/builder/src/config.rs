//! `config.toml`: the keys that Zola knows and this site uses.

use serde::{Deserialize, Serialize};

use crate::SiteError;
use crate::source::{Files, text};

/// The site's configuration, as templates see it in `config`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Scheme and host, without a closing `/`.
    pub(crate) base_url: String,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default = "english")]
    pub(crate) default_language: String,
    #[serde(default)]
    compile_sass: bool,
    #[serde(default)]
    build_search_index: bool,
    #[serde(default)]
    generate_feeds: bool,
    #[serde(default)]
    pub(crate) extra: toml::Table,
}

fn english() -> String {
    "en".to_owned()
}

impl Config {
    pub(crate) fn read(files: &Files) -> Result<Self, SiteError> {
        const FILE: &str = "config.toml";
        let bytes = files.get(FILE).ok_or_else(|| SiteError::new(FILE, "the file is missing"))?;
        let source = text(FILE, bytes)?;
        let mut config: Self =
            toml::from_str(source).map_err(|error| SiteError::toml(FILE, source, 0, &error))?;
        let outside = [
            ("compile_sass", config.compile_sass),
            ("build_search_index", config.build_search_index),
            ("generate_feeds", config.generate_feeds),
        ];
        if let Some((key, _)) = outside.into_iter().find(|(_, on)| *on) {
            let line = source.lines().position(|line| line.starts_with(key)).map_or(1, |line| line + 1);
            return Err(SiteError::at(
                FILE,
                line,
                format!("`{key}` is not known to this builder: set it false"),
            ));
        }
        let trimmed = config.base_url.trim_end_matches('/').len();
        config.base_url.truncate(trimmed);
        if !config.base_url.starts_with("https://") {
            return Err(SiteError::new(FILE, "`base_url` must begin with https://"));
        }
        Ok(config)
    }

    /// The permalink of a path that begins and, for a page, ends with `/`.
    pub(crate) fn permalink(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}
