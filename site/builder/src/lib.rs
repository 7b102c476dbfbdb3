//! Builds the public pages of Kalinklo Artists.
//!
//! The folder `site/` is laid out for Zola and keeps to what Zola 0.22 and 0.23 have in common, so that
//! either gives the same bytes. This crate builds the same folder without Zola, from disk or from the copy
//! embedded in the program. It reads nothing else: there is no database in its dependencies, so no page it
//! writes can hold anyone's record.

mod asset;
mod config;
mod content;
mod error;
mod markdown;
mod render;
mod source;
mod views;

use std::collections::BTreeMap;
use std::path::Path;

pub use asset::Asset;
pub use error::SiteError;
pub use source::Source;

/// The page for an address that does not exist, outside the map of addresses.
const NOT_FOUND: &str = "404.html";

/// The built site: every file it has, by its path below the root, ready to be served or written.
#[derive(Debug)]
pub struct Site {
    assets: BTreeMap<String, Asset>,
    not_found: Asset,
}

impl Site {
    /// Builds every page and file of `source`.
    ///
    /// # Errors
    /// A [`SiteError`] that names the file, and the line where there is one, of the first thing that is
    /// missing, malformed or outside the part of Zola that this builder knows.
    pub fn build(source: Source) -> Result<Self, SiteError> {
        let files = source.read()?;
        let mut assets = BTreeMap::new();
        for (path, bytes) in render::render(&files)? {
            let asset = Asset::new(&path, bytes);
            assets.insert(path, asset);
        }
        asset::compress_all(assets.values_mut().collect());
        let not_found = assets.remove(NOT_FOUND).ok_or_else(|| {
            SiteError::new("templates/404.html", "the site needs a page for unknown addresses")
        })?;
        Ok(Self { assets, not_found })
    }

    /// The asset that answers the path of a request, without its query: `/artists/` finds
    /// `artists/index.html`, `/css/base.css` the file itself. An address that lacks its closing `/` finds
    /// nothing; see [`Site::canonical`].
    pub fn get(&self, path: &str) -> Option<&Asset> {
        let file = path.strip_prefix('/')?;
        if file.is_empty() || file.ends_with('/') {
            return self.assets.get(&format!("{file}index.html"));
        }
        if file == "index.html" || file.ends_with("/index.html") {
            return None;
        }
        self.assets.get(file)
    }

    /// The address of the page meant by a path that lacks only its closing `/`: `/artists` gives `/artists/`.
    pub fn canonical(&self, path: &str) -> Option<String> {
        if path.is_empty() || path.ends_with('/') {
            return None;
        }
        let with_slash = format!("{path}/");
        self.get(&with_slash).is_some().then_some(with_slash)
    }

    /// Every path that [`Site::get`] answers, in order of the files: `/artists/`, `/css/base.css`.
    pub fn paths(&self) -> impl Iterator<Item = String> + '_ {
        self.assets.keys().map(|file| match file.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("/{folder}"),
            _ => format!("/{file}"),
        })
    }

    /// The address of a static file with its content hash, as the templates' `get_url(cachebust=true)` prints
    /// it, without scheme and host: `css/base.css` gives `/css/base.css?h=` and 20 hex digits of its SHA-256.
    pub fn address(&self, file: &str) -> Option<String> {
        let file = file.strip_prefix('/').unwrap_or(file);
        let asset = self.assets.get(file)?;
        Some(format!("/{file}?h={}", asset.hash))
    }

    /// The page for an address that does not exist. It has no address of its own.
    pub const fn not_found(&self) -> &Asset {
        &self.not_found
    }

    /// Writes every file below `folder`, as Zola's `public/`. An earlier build in the folder is replaced.
    ///
    /// # Errors
    /// When the folder holds anything that is not an earlier build, or cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), SiteError> {
        let failed = |path: &Path, error: std::io::Error| SiteError::new(path.display().to_string(), error);
        let occupied = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
        if occupied {
            let earlier = [NOT_FOUND, "sitemap.xml", "robots.txt"].iter().all(|f| folder.join(f).is_file());
            if !earlier {
                return Err(SiteError::new(
                    folder.display().to_string(),
                    "the folder is not empty and holds no earlier build; name an empty one",
                ));
            }
            std::fs::remove_dir_all(folder).map_err(|error| failed(folder, error))?;
        }
        let not_found = (NOT_FOUND, &self.not_found);
        for (file, asset) in self.assets.iter().map(|(file, asset)| (file.as_str(), asset)).chain([not_found])
        {
            let path = folder.join(file);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
            }
            std::fs::write(&path, &asset.bytes).map_err(|error| failed(&path, error))?;
        }
        Ok(())
    }
}
