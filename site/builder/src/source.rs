//! Where the site's folder is read from: a disk, the program itself, or a test.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use crate::SiteError;

/// The files of a site by their path below its folder, with `/` on every system.
pub(crate) type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// The parts of the folder that a build reads.
const PARTS: [&str; 4] = ["content", "data", "static", "templates"];

#[derive(RustEmbed)]
#[folder = ".."]
#[include = "config.toml"]
#[include = "content/*"]
#[include = "data/*"]
#[include = "static/*"]
#[include = "templates/*"]
struct Embedded;

/// A site's folder, not yet read.
#[derive(Debug)]
pub struct Source(Kind);

#[derive(Debug)]
enum Kind {
    Embedded,
    Folder(PathBuf),
    Files(Files),
}

impl Source {
    /// The folder as it was when the program was compiled.
    pub const fn embedded() -> Self {
        Self(Kind::Embedded)
    }

    /// A folder on disk that holds `config.toml`, `content/`, `data/`, `static/` and `templates/`.
    pub fn folder(folder: &Path) -> Self {
        Self(Kind::Folder(folder.to_owned()))
    }

    /// Files by path, for a site made by a program.
    pub fn files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Self(Kind::Files(files.into_iter().map(|(path, bytes)| (path, Cow::Owned(bytes))).collect()))
    }

    pub(crate) fn read(self) -> Result<Files, SiteError> {
        match self.0 {
            Kind::Embedded => Ok(Embedded::iter()
                .filter_map(|path| Embedded::get(&path).map(|file| (path.into_owned(), file.data)))
                .collect()),
            Kind::Folder(folder) => {
                let mut files = Files::new();
                let config = folder.join("config.toml");
                let bytes = std::fs::read(&config)
                    .map_err(|error| SiteError::new(config.display().to_string(), error))?;
                files.insert("config.toml".to_owned(), Cow::Owned(bytes));
                for part in PARTS {
                    let below = folder.join(part);
                    if below.is_dir() {
                        read_folder(&below, part, &mut files)?;
                    }
                }
                Ok(files)
            }
            Kind::Files(files) => Ok(files),
        }
    }
}

/// Reads `folder`, known below the site's root as `name`, with all that is in it.
fn read_folder(folder: &Path, name: &str, files: &mut Files) -> Result<(), SiteError> {
    let failed = |error: std::io::Error| SiteError::new(name, error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file_name = entry.file_name();
        let Some(file_name) = file_name.to_str() else {
            return Err(SiteError::new(name, format!("a file name is not UTF-8: {}", file_name.display())));
        };
        let path = format!("{name}/{file_name}");
        if entry.path().is_dir() {
            read_folder(&entry.path(), &path, files)?;
        } else {
            let bytes = std::fs::read(entry.path()).map_err(|error| SiteError::new(path.as_str(), error))?;
            files.insert(path, Cow::Owned(bytes));
        }
    }
    Ok(())
}

/// The text of a file that must be UTF-8.
pub(crate) fn text<'f>(path: &str, bytes: &'f [u8]) -> Result<&'f str, SiteError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|b| **b == b'\n').count() + 1;
        SiteError::at(path, line, "the file is not UTF-8")
    })
}
